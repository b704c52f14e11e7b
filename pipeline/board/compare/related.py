"""Judge a claim whose reader was shown the board and says how the claim stands to it. Pure.

What the reader says is evidence beside the identity of slot, key and parts, and not the last word: the board may have
moved on since it was shown, and an answer can be played on another board.

| the reader says          | the board has                            | verdict                             |
| ------------------------ | ---------------------------------------- | ----------------------------------- |
| new, moves, repeats      | the same fact at the same stage          | confirms, or repeats from an origin |
| repeats ROW              | ROW, and no part differs                 | confirms, repeats or stale          |
| moves ROW, or repeats it | ROW, and a part or the stage differs     | advances, revises, reverses, disputes |
| new                      | nothing of this slot, key and stage      | new                                 |
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from pipeline.board.compare.history import ChangeHistory
from pipeline.board.compare.identity import adds, both_state, differing, same_key
from pipeline.board.compare.likeness import RANK
from pipeline.board.compare.verdicts import SAME_DAY, judge_known, make_change, states_nothing_new
from pipeline.board.fold import Board, subject_key
from pipeline.model import (
    Article,
    BoardRow,
    Change,
    Claim,
    Judgement,
    RelationKind,
    Slot,
    Stage,
    TypedFact,
    Verdict,
    Watch,
    phrasing,
)
from pipeline.model.text import format_day, normalise

# Under this a claim is not told. A model's word is surer than it is right, and a second origin does not mend that: what
# it holds for background, others tell as background too. Chosen on one dev mission with recorded answers.
SURE = 0.7
TOLD_FOR = timedelta(days=14)  # so long the same fact of the same slot, key and stage is the event that was told
# Each time is an event of its own, so that the same words weeks later are another one.
_EVENTS = frozenset({Slot.OPERATION, Slot.MOVEMENT, Slot.PRESENCE, Slot.PROCESS, Slot.SUPPORT, Slot.POSITION})


def judge_by_relation(
    claim: Claim, article: Article, board: Board, watch: Watch, history: ChangeHistory, origin: str
) -> Judgement:
    """Judge a claim whose reader says how it stands to the board.

    Args:
        claim: with its ``relation`` and its ``fact``.
        article: published is used.
        board: as it stands before the claim.
        watch: the mission.
        history: every change so far.
        origin: who first wrote the article.
    """
    relation, fact = claim.relation, claim.fact
    if relation is None or fact is None:
        raise ValueError(f"the claim {claim.claim_id} has no relation to the board, or no typed fact")
    row = _row_meant(claim, fact, relation.row, board)
    against = row.change.change_id if row is not None else None

    def verdict(kind: Verdict, reason: str) -> Judgement:
        return Judgement(claim, kind, reason, against)

    own = [c for c in history.changes if c.article_id == article.article_id and _is_told_by(claim, fact, c)]
    if own:
        return Judgement(claim, Verdict.REPEATS, "another sentence of the article says this", own[-1].change_id)
    if article.published < watch.baseline.published:
        return verdict(Verdict.STALE, "the article is older than the baseline")
    if claim.background:
        return verdict(Verdict.STALE, "the article tells this as background, not as news")
    if row is not None and _is_told(claim, fact, row.change, relation.kind):
        return judge_known(claim, row.change, row, origin, 1.0)
    told = _told_before(claim, fact, article, history.changes)
    if told is not None:
        since = format_day(told.held_from)
        reason = f"the board has had this since {since} and has moved on"
        return Judgement(claim, Verdict.STALE, reason, told.change_id, 1.0)
    if claim.confidence < SURE:
        return verdict(Verdict.UNCERTAIN, f"too weak to tell ({claim.confidence:.2f}, needs {SURE:.2f})")
    change = make_change(claim, article, board, watch, row.change if row is not None else None, _new_key(fact, board))
    return Judgement(claim, change.verdict, change.reason, against, 0.0, change)


def _row_meant(claim: Claim, fact: TypedFact, said: UUID | None, board: Board) -> BoardRow | None:
    """Return the row that the reader names; else that of the claim's slot, key and stage."""
    rows = board.of(claim.aspect)
    if said is not None:
        named = next((row for row in board.values() if row.change.change_id == said), None)
        if named is not None and named.change.aspect is claim.aspect:
            return named
    same = [row for row in rows if _is_of(fact, row.change)]
    near = [row for row in same if row.change.stage is claim.stage] or same
    return max(near, key=lambda row: (row.change.known_at, str(row.change.change_id)), default=None)


def _new_key(fact: TypedFact, board: Board) -> str:
    """Return the key of a row that ``fact`` begins: that of its subject, unless another row has it."""
    key = subject_key(fact.slot.aspect, phrasing.subject(fact))
    row = board.get((fact.slot.aspect, key))
    if row is None or row.change.fact is None or _is_of(fact, row.change):
        return key
    return normalise(f"{fact.slot} {fact.key}")


def _is_of(fact: TypedFact, change: Change) -> bool:
    theirs = change.fact
    return theirs is not None and theirs.slot is fact.slot and same_key(fact.slot, fact.key, theirs.key)


def _is_told(claim: Claim, fact: TypedFact, change: Change, kind: RelationKind) -> bool:
    """Decide whether the row has what the claim tells, at the claim's stage or further on.

    Where the reader says that it moves the row, something must be the same beside slot, key and stage: a figure, a
    name, a day.
    """
    theirs = change.fact
    if theirs is None or not _is_of(fact, change):
        return kind is RelationKind.REPEATS and RANK[claim.stage] <= RANK[change.stage]
    if differing(fact.parts, theirs.parts) or (claim.stage is Stage.REJECTED) is not (change.stage is Stage.REJECTED):
        return False
    if kind is RelationKind.REPEATS:
        return RANK[claim.stage] <= RANK[change.stage]
    if claim.stage is not change.stage or adds(fact.parts, theirs.parts):
        return False
    if fact.slot in _EVENTS and _is_other_day(claim, change):
        return False
    return states_nothing_new(claim, change) or bool(both_state(fact.parts, theirs.parts))


def _is_told_by(claim: Claim, fact: TypedFact, change: Change) -> bool:
    """Decide whether a change of the claim's own article tells the same slot, key, stage and parts."""
    if change.fact is None or change.stage is not claim.stage or not _is_of(fact, change):
        return False
    return not differing(fact.parts, change.fact.parts)


def _told_before(claim: Claim, fact: TypedFact, article: Article, changes: Iterable[Change]) -> Change | None:
    """Return the change of these days that told the same and has been moved on from since, None where there is none."""
    for change in reversed(tuple(changes)):
        theirs = change.fact
        if theirs is None or change.stage is not claim.stage or article.published - change.known_at > TOLD_FOR:
            continue
        same = both_state(fact.parts, theirs.parts) and not differing(fact.parts, theirs.parts)
        if _is_of(fact, change) and same and not adds(fact.parts, theirs.parts) and not _is_other_day(claim, change):
            return change
    return None


def _is_other_day(claim: Claim, change: Change) -> bool:
    """Decide whether both name a day of the event and the days are further apart than reports of one event are."""
    if claim.event_date is None or change.event_date is None:
        return False
    return abs(claim.event_date - change.event_date) > SAME_DAY
