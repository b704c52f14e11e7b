"""Weigh a language model's opinion of a claim, and what it does to the claim and its verdict. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from pipeline.model import Claim, Judgement, Reading, Relation, RelationKind, Stage, TypedFact, Verdict, phrasing
from pipeline.model.text import safe, shorten

MIN_OBJECTION = 0.5  # an objection that the model itself is less sure of holds nothing back


class Answer(StrEnum):
    """What a model says that one sentence is."""

    CHANGE = "change"
    NO_CHANGE = "no_change"
    BACKGROUND = "background"
    OTHER = "other"
    KNOWN = "known"


_OBJECTIONS: Mapping[Answer, tuple[Verdict, str]] = {
    Answer.NO_CHANGE: (Verdict.STALE, "that the sentence tells no change of status"),
    Answer.BACKGROUND: (Verdict.STALE, "that the sentence is background and no news"),
    Answer.OTHER: (Verdict.UNCERTAIN, "that the sentence is not about this mission"),
    Answer.KNOWN: (Verdict.STALE, "that the board has this already"),
}


@dataclass(frozen=True, slots=True)
class ModelOpinion:
    """A model's opinion of one claim; where there is ``trouble``, none was given and the rest means nothing.

    Attributes:
        fact: what the sentence states, as the model types it; None leaves the engine's.
        stage: None leaves the engine's.
        row: the change that made the row which the model says it moves; None where there is none.
    """

    claim_id: UUID
    model: str
    trouble: str = ""
    answer: Answer = Answer.CHANGE
    fact: TypedFact | None = None
    stage: Stage | None = None
    row: UUID | None = None
    confidence: float = 0.0

    @property
    def who(self) -> str:
        """The model, as reasons name it."""
        return f"the language model ({shorten(safe(self.model), 60)})"

    @property
    def objection(self) -> tuple[Verdict, str] | None:
        """What the model has against the claim as a verdict with its reason; None where nothing."""
        return _OBJECTIONS.get(self.answer)


def weigh(reading: Reading, opinions: Mapping[UUID, ModelOpinion]) -> tuple[Reading, tuple[Judgement, ...]]:
    """Apply opinions to ``reading``: correct its claims, and return the judgements of those held back.

    A claim keeps its id: it names what the engine found in the article. Fact, stage and confidence are the model's:
    it has seen the board, the sentence and what stands beside it. An objection that it is not sure of changes nothing.
    """
    if not any(claim.claim_id in opinions for claim in reading.claims):
        return reading, ()
    claims: list[Claim] = []
    held_back: list[Judgement] = []
    for claim in reading.claims:
        opinion = opinions.get(claim.claim_id)
        if opinion is None or opinion.trouble:
            claims.append(claim)
        elif opinion.objection is None:
            claims.append(_corrected(claim, opinion))
        else:
            claims.append(claim)
            if opinion.confidence >= MIN_OBJECTION:
                verdict, what = opinion.objection
                held_back.append(Judgement(claim, verdict, f"{opinion.who} says {what} ({opinion.confidence:.2f})"))
    return replace(reading, claims=tuple(claims)), tuple(held_back)


def reading_without(reading: Reading, held_back: tuple[Judgement, ...]) -> Reading:
    """Return ``reading`` without the claims that were held back."""
    ids = {judgement.claim.claim_id for judgement in held_back}
    return replace(reading, claims=tuple(c for c in reading.claims if c.claim_id not in ids)) if ids else reading


def with_opinion(judgement: Judgement, opinion: ModelOpinion) -> Judgement:
    """Return ``judgement`` with the model's opinion in its reason and its change's."""
    if opinion.trouble:
        said = f"{opinion.who} was not heard ({opinion.trouble}), so this verdict stands without it"
    elif opinion.objection is not None:
        said = f"{opinion.who} says {opinion.objection[1]}, but is not sure ({opinion.confidence:.2f})"
    elif opinion.fact is None and opinion.stage is None:
        said = f"{opinion.who} agrees ({opinion.confidence:.2f})"
    else:
        words = [opinion.fact.slot.value if opinion.fact is not None else "", (opinion.stage or "").replace("_", " ")]
        said = f"{opinion.who} puts it under {', '.join(filter(None, words))} ({opinion.confidence:.2f})"
    change = judgement.change
    return replace(
        judgement,
        reason=f"{judgement.reason}; {said}",
        change=None if change is None else replace(change, reason=f"{change.reason}; {said}"),
    )


def _corrected(claim: Claim, opinion: ModelOpinion) -> Claim:
    stage, fact = opinion.stage or claim.stage, opinion.fact or claim.fact
    said = replace(
        claim,
        stage=stage,
        background=False,
        confidence=opinion.confidence,
        relation=Relation(RelationKind.MOVES if opinion.row else RelationKind.NEW, opinion.row),
    )
    if fact is None:
        return said
    subject, value = phrasing.subject(fact), phrasing.value(fact, stage)
    return replace(said, aspect=fact.slot.aspect, fact=fact, subject=subject, value=value)
