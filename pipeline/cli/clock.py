"""The machine's time, for the commands that look at a watch from outside."""

from __future__ import annotations

from datetime import UTC, datetime


def wall_clock() -> datetime:
    """The machine's time. Runs take theirs from :mod:`flows`; a command that watches the runs has none to ask."""
    return datetime.now(UTC)  # noqa: TID251 -- see above: the one place outside flows/
