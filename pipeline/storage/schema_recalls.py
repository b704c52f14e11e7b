"""What the migration ``recalls`` added: later texts of pages, checks of evidence, recalls, and texts removed."""

from __future__ import annotations

PAGE_FETCH_MORE = (
    ("etag", "VARCHAR", "ETag of the answer: sent when the page is looked at again."),
    ("last_modified", "VARCHAR", "Last-Modified of the answer."),
)

ARTICLE_REVISION = (
    "article_revision",
    "Which article is a later text of the same page.",
    ("article_id", "UUID", "The later text."),
    ("revises", "UUID", "The text that we held before."),
    ("entry_id", "UUID", "The entry whose page it is."),
    ("seen_at", "TIMESTAMPTZ", "When it was first seen."),
)

EVIDENCE_CHECK = (
    "evidence_check",
    "What a later look at a page says of a change that rests on it. Append-only.",
    ("check_id", "UUID", "Hash of change, article and the later text."),
    ("run_id", "UUID", "The run that checked."),
    ("watch", "VARCHAR", "The watch."),
    ("change_id", "UUID", "The change."),
    ("article_id", "UUID", "The article that was quoted."),
    ("revision_id", "UUID", "The article that the page is now; null where it has no text."),
    ("url", "VARCHAR", "The page."),
    ("checked_at", "TIMESTAMPTZ", "When, by the watch's clock."),
    ("finding", "VARCHAR", "stands, corrected, withdrawn or unclear."),
    ("old_sentence", "VARCHAR", "What was quoted."),
    ("new_sentence", "VARCHAR", "What stands there now; may be empty."),
    ("reason", "VARCHAR", "What was found, in plain English."),
    ("supported_by", "VARCHAR", "Another origin that still says so; empty where none does."),
    ("withdrawal_id", "UUID", "The change that takes the change back; null where it stands."),
)

RECALL = (
    "recall",
    "One change of one alert, taken back. Append-only.",
    ("recall_id", "UUID", "Hash of alert and change: no alert is recalled twice for one change."),
    ("run_id", "UUID", "The run that planned it."),
    ("watch", "VARCHAR", "The watch."),
    ("alert_id", "UUID", "The alert that had told it."),
    ("change_id", "UUID", "The change that was told."),
    ("message_id", "UUID", "The alert that tells the recall; null where the first was withdrawn undelivered."),
    ("recalled_at", "TIMESTAMPTZ", "When, by the watch's clock."),
    ("reason", "VARCHAR", "Why, in plain English."),
)

TEXT_REMOVED = (
    "text_removed",
    "An article whose text was removed because of its age; its claims and their quotes stay.",
    ("article_id", "UUID", "The article."),
    ("removed_at", "TIMESTAMPTZ", "When, by the watch's clock."),
    ("size", "BIGINT", "Bytes of the text."),
)
