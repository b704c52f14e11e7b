"""Decide when a message may go: quiet hours, digests, retries. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from pipeline.model import AlertRule, Every
from pipeline.model.text import content_id

FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=8)
ATTEMPTS = 12  # over about two days; then the alert is a dead letter
_SPREAD = 0.15  # of a wait: alerts that failed together don't come back together
_DAY = timedelta(days=1)
_NEXT = {Every.DAILY: 1, Every.WEEKLY: 7}


def release(now: datetime, rule: AlertRule, *, digest: bool = False, urgent: bool = False) -> datetime:
    """Return when a message of ``rule`` that is planned at ``now`` may go.

    Args:
        now: UTC-aware.
        rule: its digest and its quiet hours.
        digest: whether it goes out with the next digest.
        urgent: whether it may go within quiet hours.
    """
    due = next_digest(now, rule) if digest else now
    return due if urgent else after_quiet(due, rule)


def next_digest(now: datetime, rule: AlertRule) -> datetime:
    """Return when the next digest of ``rule`` after ``now`` is due, UTC.

    An hour that summer time leaves out is taken as if it were there; of one that comes twice the first counts.
    """
    today = now.astimezone(_zone(rule.timezone)).date()
    for days in range(_NEXT[rule.digest] + 2):
        day = today + days * _DAY
        if rule.digest is Every.WEEKLY and day.weekday() != rule.digest_day:
            continue
        due = _instant(day, rule)
        if due > now:
            return due
    raise AssertionError("a digest comes each week")  # pragma: no cover


def _instant(day: date, rule: AlertRule) -> datetime:
    return datetime.combine(day, rule.digest_at, _zone(rule.timezone)).astimezone(UTC)


def is_quiet(moment: datetime, rule: AlertRule) -> bool:
    """Decide whether ``moment`` is within the rule's quiet hours, by the clock of its time zone."""
    if rule.quiet is None:
        return False
    begin, end = rule.quiet
    wall = moment.astimezone(_zone(rule.timezone)).time()
    return begin <= wall < end if begin < end else wall >= begin or wall < end


def after_quiet(moment: datetime, rule: AlertRule) -> datetime:
    """Return ``moment``, or the end of the quiet hours in which it stands."""
    if rule.quiet is None or not is_quiet(moment, rule):
        return moment
    zone = _zone(rule.timezone)
    today = moment.astimezone(zone).date()
    # Both readings of an hour that comes twice: after the first end of the quiet hours they begin once more.
    ends = (
        datetime.combine(today + days * _DAY, rule.quiet[1], zone).replace(fold=fold).astimezone(UTC)
        for days in (0, 1, 2)
        for fold in (0, 1)
    )
    return min(end for end in ends if end > moment and not is_quiet(end, rule))


def may_go(now: datetime, rule: AlertRule | None, *, urgent: bool) -> bool:
    """Decide whether a message may be sent at this moment, whatever was planned."""
    return rule is None or urgent or not is_quiet(now, rule)


def retry_at(attempt: int, now: datetime, key: UUID | None = None) -> datetime:
    """Return when to try the ``attempt``-th failed delivery again: doubling from 5 minutes to 8 hours.

    Args:
        attempt: 1 for the first.
        now: when it failed.
        key: by which the wait is spread by up to 15 %, the same each time; without one it is exact.
    """
    wait: timedelta = min(FIRST_RETRY * 2 ** min(attempt - 1, 10), LONGEST_RETRY)
    if key is not None:
        share = content_id("retry", key, attempt).int % 1_000 / 1_000
        wait = timedelta(seconds=round(wait.total_seconds() * (1 + _SPREAD * share)))
    return now + wait


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
