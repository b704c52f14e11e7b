"""Write the first line about a watch: whether it is quiet, or whether that cannot be known. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pipeline.model import FAILS, HealthState, Standing, WatchState
from pipeline.model.text import format_day, format_moment, pluralise

Row = Mapping[str, Any]


def headline(
    state: WatchState, feeds: Sequence[Row], known: Sequence[datetime], now: datetime, lately: int, waits: str = ""
) -> str:
    """Return the line: first what can't be seen, for then nothing is known to be quiet.

    Args:
        state: whether somebody has paused or archived the watch.
        feeds: rows of the view ``feed_health``.
        known: when each change became known.
        now: the watch's own clock.
        lately: how many changes the last seven days have.
        waits: that articles wait for a language model; empty where none does.
    """
    if state.standing is not Standing.WATCHED:
        told = state.told
        return f"{told[0].upper()}{told[1:]}. What has happened since is not seen."
    active = [row for row in feeds if row["state"] not in (HealthState.REMOVED, HealthState.RETIRED)]
    failing = [row for row in active if row["state"] in FAILS]
    if failing and len(failing) == len(active):
        read = max((row["last_ok_at"] for row in failing if row["last_ok_at"]), default=None)
        since = f"since {format_moment(read)}" if read else "ever"
        return f"Blind: no feed could be read {since}. This is not quiet: nothing is known of that time."
    half = f"{len(failing)} of {len(active)} feeds can't be read. " if 2 * len(failing) >= len(active) > 0 else ""
    unread = f"{waits}. " if waits else ""
    return half + unread + _changed(known, now, lately)


def _changed(known: Sequence[datetime], now: datetime, lately: int) -> str:
    if not known:
        return "Nothing has changed since the watch began."
    if lately:
        return f"{pluralise(lately, 'change')} in the last seven days."
    last = max(known)
    return f"Quiet for {pluralise((now - last).days, 'day')}: the last change was reported on {format_day(last)}."
