"""The view feed_health, as the migration ``feed_polling`` left it."""

from __future__ import annotations

from pipeline.storage.views import make_view

FEED_HEALTH = make_view(
    "feed_health",
    "One row for each feed of a watch: does it answer, and does it still bring news?",
    # The clock is that of the watch's own runs: a replayed watch lives in another year than its reader. The order
    # of the states is that of pipeline.health.feeds, and a test holds the two together.
    """
WITH known AS (
    SELECT w.watch, w.added_at, w.removed_at, f.*, s.* EXCLUDE (feed_id), coalesce(e.entries, 0) AS entries,
           coalesce(g.gaps, 0) AS gaps,
           w.removed_at IS NULL AND s.retired_at IS NULL AND
           epoch(coalesce(r.clock, s.last_polled_at)) - epoch(coalesce(s.last_new_at, w.added_at))
               > f.expected_every_s AS is_silent
    FROM watch_feed w
    JOIN feed f USING (feed_id)
    LEFT JOIN feed_state s USING (feed_id)
    LEFT JOIN (SELECT feed_id, count(*) AS entries FROM entry GROUP BY feed_id) e USING (feed_id)
    LEFT JOIN (SELECT feed_id, count(*) AS gaps FROM poll WHERE is_gap GROUP BY feed_id) g USING (feed_id)
    LEFT JOIN (SELECT watch, max(watch_time) AS clock FROM run GROUP BY watch) r ON r.watch = w.watch
)
SELECT watch, title, url,
       CASE WHEN removed_at IS NOT NULL THEN 'removed'
            WHEN retired_at IS NOT NULL OR last_outcome = 'gone' THEN 'retired'
            WHEN last_outcome IS NULL THEN 'never_polled'
            WHEN last_outcome = 'failed' THEN 'failing'
            WHEN last_outcome IN ('refused', 'html', 'not_a_feed') THEN last_outcome
            WHEN is_silent THEN 'stale'
            WHEN gap_at = last_polled_at THEN 'possible_gap'
            WHEN last_outcome <> 'empty' AND undated THEN 'undated'
            ELSE last_outcome END,
       last_polled_at, last_ok_at, last_new_at, entries, expected_every_s / 3600.0, is_silent,
       coalesce(failures, 0), nullif(trouble, ''), last_reason, next_due, interval_s / 3600.0, gaps, gap_at,
       lied_at, nullif(address, ''), retired_at, role, family, language, region, final_url, confirmed_in, feed_id
FROM known
ORDER BY watch, title, url""",
    ("watch", "The watch's short name."),
    ("feed", "The outlet's name."),
    ("url", "The address that the watch names."),
    (
        "state",
        "ok, unchanged, empty, undated, possible_gap, stale, html, not_a_feed, failing, refused, retired, "
        "never_polled or removed: the worst that is so.",
    ),
    ("last_polled_at", "Time of the last poll."),
    ("last_ok_at", "Last poll that was ok or unchanged."),
    ("last_new_at", "Last poll that brought an entry that we did not have."),
    ("entries", "Entries that it has brought."),
    ("expected_every_h", "Longest usual gap between two new entries, in hours."),
    ("is_silent", "True where it has brought nothing new for longer than that; null before the first run."),
    ("failures", "Failed polls in a row."),
    ("failure", "Class of the last poll's failure, e.g. dns, timeout or http-4xx; null where it worked."),
    ("last_reason", "What the last poll came to, in plain English."),
    ("next_due", "Not to be polled before."),
    ("interval_h", "Wait between two polls that work, in hours, from the overlap of their entries."),
    ("gaps", "Polls before which entries may have been missed."),
    ("last_gap_at", "The last of them."),
    ("validators_lie_since", "When it called a changed feed unchanged; it is polled without validators since."),
    ("moved_to", "Where it is polled, where it has moved for good."),
    ("retired_at", "When it said that it is gone for good; it is polled no more."),
    ("role", "issuing_body, wire, outlet or aggregator."),
    ("family", "Publisher's family."),
    ("language", "Language code."),
    ("region", "Where the publisher sits."),
    ("final_url", "Where the last answer came from, after redirects."),
    ("confirmed_in", "Public source in which the address was found."),
    ("feed_id", "The feed."),
)
