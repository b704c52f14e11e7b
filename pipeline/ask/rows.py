"""Rows of the store as the values of an answer: cleaned of what forges, and cut to size. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline.alerts.message import safe_url
from pipeline.ask import model
from pipeline.model import FAILS, Change, HealthState, escape, phrasing
from pipeline.model.text import shorten
from pipeline.reading.embedded.sentences import split_sentences

Row = Mapping[str, Any]

MAX_QUOTE, MAX_NAME, MAX_REASON, MAX_URL = 1_000, 200, 500, 2_048  # characters
MAX_CITED = 5  # sentences under one line of the status card
_WELL = frozenset({HealthState.OK, HealthState.UNCHANGED, HealthState.EMPTY})
_WORST_FIRST = (*sorted(FAILS), *(state for state in HealthState if state not in FAILS and state not in _WELL))


def short(value: object, limit: int = MAX_NAME) -> str:
    """Return ``value`` as one short line; empty for None."""
    return "" if value is None else shorten(escape.line(str(value)), limit)


def citation(row: Row | None, quote: str | None = None) -> model.Citation:
    """Return who says so, from a row with ``quote``, ``title``, ``outlet``, ``url`` and ``published``.

    Args:
        row: None where nobody is cited.
        quote: another passage in the place of the row's.
    """
    found = row or {}
    text = escape.lines(str((found.get("quote") if quote is None else quote) or ""))
    address = safe_url(str(found.get("url") or ""))
    return model.Citation(
        quote=text[:MAX_QUOTE],
        is_cut=len(text) > MAX_QUOTE,
        title=short(found.get("title"), 300),
        outlet=short(found.get("outlet")),
        url=address if len(address) <= MAX_URL else "",
        published=found.get("published"),
        event_date=found.get("event_date"),
        article_id=found.get("article_id"),
    )


def board_row(row: Row, cited: Row | None) -> model.BoardRow:
    """Return a row of the view ``board``."""
    return model.BoardRow(
        aspect=row["aspect"],
        slot=row["slot"] or "",
        key=short(row["key"]),
        subject=short(row["subject"]),
        stage=row["stage"],
        value=short(row["value"]),
        since=row["since"],
        before_stage=row["before_stage"] or "",
        before_value=short(row["before_value"]),
        sources=row["sources"],
        confidence=round(row["confidence"], 3),
        is_disputed=bool(row["is_disputed"]),
        disputed_value=short(row["disputed_value"]),
        closed_by=row["closed_by"],
        unconfirmed_since=row["unconfirmed_since"],
        verdict=row["verdict"],
        known_at=row["known_at"],
        change_id=row["change_id"],
        citation=citation(cited),
    )


def change_row(
    row: Row, change: Change | None, cited: Row | None, after: Iterable[Row], known_at: datetime
) -> model.ChangeRow:
    """Return a row of the view ``changes``, as it was known at ``known_at``.

    Args:
        row: of the view.
        change: the same as a value, for its headline.
        cited: where its sentence stands.
        after: what superseded it or took it back, whenever.
        known_at: what came later does not count.
    """
    later = [one for one in after if one["known_at"] <= known_at]
    back = next((one for one in later if one["verdict"] == "withdrawn"), None)
    delivered = row["delivered_at"]
    told = delivered if delivered is not None and delivered <= known_at else None
    return model.ChangeRow(
        headline=short(_headline(row, change)),
        aspect=row["aspect"],
        slot=row["slot"] or "",
        key=short(row["key"]),
        subject=short(row["subject"]),
        verdict=row["verdict"],
        before_stage=row["before_stage"] or "",
        before_value=short(row["before_value"]),
        stage=row["stage"],
        value=short(row["value"]),
        disputed_value=short(row["disputed_value"]),
        held_from=row["held_from"],
        known_at=row["known_at"],
        confidence=round(row["confidence"], 3),
        reason=short(row["reason"], MAX_REASON),
        taken_back=model.TakenBack(
            is_taken_back=back is not None,
            by=back["change_id"] if back else None,
            at=back["known_at"] if back else None,
            reason=short(back["reason"], MAX_REASON) if back else "",
        ),
        superseded_by=next((one["change_id"] for one in later), None),
        delivered_at=told,
        silence=short(row["silence"], MAX_REASON),
        change_id=row["change_id"],
        citation=citation(cited),
    )


def _headline(row: Row, change: Change | None) -> str:
    if row["verdict"] == "withdrawn":
        return f"{row['subject']}: taken back: {row['value']}"
    return phrasing.headline(change) if change is not None else f"{row['subject']}: {row['value']}"


def claim(row: Row) -> model.Claim:
    """Return a claim with its verdict, from a row of the table or the view."""
    return model.Claim(
        aspect=row["aspect"],
        slot=row.get("slot") or "",
        key=short(row.get("key")),
        subject=short(row["subject"]),
        stage=row["stage"],
        value=short(row["value"]),
        confidence=round(row["confidence"], 3),
        verdict=row["verdict"] or "",
        reason=short(row["reason"], MAX_REASON),
        change_id=row["change_id"],
        claim_id=row["claim_id"],
        citation=citation(row),
    )


def article(row: Row, passage: str = "") -> model.Article:
    """Return an article with what reading it gave; ``passage`` is what was looked for in it."""
    return model.Article(
        language=short(row["language"]),
        is_relevant=row["relevant"],
        reason=short(row["reason"], MAX_REASON),
        claims=row["claims"] or 0,
        citation=citation(row, passage),
    )


def evidence_row(row: Row) -> model.EvidenceRow:
    """Return a row of the view ``evidence``."""
    return model.EvidenceRow(
        says=row["says"],
        origin=short(row["origin"]),
        place=row["place"],
        is_first=row["is_first"],
        hours_later=None if row["hours_later"] is None else round(row["hours_later"], 2),
        stands=row["stands"],
        told=short(row["told"]),
        citation=citation(row),
    )


def feeds_worst_first(rows: Iterable[Row]) -> list[model.Feed]:
    """Return how the feeds do, those first that need a look."""
    places: dict[str, int] = {state: place for place, state in enumerate(_WORST_FIRST)}
    found = [_feed(row) for row in rows]
    return sorted(found, key=lambda feed: (places.get(feed.state, len(places)), feed.feed.casefold(), feed.url))


def _feed(row: Row) -> model.Feed:
    return model.Feed(
        feed=short(row["feed"]),
        url=safe_url(row["url"] or ""),
        state=row["state"],
        is_well=row["state"] in _WELL,
        reason=short(row["last_reason"], MAX_REASON),
        last_polled_at=row["last_polled_at"],
        last_ok_at=row["last_ok_at"],
        last_new_at=row["last_new_at"],
        expected_every_h=row["expected_every_h"],
        entries=row["entries"],
        failures=row["failures"],
    )


def feed_counts(rows: Sequence[Row]) -> model.FeedCounts:
    """Return how many feeds do how, from rows of the view ``feed_health``."""
    active = [row for row in rows if row["state"] not in (HealthState.REMOVED, HealthState.RETIRED)]
    failing = [row for row in active if row["state"] in FAILS]
    is_blind = bool(active) and len(failing) == len(active)
    return model.FeedCounts(
        feeds=len(active),
        failing=len(failing),
        quiet=sum(row["state"] == HealthState.STALE for row in active),
        is_blind=is_blind,
        blind_since=max((row["last_ok_at"] for row in failing if row["last_ok_at"]), default=None)
        if is_blind
        else None,
    )


def status_facts(
    status: Row | None, basis: Mapping[str, Sequence[UUID]], cited: Mapping[UUID, Row]
) -> tuple[model.StatusFact, ...]:
    """Return the status card, each line with the sentences that it rests on."""
    return tuple(
        model.StatusFact(
            name=name,
            label=label,
            value=short(told),
            change_ids=tuple(basis.get(name, ())[:MAX_CITED]),
            citations=tuple(citation(cited.get(one)) for one in basis.get(name, ())[:MAX_CITED]),
        )
        for name, label, told in (phrasing.status_parts(status) if status is not None else ())
    )


def passage(text: str, words: Sequence[str], language: str = "en") -> str:
    """Return the sentence of ``text`` that has most of ``words``, verbatim; empty where none has any."""
    folded = [fold(word) for word in words]

    def telling(sentence: str) -> int:
        low = fold(sentence)
        return sum(word in low for word in folded)

    best = max(split_sentences(text, language), key=lambda sentence: telling(sentence.text), default=None)
    return best.text if best is not None and telling(best.text) else ""


def fold(text: str) -> str:
    """Return ``text`` in lower case and without accents, as the store compares it."""
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char)).lower()
