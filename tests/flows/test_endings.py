"""How a run ends that finds another at work in its data folder."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.run import endings
from flows.run.endings import end_flow_run
from flows.run.request import WatchRequest
from pipeline.model.errors import StoreLockedError
from pipeline.storage import hold_run


async def a_step(request: WatchRequest) -> dict[str, int]:
    """Stands for a step: takes the folder, and gives its counts."""
    with hold_run(request.data_dir, wait=0):
        return {"articles_new": 7}


async def a_step_whose_store_is_locked() -> dict[str, int]:
    """Stands for a step that has the folder to itself, and whose store somebody else keeps open."""
    raise StoreLockedError("live.duckdb is in use")


@pytest.fixture
def request_(tmp_path: Path) -> WatchRequest:
    return WatchRequest(folder=tmp_path, data_dir=tmp_path / "data")


def by_a_deployment(monkeypatch: pytest.MonkeyPatch, deployment: str | None) -> None:
    monkeypatch.setattr(endings, "runtime", SimpleNamespace(deployment=SimpleNamespace(id=deployment)))


async def test_a_step_with_the_folder_to_itself_gives_what_it_gives(request_: WatchRequest) -> None:
    state = cast("Any", await end_flow_run("collect", a_step(request_)))

    assert (state.is_completed(), state.data, state.message) == (True, {"articles_new": 7}, "7 articles stored.")


async def test_a_woken_step_leaves_its_work_to_the_run_that_holds_the_folder(
    request_: WatchRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_a_deployment(monkeypatch, "1")

    with hold_run(request_.data_dir, wait=0):
        left = cast("Any", await end_flow_run("collect", a_step(request_)))

    assert (left.name, left.is_completed()) == ("Left", True)
    assert "Left to the run that is at work." in left.message


async def test_a_person_who_calls_the_command_gets_the_error(
    request_: WatchRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_a_deployment(monkeypatch, None)

    with hold_run(request_.data_dir, wait=0), pytest.raises(StoreLockedError):
        await end_flow_run("collect", a_step(request_))


async def test_a_store_that_something_else_keeps_locked_is_a_failure_even_of_a_woken_step(
    request_: WatchRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_a_deployment(monkeypatch, "1")

    with pytest.raises(StoreLockedError, match=r"live\.duckdb is in use"):
        await end_flow_run("collect", a_step_whose_store_is_locked())
