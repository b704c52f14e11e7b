"""Runs in the store, and how much it holds."""

from __future__ import annotations

from datetime import datetime

from pipeline.model import RunRecord
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import WATCH_ARTICLES, Queries

_COUNTS = {
    "feeds": "SELECT count(*) FROM watch_feed WHERE watch = ? AND removed_at IS NULL",
    "entries": "SELECT count(*) FROM entry JOIN watch_feed w USING (feed_id) WHERE w.watch = ?",
    "articles": f"SELECT count(*) FROM ({WATCH_ARTICLES})",  # noqa: S608 -- a constant
    "claims": "SELECT count(*) FROM verdict WHERE watch = ?",
    "changes": "SELECT count(*) FROM change WHERE watch = ? AND verdict <> 'baseline'",
    # What went out with a digest is one message with it.
    "alerts": "SELECT count(*) FROM alert WHERE watch = ? AND alert_id NOT IN (SELECT p.alert_id FROM digest_part p)",
    "delivered": "SELECT count(DISTINCT alert_id) FROM delivery JOIN alert a USING (alert_id) "
    "WHERE a.watch = ? AND outcome = 'delivered'",
}


class RunQueries(Queries):
    """Queries about runs."""

    def start_run(self, run: RunRecord) -> None:
        """Record that a run has started."""
        with self._db.transaction():
            self._db.insert("run", [_run_row(run)])

    def finish_run(self, run: RunRecord) -> None:
        """Record how a run ended, and its numbers."""
        with self._db.transaction():
            self._db.insert(
                "run",
                [_run_row(run)],
                on_conflict="(run_id) DO UPDATE SET finished_at = excluded.finished_at, outcome = excluded.outcome, "
                "reason = excluded.reason, counts = excluded.counts",
            )

    def last_run_now(self, watch: str) -> datetime | None:
        """The latest time of the watch's own clock at which a run of it ended well; None before the first."""
        found: datetime | None = self._db.value(
            "SELECT max(watch_time) FROM run WHERE watch = ? AND outcome IN ('ok', 'partial', 'blind')", [watch]
        )
        return found

    def untold_restores(self, watch: str) -> tuple[str, ...]:
        """What was lost each time that the store was brought back since the last run of ``watch`` that ended well."""
        rows = self._db.rows(
            """
            SELECT reason FROM run WHERE flow = 'restore' AND started_at >= coalesce((
                SELECT max(started_at) FROM run WHERE watch = ? AND outcome IN ('ok', 'partial')
            ), CAST('-infinity' AS TIMESTAMPTZ)) ORDER BY started_at""",
            [watch],
        )
        return tuple(row["reason"] for row in rows)

    def counts(self, watch: str) -> dict[str, int]:
        """How much the store holds of ``watch``: feeds, entries, articles, claims, changes, alerts, delivered."""
        return self._counted(_COUNTS, watch)


def _run_row(run: RunRecord) -> Row:
    return {
        "run_id": run.run_id,
        "flow": run.flow,
        "watch": run.watch,
        "watch_time": run.now,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "outcome": run.outcome,
        "reason": run.reason,
        "counts": dict(run.counts),
    }
