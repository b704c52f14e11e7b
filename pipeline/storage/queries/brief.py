"""Query what only briefs ask: rounds, origins, and when a change came to the board."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pipeline.storage.connection import Row
from pipeline.storage.queries.base import Queries

# When a change came to the board. What reading the past again brought is no news: it counts from its publication.
_TAKEN = """
    SELECT c.change_id, r.watch_time FROM change c JOIN run r USING (run_id)
    WHERE c.watch = ? AND r.flow <> 'reread'"""
_ORIGINS = """
    SELECT p.change_id, count(DISTINCT s.source) AS origins
    FROM change_support p JOIN change_article s USING (article_id)
    WHERE p.watch = ? AND s.published <= CAST(? AS TIMESTAMPTZ) AND NOT EXISTS (
        SELECT 1 FROM evidence_check e WHERE e.change_id = p.change_id AND e.article_id = p.article_id
        AND e.finding IN ('corrected', 'withdrawn') AND e.checked_at <= CAST(? AS TIMESTAMPTZ))
    GROUP BY p.change_id"""
_ROUNDS = """
    SELECT count(*) FILTER (watch_time > CAST(? AS TIMESTAMPTZ)) AS rounds, max(watch_time) AS last_round,
           arg_max(counts, watch_time) FILTER (outcome <> 'running') AS counts
    FROM runs WHERE watch = ? AND flow = 'monitor' AND watch_time <= CAST(? AS TIMESTAMPTZ) AND outcome <> 'failed'"""
_LAST = "SELECT max(planned_at) FROM alert WHERE watch = ? AND kind = 'brief' AND rule = ? AND channel = ?"


class BriefQueries(Queries):
    """What only briefs ask."""

    def last_brief(self, watch: str, name: str, channel: str) -> datetime | None:
        """Return when the last brief called ``name`` was made for ``channel``; None where there was none."""
        found: datetime | None = self._db.value(_LAST, [watch, name, channel])
        return found

    def taken(self, watch: str) -> dict[UUID, datetime]:
        """Return when each change came to the board, by the watch's clock; the baseline's are not there."""
        return {row["change_id"]: row["watch_time"] for row in self._db.rows(_TAKEN, [watch])}

    def origins_by(self, watch: str, by: datetime) -> dict[UUID, int]:
        """Return how many independent origins told each change by then."""
        return {row["change_id"]: row["origins"] for row in self._db.rows(_ORIGINS, [watch, by, by])}

    def rounds_in(self, watch: str, since: datetime, until: datetime) -> Row:
        """Return the number of ``rounds`` in a time, when the ``last_round`` until its end was, and its ``counts``."""
        return self._db.rows(_ROUNDS, [since, watch, until])[0]
