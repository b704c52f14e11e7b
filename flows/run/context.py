"""What the flows share while they run: the watch, the fetcher, the place to work, the progress line.

They are opened once, by whichever flow runs outermost, and found by the inner ones in a context
variable: they can't travel as flow parameters, which Prefect keeps as JSON.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from flows.run.request import WatchRequest
from pipeline.board.board import in_force
from pipeline.board.successors import with_successors
from pipeline.fetch import Fetcher, FetchLimits
from pipeline.model import Article, Change, Watch
from pipeline.reading.embedded import DEFAULT, ENGINES, Reader
from pipeline.runtime.settings import Settings, load_settings
from pipeline.runtime.spread import Pool, Tell, open_pool
from pipeline.steps import reader_of
from pipeline.watches import load_watch

if TYPE_CHECKING:
    from flows.run.feeds import Feeds
    from flows.run.pages import Pages


class Progress(Protocol):
    """Told how far a stage is; does nothing by default."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """``done`` of ``total`` of ``stage`` are over."""
        ...


def no_progress(stage: str, done: int, total: int) -> None:
    """Say nothing."""


def _print(line: str) -> None:
    print(line, flush=True)


progress: ContextVar[Progress] = ContextVar("progress", default=no_progress)
echo: ContextVar[Callable[[str], None]] = ContextVar("echo", default=_print)  # where console alerts go


@dataclass(slots=True)
class Resources:
    """What a run works with.

    Attributes:
        settings: how Missionwatch runs here.
        watch: the watch.
        reader: the engine that the watch chooses.
        fetcher: makes the requests, all of them: so each host has one that keeps its spacing.
        pool: where documents are parsed and articles read: this machine, or a cluster.
        embedded: the engine that comes with the package, on which ``reader`` rests.
        synced: turns True once the store knows the watch as it is now.
        feeds, pages: what the run under way has asked for, see :func:`flows.run.feeds.feeds_of` and
            :func:`flows.run.pages.pages_of`.
    """

    settings: Settings
    watch: Watch
    reader: Reader
    fetcher: Fetcher
    pool: Pool
    embedded: Reader
    synced: bool = False
    feeds: Feeds | None = None
    pages: Pages | None = None

    async def reader_ahead(self, articles: Sequence[Article], changes: Sequence[Change]) -> Reader:
        """The engine, which may have read ``articles`` already: over a cluster, by all its workers at once.

        Args:
            articles: in the order in which they will be read.
            changes: every change of the watch before them.

        Raises:
            SpreadError: the cluster is away, and nothing is to be done without it.
        """
        named = with_successors(self.watch, in_force(changes))
        ahead = await self.pool.ahead(articles, named, self.embedded, DEFAULT)
        return self.reader if ahead is self.embedded else reader_of(self.watch, ahead)


_noted: ContextVar[Tell | None] = ContextVar("noted", default=None)  # the notes of the run under way
_current: ContextVar[tuple[WatchRequest, Resources] | None] = ContextVar("resources", default=None)


def clock(request: WatchRequest) -> datetime:
    """The run's own time: what the request says, else the wall clock. The only place that reads it."""
    return request.now or datetime.now(UTC)


def wall_clock() -> datetime:
    """The machine's time, for the record of when a run really ran."""
    return datetime.now(UTC)


def watch_of(request: WatchRequest) -> Watch:
    """The watch in the request's folder; over its archive, with the archive's feeds.

    Raises:
        WatchFileError: a file of the watch is wrong.
    """
    watch = load_watch(request.folder)
    if request.archive_port is None:
        return watch
    from pipeline.lab.replay import load_archive  # brings a web server and templates, which no live watch needs

    return replace(watch, feeds=load_archive(request.folder / "archive").feeds())


@contextmanager
def noting(note: Tell) -> Iterator[None]:
    """Let ``note`` have what the run's tools find amiss while the block lasts, each thing once."""
    said: set[str] = set()

    def once(text: str) -> None:
        if text not in said:
            said.add(text)
            note(text)

    token = _noted.set(once)
    try:
        yield
    finally:
        _noted.reset(token)


def _note(text: str) -> None:
    if (note := _noted.get()) is not None:
        note(text)


@asynccontextmanager
async def resources(request: WatchRequest) -> AsyncIterator[Resources]:
    """The run's resources: those that are open already for this watch, or new ones until the block ends.

    Where another watch's are open, its fetcher and its pool are this one's too: a host keeps its spacing between them.
    """
    open_already = _current.get()
    if open_already is not None and _same_world(open_already[0], request):
        yield open_already[1]
        return
    settings = load_settings(os.environ)
    if open_already is not None and open_already[0].archive_port == request.archive_port:
        with _found(request, settings, open_already[1].fetcher, open_already[1].pool) as found:
            yield found
        return
    grants = dict(settings.grants)
    if request.archive_port:
        grants[".test"] = ("127.0.0.1", request.archive_port)
    # The archive's outlets are all one process on this machine: spacing would only slow it down.
    spacing = 0.0 if request.archive_port else settings.host_spacing
    async with (
        Fetcher(
            user_agent=settings.user_agent,
            limits=FetchLimits(spacing=spacing),
            grants=grants,
            unspaced=settings.grants,
            concurrency=settings.concurrency,
        ) as fetcher,
        open_pool(settings, _note) as pool,
    ):
        with _found(request, settings, fetcher, pool) as found:
            yield found


@contextmanager
def _found(request: WatchRequest, settings: Settings, fetcher: Fetcher, pool: Pool) -> Iterator[Resources]:
    watch, embedded = watch_of(request), ENGINES[DEFAULT]()
    found = Resources(settings, watch, reader_of(watch, embedded), fetcher, pool, embedded)
    token = _current.set((request, found))
    try:
        yield found
    finally:
        _current.reset(token)


def _same_world(a: WatchRequest, b: WatchRequest) -> bool:
    return (a.folder, a.archive_port) == (b.folder, b.archive_port)
