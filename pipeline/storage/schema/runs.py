"""The tables of runs and health: what was done with the watch, and how it is."""

from __future__ import annotations

from pipeline.storage.schema.table import INTEGER, TEXT, TIME, UUID, table

RUNS = (
    table(
        "run",
        "One run of a flow.",
        ("run_id", UUID, "The run."),
        (
            "flow",
            TEXT,
            "Which flow: monitor is a whole round; poll, collect, assess and alert are its steps where those "
            "are served one by one; recheck looks at pages again, reread reads the past anew, restore brought "
            "a damaged store back.",
        ),
        ("watch", TEXT, "The watch."),
        ("watch_time", TIME, "The watch's own clock at its start."),
        ("started_at", TIME, "Wall clock at its start."),
        ("finished_at", TIME, "Wall clock at its end; null while it runs, or where it was killed."),
        ("outcome", TEXT, "running, ok, partial, blind (no feed could be read) or failed."),
        ("reason", TEXT, "What went wrong, where something did; empty where nothing did."),
        (
            "counts",
            "MAP(VARCHAR, BIGINT)",
            "Its numbers by name: counts['articles_new']. A name that is not there counts as null.",
        ),
    ),
    table(
        "published",
        "Each time the store was published for SQL clients.",
        ("published_id", UUID, "Hash of run and time."),
        ("run_id", UUID, "The run that published."),
        ("published_at", TIME, "When, by the watch's clock."),
        ("changes", INTEGER, "Changes in the store then, the baseline's rows counted too."),
        ("articles", INTEGER, "Articles in the store then."),
        ("number", INTEGER, "Counts up by one with each publication: of two copies, the one with more is newer."),
        ("entries", INTEGER, "Entries in the store then."),
        ("claims", INTEGER, "Claims in the store then."),
        ("alerts", INTEGER, "Alerts in the store then, parts of digests counted too."),
        ("schema", TEXT, "Last migration that the file had seen: which tables, views and columns it has."),
        ("engine", TEXT, "Reading engine of the last article that had been read; null before the first."),
        ("missionwatch", TEXT, "Version of Missionwatch that published."),
        ("duckdb", TEXT, "Version of DuckDB that wrote the file."),
    ),
    table(
        "watch_event",
        "Each time a watch was renamed, paused, resumed or archived. Append-only.",
        ("event_id", UUID, "Hash of watch, what and time."),
        ("watch", TEXT, "The watch, by the short name that it has now."),
        ("what", TEXT, "renamed, paused, resumed or archived."),
        ("was", TEXT, "The short name until then, where it was renamed; else empty."),
        ("said_at", TIME, "When, by the machine's clock."),
        ("said_by", TEXT, "Who."),
        ("note", TEXT, "Why; may be empty."),
    ),
    table(
        "settled",
        "How far all is done, so that a run looks at what is new: before this row no entry of a watch waits for "
        "its page, and no article to be read. Follows from other tables; it may be emptied at any time.",
        ("settled_id", UUID, "Hash of watch and what."),
        ("watch", TEXT, "The watch."),
        ("what", TEXT, "The table: entry or article."),
        ("place", INTEGER, "The first row that may not be done, by rowid."),
        ("row_before", UUID, "The id in the row before it: shows that the rows are where they were."),
        ("whole", INTEGER, "How many rows there were when all of them were last looked through."),
    ),
    table(
        "channel_alarm",
        "Channels that failed, as it was told through the others.",
        ("alarm_id", UUID, "Hash of watch, channel and its first failure."),
        ("run_id", UUID, "The run that raised it."),
        ("watch", TEXT, "The watch."),
        ("channel", TEXT, "The channel."),
        ("since", TIME, "Its first failure."),
        ("raised_at", TIME, "When it was told."),
        ("reason", TEXT, "What the channel said."),
        ("cleared_at", TIME, "When it worked again; null while it does not."),
    ),
)

# Beside the others: it tells which of them the file has.
MIGRATION = table(
    "migration",
    "The steps by which this file came to its shape.",
    ("name", TEXT, "The step, as it is called in docs/schema.md."),
    ("applied_at", TIME, "When this file took it, by the machine's clock."),
)
