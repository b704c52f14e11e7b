"""What the migration ``mutes`` added: what persons want to hear nothing of for a time, and what was kept from them."""

from __future__ import annotations

MUTE = (
    "mute",
    "What a person muted: changes of this kind alert nobody until a time. Append-only.",
    ("mute_id", "UUID", "Hash of what is muted, until when, by whom and when it was said."),
    ("watch", "VARCHAR", "The watch."),
    ("slot", "VARCHAR", "The slot of the changes; empty for all."),
    ("key", "VARCHAR", "Their key, such as a country; empty for all."),
    ("stages", "VARCHAR", "Their stages, with commas between them; empty for all."),
    ("until", "TIMESTAMPTZ", "When it ends, by the watch's clock."),
    ("made_at", "TIMESTAMPTZ", "When it was said, by the machine's clock."),
    ("made_by", "VARCHAR", "Who."),
    ("why", "VARCHAR", "Why; may be empty."),
)
MUTE_OFF = (
    "mute_off",
    "Mutes that somebody took off before their end. Append-only.",
    ("mute_id", "UUID", "The mute."),
    ("watch", "VARCHAR", "The watch."),
    ("off_at", "TIMESTAMPTZ", "When, by the machine's clock."),
    ("off_by", "VARCHAR", "Who."),
)
SILENCE_MORE = (("mute_id", "UUID", "The mute that silenced it; null where it had another reason."),)

_KINDS = (
    "alert (told at once), confirmed, digest_part (waits for a digest), digest, corroborated, disputed, settled, "
    "flapping, unacknowledged, expected, mute_ended, brief, alarm or recall"
)
# What means more since there are mutes: (table or view, column, what it means).
CLEARER: tuple[tuple[str, str, str], ...] = (
    ("alert", "kind", f"Why it is due: {_KINDS}."),
    ("alerts", "kind", f"{_KINDS}."),
)
