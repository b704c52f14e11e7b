"""What the page says, as values: the board, the changes, what is expected, what was read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from pipeline.alerts.expected import Expected
from pipeline.alerts.message import safe_url
from pipeline.board.fold import corroborated
from pipeline.health.headline import headline
from pipeline.model import FAILS, HealthState, Slot, phrasing
from pipeline.model.text import format_day, format_moment
from pipeline.site import words
from pipeline.site.read import FeedLine, ReadArticle, article_line, feed_lines
from pipeline.site.words import Piece
from pipeline.storage import SiteRows

Row = Mapping[str, Any]

LATELY = timedelta(days=7)
_DOUBTFUL = frozenset({HealthState.POSSIBLE_GAP, HealthState.UNDATED, HealthState.NEVER_POLLED, HealthState.RETIRED})


@dataclass(frozen=True, slots=True)
class Card:
    """One change, as it is shown; every field is ready to be read.

    Attributes:
        anchor: its stable place on the page, ``c-`` and its id.
        taken_back: why it no longer counts; empty where it does.
        settled: whether the dispute that it opened is over; None where it opened none.
        told: whether and when it was told, or why not.
        marked: what persons say of it, each with who and when.
        origins: when each independent origin first said so.
    """

    id: str
    anchor: str
    seq: int
    aspect: str
    subject: str
    key: str
    stage: str
    value: str
    verdict: str
    verdict_words: str
    reason: str
    held: date
    known: datetime
    confidence: float
    surer: float
    sure: str
    uncertain: bool
    before_stage: str
    before_value: str
    before_quote: tuple[Piece, ...]
    before_source: str
    before_url: str
    quote: tuple[Piece, ...]
    title: str
    outlet: str
    origin: str
    url: str
    disputed: str
    settled: bool | None
    supersedes: str
    taken_back: str
    taken_back_at: datetime | None
    takes_back: str
    told: str
    origins: tuple[datetime, ...]
    slot: Slot | None = None
    marked: tuple[str, ...] = ()

    @property
    def became(self) -> str:
        """The change in one line: what became what."""
        value, stage = words.value(self.value), words.stage_words(self.stage)
        if self.takes_back:
            return f"{self.subject}: taken back: {value}"
        if self.disputed and self.verdict == "disputes":
            return f"{self.subject}: {value}, and now also {words.value(self.disputed)}: sources disagree"
        if self.before_stage:
            before = f"{words.value(self.before_value) or 'nothing'} ({words.stage_words(self.before_stage)})"
            return f"{self.subject}: {before} became {value} ({stage})"
        return f"{self.subject}: {value} ({stage})"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the board.

    ``closed_by`` is the card by which the mission ended and the row with it, empty where the row stands.
    ``unconfirmed`` is since when nobody has said again what was known at the start.
    """

    card: Card
    stage: str
    since: date
    sources: int
    disputed: str
    closed_by: str = ""
    unconfirmed: date | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A day that the board looks forward to."""

    day: date
    ends: bool
    card: Card
    left: int


@dataclass(frozen=True, slots=True)
class View:
    """The whole page of one watch.

    Attributes:
        now: the watch's own clock at its last round, else when its last change could be known.
        board: the rows by aspect, in the page's order of aspects.
        cards: the changes, the latest first.
        start: what was known at the start, in the baseline's order.
        known: all of them, in the board's order.
        headline: whether it is quiet, or blind; ``failing`` and ``quiet``: how many feeds can't be read, and how many
            answer and bring nothing new; ``status``: the status card, labels and what is known.
    """

    slug: str
    title: str
    now: datetime
    board: tuple[tuple[str, tuple[Line, ...]], ...]
    cards: tuple[Card, ...]
    start: tuple[Card, ...]
    known: tuple[Card, ...]
    expected: tuple[Day, ...]
    headline: str
    lately: int
    disputes: int
    rounds: tuple[Row, ...]
    articles: tuple[ReadArticle, ...]
    feeds: tuple[FeedLine, ...]
    failing: int
    quiet: int
    doubtful: int
    verdicts: tuple[tuple[str, int], ...]
    totals: Mapping[str, int]
    status: tuple[tuple[str, str], ...] = ()

    @property
    def feeds_told(self) -> str:
        """How many feeds can't be read, are quiet or are in doubt; empty where all are well."""
        counts = {"can't be read": self.failing, "quiet": self.quiet, "to look at": self.doubtful}
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count)


def view_of(rows: SiteRows, title: str, expected: Iterable[Expected]) -> View:
    """The page of the watch called ``title``, from the store's rows.

    Args:
        rows: what the store has.
        title: the watch's title.
        expected: the days that its board looks forward to.
    """
    known = _cards(rows)
    by_id = {card.id: card for card in known}
    now = rows.now or max((card.known for card in known), default=datetime(1970, 1, 1, tzinfo=UTC))
    board = _board(rows.board, by_id)
    cards = tuple(card for card in reversed(known) if card.verdict != "baseline")
    lately = sum(card.known > now - LATELY for card in cards)
    feeds = feed_lines(rows.feeds)
    return View(
        slug=rows.watch,
        title=title,
        now=now,
        board=board,
        cards=cards,
        start=tuple(card for card in known if card.verdict == "baseline"),
        known=known,
        expected=tuple(
            Day(one.day, one.ends, by_id[str(one.change.change_id)], (one.day - now.date()).days)
            for one in expected
            if str(one.change.change_id) in by_id
        ),
        headline=headline(
            rows.state,
            rows.feeds,
            [card.known for card in cards],
            now,
            lately,
            phrasing.waiting_for_model(rows.rounds[0]["counts"] or {}) if rows.rounds else "",
        ),
        lately=lately,
        disputes=sum(bool(line.disputed) for _, lines in board for line in lines),
        rounds=rows.rounds,
        articles=tuple(map(article_line, rows.articles)),
        feeds=feeds,
        failing=sum(feed.state in FAILS for feed in feeds),
        quiet=sum(feed.state == HealthState.STALE for feed in feeds),
        doubtful=sum(feed.state in _DOUBTFUL for feed in feeds),
        verdicts=tuple(rows.verdicts.items()),
        totals=rows.totals,
        status=phrasing.status_lines(rows.status) if rows.status is not None else (),
    )


def _cards(rows: SiteRows) -> tuple[Card, ...]:
    back = {row["supersedes"]: row for row in rows.changes if row["verdict"] == "withdrawn"}
    by_id = {row["change_id"]: row for row in rows.changes}
    latest: dict[tuple[str, str], Row] = {}  # of each subject, the change that was the last so far
    before: dict[UUID, Row] = {}
    closed: set[UUID] = set()
    for row in rows.changes:
        if row["verdict"] == "withdrawn":
            continue
        place = (row["aspect"], row["subject_key"])
        earlier = by_id.get(row["supersedes"]) or latest.get(place)
        if earlier is not None and row["before_stage"] is not None:
            before[row["change_id"]] = earlier
        if place in latest:
            closed.add(latest[place]["change_id"])
        latest[place] = row
    return tuple(
        _card(
            row,
            before=before.get(row["change_id"]),
            taken_back=back.get(row["change_id"]),
            is_closed=row["change_id"] in closed,
            origins=rows.support.get(row["change_id"], ()),
            marks=rows.marks.get(row["change_id"], ()),
        )
        for row in rows.changes
    )


def _card(
    row: Row,
    *,
    before: Row | None,
    taken_back: Row | None,
    is_closed: bool,
    origins: tuple[datetime, ...],
    marks: Iterable[Row],
) -> Card:
    opened = row["verdict"] == "disputes" or row["disputed_value"] is not None
    origin = str(row["origin"] or "")
    same = origin in (row["family"], row["outlet"])  # its own words, or of its own house
    return Card(
        id=str(row["change_id"]),
        anchor=f"c-{row['change_id']}",
        seq=row["seq"],
        aspect=row["aspect"],
        subject=row["subject"],
        key=row["subject_key"],
        stage=row["stage"],
        value=row["value"] or "",
        verdict=row["verdict"],
        verdict_words=words.verdict_words(row["verdict"]),
        reason=row["reason"] or "",
        held=row["held_from"],
        known=row["known_at"],
        confidence=row["confidence"],
        surer=(by_now := corroborated(row["confidence"], len(origins))),
        sure=words.sure_words(by_now),
        uncertain=words.is_uncertain(by_now),
        before_stage=row["before_stage"] or "",
        before_value=row["before_value"] or "",
        before_quote=words.marked(before["quote"] or "", row["before_value"] or "", before["why"] or "")
        if before
        else (),
        before_source=_source(before) if before else "",
        before_url=_url(before) if before else "",
        quote=_marked(row, row["value"]),
        title=row["title"] or "",
        outlet=row["outlet"] or row["baseline_outlet"] or "",
        origin="" if same else origin,
        url=_url(row),
        disputed=row["disputed_value"] or "",
        settled=(is_closed or taken_back is not None) if opened else None,
        supersedes=str(row["supersedes"] or ""),
        taken_back=(taken_back["reason"] or "its source no longer says so") if taken_back else "",
        taken_back_at=taken_back["known_at"] if taken_back else None,
        takes_back=str(row["supersedes"] or "") if row["verdict"] == "withdrawn" else "",
        told=_told(row),
        origins=origins,
        slot=Slot(row["slot"]) if row["slot"] else None,
        marked=tuple(map(words.marked_by, marks)),
    )


def _marked(row: Row, value: str | None) -> tuple[Piece, ...]:
    return words.marked(row["quote"] or "", value or "", row["why"] or "")


def _source(row: Row) -> str:
    start = ", known at the start" if row["verdict"] == "baseline" else ""
    return f"{row['outlet'] or row['baseline_outlet'] or 'the baseline'}, {format_day(row['known_at'])}{start}"


def _url(row: Row) -> str:
    return safe_url(row["url"] or row["baseline_url"] or "")


def _told(row: Row) -> str:
    if row["verdict"] == "baseline":
        return ""
    if row["delivered_at"] is not None:
        return f"told on {format_moment(row['delivered_at'])}"
    if row["alerts"]:
        return "waits to be told"
    return f"not told: {row['silence']}" if row["silence"] else "not told"


# -- the board -----------------------------------------------------------------------------------


def _board(rows: Sequence[Row], by_id: Mapping[str, Card]) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    lines: dict[str, list[Line]] = {}
    for row in rows:
        disputed = (row["disputed_value"] or "another value") if row["is_disputed"] else ""
        line = Line(
            by_id[str(row["change_id"])],
            row["stage"],
            row["since"],
            row["sources"],
            disputed,
            closed_by=f"c-{row['closed_by']}" if row["closed_by"] else "",
            unconfirmed=row["unconfirmed_since"],
        )
        lines.setdefault(row["aspect"], []).append(line)
    order = {aspect: place for place, aspect in enumerate(words.ASPECTS)}
    # Within an aspect, what is most real and latest comes first: a reader looks for what is so.
    reality = ("in_effect", "decided", "planned", "proposed", "ended", "rejected")
    return tuple(
        (aspect, tuple(sorted(found, key=lambda one: (reality.index(one.stage), -one.since.toordinal()))))
        for aspect, found in sorted(lines.items(), key=lambda item: order.get(item[0], len(order)))
    )
