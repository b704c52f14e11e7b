"""What is asked of a published file beside the views: pages of changes, claims and articles, each with its citation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pipeline.model import Change
from pipeline.model.errors import NotFoundError
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import WATCH_ARTICLES, Queries, id_list
from pipeline.storage.queries.changes import change_of

ROUNDS, DAYS = 5, 7  # that are told of a watch

_ID_MIN = 8  # digits of an id that name it

# A withdrawal has the words of what it takes back, and not its typed fact.
_CHANGES = """
SELECT q.* REPLACE (coalesce(q.slot, w.slot) AS slot, coalesce(q.key, w.key) AS key)
FROM changes q
LEFT JOIN change w ON w.change_id = q.supersedes AND q.verdict = 'withdrawn'
WHERE q.watch = ? AND q.verdict <> 'baseline'"""

_CITED = """
SELECT c.change_id, c.quote, c.event_date, c.claim_id, c.article_id, coalesce(a.title, b.title) AS title,
       coalesce(a.outlet, b.outlet) AS outlet, coalesce(a.url, b.url) AS url,
       coalesce(a.published, b.published) AS published
FROM change c
LEFT JOIN change_article a USING (article_id)
LEFT JOIN baseline b ON b.watch = c.watch AND c.verdict = 'baseline'
WHERE c.watch = ? AND c.change_id IN """

_CLAIMS = """
SELECT v.verdict, v.reason, v.against, v.change_id, k.*, a.title, a.outlet, a.url, a.published
FROM verdict v JOIN claim k USING (claim_id) JOIN article a USING (article_id)
WHERE v.watch = ?"""

_ARTICLES = f"""
WITH ours AS ({WATCH_ARTICLES}),
latest AS (
    SELECT article_id, arg_max(relevant, engine) AS relevant, arg_max(reason, engine) AS reason,
           arg_max(claims, engine) AS claims
    FROM reading WHERE watch = ? GROUP BY article_id
)
SELECT a.article_id, a.title, a.outlet, a.url, a.published, a.language, l.relevant, l.reason,
       coalesce(l.claims, 0) AS claims
FROM article a JOIN ours USING (article_id) LEFT JOIN latest l USING (article_id)
LEFT JOIN article_body t USING (article_id)
WHERE true"""  # noqa: S608 -- constants

# Whether the text of an article was there by a moment: a page's first from its publication on, a later one once seen.
_KNOWN = """{0}.published <= {1} AND NOT EXISTS (
        SELECT 1 FROM article_revision r WHERE r.article_id = {0}.article_id AND r.seen_at > {1})"""
_BY_THEN = "coalesce(CAST($3 AS TIMESTAMPTZ), 'infinity')"
# Who says what the change $2 of the watch $1 says, as it was known by $3: what was corrected later stands.
_EVIDENCE = f"""
WITH said AS (
    SELECT e.* REPLACE (NOT EXISTS (
        SELECT 1 FROM evidence_check t WHERE t.change_id = e.change_id AND t.article_id = e.article_id
        AND t.finding IN ('corrected', 'withdrawn') AND t.checked_at <= {_BY_THEN}) AS stands),
        min(e.published) OVER (PARTITION BY e.origin) AS begun_at
    FROM evidence e
    WHERE e.watch = $1 AND e.change_id = $2 AND {_KNOWN.format("e", _BY_THEN)}
)
SELECT s.* REPLACE (
    dense_rank() OVER (ORDER BY s.begun_at, s.origin) AS place,
    row_number() OVER (ORDER BY s.published, s.says <> 'made', s.article_id, s.claim_id) = 1 AS is_first,
    (epoch_us(s.published) - epoch_us(min(s.published) OVER ())) / 3.6e9 AS hours_later), k.event_date
FROM said s LEFT JOIN claim k USING (claim_id)
ORDER BY s.published, place, s.article_id, s.claim_id"""  # noqa: S608 -- constants

_FOLDED = "lower(strip_accents({}))"
_CLAIM_WORDS = "concat_ws(' ', k.subject, k.value, k.quote)"
_ARTICLE_WORDS = "concat_ws(' ', a.title, t.text)"


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when, both included; None is without an end."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """What the published file says of itself: its number, and when it was published by the watch's clock."""

    number: int
    published_at: datetime | None


class AskQueries(Queries):
    """Pages of what is stored, for whoever asks; a page is ``most`` rows, and one more where there are more."""

    def publication(self) -> Publication:
        """Return what the newest row of ``published`` says."""
        rows = self._db.rows("SELECT number, published_at FROM published ORDER BY number DESC LIMIT 1")
        return Publication(int(rows[0]["number"] or 0), rows[0]["published_at"]) if rows else Publication(0, None)

    def cited(self, watch: str, change_ids: Collection[UUID]) -> dict[UUID, Row]:
        """Return the sentence of each change and where it stands, by its id."""
        if not change_ids:
            return {}
        return {row["change_id"]: row for row in self._db.rows(f"{_CITED}{id_list(change_ids)}", [watch])}

    def changes_of(self, watch: str, change_ids: Collection[UUID]) -> dict[UUID, Change]:
        """Return the changes with ``change_ids``, by id."""
        if not change_ids:
            return {}
        rows = self._db.rows(f"SELECT * FROM change WHERE watch = ? AND change_id IN {id_list(change_ids)}", [watch])  # noqa: S608 -- ids
        return {row["change_id"]: change_of(row) for row in rows}

    def changes_after(self, watch: str, change_ids: Collection[UUID]) -> list[Row]:
        """Return what took the place of ``change_ids``, or took them back: supersedes, change_id, verdict and so on."""
        if not change_ids:
            return []
        return self._db.rows(
            "SELECT supersedes, change_id, verdict, reason, known_at FROM change "  # noqa: S608 -- ids
            f"WHERE watch = ? AND supersedes IN {id_list(change_ids)} ORDER BY seq",
            [watch],
        )

    def find_change(self, watch: str, asked: str, known_at: datetime | None = None) -> Row:
        """Return the row of the view ``changes`` with this id, of which eight digits are enough.

        Raises:
            NotFoundError: none has it, or several, or it was not known by ``known_at``.
        """
        start = asked.strip().lower()
        rows = (
            self._db.rows(
                "SELECT * FROM changes WHERE watch = ? AND starts_with(CAST(change_id AS VARCHAR), ?) LIMIT 2",
                [watch, start],
            )
            if len(start) >= _ID_MIN
            else []
        )
        if len(rows) != 1:
            raise NotFoundError(
                f"{'Several changes begin' if rows else 'No change of ' + watch + ' begins'} with that id.",
                remedy="Take a change_id from the board or from the changes.",
            )
        if known_at is not None and rows[0]["known_at"] > known_at:
            raise NotFoundError(
                f"This change was not known by {known_at:%Y-%m-%d %H:%M} UTC.",
                remedy="Ask for a later known_at, or without one.",
            )
        return rows[0]

    def page_of_changes(
        self,
        watch: str,
        span: Span,
        *,
        known_at: datetime | None,
        by: str,
        equal: Sequence[tuple[str, str]],
        after: int | None,
        most: int,
    ) -> list[Row]:
        """Return rows of the view ``changes`` without the baseline, in the order in which the board took them.

        Args:
            watch: the watch's short name.
            span: of ``by``.
            known_at: only what could be known by then.
            by: ``known_at``, when it could be known, or ``held_from``, since when it holds.
            equal: columns of the view, and what they must say.
            after: the ``seq`` behind which the page begins; None is the beginning.
            most: rows of a page.
        """
        sql, values = [f"SELECT * FROM ({_CHANGES}) WHERE true"], list[object]([watch])  # noqa: S608 -- constants
        for moment, sign in ((span.since, ">="), (span.until, "<=")):
            if moment is not None:
                kind, value = ("DATE", moment.date()) if by == "held_from" else ("TIMESTAMPTZ", moment)
                sql.append(f"AND {by} {sign} CAST(? AS {kind})")
                values.append(value)
        if known_at is not None:
            sql.append("AND known_at <= CAST(? AS TIMESTAMPTZ)")
            values.append(known_at)
        for column, wanted in equal:
            sql.append(f"AND lower({column}) = lower(?)")
            values.append(wanted)
        if after is not None:
            sql.append("AND seq > ?")
            values.append(after)
        sql.append(f"ORDER BY seq LIMIT {most + 1}")
        return self._db.rows(" ".join(sql), values)

    def find_claims(
        self,
        watch: str,
        words: Sequence[str],
        span: Span,
        *,
        known_at: datetime | None,
        equal: Sequence[tuple[str, str]],
        after: tuple[datetime, UUID] | None,
        most: int,
    ) -> list[Row]:
        """Return the claims that have all of ``words`` in subject, value or sentence, with verdicts, the newest first.

        Args:
            watch: the watch's short name.
            words: parts of words, whatever their case and accents.
            span: of the publication of the articles.
            known_at: only texts that could be known by then.
            equal: ``verdict``, ``aspect``, ``slot`` or ``key``, and what it must say.
            after: publication time and id of the claim behind which the page begins.
            most: rows of a page.
        """
        sql, params = _searched(_CLAIMS, [watch], _CLAIM_WORDS, words, span, known_at, "k.claim_id", after)
        for column, wanted in equal:
            sql += f" AND lower({column}) = lower(?)"
            params.append(wanted)
        return self._db.rows(f"{sql} ORDER BY a.published DESC, k.claim_id LIMIT {most + 1}", params)

    def search_articles(
        self,
        watch: str,
        words: Sequence[str],
        span: Span,
        *,
        known_at: datetime | None,
        after: tuple[datetime, UUID] | None,
        most: int,
    ) -> tuple[list[Row], dict[UUID, str]]:
        """Return the articles that have all of ``words`` in title or text, the newest first, and their texts by id.

        The arguments are those of :meth:`find_claims`. A text that was removed for its age is found by its title.
        """
        sql, params = _searched(_ARTICLES, [watch, watch], _ARTICLE_WORDS, words, span, known_at, "a.article_id", after)
        rows = self._db.rows(f"{sql} ORDER BY a.published DESC, a.article_id LIMIT {most + 1}", params)
        return rows, self._texts([row["article_id"] for row in rows])

    def page_of_evidence(
        self, watch: str, change_id: UUID, *, known_at: datetime | None, skip: int, most: int
    ) -> list[Row]:
        """Return rows of the view ``evidence`` about one change, as known by ``known_at``, the first article first."""
        return self._db.rows(f"{_EVIDENCE} LIMIT {most + 1} OFFSET {skip}", [watch, change_id, known_at])

    def feed_rows(self, watch: str) -> list[Row]:
        """Return the rows of the view ``feed_health`` of ``watch``, without feeds that were removed."""
        return self._db.rows("SELECT * FROM feed_health WHERE watch = ? AND state <> 'removed'", [watch])

    def last_rounds(self, watch: str) -> list[Row]:
        """Return the last rounds of ``watch``, the latest first, with their counts."""
        return self._db.rows(
            "SELECT watch_time, outcome, reason, counts FROM runs WHERE watch = ? AND flow = 'monitor' "  # noqa: S608 -- a constant
            f"ORDER BY started_at DESC LIMIT {ROUNDS}",
            [watch],
        )

    def last_days(self, watch: str) -> list[Row]:
        """Return the last rows of the view ``days`` of ``watch``, the latest first: what a quiet day is proved by."""
        return self._db.rows(f"SELECT * FROM days WHERE watch = ? ORDER BY day DESC LIMIT {DAYS}", [watch])  # noqa: S608 -- a constant

    def watch_row(self, watch: str) -> Row | None:
        """Return the row of the view ``watches``; None where the file has no such watch."""
        return next(iter(self._db.rows("SELECT * FROM watches WHERE watch = ?", [watch])), None)

    def known_times(self, watch: str, known_at: datetime | None) -> list[datetime]:
        """Return when each change of ``watch`` could be known, without the baseline."""
        rows = self._db.rows("SELECT known_at FROM change WHERE watch = ? AND verdict <> 'baseline'", [watch])
        return [row["known_at"] for row in rows if known_at is None or row["known_at"] <= known_at]


def _searched(
    query: str,
    params: Sequence[object],
    text: str,
    words: Sequence[str],
    span: Span,
    known_at: datetime | None,
    key: str,
    after: tuple[datetime, UUID] | None,
) -> tuple[str, list[object]]:
    sql, values = [query], list(params)
    folded = _FOLDED.format(text)
    for word in words:
        sql.append(f"AND contains({folded}, {_FOLDED.format('?')})")
        values.append(word)
    for moment, sign in ((span.since, ">="), (span.until, "<=")):
        if moment is not None:
            sql.append(f"AND a.published {sign} CAST(? AS TIMESTAMPTZ)")
            values.append(moment)
    if known_at is not None:
        sql.append(f"AND {_KNOWN.format('a', 'CAST(? AS TIMESTAMPTZ)')}")
        values += [known_at, known_at]
    if after is not None:
        sql.append(f"AND (a.published < CAST(? AS TIMESTAMPTZ) OR a.published = CAST(? AS TIMESTAMPTZ) AND {key} > ?)")
        values += [after[0], after[0], after[1]]
    return " ".join(sql), values
