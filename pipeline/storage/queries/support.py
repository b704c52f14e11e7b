"""Who supports each change, kept as tables: querying every claim ever judged would get slower as history grows.

``change_support``, ``change_article`` and ``claim_waiting`` follow from verdicts, claims, articles and their origins,
and are written in one transaction with them. They have no key, as they are written but once; :func:`rebuild_support`
makes them anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from pipeline.model import Change, Judgement, Verdict
from pipeline.storage.connection import Connection, Row
from pipeline.storage.queries.base import claim_row, id_list, verdict_id

# Who counts as the source of an article ``a`` with its origin ``o``.
_SOURCE = "coalesce(nullif(o.origin, ''), nullif(a.family, ''), a.outlet)"
_SUPPORTS = frozenset({Verdict.CONFIRMS, Verdict.REPEATS})

# The rows as they follow from the other tables.
DERIVED_SUPPORT = """
    SELECT v.verdict_id, v.watch, coalesce(v.change_id, v.against) AS change_id, k.claim_id, k.article_id,
           CASE WHEN v.change_id IS NOT NULL THEN 'made' ELSE v.verdict END AS says
    FROM verdict v JOIN claim k USING (claim_id)
    WHERE coalesce(v.change_id, v.against) IS NOT NULL
    AND (v.change_id IS NOT NULL OR v.verdict IN ('confirms', 'repeats'))"""
DERIVED_ARTICLE = f"""
    SELECT a.article_id, a.url, a.title, a.outlet, o.origin,
           {_SOURCE} AS source, a.published
    FROM article a LEFT JOIN article_origin o USING (article_id)"""  # noqa: S608 -- a constant

# Who says so still: not the articles whose pages have corrected or withdrawn it. A join, as for each row of a long past
# a condition would be asked anew.
STANDING = """change_support p JOIN change_article s USING (article_id)
    ANTI JOIN (SELECT change_id, article_id FROM evidence_check WHERE finding IN ('corrected', 'withdrawn')) taken_back
    ON taken_back.change_id = p.change_id AND taken_back.article_id = p.article_id"""


DERIVED_WAITING = f"""
    SELECT v.verdict_id, v.watch, {_SOURCE} AS source,
           a.published, k.*
    FROM verdict v JOIN claim k USING (claim_id) JOIN article a USING (article_id)
    LEFT JOIN article_origin o USING (article_id)
    WHERE v.verdict = 'uncertain'"""  # noqa: S608 -- a constant


def rebuild_support(db: Connection) -> None:
    """Make the tables anew from what they follow from, within the caller's transaction."""
    for table in ("change_support", "change_article", "claim_waiting"):
        db.run(f"DELETE FROM {table}")  # noqa: S608 -- names of ours
    db.run(f"INSERT INTO change_support BY NAME {DERIVED_SUPPORT}")
    db.run(
        f"""
        INSERT INTO change_article BY NAME {DERIVED_ARTICLE} WHERE a.article_id IN (
            SELECT article_id FROM change_support UNION SELECT article_id FROM change)
        ORDER BY a.published, a.article_id"""  # noqa: S608 -- constants
    )
    db.run(f"INSERT INTO claim_waiting BY NAME {DERIVED_WAITING} ORDER BY a.published, v.verdict_id")


def add_support(
    db: Connection,
    watch: str,
    judgements: Sequence[Judgement],
    changes: Iterable[Change],
    read: Collection[UUID],
    key: str = "",
) -> None:
    """Add what an assessment gave, after its own rows and within the caller's transaction.

    Args:
        db: the store.
        watch: the watch's short name.
        judgements: those of the assessment.
        changes: those that it stored.
        read: the articles whose origin it told.
        key: what the ids of verdicts are made of, where it is not the watch's name.
    """
    key = key or watch
    rows = _unique(row for judgement in judgements if (row := _support_row(watch, judgement, key)) is not None)
    db.insert("change_support", rows, where=_NEW.format("change_support"))
    behind = {row["article_id"] for row in rows} | {c.article_id for c in changes if c.article_id is not None}
    if read:
        held = db.rows(f"SELECT article_id FROM change_article WHERE article_id IN {id_list(read)}")  # noqa: S608 -- ids
        behind |= {row["article_id"] for row in held}
    if behind:
        ids = id_list(behind)
        db.run(f"DELETE FROM change_article WHERE article_id IN {ids}")  # noqa: S608 -- ids
        db.run(f"INSERT INTO change_article BY NAME {DERIVED_ARTICLE} WHERE a.article_id IN {ids} ORDER BY 1")
    unsure = [judgement for judgement in judgements if judgement.verdict is Verdict.UNCERTAIN]
    if unsure:
        ids = id_list(judgement.claim.article_id for judgement in unsure)
        told = db.rows(f"{DERIVED_ARTICLE} WHERE a.article_id IN {ids}")
        articles = {row["article_id"]: row for row in told}
        waiting = _unique(
            {
                "verdict_id": verdict_id(key, judgement.claim),
                "watch": watch,
                "source": articles[judgement.claim.article_id]["source"],
                "published": articles[judgement.claim.article_id]["published"],
                **claim_row(judgement.claim),
            }
            for judgement in unsure
            if judgement.claim.article_id in articles
        )
        db.insert("claim_waiting", waiting, where=_NEW.format("claim_waiting"))


# Of a verdict that is there already nothing is added.
_NEW = "NOT EXISTS (SELECT 1 FROM {} held WHERE held.verdict_id = CAST(batch.verdict_id AS UUID))"


def _unique(rows: Iterable[Row]) -> list[Row]:
    """``rows`` with one for each verdict: the first."""
    return list({row["verdict_id"]: row for row in reversed(list(rows))}.values())[::-1]


def _support_row(watch: str, judgement: Judgement, key: str) -> Row | None:
    """The row of a judgement that supports a change; None for one that doesn't."""
    change_id = judgement.change.change_id if judgement.change is not None else judgement.against
    if change_id is None or (judgement.change is None and judgement.verdict not in _SUPPORTS):
        return None
    return {
        "verdict_id": verdict_id(key, judgement.claim),
        "watch": watch,
        "change_id": change_id,
        "claim_id": judgement.claim.claim_id,
        "article_id": judgement.claim.article_id,
        "says": "made" if judgement.change is not None else judgement.verdict,
    }
