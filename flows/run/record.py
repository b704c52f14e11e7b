"""Record a run: what it counts, what goes wrong, how it ends. One run at a time works in a folder."""

from __future__ import annotations

import gc
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

from flows.run.clock import clock, wall_clock
from flows.run.request import WatchRequest
from flows.run.server import quiet_prefect_logs, server_named
from flows.run.summary import ended
from pipeline.alerts import addresses
from pipeline.health.feeds import blindness, describe_blindness
from pipeline.model import AlarmKind, RunRecord, Standing, Watch, WatchState
from pipeline.model.errors import MissionwatchError, NotWatchedError, StorageError, StoreDamagedError
from pipeline.model.phrasing import DONE_HERE
from pipeline.model.text import shorten
from pipeline.notify import hush
from pipeline.runtime import logs
from pipeline.runtime.settings import Settings
from pipeline.storage import Store, hold_run, keep_store, open_store, restore

NOTE_LENGTH = 700  # characters; a store that was restored takes most of them
NOTES_KEPT = 20  # a run's reason names this many troubles; each is recorded with its feed or page anyway

RunLog = logging.Logger | logging.LoggerAdapter[logging.Logger]


@dataclass(slots=True)
class Run:
    """A run under way: its counts and notes so far."""

    run_id: UUID
    now: datetime  # the watch's own clock
    counts: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    secrets: frozenset[str] = frozenset()  # texts that no log shows
    record: RunRecord | None = None  # how it ended, once it has
    log: RunLog | None = None  # that of the flow run; None where no server would keep it

    def count(self, **numbers: int) -> None:
        """Add ``numbers`` to the run's counts."""
        for name, number in numbers.items():
            self.counts[name] = self.counts.get(name, 0) + number

    def note(self, text: str) -> None:
        """Keep a trouble that a person should see."""
        self.notes.append(text)
        logs.event("run.note", level=logging.WARNING, note=text)
        self.say(text, level=logging.WARNING)

    def say(self, text: str, *, level: int = logging.INFO) -> None:
        """Write a sentence to the log of the flow run."""
        if self.log is not None:
            self.log.log(level, "%s", shorten(logs.masked(text, self.secrets), logs.MAX_VALUE))


T = TypeVar("T")

_WHOLE = frozenset({"feeds", "feeds_active"})
_LEVELS = {"ok": logging.INFO, "partial": logging.WARNING, "blind": logging.ERROR, "failed": logging.ERROR}


class _Logs:
    """What logs in this process; None before. A run may be a process of its own, which nothing else has prepared."""

    handler: logging.Handler | None = None


def start_logs(watch: Watch, settings: Settings) -> bool:
    """Log as lines of JSON where the settings say so, without the watch's secrets; return whether they do."""
    if settings.log != "json":
        return False
    if _Logs.handler is None:
        _Logs.handler = logs.start()
        hush()
    logs.hide(_Logs.handler, _secrets(watch))
    return True


def _secrets(watch: Watch) -> frozenset[str]:
    return logs.secrets_of(addresses(watch).values(), os.environ)


def _log_of_flow_run() -> RunLog | None:
    """Return the log of the flow run that is under way; None where no server would keep it."""
    # Imported here: `serve` sets what Prefect reads when it is imported, and takes this module before.
    from prefect.context import FlowRunContext
    from prefect.logging import get_run_logger

    context = FlowRunContext.get()
    if context is None or context.flow_run is None or not server_named():
        return None
    return get_run_logger()


def ensure_store(data_dir: Path, wait: float) -> str:
    """See that the store can be used; see :func:`with_restored_store`, of which this is the second part."""
    return with_restored_store(data_dir, wait, lambda _: None)[1]


def with_restored_store(data_dir: Path, wait: float, act: Callable[[Store], T]) -> tuple[T, str]:
    """Return what ``act`` gives of the store, and what was lost where that had to be brought back first, else "".

    Damage may show as late as in what ``act`` reads: it is then done again, with the store that was brought back.

    Raises:
        StorageError: the store can't be used, and says what to do.
    """
    try:
        with open_store(data_dir, wait=wait) as store:
            return act(store), ""
    except StoreDamagedError:
        restored = restore(data_dir, wall_clock(), wait=wait)
        if restored is None:
            raise
    with open_store(data_dir, wait=wait) as store:
        return act(store), restored.told


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
async def record_run(flow: str, request: WatchRequest, watch: Watch, settings: Settings) -> AsyncIterator[Run]:
    """Record one run of ``flow``.

    Its time is taken once the folder is its own: a run that waited for another is later than that one.

    Args:
        flow: the flow's name.
        request: what it was asked to do.
        watch: what it watches.
        settings: how Missionwatch runs here.

    Raises:
        NotWatchedError: the watch is paused or archived.
        StoreLockedError: another run went on in the data folder for longer than the setting ``store_wait``.
        StorageError: the store can't be used.
    """
    start_logs(watch, settings)
    quiet_prefect_logs(tells=True)
    _freeze_imports()
    run_id, folder = uuid4(), request.data_dir
    with (
        logs.bound(watch=watch.slug, flow=flow, run=run_id),
        hold_run(folder, wait=settings.store_wait, waits=partial(_report_wait, folder, settings)),
        keep_store(folder),
    ):
        run = Run(run_id, clock(request), secrets=_secrets(watch), log=_log_of_flow_run())
        async with _one_run(flow, request, watch, settings, run):
            yield run


def _report_wait(folder: Path, settings: Settings, holder: int | None) -> None:
    """Say that this run waits for the one that works in ``folder``."""
    _tell_once(waiting_note(folder, holder, settings.store_wait), holder, as_event=settings.log == "json")


@lru_cache(maxsize=16)  # a replay waits before each of its rounds, and says so once
def _tell_once(note: str, holder: int | None, *, as_event: bool) -> None:
    if as_event:
        logs.event("run.waits", level=logging.WARNING, note=note, holder=holder)
    else:
        print(note, file=sys.stderr, flush=True)


def waiting_note(folder: Path, holder: int | None, wait: float) -> str:
    """What to say to whoever waits for another run in ``folder``: for whom, how long, and what to do."""
    who, stop = (f"process {holder}", f"; to end that one: kill {holder}") if holder else ("another process", "")
    return (
        f"{folder} is in use by {who}. This run waits for its turn, {wait:g} s at most (the setting store_wait). "
        f"To run beside it, name another folder with --data-dir{stop}."
    )


@lru_cache(maxsize=1)
def _freeze_imports() -> None:
    """Exclude everything loaded so far from later garbage collections; does so only once.

    Prefect and what it brings hold hundreds of thousands of objects that live as long as the process. To look through
    them again and again took a sixth of the time of polling.
    """
    gc.freeze()


def _refuse_unwatched(flow: str, watch: Watch, state: WatchState) -> None:
    """Refuse a run on a watch that is paused or archived; what is stored of a paused one may be read again."""
    if state.standing is Standing.WATCHED or (state.standing is Standing.PAUSED and flow == "reread"):
        return
    raise NotWatchedError(
        f"The watch {watch.slug} is {state.told}.",
        remedy="To watch it again: missionwatch watches resume DIR.",
    )


@contextmanager
def log_step(run: Run, step: str) -> Iterator[None]:
    """Log what a step of ``run`` came to: the counts that it added, and its seconds."""
    before, started = dict(run.counts), time.monotonic()
    with logs.bound(stage=step):
        try:
            yield
        except Exception as error:
            logs.event("stage.failed", level=logging.ERROR, error=type(error).__name__, reason=str(error))
            raise
        counts = {name: n - before.get(name, 0) for name, n in run.counts.items() if n != before.get(name)}
        # How many feeds there are is no count of a step that is called again, and its sentence says it all the same.
        whole = {name: n for name, n in run.counts.items() if name in _WHOLE}
        if told := ended(step, {**counts, **whole}):
            run.say(told)
        logs.event("stage.ended", seconds=round(time.monotonic() - started, 3), counts=counts)


@asynccontextmanager
async def _one_run(flow: str, request: WatchRequest, watch: Watch, settings: Settings, run: Run) -> AsyncIterator[None]:
    started, now = wall_clock(), run.now
    slug, wait = watch.slug, settings.store_wait

    def begin(store: Store) -> tuple[str, ...]:
        store.take_names(watch, started)
        _refuse_unwatched(flow, watch, store.watch_state(slug))
        # An archive's clock is no machine's: two replays of it that take turns set it back, and nothing is wrong.
        last = store.last_run_now(slug) if request.archive_port is None else None
        notes = (*store.untold_restores(slug), clock_note(now, last))
        store.start_run(RunRecord(run.run_id, flow, slug, now, started))
        return notes

    notes, _ = with_restored_store(request.data_dir, wait, begin)
    logs.event("run.started", watch_time=now)
    for note in notes:
        if note:
            run.note(note)
    outcome, reason = "failed", "stopped before its end"
    try:
        yield
        if any(DONE_HERE in note for note in run.notes):
            run.count(cluster_away=1)
        blind = describe_blindness(run.counts)
        outcome = "partial" if run.notes or blind else "ok"
        if blindness(run.counts) is AlarmKind.BLIND:
            outcome = "blind"
        told_of = [*([blind] if blind else []), *run.notes]
        kept = told_of[:NOTES_KEPT]
        more = len(told_of) - len(kept)
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
        done = RunRecord(run.run_id, flow, slug, now, started, wall_clock(), outcome, reason, dict(run.counts))
        run.record = done
        with open_store(request.data_dir, wait=wait) as store:
            store.finish_run(done)
        seconds = round((wall_clock() - started).total_seconds(), 3)
        told = ended(flow, run.counts) if outcome != "failed" else reason
        run.say(f"Run {outcome} after {seconds:.0f} s. {told}", level=_LEVELS[outcome])
        logs.event(
            "run.ended", level=_LEVELS[outcome], outcome=outcome, reason=reason, seconds=seconds, counts=done.counts
        )
