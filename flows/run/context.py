"""What a run works with: what all runs of a process share, the watch, and the record of the run itself.

It is handed from step to step as an argument. A flow of Prefect can't be given it, for Prefect keeps parameters as
JSON: a flow opens its own, or is made over tools that are open already, see :func:`flows.monitor.monitor_over`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from flows.run.feeds import Feeds
from flows.run.pages import Pages
from flows.run.record import Run, record_run
from flows.run.request import WatchRequest
from pipeline.board.fold import in_force
from pipeline.board.successors import with_successors
from pipeline.fetch import Fetcher, FetchLimits
from pipeline.model import Article, Change, Watch
from pipeline.reading.embedded import DEFAULT, ENGINES, Reader
from pipeline.runtime.settings import Settings, load_settings
from pipeline.runtime.spread import Pool, open_pool
from pipeline.steps import choose_reader
from pipeline.storage import Store, open_store
from pipeline.watches import load_watch


class Progress(Protocol):
    """Is told how far a step is."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note that ``done`` of ``total`` of ``stage`` are over."""
        ...


def no_progress(stage: str, done: int, total: int) -> None:
    """Say nothing."""


def print_line(line: str) -> None:
    """Print ``line`` at once."""
    print(line, flush=True)


class Notes:
    """Hands what tools find amiss to the run under way, each thing once a run; between runs nobody is told."""

    def __init__(self) -> None:
        self._note: Callable[[str], None] | None = None
        self._said: set[str] = set()

    def tell(self, text: str) -> None:
        """Note ``text`` in the run under way, unless it has it."""
        if self._note is not None and text not in self._said:
            self._said.add(text)
            self._note(text)

    @contextmanager
    def to(self, note: Callable[[str], None]) -> Iterator[None]:
        """Let ``note`` have them while the block lasts."""
        self._note, self._said = note, set()
        try:
            yield
        finally:
            self._note = None


@dataclass(frozen=True, slots=True)
class Tools:
    """What all runs of a process share, of one watch or of several.

    Attributes:
        settings: how Missionwatch runs here.
        fetcher: makes the requests, all of them: so each host has one that keeps its spacing.
        pool: where documents are parsed and articles read: this machine, or a cluster.
        embedded: the engine that comes with the package.
        notes: where tools tell what they find amiss.
        progress: is told how far a step is.
        echo: takes the lines of alerts for the console.
    """

    settings: Settings
    fetcher: Fetcher
    pool: Pool
    embedded: Reader
    notes: Notes = field(default_factory=Notes)
    progress: Progress = no_progress
    echo: Callable[[str], None] = print_line


@asynccontextmanager
async def open_tools(archive_port: int | None = None) -> AsyncIterator[Tools]:
    """Open what runs share, until the block ends.

    Args:
        archive_port: where the archive is served that stands for the web; None for the web itself.
    """
    settings, notes = load_settings(os.environ), Notes()
    grants = dict(settings.grants)
    if archive_port:
        grants[".test"] = ("127.0.0.1", archive_port)
    # The archive's outlets are all one process on this machine: spacing would only slow it down.
    spacing = 0.0 if archive_port else settings.host_spacing
    async with (
        Fetcher(
            user_agent=settings.user_agent,
            limits=FetchLimits(spacing=spacing),
            grants=grants,
            unspaced=settings.grants,
            concurrency=settings.concurrency,
        ) as fetcher,
        open_pool(settings, notes.tell) as pool,
    ):
        yield Tools(settings, fetcher, pool, ENGINES[DEFAULT](), notes)


@dataclass(slots=True)
class RunContext:
    """One run under way, and what it works with.

    Attributes:
        request: what it was asked to do.
        tools: what it shares with other runs.
        watch: what it watches.
        reader: the engine that the watch chooses.
        run: its record.
        progress: is told how far a step is.
        is_followed: whether further steps follow in this run, so that a step need not wait for what is slow.
        feeds, pages: what has been asked for and may still be to come; None where nothing is open.
    """

    request: WatchRequest
    tools: Tools
    watch: Watch
    reader: Reader
    run: Run
    progress: Progress
    is_followed: bool = False
    feeds: Feeds | None = None
    pages: Pages | None = None

    @property
    def settings(self) -> Settings:
        """How Missionwatch runs here."""
        return self.tools.settings

    @property
    def slug(self) -> str:
        """The watch's short name."""
        return self.watch.slug

    @property
    def now(self) -> datetime:
        """The time that the run believes it is, from its begin to its end."""
        return self.run.now

    def open_store(self) -> AbstractContextManager[Store]:
        """Open the live store; never hold it across network work."""
        return open_store(self.request.data_dir, wait=self.settings.store_wait)

    async def reader_ahead(self, articles: Sequence[Article], changes: Sequence[Change]) -> Reader:
        """Return the engine, which may have read ``articles`` already: over a cluster, by all its workers at once.

        Args:
            articles: in the order in which they will be read.
            changes: every change of the watch before them.

        Raises:
            SpreadError: the cluster is away, and nothing is to be done without it.
        """
        embedded = self.tools.embedded
        named = with_successors(self.watch, in_force(changes))
        ahead = await self.tools.pool.ahead(articles, named, embedded, DEFAULT)
        return self.reader if ahead is embedded else choose_reader(self.watch, ahead)

    @asynccontextmanager
    async def open_feeds(self) -> AsyncIterator[Feeds]:
        """Yield the run's feeds: those that are open already, or new ones until the block ends."""
        if self.feeds is not None:
            yield self.feeds
            return
        self.feeds = Feeds(self.request, self.tools.fetcher, self.tools.pool, self.progress)
        try:
            yield self.feeds
        finally:
            feeds, self.feeds = self.feeds, None
            await feeds.close()

    @asynccontextmanager
    async def open_pages(self) -> AsyncIterator[Pages]:
        """Yield the run's pages: those that are open already, or new ones until the block ends."""
        if self.pages is not None:
            yield self.pages
            return
        self.pages = Pages(self.request, self.settings, self.tools.fetcher, self.tools.pool, self.progress)
        try:
            yield self.pages
        finally:
            pages, self.pages = self.pages, None
            await pages.close()


def watch_of(request: WatchRequest) -> Watch:
    """Return the watch in the request's folder; over its archive, with the archive's feeds.

    Raises:
        WatchFileError: a file of the watch is wrong.
    """
    watch = load_watch(request.folder)
    if request.archive_port is None:
        return watch
    from pipeline.lab.replay import load_archive  # brings a web server and templates, which no live watch needs

    return replace(watch, feeds=load_archive(request.folder / "archive").feeds())


@asynccontextmanager
async def open_run(
    flow: str,
    request: WatchRequest,
    tools: Tools | None = None,
    *,
    watch: Watch | None = None,
    progress: Progress | None = None,
) -> AsyncIterator[RunContext]:
    """Open one run of ``flow``, until the block ends.

    Args:
        flow: the flow's name.
        request: what it is asked to do.
        tools: those that are open already; None opens new ones.
        watch: the watch, where it is loaded already.
        progress: is told how far a step is, in place of the tools' own.

    Raises:
        WatchFileError: a file of the watch is wrong.
        NotWatchedError: the watch is paused or archived.
        StoreLockedError: another run went on in the data folder for too long.
        StorageError: the store can't be used.
    """
    watch = watch or watch_of(request)
    async with (
        open_tools(request.archive_port) if tools is None else nullcontext(tools) as shared,
        record_run(flow, request, watch, shared.settings) as run,
    ):
        with shared.notes.to(run.note):
            yield RunContext(
                request, shared, watch, choose_reader(watch, shared.embedded), run, progress or shared.progress
            )
