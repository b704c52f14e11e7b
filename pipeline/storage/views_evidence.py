"""The views of what was read and sent: articles, claims, alerts, feed_health, runs."""

from __future__ import annotations

from pipeline.storage.views import BOARD, CHANGES, macros_ddl, make_view

ARTICLES = make_view(
    "articles",
    "Every article with its text, the feed and entry that gave it, and how it was fetched.",
    """
SELECT a.article_id, a.published, a.precision, a.published_source, a.title, a.outlet, o.origin, a.url, a.words,
       a.author, a.language, a.role, a.family, f.title, f.url, a.entry_id, e.title, e.published, e.seen_at,
       a.fetched_at, g.status, g.size, g.elapsed_s, g.extract_s, t.text
FROM article a
LEFT JOIN article_body t USING (article_id)
LEFT JOIN article_origin o USING (article_id)
LEFT JOIN entry e ON e.entry_id = a.entry_id
LEFT JOIN feed f ON f.feed_id = e.feed_id
LEFT JOIN (
    SELECT entry_id, arg_max(status, attempt) AS status, arg_max(size, attempt) AS size,
           arg_max(elapsed_s, attempt) AS elapsed_s, arg_max(extract_s, attempt) AS extract_s
    FROM page_fetch WHERE outcome = 'stored' GROUP BY entry_id
) g ON g.entry_id = a.entry_id""",
    ("article_id", "The article."),
    ("published", "Publication time."),
    ("precision", "How exactly it is known: time, day, month or year."),
    ("published_source", "Where it was read: json-ld, open-graph, printed, htmldate, feed or seen."),
    ("title", "Title of the page."),
    ("outlet", "Who published it."),
    ("origin", "Who first wrote it; null until it has been read."),
    ("url", "Canonical address."),
    ("words", "Words of the text."),
    ("author", "Byline."),
    ("language", "Language code."),
    ("role", "Role of its feed: issuing_body, wire, outlet or aggregator."),
    ("family", "Publisher's family."),
    ("feed", "Title of the feed that first gave it."),
    ("feed_url", "Address of that feed."),
    ("entry_id", "The entry that first gave it."),
    ("entry_title", "Title in the feed."),
    ("entry_published", "Publication time in the feed."),
    ("entry_seen_at", "When the entry was first seen."),
    ("fetched_at", "When the page was fetched."),
    ("status", "HTTP status."),
    ("size", "Bytes of the page, decompressed."),
    ("fetch_s", "Seconds that the request took."),
    ("extract_s", "Seconds that the extraction took."),
    ("text", "The extracted text."),
)

CLAIMS = make_view(
    "claims",
    "Every claim with its verdict and the reason for it.",
    """
SELECT v.watch, v.verdict, v.reason, k.aspect, k.stage, k.subject, k.value, k.event_date, k.event_precision,
       k.background, k.confidence, k.quote, k.quote_start, k.quote_end, k.why, a.title, a.outlet, o.origin, a.url,
       a.published, v.similarity, v.against, v.change_id, k.claim_id, k.article_id
FROM claim k
LEFT JOIN verdict v USING (claim_id)
LEFT JOIN article a USING (article_id)
LEFT JOIN article_origin o USING (article_id)""",
    ("watch", "The watch's short name."),
    ("verdict", "new, advances, revises, reverses, disputes, confirms, repeats, stale, uncertain or irrelevant."),
    ("reason", "Why it got that verdict."),
    ("aspect", "What of the mission."),
    ("stage", "How real the claim says it is."),
    ("subject", "The thing it is about."),
    ("value", "What it says of it."),
    ("event_date", "When it happened or will; null where nothing says so."),
    ("event_precision", "How exactly that is known."),
    ("background", "True where the sentence tells background, not news."),
    ("confidence", "0 to 1."),
    ("quote", "The sentence, verbatim."),
    ("quote_start", "Offset of the quote in the article's text; -1 where it stands in the title."),
    ("quote_end", "Offset of its end."),
    ("why", "What in the sentence led to the claim."),
    ("title", "Title of the article."),
    ("outlet", "Who published it."),
    ("origin", "Who first wrote it."),
    ("url", "Address of the article."),
    ("published", "Publication time of the article."),
    ("similarity", "0 to 1: how near it is to the board's row."),
    ("against", "The change that made the board's row it was compared with."),
    ("change_id", "The change that it made; null where it moved nothing."),
    ("claim_id", "The claim."),
    ("article_id", "The article."),
)

ALERTS = make_view(
    "alerts",
    "Every alert, where it went, and whether it arrived.",
    # What follows the scheme of a channel may be a password or a token.
    r"""
SELECT a.planned_at, a.watch, a.rule, regexp_replace(a.channel, '://.*', '://...'),
       CASE WHEN d.delivered_at IS NOT NULL THEN 'delivered'
            WHEN d.attempts > 0 AND d.retry_at IS NULL THEN 'given_up' ELSE 'pending' END,
       d.delivered_at, coalesce(d.attempts, 0), d.last_error,
       CASE WHEN d.delivered_at IS NULL THEN d.retry_at END, coalesce(n.changes, 0), a.subject, a.body, a.alert_id
FROM alert a
LEFT JOIN (
    SELECT alert_id, min(attempted_at) FILTER (outcome = 'delivered') AS delivered_at, count(*) AS attempts,
           arg_max(reason, attempt) FILTER (outcome <> 'delivered') AS last_error,
           arg_max_null(retry_at, attempt) AS retry_at
    FROM delivery GROUP BY alert_id
) d USING (alert_id)
LEFT JOIN (SELECT alert_id, count(*) AS changes FROM alert_change GROUP BY alert_id) n USING (alert_id)
ORDER BY a.planned_at, a.alert_id""",
    ("planned_at", "When it was planned, by the watch's clock."),
    ("watch", "The watch's short name."),
    ("rule", "The alert rule that asked for it."),
    ("channel", "Where it goes; of an address only the scheme is shown."),
    ("state", "delivered, pending or given_up."),
    ("delivered_at", "When it was delivered; null while it was not."),
    ("attempts", "Deliveries tried."),
    ("last_error", "Why the last failed attempt failed."),
    ("retry_at", "Next attempt not before."),
    ("changes", "Number of changes that it tells."),
    ("subject", "Its subject line."),
    ("body", "The message."),
    ("alert_id", "Idempotency key, the same over retries."),
)

FEED_HEALTH = make_view(
    "feed_health",
    "One row for each feed of a watch: does it answer, and does it still bring news?",
    # The clock is that of the watch's own runs: a replayed watch lives in another year than its reader.
    """
SELECT w.watch, f.title, f.url,
       CASE WHEN w.removed_at IS NOT NULL THEN 'removed'
            WHEN s.last_outcome IS NULL THEN 'never_polled'
            WHEN s.last_outcome = 'failed' THEN 'failing' ELSE s.last_outcome END,
       s.last_polled_at, s.last_ok_at, s.last_new_at, coalesce(e.entries, 0), f.expected_every_s / 3600.0,
       w.removed_at IS NULL AND
       epoch(coalesce(r.clock, s.last_polled_at)) - epoch(coalesce(s.last_new_at, w.added_at)) > f.expected_every_s,
       coalesce(s.failures, 0), s.last_reason, s.next_due, f.role, f.family, f.language, f.region, s.final_url,
       f.confirmed_in, f.feed_id
FROM watch_feed w
JOIN feed f USING (feed_id)
LEFT JOIN feed_state s USING (feed_id)
LEFT JOIN (SELECT feed_id, count(*) AS entries FROM entry GROUP BY feed_id) e USING (feed_id)
LEFT JOIN (SELECT watch, max(watch_time) AS clock FROM run GROUP BY watch) r ON r.watch = w.watch
ORDER BY w.watch, f.title, f.url""",
    ("watch", "The watch's short name."),
    ("feed", "The outlet's name."),
    ("url", "The address that is polled."),
    ("state", "ok, unchanged, empty, html, not_a_feed, failing, refused, never_polled or removed."),
    ("last_polled_at", "Time of the last poll."),
    ("last_ok_at", "Last poll that was ok or unchanged."),
    ("last_new_at", "Last poll that brought an entry that we did not have."),
    ("entries", "Entries that it has brought."),
    ("expected_every_h", "Longest usual gap between two new entries, in hours."),
    ("is_silent", "True where it has brought nothing new for longer than that; null before the first run."),
    ("failures", "Failed polls in a row."),
    ("last_reason", "What the last poll came to, in plain English."),
    ("next_due", "Not to be polled before."),
    ("role", "issuing_body, wire, outlet or aggregator."),
    ("family", "Publisher's family."),
    ("language", "Language code."),
    ("region", "Where the publisher sits."),
    ("final_url", "Where the last answer came from, after redirects."),
    ("confirmed_in", "Public source in which the address was found."),
    ("feed_id", "The feed."),
)

RUNS = make_view(
    "runs",
    "Every run of a flow with its numbers: what quiet is proved by.",
    """
SELECT started_at, watch, flow, watch_time, finished_at, epoch(finished_at) - epoch(started_at), outcome, reason,
       counts, run_id
FROM run ORDER BY started_at, flow""",
    ("started_at", "Wall clock at its start."),
    ("watch", "The watch's short name."),
    ("flow", "Which flow."),
    ("watch_time", "The watch's own clock at its start."),
    ("finished_at", "Wall clock at its end; null while it runs, or where it was killed."),
    ("seconds", "How long it took."),
    ("outcome", "running, ok, partial or failed."),
    ("reason", "Why."),
    ("counts", "Its numbers by name."),
    ("run_id", "The run."),
)

VIEWS = (BOARD, CHANGES, ARTICLES, CLAIMS, ALERTS, FEED_HEALTH, RUNS)


def views_ddl() -> list[str]:
    """The statements that create all views and macros, with their comments."""
    return [statement for view in VIEWS for statement in view.ddl()] + macros_ddl()
