"""What the migration ``for_analysts`` added for those who ask: evidence, pledges, held_back, watches, days, feed_yield.

A view reads tables only, never another view: a store that is written anew is copied in an order of DuckDB's own. Days
are those of UTC whatever the client's time zone is, so that a question has one answer.
"""

from __future__ import annotations

from pipeline.storage.schema import literal
from pipeline.storage.schema_analysts import CLEARER
from pipeline.storage.views import SOURCE, View, make_view
from pipeline.storage.views_recalls import STANDS

ASPECTS = "lead, command, mandate, strength, contributors, funding, support, deployment or casualties"
STAGES = "proposed, planned, decided, in_effect, ended or rejected"


def day_of(moment: str) -> str:
    """The day of ``moment``, a TIMESTAMPTZ, in UTC; no extension is asked."""
    return f"CAST(make_timestamp(epoch_us({moment})) AS DATE)"


def figure_of(phrase: str) -> str:
    """The first figure in ``phrase``, an SQL expression, as a number; null where it has none in digits."""
    found = rf"regexp_extract({phrase}, '(\d[\d,]*(?:\.\d+)?)\s*(thousand|million|billion)?', ['figure', 'times'])"
    times = "CASE lower({0}.times) WHEN 'thousand' THEN 1e3 WHEN 'million' THEN 1e6 WHEN 'billion' THEN 1e9 ELSE 1 END"
    return f"TRY_CAST(replace({found}.figure, ',', '') AS DOUBLE) * {times.format(found)}"


# The articles that say what a change says: those that made, confirmed or repeated it.
SAID = f"""
    SELECT v.watch, coalesce(v.change_id, v.against) AS change_id,
           CASE WHEN v.change_id IS NULL THEN v.verdict ELSE 'made' END AS says,
           a.outlet, {SOURCE} AS origin, a.role, a.published,
           k.value, k.quote, a.title, a.url, {STANDS} AS stands, k.claim_id, a.article_id
    FROM verdict v
    JOIN claim k USING (claim_id)
    JOIN article a USING (article_id)
    LEFT JOIN article_origin o USING (article_id)
    WHERE v.change_id IS NOT NULL OR v.verdict IN ('confirms', 'repeats')"""  # noqa: S608 -- a constant


def evidence_query(said: str = SAID) -> str:
    """The query of the view evidence.

    Args:
        said: the query of the articles that say what a change says, with the columns of :data:`SAID`.
    """
    return f"""
WITH said AS ({said}
    UNION ALL
    SELECT c.watch, c.change_id, 'baseline', b.outlet, b.outlet, 'baseline', b.published, c.value, c.quote, b.title,
           b.url, true, NULL, NULL
    FROM change c JOIN baseline b USING (watch) WHERE c.verdict = 'baseline'
),
origins AS (
    SELECT change_id, origin, min(published) AS first_at,
           row_number() OVER (PARTITION BY change_id ORDER BY min(published), origin) AS place,
           lead(min(published)) OVER (PARTITION BY change_id ORDER BY min(published), origin) AS next_at,
           min(min(published)) OVER (PARTITION BY change_id) AS begun_at
    FROM said GROUP BY change_id, origin
)
SELECT s.watch, c.aspect, c.subject, c.stage, c.value, c.held_from, s.says, s.outlet, s.origin, s.role, s.published,
       {day_of("s.published")}, o.place,
       row_number() OVER (
           PARTITION BY s.change_id ORDER BY s.published, s.says <> 'made', s.article_id, s.claim_id) = 1,
       (epoch_us(s.published) - epoch_us(o.begun_at)) / 3.6e9, (epoch_us(o.next_at) - epoch_us(o.first_at)) / 3.6e9,
       s.stands, s.value, s.quote, s.title, s.url, s.change_id, s.claim_id, s.article_id
FROM said s
JOIN origins o USING (change_id, origin)
JOIN change c USING (change_id)"""  # noqa: S608 -- constants of this package


EVIDENCE = make_view(
    "evidence",
    "Who says what the board says: a row for each change and each article that made, confirmed or repeated it.",
    evidence_query(),
    ("watch", "The watch's short name."),
    ("aspect", f"What of the mission: {ASPECTS}."),
    ("subject", "The thing, as the board has it."),
    ("stage", f"How real, as the board has it: {STAGES}."),
    ("value", "What the board says of it."),
    ("held_from", "Since when that holds."),
    ("says", "made (the change rests on this article), confirms, repeats, or baseline (the seed article)."),
    ("outlet", "Who published the article."),
    ("origin", "Who first wrote it. Independent sources are counted by origin."),
    ("role", "issuing_body, wire, outlet, aggregator or baseline."),
    ("published", "Publication time of the article."),
    ("day", "Its day, UTC."),
    ("place", "1 for the origin that had it first, 2 for the second, and so on."),
    ("is_first", "True for the one article that had it first."),
    ("hours_later", "Hours after the first article that has it."),
    ("lead_h", "Hours until the next independent origin had it; null for the last, or the only one."),
    ("stands", "False where the page was later corrected or withdrawn: it counts as a source no more."),
    ("told", "What the article's own sentence says."),
    ("quote", "The sentence, verbatim."),
    ("title", "Title of the article."),
    ("url", "Its address."),
    ("change_id", "The change that made the board's row: join it with board, board_as_of or changes."),
    ("claim_id", "The claim; null for the baseline."),
    ("article_id", "The article; null for the baseline."),
)

PLEDGES = make_view(
    "pledges",
    "Who has promised troops or money to the mission, and whether it came: a row for each promise that stands last.",
    f"""
WITH told AS (
    SELECT CASE WHEN c.aspect = 'funding' THEN 'money' ELSE 'troops' END AS kind, c.*
    FROM change c
    WHERE c.aspect IN ('contributors', 'deployment', 'funding') AND c.verdict <> 'withdrawn' AND NOT EXISTS (
        SELECT 1 FROM change w WHERE w.verdict = 'withdrawn' AND w.supersedes = c.change_id AND w.watch = c.watch)
),
figures AS (
    SELECT coalesce(v.change_id, v.against) AS change_id, arg_min({figure_of("k.value")}, a.published) AS figure
    FROM verdict v JOIN claim k USING (claim_id) JOIN article a USING (article_id)
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
    FROM promise p JOIN told t USING (watch, kind, subject_key)
    WHERE t.seq > p.seq AND t.stage IN ('in_effect', 'ended', 'rejected')
    GROUP BY p.change_id
)
SELECT p.watch, p.kind, p.subject, p.stage, p.value, coalesce({figure_of("p.value")}, g.figure), p.held_from,
       CASE WHEN a.stage = 'in_effect' THEN 'kept' WHEN a.stage IS NOT NULL THEN 'taken_back' ELSE 'open' END,
       a.since, a.value, coalesce({figure_of("a.value")}, h.figure), p.confidence,
       p.verdict = 'disputes' OR p.disputed_value IS NOT NULL, p.disputed_value, p.quote,
       coalesce(r.outlet, b.outlet), coalesce(r.url, b.url), p.change_id, a.after_id
FROM promise p
LEFT JOIN after a USING (change_id)
LEFT JOIN figures g USING (change_id)
LEFT JOIN figures h ON h.change_id = a.after_id
LEFT JOIN article r ON r.article_id = p.article_id
LEFT JOIN baseline b ON b.watch = p.watch AND p.verdict = 'baseline'
ORDER BY p.watch, p.kind, p.held_from, p.seq""",  # noqa: S608 -- constants of this package
    ("watch", "The watch's short name."),
    ("kind", "troops (aspects contributors and deployment) or money (funding)."),
    ("subject", "Who has promised, as the board names them."),
    ("stage", "How firm the promise is: proposed, planned or decided."),
    ("value", "What was promised."),
    ("figure", "Its first figure as a number: soldiers, or a sum in its own currency; null where none is in digits."),
    ("since", "Since when it is promised."),
    ("state", "open (nothing came yet), kept (in effect since) or taken_back (ended or rejected since)."),
    ("settled_on", "Since when it is kept or taken back; null while it is open."),
    ("came", "What came of it; null while it is open."),
    ("came_figure", "The first figure of that as a number."),
    ("confidence", "0 to 1, of the claim that told the promise."),
    ("is_disputed", "True while sources disagree."),
    ("disputed_value", "The other value, where sources disagree."),
    ("quote", "The sentence that says so, verbatim."),
    ("outlet", "Who published it."),
    ("url", "Its address."),
    ("change_id", "The change that told the promise."),
    ("settled_by", "The change that kept it or took it back; null while it is open."),
)

HELD_BACK = make_view(
    "held_back",
    "All that was read and made no alert, with the reason: pages without an article, articles without claims, "
    "claims that moved nothing, changes that no rule tells.",
    f"""
SELECT r.watch_time AS decided_at, {day_of("r.watch_time")} AS day, v.watch, 'claim' AS what, v.verdict, v.reason,
       k.aspect, k.stage, k.subject, k.value, k.confidence, k.quote, a.outlet, a.url, a.published, k.claim_id, v.run_id
FROM verdict v
JOIN claim k USING (claim_id)
JOIN article a USING (article_id)
LEFT JOIN run r ON r.run_id = v.run_id
WHERE v.change_id IS NULL
UNION ALL
SELECT r.watch_time, {day_of("r.watch_time")}, s.watch, 'change', c.verdict, s.reason,
       c.aspect, c.stage, c.subject, c.value, c.confidence, c.quote, a.outlet, a.url, a.published, c.change_id, s.run_id
FROM silence s
JOIN change c USING (change_id)
LEFT JOIN article a ON a.article_id = c.article_id
LEFT JOIN run r ON r.run_id = s.run_id
UNION ALL
SELECT r.watch_time, {day_of("r.watch_time")}, g.watch, 'article',
       CASE WHEN g.relevant THEN 'no_claim' ELSE 'off_topic' END, g.reason, NULL, NULL, NULL, NULL, NULL,
       a.title, a.outlet, a.url, a.published, g.article_id, g.run_id
FROM reading g
JOIN article a USING (article_id)
LEFT JOIN run r ON r.run_id = g.run_id
WHERE coalesce(g.claims, 0) = 0
UNION ALL
SELECT r.watch_time, {day_of("r.watch_time")}, r.watch, 'page', p.outcome, p.reason, NULL, NULL, NULL, NULL, NULL,
       e.title, f.title, e.url, e.published, p.entry_id, p.run_id
FROM page_fetch p
JOIN entry e USING (entry_id)
JOIN feed f USING (feed_id)
JOIN run r ON r.run_id = p.run_id
WHERE p.outcome IN ('refused', 'failed')""",  # noqa: S608 -- constants of this package
    ("decided_at", "When it was decided, by the watch's clock."),
    ("day", "Its day, UTC. Yesterday is the day before today in the view watches."),
    ("watch", "The watch's short name."),
    ("what", "What was held back: page, article, claim or change."),
    (
        "verdict",
        "Of a claim or change its verdict; of an article no_claim or off_topic; of a page refused or failed.",
    ),
    ("reason", "Why, in plain English."),
    ("aspect", f"What of the mission: {ASPECTS}; null for pages and articles."),
    ("stage", f"How real: {STAGES}; null for pages and articles."),
    ("subject", "The thing it is about; null for pages and articles."),
    ("value", "What it says of it; null for pages and articles."),
    ("confidence", "0 to 1; null for pages and articles."),
    ("told", "The sentence, verbatim; the title for pages and articles."),
    ("outlet", "Who published it; for a page the feed."),
    ("url", "Address of the page."),
    ("published", "Publication time."),
    ("id", "The claim, change, article or entry: missionwatch why tells all of it."),
    ("run_id", "The run that decided."),
)

WATCHES = make_view(
    "watches",
    "One row for each watch: what its clock says, and how much it has read, changed and told.",
    f"""
SELECT b.watch, b.title, b.outlet, b.published, r.clock, {day_of("r.clock")}, coalesce(r.rounds, 0), r.outcome,
       r.finished_at, coalesce(f.feeds, 0), coalesce(c.changes, 0), c.known_at, coalesce(a.alerts, 0), a.planned_at
FROM baseline b
LEFT JOIN (
    SELECT watch, max(watch_time) AS clock, count(DISTINCT watch_time) AS rounds,
           arg_max(outcome, watch_time) FILTER (outcome <> 'running') AS outcome, max(finished_at) AS finished_at
    FROM run GROUP BY watch
) r USING (watch)
LEFT JOIN (SELECT watch, count(*) AS feeds FROM watch_feed WHERE removed_at IS NULL GROUP BY watch) f USING (watch)
LEFT JOIN (
    SELECT watch, count(*) AS changes, max(known_at) AS known_at FROM change WHERE verdict <> 'baseline' GROUP BY watch
) c USING (watch)
LEFT JOIN (
    SELECT watch, count(*) AS alerts, max(planned_at) AS planned_at FROM alert
    WHERE alert_id NOT IN (SELECT p.alert_id FROM digest_part p) GROUP BY watch
) a USING (watch)
ORDER BY b.watch""",  # noqa: S608 -- constants of this package
    ("watch", "The watch's short name."),
    ("seed_title", "Title of the article that it began with."),
    ("seed_outlet", "Who published that."),
    ("seed_published", "When: the watch knows what was so then, and what came after."),
    ("clock", "The watch's own clock at its last round; a replay lives in the past."),
    ("today", "Its day, UTC: what an analyst calls today."),
    ("rounds", "Rounds until now."),
    ("last_outcome", "What the last one came to: ok, partial, blind (no feed could be read) or failed."),
    ("finished_at", "Wall clock at its end."),
    ("feeds", "Feeds that are polled."),
    ("changes", "Changes of the board since the beginning."),
    ("last_change_at", "When the last of them could be known."),
    ("alerts", "Messages due about them, one for each channel."),
    ("last_alert_at", "When the last was planned."),
)

_DAY_COUNTS = (
    ("feeds_due", "polls", "Polls of feeds that were due."),
    ("feeds_failed", "polls_failed", "Of these, those that failed."),
    ("entries_new", "entries", "New entries in them."),
    ("articles_new", "articles", "New articles."),
    ("pages_refused", "pages_refused", "Pages that have no article, or may not be fetched."),
    ("pages_failed", "pages_failed", "Pages that did not come; they are tried again."),
    ("articles_relevant", "relevant", "Articles that are about the mission."),
    ("claims", "claims", "Claims in them."),
    ("changes", "changes", "Changes of the board."),
    ("alerts_delivered", "alerts_delivered", "Alerts that were delivered."),
)

DAYS = make_view(
    "days",
    "One row for each watch and day on which it ran: what a quiet day is proved by.",
    f"""
SELECT watch, {day_of("watch_time")}, count(*), count(*) FILTER (outcome NOT IN ('ok', 'running')),
       {", ".join(f"coalesce(sum(counts['{name}']), 0)::BIGINT" for name, _, _ in _DAY_COUNTS)}
FROM run WHERE watch <> '' AND flow <> 'reread' GROUP BY ALL ORDER BY ALL""",  # noqa: S608 -- constants of this package
    ("watch", "The watch's short name."),
    ("day", "The day, UTC, by the watch's clock."),
    ("runs", "Runs on that day: whole rounds, or single steps where those are served one by one."),
    ("runs_not_ok", "Of these, those that ended partial or failed."),
    *((column, meaning) for _, column, meaning in _DAY_COUNTS),
)

FEED_YIELD = make_view(
    "feed_yield",
    "What each feed of a watch has brought, from polls to alerts, and what that cost.",
    """
SELECT w.watch, f.title, f.role, f.family, coalesce(p.polls, 0), coalesce(p.failed, 0), coalesce(e.entries, 0),
       coalesce(a.articles, 0), coalesce(a.relevant, 0), coalesce(a.claims, 0), coalesce(k.changes, 0),
       coalesce(k.alerts, 0), coalesce(p.polls, 0) + coalesce(g.pages, 0), coalesce(p.size, 0) + coalesce(g.size, 0),
       coalesce(p.seconds, 0) + coalesce(g.seconds, 0),
       (coalesce(p.size, 0) + coalesce(g.size, 0)) / nullif(a.relevant, 0), f.feed_id
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
    FROM page_fetch x JOIN entry i USING (entry_id) GROUP BY i.feed_id
) g USING (feed_id)
LEFT JOIN (
    SELECT i.feed_id, r.watch, count(*) AS articles, count(*) FILTER (r.relevant) AS relevant,
           sum(r.claims)::BIGINT AS claims
    FROM (
        SELECT watch, article_id, bool_or(relevant) AS relevant, max(claims) AS claims
        FROM reading GROUP BY watch, article_id
    ) r JOIN article x USING (article_id) JOIN entry i USING (entry_id) GROUP BY i.feed_id, r.watch
) a ON a.feed_id = f.feed_id AND a.watch = w.watch
LEFT JOIN (
    SELECT i.feed_id, c.watch, count(DISTINCT c.change_id) AS changes, count(DISTINCT l.alert_id) AS alerts
    FROM change c JOIN article x USING (article_id) JOIN entry i USING (entry_id)
    LEFT JOIN (
        SELECT h.* FROM alert_change h WHERE h.alert_id NOT IN (SELECT d.alert_id FROM digest_part d)
    ) l USING (change_id)
    WHERE c.claim_id IS NOT NULL GROUP BY i.feed_id, c.watch
) k ON k.feed_id = f.feed_id AND k.watch = w.watch
ORDER BY w.watch, f.title, f.url""",
    ("watch", "The watch's short name."),
    ("feed", "The outlet's name."),
    ("role", "issuing_body, wire, outlet or aggregator."),
    ("family", "Publisher's family."),
    ("polls", "Polls, by all watches that have the feed."),
    ("polls_failed", "Of these, those that brought no feed."),
    ("entries", "Entries that it has brought."),
    ("articles", "Articles of it that were read."),
    ("relevant", "Of these, those about the mission."),
    ("claims", "Claims in them."),
    ("changes", "Changes of the board that rest on one of its articles."),
    ("alerts", "Alerts that tell those changes, one for each channel."),
    ("requests", "Requests that it took: polls, and pages with each later look at them."),
    ("bytes", "Bytes of all bodies, decompressed."),
    ("seconds", "Seconds that the requests took."),
    ("bytes_per_relevant", "Bytes for each article about the mission; null where it brought none."),
    ("feed_id", "The feed."),
)

VIEWS: tuple[View, ...] = (EVIDENCE, PLEDGES, HELD_BACK, WATCHES, DAYS, FEED_YIELD)

_FOLDED = "lower(strip_accents({}))"

MACROS = (
    (
        "timeline(thing)",
        "All that the board took of one thing, in order: timeline('Kenya'), timeline('ceiling'), timeline('funding'). "
        "The thing is an aspect, or words of a subject.",
        f"""
SELECT c.held_from, c.known_at, c.watch, c.aspect, c.subject, c.verdict, c.stage, c.value, c.before_stage,
       c.before_value, c.confidence, c.quote, coalesce(a.outlet, b.outlet) AS outlet, coalesce(a.url, b.url) AS url,
       c.reason, c.seq, c.change_id
FROM change c
LEFT JOIN article a USING (article_id)
LEFT JOIN baseline b ON b.watch = c.watch AND c.verdict = 'baseline'
WHERE c.aspect = thing OR contains({_FOLDED.format("c.subject")}, {_FOLDED.format("thing")})
ORDER BY c.seq""",  # noqa: S608 -- constants of this package
    ),
    (
        "find_articles(words)",
        "Articles whose title has each of the words or parts of words, in any order, whatever the case and accents: "
        "find_articles('kenya withdraw').",
        f"""
SELECT a.published, a.title, a.outlet, o.origin, a.url, a.language, a.article_id
FROM article a LEFT JOIN article_origin o USING (article_id)
WHERE contains({_FOLDED.format("a.title")}, {_FOLDED.format("split_part(words, ' ', 1)")})  -- leaves few for the rest
  AND len(list_filter(string_split({_FOLDED.format("words")}, ' '),
                      lambda word: NOT contains({_FOLDED.format("a.title")}, word))) = 0
ORDER BY a.published, a.article_id""",  # noqa: S608 -- constants of this package
    ),
)


def macros_ddl() -> list[str]:
    """The statements that create the table macros and their comments."""
    statements = []
    for called, comment, query in MACROS:
        statements.append(f"CREATE OR REPLACE MACRO {called} AS TABLE {query}")
        statements.append(f"COMMENT ON MACRO TABLE {called.partition('(')[0]} IS {literal(comment)}")
    statements.append(f"CREATE OR REPLACE MACRO figure(phrase) AS {figure_of('phrase')}")
    statements.append(
        "COMMENT ON MACRO figure IS "
        + literal("The first figure in a phrase: figure('5,550 personnel') is 5550, figure('$40 million') 40000000.")
    )
    return statements


def analysts_ddl() -> list[str]:
    """The statements that bring views, macros and comments to this shape."""
    told = [f"COMMENT ON COLUMN {table}.{column} IS {literal(text)}" for table, column, text in CLEARER]
    return [statement for view in VIEWS for statement in view.ddl()] + macros_ddl() + told
