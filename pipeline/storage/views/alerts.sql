CREATE OR REPLACE VIEW alerts AS
{% include "queries/alerts.sql" %};

COMMENT ON VIEW alerts IS
    'Every alert, why and when it goes, whether it arrived, and who has acknowledged it. What went out with a digest '
    'is told by the digest.';
COMMENT ON COLUMN alerts.planned_at IS 'When it was planned, by the watch''s clock.';
COMMENT ON COLUMN alerts.watch IS 'The watch''s short name.';
COMMENT ON COLUMN alerts.rule IS 'The alert rule that asked for it.';
COMMENT ON COLUMN alerts.channel IS 'Where it goes; of an address only the scheme is shown.';
COMMENT ON COLUMN alerts.state IS 'delivered, pending, given_up (a dead letter) or withdrawn.';
COMMENT ON COLUMN alerts.delivered_at IS 'When it was delivered; null while it was not.';
COMMENT ON COLUMN alerts.attempts IS 'Deliveries tried.';
COMMENT ON COLUMN alerts.last_error IS 'Why the last failed attempt failed.';
COMMENT ON COLUMN alerts.retry_at IS 'Next attempt not before.';
COMMENT ON COLUMN alerts.changes IS 'Number of changes that it tells.';
COMMENT ON COLUMN alerts.subject IS 'Its subject line.';
COMMENT ON COLUMN alerts.body IS 'The message.';
COMMENT ON COLUMN alerts.alert_id IS 'Idempotency key, the same over retries.';
COMMENT ON COLUMN alerts.kind IS
    'alert (told at once), confirmed, digest_part (waits for a digest), digest, corroborated, disputed, settled, '
    'flapping, unacknowledged, expected, mute_ended, brief, alarm or recall.';
COMMENT ON COLUMN alerts.recalled_at IS 'When what it told was first taken back.';
COMMENT ON COLUMN alerts.recall_reason IS 'Why.';
COMMENT ON COLUMN alerts.due_at IS 'Not to be sent before: the end of quiet hours, or the digest''s hour.';
COMMENT ON COLUMN alerts.urgent IS 'True where it may go within quiet hours.';
COMMENT ON COLUMN alerts.acked_at IS 'When somebody acknowledged it; null while nobody has.';
COMMENT ON COLUMN alerts.acked_by IS 'Who did.';
COMMENT ON COLUMN alerts.ack_note IS 'What they said.';
COMMENT ON COLUMN alerts.message IS 'The message as JSON.';

CREATE OR REPLACE VIEW outbox AS
SELECT
    a.watch,
    a.channel,
    a.kind,
    a.state,
    a.urgent,
    CASE
        WHEN a.kind = 'digest_part' THEN 'for the digest'
        WHEN a.state = 'given_up' THEN 'dead: ' || a.last_error
        WHEN a.attempts > 0 THEN 'for another try: ' || a.last_error
        WHEN a.due_at > a.planned_at THEN 'for its time'
        ELSE 'for the next round'
    END AS waits,
    a.planned_at,
    a.due_at,
    CASE WHEN a.state = 'given_up' THEN NULL ELSE greatest(a.due_at, coalesce(a.retry_at, a.due_at)) END AS next_try,
    a.attempts,
    a.last_error,
    a.changes,
    a.subject,
    a.rule,
    a.alert_id
FROM (
    {% include "queries/alerts.sql" %}
) a
WHERE a.state IN ('pending', 'given_up')
ORDER BY a.due_at, a.planned_at, a.alert_id;

COMMENT ON VIEW outbox IS
    'What is not delivered yet: why it waits, and since when. Dead letters wait for somebody to put them back.';
COMMENT ON COLUMN outbox.watch IS 'The watch''s short name.';
COMMENT ON COLUMN outbox.channel IS 'Where it goes; of an address only the scheme is shown.';
COMMENT ON COLUMN outbox.kind IS 'Why it is due, as in the view alerts.';
COMMENT ON COLUMN outbox.state IS 'pending, or given_up: a dead letter.';
COMMENT ON COLUMN outbox.urgent IS 'True where it may go within quiet hours.';
COMMENT ON COLUMN outbox.waits IS 'What it waits for, in plain English.';
COMMENT ON COLUMN outbox.planned_at IS 'When it was planned, by the watch''s clock.';
COMMENT ON COLUMN outbox.due_at IS 'Not to be sent before.';
COMMENT ON COLUMN outbox.next_try IS 'The next attempt is not before; null for a dead letter.';
COMMENT ON COLUMN outbox.attempts IS 'Deliveries tried.';
COMMENT ON COLUMN outbox.last_error IS 'Why the last one failed.';
COMMENT ON COLUMN outbox.changes IS 'Number of changes that it tells.';
COMMENT ON COLUMN outbox.subject IS 'Its subject line.';
COMMENT ON COLUMN outbox.rule IS 'The alert rule that asked for it.';
COMMENT ON COLUMN outbox.alert_id IS 'Idempotency key, the same over retries.';
