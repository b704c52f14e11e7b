{# Every alert. What went out with a digest is told by the digest. #}
SELECT
    a.planned_at,
    a.watch,
    a.rule,
    -- What follows the scheme of a channel may be a password or a token.
    regexp_replace(a.channel, '://.*', '://...') AS channel,
    CASE
        WHEN r.withdrawn THEN 'withdrawn'
        WHEN d.delivered_at IS NOT NULL THEN 'delivered'
        -- What was put back waits again, and its tries are counted from there.
        WHEN d.attempts > coalesce(p.attempts, 0) AND d.retry_at IS NULL THEN 'given_up'
        ELSE 'pending'
    END AS state,
    d.delivered_at,
    coalesce(d.attempts, 0) AS attempts,
    d.last_error,
    CASE WHEN d.delivered_at IS NULL THEN d.retry_at END AS retry_at,
    coalesce(n.changes, 0) AS changes,
    a.subject,
    a.body,
    a.alert_id,
    coalesce(nullif(a.kind, ''), CASE WHEN m.message_id IS NOT NULL THEN 'recall' ELSE 'alert' END) AS kind,
    r.recalled_at,
    r.reason AS recall_reason,
    coalesce(a.due_at, a.planned_at) AS due_at,
    coalesce(a.urgent, false) AS urgent,
    k.acked_at,
    k.acked_by,
    k.note AS ack_note,
    a.message
FROM alert a
LEFT JOIN (
    SELECT alert_id, min(attempted_at) FILTER (outcome = 'delivered') AS delivered_at, count(*) AS attempts,
        arg_max(reason, attempt) FILTER (outcome <> 'delivered') AS last_error,
        arg_max_null(retry_at, attempt) AS retry_at
    FROM delivery GROUP BY alert_id
) d USING (alert_id)
LEFT JOIN (SELECT alert_id, max(attempts) AS attempts FROM alert_retry GROUP BY alert_id) p USING (alert_id)
LEFT JOIN (SELECT alert_id, count(*) AS changes FROM alert_change GROUP BY alert_id) n USING (alert_id)
LEFT JOIN (
    SELECT alert_id, min(recalled_at) AS recalled_at, string_agg(DISTINCT reason, '; ') AS reason,
        bool_or(message_id IS NULL) AS withdrawn
    FROM recall GROUP BY alert_id
) r USING (alert_id)
LEFT JOIN (SELECT DISTINCT message_id FROM recall) m ON m.message_id = a.alert_id
LEFT JOIN (
    SELECT alert_id, min(acked_at) AS acked_at, arg_min(acked_by, acked_at) AS acked_by,
        arg_min(note, acked_at) AS note
    FROM alert_ack GROUP BY alert_id
) k USING (alert_id)
WHERE NOT EXISTS (SELECT 1 FROM digest_part g WHERE g.alert_id = a.alert_id)
ORDER BY a.planned_at, a.alert_id
