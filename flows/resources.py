"""What the flows share while they run: the watch, the fetcher, the warm workers, the progress line.

They are opened once, by whichever flow runs outermost, and found by the inner ones in a context
variable: they can't travel as flow parameters, which Prefect keeps as JSON.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from flows.request import WatchRequest
from pipeline.fetch import Fetcher, FetchLimits
from pipeline.model import Watch
from pipeline.reading import DEFAULT, ENGINES, Reader
from pipeline.replay import load_archive
from pipeline.seeds import load_watch
from pipeline.settings import Settings, load_settings
from pipeline.steps import reader_of
from pipeline.workers import WorkerPool


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
    """What a run works with. ``synced`` turns True once the store knows the watch as it is now."""

    settings: Settings
    watch: Watch
    reader: Reader
    fetcher: Fetcher
    pool: WorkerPool
    synced: bool = False


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
    return replace(watch, feeds=load_archive(request.folder / "archive").feeds())


@asynccontextmanager
async def resources(request: WatchRequest) -> AsyncIterator[Resources]:
    """The run's resources: those that are open already for this watch, or new ones until the block ends."""
    open_already = _current.get()
    if open_already is not None and _same_world(open_already[0], request):
        yield open_already[1]
        return
    settings = load_settings(os.environ)
    grants = {".test": ("127.0.0.1", request.archive_port)} if request.archive_port else {}
    # The archive's outlets are all one process on this machine: spacing would only slow it down.
    spacing = 0.0 if request.archive_port else settings.host_spacing
    async with (
        Fetcher(
            user_agent=settings.user_agent,
            limits=FetchLimits(spacing=spacing),
            grants=grants,
            concurrency=settings.concurrency,
        ) as fetcher,
        WorkerPool(settings.workers, deadline=settings.worker_deadline) as pool,
    ):
        watch = watch_of(request)
        found = Resources(settings, watch, reader_of(watch, ENGINES[DEFAULT]()), fetcher, pool)
        token = _current.set((request, found))
        try:
            yield found
        finally:
            _current.reset(token)


def _same_world(a: WatchRequest, b: WatchRequest) -> bool:
    return (a.folder, a.archive_port) == (b.folder, b.archive_port)
