"""The pool of killable workers: what a bad page can do to one, and that the pool goes on."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import pytest_asyncio

from pipeline.model import Precision, PublishedAt
from pipeline.model.errors import ContentError, FetchError, MissionwatchError, WatchFileError, WorkerError
from pipeline.runtime import worker_main
from pipeline.runtime.workers import WorkerPool

JOBS = Path(__file__).with_name("worker_jobs.py")


@pytest.fixture(scope="module")
def jobs() -> Any:
    """The functions of worker_jobs.py, importable by a worker under the same name."""
    for name in ("tests.runtime.worker_jobs", "worker_jobs"):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise AssertionError("worker_jobs.py can't be imported")


@pytest.fixture(scope="module", autouse=True)
def _tests_on_the_workers_path() -> Any:
    """A worker finds worker_jobs.py wherever pytest has put this folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join((str(JOBS.parent), str(JOBS.parents[2]))))
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pool() -> AsyncIterator[WorkerPool]:
    """One pool of one worker for all tests of this module: it must survive each of them."""
    async with WorkerPool(1, deadline=20.0, memory=900 * 2**20) as pool:
        yield pool


pytestmark = pytest.mark.asyncio(loop_scope="module")


def gone_within(seconds: float, pid: int) -> bool:
    """Whether the process ends in time; the end of another's child can only be looked for."""
    until = monotonic() + seconds
    status = Path(f"/proc/{pid}/status")
    while monotonic() < until:
        try:
            if "zombie" in status.read_text():
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
    return False


async def failure(pool: WorkerPool, function: Callable[..., object], *args: object, **options: float) -> WorkerError:
    with pytest.raises(WorkerError) as caught:
        await pool.run(function, *args, **options)
    return caught.value


async def test_a_worker_returns_what_the_function_returns(pool: WorkerPool, jobs: Any) -> None:
    assert await pool.run(jobs.double, 21) == 42


async def test_a_worker_is_kept_for_the_next_job(pool: WorkerPool, jobs: Any) -> None:
    first, second = await pool.run(jobs.pid), await pool.run(jobs.pid)

    assert first == second != os.getpid()


async def test_a_hanging_job_is_stopped_at_its_deadline_and_the_pool_goes_on(pool: WorkerPool, jobs: Any) -> None:
    error = await failure(pool, jobs.loop_for_ever, deadline=0.3)

    assert error.code == "deadline"
    assert "0.3 seconds" in str(error)
    assert await pool.run(jobs.double, 2) == 4


@pytest.mark.parametrize(("job", "how"), [("leave", "exit status 7"), ("segfault", "SIGSEGV")])
async def test_a_job_that_ends_its_worker_is_a_crash_and_the_pool_goes_on(
    pool: WorkerPool, jobs: Any, job: str, how: str
) -> None:
    error = await failure(pool, getattr(jobs, job))

    assert error.code == "crashed"
    assert how in str(error)
    assert await pool.run(jobs.double, 2) == 4


async def test_a_job_beyond_its_memory_is_refused_and_the_pool_goes_on(pool: WorkerPool, jobs: Any) -> None:
    error = await failure(pool, jobs.hoard, 2 * 2**30)

    assert error.code == "memory"
    assert "900 MiB" in str(error)
    assert await pool.run(jobs.double, 2) == 4


async def test_what_a_job_prints_does_not_disturb_its_answer(pool: WorkerPool, jobs: Any) -> None:
    assert await pool.run(jobs.talk) == ""
    assert await pool.run(jobs.double, 2) == 4


async def test_an_error_of_ours_arrives_as_itself(pool: WorkerPool, jobs: Any) -> None:
    with pytest.raises(ContentError) as caught:
        await pool.run(jobs.refuse)

    assert (caught.value.code, caught.value.remedy) == ("no-text", "Nothing to do.")
    assert str(caught.value) == "http://news.test/a has no text. Nothing to do."


async def test_an_error_of_ours_keeps_its_fields(pool: WorkerPool, jobs: Any) -> None:
    with pytest.raises(FetchError) as caught:
        await pool.run(jobs.fail_to_fetch)
    with pytest.raises(WatchFileError, match=r"watch\.toml:3: unknown key") as file:
        await pool.run(jobs.dislike_a_file)

    assert caught.value.retry_after == 30.0
    assert file.value.line == 3


@pytest.mark.parametrize(("job", "what"), [("divide_by_zero", "ZeroDivisionError"), ("recurse", "RecursionError")])
async def test_any_other_error_is_a_crash_that_names_it(pool: WorkerPool, jobs: Any, job: str, what: str) -> None:
    error = await failure(pool, getattr(jobs, job))

    assert error.code == "crashed"
    assert what in str(error)


async def test_a_value_of_a_foreign_class_is_not_built_in_the_parent(pool: WorkerPool, jobs: Any) -> None:
    error = await failure(pool, jobs.foreign_value)

    assert "collections.OrderedDict is not a value of ours" in str(error)
    assert await pool.run(jobs.double, 2) == 4


async def test_our_values_travel_whole(pool: WorkerPool, jobs: Any) -> None:
    value = PublishedAt(datetime(2025, 9, 30, 14, tzinfo=UTC), Precision.TIME, "json-ld")

    assert await pool.run(jobs.echo, value) == value


async def test_a_page_of_several_megabytes_travels_both_ways(pool: WorkerPool, jobs: Any) -> None:
    body = os.urandom(3 * 2**20)

    assert await pool.run(jobs.echo, body) == body


async def test_a_page_travels_where_the_system_refuses_a_larger_pipe(
    jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: int) -> int:
        raise PermissionError("no more pages for pipes")

    monkeypatch.setattr("pipeline.runtime.workers.fcntl.fcntl", refused)
    body = os.urandom(2**20)

    async with WorkerPool(1) as small:
        assert await small.run(jobs.echo, body) == body


async def test_an_extracted_page_comes_back_with_the_seconds_it_took(pool: WorkerPool, jobs: Any) -> None:
    first = "The council met on Tuesday and agreed to send more officers to the mission in the capital of the country."
    second = "Its members asked for a report on money, fuel and medical care before the end of the year in New York."

    page = await pool.run(jobs.read_page, f"<html><body><p>{first}</p><p>{second}</p></body></html>".encode())

    assert page.text == f"{first}\n\n{second}"
    assert 0 < page.elapsed < 10


@pytest.mark.slow
async def test_a_page_that_takes_longer_than_the_deadline_is_stopped_there(pool: WorkerPool, jobs: Any) -> None:
    tags = f"<p>{'The Council voted on Tuesday. ' * 3}</p>" * 20_000  # seconds of work, and within every guard

    error = await failure(pool, jobs.read_page, f"<html><body>{tags}</body></html>".encode(), deadline=0.2)

    assert error.code == "deadline"
    assert await pool.run(jobs.double, 2) == 4


async def test_a_refused_page_comes_back_as_its_reason(pool: WorkerPool, jobs: Any) -> None:
    with pytest.raises(ContentError) as caught:
        await pool.run(jobs.read_page, b"")

    assert caught.value.code == "empty"


async def test_an_argument_that_does_not_pickle_costs_no_worker(pool: WorkerPool, jobs: Any) -> None:
    with pytest.raises((TypeError, AttributeError)):
        await pool.run(jobs.echo, threading.Lock())

    assert await pool.run(jobs.double, 2) == 4


async def test_a_method_is_refused_before_it_is_sent(pool: WorkerPool) -> None:
    with pytest.raises(TypeError, match="top level"):
        await pool.run("".join, ["a"])


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc here")
async def test_a_worker_inherits_no_socket(pool: WorkerPool, jobs: Any) -> None:
    with socket.socket() as listening:
        listening.set_inheritable(True)
        with pytest.raises(WorkerError):
            await pool.run(jobs.leave)  # the next worker is started while the socket is open

        assert await pool.run(jobs.inherited_sockets) == []


async def test_a_cancelled_task_takes_its_worker_with_it(pool: WorkerPool, jobs: Any) -> None:
    before = await pool.run(jobs.pid)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pool.run(jobs.loop_for_ever), 0.1)

    assert await pool.run(jobs.pid) != before


async def test_a_worker_that_died_while_idle_is_replaced(pool: WorkerPool, jobs: Any) -> None:
    pid = await pool.run(jobs.pid)
    os.kill(pid, 9)
    await asyncio.to_thread(os.waitid, os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    assert await pool.run(jobs.pid) != pid


async def test_jobs_of_one_pool_can_come_from_two_event_loops(pool: WorkerPool, jobs: Any) -> None:
    elsewhere = asyncio.to_thread(lambda: asyncio.run(pool.run(jobs.double, 5)))

    assert await asyncio.gather(elsewhere, pool.run(jobs.double, 6)) == [10, 12]


async def test_a_closed_pool_leaves_no_process_and_takes_no_job(jobs: Any) -> None:
    pool = WorkerPool(1)
    pid = await pool.run(jobs.pid)
    await pool.close()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(WorkerError, match="closed"):
        await pool.run(jobs.pid)


async def test_closing_fails_the_jobs_under_way(jobs: Any) -> None:
    pool = WorkerPool(1)
    await pool.run(jobs.pid)
    running, waiting = (asyncio.ensure_future(pool.run(jobs.loop_for_ever)) for _ in range(2))
    await asyncio.sleep(0)

    await pool.close()
    results = await asyncio.gather(running, waiting, return_exceptions=True)

    assert [getattr(r, "code", r) for r in results] == ["crashed", "crashed"]


async def test_the_death_of_the_parent_ends_the_worker() -> None:
    script = (
        "import asyncio, os, sys\n"
        "from pipeline.runtime.workers import WorkerPool\n"
        "from worker_jobs import pid\n"
        "async def main():\n"
        "    print(await WorkerPool(1).run(pid), flush=True)\n"
        "    os._exit(0)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, cwd=JOBS.parents[2]
    )
    output, _ = await parent.communicate()
    worker = int(output)

    assert await asyncio.to_thread(gone_within, 10.0, worker), f"worker {worker} outlived its parent"


class UnheardOfError(MissionwatchError):
    """An error that errors.py does not know."""

    code = "special"


async def test_an_error_from_elsewhere_arrives_as_its_nearest_ancestor_in_our_tree() -> None:
    error = worker_main.rebuild_error(*worker_main.carried(UnheardOfError("Something.", remedy="Do it.")))

    assert type(error) is MissionwatchError
    assert str(error) == "Something. Do it."
