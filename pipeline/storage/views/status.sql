CREATE OR REPLACE VIEW status AS
{% include "queries/status.sql" %};

COMMENT ON VIEW status IS 'Where each mission stands, at a glance: one row a watch, from the typed rows of the board.';
COMMENT ON COLUMN status.watch IS 'The watch''s short name.';
COMMENT ON COLUMN status.phase IS
    'What it is at: planned, authorised, deploying, active, ending or ended, from its rows.';
COMMENT ON COLUMN status.lead IS 'Who leads it.';
COMMENT ON COLUMN status.head IS 'Its head.';
COMMENT ON COLUMN status.force_commander IS 'Its force commander.';
COMMENT ON COLUMN status.mandate_until IS 'Until when its mandate runs, as far as told.';
COMMENT ON COLUMN status.ceiling IS 'How many people it may have.';
COMMENT ON COLUMN status.deployed IS 'How many it has.';
COMMENT ON COLUMN status.contributors IS
    'The countries that send people, the most first, with numbers where they are known.';
COMMENT ON COLUMN status.budget IS 'Its budget, in units of its currency.';
COMMENT ON COLUMN status.shortfall IS 'What it lacks.';
COMMENT ON COLUMN status.dead IS
    'Its dead so far: the highest sum that was told and those of incidents since, or those of all incidents on the '
    'board, whichever is more. What is not confirmed, or was denied, is not counted.';
COMMENT ON COLUMN status.successor IS 'What takes its place, or it has become.';
COMMENT ON COLUMN status.last_change IS 'When it last changed, by publication.';
