"""When a feed is polled next. Pure: values and ``now`` in, a time out.

The order of the rules: the feed's own rhythm, or the back-off after a failure; then never sooner than the
publisher asks for; never later than a day, so that no feed is given up for good.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from pipeline.model import FeedState, PollOutcome
from pipeline.text import content_id

SHORTEST: Final = timedelta(minutes=15)  # FreshRSS's floor for one feed
LONGEST: Final = timedelta(hours=6)  # rss-fetcher's default interval
DAY: Final = timedelta(hours=24)  # the cap of back-off, Retry-After and cache lives alike
HINT_FLOOR: Final = timedelta(minutes=5)  # Miniflux's shortest interval

_FAILURES: Final = frozenset({PollOutcome.FAILED, PollOutcome.REFUSED, PollOutcome.HTML, PollOutcome.NOT_A_FEED})
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,10})\"?\s*(?:,|$)", re.IGNORECASE)
_SECONDS = re.compile(r"\s*(\d{1,10})(?:\.\d+)?\s*")


def next_due(
    state: FeedState,
    outcome: PollOutcome,
    now: datetime,
    *,
    expected_every: timedelta,
    ttl: timedelta | None,
    max_age: timedelta | None,
    retry_after: timedelta | None,
    new_entries: int,
) -> tuple[datetime, int]:
    """When a feed is due after a poll, and how many polls in a row have failed.

    A quarter of the expected period, from 15 minutes to 6 hours. After failures 15 minutes, then twice as long
    each time up to a day, less up to a fifth (by feed and count, so that feeds that failed together do not come
    back together). Never sooner than ``ttl`` or ``max_age`` (each taken as 5 minutes to 24 hours) or
    ``retry_after`` (up to 24 hours).

    Args:
        state: what was known of the feed before the poll.
        outcome: what the poll came to.
        now: the time of the poll, UTC.
        expected_every: how often the feed is expected to bring something new.
        ttl: the life that the feed itself names, see ``ParsedFeed.ttl``.
        max_age: the life that the response names, see ``cache_max_age``.
        retry_after: the wait that the server asks for, see ``retry_after``.
        new_entries: how many entries the poll brought. It does not move the time: a rhythm that follows the
            overlap between polls needs to know which of them are new, and no caller does yet.

    Returns:
        The time, 5 minutes to 24 hours after ``now``, and the count of failures: 0 after a poll that worked.
    """
    if outcome in _FAILURES:
        failures = state.failures + 1
        wait = _back_off(state)
    else:
        failures = 0
        wait = _clamp(expected_every / 4, SHORTEST, LONGEST)
    for hint in (ttl, max_age):
        if hint is not None:
            wait = max(wait, _clamp(hint, HINT_FLOOR, DAY))
    if retry_after is not None:
        wait = max(wait, min(retry_after, DAY))
    return now + wait, failures


def cache_max_age(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long a response stays fresh: ``Cache-Control: max-age`` less ``Age``, else ``Expires`` (RFC 9111, 4.2).

    Args:
        headers: the response's headers, names in lower case.
        now: taken for the server's clock where it sends no ``Date``.

    Returns:
        Zero or more, or None where the headers name no life or forbid to rely on one.
    """
    control = headers.get("cache-control", "")
    lowered = control.lower()
    if "no-cache" in lowered or "no-store" in lowered:
        return None
    if found := _MAX_AGE.search(control):
        age = _SECONDS.fullmatch(headers.get("age", ""))
        return timedelta(seconds=max(0, int(found[1]) - (int(age[1]) if age else 0)))
    expires = http_date(headers.get("expires", ""))
    if expires is None:
        return None
    return max(timedelta(0), expires - (http_date(headers.get("date", "")) or now))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks us to wait: ``Retry-After`` as seconds or as a date (RFC 9110, 10.2.3).

    Args:
        headers: the response's headers, names in lower case.
        now: taken for the server's clock where it sends no ``Date``.

    Returns:
        Zero or more, or None where there is no such header or it can't be read.
    """
    value = headers.get("retry-after", "")
    if found := _SECONDS.fullmatch(value):
        return timedelta(seconds=int(found[1]))
    until = http_date(value)
    if until is None:
        return None
    return max(timedelta(0), until - (http_date(headers.get("date", "")) or now))


def http_date(value: str) -> datetime | None:
    """The time that an HTTP date names, in UTC, or None where it is none."""
    if not 8 <= len(value) <= 100:
        return None
    try:
        time = parsedate_to_datetime(value)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _back_off(state: FeedState) -> timedelta:
    """15 minutes x 2^failures, at most a day, less up to a fifth."""
    wait = min(SHORTEST * (1 << min(state.failures, 10)), DAY)
    share = content_id("back-off", state.feed.feed_id, state.failures).int % 1_000 / 1_000
    return wait * (1 - 0.2 * share)


def _clamp(value: timedelta, low: timedelta, high: timedelta) -> timedelta:
    return max(low, min(value, high))
