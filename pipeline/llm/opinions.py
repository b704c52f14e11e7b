"""What a language model thinks of a claim, and what that does to the claim and its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from pipeline.model import Aspect, Claim, Judgement, Reading, Stage, Verdict
from pipeline.text import safe, shorten

HEARD = 0.5  # an objection that the model itself is less sure of holds nothing back


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model thinks of one claim; where there is ``trouble``, it was not heard and the rest means nothing."""

    claim_id: UUID
    model: str
    trouble: str = ""
    is_about_mission: bool = True
    is_news: bool = True
    already_known: bool = False
    aspect: Aspect | None = None  # None leaves the embedded engine's
    stage: Stage | None = None
    confidence: float = 0.0

    @property
    def who(self) -> str:
        """The model, as reasons name it."""
        return f"the language model ({shorten(safe(self.model), 60)})"

    @property
    def objection(self) -> tuple[Verdict, str] | None:
        """What the model has against the claim as a verdict with its reason; None where nothing."""
        if not self.is_about_mission:
            return Verdict.UNCERTAIN, "that the sentence is not about this mission"
        if not self.is_news:
            return Verdict.STALE, "that the sentence is no news"
        if self.already_known:
            return Verdict.STALE, "that the board has this already"
        return None


def weigh(reading: Reading, opinions: Mapping[UUID, Opinion]) -> tuple[Reading, tuple[Judgement, ...]]:
    """``reading`` with its claims as the opinions correct them, and the judgements of those that they hold back.

    A claim keeps its id: it names what the engine found in the article. Aspect and stage are the model's where they
    differ; the confidence is the mean of both. An objection of which the model is not sure changes nothing.
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
            if opinion.confidence >= HEARD:
                verdict, what = opinion.objection
                held_back.append(Judgement(claim, verdict, f"{opinion.who} says {what} ({opinion.confidence:.2f})"))
    return replace(reading, claims=tuple(claims)), tuple(held_back)


def reading_without(reading: Reading, held_back: tuple[Judgement, ...]) -> Reading:
    """``reading`` without the claims that were held back: what is left to be compared with the board."""
    ids = {judgement.claim.claim_id for judgement in held_back}
    return replace(reading, claims=tuple(c for c in reading.claims if c.claim_id not in ids)) if ids else reading


def told(judgement: Judgement, opinion: Opinion) -> Judgement:
    """``judgement`` whose reason, and its change's, also tells what the model had to say."""
    if opinion.trouble:
        said = f"{opinion.who} was not heard ({opinion.trouble}), so this verdict stands without it"
    elif opinion.objection is not None:
        said = f"{opinion.who} says {opinion.objection[1]}, but is not sure ({opinion.confidence:.2f})"
    elif opinion.aspect is None and opinion.stage is None:
        said = f"{opinion.who} agrees ({opinion.confidence:.2f})"
    else:
        words = [str(word).replace("_", " ") for word in (opinion.aspect, opinion.stage) if word is not None]
        said = f"{opinion.who} puts it under {', '.join(words)} ({opinion.confidence:.2f})"
    change = judgement.change
    return replace(
        judgement,
        reason=f"{judgement.reason}; {said}",
        change=None if change is None else replace(change, reason=f"{change.reason}; {said}"),
    )


def _corrected(claim: Claim, opinion: Opinion) -> Claim:
    return replace(
        claim,
        aspect=opinion.aspect or claim.aspect,
        stage=opinion.stage or claim.stage,
        confidence=round((claim.confidence + opinion.confidence) / 2, 4),
    )
