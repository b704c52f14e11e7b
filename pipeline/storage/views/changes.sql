{% from "expressions.sql" import folded, typed_columns %}
CREATE OR REPLACE VIEW changes AS
SELECT
    c.seq,
    c.watch,
    c.aspect,
    c.subject,
    c.verdict,
    c.before_stage,
    c.before_value,
    c.before_since,
    c.stage,
    c.value,
    c.held_from,
    c.event_date,
    c.known_at,
    c.confidence,
    c.disputed_value,
    c.quote,
    c.reason,
    coalesce(a.title, b.title) AS title,
    coalesce(a.outlet, b.outlet) AS outlet,
    a.origin,
    coalesce(a.url, b.url) AS url,
    n.alerts,
    n.delivered_at,
    s.reasons AS silence,
    c.supersedes,
    u.superseded_by,
    c.change_id,
    c.claim_id,
    c.article_id,
    c.slot,
    c.key,
    {{ typed_columns("c.parts") }},
    c.parts,
    {{ typed_columns("c.before_parts", "before_") }}
FROM change c
LEFT JOIN change_article a USING (article_id)
LEFT JOIN baseline b ON b.watch = c.watch AND c.verdict = 'baseline'
LEFT JOIN (
    SELECT supersedes AS change_id, arg_min(change_id, seq) AS superseded_by
    FROM change WHERE supersedes IS NOT NULL GROUP BY supersedes
) u USING (change_id)
LEFT JOIN (
    -- A part of a digest and the digest are one message.
    SELECT l.change_id, count(DISTINCT l.alert_id) AS alerts,
        min(d.attempted_at) FILTER (d.outcome = 'delivered') AS delivered_at
    FROM alert_change l
    LEFT JOIN delivery d USING (alert_id)
    WHERE l.alert_id NOT IN (SELECT p.alert_id FROM digest_part p)
    GROUP BY l.change_id
) n USING (change_id)
LEFT JOIN (
    SELECT change_id, string_agg(reason, '; ' ORDER BY reason) AS reasons FROM silence GROUP BY change_id
) s USING (change_id)
ORDER BY c.seq;

COMMENT ON VIEW changes IS
    'Every transition of the board, before and after, in the order in which the board took them. The baseline comes '
    'first.';
COMMENT ON COLUMN changes.seq IS 'Order in which the board took it; below zero for the baseline.';
COMMENT ON COLUMN changes.watch IS 'The watch''s short name.';
COMMENT ON COLUMN changes.aspect IS
    'What of the mission: lead, command, mandate, strength, contributors, funding, support, deployment or casualties.';
COMMENT ON COLUMN changes.subject IS 'The thing that changed.';
COMMENT ON COLUMN changes.verdict IS
    'new, advances, revises, reverses or disputes; withdrawn for one that takes another back; baseline for what was '
    'known at the start.';
COMMENT ON COLUMN changes.before_stage IS 'Stage before; null where the board said nothing.';
COMMENT ON COLUMN changes.before_value IS 'Value before.';
COMMENT ON COLUMN changes.before_since IS 'Since when the state before held.';
COMMENT ON COLUMN changes.stage IS 'Stage after: proposed, planned, decided, in_effect, ended or rejected.';
COMMENT ON COLUMN changes.value IS 'Value after.';
COMMENT ON COLUMN changes.held_from IS 'Since when it holds: the event''s day, else the day of the report.';
COMMENT ON COLUMN changes.event_date IS 'The event''s own day, where the sentence gives it.';
COMMENT ON COLUMN changes.known_at IS
    'When it could be known: publication time of the article, not the time of our poll.';
COMMENT ON COLUMN changes.confidence IS '0 to 1, of the claim that made it; 1 for the baseline.';
COMMENT ON COLUMN changes.disputed_value IS 'The other value, where sources disagree.';
COMMENT ON COLUMN changes.quote IS 'The sentence that says so, verbatim.';
COMMENT ON COLUMN changes.reason IS 'Why it is a change.';
COMMENT ON COLUMN changes.title IS 'Title of the article.';
COMMENT ON COLUMN changes.outlet IS 'Who published it.';
COMMENT ON COLUMN changes.origin IS
    'Who first wrote it: an outlet, its publisher''s family, or the wire that it reprinted.';
COMMENT ON COLUMN changes.url IS 'Address of the article.';
COMMENT ON COLUMN changes.alerts IS 'Number of alerts that tell it, one for each channel; null for none.';
COMMENT ON COLUMN changes.delivered_at IS 'When the first of them was delivered.';
COMMENT ON COLUMN changes.silence IS 'Why it made no alert, where it made none.';
COMMENT ON COLUMN changes.supersedes IS 'The change whose row it replaced.';
COMMENT ON COLUMN changes.superseded_by IS 'The change that replaced its row; null while none did.';
COMMENT ON COLUMN changes.change_id IS 'The change.';
COMMENT ON COLUMN changes.claim_id IS 'The claim; null for the baseline.';
COMMENT ON COLUMN changes.article_id IS 'The article; null for the baseline.';
COMMENT ON COLUMN changes.slot IS
    'What of the mission, more closely than the aspect; null for what was read before facts had types.';
COMMENT ON COLUMN changes.key IS 'Which one of the slot: a country, a post, a place; empty where it has one only.';
COMMENT ON COLUMN changes.act IS 'What is done, in a word of the slot: sends, withdraws, appointed, extended, ends.';
COMMENT ON COLUMN changes.actor IS 'Who asks, offers, drafts or refuses.';
COMMENT ON COLUMN changes.person IS 'A person''s name.';
COMMENT ON COLUMN changes.organisation IS 'An organisation''s name.';
COMMENT ON COLUMN changes.country IS 'A country''s name.';
COMMENT ON COLUMN changes.place IS 'A place''s name.';
COMMENT ON COLUMN changes.item IS 'What it is about, in a few words.';
COMMENT ON COLUMN changes.figure_low IS 'The number, or the lower end of a range.';
COMMENT ON COLUMN changes.figure_high IS 'The number, or the upper end of a range.';
COMMENT ON COLUMN changes.unit IS 'What the number counts: soldiers, police, ships.';
COMMENT ON COLUMN changes.role IS
    'change where the number is a difference, percent where it is a share; null for a total.';
COMMENT ON COLUMN changes.amount IS 'The sum, in units of its currency.';
COMMENT ON COLUMN changes.currency IS 'Its currency, ISO 4217.';
COMMENT ON COLUMN changes.until IS 'Until when: a day, month or year.';
COMMENT ON COLUMN changes.movement IS
    'How it moved, where that is no stage: postponed, suspended, resumed, reaffirmed.';
COMMENT ON COLUMN changes.killed IS 'People of the mission killed.';
COMMENT ON COLUMN changes.injured IS 'Injured.';
COMMENT ON COLUMN changes.missing IS 'Missing.';
COMMENT ON COLUMN changes.captured IS 'Captured.';
COMMENT ON COLUMN changes.parts IS 'All of them as a JSON object.';
COMMENT ON COLUMN changes.before_act IS
    'Before: what is done, in a word of the slot: sends, withdraws, appointed, extended, ends.';
COMMENT ON COLUMN changes.before_actor IS 'Before: who asks, offers, drafts or refuses.';
COMMENT ON COLUMN changes.before_person IS 'Before: a person''s name.';
COMMENT ON COLUMN changes.before_organisation IS 'Before: an organisation''s name.';
COMMENT ON COLUMN changes.before_country IS 'Before: a country''s name.';
COMMENT ON COLUMN changes.before_place IS 'Before: a place''s name.';
COMMENT ON COLUMN changes.before_item IS 'Before: what it is about, in a few words.';
COMMENT ON COLUMN changes.before_figure_low IS 'Before: the number, or the lower end of a range.';
COMMENT ON COLUMN changes.before_figure_high IS 'Before: the number, or the upper end of a range.';
COMMENT ON COLUMN changes.before_unit IS 'Before: what the number counts: soldiers, police, ships.';
COMMENT ON COLUMN changes.before_role IS
    'Before: change where the number is a difference, percent where it is a share; null for a total.';
COMMENT ON COLUMN changes.before_amount IS 'Before: the sum, in units of its currency.';
COMMENT ON COLUMN changes.before_currency IS 'Before: its currency, ISO 4217.';
COMMENT ON COLUMN changes.before_until IS 'Before: until when: a day, month or year.';
COMMENT ON COLUMN changes.before_movement IS
    'Before: how it moved, where that is no stage: postponed, suspended, resumed, reaffirmed.';
COMMENT ON COLUMN changes.before_killed IS 'Before: people of the mission killed.';
COMMENT ON COLUMN changes.before_injured IS 'Before: injured.';
COMMENT ON COLUMN changes.before_missing IS 'Before: missing.';
COMMENT ON COLUMN changes.before_captured IS 'Before: captured.';

CREATE OR REPLACE VIEW facts AS
SELECT
    c.change_id,
    c.watch,
    c.slot,
    c.key,
    1 AS n,
    p.key AS part,
    c.parts ->> ('$.' || p.key) AS value
FROM change c, json_each(c.parts) p
WHERE c.parts IS NOT NULL
ORDER BY c.seq, p.id;

COMMENT ON VIEW facts IS 'What each change says, typed: a row for each part of each of its facts.';
COMMENT ON COLUMN facts.change_id IS 'The change.';
COMMENT ON COLUMN facts.watch IS 'The watch''s short name.';
COMMENT ON COLUMN facts.slot IS 'What of the mission the fact is about.';
COMMENT ON COLUMN facts.key IS 'Which one of the slot.';
COMMENT ON COLUMN facts.n IS 'The number of the fact in its change, from 1 on.';
COMMENT ON COLUMN facts.part IS 'The part''s name: figure_low, unit, country, until, killed and so on.';
COMMENT ON COLUMN facts.value IS 'What it says, as text.';

CREATE OR REPLACE MACRO timeline(thing) AS TABLE
SELECT c.held_from, c.known_at, c.watch, c.aspect, c.subject, c.verdict, c.stage, c.value, c.before_stage,
    c.before_value, c.confidence, c.quote, coalesce(a.outlet, b.outlet) AS outlet, coalesce(a.url, b.url) AS url,
    c.reason, c.seq, c.change_id
FROM change c
LEFT JOIN article a USING (article_id)
LEFT JOIN baseline b ON b.watch = c.watch AND c.verdict = 'baseline'
WHERE c.aspect = thing OR contains({{ folded("c.subject") }}, {{ folded("thing") }})
ORDER BY c.seq;

COMMENT ON MACRO TABLE timeline IS
    'All that the board took of one thing, in order: timeline(''Kenya''), timeline(''ceiling''), '
    'timeline(''funding''). The thing is an aspect, or words of a subject.';
