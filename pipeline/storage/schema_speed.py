"""What the migration ``quick`` added to the tables, so that no question grows dear with the past.

Each follows from other tables and is written with them: a page's key, what a text is like, who supports a change.
"""

from __future__ import annotations

# A number is found among a million in 2 ms, an address in 50.
ARTICLE_MORE = (("url_key", "BIGINT", "Hash of url: the quick way to all texts of a page."),)

CHANGE_SUPPORT = (
    "change_support",
    "Who says what the board says: a row for each claim that made, confirmed or repeated a change. "
    "Follows from verdict.",
    ("verdict_id", "UUID", "The verdict that says so."),
    ("watch", "VARCHAR", "The watch."),
    ("change_id", "UUID", "The change."),
    ("claim_id", "UUID", "The claim."),
    ("article_id", "UUID", "Its article; see change_article."),
    ("says", "VARCHAR", "made, confirms or repeats."),
)
CHANGE_ARTICLE = (
    "change_article",
    "The articles behind changes: what the board shows of them, so that it need not look among all. "
    "Follows from article and article_origin.",
    ("article_id", "UUID", "The article."),
    ("url", "VARCHAR", "Canonical address."),
    ("title", "VARCHAR", "Title of the page."),
    ("outlet", "VARCHAR", "Who published it."),
    ("origin", "VARCHAR", "Who first wrote it; null until it has been read."),
    ("source", "VARCHAR", "Who counts as its source: the origin, else the publisher's family, else the outlet."),
    ("published", "TIMESTAMPTZ", "Publication time."),
)
# Beside these it has the columns of claim.
CLAIM_WAITING = (
    "claim_waiting",
    "The claims that were too weak to move the board: a second origin may make a change of one. "
    "Follows from verdict, claim and article.",
    ("verdict_id", "UUID", "The verdict: uncertain."),
    ("watch", "VARCHAR", "The watch."),
    ("source", "VARCHAR", "Who counts as its source, as in change_article."),
    ("published", "TIMESTAMPTZ", "Publication time of its article."),
)
ARTICLE_SKETCH = (
    "article_sketch",
    "What a text is like: two that are nearly the same have a number in common. Follows from article_body.",
    ("article_id", "UUID", "The article."),
    ("published", "TIMESTAMPTZ", "Its publication time."),
    ("bands", "UINTEGER[]", "A hash of each band of its MinHash."),
)
