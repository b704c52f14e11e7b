"""Adapt a feed's schedule to its last poll: its habits, when it is due again, and what is worth a note. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from pipeline.feeds.schedule.failing import back_off, is_soft, weight
from pipeline.feeds.schedule.rhythm import LONGEST, SHORTEST, clamp, first_interval, new_share, next_interval, sketch_of
from pipeline.model import WORKED, FeedState, Habits, PollObservation, PollOutcome
from pipeline.model.redact import holds_secret, without_secrets

MOVES: Final = 3  # polls in a row that name the same new address before it is believed
LOST: Final = 3  # hard failures in a row at a new address before the old one is tried again
PROBE_AFTER: Final = 20  # answers 304 in a row after which the whole feed is asked for once,
PROBE_EVERY: Final = timedelta(days=1)  # or when no body has come for so long


@dataclass(frozen=True, slots=True)
class ScheduleUpdate:
    """The schedule of a feed after a poll.

    Attributes:
        habits: for the next poll.
        due: not to be polled before.
        failures: failed polls in a row, this one included.
        is_gap: True where entries may have been missed since the last entries came.
        notes: in plain English, for the poll's reason.
        moved_from: the address that ``habits.address`` takes the place of; empty where it is not new.
    """

    habits: Habits
    due: datetime
    failures: int
    is_gap: bool = False
    notes: tuple[str, ...] = ()
    moved_from: str = ""


def address_of(state: FeedState) -> str:
    """Return the address that a feed is polled at: where it has moved for good, else as the watch says."""
    return state.habits.address or state.feed.url


def asks_conditionally(state: FeedState, now: datetime) -> bool:
    """Decide whether a poll sends the validators that we hold.

    Not where they were found to lie, and not now and then (after 20 answers 304, or a day without a body): so a
    server that says "not modified" of what it has modified is found out.
    """
    habits = state.habits
    if not (state.etag or state.last_modified) or habits.distrusted_at is not None:
        return False
    old = habits.body_at is not None and now - habits.body_at >= PROBE_EVERY
    return not (habits.unmodified >= PROBE_AFTER or (habits.unmodified and old))


def same_validators(state: FeedState, headers: Mapping[str, str]) -> bool:
    """Decide whether ``headers`` declare the feed unchanged: the same ETag, else the same Last-Modified."""
    etag = headers.get("etag")
    if etag or state.etag:
        return etag == state.etag
    return bool(state.last_modified) and headers.get("last-modified") == state.last_modified


def adapt(state: FeedState, observed: PollObservation, now: datetime) -> ScheduleUpdate:
    """Adapt the feed's schedule to a poll.

    A feed that works is due after its own rhythm, and never sooner than its ttl, its headers or ``Retry-After``
    allow; one that fails after a back-off, and never sooner than ``Retry-After``. Each is taken as 5 minutes to
    24 hours, counted from when the answer came.

    Args:
        state: what was known before the poll.
        observed: what the poll saw.
        now: the run's own time, UTC.
    """
    habits = state.habits
    interval = habits.interval or first_interval(state.feed.expected_every)
    if observed.outcome is PollOutcome.GONE:
        retired = replace(habits, retired_at=now, trouble=observed.trouble)
        note = "retired: the server says that the feed is gone for good; give the watch another address for it"
        return ScheduleUpdate(retired, now + LONGEST, state.failures + 1, notes=(note,))
    if observed.outcome not in WORKED:
        return _after_failure(state, observed, interval, now)
    share = new_share(observed.keys, habits.sketch) if observed.keys else 0.0
    elapsed = now - habits.read_at if habits.read_at else interval
    is_gap = share == 1.0
    known = replace(
        habits,
        interval=next_interval(interval, share, elapsed, state.feed.expected_every),
        failure_weight=0.0,
        trouble="",
        read_at=now,
        max_age=observed.max_age if observed.whole or observed.max_age is not None else habits.max_age,
        body_at=now if observed.whole else habits.body_at,
        unmodified=0 if observed.whole else habits.unmodified + 1,
    )
    notes = []
    if is_gap:
        known = replace(known, gap_at=now)
        notes.append("possible gap: no entry of the last poll is left, so that some between may have been missed")
    if observed.validators_lied:
        known = replace(known, distrusted_at=now)
        notes.append("its validators lie: they call a changed feed unchanged, so it is polled without them from now on")
    if observed.outcome is not PollOutcome.UNCHANGED:
        known = replace(known, ttl=observed.ttl, content=observed.content)
    if observed.keys:
        known = replace(known, sketch=sketch_of(observed.keys), undated=observed.undated == len(observed.keys))
    known, moved_from = _after_move(state, known, observed)
    if moved_from:
        notes.append(f"moved for good: polled at {known.address} from now on, no more at {without_secrets(moved_from)}")
    wait = _no_sooner(known.interval or interval, (known.ttl, known.max_age, observed.retry_after))
    return ScheduleUpdate(known, now + observed.late + wait, 0, is_gap, tuple(notes), moved_from)


def _after_failure(state: FeedState, observed: PollObservation, interval: timedelta, now: datetime) -> ScheduleUpdate:
    habits, failures = state.habits, state.failures + 1
    failure_weight = habits.failure_weight + weight(observed.trouble)
    wait = back_off(state.feed.feed_id, failure_weight, failures)
    known = replace(habits, failure_weight=failure_weight, trouble=observed.trouble)
    notes: tuple[str, ...] = ()
    moved_from = ""
    if not is_soft(observed.trouble):
        wait = max(wait, interval)  # what does not go away by itself is not asked for more often than before
        if habits.address and failure_weight >= LOST:
            moved_from = habits.address
            known = replace(known, address="", moved=0, moved_to="")
            notes = (f"polled at {without_secrets(state.feed.url)} again: it fails where it had moved to",)
    wait = _no_sooner(wait, (observed.retry_after,))
    return ScheduleUpdate(known, now + observed.late + wait, failures, notes=notes, moved_from=moved_from)


def _after_move(state: FeedState, known: Habits, observed: PollObservation) -> tuple[Habits, str]:
    """Return the habits after what a poll said of the address, and the address that is left, if any."""
    if not (observed.moved_to or known.moved_to):
        return known, ""  # as nearly always
    here = address_of(state)
    # An address with a key in it is followed each time, and not remembered: the store holds no secret.
    secret = holds_secret(observed.moved_to)
    downgrade = here.startswith("https:") and not observed.moved_to.startswith("https:")
    if not observed.moved_to or observed.moved_to == here or downgrade or secret:
        return replace(known, moved_to="", moved=0), ""
    times = known.moved + 1 if observed.moved_to == known.moved_to else 1
    if times < MOVES:
        return replace(known, moved_to=observed.moved_to, moved=times), ""
    return replace(known, address=observed.moved_to, moved_to="", moved=0), here


def _no_sooner(wait: timedelta, asked: tuple[timedelta | None, ...]) -> timedelta:
    return max(clamp(value, SHORTEST, LONGEST) for value in (wait, *asked) if value is not None)
