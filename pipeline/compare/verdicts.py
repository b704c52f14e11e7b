"""The verdicts: each claim against what is known, with the reason an analyst reads, and the change it makes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from pipeline.board import Board, apply, confirm, quantities, same_number, subject_key
from pipeline.compare.likeness import RANK, Memory, figures, nearest
from pipeline.model import Article, Aspect, BoardRow, Change, Claim, Judgement, Reading, Stage, Verdict, Watch
from pipeline.text import content_id

SURE = 0.5  # under this a claim is too weak to move the board
LATELY = 10  # days within which the same subject at the same stage is taken for the same event
SMALL_DISPUTE = 0.02  # figures that differ by less are disputed on the board, and not alerted
BECAME = " -> "  # in a mandate's value: the old name, then the new
QUIET = 0.45  # the confidence of a change that is to be on the board and not in an alert
DISPUTE_DAYS = timedelta(days=14)  # figures for one thing that differ within this are a dispute, later ones a revision

_COUNTED = frozenset({Aspect.STRENGTH, Aspect.CASUALTIES, Aspect.FUNDING, Aspect.CONTRIBUTORS})
# Aspects of which one article tells one event a stage, and whose subjects climb one ladder of stages.
_ONCE = frozenset({Aspect.MANDATE, Aspect.STRENGTH, Aspect.LEAD, Aspect.COMMAND, Aspect.CASUALTIES, Aspect.SUPPORT})
_ONE_LADDER = _ONCE - {Aspect.CASUALTIES}


def judge(
    reading: Reading, article: Article, board: Board, watch: Watch, *, memory: Memory
) -> tuple[tuple[Judgement, ...], Board]:
    """A verdict for each claim of ``reading``, and the board after those that move it.

    Args:
        reading: what a reader made of ``article``.
        article: published, outlet and origin are used.
        board: as it stands before the article.
        watch: the mission.
        memory: every change so far; the caller adds this article's with ``Memory.remember``.

    Returns:
        The judgements in text order, and the board with the changes applied and the confirmations counted.
    """
    origin = article.origin or article.family or article.outlet
    out: list[Judgement] = []
    for claim in sorted(reading.claims, key=lambda c: (c.start, c.aspect.value, str(c.claim_id))):
        if not reading.relevant:
            out.append(Judgement(claim, Verdict.IRRELEVANT, f"not about this mission: {reading.reason}"))
            continue
        judgement = _judge(claim, article, board, watch, memory, origin)
        out.append(judgement)
        if judgement.change is not None:
            board = confirm(apply(board, judgement.change), judgement.change.change_id, origin, article.published)
            memory = memory.remember((judgement.change,))
        elif judgement.verdict is Verdict.CONFIRMS and judgement.against is not None:
            board = confirm(board, judgement.against, origin, article.published)
    return tuple(out), board


def _judge(claim: Claim, article: Article, board: Board, watch: Watch, memory: Memory, origin: str) -> Judgement:
    if claim.confidence == 0.0:
        return Judgement(claim, Verdict.IRRELEVANT, "the sentence is about a sister mission")
    on = article.published.date()
    known, score = nearest(claim, memory, on)
    if known is None:
        known = _in_other_words(claim, board, on)
    against, similar = known.change_id if known else None, round(score, 3)

    def verdict(kind: Verdict, reason: str) -> Judgement:
        return Judgement(claim, kind, reason, against, similar)

    if known is not None and known.article_id == article.article_id:
        return verdict(Verdict.REPEATS, "the same article says this further up")
    if article.published < watch.baseline.published:
        return verdict(Verdict.STALE, "the article is older than the baseline")
    if claim.background:
        return verdict(Verdict.STALE, "the article tells this as background, not as news")
    row = board.get((known.aspect, known.subject_key)) if known else None
    if known is not None and row is not None and _is_known(claim, known, row):
        return _again(claim, row, origin, similar)
    if claim.confidence < SURE:
        return verdict(Verdict.UNCERTAIN, f"too weak to tell ({claim.confidence:.2f}, needs {SURE:.2f})")
    if known is not None and row is None:
        return verdict(Verdict.STALE, f"the board has had this since {_day(known.held_from)} and has moved on")
    change = _change(claim, article, board, watch, known if row else None)
    if earlier := _told_already(claim, change, memory):
        return verdict(Verdict.REPEATS, f"the same article has already moved '{earlier.subject}'")
    return Judgement(claim, change.verdict, change.reason, against, similar, change)


def _in_other_words(claim: Claim, board: Board, on: date) -> Change | None:
    """The row of the same subject and stage, moved of late, where the claim brings no figure of its own."""
    row = board.get((claim.aspect, subject_key(claim.aspect, claim.subject)))
    if row is None or claim.aspect not in _ONE_LADDER:
        return None
    if row.change.stage is not claim.stage or row.change.verdict is Verdict.BASELINE:
        return None
    if abs((on - row.change.known_at.date()).days) > LATELY or _differs(claim, row.change):
        return None
    return row.change


def _told_already(claim: Claim, change: Change, memory: Memory) -> Change | None:
    """The change that this article made already, where one article tells of one such event."""
    for earlier in memory.changes:
        if earlier.article_id != change.article_id or earlier.aspect is not claim.aspect:
            continue
        if earlier.subject_key == change.subject_key:
            return earlier
        if claim.aspect in _ONCE and earlier.stage is claim.stage and not _other_day(claim, earlier):
            return earlier
    return None


def _other_day(claim: Claim, change: Change) -> bool:
    """True for two incidents that are told apart by their days."""
    dated = claim.aspect is Aspect.CASUALTIES and claim.event_date is not None and change.event_date is not None
    return dated and claim.event_date != change.event_date


def _is_known(claim: Claim, known: Change, row: BoardRow) -> bool:
    """True where the claim brings nothing that the board does not have: same stage or earlier, same figures."""
    current = row.change
    if Stage.REJECTED in (claim.stage, current.stage) and claim.stage is not current.stage:
        return False
    held = claim.event_date or current.held_from
    if {claim.stage, current.stage} <= {Stage.PROPOSED, Stage.PLANNED} and abs(
        held - current.held_from
    ) <= DISPUTE_DAYS:
        return not _differs(claim, current)
    if RANK[claim.stage] > RANK[current.stage] and RANK[claim.stage] > RANK[known.stage]:
        return False
    return claim.stage is not current.stage or not (_differs(claim, current) or _fills_in(claim, current))


def _differs(claim: Claim, change: Change) -> bool:
    """True where both give a figure of the same kind for the same thing and the figures disagree."""
    if claim.aspect not in _COUNTED or claim.aspect is not change.aspect:
        return False
    mine, theirs = quantities(claim.value), quantities(change.value)
    if not mine or not theirs or mine[0].kind != theirs[0].kind:
        return False
    if change.disputed_value and any(q.number == mine[0].number for q in quantities(change.disputed_value)):
        return False
    if mine[0].about or theirs[0].about:
        return not same_number(mine[0], theirs[0])
    return mine[0].number != theirs[0].number and all(q.number != mine[0].number for q in figures(change.quote))


def _fills_in(claim: Claim, change: Change) -> bool:
    """True where the claim brings what the row lacks: the figure of a ceiling, or what became of the mission."""
    if claim.aspect is not change.aspect or claim.confidence < SURE:
        return False
    if claim.aspect is Aspect.MANDATE:
        return BECAME in claim.value and BECAME not in change.value
    if claim.aspect is not Aspect.STRENGTH:
        return False
    return bool(figures(claim.value)) and not any(q.number >= 100 for q in figures(change.value))


def _again(claim: Claim, row: BoardRow, origin: str, similar: float) -> Judgement:
    """Confirms, repeats or stale: the claim tells what the board has."""
    current = row.change
    since = _day(current.held_from)

    def verdict(kind: Verdict, reason: str) -> Judgement:
        return Judgement(claim, kind, reason, current.change_id, similar)

    if RANK[claim.stage] < RANK[current.stage]:
        return verdict(Verdict.STALE, f"the board is further on: {_stage(current.stage)} since {since}")
    if current.verdict is Verdict.BASELINE:
        return verdict(Verdict.REPEATS, f"the baseline has had this since {since}")
    if origin in row.origins:
        return verdict(Verdict.REPEATS, f"the board has had this since {since} from {origin}")
    first = next(iter(row.origins)) if len(row.origins) == 1 else f"{len(row.origins)} origins"
    reason = f"the board has had this since {since} from {first}; this is origin number {len(row.origins) + 1}"
    return verdict(Verdict.CONFIRMS, reason)


def _change(claim: Claim, article: Article, board: Board, watch: Watch, known: Change | None) -> Change:
    """The change that ``claim`` makes, with its verdict and reason."""
    same_aspect = known is not None and known.aspect is claim.aspect
    key = known.subject_key if known is not None and same_aspect else subject_key(claim.aspect, claim.subject)
    current = board.get((claim.aspect, key))
    if current is not None and known is None and RANK[claim.stage] < RANK[current.change.stage]:
        key = f"{key} ({_stage(claim.stage)})"  # a proposal about what holds does not undo what holds
        current = board.get((claim.aspect, key))
    before = current.change if current else None
    held = claim.event_date or article.published.date()
    kind, reason, confidence = _kind(claim, before, held)
    change = Change(
        change_id=content_id("change", watch.slug, claim.claim_id),
        watch=watch.slug,
        aspect=claim.aspect,
        subject=claim.subject,
        subject_key=key,
        verdict=kind,
        stage=claim.stage,
        value=claim.value,
        held_from=held,
        known_at=article.published,
        quote=claim.quote,
        reason=reason,
        confidence=confidence,
        claim_id=claim.claim_id,
        article_id=article.article_id,
        event_date=claim.event_date,
    )
    if before is None:
        return replace(change, supersedes=_superseded(claim, board, key))
    change = replace(
        change,
        before_stage=before.stage,
        before_value=before.value,
        before_subject=before.subject,
        before_since=before.held_from,
    )
    if kind is Verdict.DISPUTES:
        return replace(change, disputed_value=claim.value, value=before.value, held_from=before.held_from)
    if claim.aspect is Aspect.MANDATE and BECAME in before.value and BECAME not in claim.value:
        return replace(change, value=before.value)  # what became of the mission stays told when its stage moves on
    return change


def _kind(claim: Claim, before: Change | None, held: date) -> tuple[Verdict, str, float]:
    """Verdict, reason and confidence of a claim that moves the board from ``before``."""
    sure = claim.confidence
    if before is None:
        return Verdict.NEW, f"the board has nothing on '{claim.subject}' yet", sure
    was, now, since = _stage(before.stage), _stage(claim.stage), _day(before.held_from)
    if claim.stage is before.stage:
        if _fills_in(claim, before):
            return Verdict.ADVANCES, f"tells more of what was {was} since {since}: '{claim.value}'", min(sure, QUIET)
        if _differs(claim, before) and abs(held - before.held_from) <= DISPUTE_DAYS:
            mine, theirs = quantities(claim.value)[0].number, quantities(before.value)[0].number
            small = abs(mine - theirs) <= SMALL_DISPUTE * max(mine, theirs) or claim.aspect is Aspect.CASUALTIES
            reason = f"sources disagree: '{before.value}' since {since}, now '{claim.value}'"
            return Verdict.DISPUTES, reason, min(sure, QUIET) if small else sure
        return Verdict.REVISES, f"was '{before.value}' since {since}", sure
    if Stage.REJECTED in (claim.stage, before.stage) or RANK[claim.stage] < RANK[before.stage]:
        return Verdict.REVERSES, f"was {was} since {since}, is now {now}", sure
    return Verdict.ADVANCES, f"was {was} since {since}, is now {now}", sure


def _superseded(claim: Claim, board: Board, key: str) -> UUID | None:
    """The baseline's row about the old state that a new mandate, ceiling or lead replaces under another key.

    The end of the mission's mandate ends its lead as well, so that it replaces the baseline's lead.
    """
    if claim.stage not in (Stage.DECIDED, Stage.IN_EFFECT, Stage.ENDED):
        return None
    if claim.aspect not in (Aspect.MANDATE, Aspect.STRENGTH, Aspect.LEAD):
        return None
    over = claim.aspect is Aspect.MANDATE and claim.stage is Stage.ENDED
    for aspect in (claim.aspect, Aspect.LEAD) if over else (claim.aspect,):
        for row in board.of(aspect):
            change = row.change
            held = change.stage in (Stage.IN_EFFECT, Stage.DECIDED)
            if (
                change.verdict is Verdict.BASELINE
                and held
                and (aspect is not claim.aspect or change.subject_key != key)
            ):
                return change.change_id
    return None


def _stage(stage: Stage) -> str:
    return stage.value.replace("_", " ")


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
