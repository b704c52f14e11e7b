"""Shared by ``mark``, ``marks`` and ``review``: make a correction, act on it and store it, while no run works."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from pipeline.board.corrections import Correction, CorrectionKind, Corrections, Labels, make_correction
from pipeline.cli.common import account_name, settings
from pipeline.model import Watch, escape
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id
from pipeline.steps import CorrectionOutcome, plan_correction
from pipeline.storage import Store, hold_run, open_store, publish

F = TypeVar("F", bound=Callable[..., Any])

# What people write, and what it means.
WORDS = {
    "wrong": CorrectionKind.WRONG,
    "duplicate": CorrectionKind.DUPLICATE,
    "not-this-mission": CorrectionKind.NOT_THIS_MISSION,
    "confirmed": CorrectionKind.CONFIRMED,
    "relabel": CorrectionKind.RELABELLED,
    "pin": CorrectionKind.PINNED,
    "unpin": CorrectionKind.UNPINNED,
}


NO_LABELS = Labels()


def author_option(function: F) -> F:
    """``--author``: who makes the correction."""
    option = click.option(
        "--author",
        default="",
        callback=lambda ctx, param, value: value.strip() or settings().author or account_name(),
        help="Who says so.  [default: the setting author, else the name of the account]",
    )
    return option(function)


@contextmanager
def open_for_correction(where: Path) -> Iterator[Store]:
    """The live store of ``where``, while no run works in the folder: a run must not judge by an older board.

    Raises:
        StoreLockedError: a run goes on for longer than the setting ``store_wait``.
        StorageError: the store can't be used.
    """
    wait = settings().store_wait
    with hold_run(where, wait=wait), open_store(where, wait=wait) as store:
        yield store


def record_correction(
    store: Store, watch: Watch, kind: CorrectionKind, asked: str, *, author: str, note: str, labels: Labels = NO_LABELS
) -> CorrectionOutcome:
    """Mark what ``asked`` names, and store what comes of it.

    Raises:
        UsageError: nothing is known of it, or the correction does not fit it.
    """
    target = store.find_target(watch.slug, asked)
    pins = Corrections.of(store.load_corrections(watch.slug)).pins() if kind is CorrectionKind.UNPINNED else {}
    if kind is CorrectionKind.UNPINNED and target.row not in pins:
        raise UsageError(
            f"{asked} is not pinned.",
            remedy=f"Pinned are: {', '.join(sorted(f'{a}/{k}' for a, k in pins))}." if pins else "No row is.",
        )
    made_at, now = times(store, watch)
    correction = make_correction(
        kind, target, watch=watch.slug, author=author, note=note, made_at=made_at, watch_time=now, labels=labels
    )
    return store_correction(store, watch, correction, now)[0]


def store_correction(
    store: Store, watch: Watch, correction: Correction, now: datetime | None
) -> tuple[CorrectionOutcome, bool]:
    """Act on ``correction`` and store what comes of it; with False where the store had it already.

    A pin waits for its time: in a store whose watch has not come so far, where ``now`` is earlier, or None before its
    first run, it is the run at that time that sets the row.
    """
    if correction.kind is CorrectionKind.PINNED and (now is None or correction.watch_time > now):
        outcome = CorrectionOutcome(
            correction, told=(f"It counts from {correction.watch_time:%Y-%m-%d %H:%M} UTC on, by the watch's clock.",)
        )
    else:
        outcome = plan_correction(
            correction, store.correction_context(watch.slug, correction), watch, now or correction.watch_time
        )
    return outcome, store.add_outcome(watch.slug, outcome)


def times(store: Store, watch: Watch) -> tuple[datetime, datetime]:
    """The machine's clock, and the watch's: its last run's, which in an archive stands in the past."""
    made_at = store.clock()
    return made_at, store.last_run_now(watch.slug) or made_at


def describe_outcome(outcome: CorrectionOutcome) -> str:
    """What came of a correction, for a person: what it is, then a line for each thing that it did."""
    correction = outcome.correction
    head = f"{str(correction.correction_id)[:8]}  {correction.told}"
    return "\n".join([escape.line(head), *(f"  {escape.line(line)}" for line in outcome.told)])


def publish_corrections(where: Path, watch: Watch, correction_ids: Iterable[UUID]) -> None:
    """Show SQL clients what was marked; a store that no run has worked in yet has nothing to show."""
    ids = sorted(map(str, correction_ids))
    wait = settings().store_wait
    with open_store(where, wait=wait) as store:
        now = store.last_run_now(watch.slug)
    if ids and now is not None:
        publish(where, content_id("marked", *ids), now, wait=wait)
