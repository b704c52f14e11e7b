"""The views as the migration ``alert_rules`` left them: alerts with why and when, what waits, and changes as told."""

from __future__ import annotations

from dataclasses import replace

from pipeline.storage.views import CHANGES, make_view
from pipeline.storage.views_recalls import VIEWS as BEFORE

_BEFORE = next(view for view in BEFORE if view.name == "alerts")

# An alert is acknowledged by whoever acknowledges any alert that tells the same: one message in two channels is one.
ACKED_CHANGES = "SELECT c.change_id FROM alert_ack k JOIN alert_change c USING (alert_id)"
IS_ACKED = f"""(EXISTS (SELECT 1 FROM alert_ack k WHERE k.alert_id = a.alert_id) OR (
        EXISTS (SELECT 1 FROM alert_change c WHERE c.alert_id = a.alert_id)
        AND NOT EXISTS (SELECT 1 FROM alert_change c WHERE c.alert_id = a.alert_id
                        AND c.change_id NOT IN ({ACKED_CHANGES}))))"""  # noqa: S608 -- constants
# What was put back waits again, and its tries are counted from there.
PUT_BACK = (
    "SELECT alert_id, max(attempts) AS attempts, max(put_back_at) AS put_back_at FROM alert_retry GROUP BY alert_id"
)

# Each column by name: two in one REPLACE are written in an order of DuckDB's own, so a copied file would differ.
_NEW = {
    "state": "CASE WHEN a.state = 'given_up' AND coalesce(p.attempts, 0) >= a.attempts THEN 'pending' ELSE a.state END",
    "kind": "coalesce(nullif(m.kind, ''), a.kind)",
}
_COLUMNS = ", ".join(_NEW.get(column.name, f"a.{column.name}") for column in _BEFORE.columns)

ALERTS = make_view(
    "alerts",
    "Every alert, why and when it goes, whether it arrived, and who has acknowledged it. "
    "What went out with a digest is told by the digest.",
    f"""
SELECT {_COLUMNS},
       coalesce(m.due_at, a.planned_at), coalesce(m.urgent, false), k.acked_at, k.acked_by, k.note, m.message
FROM ({_BEFORE.query}) AS a({", ".join(column.name for column in _BEFORE.columns)})
JOIN alert m USING (alert_id)
LEFT JOIN ({PUT_BACK}) p USING (alert_id)
LEFT JOIN (
    SELECT alert_id, min(acked_at) AS acked_at, arg_min(acked_by, acked_at) AS acked_by,
           arg_min(note, acked_at) AS note
    FROM alert_ack GROUP BY alert_id
) k USING (alert_id)
WHERE NOT EXISTS (SELECT 1 FROM digest_part d WHERE d.alert_id = a.alert_id)
ORDER BY a.planned_at, a.alert_id""",  # noqa: S608 -- queries of this package
    *(
        (
            column.name,
            {
                "state": "delivered, pending, given_up (a dead letter) or withdrawn.",
                "kind": "alert (told at once), confirmed, digest_part (waits for a digest), digest, corroborated, "
                "disputed, settled, unacknowledged, expected, alarm, or recall.",
            }.get(column.name, column.comment),
        )
        for column in _BEFORE.columns
    ),
    ("due_at", "Not to be sent before: the end of quiet hours, or the digest's hour."),
    ("urgent", "True where it may go within quiet hours."),
    ("acked_at", "When somebody acknowledged it; null while nobody has."),
    ("acked_by", "Who did."),
    ("ack_note", "What they said."),
    ("message", "The message as JSON."),
)

OUTBOX = make_view(
    "outbox",
    "What is not delivered yet: why it waits, and since when. Dead letters wait for somebody to put them back.",
    f"""
SELECT a.watch, a.channel, a.kind, a.state, a.urgent,
       CASE WHEN a.kind = 'digest_part' THEN 'for the digest'
            WHEN a.state = 'given_up' THEN 'dead: ' || a.last_error
            WHEN a.attempts > 0 THEN 'for another try: ' || a.last_error
            WHEN a.due_at > a.planned_at THEN 'for its time' ELSE 'for the next round' END,
       a.planned_at, a.due_at,
       CASE WHEN a.state = 'given_up' THEN NULL ELSE greatest(a.due_at, coalesce(a.retry_at, a.due_at)) END,
       a.attempts, a.last_error, a.changes, a.subject, a.rule, a.alert_id
FROM ({ALERTS.query}) AS a({", ".join(column.name for column in ALERTS.columns)})
WHERE a.state IN ('pending', 'given_up')
ORDER BY a.due_at, a.planned_at, a.alert_id""",  # noqa: S608 -- queries of this package
    ("watch", "The watch's short name."),
    ("channel", "Where it goes; of an address only the scheme is shown."),
    ("kind", "Why it is due, as in the view alerts."),
    ("state", "pending, or given_up: a dead letter."),
    ("urgent", "True where it may go within quiet hours."),
    ("waits", "What it waits for, in plain English."),
    ("planned_at", "When it was planned, by the watch's clock."),
    ("due_at", "Not to be sent before."),
    ("next_try", "The next attempt is not before; null for a dead letter."),
    ("attempts", "Deliveries tried."),
    ("last_error", "Why the last one failed."),
    ("changes", "Number of changes that it tells."),
    ("subject", "Its subject line."),
    ("rule", "The alert rule that asked for it."),
    ("alert_id", "Idempotency key, the same over retries."),
)

# A part of a digest and the digest are one message.
_COUNTED = "FROM alert_change l LEFT JOIN delivery d USING (alert_id)"
_NOT_GATHERED = f"{_COUNTED} WHERE l.alert_id NOT IN (SELECT p.alert_id FROM digest_part p)"  # noqa: S608 -- a constant
CHANGES_TOLD = replace(CHANGES, query=CHANGES.query.replace(_COUNTED, _NOT_GATHERED))

VIEWS = (ALERTS, OUTBOX, CHANGES_TOLD)


def alert_views_ddl() -> list[str]:
    """The statements that bring the views to this shape, with their comments."""
    return [statement for view in VIEWS for statement in view.ddl()]
