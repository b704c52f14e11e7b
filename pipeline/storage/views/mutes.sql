CREATE OR REPLACE VIEW mutes AS
SELECT
    m.made_at,
    m.watch,
    nullif(m.slot, '') AS slot,
    nullif(m.key, '') AS key,
    nullif(m.stages, '') AS stages,
    m.until,
    m.made_by,
    nullif(m.why, '') AS why,
    o.off_at,
    o.off_by,
    coalesce(s.changes, 0) AS changes,
    m.mute_id
FROM mute m
LEFT JOIN mute_off o USING (mute_id)
LEFT JOIN (SELECT mute_id, count(DISTINCT change_id) AS changes FROM silence GROUP BY mute_id) s USING (mute_id)
ORDER BY m.made_at, m.mute_id;

COMMENT ON VIEW mutes IS 'What persons have muted, until when, and how many changes that has kept from being told.';
COMMENT ON COLUMN mutes.made_at IS 'When it was said, by the machine''s clock.';
COMMENT ON COLUMN mutes.watch IS 'The watch''s short name.';
COMMENT ON COLUMN mutes.slot IS 'The slot of the changes; null for all.';
COMMENT ON COLUMN mutes.key IS 'Their key, such as a country; null for all.';
COMMENT ON COLUMN mutes.stages IS 'Their stages, with commas between them; null for all.';
COMMENT ON COLUMN mutes.until IS 'When it ends, by the watch''s clock.';
COMMENT ON COLUMN mutes.made_by IS 'Who said it.';
COMMENT ON COLUMN mutes.why IS 'Why; null where nothing was said.';
COMMENT ON COLUMN mutes.off_at IS
    'When somebody took it off before its end, by the machine''s clock; null where nobody did.';
COMMENT ON COLUMN mutes.off_by IS 'Who did.';
COMMENT ON COLUMN mutes.changes IS 'How many changes it has kept from being told.';
COMMENT ON COLUMN mutes.mute_id IS 'The mute.';
