"""What the store has for an evidence pack and for the page that tells why: trails, and what they compared with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from pipeline.alerts.evidence import Gathered, Trail
from pipeline.alerts.evidence.steps import ALERT_CHANGES, COMPARED, MARKS
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import WATCH_ARTICLES, id_list
from pipeline.storage.queries.why import TrailQueries

_CHANGES = """
SELECT c.*, k.subject_key, v.similarity, v.against
FROM changes c JOIN change k USING (change_id) LEFT JOIN verdict v ON v.change_id = c.change_id AND v.watch = c.watch
WHERE c.watch = ?"""

# What the page that tells why needs of each article; the view ``articles`` would read the texts too.
_ARTICLES = """
SELECT a.article_id, a.entry_id, a.url, a.outlet, a.title, a.published, a.family, a.words, o.origin, x.removed_at
       AS text_removed_at
FROM article a LEFT JOIN article_origin o USING (article_id) LEFT JOIN text_removed x USING (article_id)"""

_LINKS = "SELECT entry_id, article_id FROM entry_article UNION SELECT entry_id, article_id FROM article_revision"


Groups = dict[UUID | None, list[Row]]


@dataclass(frozen=True, slots=True)
class _Sections:
    """The rows of many trails, by what they belong to."""

    links: Groups
    by_article: Mapping[str, Groups]
    by_entry: Mapping[str, Groups]
    by_change: Mapping[str, Groups]
    alerts: Mapping[UUID, Row]
    feeds: Mapping[UUID, Row]
    known: Mapping[UUID, Row]

    def of(self, page: Row) -> Trail:
        """The trail of one page."""
        entry_ids = [row["entry_id"] for row in self.links.get(page["article_id"], ())] or [page["entry_id"]]
        trail = {name: found.get(page["article_id"], []) for name, found in self.by_article.items()}
        trail |= _of(self.by_entry, entry_ids)
        trail["feeds"] = _picked(self.feeds, (row["feed_id"] for row in trail["entries"]))
        return self.with_what_follows(trail)

    def with_what_follows(self, trail: dict[str, list[Row]]) -> Trail:
        """``trail`` with what became of its changes, and with those that its claims were compared with."""
        trail = trail | _of(self.by_change, [row["change_id"] for row in trail["changes"]])
        trail["alerts"] = _picked(self.alerts, (row["alert_id"] for row in trail[ALERT_CHANGES]))
        against = [row["against"] for row in trail.get("claims", ())] + [row["supersedes"] for row in trail["changes"]]
        trail[COMPARED] = _picked(self.known, against)
        return trail


def _of(sections: Mapping[str, Groups], ids: Iterable[UUID]) -> dict[str, list[Row]]:
    wanted = list(dict.fromkeys(ids))
    return {name: [row for one in wanted for row in found.get(one, ())] for name, found in sections.items()}


def _picked(rows: Mapping[UUID, Row], ids: Iterable[UUID]) -> list[Row]:
    return [rows[one] for one in dict.fromkeys(ids) if one in rows]


class EvidenceQueries(TrailQueries):
    """Trails with all that explains them."""

    def explained(self, watch: str, url_or_id: str, known_at: datetime | None = None) -> tuple[Trail, str]:
        """The trail of :meth:`why` by section, with what it was compared with, and where it ends.

        Raises:
            UsageError: nothing is known of it, or nothing was by ``known_at``.
        """
        found = self.why(watch, url_or_id, known_at)
        trail: dict[str, tuple[Row, ...]] = {
            field.name: rows for field in fields(found) if isinstance(rows := getattr(found, field.name), tuple)
        }
        against = {row["against"] for row in found.claims} | {row["supersedes"] for row in found.changes}
        compared = self._changes_of(watch, against)
        trail[COMPARED] = tuple(row for row in compared if known_at is None or row["known_at"] <= known_at)
        trail[ALERT_CHANGES] = tuple(
            self._db.rows(
                f"SELECT * FROM alert_change WHERE alert_id IN {_among(row['alert_id'] for row in found.alerts)} "  # noqa: S608 -- ids
                "ORDER BY alert_id, place"
            )
        )
        return trail, found.ends

    def gather(self, watch: str, url_or_id: str) -> Gathered:
        """What an evidence pack of a change, an alert, a claim or an address holds.

        An alert stands for the changes that it tells; a claim for the change that it made; an address, an entry or an
        article for all of its changes, and where it made none, for its claims.

        Raises:
            UsageError: nothing is known of it.
        """
        asked = url_or_id.strip()
        trail, ends = self.explained(watch, asked)
        changes = self._changes_of(watch, self._meant(trail, asked.lower()))
        before = {row["change_id"]: old for row in changes if (old := self._before(watch, row)) is not None}
        ids = {row["change_id"] for row in changes}
        named = ids | {row["change_id"] for row in before.values()}
        origins = self._db.rows(
            f"SELECT * FROM evidence WHERE watch = ? AND change_id IN {_among(ids)} "  # noqa: S608 -- ids
            "ORDER BY published, article_id, claim_id",
            [watch],
        )
        # Of what was held back, its own sentences and those that it was compared with.
        rows = (*changes, *before.values(), *origins) if changes else (*trail["claims"], *trail[COMPARED])
        wanted = {row["claim_id"] for row in rows} - {None}
        said = self._db.rows(f"SELECT * FROM claims WHERE watch = ? AND claim_id IN {_among(wanted)}", [watch])  # noqa: S608 -- ids
        claims = sorted(said, key=lambda row: _place(row, ids, named))
        articles = self._articles(dict.fromkeys(row["article_id"] for row in claims))
        quoted = (*changes, *before.values(), *(() if changes else trail[COMPARED]))
        has_baseline = any(row["verdict"] == "baseline" for row in quoted)
        return Gathered(
            watch=watch,
            asked=asked,
            as_of=self._db.value("SELECT max(watch_time) FROM run WHERE watch = ?", [watch]),
            trail=trail,
            ends=ends,
            changes=changes,
            before=before,
            claims=claims,
            articles=articles,
            texts=self._texts([row["article_id"] for row in articles]),
            origins=origins,
            baseline=next(iter(self._db.rows("SELECT * FROM baseline WHERE watch = ?", [watch])), None)
            if has_baseline
            else None,
        )

    def recent_trails(self, watch: str, since: datetime, most: int) -> list[tuple[Row, Trail]]:
        """The trails of the pages that brought a change, and of those that were read or tried since ``since``.

        Args:
            watch: the watch's short name.
            since: pages whose entry was seen earlier are told only where they brought a change.
            most: pages without a change, the latest.

        Returns:
            For each page, the latest first, its ``article_id`` and ``entry_id`` (of which one may be None),
            ``told_at``, ``url``, ``title`` and ``outlet``, and its trail by section. Last, with an empty row for the
            page, the changes that no page brought: the baseline, and what somebody decided.
        """
        known = {row["change_id"]: row for row in self._changes_of(watch, None)}
        changes = [row for row in known.values() if row["article_id"] is not None]
        pages = self._pages(watch, since, most, {row["article_id"] for row in changes})
        articles = _among(row["article_id"] for row in pages)
        links = self._db.rows(f"SELECT * FROM ({_LINKS}) l WHERE l.article_id IN {articles} ORDER BY ALL")  # noqa: S608 -- ids
        entries = _among(row["entry_id"] for row in (*links, *pages))
        marks = self._grouped("SELECT * FROM marks WHERE watch = ? ORDER BY made_at, mark_id", "article_id", watch)
        sections = _Sections(
            links=_grouped(links, "article_id"),
            by_article={
                "articles": self._grouped(f"{_ARTICLES} WHERE a.article_id IN {articles}", "article_id"),
                "changes": _grouped(changes, "article_id"),
                MARKS: marks,
                **{
                    name: self._grouped(
                        f"SELECT * FROM {table} WHERE watch = ? AND article_id IN {articles} ORDER BY {order}",  # noqa: S608 -- ids
                        "article_id",
                        watch,
                    )
                    for name, table, order in (("readings", "reading", "engine"), ("claims", "claims", "quote_start"))
                },
            },
            by_entry={
                name: self._grouped(
                    f"SELECT * FROM {table} WHERE entry_id IN {entries} ORDER BY {order}",  # noqa: S608 -- ids
                    "entry_id",
                )
                for name, table, order in (("entries", "entry", "seen_at"), ("fetches", "page_fetch", "attempt"))
            },
            by_change={
                ALERT_CHANGES: self._grouped(
                    "SELECT l.* FROM alert_change l JOIN alert a USING (alert_id) WHERE a.watch = ? ORDER BY ALL",
                    "change_id",
                    watch,
                ),
                **{
                    name: self._grouped(f"SELECT * FROM {table} WHERE watch = ?", "change_id", watch)  # noqa: S608 -- names of ours
                    for name, table in (("silences", "silence"), ("checks", "evidence_check"), ("recalls", "recalls"))
                },
            },
            alerts=self._keyed("SELECT * EXCLUDE (body, message) FROM alerts WHERE watch = ?", "alert_id", watch),
            feeds=self._keyed("SELECT * FROM feed_health WHERE watch = ?", "feed_id", watch),
            known=known,
        )
        unbrought = [row for row in known.values() if row["article_id"] is None]
        told = [(page, sections.of(page)) for page in pages]
        if not unbrought:
            return told
        pinned = [row for article_id, rows in marks.items() if article_id is None for row in rows]
        return [*told, ({}, sections.with_what_follows({"changes": unbrought, MARKS: pinned}))]

    def _pages(self, watch: str, since: datetime, most: int, behind: Collection[UUID]) -> list[Row]:
        """The pages to tell of, the latest first: those of ``behind``, and ``most`` others since ``since``."""
        return self._db.rows(
            f"""
            WITH ours AS ({WATCH_ARTICLES}),
            read AS (
                SELECT a.article_id, a.entry_id, a.published AS told_at, a.url, a.title, a.outlet
                FROM article a JOIN ours USING (article_id)
            ),
            unread AS (
                SELECT NULL::UUID AS article_id, e.entry_id, e.seen_at AS told_at, e.url, e.title, f.title AS outlet
                FROM entry e JOIN watch_feed w USING (feed_id) JOIN feed f USING (feed_id)
                WHERE w.watch = ? AND e.seen_at >= CAST(? AS TIMESTAMPTZ)
                AND NOT EXISTS (SELECT 1 FROM ({_LINKS}) l WHERE l.entry_id = e.entry_id)
            ),
            others AS (
                SELECT * FROM (
                    SELECT * FROM read WHERE told_at >= CAST(? AS TIMESTAMPTZ) AND article_id NOT IN {_among(behind)}
                    UNION ALL SELECT * FROM unread
                ) ORDER BY told_at DESC, url LIMIT {most}
            )
            SELECT * FROM (SELECT * FROM read WHERE article_id IN {_among(behind)} UNION ALL SELECT * FROM others)
            ORDER BY told_at DESC, url""",  # noqa: S608 -- constants, ids and a number
            [watch, watch, since, since],
        )

    def _meant(self, trail: Trail, asked: str) -> set[UUID]:
        """The changes that ``asked`` means: one by its id, those of an alert, that of a claim; else all of the page."""

        def starts(value: object) -> bool:
            return len(asked) >= 8 and str(value).startswith(asked)

        named = {row["change_id"] for row in trail["changes"] if starts(row["change_id"])}
        named |= {row["change_id"] for row in trail["claims"] if starts(row["claim_id"])} - {None}
        alerts = {row["alert_id"] for row in trail["alerts"] if starts(row["alert_id"])}
        alerts |= {row["alert_id"] for row in trail["deliveries"] if starts(row["delivery_id"])}
        named |= {row["change_id"] for row in trail[ALERT_CHANGES] if row["alert_id"] in alerts}
        if named or any(starts(row["claim_id"]) for row in trail["claims"]):
            return named
        return {row["change_id"] for row in trail["changes"]}

    def _before(self, watch: str, row: Row) -> Row | None:
        """The change whose place ``row`` took: the one that it names, else the last of its subject before it."""
        if row["supersedes"] is not None:
            return next(iter(self._changes_of(watch, {row["supersedes"]})), None)
        if row["before_stage"] is None:
            return None
        found = self._db.rows(
            f"{_CHANGES} AND c.aspect = ? AND k.subject_key = ? AND c.seq < ? AND c.verdict <> 'withdrawn' "
            "ORDER BY c.seq DESC LIMIT 1",
            [watch, row["aspect"], row["subject_key"], row["seq"]],
        )
        return next(iter(found), None)

    def _changes_of(self, watch: str, ids: Iterable[UUID | None] | None) -> tuple[Row, ...]:
        """The changes with ``ids``, or all, in the board's order."""
        chosen = "" if ids is None else f" AND c.change_id IN {_among(ids)}"
        return tuple(self._db.rows(f"{_CHANGES}{chosen} ORDER BY c.seq", [watch]))

    def _grouped(self, sql: str, name: str, *params: object) -> Groups:
        return _grouped(self._db.rows(sql, params), name)

    def _keyed(self, sql: str, name: str, *params: object) -> dict[UUID, Row]:
        return {row[name]: row for row in self._db.rows(sql, params)}

    def _articles(self, ids: Mapping[UUID, None]) -> list[Row]:
        rows = self._db.rows(
            f"""
            SELECT a.* EXCLUDE (text), e.content_hash FROM articles a LEFT JOIN entry e USING (entry_id)
            WHERE a.article_id IN {_among(ids)}"""  # noqa: S608 -- ids
        )
        place = {article_id: number for number, article_id in enumerate(ids)}
        return sorted(rows, key=lambda row: place[row["article_id"]])


def _place(claim: Row, ids: Collection[UUID], named: Collection[UUID]) -> tuple[int, str, int, str]:
    """What the pack rests on first: the sentences of its changes, those before, those that say so too, the others."""
    made = claim["change_id"]
    rank = 0 if made in ids else 1 if made in named else 2 if claim["against"] in ids else 3
    return rank, str(claim["published"]), claim["quote_start"], str(claim["claim_id"])


def _among(ids: Iterable[UUID | None]) -> str:
    """:func:`pipeline.storage.queries.base.id_list` of those of ``ids`` that there are."""
    return id_list(one for one in ids if one is not None)


def _grouped(rows: Iterable[Row], name: str) -> Groups:
    found: Groups = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return found
