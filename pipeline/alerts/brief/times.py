"""Decide when a brief is due, and make the alert that carries it. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.alerts.brief.compose import Brief
from pipeline.alerts.brief.forms import as_message
from pipeline.alerts.envelope import make_alert
from pipeline.model import Alert, AlertKind, BriefTimes, Watch
from pipeline.model.text import content_id

_DAY = timedelta(days=1)


def last_due(times: BriefTimes, now: datetime) -> datetime:
    """Return the latest of the set times that is not after ``now``, UTC.

    An hour that summer time leaves out is taken as if it were there; of one that comes twice the first counts.
    """
    return _set_times(times, now)[-1]


def since_of(times: BriefTimes, now: datetime, told_at: datetime | None) -> datetime:
    """Return the start of what the brief that is due at ``now`` tells: the last one, else the set time before this one.

    Args:
        times: when it is due.
        now: the time of making.
        told_at: when the last one was made for the same channel; None where there was none.
    """
    return told_at if told_at is not None else _set_times(times, now)[-2]


def brief_alert(brief: Brief, times: BriefTimes, channel: str, watch: Watch) -> Alert:
    """Return the alert that carries ``brief`` to ``channel``; its key is that of the set time, so it is told once."""
    due = last_due(times, brief.until)
    return make_alert(
        as_message(brief),
        alert_id=content_id("brief", watch.key, times.name, channel, due.isoformat()),
        watch=watch,
        rule=times.name,
        channel=channel,
        now=brief.until,
        kind=AlertKind.BRIEF,
    )


def _set_times(times: BriefTimes, now: datetime) -> list[datetime]:
    """Return the set times of the two weeks to ``now``, in order: at least two, as there is one a week."""
    zone = ZoneInfo(times.timezone)
    today = now.astimezone(zone).date()
    days = [today - number * _DAY for number in range(15)]
    found = (
        datetime.combine(day, at, zone).astimezone(UTC)
        for day in days
        if day.weekday() in times.days
        for at in times.at
    )
    return sorted(one for one in set(found) if one <= now)
