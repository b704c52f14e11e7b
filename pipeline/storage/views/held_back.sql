{% from "expressions.sql" import day %}
CREATE OR REPLACE VIEW held_back AS
SELECT
    r.watch_time AS decided_at,
    {{ day("r.watch_time") }} AS day,
    v.watch,
    'claim' AS what,
    v.verdict,
    v.reason,
    k.aspect,
    k.stage,
    k.subject,
    k.value,
    k.confidence,
    k.quote AS told,
    a.outlet,
    a.url,
    a.published,
    k.claim_id AS id,
    v.run_id
FROM verdict v
JOIN claim k USING (claim_id)
JOIN article a USING (article_id)
LEFT JOIN run r ON r.run_id = v.run_id
WHERE v.change_id IS NULL
UNION ALL
SELECT r.watch_time, {{ day("r.watch_time") }}, s.watch, 'change', c.verdict, s.reason,
    c.aspect, c.stage, c.subject, c.value, c.confidence, c.quote, a.outlet, a.url, a.published, c.change_id, s.run_id
FROM silence s
JOIN change c USING (change_id)
LEFT JOIN article a ON a.article_id = c.article_id
LEFT JOIN run r ON r.run_id = s.run_id
UNION ALL
SELECT r.watch_time, {{ day("r.watch_time") }}, g.watch, 'article',
    CASE WHEN g.relevant THEN 'no_claim' ELSE 'off_topic' END, g.reason,
    NULL, NULL, NULL, NULL, NULL, a.title, a.outlet, a.url, a.published, g.article_id, g.run_id
FROM reading g
JOIN article a USING (article_id)
LEFT JOIN run r ON r.run_id = g.run_id
WHERE coalesce(g.claims, 0) = 0
UNION ALL
SELECT r.watch_time, {{ day("r.watch_time") }}, r.watch, 'page', p.outcome, p.reason,
    NULL, NULL, NULL, NULL, NULL, e.title, f.title, e.url, e.published, p.entry_id, p.run_id
FROM page_fetch p
JOIN entry e USING (entry_id)
JOIN feed f USING (feed_id)
JOIN run r ON r.run_id = p.run_id
WHERE p.outcome IN ('refused', 'failed');

COMMENT ON VIEW held_back IS
    'All that was read and made no alert, with the reason: pages without an article, articles without claims, claims '
    'that moved nothing, changes that no rule tells.';
COMMENT ON COLUMN held_back.decided_at IS 'When it was decided, by the watch''s clock.';
COMMENT ON COLUMN held_back.day IS 'Its day, UTC. Yesterday is the day before today in the view watches.';
COMMENT ON COLUMN held_back.watch IS 'The watch''s short name.';
COMMENT ON COLUMN held_back.what IS 'What was held back: page, article, claim or change.';
COMMENT ON COLUMN held_back.verdict IS
    'Of a claim or change its verdict; of an article no_claim or off_topic; of a page refused or failed.';
COMMENT ON COLUMN held_back.reason IS 'Why, in plain English.';
COMMENT ON COLUMN held_back.aspect IS
    'What of the mission: lead, command, mandate, strength, contributors, funding, support, deployment or '
    'casualties; null for pages and articles.';
COMMENT ON COLUMN held_back.stage IS
    'How real: proposed, planned, decided, in_effect, ended or rejected; null for pages and articles.';
COMMENT ON COLUMN held_back.subject IS 'The thing it is about; null for pages and articles.';
COMMENT ON COLUMN held_back.value IS 'What it says of it; null for pages and articles.';
COMMENT ON COLUMN held_back.confidence IS '0 to 1; null for pages and articles.';
COMMENT ON COLUMN held_back.told IS 'The sentence, verbatim; the title for pages and articles.';
COMMENT ON COLUMN held_back.outlet IS 'Who published it; for a page the feed.';
COMMENT ON COLUMN held_back.url IS 'Address of the page.';
COMMENT ON COLUMN held_back.published IS 'Publication time.';
COMMENT ON COLUMN held_back.id IS 'The claim, change, article or entry: missionwatch why tells all of it.';
COMMENT ON COLUMN held_back.run_id IS 'The run that decided.';
