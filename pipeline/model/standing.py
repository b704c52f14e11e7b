"""The state of a watch: at work, paused, or archived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """Whether a watch is polled, paused for a time, or archived."""

    WATCHED = "watched"
    PAUSED = "paused"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class WatchState:
    """The state of a watch, since when, and who set it.

    Attributes:
        standing: watched, paused or archived.
        since: when that was said, by the machine's clock, UTC; None where nobody has ever said anything.
        by: who said it.
        note: why; may be empty.
    """

    standing: Standing = Standing.WATCHED
    since: datetime | None = None
    by: str = ""
    note: str = ""

    @property
    def told(self) -> str:
        """The state in words: ``paused since 2026-01-02 10:00 UTC by ana: too many feeds``."""
        since = f" since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else ""
        by = f" by {self.by}" if self.by else ""
        return f"{self.standing}{since}{by}{f': {self.note}' if self.note else ''}"
