"""When a client's copy is still right (RFC 9110, 13). Pure."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

_TICK = timedelta(seconds=1)  # what Last-Modified can tell apart


def is_current(tag: str, modified: datetime, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Decide whether a client has what ``tag`` (with its quotes) names, changed at ``modified``: the tag goes first."""
    if if_none_match is not None:
        return if_none_match.strip() == "*" or tag in {
            part.strip().removeprefix("W/") for part in if_none_match.split(",")
        }
    if if_modified_since is not None:
        with suppress(ValueError, TypeError, OverflowError):
            since = parsedate_to_datetime(if_modified_since)
            return modified.replace(microsecond=0) <= since.replace(tzinfo=since.tzinfo or UTC)
    return False


def last_modified(modified: datetime, now: datetime) -> str:
    """Return what to send as Last-Modified; empty where another change may come within the same second."""
    return format_datetime(modified.astimezone(UTC), usegmt=True) if now - modified > _TICK else ""
