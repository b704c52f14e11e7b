{% from "expressions.sql" import day %}
CREATE OR REPLACE VIEW evidence AS
WITH said AS (
    SELECT p.watch, p.change_id, p.says, s.outlet, s.source AS origin, a.role, s.published, k.value, k.quote, s.title,
        s.url,
        NOT EXISTS (
            SELECT 1 FROM evidence_check e
            WHERE e.change_id = p.change_id AND e.article_id = p.article_id
            AND e.finding IN ('corrected', 'withdrawn')) AS stands,
        p.claim_id, p.article_id
    FROM change_support p
    JOIN change_article s USING (article_id)
    JOIN claim k USING (claim_id)
    JOIN article a ON a.article_id = p.article_id
    UNION ALL
    SELECT c.watch, c.change_id, 'baseline', b.outlet, b.outlet, 'baseline', b.published, c.value, c.quote, b.title,
        b.url, true, NULL, NULL
    FROM change c
    JOIN baseline b USING (watch)
    WHERE c.verdict = 'baseline'
),
origins AS (
    SELECT change_id, origin, min(published) AS first_at,
        row_number() OVER (PARTITION BY change_id ORDER BY min(published), origin) AS place,
        lead(min(published)) OVER (PARTITION BY change_id ORDER BY min(published), origin) AS next_at,
        min(min(published)) OVER (PARTITION BY change_id) AS begun_at
    FROM said GROUP BY change_id, origin
)
SELECT
    s.watch,
    c.aspect,
    c.subject,
    c.stage,
    c.value,
    c.held_from,
    s.says,
    s.outlet,
    s.origin,
    s.role,
    s.published,
    {{ day("s.published") }} AS day,
    o.place,
    row_number() OVER (
        PARTITION BY s.change_id ORDER BY s.published, s.says <> 'made', s.article_id, s.claim_id) = 1 AS is_first,
    (epoch_us(s.published) - epoch_us(o.begun_at)) / 3.6e9 AS hours_later,
    (epoch_us(o.next_at) - epoch_us(o.first_at)) / 3.6e9 AS lead_h,
    s.stands,
    s.value AS told,
    s.quote,
    s.title,
    s.url,
    s.change_id,
    s.claim_id,
    s.article_id
FROM said s
JOIN origins o USING (change_id, origin)
JOIN change c USING (change_id);

COMMENT ON VIEW evidence IS
    'Who says what the board says: a row for each change and each article that made, confirmed or repeated it.';
COMMENT ON COLUMN evidence.watch IS 'The watch''s short name.';
COMMENT ON COLUMN evidence.aspect IS
    'What of the mission: lead, command, mandate, strength, contributors, funding, support, deployment or casualties.';
COMMENT ON COLUMN evidence.subject IS 'The thing, as the board has it.';
COMMENT ON COLUMN evidence.stage IS
    'How real, as the board has it: proposed, planned, decided, in_effect, ended or rejected.';
COMMENT ON COLUMN evidence.value IS 'What the board says of it.';
COMMENT ON COLUMN evidence.held_from IS 'Since when that holds.';
COMMENT ON COLUMN evidence.says IS
    'made (the change rests on this article), confirms, repeats, or baseline (the seed article).';
COMMENT ON COLUMN evidence.outlet IS 'Who published the article.';
COMMENT ON COLUMN evidence.origin IS 'Who first wrote it. Independent sources are counted by origin.';
COMMENT ON COLUMN evidence.role IS 'issuing_body, wire, outlet, aggregator or baseline.';
COMMENT ON COLUMN evidence.published IS 'Publication time of the article.';
COMMENT ON COLUMN evidence.day IS 'Its day, UTC.';
COMMENT ON COLUMN evidence.place IS '1 for the origin that had it first, 2 for the second, and so on.';
COMMENT ON COLUMN evidence.is_first IS 'True for the one article that had it first.';
COMMENT ON COLUMN evidence.hours_later IS 'Hours after the first article that has it.';
COMMENT ON COLUMN evidence.lead_h IS
    'Hours until the next independent origin had it; null for the last, or the only one.';
COMMENT ON COLUMN evidence.stands IS
    'False where the page was later corrected or withdrawn: it counts as a source no more.';
COMMENT ON COLUMN evidence.told IS 'What the article''s own sentence says.';
COMMENT ON COLUMN evidence.quote IS 'The sentence, verbatim.';
COMMENT ON COLUMN evidence.title IS 'Title of the article.';
COMMENT ON COLUMN evidence.url IS 'Its address.';
COMMENT ON COLUMN evidence.change_id IS
    'The change that made the board''s row: join it with board, board_as_of or changes.';
COMMENT ON COLUMN evidence.claim_id IS 'The claim; null for the baseline.';
COMMENT ON COLUMN evidence.article_id IS 'The article; null for the baseline.';
