"""What the migration ``for_analysts`` added to the tables: what a publication holds, and comments that misled, anew."""

from __future__ import annotations

PUBLISHED_MORE = (
    ("number", "BIGINT", "Counts up by one with each publication: of two copies, the one with more is newer."),
    ("entries", "BIGINT", "Entries in the store then."),
    ("claims", "BIGINT", "Claims in the store then."),
    ("alerts", "BIGINT", "Alerts in the store then, parts of digests counted too."),
    ("schema", "VARCHAR", "Last migration that the file had seen: which tables, views and columns it has."),
    ("engine", "VARCHAR", "Reading engine of the last article that had been read; null before the first."),
    ("missionwatch", "VARCHAR", "Version of Missionwatch that published."),
    ("duckdb", "VARCHAR", "Version of DuckDB that wrote the file."),
)

_STAGES = "proposed, planned, decided, in_effect, ended or rejected"
_ASPECTS = "lead, command, mandate, strength, contributors, funding, support, deployment or casualties"
_VERDICTS = (
    "new, advances, revises, reverses, disputes, confirms, repeats, stale, uncertain or irrelevant: "
    "the first five move the board"
)
_CHANGES = (
    "new, advances, revises, reverses or disputes; withdrawn for one that takes another back; "
    "baseline for what was known at the start."
)
_KINDS = (
    "alert (told at once), confirmed, digest_part (waits for a digest), digest, corroborated, disputed, settled, "
    "unacknowledged, expected, alarm or recall"
)
_FLOWS = (
    "Which flow: monitor is a whole round; poll, collect, assess and alert are its steps where those are served one by "
    "one; recheck looks at pages again, reread reads the past anew, restore brought a damaged store back."
)
_RUN_REASON = "What went wrong, where something did; empty where nothing did."
_OUTCOMES = "ok, unchanged, empty, html, not_a_feed, gone, failed or refused."

# What read as if it were all, or was not, or said nothing: (table or view, column, what it means).
CLEARER: tuple[tuple[str, str, str], ...] = (
    ("migration", "name", "The step, as it is called in docs/schema.md."),
    ("migration", "applied_at", "When this file took it, by the machine's clock."),
    ("poll", "outcome", _OUTCOMES),
    ("poll", "size", "Bytes of the body, decompressed; null where none came, as with a 304."),
    ("feed_state", "last_outcome", f"What the last poll came to: {_OUTCOMES}"),
    ("article", "published", "Publication time; when it was first seen, where no source gives one."),
    ("articles", "published", "Publication time; when it was first seen, where no source gives one."),
    ("claim", "aspect", f"What of the mission it is about: {_ASPECTS}."),
    ("claims", "aspect", f"What of the mission: {_ASPECTS}."),
    ("claims", "stage", f"How real the claim says it is: {_STAGES}."),
    ("claims", "verdict", f"What comparing it with the board gave: {_VERDICTS}."),
    ("claims", "change_id", "The change that it made; null where it moved nothing: reason says why."),
    ("claims", "confidence", "0 to 1: how sure the reading engine is of it."),
    ("verdict", "verdict", f"One of {_VERDICTS}."),
    ("change", "aspect", f"What of the mission: {_ASPECTS}."),
    ("change", "stage", f"How real: {_STAGES}."),
    ("change", "verdict", f"What kind of change: {_CHANGES}"),
    ("claim", "event_precision", "How exactly that is known: day, month or year."),
    ("claims", "event_precision", "How exactly that is known: day, month or year."),
    ("change", "held_from", "Since when it holds: the event's day, else the day of the report."),
    ("change", "confidence", "0 to 1, of the claim that made it; 1 for the baseline."),
    ("changes", "confidence", "0 to 1, of the claim that made it; 1 for the baseline."),
    ("changes", "alerts", "Number of alerts that tell it, one for each channel; null for none."),
    ("alert", "kind", f"Why it is due: {_KINDS}."),
    ("run", "flow", _FLOWS),
    ("runs", "flow", _FLOWS),
    ("run", "reason", _RUN_REASON),
    ("runs", "reason", _RUN_REASON),
    ("change", "known_at", "When it could be known: publication time of the article, not the time of our poll."),
    ("changes", "aspect", f"What of the mission: {_ASPECTS}."),
    ("changes", "stage", f"Stage after: {_STAGES}."),
    ("changes", "verdict", _CHANGES),
    ("changes", "known_at", "When it could be known: publication time of the article, not the time of our poll."),
    ("changes", "origin", "Who first wrote it: an outlet, its publisher's family, or the wire that it reprinted."),
    ("articles", "origin", "Who first wrote it: outlet, family, or the wire that it reprints; null until it is read."),
    ("board", "known_at", "When it could be known: publication time of the article, not the time of our poll."),
    (
        "board",
        "confidence",
        "0 to 1, by now: the odds of the claim that made the row times the number of sources; 1 for what was known at "
        "the start. That of the claim alone stands in changes.",
    ),
    ("board", "sources", "Independent origins that say so still; reprints of one wire count once. See evidence."),
    ("run", "counts", "Its numbers by name: counts['articles_new']. A name that is not there counts as null."),
    ("runs", "counts", "Its numbers by name: counts['articles_new']. A name that is not there counts as null."),
    ("published", "changes", "Changes in the store then, the baseline's rows counted too."),
)
