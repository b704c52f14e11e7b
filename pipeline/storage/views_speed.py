"""The views as the migration ``quick`` left them: the same rows, asked of few tables however long the past is."""

from __future__ import annotations

from pipeline.storage.schema_analysts import CLEARER
from pipeline.storage.support import STANDING, SUPPORT_STANDS
from pipeline.storage.views import BOARD, View, board_query, macros_ddl, make_view
from pipeline.storage.views_alerts import CHANGES_TOLD
from pipeline.storage.views_analysts import EVIDENCE, evidence_query

# Who says so still, and the seed article.
QUICK_SUPPORT = f"""
    SELECT p.change_id, s.source AS origin, s.published
    FROM {STANDING}
    UNION ALL
    SELECT c.change_id, b.outlet, b.published
    FROM change c JOIN baseline b USING (watch) WHERE c.verdict = 'baseline'"""  # noqa: S608 -- from this package
ARTICLES = "change_article"


def again(view: View, query: str = "") -> View:
    """``view``, by another ``query`` where one is given, with the comments that its columns have got since."""
    clearer = {column: comment for name, column, comment in CLEARER if name == view.name}
    columns = ((column.name, clearer.get(column.name, column.comment)) for column in view.columns)
    return make_view(view.name, view.comment, query or view.query, *columns)


_BOARD = again(BOARD, board_query(support=QUICK_SUPPORT, articles=ARTICLES))
CHANGES_QUICK = again(
    CHANGES_TOLD,
    CHANGES_TOLD.query.replace("JOIN article a USING (article_id)\n", f"JOIN {ARTICLES} a USING (article_id)\n")
    .replace("LEFT JOIN article_origin o USING (article_id)\n", "")
    .replace("o.origin", "a.origin"),
)
_EVIDENCE = again(
    EVIDENCE,
    evidence_query(
        f"""
    SELECT p.watch, p.change_id, p.says, s.outlet, s.source AS origin, a.role, s.published,
           k.value, k.quote, s.title, s.url, {SUPPORT_STANDS} AS stands, p.claim_id, p.article_id
    FROM change_support p
    JOIN change_article s USING (article_id)
    JOIN claim k USING (claim_id)
    JOIN article a ON a.article_id = p.article_id"""  # noqa: S608 -- a constant
    ),
)


def quick_views_ddl() -> list[str]:
    """The statements that bring the views and macros to this shape, with their comments."""
    return [*board_ddl(), *CHANGES_QUICK.ddl(), *_EVIDENCE.ddl()]


def board_ddl() -> list[str]:
    """The same, of the board alone."""
    return [*_BOARD.ddl(), *macros_ddl(QUICK_SUPPORT, ARTICLES)]
