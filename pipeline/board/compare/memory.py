"""What was told before: every change, and what was too weak to become one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.board.compare.features import Features, features_of_change, features_of_claim
from pipeline.board.compare.likeness import KIN, alike, chance, restates
from pipeline.board.compare.stems import telling
from pipeline.model import Aspect, Change, Claim, Stage

# The probability from which a claim and a change tell of one event: lower than one half, since an event told twice is
# worse than one that is told late.
SAME = 0.4
LATELY = timedelta(days=10)  # so long a change may be told again in quite other words
HEEDED = 0.3  # how sure an uncertain claim must be to be heeded: two guesses are no knowledge
WAITS = timedelta(days=14)  # how long an uncertain claim waits for a second origin

_HOLDS = frozenset({Stage.DECIDED, Stage.IN_EFFECT})
_Known = tuple[Change, Features, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Doubt:
    """An uncertain claim, with who first wrote it and when it was published."""

    claim: Claim
    origin: str
    published: datetime


@dataclass(frozen=True)
class Memory:
    """What was already told: every change in order, the baseline's and those that were superseded too.

    ``uncertain`` are the claims that were too weak to move the board; they wait for a second origin.
    """

    changes: tuple[Change, ...] = ()
    uncertain: tuple[Doubt, ...] = ()
    _by_aspect: Mapping[Aspect, tuple[_Known, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, changes: Iterable[Change], uncertain: Iterable[Doubt] = ()) -> Memory:
        """The memory that these changes, in the order in which we knew them, and these uncertain claims amount to."""
        return cls().remember(changes, uncertain)

    def remember(self, changes: Iterable[Change], uncertain: Iterable[Doubt] = ()) -> Memory:
        """This memory with further changes and uncertain claims."""
        added = tuple(changes)
        fresh: dict[Aspect, list[_Known]] = {}
        for change in added:
            marks = features_of_change(change)
            fresh.setdefault(change.aspect, []).append((change, marks, telling(marks.stems)))
        known = {**self._by_aspect, **{a: (*self._by_aspect.get(a, ()), *new) for a, new in fresh.items()}}
        return Memory((*self.changes, *added), (*self.uncertain, *uncertain), known)

    def nearest(self, marks: Features, own: frozenset[str]) -> tuple[Change | None, float]:
        """The change that a claim most likely tells of, and how likely; None where it is under :data:`SAME`.

        Of the claim's own article only one of its aspect can be it: what one article tells of two aspects is two facts.
        """
        best: Change | None = None
        high = 0.0
        for change, theirs in self._candidates(marks, own):
            if theirs.article == marks.article and change.aspect is not marks.aspect:
                continue
            likely = chance(marks, theirs, own)
            if likely > high:
                best, high = change, likely
        return (best if high >= SAME else None), high

    def _candidates(
        self, marks: Features, own: frozenset[str], *, kin: bool = True
    ) -> Iterator[tuple[Change, Features]]:
        """The changes of the claim's aspect and its kin that are recent, or share a telling word or the subject."""
        words = telling(marks.stems) - own
        for aspect in KIN[marks.aspect] if kin else (marks.aspect,):
            for change, theirs, told in self._by_aspect.get(aspect, ()):
                if theirs.key == marks.key or marks.known - theirs.known <= LATELY or not words.isdisjoint(told):
                    yield change, theirs

    def restated(self, marks: Features, own: frozenset[str]) -> tuple[Change | None, float]:
        """The known matter that a claim of no known event may restate, and the probability that it does."""
        best: Change | None = None
        other, high = marks, 0.0
        for change, theirs in self._candidates(marks, own, kin=False):
            if theirs.article != marks.article and one_footing(marks.stage, theirs.stage):
                near = alike(marks, theirs, own)
                if near > high:
                    best, other, high = change, theirs, near
        return (best, restates(marks, other, own)) if best is not None else (None, 0.0)

    def waiting(self, claim: Claim, origin: str, published: datetime, own: frozenset[str]) -> Doubt | None:
        """The uncertain claim of another origin, not older than :data:`WAITS`, that says what ``claim`` says.

        None where either of the two is less sure than :data:`HEEDED`.
        """
        if claim.confidence < HEEDED:
            return None
        mine = features_of_claim(claim, published.date())
        for doubt in reversed(self.uncertain):
            said = doubt.claim
            if said.confidence < HEEDED:
                continue
            if said.article_id == claim.article_id or doubt.origin == origin or said.aspect is not claim.aspect:
                continue
            if said.stage is not claim.stage or not timedelta(0) <= published - doubt.published <= WAITS:
                continue
            if chance(mine, features_of_claim(said, doubt.published.date()), own) >= SAME:
                return doubt
        return None


def one_footing(one: Stage, other: Stage) -> bool:
    """True for one stage, and for what is decided and what holds: background tells either for the other."""
    return one is other or {one, other} == _HOLDS
