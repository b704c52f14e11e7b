"""What an operator is told of the watch itself: feeds that fell silent, channels that fail. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pipeline import shown
from pipeline.alerts.envelope import enclosed
from pipeline.alerts.message import Message, subject_of
from pipeline.alerts.rules import first_rules
from pipeline.alerts.timing import release
from pipeline.model import Alarm, Alert, AlertKind, AlertRule, ChannelAlarm, ChannelState, FeedHealth, Watch
from pipeline.text import content_id

ROUNDS = 3  # in a row that a channel fails before the others tell it


def alarm_alerts(
    raised: Sequence[Alarm], over: Sequence[Alarm], feeds: Sequence[FeedHealth], watch: Watch, now: datetime
) -> tuple[Alert, ...]:
    """The alerts about silences that began or ended: one message for each channel of the watch.

    Args:
        raised, over: see :func:`pipeline.health.due_alarms`.
        feeds: how the feeds do, for their names and last words.
        watch: the channels of its rules are told, outside their quiet hours.
        now: the time of planning, UTC.
    """
    if not raised and not over:
        return ()
    by_id = {health.feed.feed_id: health for health in feeds}
    lines = [_alarm_line(alarm, by_id, now) for alarm in (*raised, *over)]
    ids = sorted(str(alarm.alarm_id) for alarm in raised), sorted(str(alarm.alarm_id) for alarm in over)
    return tuple(
        _alert(
            content_id("alarm-alert", watch.key, channel, *ids[0], "over", *ids[1]),
            f"{watch.title}: {_alarm_head(raised, over)}",
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
    """The alarms to raise about channels that fail, and those that are over.

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
    """What the channels that work are told of those that fail, or work again: each alarm once to each channel."""
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
    return enclosed(
        Message(subject_of(head), shown.lines(body)),
        alert_id=alert_id,
        watch=watch,
        rule=rule.name,
        channel=channel,
        now=now,
        kind=AlertKind.ALARM,
        due=release(now, rule),
    )


def _alarm_head(raised: Sequence[Alarm], over: Sequence[Alarm]) -> str:
    if any(alarm.feed_id is None for alarm in raised):
        return "the whole watch is silent"
    silent = sum(alarm.kind == "silent" for alarm in raised)
    counts = {
        "silent": silent,
        "retired": len(raised) - silent,
        "heard again": sum(alarm.feed_id is not None for alarm in over),
    }
    parts = [f"{count} feed{'s' if count > 1 else ''} {what}" for what, count in counts.items() if count]
    return ", ".join(parts) or "the watch is heard again"


def _alarm_line(alarm: Alarm, feeds: Mapping[UUID, FeedHealth], now: datetime) -> str:
    since = f"{alarm.since:%d %b %Y %H:%M} UTC"
    if alarm.feed_id is None:
        if alarm.cleared_at is not None:
            return "ALL CLEAR: a feed of the watch brings news again."
        return (
            f"SILENT: no feed of the watch has brought anything new since {since}. This is not quiet until you know "
            "why: is this machine online? Each feed's trouble is in the view feed_health."
        )
    health = feeds.get(alarm.feed_id)
    name = f"{health.feed.title} ({health.feed.url})" if health else f"feed {alarm.feed_id}"
    said = f"\n  Last poll: {health.feed.reason or health.state}" if health else ""
    if alarm.cleared_at is not None:
        return f"ALL CLEAR: {name} was silent since {since}, and is no more."
    if alarm.kind == "retired":
        return f"RETIRED: {name} is polled no more since {since}. Give the watch another address for it.{said}"
    usual = f"{health.feed.expected_every.total_seconds() / 3600:g} h" if health else "usual"
    days = (now - alarm.since).total_seconds() / 86400
    return f"SILENT: {name} has brought nothing new since {since} ({days:.1f} days; usual is {usual}).{said}"
