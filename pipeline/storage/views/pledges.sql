{% from "expressions.sql" import figure %}
CREATE OR REPLACE VIEW pledges AS
WITH told AS (
    SELECT CASE WHEN c.aspect = 'funding' THEN 'money' ELSE 'troops' END AS kind, c.*
    FROM change c
    WHERE c.aspect IN ('contributors', 'deployment', 'funding') AND c.verdict <> 'withdrawn' AND NOT EXISTS (
        SELECT 1 FROM change w WHERE w.verdict = 'withdrawn' AND w.supersedes = c.change_id AND w.watch = c.watch)
),
figures AS (
    SELECT coalesce(v.change_id, v.against) AS change_id, arg_min({{ figure("k.value") }}, a.published) AS figure
    FROM verdict v
    JOIN claim k USING (claim_id)
    JOIN article a USING (article_id)
    WHERE k.aspect IN ('contributors', 'deployment', 'funding')
    AND (v.change_id IS NOT NULL OR v.verdict IN ('confirms', 'repeats'))
    GROUP BY 1
),
promise AS (
    SELECT * FROM told WHERE stage IN ('proposed', 'planned', 'decided')
    QUALIFY row_number() OVER (PARTITION BY watch, kind, subject_key ORDER BY seq DESC) = 1
),
after AS (
    SELECT p.change_id, arg_max(t.stage, t.seq) AS stage, arg_max(t.held_from, t.seq) AS since,
        arg_max(t.value, t.seq) AS value, arg_max(t.change_id, t.seq) AS after_id
    FROM promise p
    JOIN told t USING (watch, kind, subject_key)
    WHERE t.seq > p.seq AND t.stage IN ('in_effect', 'ended', 'rejected')
    GROUP BY p.change_id
)
SELECT
    p.watch,
    p.kind,
    p.subject,
    p.stage,
    p.value,
    coalesce({{ figure("p.value") }}, g.figure) AS figure,
    p.held_from AS since,
    CASE
        WHEN a.stage = 'in_effect' THEN 'kept'
        WHEN a.stage IS NOT NULL THEN 'taken_back'
        ELSE 'open'
    END AS state,
    a.since AS settled_on,
    a.value AS came,
    coalesce({{ figure("a.value") }}, h.figure) AS came_figure,
    p.confidence,
    p.verdict = 'disputes' OR p.disputed_value IS NOT NULL AS is_disputed,
    p.disputed_value,
    p.quote,
    coalesce(r.outlet, b.outlet) AS outlet,
    coalesce(r.url, b.url) AS url,
    p.change_id,
    a.after_id AS settled_by
FROM promise p
LEFT JOIN after a USING (change_id)
LEFT JOIN figures g USING (change_id)
LEFT JOIN figures h ON h.change_id = a.after_id
LEFT JOIN article r ON r.article_id = p.article_id
LEFT JOIN baseline b ON b.watch = p.watch AND p.verdict = 'baseline'
ORDER BY p.watch, p.kind, p.held_from, p.seq;

COMMENT ON VIEW pledges IS
    'Who has promised troops or money to the mission, and whether it came: a row for each promise that stands last.';
COMMENT ON COLUMN pledges.watch IS 'The watch''s short name.';
COMMENT ON COLUMN pledges.kind IS 'troops (aspects contributors and deployment) or money (funding).';
COMMENT ON COLUMN pledges.subject IS 'Who has promised, as the board names them.';
COMMENT ON COLUMN pledges.stage IS 'How firm the promise is: proposed, planned or decided.';
COMMENT ON COLUMN pledges.value IS 'What was promised.';
COMMENT ON COLUMN pledges.figure IS
    'Its first figure as a number: soldiers, or a sum in its own currency; null where none is in digits.';
COMMENT ON COLUMN pledges.since IS 'Since when it is promised.';
COMMENT ON COLUMN pledges.state IS
    'open (nothing came yet), kept (in effect since) or taken_back (ended or rejected since).';
COMMENT ON COLUMN pledges.settled_on IS 'Since when it is kept or taken back; null while it is open.';
COMMENT ON COLUMN pledges.came IS 'What came of it; null while it is open.';
COMMENT ON COLUMN pledges.came_figure IS 'The first figure of that as a number.';
COMMENT ON COLUMN pledges.confidence IS '0 to 1, of the claim that told the promise.';
COMMENT ON COLUMN pledges.is_disputed IS 'True while sources disagree.';
COMMENT ON COLUMN pledges.disputed_value IS 'The other value, where sources disagree.';
COMMENT ON COLUMN pledges.quote IS 'The sentence that says so, verbatim.';
COMMENT ON COLUMN pledges.outlet IS 'Who published it.';
COMMENT ON COLUMN pledges.url IS 'Its address.';
COMMENT ON COLUMN pledges.change_id IS 'The change that told the promise.';
COMMENT ON COLUMN pledges.settled_by IS 'The change that kept it or took it back; null while it is open.';

CREATE OR REPLACE MACRO figure(phrase) AS
{{ figure("phrase") }};

COMMENT ON MACRO figure IS
    'The first figure in a phrase: figure(''5,550 personnel'') is 5550, figure(''$40 million'') 40000000.';
