CREATE OR REPLACE VIEW marks AS
SELECT
    m.made_at,
    m.watch,
    m.kind,
    m.author,
    nullif(m.note, '') AS note,
    u.undone_at IS NULL AS counts,
    u.undone_at,
    coalesce(m.aspect, a.aspect) AS aspect,
    coalesce(nullif(m.subject, ''), a.subject) AS subject,
    coalesce(m.stage, a.stage) AS stage,
    coalesce(nullif(m.value, ''), a.value) AS value,
    coalesce(m.since, a.event_date) AS since,
    a.aspect AS engine_aspect,
    a.subject AS engine_subject,
    a.stage AS engine_stage,
    a.value AS engine_value,
    nullif(a.quote, '') AS quote,
    nullif(a.url, '') AS url,
    n.sentences,
    m.watch_time,
    m.mark_id,
    m.undoes,
    a.article_id,
    a.claim_id,
    a.change_id
FROM mark m
LEFT JOIN (SELECT * FROM mark_anchor WHERE place = 0) a USING (mark_id)
LEFT JOIN (SELECT mark_id, count(*) AS sentences FROM mark_anchor GROUP BY mark_id) n USING (mark_id)
LEFT JOIN (
    SELECT undoes AS mark_id, min(made_at) AS undone_at FROM mark WHERE undoes IS NOT NULL GROUP BY undoes
) u USING (mark_id)
ORDER BY m.made_at, m.mark_id;

COMMENT ON VIEW marks IS
    'What persons say of what was read, the latest last: what the engine made of a sentence, and what they make of '
    'it.';
COMMENT ON COLUMN marks.made_at IS 'When, by the machine''s clock.';
COMMENT ON COLUMN marks.watch IS 'The watch''s short name.';
COMMENT ON COLUMN marks.kind IS
    'wrong, duplicate, not_this_mission, confirmed, relabelled, pinned, unpinned, or undone for one that takes '
    'another back.';
COMMENT ON COLUMN marks.author IS 'Who.';
COMMENT ON COLUMN marks.note IS 'Why; null where nothing was said.';
COMMENT ON COLUMN marks.counts IS 'False where it was taken back.';
COMMENT ON COLUMN marks.undone_at IS 'When it was taken back; null while it counts.';
COMMENT ON COLUMN marks.aspect IS
    'What of the mission, as the person has it: the engine''s, where they say nothing else.';
COMMENT ON COLUMN marks.subject IS 'The thing, likewise.';
COMMENT ON COLUMN marks.stage IS 'How real, likewise.';
COMMENT ON COLUMN marks.value IS 'What is so, likewise.';
COMMENT ON COLUMN marks.since IS 'Since when, likewise.';
COMMENT ON COLUMN marks.engine_aspect IS
    'What the engine had made of the sentence; null for an article and a bare pin.';
COMMENT ON COLUMN marks.engine_subject IS 'Likewise.';
COMMENT ON COLUMN marks.engine_stage IS 'Likewise.';
COMMENT ON COLUMN marks.engine_value IS 'Likewise.';
COMMENT ON COLUMN marks.quote IS 'The sentence, verbatim; null for an article and a bare pin.';
COMMENT ON COLUMN marks.url IS 'Address of its article.';
COMMENT ON COLUMN marks.sentences IS 'How many it is about: those that said the same then too; null for none.';
COMMENT ON COLUMN marks.watch_time IS 'When, by the watch''s clock, which in an archive stands in the past.';
COMMENT ON COLUMN marks.mark_id IS 'The mark.';
COMMENT ON COLUMN marks.undoes IS 'The mark that it takes back.';
COMMENT ON COLUMN marks.article_id IS 'The article, as it was called in the store in which it was marked.';
COMMENT ON COLUMN marks.claim_id IS 'The claim, likewise.';
COMMENT ON COLUMN marks.change_id IS 'The change that the claim had made, likewise.';
