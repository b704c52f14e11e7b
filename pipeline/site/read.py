"""What the page says of what was read and of the feeds, as values. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.alerts.evidence import is_unread
from pipeline.alerts.message import safe_url

Row = Mapping[str, Any]

# Feeds that do as they should; the others come first.
_WELL = frozenset({"ok", "unchanged", "empty"})
_STATES_TEXT = "failing refused html not_a_feed possible_gap stale undated never_polled retired empty ok unchanged"
_WORST_FIRST = {state: place for place, state in enumerate(_STATES_TEXT.split())}


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An article that was read lately, and what came of it; ``anchor`` is its place on the page that tells why."""

    anchor: str
    title: str
    outlet: str
    url: str
    published: datetime
    outcome: str
    why: str
    mattered: bool


@dataclass(frozen=True, slots=True)
class FeedLine:
    """How a feed does."""

    title: str
    url: str
    state: str
    well: bool
    reason: str
    polled: datetime | None
    new: datetime | None
    entries: int
    failures: int


def article_line(row: Row) -> ReadArticle:
    """Return what came of an article that was read, from its row of the store."""
    found = row["verdicts"] or ()
    moved = [one for one in found if one["verdict"] in ("new", "advances", "revises", "reverses", "disputes")]
    if row["relevant"] is None:
        outcome, why = "waits to be read", ""
    elif not row["relevant"]:
        outcome, why = "not read" if is_unread(row) else "not about the mission", row["reason"] or ""
    elif not found:
        outcome, why = "about the mission, and claims nothing", row["reason"] or ""
    else:
        told = ", ".join(f"{one['claims']} {one['verdict']}" for one in (*moved, *(v for v in found if v not in moved)))
        outcome, why = f"claims: {told}", (moved or list(found))[0]["reason"] or ""
    return ReadArticle(
        anchor=f"a-{row['article_id']}",
        title=row["title"] or row["url"],
        outlet=row["outlet"] or "",
        url=safe_url(row["url"] or ""),
        published=row["published"],
        outcome=outcome,
        why=why,
        mattered=bool(moved),
    )


def feed_lines(rows: Iterable[Row]) -> tuple[FeedLine, ...]:
    """Return how the feeds do, those first that need a look."""
    lines = [
        FeedLine(
            title=row["feed"] or row["url"],
            url=safe_url(row["url"] or ""),
            state=row["state"],
            well=row["state"] in _WELL,
            reason=row["last_reason"] or "",
            polled=row["last_polled_at"],
            new=row["last_new_at"],
            entries=row["entries"],
            failures=row["failures"],
        )
        for row in rows
        if row["state"] != "removed"
    ]
    return tuple(sorted(lines, key=lambda feed: (_WORST_FIRST.get(feed.state, 0), feed.title.casefold())))
