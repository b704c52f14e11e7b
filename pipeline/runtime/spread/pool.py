"""The two places to work: the killable processes of this machine, and those of a cluster's machines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, Protocol, TypeVar, cast

from pipeline.model import Article, Reading, Watch
from pipeline.model.errors import SpreadError, WorkerError
from pipeline.model.phrasing import DONE_HERE
from pipeline.reading.embedded import Reader
from pipeline.reading.embedded.batch import read_batch
from pipeline.runtime.settings import Settings
from pipeline.runtime.spread import remote
from pipeline.runtime.spread.ahead import ReadAhead, for_reading, shares
from pipeline.runtime.spread.cluster import AwayError, Cluster
from pipeline.runtime.worker_main import rebuild_error
from pipeline.runtime.workers import WorkerPool

R = TypeVar("R")
Tell = Callable[[str], None]

READING: Final = (30.0, 3.0)  # seconds for a part of a batch, and for each of its articles: twenty times what it takes
START: Final = 5  # fewer articles are read sooner than they are sent
START_HERE: Final = 100  # fewer are read sooner than this machine's processes load the engine


class Pool(Protocol):
    """Does what is a pure function of its arguments, wherever that is."""

    async def run(self, function: Callable[..., R], *args: object) -> R:
        """Call ``function(*args)`` in a killable process; see :class:`pipeline.steps.Work`."""
        ...

    async def ahead(self, articles: Sequence[Article], watch: Watch, reader: Reader, engine: str) -> Reader:
        """``reader``, which may know by now what it makes of ``articles``.

        Args:
            articles: in the order in which they will be asked for.
            watch: with the names that its mission has by then.
            reader: the engine.
            engine: its name in :data:`pipeline.reading.embedded.ENGINES`.
        """
        ...


class LocalPool:
    """All work on this machine, in its killable processes; few articles are read when they are asked for.

    Args:
        processes: the processes.
        size: how many there are.
        tell: is told in plain English what they could not read.
    """

    def __init__(self, processes: WorkerPool, size: int, tell: Tell) -> None:
        self._processes, self._size, self._tell = processes, size, tell

    async def run(self, function: Callable[..., R], *args: object) -> R:
        """Call ``function(*args)`` in a process of this machine.

        Raises:
            MissionwatchError: what ``function`` raised, or WorkerError.
        """
        return await self._processes.run(function, *args)

    async def ahead(self, articles: Sequence[Article], watch: Watch, reader: Reader, engine: str) -> Reader:
        """``reader``; for a long batch with its readings, made by all processes at once."""
        if len(articles) < START_HERE or self._size < 2:
            return reader
        return await _read_ahead(articles, watch, reader, engine, self._size, self._read)

    async def _read(self, engine: str, watch: Watch, articles: tuple[Article, ...]) -> tuple[Reading, ...]:
        try:
            return await self._processes.run(read_batch, engine, watch, articles, deadline=_deadline(articles))
        except WorkerError as error:
            self._tell(_read_here(articles, error))
            return ()


class ClusterPool:
    """Work on a cluster; where it can't be done there, it is done here and told, or refused, as the operator chose.

    Args:
        cluster: where.
        here: this machine's processes.
        deadline: seconds for one document.
        only: whether a cluster that is away is an error.
        tell: is told in plain English what was not done there, and why; the same thing may be told often.
    """

    def __init__(self, cluster: Cluster, here: WorkerPool, *, deadline: float, only: bool, tell: Tell) -> None:
        self._cluster, self._here = cluster, here
        self._deadline, self._only, self._tell = deadline, only, tell

    async def run(self, function: Callable[..., R], *args: object) -> R:
        """Call ``function(*args)`` in a killable process of one of the cluster's machines.

        Raises:
            MissionwatchError: what ``function`` raised, or WorkerError.
            SpreadError: the cluster is away, and nothing is to be done without it.
        """
        try:
            return await self._there(function, args, self._deadline)
        except AwayError as error:
            self._without(error)
        except WorkerError as error:
            # A process that was ended from outside, with its machine, looks like a page that crashes its reader.
            if error.code != "crashed":
                raise
        return await self._here.run(function, *args)

    async def ahead(self, articles: Sequence[Article], watch: Watch, reader: Reader, engine: str) -> Reader:
        """``reader`` with the readings of ``articles``, made by all workers at once.

        Raises:
            SpreadError: the cluster is away, and nothing is to be done without it.
        """
        if len(articles) < START:
            return reader
        try:
            threads = await self._cluster.threads()
        except AwayError as error:
            self._without(error)
            return reader
        return await _read_ahead(articles, watch, reader, engine, threads, self._read)

    async def _read(self, engine: str, watch: Watch, articles: tuple[Article, ...]) -> tuple[Reading, ...]:
        """The readings of ``articles``; none where that failed: they are read here when they are asked for."""
        try:
            return await self._there(read_batch, (engine, watch, articles), _deadline(articles))
        except AwayError as error:
            self._without(error)
        except WorkerError as error:
            self._tell(_read_here(articles, error))
        return ()

    async def _there(self, function: Callable[..., R], args: tuple[object, ...], deadline: float) -> R:
        kind, value = await self._cluster.run(function.__module__, function.__qualname__, args, deadline)
        if kind == remote.REFUSED:
            raise rebuild_error(*cast("tuple[str, str, dict[str, object]]", value))
        if kind == remote.OTHER_CODE:
            raise AwayError(
                f"a worker of the cluster at {self._cluster.address} runs other code than this machine "
                f"({value}; see that both have the same release and the same locked packages)"
            )
        return cast("R", value)

    def _without(self, error: AwayError) -> None:
        """Go on without the cluster, and say so.

        Raises:
            SpreadError: it is not to be done without it.
        """
        if self._only:
            raise SpreadError(
                f"The work can't be spread: {error}.",
                remedy="See to the scheduler and its workers (docs/scale.md); what is left waits for the next run. "
                "With 'dask:' in place of 'dask-only:' this machine does the work itself meanwhile.",
            ) from error
        self._tell(f"spread: {error}; {DONE_HERE}")


async def _read_ahead(
    articles: Sequence[Article],
    watch: Watch,
    reader: Reader,
    engine: str,
    threads: int,
    read: Callable[[str, Watch, tuple[Article, ...]], Awaitable[tuple[Reading, ...]]],
) -> Reader:
    """``reader`` with the readings of ``articles``, which ``read`` makes in parts; none of a part that failed."""
    parts = [tuple(articles[part]) for part in shares(len(articles), threads)]
    sent = for_reading(watch)
    made = await asyncio.gather(*(read(engine, sent, part) for part in parts))
    pairs = (pair for part, read in zip(parts, made, strict=True) for pair in zip(part, read, strict=False))
    return ReadAhead(reader, watch, pairs)


def _deadline(articles: Sequence[Article]) -> float:
    return READING[0] + READING[1] * len(articles)


def _read_here(articles: Sequence[Article], error: WorkerError) -> str:
    return f"spread: {len(articles)} articles were read by the run's own process: {error}"


@asynccontextmanager
async def open_pool(settings: Settings, tell: Tell) -> AsyncIterator[Pool]:
    """The place that ``settings.spread`` names, until the block ends.

    Args:
        settings: ``spread``, ``workers`` and ``worker_deadline``.
        tell: is told what a cluster should have done and did not; the same thing may be told often.

    Raises:
        UsageError: a cluster is named, and Dask is not installed.
    """
    async with WorkerPool(settings.workers, deadline=settings.worker_deadline) as here:
        wanted = settings.cluster
        if wanted is None:
            yield LocalPool(here, settings.workers, tell)
            return
        cluster = Cluster(wanted.address)
        try:
            yield ClusterPool(cluster, here, deadline=settings.worker_deadline, only=wanted.only, tell=tell)
        finally:
            await cluster.close()
