CREATE OR REPLACE VIEW recalls AS
SELECT
    r.recalled_at,
    r.watch,
    c.aspect,
    c.subject,
    c.value,
    r.reason,
    e.old_sentence,
    e.new_sentence,
    e.url,
    regexp_replace(a.channel, '://.*', '://...') AS channel,
    CASE
        WHEN r.message_id IS NULL THEN 'withdrawn before it was delivered'
        WHEN d.delivered_at IS NULL THEN 'pending'
        ELSE 'delivered'
    END AS state,
    d.delivered_at,
    r.alert_id,
    r.message_id,
    r.change_id,
    e.withdrawal_id
FROM recall r
JOIN alert a USING (alert_id)
JOIN change c USING (change_id)
LEFT JOIN (
    SELECT change_id, arg_max(old_sentence, checked_at) AS old_sentence, arg_max(url, checked_at) AS url,
        arg_max(new_sentence, checked_at) AS new_sentence, arg_max(withdrawal_id, checked_at) AS withdrawal_id
    FROM evidence_check WHERE withdrawal_id IS NOT NULL GROUP BY change_id
) e USING (change_id)
LEFT JOIN (
    SELECT alert_id, min(attempted_at) FILTER (outcome = 'delivered') AS delivered_at FROM delivery GROUP BY alert_id
) d ON d.alert_id = r.message_id
ORDER BY r.recalled_at, r.alert_id, r.change_id;

COMMENT ON VIEW recalls IS 'What was told and had to be taken back, and who was told so.';
COMMENT ON COLUMN recalls.recalled_at IS 'When, by the watch''s clock.';
COMMENT ON COLUMN recalls.watch IS 'The watch''s short name.';
COMMENT ON COLUMN recalls.aspect IS 'What of the mission was told.';
COMMENT ON COLUMN recalls.subject IS 'The thing that was told of.';
COMMENT ON COLUMN recalls.value IS 'What was told of it.';
COMMENT ON COLUMN recalls.reason IS 'Why it is taken back.';
COMMENT ON COLUMN recalls.old_sentence IS 'The sentence that was quoted.';
COMMENT ON COLUMN recalls.new_sentence IS 'What stands there now; may be empty.';
COMMENT ON COLUMN recalls.url IS 'The page that was corrected or withdrawn.';
COMMENT ON COLUMN recalls.channel IS 'Where the alert had gone; of an address only the scheme is shown.';
COMMENT ON COLUMN recalls.state IS 'delivered, pending, or withdrawn before it was delivered.';
COMMENT ON COLUMN recalls.delivered_at IS 'When the recall was delivered.';
COMMENT ON COLUMN recalls.alert_id IS 'The alert that had told it.';
COMMENT ON COLUMN recalls.message_id IS 'The alert that tells the recall; null where none was needed.';
COMMENT ON COLUMN recalls.change_id IS 'The change that was told.';
COMMENT ON COLUMN recalls.withdrawal_id IS 'The change that takes it back.';
