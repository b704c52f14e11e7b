"""The outbox in the store: what is due, what became of each attempt, what waits for a digest, who acknowledged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from pipeline.model import Alert, ChannelAlarm, ChannelState, Delivery, PendingAlert, UnacknowledgedAlert
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import Queries, alert_of
from pipeline.storage.views import query

SHORTEST_ID = 6  # hex digits by which an alert may be named
_CHANGE_IDS = "SELECT alert_id, list(change_id ORDER BY place) AS change_ids FROM alert_change GROUP BY alert_id"
_TRIED = """
    SELECT d.*, coalesce(p.attempts, 0) AS put_back FROM (
        SELECT alert_id, count(*) AS attempts, arg_max_null(retry_at, attempt) AS retry_at,
               arg_max(attempted_at, attempt) AS attempted_at,
               arg_max(reason, attempt) AS reason, bool_or(outcome = 'delivered') AS is_delivered
        FROM delivery GROUP BY alert_id
    ) d LEFT JOIN (SELECT alert_id, max(attempts) AS attempts FROM alert_retry GROUP BY alert_id) p USING (alert_id)"""
_STANDS = """
    NOT EXISTS (SELECT 1 FROM recall w WHERE w.alert_id = a.alert_id AND w.message_id IS NULL)
    AND NOT EXISTS (SELECT 1 FROM digest_part g WHERE g.alert_id = a.alert_id)"""
# Its time has come; or it was set for a time more than a day ahead by a clock that stood wrong.
_DUE = """
    (coalesce(a.due_at, a.planned_at) <= CAST(? AS TIMESTAMPTZ)
     OR a.planned_at > CAST(? AS TIMESTAMPTZ) + INTERVAL 24 HOUR)"""
# An alert is acknowledged by whoever acknowledges any alert that tells the same: one message in two channels is one.
_IS_ACKED = """(EXISTS (SELECT 1 FROM alert_ack k WHERE k.alert_id = a.alert_id) OR (
        EXISTS (SELECT 1 FROM alert_change c WHERE c.alert_id = a.alert_id)
        AND NOT EXISTS (SELECT 1 FROM alert_change c WHERE c.alert_id = a.alert_id
                        AND c.change_id NOT IN (
                            SELECT c.change_id FROM alert_ack k JOIN alert_change c USING (alert_id)))))"""
_DEAD = "NOT d.is_delivered AND d.retry_at IS NULL AND d.put_back < d.attempts"


class OutboxQueries(Queries):
    """What is to be sent, and what came of it."""

    def alerts_due(self, watch: str, now: datetime, limit: int) -> list[PendingAlert]:
        """Alerts that are due for an attempt, at most ``limit`` of each channel, the urgent and oldest first.

        Left out is what is delivered, withdrawn, a dead letter, or waits for its digest. A wait for a retry that was
        set by a clock that stood later than ``now``, or for a time more than a day after it, is void: no alert waits
        for a wrong clock to come true.
        """
        rows = self._db.rows(
            f"""
            WITH due AS (
                SELECT a.*, coalesce(d.attempts, 0) AS attempts, coalesce(d.put_back, 0) AS forgiven
                FROM alert a LEFT JOIN ({_TRIED}) d USING (alert_id)
                WHERE a.watch = ? AND coalesce(a.kind, '') <> 'digest_part' AND NOT coalesce(d.is_delivered, false)
                AND {_STANDS} AND {_DUE}
                AND (d.attempts IS NULL OR d.put_back >= d.attempts OR d.retry_at <= CAST(? AS TIMESTAMPTZ)
                     OR (d.retry_at IS NOT NULL AND d.attempted_at > CAST(? AS TIMESTAMPTZ)))
                QUALIFY row_number() OVER (
                    PARTITION BY a.channel
                    ORDER BY coalesce(a.urgent, false) DESC, coalesce(a.due_at, a.planned_at), a.planned_at, a.alert_id
                ) <= ?
            )
            SELECT due.*, c.change_ids FROM due LEFT JOIN ({_CHANGE_IDS}) c USING (alert_id)
            ORDER BY coalesce(due.urgent, false) DESC, coalesce(due.due_at, due.planned_at), due.planned_at,
                     due.alert_id""",  # noqa: S608 -- constants
            [watch, now, now, now, now, limit],
        )
        return [PendingAlert(alert_of(row), row["attempts"], row["forgiven"]) for row in rows]

    def digest_parts_due(self, watch: str, now: datetime) -> list[Alert]:
        """The alerts whose digest is due and that are in none yet, the oldest first."""
        rows = self._db.rows(
            f"""
            SELECT a.*, c.change_ids FROM alert a LEFT JOIN ({_CHANGE_IDS}) c USING (alert_id)
            WHERE a.watch = ? AND a.kind = 'digest_part' AND {_STANDS} AND {_DUE}
            ORDER BY a.planned_at, a.alert_id""",  # noqa: S608 -- constants
            [watch, now, now],
        )
        return [alert_of(row) for row in rows]

    def told_as_confirmed(self, watch: str) -> dict[str, set[UUID]]:
        """By channel, the changes that an alert of ``watch`` tells as confirmed, delivered or not."""
        rows = self._db.rows(
            "SELECT a.channel, c.change_id FROM alert a JOIN alert_change c USING (alert_id) "
            "WHERE a.watch = ? AND a.kind = 'confirmed'",
            [watch],
        )
        found: dict[str, set[UUID]] = {}
        for row in rows:
            found.setdefault(row["channel"], set()).add(row["change_id"])
        return found

    def add_alerts(self, run_id: UUID, alerts: Sequence[Alert]) -> int:
        """Put alerts into the outbox, in one transaction; the number that were not there."""
        with self._db.transaction():
            return self._add_alerts(run_id, alerts)

    def not_planned(self, alerts: Sequence[Alert]) -> list[Alert]:
        """Those of ``alerts`` that are not in the outbox, delivered or not."""
        ids = sorted({str(alert.alert_id) for alert in alerts})
        rows = self._db.rows(
            "SELECT alert_id FROM alert WHERE list_contains(CAST(? AS VARCHAR[]), CAST(alert_id AS VARCHAR))", [ids]
        )
        known = {row["alert_id"] for row in rows}
        return [alert for alert in alerts if alert.alert_id not in known]

    def alerted(self, watch: str) -> set[tuple[str, UUID]]:
        """Return (channel, change) of all that an alert of ``watch`` tells, delivered or not."""
        rows = self._db.rows(
            "SELECT DISTINCT a.channel, c.change_id FROM alert a JOIN alert_change c USING (alert_id) "
            "WHERE a.watch = ?",
            [watch],
        )
        return {(row["channel"], row["change_id"]) for row in rows}

    def origins_of(self, watch: str) -> dict[UUID, int]:
        """How many independent origins tell each change of ``watch``, by the change's id."""
        rows = self._db.rows(
            f"SELECT s.change_id, count(DISTINCT s.origin) AS n FROM ({query('support')}) s JOIN change c "  # noqa: S608
            "USING (change_id) WHERE c.watch = ? GROUP BY s.change_id",
            [watch],
        )
        return {row["change_id"]: row["n"] for row in rows}

    def add_deliveries(self, run_id: UUID, deliveries: Sequence[Delivery]) -> int:
        """Store attempts to hand alerts over; the number that were new."""
        rows: list[Row] = [
            {**{name: getattr(one, name) for name in Delivery.__slots__}, "run_id": run_id} for one in deliveries
        ]
        with self._db.transaction():
            return self._db.insert("delivery", rows)

    # -- channels ----------------------------------------------------------------------------

    def channel_states(self, watch: str) -> list[ChannelState]:
        """How each channel does that was ever tried: the rounds in a row in which it took nothing."""
        rows = self._db.rows(
            """
            WITH tried AS (
                SELECT a.channel, d.attempted_at, d.outcome, d.reason FROM delivery d JOIN alert a USING (alert_id)
                WHERE a.watch = ?
            ),
            good AS (SELECT channel, max(attempted_at) AS at FROM tried WHERE outcome = 'delivered' GROUP BY channel)
            SELECT t.channel,
                   count(DISTINCT t.attempted_at) FILTER (g.at IS NULL OR t.attempted_at > g.at) AS failures,
                   min(t.attempted_at) FILTER (g.at IS NULL OR t.attempted_at > g.at) AS since,
                   max(t.attempted_at) FILTER (g.at IS NULL OR t.attempted_at > g.at) AS last_at,
                   arg_max(t.reason, t.attempted_at) FILTER (g.at IS NULL OR t.attempted_at > g.at) AS reason
            FROM tried t LEFT JOIN good g USING (channel) GROUP BY t.channel ORDER BY t.channel""",
            [watch],
        )
        return [
            ChannelState(row["channel"], row["failures"], row["since"], row["last_at"], row["reason"] or "")
            for row in rows
        ]

    def open_channel_alarms(self, watch: str) -> list[ChannelAlarm]:
        """The alarms about channels of ``watch`` that are not over."""
        rows = self._db.rows(
            "SELECT * EXCLUDE (run_id) FROM channel_alarm WHERE watch = ? AND cleared_at IS NULL ORDER BY channel",
            [watch],
        )
        return [ChannelAlarm(**row) for row in rows]

    def add_channel_alarms(
        self, run_id: UUID, raised: Sequence[ChannelAlarm], over: Sequence[ChannelAlarm], alerts: Sequence[Alert]
    ) -> int:
        """Store alarms about channels with the alerts that tell them, in one transaction; the number of new alerts."""
        rows: list[Row] = [
            {**{name: getattr(a, name) for name in ChannelAlarm.__slots__}, "run_id": run_id} for a in (*raised, *over)
        ]
        with self._db.transaction():
            self._db.insert(
                "channel_alarm", rows, on_conflict="(alarm_id) DO UPDATE SET cleared_at = excluded.cleared_at"
            )
            return self._add_alerts(run_id, alerts)

    # -- dead letters ------------------------------------------------------------------------

    def dead_letters(self, watch: str) -> list[Row]:
        """The alerts of ``watch`` that are tried no more, as rows of the view ``outbox``, the oldest first."""
        return self._db.rows("SELECT * FROM outbox WHERE watch = ? AND state = 'given_up'", [watch])

    def put_back(self, watch: str, alert_ids: Iterable[UUID] | None = None, *, reason: str = "asked for") -> int:
        """Put dead letters back among what waits: those named, or all; the number of them."""
        chosen = "" if alert_ids is None else "AND list_contains(CAST(? AS VARCHAR[]), CAST(a.alert_id AS VARCHAR))"
        named: list[object] = [] if alert_ids is None else [sorted(map(str, alert_ids))]
        return self._put_back(f"a.watch = ? {chosen}", [watch, *named], reason)

    def put_back_after_outages(self, watch: str) -> int:
        """Put back the dead letters that died while their channel took nothing, if it works again; their number.

        Such a letter is not at fault. One that was refused while its channel took others stays dead, and each is put
        back in this way once only.
        """
        taken = """
            SELECT 1 FROM delivery g JOIN alert o USING (alert_id)
            WHERE g.outcome = 'delivered' AND o.watch = a.watch AND o.channel = a.channel"""
        where = f"""
            a.watch = ? AND EXISTS ({taken} AND g.attempted_at > d.attempted_at)
            AND d.put_back = 0
            AND NOT EXISTS (
                {taken} AND g.attempted_at BETWEEN d.attempted_at - INTERVAL 24 HOUR AND d.attempted_at)"""
        return self._put_back(where, [watch], "its channel works again")

    def _put_back(self, where: str, params: Sequence[object], reason: str) -> int:
        with self._db.transaction():
            rows = self._db.rows(
                f"""
                SELECT a.alert_id, a.watch, d.attempts, now() AS put_back_at
                FROM alert a JOIN ({_TRIED}) d USING (alert_id)
                WHERE {_DEAD} AND {_STANDS} AND {where}""",  # noqa: S608 -- constants
                params,
            )
            told = [
                {**row, "retry_id": content_id("retry", row["alert_id"], row["attempts"]), "reason": reason}
                for row in rows
            ]
            return self._db.insert("alert_retry", told)

    # -- acknowledgement ---------------------------------------------------------------------

    def find_alert(self, watch: str, asked: str) -> Row:
        """The row of the view ``alerts`` whose id is ``asked`` or begins with it.

        Raises:
            UsageError: no alert has such an id, or more than one.
        """
        wanted = asked.strip().lower()
        rows = (
            self._db.rows(
                "SELECT * FROM alerts WHERE watch = ? AND starts_with(CAST(alert_id AS VARCHAR), ?) LIMIT 2",
                [watch, wanted],
            )
            if len(wanted) >= SHORTEST_ID
            else []
        )
        if len(rows) != 1:
            trouble = "begins the ids of several alerts" if rows else "is the id of no alert"
            raise UsageError(
                f"'{asked}' {trouble} of the watch {watch}.",
                remedy=f"Give the id that stands in the message, or its first {SHORTEST_ID} signs or more; "
                "`missionwatch alerts list DIR --all` shows them.",
            )
        return rows[0]

    def acknowledge(self, watch: str, alert_id: UUID, *, by: str, note: str = "") -> bool:
        """Record that ``by`` has seen an alert; False where they had said so before."""
        with self._db.transaction():
            acked_at = self._db.value("SELECT now()")
            row = {
                "ack_id": content_id("ack", alert_id, by),
                "watch": watch,
                "alert_id": alert_id,
                "acked_at": acked_at,
                "acked_by": by,
                "note": note,
            }
            return self._db.insert("alert_ack", [row]) == 1

    def unacknowledged(self, watch: str, since: datetime) -> list[UnacknowledgedAlert]:
        """The alerts that were delivered since ``since`` and that nobody has acknowledged, the oldest first.

        Who acknowledges an alert has acknowledged each other one that tells the same. What was taken back asks nobody.
        """
        rows = self._db.rows(
            f"""
            SELECT a.*, c.change_ids, d.delivered_at FROM alert a JOIN ({_CHANGE_IDS}) c USING (alert_id)
            JOIN (
                SELECT alert_id, min(attempted_at) AS delivered_at FROM delivery
                WHERE outcome = 'delivered' GROUP BY alert_id
            ) d USING (alert_id)
            WHERE a.watch = ? AND d.delivered_at >= CAST(? AS TIMESTAMPTZ) AND NOT {_IS_ACKED}
            AND NOT EXISTS (SELECT 1 FROM recall w WHERE w.alert_id = a.alert_id)
            ORDER BY d.delivered_at, a.alert_id""",  # noqa: S608 -- constants
            [watch, since],
        )
        return [UnacknowledgedAlert(alert_of(row), row["delivered_at"]) for row in rows]

    def outbox(self, watch: str) -> list[Row]:
        """Rows of the view ``outbox`` of ``watch``: what is not delivered yet."""
        return self._db.rows("SELECT * FROM outbox WHERE watch = ?", [watch])

    def alerts(self, watch: str) -> list[Row]:
        """Rows of the view ``alerts`` of ``watch``, the oldest first."""
        return self._db.rows("SELECT * FROM alerts WHERE watch = ?", [watch])
