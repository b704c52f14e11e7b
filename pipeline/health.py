"""How a feed does, as one word; which silences are told, and when they are over. Pure.

The view ``feed_health`` says the same in SQL; tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from pipeline.model import Alarm, FeedHealth, FeedRecord, HealthState, PollOutcome
from pipeline.text import content_id

SILENT, RETIRED = "silent", "retired"  # kinds of alarm

_OF_OUTCOME = {
    PollOutcome.FAILED: HealthState.FAILING,
    PollOutcome.REFUSED: HealthState.REFUSED,
    PollOutcome.HTML: HealthState.HTML,
    PollOutcome.NOT_A_FEED: HealthState.NOT_A_FEED,
    PollOutcome.EMPTY: HealthState.EMPTY,
    PollOutcome.UNCHANGED: HealthState.UNCHANGED,
    PollOutcome.OK: HealthState.OK,
}
_FAILS = frozenset({HealthState.FAILING, HealthState.REFUSED, HealthState.HTML, HealthState.NOT_A_FEED})


def health_of(feed: FeedRecord, now: datetime) -> FeedHealth:
    """How ``feed`` does at ``now``: the first that holds of the states below.

    removed, retired, never_polled; failing, refused, html, not_a_feed (the last poll failed); stale (it answers, but
    has brought nothing new for longer than expected); possible_gap (of the last poll); empty; undated; unchanged; ok.
    """
    since = feed.new_at or feed.added_at
    active = feed.removed_at is None and feed.retired_at is None
    is_silent = active and now - since > feed.expected_every
    return FeedHealth(feed, _state(feed, is_silent), is_silent, since)


def _state(feed: FeedRecord, is_silent: bool) -> HealthState:
    if feed.removed_at is not None:
        return HealthState.REMOVED
    if feed.retired_at is not None or feed.outcome is PollOutcome.GONE:
        return HealthState.RETIRED
    if feed.outcome is None:
        return HealthState.NEVER_POLLED
    state = _OF_OUTCOME[feed.outcome]
    if state in _FAILS:
        return state
    if is_silent:
        return HealthState.STALE
    if feed.gap_at is not None and feed.gap_at == feed.polled_at:
        return HealthState.POSSIBLE_GAP
    if state is not HealthState.EMPTY and feed.undated:
        return HealthState.UNDATED
    return state


def is_failing(health: FeedHealth) -> bool:
    """Whether the last poll of the feed failed."""
    return health.state in _FAILS


def due_alarms(
    feeds: Iterable[FeedHealth], open_alarms: Sequence[Alarm], watch: str, now: datetime
) -> tuple[tuple[Alarm, ...], tuple[Alarm, ...]]:
    """The alarms to raise now, and those that are over.

    A feed that is silent raises one alarm for each silence, a retired one a single notice. Where every feed of the
    watch is silent, one alarm for the watch takes the place of those of its feeds: that is trouble on our side, or
    a very quiet world, and in both cases one message.

    Args:
        feeds: all feeds of the watch.
        open_alarms: the alarms that were told and not cleared.
        watch: its short name.
        now: the time of the decision, UTC.

    Returns:
        New alarms in the order of ``feeds``, the watch's own first; and open ones that are over, with
        ``cleared_at`` set.
    """
    known = [health for health in feeds if health.state is not HealthState.REMOVED]
    active = [health for health in known if health.state is not HealthState.RETIRED]
    silent = {health.feed.feed_id: health for health in active if _is_heard_silent(health)}
    already = {alarm.alarm_id for alarm in open_alarms}
    all_silent = len(active) > 1 and len(silent) == len(active)
    wanted = []
    if all_silent:
        wanted.append(_alarm(watch, None, SILENT, max(health.since for health in active), now))
    for health in known:
        feed = health.feed
        if feed.retired_at is not None:
            wanted.append(_alarm(watch, health, RETIRED, feed.retired_at, now))
        elif feed.feed_id in silent and not all_silent:
            wanted.append(_alarm(watch, health, SILENT, health.since, now))
    raised = tuple(alarm for alarm in wanted if alarm.alarm_id not in already)
    over = tuple(
        Alarm(a.alarm_id, a.watch, a.feed_id, a.kind, a.since, a.raised_at, now)
        for a in open_alarms
        if a.kind == SILENT and not (all_silent if a.feed_id is None else a.feed_id in silent)
    )
    return raised, over


def _is_heard_silent(health: FeedHealth) -> bool:
    """Whether a poll has found the feed silent: after a pause of our own, nothing is told before it was asked."""
    feed = health.feed
    return health.is_silent and (feed.polled_at is None or feed.polled_at - health.since > feed.expected_every)


def _alarm(watch: str, health: FeedHealth | None, kind: str, since: datetime, now: datetime) -> Alarm:
    feed_id = health.feed.feed_id if health else None
    return Alarm(content_id("alarm", watch, feed_id, kind, since.isoformat()), watch, feed_id, kind, since, now)
