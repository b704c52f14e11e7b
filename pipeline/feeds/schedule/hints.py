"""Read what a publisher asks for: how long an answer stays fresh, and how long to wait. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,10})\"?\s*(?:,|$)", re.IGNORECASE)
_SECONDS = re.compile(r"\s*(\d{1,10})(?:\.\d+)?\s*")


def cache_max_age(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return how long a response stays fresh: ``max-age`` less ``Age``, else ``Expires`` (RFC 9111, 4.2).

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
    """Return how long the server asks us to wait: ``Retry-After`` in seconds or as a date (RFC 9110, 10.2.3).

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
    """Parse an HTTP date, in UTC; None where it is none."""
    if not 8 <= len(value) <= 100:
        return None
    try:
        time = parsedate_to_datetime(value)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
