"""The record of a run: what it counted, what went wrong, how it ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from flows.request import WatchRequest
from flows.resources import Resources, wall_clock
from pipeline.errors import MissionwatchError
from pipeline.model import RunRecord
from pipeline.storage import open_store
from pipeline.text import shorten

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


_current: ContextVar[Run | None] = ContextVar("run", default=None)


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
    """
    outer = _current.get()
    if outer is not None and outer.run_id == run_id:
        yield outer
        return
    run = Run(run_id or uuid4())
    started = wall_clock()
    slug, wait = found.watch.slug, found.settings.store_wait
    with open_store(request.data_dir, wait=wait) as store:
        store.start_run(RunRecord(run.run_id, flow, slug, now, started))
    token = _current.set(run)
    outcome, reason = "failed", "stopped before its end"
    try:
        yield run
        outcome = "partial" if run.notes else "ok"
        kept = run.notes[:NOTES_KEPT]
        more = len(run.notes) - len(kept)
        reason = "; ".join(shorten(note, 300) for note in kept) + (f"; and {more} more" if more > 0 else "")
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
