"""What the migrations ``watch_states`` and ``settled`` added: what was done with a watch, and how far it is."""

from __future__ import annotations

WATCH_EVENT = (
    "watch_event",
    "Each time a watch was renamed, paused, resumed or archived. Append-only.",
    ("event_id", "UUID", "Hash of watch, what and time."),
    ("watch", "VARCHAR", "The watch, by the short name that it has now."),
    ("what", "VARCHAR", "renamed, paused, resumed or archived."),
    ("was", "VARCHAR", "The short name until then, where it was renamed; else empty."),
    ("said_at", "TIMESTAMPTZ", "When, by the machine's clock."),
    ("said_by", "VARCHAR", "Who."),
    ("note", "VARCHAR", "Why; may be empty."),
)
SETTLED = (
    "settled",
    "How far all is done, so that a run looks at what is new: before this row no entry of a watch waits for its page, "
    "and no article to be read. Follows from other tables; it may be emptied at any time.",
    ("settled_id", "UUID", "Hash of watch and what."),
    ("watch", "VARCHAR", "The watch."),
    ("what", "VARCHAR", "The table: entry or article."),
    ("place", "BIGINT", "The first row that may not be done, by rowid."),
    ("row_before", "UUID", "The id in the row before it: shows that the rows are where they were."),
    ("whole", "BIGINT", "How many rows there were when all of them were last looked through."),
)
