CREATE OR REPLACE VIEW board AS
{% include "queries/board.sql" %};

COMMENT ON VIEW board IS
    'Where the mission stands: one row for each aspect and subject, with the sentence that says so.';
COMMENT ON COLUMN board.watch IS 'The watch''s short name.';
COMMENT ON COLUMN board.aspect IS
    'lead, command, mandate, strength, contributors, funding, support, deployment or casualties.';
COMMENT ON COLUMN board.subject IS 'The thing that the row is about.';
COMMENT ON COLUMN board.stage IS 'proposed, planned, decided, in_effect, ended or rejected.';
COMMENT ON COLUMN board.value IS 'What is so.';
COMMENT ON COLUMN board.since IS 'Since when it holds: the event''s day, else the day of the report.';
COMMENT ON COLUMN board.before_value IS 'What the board said before; null where it said nothing.';
COMMENT ON COLUMN board.before_stage IS 'Stage before.';
COMMENT ON COLUMN board.sources IS
    'Independent origins that say so still; reprints of one wire count once. See evidence.';
COMMENT ON COLUMN board.confirmed_at IS 'Publication time of the last article that says so.';
COMMENT ON COLUMN board.confidence IS
    '0 to 1, by now: the odds of the claim that made the row times the number of sources; 1 for what was known at '
    'the start. That of the claim alone stands in changes.';
COMMENT ON COLUMN board.sure IS 'The same as confidence: its name of before, for queries that have it. Use confidence.';
COMMENT ON COLUMN board.is_disputed IS 'True while sources disagree.';
COMMENT ON COLUMN board.disputed_value IS 'The other value, where sources disagree.';
COMMENT ON COLUMN board.quote IS 'The sentence that says so, verbatim.';
COMMENT ON COLUMN board.url IS 'Address of the article that it stands in.';
COMMENT ON COLUMN board.outlet IS 'Who published it.';
COMMENT ON COLUMN board.known_at IS
    'When it could be known: publication time of the article, not the time of our poll.';
COMMENT ON COLUMN board.verdict IS 'How the row came about: baseline, new, advances, revises, reverses or disputes.';
COMMENT ON COLUMN board.reason IS 'Why that was a change.';
COMMENT ON COLUMN board.change_id IS 'The change that made the row.';
COMMENT ON COLUMN board.slot IS
    'What of the mission, more closely than the aspect; null for what was read before facts had types.';
COMMENT ON COLUMN board.key IS 'Which one of the slot: a country, a post, a place; empty where it has one only.';
COMMENT ON COLUMN board.act IS 'What is done, in a word of the slot: sends, withdraws, appointed, extended, ends.';
COMMENT ON COLUMN board.actor IS 'Who asks, offers, drafts or refuses.';
COMMENT ON COLUMN board.person IS 'A person''s name.';
COMMENT ON COLUMN board.organisation IS 'An organisation''s name.';
COMMENT ON COLUMN board.country IS 'A country''s name.';
COMMENT ON COLUMN board.place IS 'A place''s name.';
COMMENT ON COLUMN board.item IS 'What it is about, in a few words.';
COMMENT ON COLUMN board.figure_low IS 'The number, or the lower end of a range.';
COMMENT ON COLUMN board.figure_high IS 'The number, or the upper end of a range.';
COMMENT ON COLUMN board.unit IS 'What the number counts: soldiers, police, ships.';
COMMENT ON COLUMN board.role IS
    'change where the number is a difference, percent where it is a share; null for a total.';
COMMENT ON COLUMN board.amount IS 'The sum, in units of its currency.';
COMMENT ON COLUMN board.currency IS 'Its currency, ISO 4217.';
COMMENT ON COLUMN board.until IS 'Until when: a day, month or year.';
COMMENT ON COLUMN board.movement IS 'How it moved, where that is no stage: postponed, suspended, resumed, reaffirmed.';
COMMENT ON COLUMN board.killed IS 'People of the mission killed.';
COMMENT ON COLUMN board.injured IS 'Injured.';
COMMENT ON COLUMN board.missing IS 'Missing.';
COMMENT ON COLUMN board.captured IS 'Captured.';
COMMENT ON COLUMN board.parts IS 'All of them as a JSON object.';
COMMENT ON COLUMN board.closed_by IS
    'The change by which the mission ended or was replaced, and the row with it; null where it stands.';
COMMENT ON COLUMN board.closed_quote IS 'The sentence that says so; the row is ended since that day.';
COMMENT ON COLUMN board.unconfirmed_since IS
    'For a row of the baseline that nobody has confirmed for {{ unconfirmed_after }} days: the day of its last confirmation, up to the '
    'newest article read; else null.';

CREATE OR REPLACE MACRO board_as_of(t) AS TABLE
{% with as_of = "t" %}{% include "queries/board.sql" %}{% endwith %};

COMMENT ON MACRO TABLE board_as_of IS
    'The board as it stood at the end of day t, from all that is known now: board_as_of(''2025-09-01'').';

CREATE OR REPLACE MACRO board_known_at(t) AS TABLE
{% with known_at = "t" %}{% include "queries/board.sql" %}{% endwith %};

COMMENT ON MACRO TABLE board_known_at IS
    'The board as it was known at time t (a day: at its end): board_known_at(''2025-10-01 12:00'').';
