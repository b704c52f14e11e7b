"""Decide how a feed does, which silences and failures are alarms, and when these are over. Pure.

The view ``feed_health`` says the same in SQL; tests hold the two together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from pipeline.health import NOTICES, Key, Sign
from pipeline.model import WORKED, Alarm, AlarmKind, FeedHealth, FeedRecord, HealthState, LostPages, PollOutcome
from pipeline.model.text import content_id

PAGES_TOLD = 5  # of one feed in a row that gave no text
FAILURES_TOLD = 3  # in a row of one feed, within its usual interval: what goes away by itself is not told
FLAPS = 3  # alarms of one kind about one feed in a day: the last stays until that day is over, whatever happens
SEVERAL = 3  # feeds; of fewer, a single failure would make the watch blind, so it must be two in a row

_OF_OUTCOME = {
    PollOutcome.FAILED: HealthState.FAILING,
    PollOutcome.REFUSED: HealthState.REFUSED,
    PollOutcome.HTML: HealthState.HTML,
    PollOutcome.NOT_A_FEED: HealthState.NOT_A_FEED,
    PollOutcome.EMPTY: HealthState.EMPTY,
    PollOutcome.UNCHANGED: HealthState.UNCHANGED,
    PollOutcome.OK: HealthState.OK,
}


def health_of(feed: FeedRecord, now: datetime) -> FeedHealth:
    """Return how ``feed`` does at ``now``: the first that holds of the states below.

    removed, retired, never_polled; failing, refused, html, not_a_feed (the last poll failed); stale (it answers, but
    has brought nothing new for longer than expected); possible_gap (of the last poll); empty; undated; unchanged; ok.
    """
    since = feed.new_at or feed.added_at
    is_silent = feed.is_polled and now - since > feed.expected_every
    return FeedHealth(feed, _state(feed, is_silent), is_silent, since)


def _state(feed: FeedRecord, is_silent: bool) -> HealthState:
    if feed.removed_at is not None:
        return HealthState.REMOVED
    if feed.retired_at is not None or feed.outcome is PollOutcome.GONE:
        return HealthState.RETIRED
    if feed.outcome is None:
        return HealthState.NEVER_POLLED
    state = _OF_OUTCOME[feed.outcome]
    if feed.outcome not in WORKED:
        return state
    if is_silent:
        return HealthState.STALE
    if feed.gap_at is not None and feed.gap_at == feed.polled_at:
        return HealthState.POSSIBLE_GAP
    if state is not HealthState.EMPTY and feed.undated:
        return HealthState.UNDATED
    return state


def blindness(counts: Mapping[str, int]) -> AlarmKind | None:
    """Return BLIND where a run could read no feed, HALF_BLIND where at least half of them failed; None where neither.

    A feed that failed and waits for its next try is not read either.

    Args:
        counts: the numbers of a run that has polled.
    """
    feeds, failing = counts.get("feeds", 0), counts.get("feeds_failing", 0)
    active = counts.get("feeds_active", feeds)
    if feeds and failing >= active:
        return AlarmKind.BLIND
    return AlarmKind.HALF_BLIND if failing and 2 * failing >= active else None


def describe_blindness(counts: Mapping[str, int]) -> str:
    """Return the sentence about a run's :func:`blindness`; empty where there is none."""
    kind = blindness(counts)
    if kind is AlarmKind.BLIND:
        return (
            f"Not one of the {counts['feeds']} feeds could be read. This is not quiet: nothing is known of what "
            "happened since the last good poll."
        )
    if kind is AlarmKind.HALF_BLIND:
        active = counts.get("feeds_active", counts["feeds"])
        return f"{counts['feeds_failing']} of the {active} feeds could not be read: what these bring is not seen."
    return ""


def due_alarms(
    feeds: Iterable[FeedHealth],
    open_alarms: Sequence[Alarm],
    watch: str,
    now: datetime,
    lost: Mapping[UUID, LostPages] = MappingProxyType({}),
    signs: Mapping[Key, Sign] = MappingProxyType({}),
    of_today: Sequence[Alarm] = (),
) -> tuple[tuple[Alarm, ...], tuple[Alarm, ...]]:
    """Return the alarms to raise now, and those that are over.

    A feed that is silent raises one alarm for each silence, one that has failed three times in a row one for each
    failure, one whose last five pages gave no text one until a page does, a retired one a single notice; what is told
    as failing is not told as silent too. Where every feed of the watch fails, or half of them, or all are silent, one
    alarm for the watch takes the place of those of its feeds: that is trouble on our side, or a very quiet world, and
    in each case one message.

    What else has its signs is raised once and lasts as long as they do; of a feed that can't be read nothing new is
    known, so nothing more is raised and nothing cleared. What comes and goes is raised a few times, and then stays.

    Args:
        feeds: all feeds of the watch.
        open_alarms: the alarms that were told and not cleared.
        watch: its short name.
        now: the time of the decision, UTC.
        lost: the pages that gave no text since the last that did, by feed.
        signs: see :func:`pipeline.health.signs_of`.
        of_today: the alarms that were raised within a day, those that are over too.

    Returns:
        New alarms in the order of ``feeds``, the watch's own first; and open ones that are over, with
        ``cleared_at`` set.
    """
    known = [health for health in feeds if health.state is not HealthState.REMOVED]
    active = [health for health in known if health.state is not HealthState.RETIRED]
    failing = {health.feed.feed_id for health in active if health.is_failing}
    silent = {health.feed.feed_id for health in active if _is_heard_silent(health)}
    all_fail = bool(active) and len(failing) == len(active)
    half_fails = len(active) >= SEVERAL and 2 * len(failing) >= len(active)
    all_silent = len(active) > 1 and len(silent) == len(active)
    # One alarm of a kind about the watch stands at a time, whatever its start would be by now.
    standing = {alarm.kind for alarm in open_alarms if alarm.feed_id is None}
    told_failing = {alarm.feed_id for alarm in open_alarms if alarm.kind == AlarmKind.FAILING}
    again = sum(health.feed.failures > 1 for health in active if health.feed.feed_id in failing)
    is_blind = all_fail and (AlarmKind.BLIND in standing or len(active) >= SEVERAL or again == len(active))
    is_half_blind = half_fails and not is_blind and (AlarmKind.HALF_BLIND in standing or 2 * again >= len(active))
    read = sorted(_last_read(health) for health in active if health.feed.feed_id in failing)
    about_all = []
    if is_blind:
        about_all.append((AlarmKind.BLIND, read[-1]))
    elif all_silent:
        about_all.append((AlarmKind.SILENT, max(health.since for health in active)))
    if is_half_blind:
        about_all.append((AlarmKind.HALF_BLIND, read[(len(active) + 1) // 2 - 1]))
    wanted = [_alarm(watch, None, kind, since, now) for kind, since in about_all if kind not in standing]
    for health in known:
        feed, feed_id = health.feed, health.feed.feed_id
        if feed.retired_at is not None:
            wanted.append(_alarm(watch, health, AlarmKind.RETIRED, feed.retired_at, now))
        elif feed_id in failing and (is_blind or is_half_blind):
            continue
        elif feed_id in failing and feed.failures >= FAILURES_TOLD:
            wanted.append(_alarm(watch, health, AlarmKind.FAILING, _last_read(health), now))
        elif feed_id in silent and not all_silent and not (feed_id in failing and feed_id in told_failing):
            wanted.append(_alarm(watch, health, AlarmKind.SILENT, health.since, now))
    unreadable = {alarm.feed_id for alarm in open_alarms if alarm.kind == AlarmKind.UNREADABLE}
    wanted += [
        _alarm(watch, health, AlarmKind.UNREADABLE, lost[health.feed.feed_id].since, now)
        for health in active
        if health.feed.feed_id not in unreadable
        and health.feed.feed_id in lost
        and lost[health.feed.feed_id].pages >= PAGES_TOLD
    ]
    of_feed = {health.feed.feed_id: health for health in active}
    stands = {(alarm.feed_id, alarm.kind) for alarm in open_alarms}
    wanted += [
        _alarm(watch, of_feed.get(feed_id) if feed_id else None, kind, sign.since, now, sign.detail)
        for (feed_id, kind), sign in signs.items()
        if feed_id not in failing and (kind in NOTICES or (feed_id, kind) not in stands)
    ]
    already = {alarm.alarm_id for alarm in open_alarms}
    raised = tuple(alarm for alarm in wanted if alarm.alarm_id not in already)
    whole = {AlarmKind.BLIND: all_fail, AlarmKind.HALF_BLIND: half_fails, AlarmKind.SILENT: all_silent}
    lasts = {AlarmKind.FAILING: failing, AlarmKind.SILENT: silent, AlarmKind.UNREADABLE: lost.keys()}
    flaps = Counter((alarm.feed_id, alarm.kind) for alarm in of_today)

    def stays(alarm: Alarm) -> bool:
        kind, feed_id = AlarmKind(alarm.kind), alarm.feed_id
        if kind in NOTICES or flaps[feed_id, alarm.kind] >= FLAPS:
            return True
        if feed_id is None and kind in whole:
            return whole[kind]
        if kind in lasts:
            return feed_id in lasts[kind]
        return (feed_id, kind) in signs or feed_id in failing

    over = tuple(replace(alarm, cleared_at=now) for alarm in open_alarms if not stays(alarm))
    return raised, over


def _last_read(health: FeedHealth) -> datetime:
    """Return when the feed was last read, else when the watch began to name it."""
    return health.feed.read_at or health.feed.added_at


def _is_heard_silent(health: FeedHealth) -> bool:
    """Decide whether a poll, and not only a pause of our own, has found the feed silent."""
    feed = health.feed
    return health.is_silent and (feed.polled_at is None or feed.polled_at - health.since > feed.expected_every)


def _alarm(watch: str, health: FeedHealth | None, kind: str, since: datetime, now: datetime, detail: str = "") -> Alarm:
    feed_id = health.feed.feed_id if health else None
    alarm_id = content_id("alarm", watch, feed_id, kind, since.isoformat())
    return Alarm(alarm_id, watch, feed_id, kind, since, now, detail=detail)
