"""What a run does that finds another at work in its data folder."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from flows.run import turns as woken
from flows.run.request import WatchRequest
from flows.run.turns import leaves_to_holder
from pipeline.model.errors import StoreLockedError
from pipeline.storage import hold_run


@leaves_to_holder
async def a_step(request: WatchRequest, run_id: int = 0) -> int:
    """Stands for a step: takes the folder, and gives a number."""
    with hold_run(request.data_dir, wait=0):
        return 7 + run_id


@leaves_to_holder
async def a_step_whose_store_is_locked(request: WatchRequest) -> int:
    """Stands for a step that has the folder to itself, and whose store somebody else keeps open."""
    raise StoreLockedError("live.duckdb is in use")


@pytest.fixture
def request_(tmp_path: Path) -> WatchRequest:
    return WatchRequest(folder=tmp_path, data_dir=tmp_path / "data")


def by_a_deployment(monkeypatch: pytest.MonkeyPatch, deployment: str | None) -> None:
    monkeypatch.setattr(woken, "runtime", SimpleNamespace(deployment=SimpleNamespace(id=deployment)))


async def test_a_step_with_the_folder_to_itself_gives_what_it_gives(request_: WatchRequest) -> None:
    assert await a_step(request_, run_id=1) == 8


async def test_a_woken_step_leaves_its_work_to_the_run_that_holds_the_folder(
    request_: WatchRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_a_deployment(monkeypatch, "1")

    with hold_run(request_.data_dir, wait=0):
        left = await a_step(request_)

    assert (left.name, left.is_completed()) == ("Left", True)
    assert "Left to the run that is at work." in left.message


async def test_a_person_who_calls_the_command_gets_the_error(
    request_: WatchRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_a_deployment(monkeypatch, None)

    with hold_run(request_.data_dir, wait=0), pytest.raises(StoreLockedError):
        await a_step(request_)


async def test_a_store_that_something_else_keeps_locked_is_a_failure_even_of_a_woken_step(
    request_: WatchRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_a_deployment(monkeypatch, "1")

    with pytest.raises(StoreLockedError, match=r"live\.duckdb is in use"):
        await a_step_whose_store_is_locked(request_)
