{% from "expressions.sql" import day %}
CREATE OR REPLACE VIEW watches AS
SELECT
    b.watch,
    b.title AS seed_title,
    b.outlet AS seed_outlet,
    b.published AS seed_published,
    r.clock,
    {{ day("r.clock") }} AS today,
    coalesce(r.rounds, 0) AS rounds,
    r.outcome AS last_outcome,
    r.finished_at,
    coalesce(f.feeds, 0) AS feeds,
    coalesce(c.changes, 0) AS changes,
    c.known_at AS last_change_at,
    coalesce(a.alerts, 0) AS alerts,
    a.planned_at AS last_alert_at
FROM baseline b
LEFT JOIN (
    SELECT watch, max(watch_time) AS clock, count(DISTINCT watch_time) AS rounds,
        arg_max(outcome, watch_time) FILTER (outcome <> 'running') AS outcome, max(finished_at) AS finished_at
    FROM run GROUP BY watch
) r USING (watch)
LEFT JOIN (SELECT watch, count(*) AS feeds FROM watch_feed WHERE removed_at IS NULL GROUP BY watch) f USING (watch)
LEFT JOIN (
    SELECT watch, count(*) AS changes, max(known_at) AS known_at
    FROM change WHERE verdict <> 'baseline' GROUP BY watch
) c USING (watch)
LEFT JOIN (
    SELECT watch, count(*) AS alerts, max(planned_at) AS planned_at
    FROM alert WHERE alert_id NOT IN (SELECT p.alert_id FROM digest_part p) GROUP BY watch
) a USING (watch)
ORDER BY b.watch;

COMMENT ON VIEW watches IS 'One row for each watch: what its clock says, and how much it has read, changed and told.';
COMMENT ON COLUMN watches.watch IS 'The watch''s short name.';
COMMENT ON COLUMN watches.seed_title IS 'Title of the article that it began with.';
COMMENT ON COLUMN watches.seed_outlet IS 'Who published that.';
COMMENT ON COLUMN watches.seed_published IS 'When: the watch knows what was so then, and what came after.';
COMMENT ON COLUMN watches.clock IS 'The watch''s own clock at its last round; a replay lives in the past.';
COMMENT ON COLUMN watches.today IS 'Its day, UTC: what an analyst calls today.';
COMMENT ON COLUMN watches.rounds IS 'Rounds until now.';
COMMENT ON COLUMN watches.last_outcome IS
    'What the last one came to: ok, partial, blind (no feed could be read) or failed.';
COMMENT ON COLUMN watches.finished_at IS 'Wall clock at its end.';
COMMENT ON COLUMN watches.feeds IS 'Feeds that are polled.';
COMMENT ON COLUMN watches.changes IS 'Changes of the board since the beginning.';
COMMENT ON COLUMN watches.last_change_at IS 'When the last of them could be known.';
COMMENT ON COLUMN watches.alerts IS 'Messages due about them, one for each channel.';
COMMENT ON COLUMN watches.last_alert_at IS 'When the last was planned.';

CREATE OR REPLACE VIEW watch_states AS
SELECT
    b.watch,
    CASE s.what WHEN 'paused' THEN 'paused' WHEN 'archived' THEN 'archived' ELSE 'watched' END AS state,
    s.said_at AS since,
    s.said_by,
    nullif(s.note, '') AS note,
    n.names AS formerly
FROM baseline b
LEFT JOIN (
    SELECT * FROM watch_event WHERE what <> 'renamed'
    QUALIFY row_number() OVER (PARTITION BY watch ORDER BY said_at DESC, event_id) = 1
) s USING (watch)
LEFT JOIN (
    SELECT watch, string_agg(was, ', ' ORDER BY said_at, event_id) AS names
    FROM watch_event WHERE what = 'renamed' GROUP BY watch
) n USING (watch)
ORDER BY b.watch;

COMMENT ON VIEW watch_states IS
    'One row for each watch: is it watched, paused or archived, since when, and what was it called before?';
COMMENT ON COLUMN watch_states.watch IS 'The watch''s short name.';
COMMENT ON COLUMN watch_states.state IS 'watched, paused (no polls, no alerts) or archived (kept as it is).';
COMMENT ON COLUMN watch_states.since IS 'When that was said; null where nobody has ever paused or archived it.';
COMMENT ON COLUMN watch_states.said_by IS 'Who said it.';
COMMENT ON COLUMN watch_states.note IS 'Why; null where nothing was said.';
COMMENT ON COLUMN watch_states.formerly IS
    'The short names that it had before, the first first; null where it has always had this one.';
