"""When the page behind an alert is looked at again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

LOOK_FOR = timedelta(days=14)  # after the last alert that rests on the page
FIRST_LOOKS = (timedelta(hours=1), timedelta(hours=6))  # most corrections come within hours; then daily
DAILY = timedelta(days=1)


def look_due(told_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a page is due: 1 h, 6 h and 24 h after it was told of, then daily, for :data:`LOOK_FOR`.

    A look that was missed is made up for once; several that were missed are one.

    Args:
        told_at: when the last alert that rests on the page was planned.
        seen_at: when the page was asked for last.
        now: the time of asking.
    """
    age = now - told_at
    if not FIRST_LOOKS[0] <= age <= LOOK_FOR:
        return False
    whole_days = age // DAILY
    last = DAILY * whole_days if whole_days else max(look for look in FIRST_LOOKS if look <= age)
    return seen_at < told_at + last
