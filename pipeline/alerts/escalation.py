"""Decide which unacknowledged alerts are sent again, and to whom. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from pipeline.alerts.envelope import make_alert
from pipeline.alerts.message import Message, from_json, subject_of
from pipeline.alerts.muting import find_mute
from pipeline.alerts.rules import channels_of, escalates_to, is_urgent
from pipeline.alerts.timing import release
from pipeline.board.fold import fold
from pipeline.model import Alert, AlertKind, AlertRule, Change, Mute, UnacknowledgedAlert, Watch
from pipeline.model.text import content_id

# What is sent again where nobody acknowledges it. A digest, a reminder and an alarm are not urgent.
ESCALATED_KINDS = frozenset({AlertKind.ALERT, AlertKind.CONFIRMED, AlertKind.FLAPPING})
ESCALATED_FOR = timedelta(days=7)  # a rule that begins to escalate does not dig up what is older


def longest_wait(watch: Watch) -> timedelta | None:
    """Return the longest time for which a delivery can await acknowledgement; None where no rule asks for one."""
    waits = [rule.escalate_after for rule in watch.rules if rule.escalate_after is not None]
    return max(waits) + ESCALATED_FOR if waits else None


def unacknowledged_alerts(
    told: Iterable[UnacknowledgedAlert],
    changes: Mapping[UUID, Change],
    watch: Watch,
    now: datetime,
    mutes: Sequence[Mute] = (),
) -> tuple[Alert, ...]:
    """Plan the repeats of unacknowledged alerts: each set of changes once to each channel of its rule.

    Where the rule repeats it, it is sent once more after that time, as long as the board still says any of it.

    Args:
        told: alerts that were delivered, and that nobody has acknowledged.
        changes: all of the watch, by id, in the order of the board: what is urgent stays so.
        watch: its rules say after how long, and to whom.
        now: the time of planning.
        mutes: an alert is not sent again where they cover all of its changes.
    """
    told = list(told)
    rules = {rule.name: rule for rule in watch.rules}
    again = _told_again(told)
    board = fold(changes.values()) if any(rule.repeat_every for rule in watch.rules) else {}
    standing = {row.change.change_id for row in board.values() if row.closed is None}
    out: dict[UUID, Alert] = {}
    for one in told:
        alert, rule = one.alert, rules.get(one.alert.rule)
        if alert.kind not in ESCALATED_KINDS or rule is None or rule.escalate_after is None:
            continue
        waited = now - one.delivered_at
        if not rule.escalate_after <= waited <= rule.escalate_after + ESCALATED_FOR:
            continue
        about = [changes[i] for i in alert.change_ids if i in changes]
        if about and all(find_mute(change, mutes, now) for change in about):
            continue
        hours = waited.total_seconds() / 3600
        intro = (
            f"NOT ACKNOWLEDGED: this was told on {one.delivered_at:%d %b %Y %H:%M} UTC (alert {alert.alert_id}), and "
            f"nobody has acknowledged it in {hours:.0f} hours."
        )
        if rule.repeat_every is not None:
            intro += f" It is told again every {_hours(rule.repeat_every)} until somebody does."
        before = from_json(alert.message) if alert.message else Message(alert.subject, alert.body)
        if not before.sections:
            intro = f"{intro}\n\n{before.intro}"
        message = replace(before, subject=subject_of(f"not acknowledged: {alert.subject}"), intro=intro)
        urgent = is_urgent(rule, about)
        due = release(now, rule, urgent=urgent)
        for channel in escalates_to(rule) or channels_of(rule):
            times = again.get((channel, frozenset(alert.change_ids)), ())
            if times and not _is_repeated(rule, times, alert, standing, now):
                continue
            number = (len(times),) if times else ()
            key = content_id("unacknowledged", watch.key, channel, *sorted(map(str, alert.change_ids)), *number)
            out.setdefault(
                key,
                make_alert(
                    message,
                    alert_id=key,
                    watch=watch,
                    rule=rule.name,
                    channel=channel,
                    now=now,
                    kind=AlertKind.UNACKNOWLEDGED,
                    change_ids=alert.change_ids,
                    due=due,
                    urgent=urgent,
                ),
            )
    return tuple(out.values())


def _told_again(told: Iterable[UnacknowledgedAlert]) -> dict[tuple[str, frozenset[UUID]], list[datetime]]:
    """Return when each set of changes was told to each channel because nobody had acknowledged it."""
    found: dict[tuple[str, frozenset[UUID]], list[datetime]] = {}
    for one in told:
        if one.alert.kind is AlertKind.UNACKNOWLEDGED:
            found.setdefault((one.alert.channel, frozenset(one.alert.change_ids)), []).append(one.delivered_at)
    return found


def _is_repeated(
    rule: AlertRule, before: Sequence[datetime], alert: Alert, standing: Collection[UUID], now: datetime
) -> bool:
    """Decide whether ``alert`` is due to be told once more."""
    return (
        rule.repeat_every is not None
        and now - max(before) >= rule.repeat_every
        and any(change_id in standing for change_id in alert.change_ids)
    )


def _hours(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
