{% from "expressions.sql" import day %}
CREATE OR REPLACE VIEW runs AS
SELECT
    started_at,
    watch,
    flow,
    watch_time,
    finished_at,
    epoch(finished_at) - epoch(started_at) AS seconds,
    outcome,
    reason,
    counts,
    run_id
FROM run
ORDER BY started_at, flow;

COMMENT ON VIEW runs IS 'Every run of a flow with its numbers: what quiet is proved by.';
COMMENT ON COLUMN runs.started_at IS 'Wall clock at its start.';
COMMENT ON COLUMN runs.watch IS 'The watch''s short name.';
COMMENT ON COLUMN runs.flow IS
    'Which flow: monitor is a whole round; poll, collect, assess and alert are its steps where those are served one '
    'by one; recheck looks at pages again, reread reads the past anew, restore brought a damaged store back.';
COMMENT ON COLUMN runs.watch_time IS 'The watch''s own clock at its start.';
COMMENT ON COLUMN runs.finished_at IS 'Wall clock at its end; null while it runs, or where it was killed.';
COMMENT ON COLUMN runs.seconds IS 'How long it took.';
COMMENT ON COLUMN runs.outcome IS 'running, ok, partial or failed.';
COMMENT ON COLUMN runs.reason IS 'What went wrong, where something did; empty where nothing did.';
COMMENT ON COLUMN runs.counts IS
    'Its numbers by name: counts[''articles_new'']. A name that is not there counts as null.';
COMMENT ON COLUMN runs.run_id IS 'The run.';

CREATE OR REPLACE VIEW days AS
SELECT
    watch,
    {{ day("watch_time") }} AS day,
    count(*) AS runs,
    count(*) FILTER (outcome NOT IN ('ok', 'running')) AS runs_not_ok,
    coalesce(sum(counts['feeds_due']), 0)::BIGINT AS polls,
    coalesce(sum(counts['feeds_failed']), 0)::BIGINT AS polls_failed,
    coalesce(sum(counts['entries_new']), 0)::BIGINT AS entries,
    coalesce(sum(counts['articles_new']), 0)::BIGINT AS articles,
    coalesce(sum(counts['pages_refused']), 0)::BIGINT AS pages_refused,
    coalesce(sum(counts['pages_failed']), 0)::BIGINT AS pages_failed,
    coalesce(sum(counts['articles_relevant']), 0)::BIGINT AS relevant,
    coalesce(sum(counts['claims']), 0)::BIGINT AS claims,
    coalesce(sum(counts['changes']), 0)::BIGINT AS changes,
    coalesce(sum(counts['alerts_delivered']), 0)::BIGINT AS alerts_delivered
FROM run
WHERE watch <> '' AND flow <> 'reread'
GROUP BY ALL
ORDER BY ALL;

COMMENT ON VIEW days IS 'One row for each watch and day on which it ran: what a quiet day is proved by.';
COMMENT ON COLUMN days.watch IS 'The watch''s short name.';
COMMENT ON COLUMN days.day IS 'The day, UTC, by the watch''s clock.';
COMMENT ON COLUMN days.runs IS 'Runs on that day: whole rounds, or single steps where those are served one by one.';
COMMENT ON COLUMN days.runs_not_ok IS 'Of these, those that ended partial or failed.';
COMMENT ON COLUMN days.polls IS 'Polls of feeds that were due.';
COMMENT ON COLUMN days.polls_failed IS 'Of these, those that failed.';
COMMENT ON COLUMN days.entries IS 'New entries in them.';
COMMENT ON COLUMN days.articles IS 'New articles.';
COMMENT ON COLUMN days.pages_refused IS 'Pages that have no article, or may not be fetched.';
COMMENT ON COLUMN days.pages_failed IS 'Pages that did not come; they are tried again.';
COMMENT ON COLUMN days.relevant IS 'Articles that are about the mission.';
COMMENT ON COLUMN days.claims IS 'Claims in them.';
COMMENT ON COLUMN days.changes IS 'Changes of the board.';
COMMENT ON COLUMN days.alerts_delivered IS 'Alerts that were delivered.';

-- By the wall clock, and not the watch's own: a replayed day of another year is paid for today.
CREATE OR REPLACE VIEW model_spending AS
SELECT
    watch,
    {{ day("started_at") }} AS day,
    coalesce(sum(counts['llm_calls']), 0)::BIGINT AS calls,
    coalesce(sum(counts['llm_cached']), 0)::BIGINT AS cached,
    coalesce(sum(counts['llm_failed']), 0)::BIGINT AS failed,
    coalesce(sum(counts['llm_tokens_in']), 0)::BIGINT AS tokens_in,
    coalesce(sum(counts['llm_tokens_out']), 0)::BIGINT AS tokens_out,
    coalesce(sum(counts['llm_micros']), 0) / 1e6 AS money
FROM run
WHERE counts['llm_calls'] > 0 OR counts['llm_cached'] > 0
GROUP BY ALL
ORDER BY ALL;

COMMENT ON VIEW model_spending IS
    'One row for each watch and day on which a language model was asked: how often, and what that cost.';
COMMENT ON COLUMN model_spending.watch IS 'The watch''s short name.';
COMMENT ON COLUMN model_spending.day IS 'The day, UTC, by the wall clock, on which its runs began.';
COMMENT ON COLUMN model_spending.calls IS 'Requests that were sent, repeated ones counted.';
COMMENT ON COLUMN model_spending.cached IS 'Questions that had been answered before, and cost nothing.';
COMMENT ON COLUMN model_spending.failed IS 'Questions that brought no answer, or none that is of use.';
COMMENT ON COLUMN model_spending.tokens_in IS 'Tokens of the questions, as counted by the server, else estimated.';
COMMENT ON COLUMN model_spending.tokens_out IS 'Tokens of the answers, those of no use counted.';
COMMENT ON COLUMN model_spending.money IS
    'What they cost by the prices of the watch''s file, in its currency; 0 where it has none.';
