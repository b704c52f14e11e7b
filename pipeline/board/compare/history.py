"""The history that claims are compared with: every change, and the claims too weak to become one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.board.compare.features import Features, features_of_change, features_of_claim
from pipeline.board.compare.likeness import KIN, event_probability, matter_probability, restatement_probability
from pipeline.board.compare.stem_weights import distinctive
from pipeline.model import Aspect, Change, Claim, Stage

# The probability from which a claim and a change tell of one event: lower than one half, since an event told twice is
# worse than one that is reported late.
SAME = 0.4
RECENTLY = timedelta(days=10)  # so long a change may be told again in quite other words
MIN_CONFIDENCE = 0.3  # how sure an uncertain claim must be to corroborate another: two guesses are no knowledge
UNCERTAIN_FOR = timedelta(days=14)  # how long an uncertain claim waits for a second origin

_HOLDS = frozenset({Stage.DECIDED, Stage.IN_EFFECT})
_Known = tuple[Change, Features, frozenset[str]]


@dataclass(frozen=True, slots=True)
class UncertainClaim:
    """A claim too weak to move the board, with who first wrote it and when it was published."""

    claim: Claim
    origin: str
    published: datetime


@dataclass(frozen=True)
class ChangeHistory:
    """Every change in order, the baseline's and superseded ones too, as claims are compared with them.

    ``uncertain`` are the claims that were too weak to move the board; they wait for a second origin.
    """

    changes: tuple[Change, ...] = ()
    uncertain: tuple[UncertainClaim, ...] = ()
    _by_aspect: Mapping[Aspect, tuple[_Known, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, changes: Iterable[Change], uncertain: Iterable[UncertainClaim] = ()) -> ChangeHistory:
        """Build the history of ``changes``, in the order in which we knew them, and ``uncertain`` claims."""
        return cls().extended(changes, uncertain)

    def extended(self, changes: Iterable[Change], uncertain: Iterable[UncertainClaim] = ()) -> ChangeHistory:
        """Return this history with further changes and uncertain claims."""
        added = tuple(changes)
        fresh: dict[Aspect, list[_Known]] = {}
        for change in added:
            features = features_of_change(change)
            fresh.setdefault(change.aspect, []).append((change, features, distinctive(features.stems)))
        known = {**self._by_aspect, **{a: (*self._by_aspect.get(a, ()), *new) for a, new in fresh.items()}}
        return ChangeHistory((*self.changes, *added), (*self.uncertain, *uncertain), known)

    def nearest(self, features: Features, own: frozenset[str]) -> tuple[Change | None, float]:
        """Return the change that a claim most likely tells of, and how likely; None where it is under :data:`SAME`.

        Of the claim's own article only one of its aspect can be it: what one article tells of two aspects is two facts.
        """
        best: Change | None = None
        high = 0.0
        for change, theirs in self._candidates(features, own):
            if theirs.article == features.article and change.aspect is not features.aspect:
                continue
            likely = event_probability(features, theirs, own)
            if likely > high:
                best, high = change, likely
        return (best if high >= SAME else None), high

    def _candidates(
        self, features: Features, own: frozenset[str], *, kin: bool = True
    ) -> Iterator[tuple[Change, Features]]:
        """Yield the changes of the claim's aspect and its kin that are recent or share subject or word."""
        words = distinctive(features.stems) - own
        for aspect in KIN[features.aspect] if kin else (features.aspect,):
            for change, theirs, told in self._by_aspect.get(aspect, ()):
                if (
                    theirs.key == features.key
                    or features.known - theirs.known <= RECENTLY
                    or not words.isdisjoint(told)
                ):
                    yield change, theirs

    def most_likely_restatement(self, features: Features, own: frozenset[str]) -> tuple[Change | None, float]:
        """Return the known matter that a claim of no known event most likely restates, and how likely it does."""
        best: Change | None = None
        other, high = features, 0.0
        for change, theirs in self._candidates(features, own, kin=False):
            if theirs.article != features.article and are_equal_stages(features.stage, theirs.stage):
                near = matter_probability(features, theirs, own)
                if near > high:
                    best, other, high = change, theirs, near
        return (best, restatement_probability(features, other, own)) if best is not None else (None, 0.0)

    def find_other_origin(
        self, claim: Claim, origin: str, published: datetime, own: frozenset[str]
    ) -> UncertainClaim | None:
        """Find an uncertain claim of another origin, not older than :data:`UNCERTAIN_FOR`, that says the same.

        None where either of the two is less sure than :data:`MIN_CONFIDENCE`.
        """
        if claim.confidence < MIN_CONFIDENCE:
            return None
        mine = features_of_claim(claim, published.date())
        for doubt in reversed(self.uncertain):
            said = doubt.claim
            if said.confidence < MIN_CONFIDENCE:
                continue
            if said.article_id == claim.article_id or doubt.origin == origin or said.aspect is not claim.aspect:
                continue
            if said.stage is not claim.stage or not timedelta(0) <= published - doubt.published <= UNCERTAIN_FOR:
                continue
            if event_probability(mine, features_of_claim(said, doubt.published.date()), own) >= SAME:
                return doubt
        return None


def are_equal_stages(one: Stage, other: Stage) -> bool:
    """Decide whether background may tell either stage for the other: they are one, or decided and in effect."""
    return one is other or {one, other} == _HOLDS
