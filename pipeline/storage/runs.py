"""Alerts, deliveries and runs in the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pipeline.model import Delivery, PendingAlert, RunRecord
from pipeline.storage.connection import Row
from pipeline.storage.part import WATCH_ARTICLES, Part, alert_of

_COUNTS = {
    "feeds": "SELECT count(*) FROM watch_feed WHERE watch = ? AND removed_at IS NULL",
    "entries": "SELECT count(*) FROM entry JOIN watch_feed w USING (feed_id) WHERE w.watch = ?",
    "articles": f"SELECT count(*) FROM ({WATCH_ARTICLES})",  # noqa: S608 -- a constant
    "claims": "SELECT count(*) FROM verdict WHERE watch = ?",
    "changes": "SELECT count(*) FROM change WHERE watch = ? AND verdict <> 'baseline'",
    "alerts": "SELECT count(*) FROM alert WHERE watch = ?",
    "delivered": "SELECT count(DISTINCT alert_id) FROM delivery JOIN alert a USING (alert_id) "
    "WHERE a.watch = ? AND outcome = 'delivered'",
}


class Runs(Part):
    """What is sent, and the runs that did it all."""

    def alerts_due(self, watch: str, now: datetime, limit: int) -> list[PendingAlert]:
        """Alerts of ``watch`` that are not delivered, nor withdrawn, and due for an attempt, the oldest first.

        A digest waits for its hour, a day at most. A longer wait, or one for a retry that was set by a clock that
        stood later than ``now``, is void: no alert waits for a wrong clock to come true.
        """
        rows = self._db.rows(
            """
            WITH due AS (
                SELECT a.*, coalesce(d.attempts, 0) AS attempts
                FROM alert a
                LEFT JOIN (
                    SELECT alert_id, count(*) AS attempts, arg_max_null(retry_at, attempt) AS retry_at,
                           arg_max(attempted_at, attempt) AS attempted_at,
                           bool_or(outcome = 'delivered') AS is_delivered
                    FROM delivery GROUP BY alert_id
                ) d USING (alert_id)
                WHERE a.watch = ? AND NOT coalesce(d.is_delivered, false)
                AND NOT EXISTS (SELECT 1 FROM recall w WHERE w.alert_id = a.alert_id AND w.message_id IS NULL)
                AND NOT (a.planned_at > CAST(? AS TIMESTAMPTZ)
                         AND a.planned_at <= CAST(? AS TIMESTAMPTZ) + INTERVAL 24 HOUR)
                AND (d.attempts IS NULL OR d.retry_at <= CAST(? AS TIMESTAMPTZ)
                     OR (d.retry_at IS NOT NULL AND d.attempted_at > CAST(? AS TIMESTAMPTZ)))
                ORDER BY a.planned_at, a.alert_id LIMIT ?
            )
            SELECT due.*, c.change_ids FROM due LEFT JOIN (
                SELECT alert_id, list(change_id ORDER BY place) AS change_ids FROM alert_change GROUP BY alert_id
            ) c USING (alert_id)
            ORDER BY due.planned_at, due.alert_id""",
            [watch, now, now, now, now, limit],
        )
        return [PendingAlert(alert=alert_of(row), attempts=row["attempts"]) for row in rows]

    def add_deliveries(self, run_id: UUID, deliveries: Sequence[Delivery]) -> int:
        """Store attempts to hand alerts over; the number that were new."""
        rows: list[Row] = [
            {
                "delivery_id": delivery.delivery_id,
                "run_id": run_id,
                "alert_id": delivery.alert_id,
                "channel": delivery.channel,
                "attempt": delivery.attempt,
                "attempted_at": delivery.attempted_at,
                "outcome": delivery.outcome,
                "reason": delivery.reason,
                "retry_at": delivery.retry_at,
            }
            for delivery in deliveries
        ]
        with self._db.transaction():
            return self._db.insert("delivery", rows)

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
            "SELECT max(watch_time) FROM run WHERE watch = ? AND outcome IN ('ok', 'partial')", [watch]
        )
        return found

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
