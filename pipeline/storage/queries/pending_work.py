"""Queries for pending work: entries without their pages, articles to be read. What is done is not searched again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from pipeline.feeds.schedule import Candidate, share_pages
from pipeline.model import Article, PendingEntry
from pipeline.model.text import content_id
from pipeline.model.urls import host
from pipeline.storage.queries.articles import ArticleQueries
from pipeline.storage.queries.base import entry_of, feed_of

SMALL: Final = 20_000  # rows of a table that are looked through each time
SLACK: Final = 1_000  # rows that are looked through once more, so that not each run moves the mark
GROWN: Final = 20  # when a twentieth has come to them, all rows are looked through again

_KEYS: Final = {"entry": "entry_id", "article": "article_id"}


class _Scan(NamedTuple):
    """Which rows of ``table`` are looked through: from ``start`` on.

    Attributes:
        table: entry or article.
        start: the first row; 0 where all are.
        rows: how many there are.
        whole: how many there were when all were last looked through, this time included.
    """

    table: str
    start: int
    rows: int
    whole: int


class PendingWork(ArticleQueries):
    """What is left to do.

    The rows of ``entry`` and ``article`` stay where they are written, the newest last, so that one number tells up to
    where all is done. It is a help and no truth: it is checked before it is used, forgotten whenever an earlier row
    might wait again, and found anew from time to time by looking through everything.
    """

    def entries_to_collect(self, watch: str, now: datetime, limit: int) -> list[PendingEntry]:
        """Entries that have no article and are due for an attempt, chosen and ordered by :func:`share_pages`.

        Of several revisions of one item only the newest counts: the page is the same.
        """
        scan = self._rows_to_scan(watch, "entry")
        # First what has no article at all, which is little; only that is compared with other revisions and attempts.
        waiting = self._db.rows(
            """
            WITH bare AS (
                SELECT e.entry_id, e.feed_id, e.guid, e.url, e.rowid AS place,
                       coalesce(e.published, e.seen_at) AS told_at
                FROM entry e
                WHERE e.rowid >= ? AND NOT EXISTS (SELECT 1 FROM entry_article l WHERE l.entry_id = e.entry_id)
                AND e.feed_id IN (SELECT feed_id FROM watch_feed WHERE watch = ? AND removed_at IS NULL)
            ),
            tried AS (
                SELECT entry_id, count(*) AS attempts, arg_max_null(retry_at, attempt) AS retry_at,
                       arg_max(fetched_at, attempt) AS fetched_at
                FROM page_fetch WHERE entry_id IN (SELECT entry_id FROM bare) GROUP BY entry_id
            ),
            wanted AS (
                SELECT b.*, coalesce(t.attempts, 0) AS attempts,
                       t.attempts IS NULL OR t.retry_at <= CAST(? AS TIMESTAMPTZ)
                       OR t.fetched_at > CAST(? AS TIMESTAMPTZ) AS is_due
                FROM bare b LEFT JOIN tried t USING (entry_id)
                WHERE t.attempts IS NULL OR t.retry_at IS NOT NULL
            ),
            newest AS (
                SELECT r.entry_id FROM entry r
                WHERE r.rowid >= ? AND (r.feed_id, r.guid) IN (SELECT (feed_id, guid) FROM wanted)
                QUALIFY row_number() OVER (
                    PARTITION BY r.feed_id, r.guid
                    ORDER BY r.seen_at DESC, r.published DESC NULLS LAST, r.entry_id) = 1
            )
            SELECT entry_id, feed_id, url, told_at, place, attempts, is_due FROM wanted JOIN newest USING (entry_id)""",
            [scan.start, watch, now, now, scan.start],
        )
        self._settle(watch, scan, [row["place"] for row in waiting])
        due = {row["entry_id"]: row for row in waiting if row["is_due"]}
        candidates = (Candidate(i, row["feed_id"], host(row["url"]), row["told_at"]) for i, row in due.items())
        chosen = [one.entry_id for one in share_pages(candidates, limit)]
        if not chosen:
            return []
        rows = {row["entry_id"]: row for row in self._entries([due[i]["place"] for i in chosen])}
        return [PendingEntry(entry_of(rows[i]), feed_of(rows[i]), due[i]["attempts"]) for i in chosen]

    def articles_to_read(self, watch: str, limit: int) -> list[Article]:
        """Articles that no engine has read for ``watch``, in order of publication, a page's later texts last.

        What an older engine has read is read again by ``missionwatch reread`` only.
        """
        scan = self._rows_to_scan(watch, "article")
        unread = self._db.rows(
            "SELECT a.article_id, a.rowid AS place FROM article a WHERE a.rowid >= ? "
            "AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.article_id = a.article_id AND r.watch = ?) "
            "ORDER BY a.published, a.fetched_at, a.article_id",
            [scan.start, watch],
        )
        ours = self._given_to(watch, [row["article_id"] for row in unread])
        readable = self._held("article_body", "article_id", ours)
        waiting = [row for row in unread if row["article_id"] in readable]
        self._settle(watch, scan, [row["place"] for row in waiting])
        ids = [row["article_id"] for row in waiting[:limit]]
        held = self.articles_of(ids)
        return [held[article_id] for article_id in ids]

    def articles_stood_in(self, watch: str, engine: str, stand_in: str, limit: int) -> list[Article]:
        """Articles that ``stand_in`` has read in the place of ``engine``, which was away, in order of publication."""
        unread = self._db.rows(
            "SELECT a.article_id FROM article a JOIN reading r USING (article_id) WHERE r.watch = ? AND r.engine = ? "
            "AND NOT EXISTS (SELECT 1 FROM reading o WHERE o.article_id = a.article_id AND o.watch = ? "
            "AND o.engine = ?) ORDER BY a.published, a.fetched_at, a.article_id LIMIT ?",
            [watch, stand_in, watch, engine, limit],
        )
        readable = self._held("article_body", "article_id", [row["article_id"] for row in unread])
        ids = [row["article_id"] for row in unread if row["article_id"] in readable]
        held = self.articles_of(ids)
        return [held[article_id] for article_id in ids]

    def _rows_to_scan(self, watch: str, table: str) -> _Scan:
        """Which rows of ``table`` are to be looked through for ``watch``."""
        count = int(self._db.value(f"SELECT count(*) FROM {table}"))  # noqa: S608 -- a name of ours
        everything = _Scan(table, 0, count, count)
        if count < SMALL:
            return everything
        rows = self._db.rows("SELECT * FROM settled WHERE settled_id = ?", [_mark_id(watch, table)])
        if not rows:
            return everything
        place, whole = rows[0]["place"], rows[0]["whole"]
        has_grown = count - whole > max(SMALL, whole // GROWN)
        if has_grown or self._id_before(table, place) != rows[0]["row_before"]:
            return everything
        return _Scan(table, place, count, whole)

    def _id_before(self, table: str, place: int) -> UUID | None:
        """The id of the row before ``place``."""
        found: UUID | None = self._db.value(f"SELECT {_KEYS[table]} FROM {table} WHERE rowid = ?", [place - 1])  # noqa: S608
        return found

    def _settle(self, watch: str, scan: _Scan, places: Collection[int]) -> None:
        """Note up to where all rows are done, where that has moved.

        Args:
            watch: for whom.
            scan: what was looked through.
            places: the rows that wait.
        """
        place = min(places, default=scan.rows)
        if scan.rows < SMALL or place == 0 or (scan.start and place - scan.start < SLACK):
            return
        mark = {
            "settled_id": _mark_id(watch, scan.table),
            "watch": watch,
            "what": scan.table,
            "place": place,
            "row_before": self._id_before(scan.table, place),
            "whole": scan.whole,
        }
        self._db.insert(
            "settled",
            [mark],
            on_conflict="(settled_id) DO UPDATE SET place = excluded.place, row_before = excluded.row_before, "
            "whole = excluded.whole",
        )


def _mark_id(watch: str, table: str) -> UUID:
    return content_id("settled", watch, table)
