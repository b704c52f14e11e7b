"""The views as the migration ``recalls`` left them: the board without what was taken back, alerts and recalls."""

from __future__ import annotations

from pipeline.storage.views import BOARD, board_query, macros_ddl, make_view, support_query
from pipeline.storage.views_evidence import ALERTS as ALERTS_BEFORE
from pipeline.storage.views_evidence import ARTICLES as ARTICLES_BEFORE

# Who says so still: not the articles whose pages have corrected or withdrawn it.
STANDS = """NOT EXISTS (
        SELECT 1 FROM evidence_check e WHERE e.change_id = coalesce(v.change_id, v.against)
        AND e.article_id = a.article_id AND e.finding IN ('corrected', 'withdrawn'))"""
STANDING_SUPPORT = support_query(STANDS)

_BOARD = make_view(
    BOARD.name,
    BOARD.comment,
    board_query(support=STANDING_SUPPORT),
    *((column.name, column.comment) for column in BOARD.columns),
)

# Told by way of the view before: what it says of delivery is right, and a recall says more.
_ALERTS = make_view(
    ALERTS_BEFORE.name,
    ALERTS_BEFORE.comment,
    f"""
SELECT a.* REPLACE (CASE WHEN r.withdrawn THEN 'withdrawn' ELSE a.state END AS state),
       CASE WHEN m.message_id IS NOT NULL THEN 'recall' ELSE 'alert' END, r.recalled_at, r.reason
FROM ({ALERTS_BEFORE.query}) AS a({", ".join(column.name for column in ALERTS_BEFORE.columns)})
LEFT JOIN (
    SELECT alert_id, min(recalled_at) AS recalled_at, string_agg(DISTINCT reason, '; ') AS reason,
           bool_or(message_id IS NULL) AS withdrawn
    FROM recall GROUP BY alert_id
) r USING (alert_id)
LEFT JOIN (SELECT DISTINCT message_id FROM recall) m ON m.message_id = a.alert_id
ORDER BY a.planned_at, a.alert_id""",  # noqa: S608 -- queries of this package
    *(
        (column.name, "delivered, pending, given_up or withdrawn." if column.name == "state" else column.comment)
        for column in ALERTS_BEFORE.columns
    ),
    ("kind", "alert, or recall for one that takes another back."),
    ("recalled_at", "When what it told was first taken back."),
    ("recall_reason", "Why."),
)

_ARTICLES = make_view(
    ARTICLES_BEFORE.name,
    ARTICLES_BEFORE.comment,
    f"""
SELECT a.*, v.revises, v.seen_at, x.removed_at
FROM ({ARTICLES_BEFORE.query}) AS a({", ".join(column.name for column in ARTICLES_BEFORE.columns)})
LEFT JOIN article_revision v USING (article_id)
LEFT JOIN text_removed x USING (article_id)""",  # noqa: S608 -- queries of this package
    *((column.name, column.comment) for column in ARTICLES_BEFORE.columns),
    ("revises", "The article of the same page that it took the place of; null for a page's first."),
    ("revised_at", "When this later text was first seen."),
    ("text_removed_at", "When its text was removed because of its age; null while it is kept."),
)

RECALLS = make_view(
    "recalls",
    "What was told and had to be taken back, and who was told so.",
    r"""
SELECT r.recalled_at, r.watch, c.aspect, c.subject, c.value, r.reason, e.old_sentence, e.new_sentence, e.url,
       regexp_replace(a.channel, '://.*', '://...'),
       CASE WHEN r.message_id IS NULL THEN 'withdrawn before it was delivered'
            WHEN d.delivered_at IS NULL THEN 'pending' ELSE 'delivered' END,
       d.delivered_at, r.alert_id, r.message_id, r.change_id, e.withdrawal_id
FROM recall r
JOIN alert a USING (alert_id)
JOIN change c USING (change_id)
LEFT JOIN (
    SELECT change_id, arg_max(old_sentence, checked_at) AS old_sentence, arg_max(url, checked_at) AS url,
           arg_max(new_sentence, checked_at) AS new_sentence, arg_max(withdrawal_id, checked_at) AS withdrawal_id
    FROM evidence_check WHERE withdrawal_id IS NOT NULL GROUP BY change_id
) e USING (change_id)
LEFT JOIN (
    SELECT alert_id, min(attempted_at) FILTER (outcome = 'delivered') AS delivered_at FROM delivery GROUP BY alert_id
) d ON d.alert_id = r.message_id
ORDER BY r.recalled_at, r.alert_id, r.change_id""",
    ("recalled_at", "When, by the watch's clock."),
    ("watch", "The watch's short name."),
    ("aspect", "What of the mission was told."),
    ("subject", "The thing that was told of."),
    ("value", "What was told of it."),
    ("reason", "Why it is taken back."),
    ("old_sentence", "The sentence that was quoted."),
    ("new_sentence", "What stands there now; may be empty."),
    ("url", "The page that was corrected or withdrawn."),
    ("channel", "Where the alert had gone; of an address only the scheme is shown."),
    ("state", "delivered, pending, or withdrawn before it was delivered."),
    ("delivered_at", "When the recall was delivered."),
    ("alert_id", "The alert that had told it."),
    ("message_id", "The alert that tells the recall; null where none was needed."),
    ("change_id", "The change that was told."),
    ("withdrawal_id", "The change that takes it back."),
)

VIEWS = (_BOARD, _ALERTS, _ARTICLES, RECALLS)


def recall_views_ddl() -> list[str]:
    """The statements that bring the views and macros to this shape, with their comments."""
    return [statement for view in VIEWS for statement in view.ddl()] + macros_ddl(STANDING_SUPPORT)
