CREATE OR REPLACE VIEW claims AS
SELECT
    v.watch,
    v.verdict,
    v.reason,
    k.aspect,
    k.stage,
    k.subject,
    k.value,
    k.event_date,
    k.event_precision,
    k.background,
    k.confidence,
    k.quote,
    k.quote_start,
    k.quote_end,
    k.why,
    a.title,
    a.outlet,
    o.origin,
    a.url,
    a.published,
    v.similarity,
    v.against,
    v.change_id,
    k.claim_id,
    k.article_id
FROM claim k
LEFT JOIN verdict v USING (claim_id)
LEFT JOIN article a USING (article_id)
LEFT JOIN article_origin o USING (article_id);

COMMENT ON VIEW claims IS 'Every claim with its verdict and the reason for it.';
COMMENT ON COLUMN claims.watch IS 'The watch''s short name.';
COMMENT ON COLUMN claims.verdict IS
    'What comparing it with the board gave: new, advances, revises, reverses, disputes, confirms, repeats, stale, '
    'uncertain or irrelevant: the first five move the board.';
COMMENT ON COLUMN claims.reason IS 'Why it got that verdict.';
COMMENT ON COLUMN claims.aspect IS
    'What of the mission: lead, command, mandate, strength, contributors, funding, support, deployment or casualties.';
COMMENT ON COLUMN claims.stage IS
    'How real the claim says it is: proposed, planned, decided, in_effect, ended or rejected.';
COMMENT ON COLUMN claims.subject IS 'The thing it is about.';
COMMENT ON COLUMN claims.value IS 'What it says of it.';
COMMENT ON COLUMN claims.event_date IS 'When it happened or will; null where nothing says so.';
COMMENT ON COLUMN claims.event_precision IS 'How exactly that is known: day, month or year.';
COMMENT ON COLUMN claims.background IS 'True where the sentence tells background, not news.';
COMMENT ON COLUMN claims.confidence IS '0 to 1: how sure the reading engine is of it.';
COMMENT ON COLUMN claims.quote IS 'The sentence, verbatim.';
COMMENT ON COLUMN claims.quote_start IS 'Offset of the quote in the article''s text; -1 where it stands in the title.';
COMMENT ON COLUMN claims.quote_end IS 'Offset of its end.';
COMMENT ON COLUMN claims.why IS 'What in the sentence led to the claim.';
COMMENT ON COLUMN claims.title IS 'Title of the article.';
COMMENT ON COLUMN claims.outlet IS 'Who published it.';
COMMENT ON COLUMN claims.origin IS 'Who first wrote it.';
COMMENT ON COLUMN claims.url IS 'Address of the article.';
COMMENT ON COLUMN claims.published IS 'Publication time of the article.';
COMMENT ON COLUMN claims.similarity IS '0 to 1: how near it is to the board''s row.';
COMMENT ON COLUMN claims.against IS 'The change that made the board''s row it was compared with.';
COMMENT ON COLUMN claims.change_id IS 'The change that it made; null where it moved nothing: reason says why.';
COMMENT ON COLUMN claims.claim_id IS 'The claim.';
COMMENT ON COLUMN claims.article_id IS 'The article.';
