"""What has happened lately to feeds and watches, as alarms must know it; see :mod:`pipeline.health`."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from pipeline.model import FeedHistory, RecentEntry, RecentPage, RecentPoll, RecentRound, WatchHistory
from pipeline.storage.connection import Row
from pipeline.storage.files.names import PUBLISHED
from pipeline.storage.files.newest import newest
from pipeline.storage.queries.runs import RunQueries

LAST: Final = {"polls": 5, "entries": 10, "pages": 5}  # of each feed
LATELY: Final = timedelta(days=30)  # what is older tells nothing of how a feed does;
POLLED_LATELY: Final = timedelta(days=7)  # of polls there are many, and each feed is polled once a day at least
ROUNDS: Final = 8
NEWS: Final = timedelta(days=3)  # an entry older than that is no news, and may wait
WAITS: Final = timedelta(hours=3)  # and so many rounds, so that a night in which the machine slept is no backlog:
WAITED_ROUNDS: Final = 6

_OF_WATCH = "feed_id IN (SELECT feed_id FROM watch_feed WHERE watch = ? AND removed_at IS NULL)"
_POLLS = f"""
    SELECT feed_id, polled_at, entries, coalesce(undated, 0) AS undated, coalesce(is_gap, false) AS is_gap, reason
    FROM poll WHERE {_OF_WATCH} AND polled_at > CAST(? AS TIMESTAMPTZ) AND outcome = 'ok'
    QUALIFY row_number() OVER (PARTITION BY feed_id ORDER BY polled_at DESC) <= ?
    ORDER BY polled_at DESC"""  # noqa: S608 -- constants
_ENTRIES = f"""
    SELECT feed_id, seen_at, CASE WHEN precision = 'time' THEN published END AS published,
           contains(title, chr(65533)) AS is_garbled
    FROM entry WHERE {_OF_WATCH} AND seen_at > CAST(? AS TIMESTAMPTZ)
    QUALIFY row_number() OVER (PARTITION BY feed_id ORDER BY seen_at DESC, published DESC, entry_id) <= ?
    ORDER BY seen_at DESC, published DESC, entry_id"""  # noqa: S608 -- constants
# The first text of each entry: later ones are looks at the same page.
_PAGES = f"""
    WITH first AS (
        SELECT e.feed_id, e.published, p.entry_id, p.fetched_at, p.final_url,
               coalesce(try_cast(regexp_extract(p.reason, 'charset: (\\d+) characters', 1) AS BIGINT), 0) AS broken
        FROM page_fetch p JOIN entry e USING (entry_id)
        WHERE e.{_OF_WATCH} AND p.fetched_at > CAST(? AS TIMESTAMPTZ) AND p.outcome = 'stored'
        QUALIFY row_number() OVER (PARTITION BY p.entry_id ORDER BY p.fetched_at) = 1
    )
    SELECT f.*, a.words, coalesce(a.language, '') AS language, a.text_hash
    FROM first f JOIN article a ON a.entry_id = f.entry_id AND a.fetched_at = f.fetched_at
    QUALIFY row_number() OVER (PARTITION BY f.feed_id ORDER BY f.fetched_at DESC, f.published DESC, f.entry_id) <= ?
    ORDER BY f.fetched_at DESC, f.published DESC, f.entry_id"""  # noqa: S608 -- constants
# Not those of a clock that stood ahead: they would count as the last for as long.
_ROUNDS = """
    SELECT watch_time AS now, finished_at AS ended_at, flow = 'monitor' AS is_whole,
           coalesce(reason, '') AS reason,
           coalesce(counts['articles_waiting'], 0) + coalesce(counts['articles_stood_in'], 0) AS waiting,
           coalesce(counts['llm_failed'], 0) AS failed, coalesce(counts['llm_tokens_out'], 0) > 0 AS answered,
           coalesce(counts['pages'], 0) AS pages, coalesce(counts['cluster_away'], 0) > 0 AS cluster_away
    FROM run WHERE watch = ? AND started_at <= CAST(? AS TIMESTAMPTZ) AND finished_at IS NOT NULL
    AND outcome IN ('ok', 'partial', 'blind')
    AND (flow = 'monitor' OR counts['articles_read'] IS NOT NULL)
    ORDER BY started_at DESC LIMIT ?"""
_BACKLOG = f"""
    SELECT count(*) AS n, min(seen_at) AS since FROM entry e
    WHERE e.{_OF_WATCH} AND seen_at <= CAST(? AS TIMESTAMPTZ) AND seen_at > CAST(? AS TIMESTAMPTZ)
    AND coalesce(published, seen_at) > CAST(? AS TIMESTAMPTZ)
    AND NOT EXISTS (SELECT 1 FROM entry_article l WHERE l.entry_id = e.entry_id)
    AND NOT EXISTS (SELECT 1 FROM page_fetch p WHERE p.entry_id = e.entry_id)
    AND NOT EXISTS (SELECT 1 FROM entry n WHERE n.feed_id = e.feed_id AND n.guid = e.guid AND n.seen_at > e.seen_at)
    """  # noqa: S608 -- constants


class HistoryQueries(RunQueries):
    """What has happened lately."""

    def feed_histories(self, watch: str, now: datetime) -> dict[UUID, FeedHistory]:
        """Return what has lately come of each feed of ``watch``; those of which nothing did are left out."""
        since = now - LATELY
        polls = self._by_feed(_POLLS, RecentPoll, [watch, now - POLLED_LATELY, LAST["polls"]])
        entries = self._by_feed(_ENTRIES, RecentEntry, [watch, since, LAST["entries"]])
        pages = self._by_feed(_PAGES, RecentPage, [watch, since, LAST["pages"]])
        dated = self._db.rows(
            f"SELECT feed_id, max(published) AS newest FROM entry WHERE {_OF_WATCH} GROUP BY feed_id",  # noqa: S608
            [watch],
        )
        known = {row["feed_id"]: row["newest"] for row in dated}
        return {
            feed_id: FeedHistory(
                tuple(polls.get(feed_id, ())),
                tuple(entries.get(feed_id, ())),
                tuple(pages.get(feed_id, ())),
                known.get(feed_id),
            )
            for feed_id in polls.keys() | entries.keys() | pages.keys() | known.keys()
        }

    def watch_history(self, watch: str, now: datetime) -> WatchHistory:
        """Return what has lately become of the runs of ``watch`` and of the files beside the store."""
        rounds = tuple(RecentRound(**row) for row in self._db.rows(_ROUNDS, [watch, now, ROUNDS]))
        backlog: Row = {"n": 0, "since": None}
        if len(rounds) > WAITED_ROUNDS:
            bound = min(now - WAITS, rounds[WAITED_ROUNDS].now)
            backlog = self._db.rows(_BACKLOG, [watch, bound, now - NEWS, now - NEWS])[0]
        restored = self._db.rows(
            "SELECT started_at, reason FROM run WHERE flow = 'restore' ORDER BY started_at DESC LIMIT 1"
        )
        return WatchHistory(
            rounds=rounds,
            last_run=self.last_run_now(watch),
            backlog=backlog["n"],
            backlog_since=backlog["since"],
            published_at=_written_at(newest(self._db.path.with_name(PUBLISHED))),
            restored=tuple((row["started_at"], row["reason"] or "") for row in restored),
            free=_free(self._db.path.parent),
            stored=self._db.path.stat().st_size,
        )

    def _by_feed(self, sql: str, noun: type[Any], params: list[object]) -> dict[UUID, list[Any]]:
        """Return what ``sql`` finds as values of ``noun``, in its order, by feed."""
        found: dict[UUID, list[Any]] = {}
        for row in self._db.rows(sql, params):
            found.setdefault(row["feed_id"], []).append(
                noun(**{name: row[name] for name in noun.__dataclass_fields__ if name in row})
            )
        return found


def _written_at(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


def _free(folder: Path) -> int | None:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
