"""What the migration ``marks`` added: what persons say of what was read, and the sentences that they say it of."""

from __future__ import annotations

MARK = (
    "mark",
    "What one person said once of what was read, or of the board. Append-only: a later one wins.",
    ("mark_id", "UUID", "Hash of all that was said, by whom and when."),
    ("watch", "VARCHAR", "The watch."),
    (
        "kind",
        "VARCHAR",
        "wrong, duplicate, not_this_mission, confirmed, relabelled, pinned, unpinned, or undone for one that takes "
        "another back.",
    ),
    ("author", "VARCHAR", "Who."),
    ("made_at", "TIMESTAMPTZ", "When, by the machine's clock."),
    ("watch_time", "TIMESTAMPTZ", "When, by the watch's clock, which in an archive stands in the past."),
    ("note", "VARCHAR", "Why; may be empty."),
    ("aspect", "VARCHAR", "The person's, in the engine's place; null where they say nothing of it."),
    ("stage", "VARCHAR", "The person's, likewise."),
    ("subject", "VARCHAR", "The person's; empty where they say nothing of it."),
    ("value", "VARCHAR", "The person's, likewise."),
    ("since", "DATE", "Since when it holds, as the person says; null where they say nothing of it."),
    ("subject_key", "VARCHAR", "Of a pin: the subject as the board keys it; else empty."),
    ("undoes", "UUID", "The mark that it takes back."),
)

MARK_ANCHOR = (
    "mark_anchor",
    "The sentences that a mark is about, as they were then: by these they are found again in another store, and "
    "whichever engine reads.",
    ("anchor_id", "UUID", "Hash of mark and place."),
    ("mark_id", "UUID", "The mark."),
    ("place", "BIGINT", "0 for the sentence that was looked at; those that said the same then follow."),
    ("url", "VARCHAR", "Canonical address of its page."),
    ("text_hash", "VARCHAR", "Hash of the text in which it stood."),
    ("quote", "VARCHAR", "The sentence, verbatim; empty for a whole article."),
    ("quote_start", "BIGINT", "Its place in that text; -1 in the title."),
    ("quote_end", "BIGINT", "Where it ends."),
    ("aspect", "VARCHAR", "What the engine had made of it; null for a whole article."),
    ("stage", "VARCHAR", "Likewise."),
    ("subject", "VARCHAR", "Likewise."),
    ("value", "VARCHAR", "Likewise."),
    ("event_date", "DATE", "Likewise."),
    ("claim_id", "UUID", "The claim in the store in which it was marked."),
    ("article_id", "UUID", "Its article there."),
    ("change_id", "UUID", "The change that it had made there; null where it had made none."),
)

# What means more since marks are kept: (table or view, column, what it means).
CLEARER: tuple[tuple[str, str, str], ...] = (
    ("evidence_check", "finding", "stands, corrected, withdrawn or unclear; marked where a person took it back."),
    ("evidence_check", "reason", "What was found, in plain English; or who marked it, when and why."),
)
