"""Runs cut short by a lost server or a killed process: mark them as ended in Prefect, and redo their rounds.

A run whose process is gone stays "Running" for Prefect, and holds the one place of its deployment: later runs of it
are cancelled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import click
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Crashed, Scheduled

from flows.run.server import is_lost_connection
from flows.serving.stale_deployments import deployments_of
from flows.serving.watches import ServedWatch
from pipeline.health.heartbeat import ROUND
from pipeline.model import escape

TAKEN_UP: Final = timedelta(seconds=30)  # in which a run that is taken up has a process
LOOK_EVERY: Final = 5.0  # seconds
LONGEST: Final = 600.0  # seconds in which the rounds are looked after, once the server is back
_UNDER_WAY: Final = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
_NEWEST: Final = 50  # runs of a deployment that are looked at
_MARK: Final = b"PREFECT__FLOW_RUN_ID="


class Fate(StrEnum):
    """Fate of a watch's last round."""

    DONE = "done"
    UNDER_WAY = "under way"
    CUT_SHORT = "cut short"


def fate_of(rounds: Sequence[FlowRun]) -> Fate:
    """Decide what has become of the last of ``rounds``, which are due, the newest first.

    One that was cancelled says nothing where another ended: it met that one, or a person did not want it.
    """
    states = [run.state for run in rounds if run.state is not None]
    if any(not state.is_final() for state in states):
        return Fate.UNDER_WAY
    last = next((state for state in states if not state.is_cancelled()), states[0] if states else None)
    return Fate.DONE if last is None or last.is_completed() or last.is_failed() else Fate.CUT_SHORT


def dead_among(runs: Iterable[FlowRun], worked_on: Collection[str], now: datetime) -> list[FlowRun]:
    """Return those of ``runs`` that Prefect takes to be under way and that no process works on.

    Args:
        runs: runs of this machine.
        worked_on: the ids of those that have a process.
        now: the machine's time.
    """
    return [
        run for run in runs if _is_under_way(run) and str(run.id) not in worked_on and not _is_being_taken_up(run, now)
    ]


def runs_with_a_process(processes: Path = Path("/proc")) -> set[str]:
    """Return the ids of the runs that a process of this machine and user works on.

    Raises:
        OSError: the machine does not tell.
    """
    found = set()
    for folder in processes.iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environ = (folder / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended, or is another user's
            continue
        found |= {value.removeprefix(_MARK).decode("ascii", "replace") for value in environ if value.startswith(_MARK)}
    return found


async def begin_rounds(watches: Iterable[ServedWatch]) -> None:
    """Have a round of each of ``watches`` started at once: the schedule's may be an interval away."""
    async with get_client() as client:
        for watch in watches:
            deployment = await client.read_deployment_by_name(f"{ROUND}/{watch.slug}")
            await client.create_flow_run_from_deployment(deployment.id, state=Scheduled())


async def end_dead_runs(watches: Sequence[ServedWatch], now: datetime) -> None:
    """Mark as crashed what Prefect takes to be under way of ``watches`` and no process works on."""
    async with get_client() as client:
        served = [one.id for one in await deployments_of(client, watches)]
        unfinished = await _runs(client, served, now, _UNDER_WAY) if served else []
        if not unfinished:
            return
        try:
            worked_on = await asyncio.to_thread(runs_with_a_process)
        except OSError:
            return  # not Linux: their places are free again when their leases end
        for run in dead_among(unfinished, worked_on, now):
            # Its process may have ended in order after it was read: it has told the server before that.
            if _is_under_way(await client.read_flow_run(run.id)):
                ended: State[Any] = Crashed(message="Its process is gone; what it stored stays, the next run goes on.")
                await client.set_flow_run_state(run.id, ended, force=True)


async def redo_lost_rounds(watches: Sequence[ServedWatch], returned: asyncio.Event) -> None:
    """Each time that the server has ``returned``, do again the rounds that were cut short, until cancelled."""
    clock = asyncio.get_running_loop().time
    while True:
        await returned.wait()
        returned.clear()
        left, deadline = list(watches), clock() + LONGEST
        while left and not returned.is_set() and clock() < deadline:
            await asyncio.sleep(LOOK_EVERY)
            try:
                left = await _redo(left)
            except Exception as error:  # Prefect's client has an error for each way in which a server is away
                if not is_lost_connection(error):
                    click.echo(f"A round could not be made up ({type(error).__name__}); it is tried again.", err=True)


async def _redo(watches: Sequence[ServedWatch]) -> list[ServedWatch]:
    """Begin the rounds of ``watches`` that were cut short; return the watches whose rounds are under way."""
    now = datetime.now(UTC)
    await end_dead_runs(watches, now)
    fates = {}
    async with get_client() as client:
        for watch in watches:
            deployment = await client.read_deployment_by_name(f"{ROUND}/{watch.slug}")
            # What a person has paused is left as it is.
            fates[watch.slug] = Fate.DONE if deployment.paused else fate_of(await _runs(client, [deployment.id], now))
    cut_short = [watch for watch in watches if fates[watch.slug] is Fate.CUT_SHORT]
    await begin_rounds(cut_short)
    for watch in cut_short:
        click.echo(f"The round of {escape.line(watch.slug)} was cut short; another begins now.", err=True)
    return [watch for watch in watches if fates[watch.slug] is Fate.UNDER_WAY]


async def _runs(
    client: PrefectClient, deployments: Sequence[UUID], now: datetime, types: Sequence[StateType] = ()
) -> list[FlowRun]:
    """Read the newest runs of ``deployments`` that are due, in one of the states ``types`` where some are named."""
    return await client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=list(deployments))),
        flow_run_filter=FlowRunFilter(
            expected_start_time=FlowRunFilterExpectedStartTime.model_validate({"before_": now}),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(types))) if types else None,
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
        limit=_NEWEST,
    )


def _is_under_way(run: FlowRun) -> bool:
    """Whether Prefect takes ``run`` to be taken up and not ended."""
    return run.state is not None and run.state.type in _UNDER_WAY


def _is_being_taken_up(run: FlowRun, now: datetime) -> bool:
    return run.state is not None and run.state.is_pending() and now - run.state.timestamp < TAKEN_UP
