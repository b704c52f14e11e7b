"""How feeds do, in the store: their health, the alarms about silences, and what quiet is proved by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pipeline.model import Alarm, Alert, FeedRecord, FeedYield, Habits, LostPages, PollOutcome, QuietPeriod
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import Queries
from pipeline.storage.queries.mutes import MuteQueries
from pipeline.storage.queries.watches import WatchQueries

_SECOND = timedelta(seconds=1)

_POLLED = """
    SELECT count(DISTINCT p.feed_id) AS polled, coalesce(sum(p.entries), 0) AS entries_seen,
           coalesce(sum(p.entries_new), 0) AS entries_new
    FROM poll p JOIN watch_feed w USING (feed_id)
    WHERE w.watch = ? AND p.polled_at > CAST(? AS TIMESTAMPTZ) AND p.polled_at <= CAST(? AS TIMESTAMPTZ)"""
_READ = """
    SELECT count(*) AS articles_read, coalesce(sum(CAST(g.relevant AS INTEGER)), 0) AS articles_relevant
    FROM reading g JOIN run r USING (run_id)
    WHERE g.watch = ? AND r.watch_time > CAST(? AS TIMESTAMPTZ) AND r.watch_time <= CAST(? AS TIMESTAMPTZ)"""
_CLAIMS = """
    SELECT v.verdict, count(*) AS n FROM verdict v JOIN run r USING (run_id)
    WHERE v.watch = ? AND r.watch_time > CAST(? AS TIMESTAMPTZ) AND r.watch_time <= CAST(? AS TIMESTAMPTZ)
    GROUP BY v.verdict ORDER BY v.verdict"""
_BROUGHT = """
    SELECT e.feed_id, count(DISTINCT e.entry_id) AS entries,
           count(DISTINCT g.article_id) FILTER (g.relevant) AS relevant
    FROM watch_feed w JOIN entry e USING (feed_id) LEFT JOIN entry_article l USING (entry_id)
    LEFT JOIN reading g ON g.article_id = l.article_id AND g.watch = w.watch
    WHERE w.watch = ? AND e.seen_at > CAST(? AS TIMESTAMPTZ) GROUP BY e.feed_id"""
_LOST = """
    WITH tried AS (
        SELECT e.feed_id, p.entry_id, p.fetched_at, p.reason, p.outcome IN ('stored', 'same') AS is_text
        FROM watch_feed w JOIN entry e USING (feed_id) JOIN page_fetch p USING (entry_id)
        WHERE w.watch = ? AND p.fetched_at > CAST(? AS TIMESTAMPTZ)
    ),
    good AS (SELECT feed_id, max(fetched_at) AS at FROM tried WHERE is_text GROUP BY feed_id)
    SELECT t.feed_id, count(DISTINCT t.entry_id) AS pages, min(t.fetched_at) AS since,
           arg_max(t.reason, t.fetched_at) AS reason
    FROM tried t LEFT JOIN good g USING (feed_id)
    WHERE g.at IS NULL OR t.fetched_at > g.at GROUP BY t.feed_id"""
# An entry waits for its page unless that was refused or given up; an article waits for its first reading. Both as it
# was by a time.
_UNREAD = """
    WITH asked AS (SELECT CAST(? AS VARCHAR) AS watch, CAST(? AS TIMESTAMPTZ) AS until)
    SELECT count(*) AS unread, min(published) AS oldest_unread FROM (
        SELECT coalesce(e.published, e.seen_at) AS published
        FROM asked JOIN watch_feed w USING (watch) JOIN entry e USING (feed_id)
        LEFT JOIN (
            SELECT entry_id, arg_max_null(retry_at, attempt) AS retry_at
            FROM page_fetch JOIN asked ON fetched_at <= until GROUP BY entry_id
        ) t USING (entry_id)
        WHERE (w.removed_at IS NULL OR w.removed_at > until) AND e.seen_at <= until
        AND (t.entry_id IS NULL OR t.retry_at IS NOT NULL)
        AND NOT EXISTS (
            SELECT 1 FROM entry n
            WHERE n.feed_id = e.feed_id AND n.guid = e.guid AND n.seen_at > e.seen_at AND n.seen_at <= until)
        AND NOT EXISTS (
            SELECT 1 FROM entry_article l JOIN article a USING (article_id)
            WHERE l.entry_id = e.entry_id AND a.fetched_at <= until)
        UNION ALL
        SELECT a.published FROM article a JOIN asked ON a.fetched_at <= until
        WHERE a.article_id IN (
            SELECT l.article_id FROM entry_article l JOIN entry e USING (entry_id) JOIN watch_feed w USING (feed_id)
            WHERE w.watch = asked.watch)
        AND NOT EXISTS (
            SELECT 1 FROM reading g LEFT JOIN run r USING (run_id)
            WHERE g.article_id = a.article_id AND g.watch = asked.watch AND coalesce(r.watch_time, until) <= until)
    )"""
_FEEDS = """
    SELECT count(*) FROM watch_feed w LEFT JOIN feed_state s USING (feed_id)
    WHERE w.watch = ? AND (w.removed_at IS NULL OR w.removed_at > CAST(? AS TIMESTAMPTZ))
    AND (s.retired_at IS NULL OR s.retired_at > CAST(? AS TIMESTAMPTZ))"""
_RECORDS = """
    SELECT f.feed_id, f.title, f.url, f.expected_every_s, w.added_at, w.removed_at, s.last_outcome,
           coalesce(s.trouble, '') AS trouble, coalesce(s.last_reason, '') AS reason, s.last_polled_at,
           s.read_at, s.last_new_at, coalesce(s.failures, 0) AS failures,
           coalesce(s.undated, false) AS undated, s.gap_at, s.retired_at
    FROM watch_feed w JOIN feed f USING (feed_id) LEFT JOIN feed_state s USING (feed_id)
    WHERE w.watch = ? ORDER BY f.title, f.url"""
# The same from the polls that there were by a time. Whether its entries were undated then is not known.
_RECORDS_THEN = """
    WITH asked AS (SELECT CAST(? AS VARCHAR) AS watch, CAST(? AS TIMESTAMPTZ) AS until),
    read_last AS (
        SELECT feed_id, max(polled_at) AS read_at FROM poll JOIN asked ON polled_at <= until
        WHERE outcome IN ('ok', 'unchanged', 'empty') GROUP BY feed_id
    ),
    state AS (
        SELECT p.feed_id, arg_max(p.outcome, p.polled_at) AS last_outcome, arg_max(p.trouble, p.polled_at) AS trouble,
               arg_max(p.reason, p.polled_at) AS reason, max(p.polled_at) AS last_polled_at,
               any_value(r.read_at) AS read_at, max(p.polled_at) FILTER (p.entries_new > 0) AS last_new_at,
               count(*) FILTER (r.read_at IS NULL OR p.polled_at > r.read_at) AS failures,
               max(p.polled_at) FILTER (p.is_gap) AS gap_at
        FROM poll p JOIN asked ON p.polled_at <= until LEFT JOIN read_last r USING (feed_id) GROUP BY p.feed_id
    )
    SELECT f.feed_id, f.title, f.url, f.expected_every_s, w.added_at,
           CASE WHEN w.removed_at <= until THEN w.removed_at END AS removed_at, s.last_outcome,
           coalesce(s.trouble, '') AS trouble, coalesce(s.reason, '') AS reason, s.last_polled_at,
           s.read_at, s.last_new_at, coalesce(s.failures, 0) AS failures, false AS undated, s.gap_at,
           CASE WHEN k.retired_at <= until THEN k.retired_at END AS retired_at
    FROM asked JOIN watch_feed w USING (watch) JOIN feed f USING (feed_id) LEFT JOIN state s USING (feed_id)
    LEFT JOIN feed_state k USING (feed_id)
    WHERE w.added_at <= until ORDER BY f.title, f.url"""


class PollingQueries(Queries):
    """How the feeds do, and who is told of it."""

    def feed_records(self, watch: str, by: datetime | None = None) -> list[FeedRecord]:
        """All feeds of ``watch``, removed ones too, with what their health depends on, by title.

        Args:
            watch: the watch's short name.
            by: what was known of them by then, by the watch's clock; None is what is known now.
        """
        rows = self._db.rows(_RECORDS, [watch]) if by is None else self._db.rows(_RECORDS_THEN, [watch, by])
        return [
            FeedRecord(
                feed_id=row["feed_id"],
                title=row["title"],
                url=row["url"],
                expected_every=row["expected_every_s"] * _SECOND,
                added_at=row["added_at"],
                removed_at=row["removed_at"],
                outcome=PollOutcome(row["last_outcome"]) if row["last_outcome"] else None,
                trouble=row["trouble"],
                reason=row["reason"],
                polled_at=row["last_polled_at"],
                read_at=row["read_at"],
                new_at=row["last_new_at"],
                failures=row["failures"],
                undated=row["undated"],
                gap_at=row["gap_at"],
                retired_at=row["retired_at"],
            )
            for row in rows
        ]

    def brought_since(self, watch: str, since: datetime) -> dict[UUID, FeedYield]:
        """Return what each feed of ``watch`` has brought after ``since``; those that brought nothing are left out."""
        rows = self._db.rows(_BROUGHT, [watch, since])
        return {row["feed_id"]: FeedYield(row["entries"], row["relevant"]) for row in rows}

    def pages_lost(self, watch: str, since: datetime) -> dict[UUID, LostPages]:
        """Return, for each feed of ``watch``, the pages asked for after ``since`` and after its last text."""
        rows = self._db.rows(_LOST, [watch, since])
        return {row["feed_id"]: LostPages(row["pages"], row["since"], row["reason"] or "") for row in rows}

    def open_alarms(self, watch: str) -> list[Alarm]:
        """The alarms of ``watch`` that were told and are not over, the oldest first."""
        return self._alarms("watch = ? AND cleared_at IS NULL", watch)

    def alarms_since(self, watch: str, since: datetime) -> list[Alarm]:
        """Return the alarms of ``watch`` that were raised after ``since``, the oldest first."""
        return self._alarms("watch = ? AND raised_at > CAST(? AS TIMESTAMPTZ)", watch, since)

    def _alarms(self, where: str, *params: object) -> list[Alarm]:
        rows = self._db.rows(
            "SELECT * EXCLUDE (run_id) REPLACE (coalesce(detail, '') AS detail) FROM feed_alarm "  # noqa: S608
            f"WHERE {where} ORDER BY raised_at, alarm_id",
            params,
        )
        return [Alarm(**row) for row in rows]

    def add_alarms(self, run_id: UUID, raised: Sequence[Alarm], over: Sequence[Alarm], alerts: Sequence[Alert]) -> int:
        """Store alarms with the alerts that tell them, in one transaction; the number of alerts that were new.

        Args:
            run_id: the run that decided it.
            raised: new alarms.
            over: alarms that are over, with ``cleared_at``.
            alerts: what is due about them.
        """
        rows = [{**{name: getattr(a, name) for name in Alarm.__slots__}, "run_id": run_id} for a in (*raised, *over)]
        with self._db.transaction():
            self._db.insert("feed_alarm", rows, on_conflict="(alarm_id) DO UPDATE SET cleared_at = excluded.cleared_at")
            return self._add_alerts(run_id, alerts)

    def quiet(self, watch: str, since: datetime, until: datetime, *, failing: int, silent: int) -> QuietPeriod:
        """What was done after ``since`` and until ``until``, by the watch's clock.

        Args:
            watch: the watch's short name.
            since, until: the period.
            failing, silent: how many feeds are so at its end, see :mod:`pipeline.health.feeds`.
        """
        period = [watch, since, until]
        polled, read = self._db.rows(_POLLED, period)[0], self._db.rows(_READ, period)[0]
        unread = self._db.rows(_UNREAD, [watch, until])[0]
        feeds = self._db.value(_FEEDS, [watch, until, until])
        return QuietPeriod(
            since,
            until,
            feeds=feeds,
            failing=failing,
            silent=silent,
            claims={row["verdict"]: row["n"] for row in self._db.rows(_CLAIMS, period)},
            polled=int(polled["polled"]),
            entries_seen=int(polled["entries_seen"]),
            entries_new=int(polled["entries_new"]),
            articles_read=int(read["articles_read"]),
            articles_relevant=int(read["articles_relevant"]),
            unread=int(unread["unread"]),
            oldest_unread=unread["oldest_unread"],
            muted=MuteQueries(self._db).muted_between(watch, since, until),
            unwatched=tuple((start, end) for start, end, _ in WatchQueries(self._db).unwatched(watch, since, until)),
        )


def habits_of(row: Row) -> Habits:
    """The habits in a row of ``feed_state``; those of a feed that was never polled where it is empty."""
    return Habits(
        interval=_span(row["interval_s"]),
        failure_weight=row["strain"] or 0.0,
        trouble=row["trouble"] or "",
        read_at=row["read_at"],
        body_at=row["body_at"],
        unmodified=row["unmodified"] or 0,
        sketch=tuple((row["sketch"] or "").split()),
        content=row["content"] or "",
        ttl=_span(row["ttl_s"]),
        max_age=_span(row["max_age_s"]),
        undated=bool(row["undated"]),
        gap_at=row["gap_at"],
        distrusted_at=row["lied_at"],
        address=row["address"] or "",
        moved_to=row["moved_to"] or "",
        moved=row["moved"] or 0,
        retired_at=row["retired_at"],
    )


def habits_row(habits: Habits) -> Row:
    """The columns of ``feed_state`` that hold ``habits``."""
    same = ("trouble", "read_at", "body_at", "unmodified", "content", "undated", "gap_at")
    return {
        **{name: getattr(habits, name) for name in (*same, "address", "moved_to", "moved", "retired_at")},
        "interval_s": _seconds(habits.interval),
        "strain": habits.failure_weight,
        "lied_at": habits.distrusted_at,
        "sketch": " ".join(habits.sketch),
        "ttl_s": _seconds(habits.ttl),
        "max_age_s": _seconds(habits.max_age),
    }


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
