"""The record of a run: what it counted, what went wrong, how it ended. One run at a time works in a folder."""

from __future__ import annotations

import gc
import logging
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid4

from flows.away import quieten
from flows.request import WatchRequest
from flows.resources import Resources, noting, wall_clock
from pipeline import logs
from pipeline.errors import MissionwatchError, NotWatchedError, StorageError, StoreDamagedError
from pipeline.model import RunRecord, Standing, WatchState
from pipeline.notify import hush
from pipeline.storage import hold_run, keep_store, open_store, restore
from pipeline.text import shorten

NOTE_LENGTH = 700  # characters; a store that was restored takes most of them
NOTES_KEPT = 20  # a run's reason names this many troubles; each is recorded with its feed or page anyway


@dataclass(slots=True)
class Run:
    """A run under way: its counts and notes so far."""

    run_id: UUID
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    record: RunRecord | None = None  # how it ended, once it has

    def count(self, **numbers: int) -> None:
        """Add ``numbers`` to the run's counts."""
        for name, number in numbers.items():
            self.counts[name] = self.counts.get(name, 0) + number

    def note(self, text: str) -> None:
        """Keep a trouble that a person should see."""
        self.notes.append(text)
        logs.event("run.note", level=logging.WARNING, note=text)


_current: ContextVar[Run | None] = ContextVar("run", default=None)
_LEVELS = {"ok": logging.INFO, "partial": logging.WARNING, "failed": logging.ERROR}


class _Logs:
    """Whether this process logs already. A run may be a process of its own, which nothing else has prepared."""

    on = False


def start_logs(found: Resources) -> bool:
    """Log as lines of JSON where the settings say so; whether they do. Does nothing the second time."""
    if found.settings.log != "json":
        return False
    if not _Logs.on:
        channels = (channel for rule in found.watch.rules for channel in (*rule.channels, *rule.escalate_to))
        logs.start(secrets=logs.secrets_of(channels, os.environ))
        hush()
        _Logs.on = True
    return True


def whole_store(data_dir: Path, wait: float) -> str:
    """See that the store can be used, and bring it back where it is damaged; what then was done and lost, else "".

    Raises:
        StorageError: it can't be used, and says what to do.
    """
    try:
        with open_store(data_dir, wait=wait):
            return ""
    except StoreDamagedError:
        restored = restore(data_dir, wall_clock(), wait=wait)
        if restored is None:
            raise
        return restored.told


def clock_note(now: datetime, last: datetime | None) -> str:
    """What to say where the clock stands before the time of the last run, else ""."""
    if last is None or now >= last:
        return ""
    back = timedelta(seconds=round((last - now).total_seconds()))
    return (
        f"The clock has gone back by {back}: the last run was at {last:%Y-%m-%d %H:%M:%S} UTC, this one is at "
        f"{now:%Y-%m-%d %H:%M:%S} UTC. What was to wait for a later time is taken up now; changes keep their order, "
        "which is by number. See that the machine's clock is right."
    )


@asynccontextmanager
async def recorded(
    flow: str, request: WatchRequest, found: Resources, now: datetime, run_id: UUID | None
) -> AsyncIterator[Run]:
    """The record of one run of ``flow``; inside another flow's run, that one's.

    Args:
        flow: the flow's name.
        request, found: what the run works on and with.
        now: the run's own time.
        run_id: the id of the run that this is a part of, where there is one.

    Raises:
        NotWatchedError: the watch is paused or archived.
        StoreLockedError: another run went on in the data folder for longer than the setting ``store_wait``.
        StorageError: the store can't be used.
    """
    outer = _current.get()
    if outer is not None and outer.run_id == run_id:
        with _stage(flow, outer):
            yield outer
        return
    start_logs(found)
    quieten(tells=True)
    _leave_imports_alone()
    run_id = run_id or uuid4()
    with (
        logs.bound(watch=found.watch.slug, flow=flow, run=run_id),
        hold_run(request.data_dir, wait=found.settings.store_wait),
        keep_store(request.data_dir),
    ):
        async with _one_run(flow, request, found, now, run_id) as run:
            yield run


@lru_cache(maxsize=1)
def _leave_imports_alone() -> None:
    """Take what is loaded by now, once, out of every later search for garbage.

    Prefect and what it brings hold hundreds of thousands of objects that live as long as the process. To look through
    them again and again took a sixth of the time of polling.
    """
    gc.freeze()


def _refuse_unwatched(flow: str, found: Resources, state: WatchState) -> None:
    """Let no run begin on a watch that is paused or archived; what is stored of a paused one may be read again."""
    if state.standing is Standing.WATCHED or (state.standing is Standing.PAUSED and flow == "reread"):
        return
    raise NotWatchedError(
        f"The watch {found.watch.slug} is {state.told}.",
        remedy="To watch it again: missionwatch watches resume DIR.",
    )


@contextmanager
def _stage(flow: str, run: Run) -> Iterator[None]:
    """Log what a stage of ``run`` came to: the counts that it added, and its seconds."""
    before, started = dict(run.counts), time.monotonic()
    with logs.bound(stage=flow):
        try:
            yield
        except Exception as error:
            logs.event("stage.failed", level=logging.ERROR, error=type(error).__name__, reason=str(error))
            raise
        counts = {name: n - before.get(name, 0) for name, n in run.counts.items() if n != before.get(name)}
        logs.event("stage.ended", seconds=round(time.monotonic() - started, 3), counts=counts)


@asynccontextmanager
async def _one_run(
    flow: str, request: WatchRequest, found: Resources, now: datetime, run_id: UUID
) -> AsyncIterator[Run]:
    run = Run(run_id)
    started = wall_clock()
    slug, wait = found.watch.slug, found.settings.store_wait
    told = whole_store(request.data_dir, wait)
    with open_store(request.data_dir, wait=wait) as store:
        store.take_names(found.watch, started)
        _refuse_unwatched(flow, found, store.watch_state(slug))
        notes = (told, clock_note(now, store.last_run_now(slug)))
        store.start_run(RunRecord(run.run_id, flow, slug, now, started))
    logs.event("run.started", watch_time=now)
    for note in notes:
        if note:
            run.note(note)
    token = _current.set(run)
    outcome, reason = "failed", "stopped before its end"
    try:
        with noting(run.note):
            yield run
        outcome = "partial" if run.notes else "ok"
        kept = run.notes[:NOTES_KEPT]
        more = len(run.notes) - len(kept)
        reason = "; ".join(shorten(note, NOTE_LENGTH) for note in kept) + (f"; and {more} more" if more > 0 else "")
    except StoreDamagedError as error:
        reason = f"{error.code}: {error}"
        restored = restore(request.data_dir, wall_clock(), wait=wait)
        if restored is None:
            raise
        reason = f"{error.code}: {restored.told}"
        raise StorageError(restored.told, remedy="Run the watch again: it goes on from there.") from error
    except MissionwatchError as error:
        reason = f"{error.code}: {error}"
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise
    finally:
        _current.reset(token)
        done = RunRecord(run.run_id, flow, slug, now, started, wall_clock(), outcome, reason, dict(run.counts))
        run.record = done
        with open_store(request.data_dir, wait=wait) as store:
            store.finish_run(done)
        seconds = round((wall_clock() - started).total_seconds(), 3)
        logs.event(
            "run.ended", level=_LEVELS[outcome], outcome=outcome, reason=reason, seconds=seconds, counts=done.counts
        )
