"""What the migration ``watch_states`` added: what was done with a watch as a whole."""

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
