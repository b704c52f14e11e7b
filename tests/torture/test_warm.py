"""What the lives of the torture share is what each would have had by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pipeline.model.errors import WorkerError
from pipeline.runtime import workers
from pipeline.runtime.workers import WorkerPool
from tests.runtime.worker_jobs import double, leave, pid
from tests.torture.cases import Case
from tests.torture.life import Death
from tests.torture.points import Point
from tests.torture.warm import lend_worker, remembered


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> WorkerPool:
    """A pool of one process, which is forked for it."""
    monkeypatch.setattr(workers, "start_process", workers.start_process)  # put back at the end
    lend_worker()
    return WorkerPool(1)


async def test_a_lent_worker_does_the_jobs_of_the_pool_one_after_the_other(lent: WorkerPool) -> None:
    async with lent as pool:
        assert [await pool.run(double, n) for n in (1, 2, 3)] == [2, 4, 6]


async def test_where_a_lent_worker_dies_the_pool_starts_one_of_its_own(lent: WorkerPool) -> None:
    async with lent as pool:
        first = await pool.run(pid)
        with pytest.raises(WorkerError, match="ended its worker with exit status 7"):
            await pool.run(leave)
        assert await pool.run(pid) != first


async def test_a_lent_worker_ends_with_the_pool(lent: WorkerPool) -> None:
    async with lent as pool:
        number = await pool.run(pid)
    assert not await asyncio.to_thread(Path(f"/proc/{number}").exists)


def test_the_same_question_is_worked_out_once_and_another_anew(tmp_path: Path) -> None:
    asked: list[int] = []

    def square(number: int) -> int:
        asked.append(number)
        return number * number

    first, second = remembered(square, tmp_path), remembered(square, tmp_path)
    assert [first(3), second(3), second(4)] == [9, 9, 16]
    assert asked == [3, 4]


@pytest.mark.parametrize(
    ("death", "empty"),
    [
        (Death(point=Point("start/commit, before", 3)), False),
        (Death(point=Point("poll/commit, before", 3)), True),
        (Death(after=0.5), False),
        (Death(after=0.5, alone=True), False),
    ],
)
def test_only_a_run_that_dies_after_its_store_is_made_finds_an_empty_one(death: Death, *, empty: bool) -> None:
    assert Case("a case", (death,)).begins_with_empty_store is empty
