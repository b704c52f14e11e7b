"""What ``mark``, ``marks`` and ``review`` share: a mark is made, acted on and stored, while no run works."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from pipeline.board.corrections import Labels, Mark, MarkKind, Marks, make_mark
from pipeline.cli.frame import account, settings
from pipeline.model import Watch, escape
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id
from pipeline.steps import Marked, act_on
from pipeline.storage import Store, hold_run, open_store, publish

F = TypeVar("F", bound=Callable[..., Any])

# What people write, and what it means.
WORDS = {
    "wrong": MarkKind.WRONG,
    "duplicate": MarkKind.DUPLICATE,
    "not-this-mission": MarkKind.NOT_THIS_MISSION,
    "confirmed": MarkKind.CONFIRMED,
    "relabel": MarkKind.RELABELLED,
    "pin": MarkKind.PINNED,
    "unpin": MarkKind.UNPINNED,
}


NO_LABELS = Labels()


def author_option(function: F) -> F:
    """``--author``: who marks."""
    option = click.option(
        "--author",
        default="",
        callback=lambda ctx, param, value: value.strip() or settings().author or account(),
        help="Who says so.  [default: the setting author, else the name of the account]",
    )
    return option(function)


@contextmanager
def marking(where: Path) -> Iterator[Store]:
    """The live store of ``where``, while no run works in the folder: a run must not judge by an older board.

    Raises:
        StoreLockedError: a run goes on for longer than the setting ``store_wait``.
        StorageError: the store can't be used.
    """
    wait = settings().store_wait
    with hold_run(where, wait=wait), open_store(where, wait=wait) as store:
        yield store


def say(
    store: Store, watch: Watch, kind: MarkKind, asked: str, *, author: str, note: str, labels: Labels = NO_LABELS
) -> Marked:
    """Mark what ``asked`` names, and store what comes of it.

    Raises:
        UsageError: nothing is known of it, or the mark does not fit it.
    """
    target = store.find_marked(watch.slug, asked)
    pins = Marks.of(store.load_marks(watch.slug)).pins() if kind is MarkKind.UNPINNED else {}
    if kind is MarkKind.UNPINNED and target.row not in pins:
        raise UsageError(
            f"{asked} is not pinned.",
            remedy=f"Pinned are: {', '.join(sorted(f'{a}/{k}' for a, k in pins))}." if pins else "No row is.",
        )
    made_at, now = times(store, watch)
    mark = make_mark(
        kind, target, watch=watch.slug, author=author, note=note, made_at=made_at, watch_time=now, labels=labels
    )
    return keep(store, watch, mark, now)[0]


def keep(store: Store, watch: Watch, mark: Mark, now: datetime | None) -> tuple[Marked, bool]:
    """Act on ``mark`` and store what comes of it; with False where the store had it already.

    A pin waits for its time: in a store whose watch has not come so far, where ``now`` is earlier, or None before its
    first run, it is the run at that time that sets the row.
    """
    if mark.kind is MarkKind.PINNED and (now is None or mark.watch_time > now):
        marked = Marked(mark, told=(f"It counts from {mark.watch_time:%Y-%m-%d %H:%M} UTC on, by the watch's clock.",))
    else:
        marked = act_on(mark, store.marking(watch.slug, mark), watch, now or mark.watch_time)
    return marked, store.add_marked(watch.slug, marked)


def times(store: Store, watch: Watch) -> tuple[datetime, datetime]:
    """The machine's clock, and the watch's: its last run's, which in an archive stands in the past."""
    made_at = store.clock()
    return made_at, store.last_run_now(watch.slug) or made_at


def told(marked: Marked) -> str:
    """What came of a mark, for a person: what it is, then a line for each thing that it did."""
    mark = marked.mark
    head = f"{str(mark.mark_id)[:8]}  {mark.told}"
    return "\n".join([escape.line(head), *(f"  {escape.line(line)}" for line in marked.told)])


def publish_marks(where: Path, watch: Watch, mark_ids: Iterable[UUID]) -> None:
    """Show SQL clients what was marked; a store that no run has worked in yet has nothing to show."""
    ids = sorted(map(str, mark_ids))
    wait = settings().store_wait
    with open_store(where, wait=wait) as store:
        now = store.last_run_now(watch.slug)
    if ids and now is not None:
        publish(where, content_id("marked", *ids), now, wait=wait)
