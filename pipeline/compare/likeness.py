"""Whether a claim and a change tell of the same thing: words, figures, names, days, direction."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from pipeline.board import Quantity, quantities, same_number, subject_key
from pipeline.model import Aspect, Change, Claim, Stage
from pipeline.text import normalise

# Chosen on the bench (python -m tests.bench); SAME from 0.66 to 0.95 moves the mean F1 by less than 0.03.
SAME = 0.80  # similarity from which a claim and a change tell of the same thing
SAME_SUBJECT = 0.45  # the same, where aspect, stage and subject agree already
APART = timedelta(days=1)  # two dated incidents that lie further apart are two

RANK = {
    Stage.PROPOSED: 0,
    Stage.PLANNED: 1,
    Stage.DECIDED: 2,
    Stage.REJECTED: 2,
    Stage.IN_EFFECT: 3,
    Stage.ENDED: 4,
}  # how far along a stage is
DIRECTED = frozenset({Aspect.CONTRIBUTORS, Aspect.DEPLOYMENT})  # coming and going are different things
_WIDE = frozenset({Aspect.MANDATE, Aspect.STRENGTH, Aspect.DEPLOYMENT})  # their subjects are few, and tell little
# Aspects under which reporters file the same event.
_KIN = (
    frozenset({Aspect.MANDATE, Aspect.LEAD, Aspect.DEPLOYMENT}),
    frozenset({Aspect.CONTRIBUTORS, Aspect.DEPLOYMENT, Aspect.STRENGTH}),
    frozenset({Aspect.LEAD, Aspect.COMMAND}),
    frozenset({Aspect.MANDATE, Aspect.STRENGTH, Aspect.SUPPORT}),
    frozenset({Aspect.FUNDING, Aspect.SUPPORT}),
)
_RELATED = frozenset((a, b) for kin in _KIN for a in kin for b in kin) | frozenset((a, a) for a in Aspect)

_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-ZÀ-Þ][\w’'-]+")
_LEAVING = re.compile(
    r"\b(?:withdr\w+|leav\w+|left|pull\w* out|quit\w*|go\w* home|went home|depart\w+|sent home|end\w*|exit|no part"
    r"|repatriat\w+)\b"
)
_COMING = re.compile(
    r"\b(?:join\w*|send\w*|deploy\w+|arriv\w+|take part|taking part|stay\w*|remain\w*|keep\w*|contribut\w+|offer\w*)\b"
)
_STOP_TEXT = """the a an of in on to for and or as at by from with its his her their that this it is are was
    were be been has have had will who which not no but after over into up out more than says said would also they
    he she there where when under about told one two"""
# Stems that every sentence about a mission has.
_COMMON_TEXT = """missi force secur counc unite natio troop soldi peace polic offic inter count membe perso manda
    gover minis presi opera state resol"""
_STOP = frozenset(_STOP_TEXT.split())
_COMMON = frozenset(_COMMON_TEXT.split())


@dataclass(frozen=True)
class Memory:
    """What was already told: every change in order, the baseline's and those that were superseded too."""

    changes: tuple[Change, ...] = ()

    @classmethod
    def of(cls, changes: Iterable[Change]) -> Memory:
        """The memory that these changes, in the order in which we knew them, amount to."""
        return cls(tuple(changes))

    def remember(self, changes: Iterable[Change]) -> Memory:
        """This memory with further changes."""
        return Memory((*self.changes, *changes))


@lru_cache(maxsize=8192)
def _stems(text: str) -> frozenset[str]:
    return frozenset(w[:5] for w in _WORD.findall(normalise(text)) if w not in _STOP and not w.isdigit()) - _COMMON


@lru_cache(maxsize=8192)
def _names(text: str) -> frozenset[str]:
    return frozenset(w.lower()[:6] for w in _NAME.findall(text))


@lru_cache(maxsize=8192)
def figures(text: str) -> tuple[Quantity, ...]:
    """The telling numbers of ``text``: ten and more, no years."""
    return tuple(q for q in quantities(text) if q.number >= 10 and not (1990 <= q.number <= 2060 and q.kind == "count"))


def similarity(claim: Claim, change: Change, on: date) -> float:
    """How far a claim, published on ``on``, tells of the same thing as ``change``: 0 to about 1.5.

    Shared words count without those that every sentence about a mission has; days, figures, names and the
    direction (coming or going) count for or against.
    """
    if (claim.aspect, change.aspect) not in _RELATED:
        return 0.0
    score = 0.0 if claim.aspect is change.aspect else -0.25
    score += 0.9 * _shared(_stems(claim.quote), _stems(change.quote), 6)
    score += 0.25 * _shared(_names(claim.quote), _names(change.quote), 3)
    if subject_key(claim.aspect, claim.subject) == change.subject_key:
        score += 0.15 if claim.aspect in _WIDE else 0.35
    mine, theirs = figures(claim.quote), figures(change.quote)
    if mine and theirs:
        score += 0.3 if any(same_number(a, b) for a in mine for b in theirs) else -0.1
    if claim.stage is change.stage:
        score += 0.15
    apart = abs((claim.event_date or on) - (change.event_date or change.known_at.date()))
    score += _closeness(apart.days, claim.event_date is not None)
    if claim.aspect is Aspect.CASUALTIES and claim.event_date:
        if change.event_date and apart > APART:
            score -= 0.4
        elif claim.event_date > change.known_at.date():
            score -= 0.5  # the change was known before this happened
    if claim.aspect in DIRECTED and _direction(claim.quote) * _direction(change.quote) < 0:
        score -= 0.4
    return score


def _shared(mine: frozenset[str], theirs: frozenset[str], enough: int) -> float:
    """The part of the smaller set that the other has, damped where the smaller has fewer than ``enough``."""
    fewer = min(len(mine), len(theirs))
    return len(mine & theirs) / fewer * min(1.0, fewer / enough) if fewer else 0.0


def _closeness(days: int, dated: bool) -> float:
    """What the days between two events count: an undated claim may tell again what is weeks old."""
    if days <= 4:
        return 0.2 if days <= 1 else 0.12
    if dated:
        return 0.0 if days <= 12 else -0.12 if days <= 25 else -0.35
    return 0.0 if days <= 40 else -0.15


@lru_cache(maxsize=8192)
def _direction(text: str) -> int:
    """-1 for a sentence about leaving, 1 for one about coming, 0 where it tells neither or both."""
    low = normalise(text)
    out, into = bool(_LEAVING.search(low)), bool(_COMING.search(low))
    return 0 if out == into else -1 if out else 1


def bar(claim: Claim, change: Change, on: date) -> float:
    """The similarity that is enough: less where aspect, stage and subject agree and little time has passed."""
    same_subject = claim.aspect is change.aspect and subject_key(claim.aspect, claim.subject) == change.subject_key
    if same_subject and RANK[claim.stage] <= RANK[change.stage]:
        days = abs((on - change.known_at.date()).days)
        if claim.stage is not change.stage and claim.aspect in DIRECTED:
            return SAME + 0.3  # what a country plans next is not what it does now
        if claim.stage is not change.stage:
            return (SAME + SAME_SUBJECT) / 2 if days <= 45 else SAME
        return SAME_SUBJECT if days <= 14 else (SAME + SAME_SUBJECT) / 2 if days <= 45 else SAME
    return SAME + 0.2 if claim.aspect in DIRECTED and claim.stage is not change.stage else SAME


def nearest(claim: Claim, memory: Memory, on: date) -> tuple[Change | None, float]:
    """The change that lies furthest above its bar, and the similarity; None where all lie below theirs."""
    best: Change | None = None
    high, at, closest = 0.0, 0.0, 0.0
    for change in memory.changes:
        score = similarity(claim, change, on)
        closest = max(closest, score)
        margin = score - bar(claim, change, on)
        if margin >= high:
            best, high, at = change, margin, score
    return (best, at) if best is not None else (None, closest)
