"""The time of a run: what the request says, else the machine's."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.run.request import WatchRequest


def clock(request: WatchRequest) -> datetime:
    """Return the run's own time: what the request says, else the wall clock."""
    return request.now or datetime.now(UTC)


def wall_clock() -> datetime:
    """Return the machine's time, for the record of when a run really ran."""
    return datetime.now(UTC)
