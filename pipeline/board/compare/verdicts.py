"""Judge a claim by its likeness to what is known, and make the change that it leads to. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from pipeline.board.compare.features import Features, features_of_change, features_of_claim, figures, own_words
from pipeline.board.compare.history import SAME, ChangeHistory
from pipeline.board.compare.identity import FREE, equal, same_key
from pipeline.board.compare.likeness import DIRECTED, RANK, are_two_incidents, matter_probability
from pipeline.board.fold import Board, subject_key
from pipeline.board.successors import BECAME, successor_name
from pipeline.language import to_english
from pipeline.model import Article, Aspect, BoardRow, Change, Claim, Judgement, Slot, Stage, Verdict, Watch
from pipeline.model.quantities import IN_ALL, quantities, same_number
from pipeline.model.text import content_id, format_day

SURE = 0.55  # under this a claim is too weak to move the board; chosen on dev, where 0.5 tells half as many again twice
LATE_FOR = timedelta(days=45)  # within which an earlier stage of what the board has is a late report, not a new plan
RESTATED = 0.8  # chance from which a claim is old news; chosen on the corpus
RESTATES = "restates what has been known"  # how the reason of such a verdict begins; its similarity is that chance
SAME_DAY = timedelta(days=2)  # reports of one event differ by so much, with time zones and late editions
SMALL_DISPUTE = 0.02  # figures that differ by less are disputed on the board, and not alerted
QUIET = 0.45  # the confidence of a change that is to be on the board and not in an alert
DISPUTE_DAYS = timedelta(days=14)  # figures for one thing that differ within this are a dispute, later ones a revision

_STEP = re.compile(
    r"\b(?:rais|increas|lift|expand|enlarg|cut|reduc|lower|trim|halv|doubl)\w*\b[^.;]{0,80}?\b(?:to|by)\b",
    re.IGNORECASE,
)
_OF_WOUNDS = re.compile(r"\b(?:die[sd]?|dying|succumb\w*|dead)\b.{1,40}\b(?:wounds?|injur\w+)\b", re.IGNORECASE)
_OPEN = frozenset({Stage.PROPOSED, Stage.PLANNED})  # what may still come to nothing
_SETTLED_ONCE = frozenset({Aspect.MANDATE, Aspect.SUPPORT, Aspect.LEAD})
_COUNTED = frozenset({Aspect.STRENGTH, Aspect.CASUALTIES, Aspect.FUNDING, Aspect.CONTRIBUTORS})


def judge_by_likeness(
    claim: Claim, article: Article, board: Board, watch: Watch, history: ChangeHistory, origin: str
) -> Judgement:
    """Judge a claim whose reader did not see the board, by its likeness to what was told before."""
    if claim.confidence == 0.0:
        return Judgement(claim, Verdict.IRRELEVANT, "the sentence is about others than this mission")
    own = own_words(watch)
    mine = features_of_claim(claim, article.published.date())
    known, likely = history.nearest(mine, own)
    against, similar = known.change_id if known else None, round(likely, 3)

    def verdict(kind: Verdict, reason: str) -> Judgement:
        return Judgement(claim, kind, reason, against, similar)

    if known is not None and known.article_id == article.article_id:
        return verdict(Verdict.REPEATS, "another sentence of the article says this")
    if article.published < watch.baseline.published:
        return verdict(Verdict.STALE, "the article is older than the baseline")
    if claim.background:
        return verdict(Verdict.STALE, "the article tells this as background, not as news")
    if (denied := _denial_of(claim, board)) is not None:
        reason = f"was denied on {format_day(denied.held_from)}, and nobody has confirmed it since"
        return replace(verdict(Verdict.STALE, reason), against=denied.change_id)
    row = board.get((known.aspect, known.subject_key)) if known else None
    if known is not None and row is not None and not _brings_more(claim, row.change):
        return judge_known(claim, known, row, origin, similar)
    if known is None:
        row = _matter(mine, board, own)
        if row is not None and (_is_late_report(claim, row.change, mine, own) or _is_retold(claim, row.change, mine)):
            return judge_known(claim, row.change, row, origin, similar)
        old, restated = history.most_likely_restatement(mine, own)
        if old is not None and restated >= RESTATED and claim.confidence < restated and not _differs(claim, old):
            since = format_day(old.held_from)
            stale = verdict(Verdict.STALE, f"{RESTATES} since {since}")
            return replace(stale, against=old.change_id, similarity=round(restated, 3))
    confidence, backed = claim.confidence, ""
    if claim.confidence < SURE:
        doubt = history.find_other_origin(claim, origin, article.published, own)
        confidence = noisy_or(claim.confidence, doubt.claim.confidence) if doubt else claim.confidence
        if doubt is None or confidence < SURE:
            return verdict(Verdict.UNCERTAIN, f"too weak to tell ({confidence:.2f}, needs {SURE:.2f})")
        backed = f"; two origins say so, {doubt.origin} since {format_day(doubt.published.date())} and now {origin}"
    if known is not None and row is None:
        return verdict(Verdict.STALE, f"the board has had this since {format_day(known.held_from)} and has moved on")
    if row is not None and not _is_row_of(claim, row.change):
        # What is known of the event stands under another slot or key: the board gets this beside it, and nobody hears
        # of the event twice.
        confidence = min(confidence, QUIET) if known is not None and known.stage is claim.stage else confidence
        row = board.get((claim.aspect, subject_key(claim.aspect, claim.subject)))
    if row is not None and states_nothing_new(claim, row.change):
        return judge_known(claim, row.change, row, origin, similar)
    change = make_change(replace(claim, confidence=confidence), article, board, watch, row.change if row else None)
    change = replace(change, reason=change.reason + backed)
    return Judgement(claim, change.verdict, change.reason, against, similar, change)


def _denial_of(claim: Claim, board: Board) -> Change | None:
    """Return the change by which a loss was denied that the claim tells as unconfirmed."""
    if claim.fact is None or claim.fact.slot is not Slot.INCIDENT or claim.stage is not Stage.PROPOSED:
        return None
    for row in board.of(claim.aspect):
        fact = row.change.fact
        denied = fact is not None and fact.slot is Slot.INCIDENT and row.change.stage is Stage.REJECTED
        if fact is not None and denied and same_key(Slot.INCIDENT, claim.fact.key, fact.key):
            return row.change
    return None


def _is_row_of(claim: Claim, change: Change) -> bool:
    """Decide whether the claim is about the row's slot and key: a postponed vote is not the mandate."""
    if claim.fact is None or change.fact is None:
        return True
    mine, theirs = claim.fact, change.fact
    if mine.slot is not theirs.slot:
        return False
    if mine.slot is Slot.CONTRIBUTION and Stage.REJECTED in (claim.stage, change.stage):
        return mine.parts.act == theirs.parts.act and same_key(mine.slot, mine.key, theirs.key)
    return mine.slot in FREE or same_key(mine.slot, mine.key, theirs.key)


def states_nothing_new(claim: Claim, change: Change) -> bool:
    """Decide whether the claim is of the row's stage and states nothing that is not there."""
    if claim.fact is None or change.fact is None or claim.stage is not change.stage:
        return False
    if claim.value == change.value and claim.subject == change.subject:
        return True
    mine, theirs = claim.fact.parts, change.fact.parts
    stated = set(mine.stated())
    return claim.fact.slot is Slot.SUCCESSOR and stated <= set(theirs.stated()) and equal(mine, theirs)


def noisy_or(one: float, other: float) -> float:
    """Return the probability that at least one of two independent claims is right."""
    return round(1.0 - (1.0 - one) * (1.0 - other), 4)


def _matter(mine: Features, board: Board, own: frozenset[str]) -> BoardRow | None:
    """Return the row about the matter of a claim of no known event: that of its subject, else the most alike."""
    if (row := board.get((mine.aspect, mine.key))) is not None:
        return row
    best, high = None, SAME
    for row in board.of(mine.aspect):
        theirs = features_of_change(row.change)
        if not are_two_incidents(mine, theirs) and (near := matter_probability(mine, theirs, own)) >= high:
            best, high = row, near
    return best


def _is_late_report(claim: Claim, current: Change, mine: Features, own: frozenset[str]) -> bool:
    """Decide whether the claim is a late report of an earlier stage of what this row tells.

    What a country plans next is another thing than what it does now, what comes after an end is a new beginning,
    and what holds since before the watch began does not make each plan old.
    """
    if claim.aspect in DIRECTED or current.verdict is Verdict.BASELINE:
        return False
    if {claim.stage, current.stage} & {Stage.REJECTED, Stage.ENDED} or RANK[claim.stage] >= RANK[current.stage]:
        return False
    theirs = features_of_change(current)
    return abs(mine.known - theirs.known) <= LATE_FOR and matter_probability(mine, theirs, own) >= SAME


def _is_retold(claim: Claim, current: Change, mine: Features) -> bool:
    """Decide whether the claim repeats what the row of its subject and stage has had for weeks.

    A council does not decide the same thing twice in six weeks; who tells it without a day tells it again.
    """
    if claim.aspect not in _SETTLED_ONCE or claim.stage in _OPEN:
        return False
    if claim.event_date is not None and abs(claim.event_date - current.held_from) > SAME_DAY:
        return False
    if claim.stage is not current.stage or current.verdict is Verdict.BASELINE or _brings_more(claim, current):
        return False
    theirs = features_of_change(current)
    return theirs.key == mine.key and timedelta(0) <= mine.known - theirs.known <= LATE_FOR


def _brings_more(claim: Claim, current: Change) -> bool:
    """Decide whether the claim of a known event brings a step from plan to fact, a figure or a name."""
    if current.stage in _OPEN and claim.stage not in _OPEN:
        return True
    if claim.aspect is Aspect.CASUALTIES and _is_of_wounds(claim.quote) and not _is_of_wounds(current.quote):
        return True  # one who was hurt has died since
    return claim.stage is current.stage and (_differs(claim, current) or _fills_in(claim, current))


def _moves(claim: Claim, before: Change) -> bool:
    """Decide whether the sentence tells of a step away from the baseline, and not of another count of it.

    A baseline's fact has the day of its article where that gives none: the step seems to come within days of it.
    """
    return before.verdict is Verdict.BASELINE and bool(_STEP.search(to_english(claim.quote)))


def _is_of_wounds(quote: str) -> bool:
    return bool(_OF_WOUNDS.search(to_english(quote)))


def _differs(claim: Claim, change: Change) -> bool:
    """Decide whether both give a figure of the same kind for the same thing and the figures disagree."""
    if claim.aspect not in _COUNTED or claim.aspect is not change.aspect:
        return False
    mine, theirs = quantities(claim.value), quantities(change.value)
    if not mine or not theirs or mine[0].kind != theirs[0].kind:
        return False
    if claim.value.endswith(IN_ALL) is not change.value.endswith(IN_ALL):
        return False  # one counts the day's dead, the other all
    if change.disputed_value and any(q.number == mine[0].number for q in quantities(change.disputed_value)):
        return False
    if same_number(mine[0], theirs[0]) if mine[0].about or theirs[0].about else mine[0].number == theirs[0].number:
        return False
    if any(q.number == theirs[0].number for q in figures(to_english(claim.quote))):
        return False  # the sentence has the board's figure too: it says from what to what
    return all(q.number != mine[0].number for q in figures(to_english(change.quote)))


def _fills_in(claim: Claim, change: Change) -> bool:
    """Decide whether the claim brings what the row lacks: a ceiling's figure, an end date, a successor's name."""
    if claim.aspect is not change.aspect or claim.confidence < SURE:
        return False
    if claim.aspect is Aspect.MANDATE:
        if claim.fact is not None and change.fact is not None and claim.fact.slot is change.fact.slot is Slot.TERM:
            same_day = claim.event_date is not None and abs(claim.event_date - change.held_from) <= SAME_DAY
            lacks_end = change.verdict is not Verdict.BASELINE and change.fact.parts.until is None
            return same_day and lacks_end and claim.fact.parts.until is not None
        name = successor_name(claim)
        # A row may have the name from an earlier stage; the sentence that proves it should say it.
        return bool(name) and (not successor_name(change) or successor_name(change) not in to_english(change.quote))
    if claim.aspect is not Aspect.STRENGTH:
        return False
    return bool(figures(claim.value)) and not any(q.number >= 100 for q in figures(change.value))


def judge_known(claim: Claim, known: Change, row: BoardRow, origin: str, similar: float) -> Judgement:
    """Return the verdict of a claim that the board has already: confirms, repeats or stale."""
    current = row.change
    since = format_day(current.held_from)

    def verdict(kind: Verdict, reason: str) -> Judgement:
        return Judgement(claim, kind, reason, current.change_id, similar)

    if row.closed is not None and claim.stage is not Stage.REJECTED:
        return verdict(Verdict.STALE, f"the mission's end on {format_day(row.closed.held_from)} ended this")
    if RANK[claim.stage] < RANK[current.stage]:
        return verdict(Verdict.STALE, f"the board is further on: {_stage(current.stage)} since {since}")
    if known.change_id != current.change_id and known.stage is not current.stage:
        return verdict(Verdict.STALE, f"the board had this from {format_day(known.held_from)} on, and has moved on")
    if current.verdict is Verdict.BASELINE:
        return verdict(Verdict.REPEATS, f"the baseline has had this since {since}")
    if origin in row.origins:
        return verdict(Verdict.REPEATS, f"the board has had this since {since} from {origin}")
    first = next(iter(row.origins)) if len(row.origins) == 1 else f"{len(row.origins)} origins"
    reason = f"the board has had this since {since} from {first}; this is origin number {len(row.origins) + 1}"
    return verdict(Verdict.CONFIRMS, reason)


def make_change(
    claim: Claim, article: Article, board: Board, watch: Watch, known: Change | None, new_key: str = ""
) -> Change:
    """Make the change that ``claim`` leads to, with its verdict and reason.

    Args:
        claim: what moves the board.
        article: where it stands.
        board: as it is before it.
        watch: the mission.
        known: the change whose row it moves, None where it begins one.
        new_key: of a row that it begins; empty: that of its subject.
    """
    same_aspect = known is not None and known.aspect is claim.aspect
    begun = new_key or subject_key(claim.aspect, claim.subject)
    key = known.subject_key if known is not None and same_aspect else begun
    if claim.fact is not None and claim.fact.slot is Slot.CONTRIBUTION and claim.stage is Stage.REJECTED:
        key = f"{key} ({claim.fact.parts.act})"  # who will not leave, stays as they were
    current = board.get((claim.aspect, key))
    lower = current is not None and RANK[claim.stage] < RANK[current.change.stage]
    if current is not None and lower and claim.stage is not Stage.REJECTED:
        key = f"{key} ({_stage(claim.stage)})"  # a proposal about what holds does not undo what holds
        current = board.get((claim.aspect, key))
    before = current.change if current else None
    held = claim.event_date or article.published.date()
    kind, reason, confidence = _kind(claim, before, held)
    change = Change(
        change_id=content_id("change", watch.key, claim.claim_id),
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
        fact=claim.fact,
    )
    if before is None:
        return replace(change, supersedes=_superseded(claim, board, key))
    change = replace(
        change,
        before_stage=before.stage,
        before_value=before.value,
        before_subject=before.subject,
        before_since=before.held_from,
        before_parts=before.fact.parts if before.fact is not None else None,
    )
    if kind is Verdict.DISPUTES:
        disputed = replace(change, disputed_value=claim.value, value=before.value, held_from=before.held_from)
        return replace(disputed, fact=before.fact)
    if kind is Verdict.ADVANCES and claim.stage is before.stage and claim.event_date is None:
        change = replace(change, held_from=before.held_from)  # it tells more of the same event
    if claim.aspect is Aspect.MANDATE and BECAME in before.value and not successor_name(claim):
        return replace(change, value=before.value)  # what became of the mission stays told when its stage moves on
    return change


def _kind(claim: Claim, before: Change | None, held: date) -> tuple[Verdict, str, float]:
    """Return verdict, reason and confidence of a claim that moves the board from ``before``."""
    confidence = claim.confidence
    if before is None:
        return Verdict.NEW, f"the board has nothing on '{claim.subject}' yet", confidence
    was, now, since = _stage(before.stage), _stage(claim.stage), format_day(before.held_from)
    if claim.stage is before.stage:
        if _fills_in(claim, before):
            unnamed = before.fact and before.fact.slot is Slot.SUCCESSOR and not successor_name(before)
            told = confidence if unnamed else min(confidence, QUIET)  # the name of a successor that had none is told
            return Verdict.ADVANCES, f"tells more of what was {was} since {since}: '{claim.value}'", told
        if _differs(claim, before) and abs(held - before.held_from) <= DISPUTE_DAYS and not _moves(claim, before):
            mine, theirs = quantities(claim.value)[0].number, quantities(before.value)[0].number
            small = abs(mine - theirs) <= SMALL_DISPUTE * max(mine, theirs) or claim.aspect is Aspect.CASUALTIES
            reason = f"sources disagree: '{before.value}' since {since}, now '{claim.value}'"
            return Verdict.DISPUTES, reason, min(confidence, QUIET) if small else confidence
        return Verdict.REVISES, f"was '{before.value}' since {since}", confidence
    if Stage.REJECTED in (claim.stage, before.stage) or RANK[claim.stage] < RANK[before.stage]:
        return Verdict.REVERSES, f"was {was} since {since}, is now {now}", confidence
    return Verdict.ADVANCES, f"was {was} since {since}, is now {now}", confidence


def _superseded(claim: Claim, board: Board, key: str) -> UUID | None:
    """Return the baseline's row under another key that a new mandate, ceiling or lead replaces; None where none."""
    if claim.stage not in (Stage.DECIDED, Stage.IN_EFFECT, Stage.ENDED):
        return None
    if claim.aspect not in (Aspect.MANDATE, Aspect.STRENGTH, Aspect.LEAD):
        return None
    if claim.relation is not None:
        return None  # its reader was shown that row, and names the one that it moves
    for row in board.of(claim.aspect):
        change = row.change
        held = change.stage in (Stage.IN_EFFECT, Stage.DECIDED)
        if change.verdict is Verdict.BASELINE and held and change.subject_key != key:
            return change.change_id
    return None


def _stage(stage: Stage) -> str:
    return stage.value.replace("_", " ")
