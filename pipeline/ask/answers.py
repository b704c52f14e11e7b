"""The questions that may be asked of published files, one method each. Nothing here writes, or knows who asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from pipeline.alerts.evidence.steps import COMPARED
from pipeline.alerts.expected import expected_days
from pipeline.ask import coverage as sight
from pipeline.ask import model, rows
from pipeline.ask.asking import (
    BY,
    MAX_LIMIT,
    limit_of,
    make_cursor,
    moment,
    number_at,
    place_of,
    row_at,
    word_of,
    words_of,
)
from pipeline.ask.frame import QuestionContext, WatchFile, asked_of, without_paths
from pipeline.model import Aspect, Slot, Stage, Verdict, escape
from pipeline.model.errors import NotFoundError, StorageError, UsageError
from pipeline.model.text import shorten
from pipeline.storage import Readers, Row, Span

WHERE = ("articles", "claims")
_FACETS: Mapping[str, Sequence[str]] = {
    "aspect": [one.value for one in Aspect],
    "slot": [one.value for one in Slot],
    "stage": [one.value for one in Stage],
    "verdict": [one.value for one in Verdict],
    "key": (),
}
_TRAIL = 20  # rows of each section of a trail


class Ask:
    """Answers about ``watches``, of ``most`` items; threads may share it."""

    def __init__(self, watches: Sequence[WatchFile], *, most: int = MAX_LIMIT) -> None:
        self._most = most
        self._watches = {watch.slug: watch for watch in watches}
        self._readers = {watch.folder: Readers(watch.folder) for watch in watches}

    @property
    def slugs(self) -> tuple[str, ...]:
        """The short names of the watches, in the order given."""
        return tuple(self._watches)

    def close(self) -> None:
        """Close the files that are kept open between questions."""
        for readers in self._readers.values():
            readers.close()

    def version(self, watch: str | None = None) -> str:
        """Return a text that is another one after each publication of ``watch``: for caches.

        Raises:
            UsageError: there is no such watch.
            StorageError: nothing is published.
        """
        return self.edition(watch)[0]

    def edition(self, watch: str | None = None) -> tuple[str, datetime]:
        """Return the version of what is published about ``watch``, and when its file was written (machine's clock).

        Raises:
            UsageError: there is no such watch.
            StorageError: nothing is published.
        """
        with without_paths():
            found = self._readers[self.watch(watch).folder].version()[2:]
        return "-".join(f"{part:x}" for part in found), datetime.fromtimestamp(found[-1] / 1e9, UTC)

    def watch(self, slug: str | None = None) -> WatchFile:
        """Return the watch called ``slug``; where there is one only, no name is needed.

        Raises:
            UsageError: there is no such watch, or several and none is named.
        """
        if slug is None or not slug.strip():
            if len(self._watches) == 1:
                return next(iter(self._watches.values()))
            raise UsageError("There are several watches.", remedy=f"Name one: {', '.join(self._watches)}.")
        found = self._watches.get(slug.strip())
        if found is None:
            told = shorten(escape.line(slug), 60)
            raise NotFoundError(f"There is no watch '{told}'.", remedy=f"Name one of: {', '.join(self._watches)}.")
        return found

    # -- the board ---------------------------------------------------------------------------------

    def status(
        self, watch: str | None = None, *, as_of: str | None = None, known_at: str | None = None
    ) -> model.Status:
        """Tell where the mission stands: the status card with its sentences, what is expected, how well it can see."""
        with self._asked(watch, as_of, known_at) as asked:
            slug, store, seen = asked.slug, asked.store, sight.sight_of(asked)
            then = {"as_of": asked.as_of, "known_at": asked.known_at}
            board, basis = store.board(slug, **then), store.status_basis(slug, **then)
            ids = {row["change_id"] for row in board} | {one for ids in basis.values() for one in ids}
            cited, changes = store.cited(slug, ids), store.changes_of(slug, ids)
            today = (asked.as_of or asked.until).date()
            return model.Status(
                about=asked.about(),
                mission=asked.watch.mission,
                headline=seen.headline,
                standing=seen.standing,
                facts=rows.status_facts(store.status(slug, **then), basis, cited),
                disputes=sum(bool(row["is_disputed"]) for row in board),
                changes_lately=seen.lately,
                expected=tuple(
                    model.ExpectedDay(
                        day=one.day,
                        ends=one.ends,
                        subject=rows.short(one.change.subject),
                        value=rows.short(one.change.value),
                        change_id=one.change.change_id,
                        citation=rows.citation(cited.get(one.change.change_id)),
                    )
                    for one in expected_days(changes[row["change_id"]] for row in board)
                    if one.day >= today
                ),
                feeds=seen.counts,
            )

    def board(
        self,
        watch: str | None = None,
        *,
        as_of: str | None = None,
        known_at: str | None = None,
        aspect: str | None = None,
        slot: str | None = None,
        key: str | None = None,
        stage: str | None = None,
        disputed: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> model.Board:
        """Tell the rows of the board: now, as it stood on a day, as it was known at a time, or both."""
        most, after = limit_of(limit, self._most), number_at(place_of("board", cursor, 1)) or 0
        wanted = _facets(aspect=aspect, slot=slot, key=key, stage=stage)
        with self._asked(watch, as_of, known_at) as asked:
            slug = asked.slug
            found = [
                row
                for row in asked.store.board(slug, as_of=asked.as_of, known_at=asked.known_at)
                if all(str(row[name] or "").casefold() == value.casefold() for name, value in wanted)
                and (disputed is None or bool(row["is_disputed"]) is disputed)
            ]
            page = found[max(after, 0) :][:most]
            cited = asked.store.cited(slug, [row["change_id"] for row in page])
            more = len(found) > after + len(page) and bool(page)
            return model.Board(
                about=asked.about(),
                next_cursor=make_cursor("board", [after + len(page)]) if more else None,
                rows=tuple(rows.board_row(row, cited.get(row["change_id"])) for row in page),
            )

    def changes(
        self,
        watch: str | None = None,
        *,
        since: str | None = None,
        until: str | None = None,
        known_at: str | None = None,
        by: str | None = None,
        aspect: str | None = None,
        slot: str | None = None,
        key: str | None = None,
        verdict: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> model.Changes:
        """Tell what changed, in the order in which the board took it, without what was known at the start.

        ``since`` and ``until`` are of the time at which it could be known, or by ``held`` of the day it holds from.
        """
        most, after = limit_of(limit, self._most), number_at(place_of("changes", cursor, 1))
        span = Span(moment("since", since, begins=True), moment("until", until))
        column = BY[word_of("by", by, tuple(BY)) or "known"]
        wanted = _facets(aspect=aspect, slot=slot, key=key, verdict=verdict)
        with self._asked(watch, None, known_at) as asked:
            found = asked.store.page_of_changes(
                asked.slug,
                span,
                known_at=asked.known_at,
                by=column,
                equal=wanted,
                after=after,
                most=most,
            )
            return model.Changes(
                about=asked.about(),
                next_cursor=make_cursor("changes", [found[most - 1]["seq"]]) if len(found) > most else None,
                changes=asked.changes(found[:most]),
            )

    # -- what it rests on --------------------------------------------------------------------------

    def evidence(
        self,
        change: str,
        watch: str | None = None,
        *,
        known_at: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> model.Evidence:
        """Tell who says what a change says, and who had it first; eight digits of its id are enough."""
        most, after = limit_of(limit, self._most), number_at(place_of("evidence", cursor, 1)) or 0
        start = word_of("change", change)
        with self._asked(watch, None, known_at) as asked:
            row = asked.store.find_change(asked.slug, start, asked.known_at)
            found = asked.store.page_of_evidence(
                asked.slug, row["change_id"], known_at=asked.known_at, skip=max(after, 0), most=most
            )
            told = () if row["verdict"] == Verdict.BASELINE else asked.changes([row])
            return model.Evidence(
                about=asked.about(),
                next_cursor=make_cursor("evidence", [after + most]) if len(found) > most else None,
                change=next(iter(told), None),
                evidence=tuple(map(rows.evidence_row, found[:most])),
            )

    def why(self, what: str, watch: str | None = None, *, known_at: str | None = None) -> model.Why:
        """Tell what came of an address or an id, and why: of a feed, entry, article, claim, change or alert."""
        with self._asked(watch, None, known_at) as asked:
            slug, store = asked.slug, asked.store
            trail, ends = store.explained(slug, what, asked.known_at)
            replaced = {row["supersedes"] for row in trail["changes"]}
            found = (*trail["changes"], *(row for row in trail[COMPARED] if row["change_id"] in replaced))
            told = {row["change_id"]: row for row in found if row["verdict"] != Verdict.BASELINE}
            readings = {row["article_id"]: row for row in trail["readings"]}
            return model.Why(
                about=asked.about(),
                ends=rows.short(ends, 2_000),
                feeds=tuple(rows.short(row["feed"]) for row in trail["feeds"][:_TRAIL]),
                articles=tuple(
                    rows.article(
                        {"relevant": None, "reason": "", "claims": 0, **readings.get(row["article_id"], {}), **row}
                    )
                    for row in trail["articles"][:_TRAIL]
                ),
                claims=tuple(map(rows.claim, trail["claims"][:_TRAIL])),
                changes=asked.changes(list(told.values())[:_TRAIL]),
                alerts=tuple(
                    model.Delivery(
                        kind=row["kind"] or "alert",
                        channel=rows.short(row["channel"]),
                        state=row["state"],
                        planned_at=row["planned_at"],
                        delivered_at=row["delivered_at"],
                    )
                    for row in trail["alerts"][:_TRAIL]
                ),
                corrections=tuple(
                    model.Correction(
                        kind=row["kind"],
                        author=rows.short(row["author"]),
                        made_at=row["made_at"],
                        note=rows.short(row["note"], rows.MAX_REASON),
                        counts=row["counts"],
                    )
                    for row in trail["marks"][:_TRAIL]
                ),
            )

    def search(
        self,
        words: str,
        watch: str | None = None,
        *,
        where: str | None = None,
        since: str | None = None,
        until: str | None = None,
        known_at: str | None = None,
        aspect: str | None = None,
        slot: str | None = None,
        key: str | None = None,
        verdict: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> model.Found:
        """Find articles, or claims with their verdicts, that have all the words; the newest first.

        ``since`` and ``until`` are of the publication of the articles; ``known_at`` leaves out later texts of their
        pages too. The facets are of claims only.
        """
        place = word_of("where", where, WHERE) or WHERE[0]
        wanted = words_of(words)
        most, after = limit_of(limit, self._most), row_at(place_of(place, cursor, 2))
        span = Span(moment("since", since, begins=True), moment("until", until))
        facets = _facets(aspect=aspect, slot=slot, key=key, verdict=verdict)
        if place != "claims" and facets:
            raise UsageError(
                f"{facets[0][0]} is of claims, and articles are searched.", remedy='Ask with where = "claims".'
            )
        with self._asked(watch, None, known_at) as asked:
            slug, store = asked.slug, asked.store
            if place == "claims":
                found = store.find_claims(
                    slug, wanted, span, known_at=asked.known_at, equal=facets, after=after, most=most
                )
                cursor_at = _after(place, found, most, "claim_id")
                return model.Found(
                    about=asked.about(), next_cursor=cursor_at, claims=tuple(map(rows.claim, found[:most]))
                )
            found, texts = store.search_articles(slug, wanted, span, known_at=asked.known_at, after=after, most=most)
            return model.Found(
                about=asked.about(),
                next_cursor=_after(place, found, most, "article_id"),
                articles=tuple(
                    rows.article(row, rows.passage(texts.get(row["article_id"], ""), wanted, row["language"] or "en"))
                    for row in found[:most]
                ),
            )

    # -- how well it can see -----------------------------------------------------------------------

    def feeds(self, watch: str | None = None, *, cursor: str | None = None, limit: int | None = None) -> model.Feeds:
        """Tell how the feeds do, those first that need a look, and what the last rounds and days came to."""
        most, after = limit_of(limit, self._most), number_at(place_of("feeds", cursor, 1)) or 0
        with self._asked(watch, None, None) as asked:
            return sight.feeds_of(asked, max(after, 0), most)

    def watches(self) -> model.Watches:
        """Tell which watches may be asked about, and how each stands."""
        return model.Watches(watches=tuple(map(self._line, self._watches.values())))

    def _line(self, watch: WatchFile) -> model.WatchLine:
        try:
            with asked_of(self._readers[watch.folder], watch) as asked:
                return sight.line_of(asked)
        except (StorageError, UsageError):
            return model.WatchLine(watch=watch.slug, mission=watch.mission, state="not_published")

    @contextmanager
    def _asked(self, watch: str | None, as_of: str | None, known_at: str | None) -> Iterator[QuestionContext]:
        chosen = self.watch(watch)
        then, known = moment("as_of", as_of), moment("known_at", known_at)
        with asked_of(self._readers[chosen.folder], chosen, then, known) as asked:
            yield asked


def _facets(**given: str | None) -> list[tuple[str, str]]:
    read = ((name, word_of(name, text, _FACETS[name])) for name, text in given.items())
    return [(name, value) for name, value in read if value]


def _after(question: str, found: Sequence[Row], most: int, key: str) -> str | None:
    if len(found) <= most:
        return None
    last = found[most - 1]
    return make_cursor(question, [last["published"].isoformat(), last[key]])
