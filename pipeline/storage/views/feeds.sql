-- The clock is that of the watch's own runs: a replayed watch lives in another year than its reader. The order of the
-- states is that of pipeline.health.feeds, and a test holds the two together.
CREATE OR REPLACE VIEW feed_health AS
WITH known AS (
    SELECT w.watch, w.added_at, w.removed_at, f.*, s.* EXCLUDE (feed_id), coalesce(e.entries, 0) AS entries,
        coalesce(g.gaps, 0) AS gaps,
        w.removed_at IS NULL AND s.retired_at IS NULL
            AND epoch(coalesce(r.clock, s.last_polled_at)) - epoch(coalesce(s.last_new_at, w.added_at))
                > f.expected_every_s AS is_silent
    FROM watch_feed w
    JOIN feed f USING (feed_id)
    LEFT JOIN feed_state s USING (feed_id)
    LEFT JOIN (SELECT feed_id, count(*) AS entries FROM entry GROUP BY feed_id) e USING (feed_id)
    LEFT JOIN (SELECT feed_id, count(*) AS gaps FROM poll WHERE is_gap GROUP BY feed_id) g USING (feed_id)
    LEFT JOIN (SELECT watch, max(watch_time) AS clock FROM run GROUP BY watch) r ON r.watch = w.watch
)
SELECT
    k.watch,
    k.title AS feed,
    k.url,
    CASE
        WHEN k.removed_at IS NOT NULL THEN 'removed'
        WHEN k.retired_at IS NOT NULL OR k.last_outcome = 'gone' THEN 'retired'
        WHEN k.last_outcome IS NULL THEN 'never_polled'
        WHEN k.last_outcome = 'failed' THEN 'failing'
        WHEN k.last_outcome IN ('refused', 'html', 'not_a_feed') THEN k.last_outcome
        WHEN k.is_silent THEN 'stale'
        WHEN k.gap_at = k.last_polled_at THEN 'possible_gap'
        WHEN k.last_outcome <> 'empty' AND k.undated THEN 'undated'
        ELSE k.last_outcome
    END AS state,
    k.last_polled_at,
    k.last_ok_at,
    k.last_new_at,
    k.entries,
    k.expected_every_s / 3600.0 AS expected_every_h,
    k.is_silent,
    coalesce(k.failures, 0) AS failures,
    nullif(k.trouble, '') AS failure,
    k.last_reason,
    k.next_due,
    k.interval_s / 3600.0 AS interval_h,
    k.gaps,
    k.gap_at AS last_gap_at,
    k.lied_at AS validators_lie_since,
    nullif(k.address, '') AS moved_to,
    k.retired_at,
    k.role,
    k.family,
    k.language,
    k.region,
    k.final_url,
    k.confirmed_in,
    k.feed_id
FROM known k
ORDER BY k.watch, k.title, k.url;

COMMENT ON VIEW feed_health IS 'One row for each feed of a watch: does it answer, and does it still bring news?';
COMMENT ON COLUMN feed_health.watch IS 'The watch''s short name.';
COMMENT ON COLUMN feed_health.feed IS 'The outlet''s name.';
COMMENT ON COLUMN feed_health.url IS 'The address that the watch names.';
COMMENT ON COLUMN feed_health.state IS
    'ok, unchanged, empty, undated, possible_gap, stale, html, not_a_feed, failing, refused, retired, never_polled '
    'or removed: the worst that is so.';
COMMENT ON COLUMN feed_health.last_polled_at IS 'Time of the last poll.';
COMMENT ON COLUMN feed_health.last_ok_at IS 'Last poll that was ok or unchanged.';
COMMENT ON COLUMN feed_health.last_new_at IS 'Last poll that brought an entry that we did not have.';
COMMENT ON COLUMN feed_health.entries IS 'Entries that it has brought.';
COMMENT ON COLUMN feed_health.expected_every_h IS 'Longest usual gap between two new entries, in hours.';
COMMENT ON COLUMN feed_health.is_silent IS
    'True where it has brought nothing new for longer than that; null before the first run.';
COMMENT ON COLUMN feed_health.failures IS 'Failed polls in a row.';
COMMENT ON COLUMN feed_health.failure IS
    'Class of the last poll''s failure, e.g. dns, timeout or http-4xx; null where it worked.';
COMMENT ON COLUMN feed_health.last_reason IS 'What the last poll came to, in plain English.';
COMMENT ON COLUMN feed_health.next_due IS 'Not to be polled before.';
COMMENT ON COLUMN feed_health.interval_h IS
    'Wait between two polls that work, in hours, from the overlap of their entries.';
COMMENT ON COLUMN feed_health.gaps IS 'Polls before which entries may have been missed.';
COMMENT ON COLUMN feed_health.last_gap_at IS 'The last of them.';
COMMENT ON COLUMN feed_health.validators_lie_since IS
    'When it called a changed feed unchanged; it is polled without validators since.';
COMMENT ON COLUMN feed_health.moved_to IS 'Where it is polled, where it has moved for good.';
COMMENT ON COLUMN feed_health.retired_at IS 'When it said that it is gone for good; it is polled no more.';
COMMENT ON COLUMN feed_health.role IS 'issuing_body, wire, outlet or aggregator.';
COMMENT ON COLUMN feed_health.family IS 'Publisher''s family.';
COMMENT ON COLUMN feed_health.language IS 'Language code.';
COMMENT ON COLUMN feed_health.region IS 'Where the publisher sits.';
COMMENT ON COLUMN feed_health.final_url IS 'Where the last answer came from, after redirects.';
COMMENT ON COLUMN feed_health.confirmed_in IS 'Public source in which the address was found.';
COMMENT ON COLUMN feed_health.feed_id IS 'The feed.';

CREATE OR REPLACE VIEW feed_yield AS
SELECT
    w.watch,
    f.title AS feed,
    f.role,
    f.family,
    coalesce(p.polls, 0) AS polls,
    coalesce(p.failed, 0) AS polls_failed,
    coalesce(e.entries, 0) AS entries,
    coalesce(a.articles, 0) AS articles,
    coalesce(a.relevant, 0) AS relevant,
    coalesce(a.claims, 0) AS claims,
    coalesce(k.changes, 0) AS changes,
    coalesce(k.alerts, 0) AS alerts,
    coalesce(p.polls, 0) + coalesce(g.pages, 0) AS requests,
    coalesce(p.size, 0) + coalesce(g.size, 0) AS bytes,
    coalesce(p.seconds, 0) + coalesce(g.seconds, 0) AS seconds,
    (coalesce(p.size, 0) + coalesce(g.size, 0)) / nullif(a.relevant, 0) AS bytes_per_relevant,
    f.feed_id
FROM watch_feed w
JOIN feed f USING (feed_id)
LEFT JOIN (
    SELECT feed_id, count(*) AS polls, count(*) FILTER (outcome NOT IN ('ok', 'unchanged', 'empty')) AS failed,
        sum(size)::BIGINT AS size, sum(elapsed_s) AS seconds
    FROM poll GROUP BY feed_id
) p USING (feed_id)
LEFT JOIN (SELECT feed_id, count(*) AS entries FROM entry GROUP BY feed_id) e USING (feed_id)
LEFT JOIN (
    SELECT i.feed_id, count(*) AS pages, sum(x.size)::BIGINT AS size, sum(x.elapsed_s) AS seconds
    FROM page_fetch x
    JOIN entry i USING (entry_id)
    GROUP BY i.feed_id
) g USING (feed_id)
LEFT JOIN (
    SELECT i.feed_id, r.watch, count(*) AS articles, count(*) FILTER (r.relevant) AS relevant,
        sum(r.claims)::BIGINT AS claims
    FROM (
        SELECT watch, article_id, bool_or(relevant) AS relevant, max(claims) AS claims
        FROM reading GROUP BY watch, article_id
    ) r
    JOIN article x USING (article_id)
    JOIN entry i USING (entry_id)
    GROUP BY i.feed_id, r.watch
) a ON a.feed_id = f.feed_id AND a.watch = w.watch
LEFT JOIN (
    SELECT i.feed_id, c.watch, count(DISTINCT c.change_id) AS changes, count(DISTINCT l.alert_id) AS alerts
    FROM change c
    JOIN article x USING (article_id)
    JOIN entry i USING (entry_id)
    LEFT JOIN (
        SELECT h.* FROM alert_change h WHERE h.alert_id NOT IN (SELECT d.alert_id FROM digest_part d)
    ) l USING (change_id)
    WHERE c.claim_id IS NOT NULL
    GROUP BY i.feed_id, c.watch
) k ON k.feed_id = f.feed_id AND k.watch = w.watch
ORDER BY w.watch, f.title, f.url;

COMMENT ON VIEW feed_yield IS 'What each feed of a watch has brought, from polls to alerts, and what that cost.';
COMMENT ON COLUMN feed_yield.watch IS 'The watch''s short name.';
COMMENT ON COLUMN feed_yield.feed IS 'The outlet''s name.';
COMMENT ON COLUMN feed_yield.role IS 'issuing_body, wire, outlet or aggregator.';
COMMENT ON COLUMN feed_yield.family IS 'Publisher''s family.';
COMMENT ON COLUMN feed_yield.polls IS 'Polls, by all watches that have the feed.';
COMMENT ON COLUMN feed_yield.polls_failed IS 'Of these, those that brought no feed.';
COMMENT ON COLUMN feed_yield.entries IS 'Entries that it has brought.';
COMMENT ON COLUMN feed_yield.articles IS 'Articles of it that were read.';
COMMENT ON COLUMN feed_yield.relevant IS 'Of these, those about the mission.';
COMMENT ON COLUMN feed_yield.claims IS 'Claims in them.';
COMMENT ON COLUMN feed_yield.changes IS 'Changes of the board that rest on one of its articles.';
COMMENT ON COLUMN feed_yield.alerts IS 'Alerts that tell those changes, one for each channel.';
COMMENT ON COLUMN feed_yield.requests IS 'Requests that it took: polls, and pages with each later look at them.';
COMMENT ON COLUMN feed_yield.bytes IS 'Bytes of all bodies, decompressed.';
COMMENT ON COLUMN feed_yield.seconds IS 'Seconds that the requests took.';
COMMENT ON COLUMN feed_yield.bytes_per_relevant IS
    'Bytes for each article about the mission; null where it brought none.';
COMMENT ON COLUMN feed_yield.feed_id IS 'The feed.';
