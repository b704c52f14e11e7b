"""Write the alerts about the watch itself: feeds that fell silent or fail, channels that fail. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from pipeline.alerts.envelope import make_alert
from pipeline.alerts.message import Message, subject_of
from pipeline.alerts.rules import first_rules
from pipeline.alerts.timing import release
from pipeline.health import FEED_KINDS, WATCH_KINDS, FeedKind
from pipeline.model import (
    Alarm,
    AlarmKind,
    Alert,
    AlertKind,
    AlertRule,
    ChannelAlarm,
    ChannelState,
    FeedHealth,
    FeedYield,
    LostPages,
    Watch,
    escape,
)
from pipeline.model.text import content_id, shorten

ROUNDS = 3  # in a row that a channel fails before the others tell it
BROUGHT_IN = timedelta(days=30)  # the period for which an alarm says what its feeds used to bring
FEEDS_LISTED = 20  # of one kind in a message; each is in the view feed_health
_REASON_LENGTH = 200  # characters
_OF_FEEDS = {one.kind: one for one in FEED_KINDS}
_OF_WATCH = {one.kind: one for one in WATCH_KINDS}


def alarm_alerts(
    raised: Sequence[Alarm],
    over: Sequence[Alarm],
    feeds: Sequence[FeedHealth],
    brought: Mapping[UUID, FeedYield],
    watch: Watch,
    now: datetime,
    lost: Mapping[UUID, LostPages] = MappingProxyType({}),
) -> tuple[Alert, ...]:
    """Return the alerts about all that began or ended: one message for each channel of the watch.

    Args:
        raised, over: see :func:`pipeline.health.feeds.due_alarms`.
        feeds: how the feeds do, for their names and last words.
        brought: what each has brought in the time :data:`BROUGHT_IN`.
        watch: the channels of its rules are alerted, outside their quiet hours.
        now: the time of planning, UTC.
        lost: the pages that gave no text, by feed.
    """
    if not raised and not over:
        return ()
    by_id = {health.feed.feed_id: health for health in feeds}
    lines = _paragraphs((*raised, *over), by_id, brought, lost, now)
    ids = sorted(str(alarm.alarm_id) for alarm in raised), sorted(str(alarm.alarm_id) for alarm in over)
    return tuple(
        _alert(
            content_id("alarm-alert", watch.key, channel, *ids[0], "over", *ids[1]),
            f"{watch.title}: {_alarm_head(raised, over, by_id)}",
            "\n\n".join(lines),
            watch,
            channel,
            rule,
            now,
        )
        for channel, rule in first_rules(watch).items()
    )


def channel_alarms(
    states: Iterable[ChannelState], told: Iterable[ChannelAlarm], watch: Watch, now: datetime
) -> tuple[tuple[ChannelAlarm, ...], tuple[ChannelAlarm, ...]]:
    """Return the alarms to raise about channels that fail, and those that are over.

    Args:
        states: how each channel of the watch does.
        told: the alarms that stand.
        watch: the mission.
        now: the time of planning.

    Returns:
        New alarms, and standing ones with ``cleared_at``.
    """
    by_name = {state.channel: state for state in states}
    standing = {alarm.channel: alarm for alarm in told}
    raised = tuple(
        ChannelAlarm(
            content_id("channel-alarm", watch.key, state.channel, state.since),
            watch.slug,
            state.channel,
            state.since,
            now,
            state.reason,
        )
        for state in by_name.values()
        if state.failures >= ROUNDS and state.since is not None and state.channel not in standing
    )
    over = tuple(
        replace(alarm, cleared_at=now)
        for alarm in standing.values()
        if by_name.get(alarm.channel, ChannelState(alarm.channel)).failures == 0
    )
    return raised, over


def channel_alerts(
    raised: Sequence[ChannelAlarm],
    over: Sequence[ChannelAlarm],
    states: Iterable[ChannelState],
    watch: Watch,
    now: datetime,
) -> tuple[Alert, ...]:
    """Tell the working channels which others fail, or work again: each alarm once to each channel."""
    failing = {state.channel for state in states if state.failures} | {alarm.channel for alarm in raised}
    return tuple(
        _alert(
            content_id("channel-alert", alarm.alarm_id, "over" if alarm.cleared_at else "raised", channel),
            f"{watch.title}: the channel {alarm.channel} {'works again' if alarm.cleared_at else 'fails'}",
            _channel_words(alarm),
            watch,
            channel,
            rule,
            now,
        )
        for alarm in (*raised, *over)
        for channel, rule in first_rules(watch).items()
        if channel not in failing and channel != alarm.channel
    )


def _channel_words(alarm: ChannelAlarm) -> str:
    since = f"{alarm.since:%d %b %Y %H:%M} UTC"
    if alarm.cleared_at is not None:
        return (
            f"ALL CLEAR: the channel {alarm.channel} takes alerts again; it had failed since {since}. What waited for "
            "it goes out now, dead letters of that time too."
        )
    return (
        f"FAILS: the channel {alarm.channel} has taken no alert since {since}: {alarm.reason} What is due there waits, "
        "and is tried again ever more rarely. To see it: missionwatch alerts list DIR."
    )


def _alert(alert_id: UUID, head: str, body: str, watch: Watch, channel: str, rule: AlertRule, now: datetime) -> Alert:
    return make_alert(
        Message(subject_of(head), escape.lines(body)),
        alert_id=alert_id,
        watch=watch,
        rule=rule.name,
        channel=channel,
        now=now,
        kind=AlertKind.ALARM,
        due=release(now, rule),
    )


def _alarm_head(raised: Sequence[Alarm], over: Sequence[Alarm], feeds: Mapping[UUID, FeedHealth]) -> str:
    """Write the subject: what began, the whole watch's first, then what ended."""
    active = [health for health in feeds.values() if health.feed.is_polled]
    began, ended = ({alarm.kind for alarm in alarms if alarm.feed_id is None} for alarms in (raised, over))
    parts = [one.head for one in WATCH_KINDS if one.kind in began]
    parts += _counted(raised, lambda one: one.head) + _counted(over, lambda one: one.again)
    parts += dict.fromkeys(one.again for one in WATCH_KINDS if one.kind in ended)
    return ", ".join(parts).format(failing=sum(health.is_failing for health in active), feeds=len(active))


def _counted(alarms: Iterable[Alarm], words: Callable[[FeedKind], str]) -> list[str]:
    """Return how many feeds there are of each kind, in the order of the kinds."""
    counts = Counter(alarm.kind for alarm in alarms if alarm.feed_id is not None)
    return [
        f"{counts[one.kind]} feed{'s' if counts[one.kind] > 1 else ''} {words(one)}"
        for one in FEED_KINDS
        if counts[one.kind]
    ]


def _paragraphs(
    alarms: Sequence[Alarm],
    feeds: Mapping[UUID, FeedHealth],
    brought: Mapping[UUID, FeedYield],
    lost: Mapping[UUID, LostPages],
    now: datetime,
) -> list[str]:
    """Write the paragraphs about ``alarms``: of one kind about many feeds, the first and a count of the rest.

    What began stands before what is over, and the whole watch before its feeds.
    """
    groups: dict[tuple[str, bool, bool], list[Alarm]] = {}
    for alarm in sorted(alarms, key=lambda one: (one.cleared_at is not None, one.feed_id is not None)):
        groups.setdefault((alarm.kind, alarm.feed_id is None, alarm.cleared_at is not None), []).append(alarm)
    told = []
    for group in groups.values():
        listed, left = group[:FEEDS_LISTED], len(group) - FEEDS_LISTED
        more = f"and {left} more: see the view feed_health."
        kind = _OF_FEEDS.get(AlarmKind(group[0].kind))
        if group[0].feed_id is None:
            told += [_watch_line(alarm, feeds, brought) for alarm in group]
        elif kind is not None and kind.told:
            told.append("\n".join(_feed_lines(kind, listed, feeds, f"- {more}" if left > 0 else "")))
        else:
            told += [_alarm_line(alarm, feeds, brought, lost, now) for alarm in listed]
            told += [f"{'ALL CLEAR' if group[0].cleared_at else group[0].kind.upper()}: {more}"] if left > 0 else []
    return told


def _feed_lines(kind: FeedKind, alarms: Sequence[Alarm], feeds: Mapping[UUID, FeedHealth], more: str = "") -> list[str]:
    """Write about a single kind: what is so, a line for each of the feeds, what to do."""
    if alarms[0].cleared_at is not None:
        lines = [f"- {_name(alarm, feeds)}, told on {_time(alarm.raised_at)}" for alarm in alarms]
        return [f"ALL CLEAR: {kind.over}.", *lines, *filter(None, [more])]
    lines = [f"- {_name(alarm, feeds)}, since {_time(alarm.since)}: {alarm.detail}" for alarm in alarms]
    return [f"{kind.name}: {kind.told}.", *lines, *filter(None, [more]), kind.remedy]


def _name(alarm: Alarm, feeds: Mapping[UUID, FeedHealth]) -> str:
    health = feeds.get(alarm.feed_id) if alarm.feed_id else None
    return f"{health.feed.title} ({health.feed.url})" if health else f"feed {alarm.feed_id}"


def _alarm_line(
    alarm: Alarm,
    feeds: Mapping[UUID, FeedHealth],
    brought: Mapping[UUID, FeedYield],
    lost: Mapping[UUID, LostPages],
    now: datetime,
) -> str:
    assert alarm.feed_id is not None  # noqa: S101 -- the whole watch's have their own words
    since = _time(alarm.since)
    health, name = feeds.get(alarm.feed_id), _name(alarm, feeds)
    said = f"\n  Last poll: {health.feed.reason or health.state}" if health else ""
    failed = alarm.kind == AlarmKind.FAILING
    if alarm.kind == AlarmKind.UNREADABLE:
        return _pages_line(alarm, name, since, lost.get(alarm.feed_id))
    if alarm.cleared_at is not None:
        was = "could not be read" if failed else "was silent"
        return f"ALL CLEAR: {name} {was} since {since}, and {'can be again' if failed else 'is no more'}."
    if alarm.kind == AlarmKind.RETIRED:
        return f"RETIRED: {name} is polled no more since {since}. Give the watch another address for it.{said}"
    if failed:
        return f"FAILING: {name} could not be read since {since}; {_used_to(alarm.feed_id, brought)}.{said}"
    usual = f"{health.feed.expected_every.total_seconds() / 3600:g} h" if health else "usual"
    days = (now - alarm.since).total_seconds() / 86400
    return f"SILENT: {name} has brought nothing new since {since} ({days:.1f} days; usual is {usual}).{said}"


def _pages_line(alarm: Alarm, name: str, since: str, lost: LostPages | None) -> str:
    if alarm.cleared_at is not None:
        return f"ALL CLEAR: pages of {name} gave no text since {since}, and do again."
    last = f"\n  Last page: {shorten(lost.reason, _REASON_LENGTH)}" if lost else ""
    return (
        f"UNREADABLE: {name} names new pages, and none has given a text since {since}"
        f"{f' ({lost.pages} pages)' if lost else ''}. A paywall, a login page, robots.txt or a new layout does that: "
        f"open one in a browser.{last}"
    )


def _watch_line(alarm: Alarm, feeds: Mapping[UUID, FeedHealth], brought: Mapping[UUID, FeedYield]) -> str:
    since = _time(alarm.since)
    kind = _OF_WATCH[AlarmKind(alarm.kind)]
    if kind.told:
        words = kind.told if alarm.cleared_at is None else kind.over
        said = words.format(since=since, detail=alarm.detail)
        return f"ALL CLEAR: {said}" if alarm.cleared_at is not None else f"{kind.name}: {said} {kind.remedy}"
    if alarm.cleared_at is not None:
        return {
            AlarmKind.BLIND: f"ALL CLEAR: the watch had been blind since {since}, and can read feeds again. What they "
            "still list from that time is read now.",
            AlarmKind.HALF_BLIND: f"ALL CLEAR: more than half of the feeds can be read again, as before {since}.",
        }.get(AlarmKind(alarm.kind), "ALL CLEAR: a feed of the watch brings news again.")
    if alarm.kind == AlarmKind.SILENT:
        return (
            f"SILENT: no feed of the watch has brought anything new since {since}. This is not quiet until you know "
            "why: is this machine online? Each feed's trouble is in the view feed_health."
        )
    failing = sorted(
        (health for health in feeds.values() if health.is_failing),
        key=lambda health: -brought.get(health.feed.feed_id, FeedYield()).entries,
    )
    listed = [
        f"- {health.feed.title}: last read {_time(health.feed.read_at) if health.feed.read_at else 'never'}; "
        f"{_used_to(health.feed.feed_id, brought)}. {shorten(health.feed.reason or health.state, _REASON_LENGTH)}"
        for health in failing[:FEEDS_LISTED]
    ]
    if len(failing) > FEEDS_LISTED:
        listed.append(f"- and {len(failing) - FEEDS_LISTED} more: see the view feed_health.")
    head = (
        f"BLIND: no feed of the watch could be read since {since}. Until one can, nothing of what happens to this "
        "mission is seen. Is this machine online? missionwatch doctor DIR tells."
        if alarm.kind == AlarmKind.BLIND
        else f"HALF BLIND: since {since} at least half of the feeds can't be read, and what they bring is missed."
    )
    return "\n".join([head, *listed])


def _used_to(feed_id: UUID, brought: Mapping[UUID, FeedYield]) -> str:
    one = brought.get(feed_id, FeedYield())
    entries = f"{one.entries} {'entry' if one.entries == 1 else 'entries'}"
    return f"it brought {entries} in the last {BROUGHT_IN.days} days, {one.relevant} of them about the mission"


def _time(moment: datetime) -> str:
    return f"{moment:%d %b %Y %H:%M} UTC"
