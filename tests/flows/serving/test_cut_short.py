"""What becomes of a round that a lost server or a killed process has cut short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelled, Completed, Crashed, Failed, Pending, Running, Scheduled

from flows.serving.lost_runs import Fate, dead_among, fate_of, runs_with_a_process

NOW = datetime(2025, 7, 10, 12, tzinfo=UTC)


def run(state: State, ago: timedelta = timedelta(minutes=2)) -> FlowRun:
    """A run that has been in ``state`` for so long."""
    return FlowRun(flow_id=uuid4(), state=state.model_copy(update={"timestamp": NOW - ago}))


@pytest.mark.parametrize(
    ("states", "fate"),
    [
        ([], Fate.DONE),
        ([Completed()], Fate.DONE),
        ([Failed(name="Blind")], Fate.DONE),
        ([Crashed()], Fate.CUT_SHORT),
        ([Crashed(), Completed()], Fate.CUT_SHORT),
        ([Completed(), Crashed()], Fate.DONE),
        ([Running()], Fate.UNDER_WAY),
        ([Scheduled(), Crashed()], Fate.UNDER_WAY),
        # It met the one that ran, which has ended since, or has crashed.
        ([Cancelled(), Completed()], Fate.DONE),
        ([Cancelled(), Crashed()], Fate.CUT_SHORT),
        ([Cancelled()], Fate.CUT_SHORT),
    ],
)
def test_the_last_round_that_was_not_cancelled_says_whether_another_is_wanted(states: list[State], fate: Fate) -> None:
    assert fate_of([run(state) for state in states]) is fate


def test_a_run_that_has_begun_and_has_no_process_is_dead() -> None:
    gone, at_work, ended = run(Running()), run(Running()), run(Completed())

    assert dead_among([gone, at_work, ended], {str(at_work.id)}, NOW) == [gone]


def test_a_run_that_is_taken_up_has_half_a_minute_to_get_a_process() -> None:
    young, old = run(Pending(), timedelta(seconds=20)), run(Pending(), timedelta(seconds=40))

    assert dead_among([young, old], set(), NOW) == [old]


def test_the_processes_of_this_machine_tell_which_runs_they_work_on(tmp_path: Path) -> None:
    worked_on = "00000000-0000-0000-0000-000000000007"
    (tmp_path / "12").mkdir()
    (tmp_path / "12" / "environ").write_bytes(b"HOME=/\0PREFECT__FLOW_RUN_ID=%s\0" % worked_on.encode())
    (tmp_path / "13").mkdir()  # it has ended
    (tmp_path / "meminfo").touch()

    assert runs_with_a_process(tmp_path) == {worked_on}
