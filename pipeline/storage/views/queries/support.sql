{# Who says so still: the claims that made, confirmed or repeated a change, without the articles whose pages have
   corrected or withdrawn it, and the seed article. A join, as for each row of a long past a condition would be asked
   anew. #}
SELECT p.change_id, s.source AS origin, s.published
FROM change_support p
JOIN change_article s USING (article_id)
ANTI JOIN (
    SELECT change_id, article_id FROM evidence_check WHERE finding IN ('corrected', 'withdrawn')
) taken_back ON taken_back.change_id = p.change_id AND taken_back.article_id = p.article_id
UNION ALL
SELECT c.change_id, b.outlet, b.published
FROM change c
JOIN baseline b USING (watch)
WHERE c.verdict = 'baseline'
