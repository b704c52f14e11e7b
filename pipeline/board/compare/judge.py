"""Judge a reading against the board: a verdict for each claim, and the board after those that move it. Pure."""

from __future__ import annotations

from dataclasses import replace

from pipeline.board.compare.history import ChangeHistory
from pipeline.board.compare.related import judge_by_relation
from pipeline.board.compare.verdicts import judge_by_likeness
from pipeline.board.fold import Board, apply, confirm
from pipeline.model import Article, Change, Claim, Judgement, Reading, Verdict, Watch
from pipeline.model.text import format_day


def judge(
    reading: Reading, article: Article, board: Board, watch: Watch, *, history: ChangeHistory, reprinted: str = ""
) -> tuple[tuple[Judgement, ...], Board]:
    """Give each claim of ``reading`` a verdict, and return the board after those that move it.

    Args:
        reading: what a reader made of ``article``.
        article: published, outlet and origin are used.
        board: as it stands before the article.
        watch: the mission.
        history: every change so far; the caller adds this article's with ``ChangeHistory.extended``.
        reprinted: the text of an article that was read before and that this one is nearly the same as.

    Returns:
        The judgements in text order, and the board with the changes applied and the confirmations counted.
    """
    origin = article.origin or article.family or article.outlet
    out: list[Judgement] = []
    # The surest sentence of an article makes the change; the others repeat it.
    for claim in sorted(reading.claims, key=lambda c: (-c.confidence, *_place(c))):
        if not reading.relevant:
            out.append(Judgement(claim, Verdict.IRRELEVANT, f"not about this mission: {reading.reason}"))
            continue
        if claim.quote in reprinted:
            out.append(Judgement(claim, Verdict.REPEATS, "a reprint: an article that we have read has this sentence"))
            continue
        by = judge_by_likeness if claim.relation is None or claim.fact is None else judge_by_relation
        judgement = _unless_overtaken(by(claim, article, board, watch, history, origin), board)
        out.append(judgement)
        if judgement.change is not None:
            board = confirm(apply(board, judgement.change), judgement.change.change_id, origin, article.published)
            history = history.extended((judgement.change,))
        elif judgement.verdict is Verdict.CONFIRMS and judgement.against is not None:
            board = confirm(board, judgement.against, origin, article.published)
    return tuple(sorted(out, key=lambda j: _place(j.claim))), board


def _unless_overtaken(judgement: Judgement, board: Board) -> Judgement:
    """Return ``judgement``, as stale where a later report has moved the board already."""
    if judgement.change is None or (later := _overtaken_by(judgement.change, board)) is None:
        return judgement
    reason = f"the board has this from a later report, of {format_day(later.known_at.date())}"
    return replace(judgement, verdict=Verdict.STALE, reason=reason, against=later.change_id, change=None)


def _overtaken_by(change: Change, board: Board) -> Change | None:
    """Return the change, from an article of a later day, that ``change`` would revise or reverse; else None.

    Pages are not always read in the order of their publication: one may be fetched days after the next. Within a day
    the order of reports says little, and what a baseline or a person put on the board is no later report.
    """
    row = board.get((change.aspect, change.subject_key))
    if row is None or change.verdict not in (Verdict.REVISES, Verdict.REVERSES) or row.change.article_id is None:
        return None
    is_later = row.change.verdict is not Verdict.BASELINE and row.change.known_at.date() > change.known_at.date()
    return row.change if is_later else None


def _place(claim: Claim) -> tuple[int, str, str]:
    return claim.start, claim.aspect.value, str(claim.claim_id)
