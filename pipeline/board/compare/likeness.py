"""Estimate whether a claim and a change tell of the same thing: a probability from what they share. Pure.

The weights are logistic regressions on the corpus (:mod:`pipeline.board.compare.likeness_weights`): one for a claim
and a change of two articles, one for two sentences of one article, and one that tells a restatement of what has long
been known from a new event.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from pipeline.board.compare.features import Features, stems_of
from pipeline.board.compare.likeness_weights import ACROSS, OLD, WITHIN
from pipeline.board.compare.stem_weights import total_weight
from pipeline.model import Aspect, Stage
from pipeline.model.quantities import Quantity, quantities, same_number
from pipeline.model.text import normalise

RANK = {
    Stage.PROPOSED: 0,
    Stage.PLANNED: 1,
    Stage.DECIDED: 2,
    Stage.REJECTED: 2,
    Stage.IN_EFFECT: 3,
    Stage.ENDED: 4,
}  # how far along a stage is
DIRECTED = frozenset({Aspect.CONTRIBUTORS, Aspect.DEPLOYMENT})  # coming and going are different things
_NAMED = frozenset({Aspect.CONTRIBUTORS, Aspect.FUNDING})  # their subjects are states and bodies, and tell much
# Aspects under which reporters file the same event.
_KIN = (
    frozenset({Aspect.MANDATE, Aspect.LEAD, Aspect.DEPLOYMENT}),
    frozenset({Aspect.CONTRIBUTORS, Aspect.DEPLOYMENT, Aspect.STRENGTH}),
    frozenset({Aspect.LEAD, Aspect.COMMAND}),
    frozenset({Aspect.MANDATE, Aspect.STRENGTH, Aspect.SUPPORT}),
    frozenset({Aspect.FUNDING, Aspect.SUPPORT}),
)
KIN = {a: tuple(b for b in Aspect if a is b or any({a, b} <= kin for kin in _KIN)) for a in Aspect}
TOLD_WITHIN = timedelta(days=10)  # so long two articles that give the same sum tell of one event
SAME_INCIDENT = timedelta(days=2)  # days that reports give for one attack differ by so much at most
DRAFT_STANDS = timedelta(days=45)  # so long a council may bargain over one draft
MANY_DEAD = 1000  # from so many on a number in a sentence about the dead counts something else
FORCE = 50  # people from which a number is the strength of a force
_DRAFT = re.compile(r"\b(?:draft|text|resolution)\b", re.IGNORECASE)
_NEAR_STAGES = {
    frozenset({Stage.PROPOSED, Stage.PLANNED}): "both_open",
    frozenset({Stage.DECIDED, Stage.PLANNED}): "decided_planned",
    frozenset({Stage.DECIDED, Stage.IN_EFFECT}): "decided_done",
}


def signs(mine: Features, theirs: Features, own: frozenset[str]) -> Iterator[tuple[str, float]]:
    """Yield what speaks for or against the claim ``mine`` and the change ``theirs`` being one event.

    Args:
        mine: of the claim.
        theirs: of the change.
        own: the stems of the mission's names and places, which tell nothing.

    Yields:
        Each sign by name with its size, 0 to 1; those of size 0 are left out.
    """
    yield "bias", 1.0
    same = mine.aspect is theirs.aspect
    if same:
        yield "aspect", 1.0
    yield from _words(mine, theirs, own)
    if same and mine.key == theirs.key:
        yield "subject", 1.0
    elif same and mine.aspect in _NAMED:
        yield "other_party", 1.0
    if mine.key != theirs.key and (_told(mine, theirs, own) or _told(theirs, mine, own)):
        yield "subject_told", 1.0
    if mine.figures and theirs.figures:
        yield ("figure" if _agree(mine.figures, theirs.figures) else "other_figure"), 1.0
    if mine.said and theirs.said:
        yield ("value" if _agree(mine.said, theirs.said) else "other_value"), 1.0
    if mine.direction * theirs.direction:
        yield ("same_way" if mine.direction == theirs.direction else "other_way"), 1.0
    if theirs.baseline:
        yield "baseline", 1.0
    yield from _stages(mine.stage, theirs.stage)
    yield from _days(mine, theirs)


def _words(mine: Features, theirs: Features, own: frozenset[str]) -> Iterator[tuple[str, float]]:
    shared = total_weight((mine.stems & theirs.stems) - own)
    if shared:
        fewer = min(total_weight(mine.stems - own), total_weight(theirs.stems - own))
        yield "words", min(shared, 6.0) / 6
        yield "words_part", shared / fewer
    names, others = mine.names - own, theirs.names - own
    if common := len(names & others):
        yield "names", min(common, 3) / 3
    elif names and others:
        yield "other_names", 1.0
    if mine.quote == theirs.quote:
        yield "quote", 1.0


def _told(mine: Features, theirs: Features, own: frozenset[str]) -> bool:
    """Decide whether the other sentence names the subject of this one."""
    key = mine.key_stems - own
    return bool(key) and key <= theirs.stems


def _agree(mine: tuple[Quantity, ...], theirs: tuple[Quantity, ...]) -> bool:
    return any(same_number(a, b) for a in mine for b in theirs)


def _stages(mine: Stage, theirs: Stage) -> Iterator[tuple[str, float]]:
    if mine is theirs:
        yield "stage", 1.0
        return
    if (near := _NEAR_STAGES.get(frozenset({mine, theirs}))) is not None:
        yield near, 1.0
    yield ("earlier_stage" if RANK[mine] < RANK[theirs] else "later_stage"), 1.0


def _days(mine: Features, theirs: Features) -> Iterator[tuple[str, float]]:
    days = abs((mine.known - theirs.known).days)
    for name, most in (("days_4", 4), ("days_10", 10), ("days_30", 30), ("days_90", 90)):
        if days <= most:
            yield name, 1.0
            break
    if mine.event is None:
        return
    since = (mine.event - theirs.known).days
    if since >= 4:
        yield "long_after", 1.0  # the change was known days before this happened
    elif since >= 1:
        yield "after", 1.0
    if theirs.event is not None:
        apart = abs((mine.event - theirs.event).days)
        if apart == 0:
            yield "same_day", 1.0
        elif apart > 2:
            yield ("other_incident" if mine.aspect is Aspect.CASUALTIES else "other_day"), 1.0


def event_probability(mine: Features, theirs: Features, own: frozenset[str]) -> float:
    """Return the probability that the claim ``mine`` tells of the change ``theirs``; 0 where a rule excludes it."""
    if (mine.stage is Stage.REJECTED) is not (theirs.stage is Stage.REJECTED):
        return 0.0
    if are_two_incidents(mine, theirs) or _are_two_parties(mine, theirs) or _is_own_figure(mine, theirs):
        return 0.0
    if _is_same_sum(mine, theirs) or _is_same_draft(mine, theirs, own):
        return 1.0
    weights = WITHIN if mine.article == theirs.article else ACROSS
    return 1.0 / (1.0 + math.exp(-sum(weights.get(name, 0.0) * size for name, size in signs(mine, theirs, own))))


def are_two_incidents(mine: Features, theirs: Features) -> bool:
    """Decide whether two claims of casualties differ in their day, or in tolls told long apart."""
    if not mine.aspect is theirs.aspect is Aspect.CASUALTIES or mine.stage is not theirs.stage:
        return False
    if mine.event is not None and theirs.event is not None:
        return abs(mine.event - theirs.event) > SAME_INCIDENT
    if abs((mine.event or mine.known) - (theirs.event or theirs.known)) <= TOLD_WITHIN:
        return False
    tolls, others = _tolls(mine.quote), _tolls(theirs.quote)
    return bool(tolls and others) and tolls.isdisjoint(others)


def _tolls(text: str) -> frozenset[float]:
    return frozenset(q.number for q in quantities(text) if q.kind == "count" and 1 <= q.number < MANY_DEAD)


def _are_two_parties(mine: Features, theirs: Features) -> bool:
    """Decide whether each sentence tells of a state that the other does not name."""
    if not mine.aspect is theirs.aspect is Aspect.CONTRIBUTORS:
        return False
    one, other = _party(mine), _party(theirs)
    return bool(one and other) and one not in theirs.states and other not in mine.states


def _party(features: Features) -> str:
    """Return the state that the claim or change is about; empty where its subject is none."""
    return next((state for state in sorted(features.states) if normalise(state) == features.key), "")


def _is_own_figure(mine: Features, theirs: Features) -> bool:
    """Decide whether a strength stands beside another aspect's news in one article: one vote can change several."""
    if mine.article != theirs.article or mine.aspect is not Aspect.STRENGTH or theirs.aspect is Aspect.STRENGTH:
        return False
    return any(q.number >= FORCE for q in mine.said) and not _agree(mine.said, theirs.figures)


def _is_same_sum(mine: Features, theirs: Features) -> bool:
    """Decide whether two articles give the same sum of money within days, whoever is said to be giving it."""
    if not mine.aspect is theirs.aspect is Aspect.FUNDING or mine.article == theirs.article or theirs.baseline:
        return False
    if abs(mine.known - theirs.known) > TOLD_WITHIN:
        return False
    sums = {q.number for q in theirs.said if q.kind == "money"}
    return any(q.kind == "money" and q.number in sums for q in mine.said)


def _is_same_draft(mine: Features, theirs: Features, own: frozenset[str]) -> bool:
    """Decide whether two articles, within days, tell of one draft of the same states."""
    if not mine.aspect is theirs.aspect is Aspect.MANDATE or mine.article == theirs.article or theirs.baseline:
        return False
    if not mine.stage is theirs.stage is Stage.PROPOSED or abs(mine.known - theirs.known) > DRAFT_STANDS:
        return False
    one, other = (frozenset(s for s in features.states if stems_of(s).isdisjoint(own)) for features in (mine, theirs))
    return bool(one) and one == other and bool(_DRAFT.search(mine.quote)) and bool(_DRAFT.search(theirs.quote))


def matter_probability(mine: Features, theirs: Features, own: frozenset[str]) -> float:
    """Return the probability that both are about one matter, as if of one stage and told weeks apart."""
    matter = replace(mine, stage=theirs.stage, known=theirs.known, event=None)
    odds = sum(ACROSS.get(n, 0.0) * size for n, size in signs(matter, theirs, own) if not n.startswith("days_"))
    return 1.0 / (1.0 + math.exp(-(odds + ACROSS.get("days_30", 0.0))))


def restatement_probability(mine: Features, theirs: Features, own: frozenset[str]) -> float:
    """Return the probability that ``mine`` restates the known matter ``theirs``.

    Old and new are taken as equally likely beforehand, since what the sentence alone tells is in the reader's
    confidence. Fitted on each claim of no known event, with the change of highest :func:`matter_probability`.
    """
    odds = sum(OLD.get(name, 0.0) * size for name, size in restatement_signs(mine, theirs, own))
    return 1.0 / (1.0 + math.exp(-odds))


def restatement_signs(mine: Features, theirs: Features, own: frozenset[str]) -> Iterator[tuple[str, float]]:
    """Yield the signs of :func:`signs` but those of the claim's day, and the claim's own aspect and stage."""
    yield from signs(replace(mine, event=None), theirs, own)
    yield f"is_{mine.aspect.value}", 1.0
    yield f"is_{mine.stage.value}", 1.0
