"""Claims, verdicts, changes and rows of the board."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pipeline.model.facts import Parts, TypedFact
from pipeline.model.words import Aspect, Precision, Stage, Verdict


class RelationKind(StrEnum):
    """How a claim stands to the board."""

    NEW = "new"
    MOVES = "moves"
    REPEATS = "repeats"


class Relation(NamedTuple):
    """What a reader that was shown the board says of how its claim stands to it.

    Attributes:
        kind: a matter of its own, or a row that it moves on, or tells again.
        row: the change that made that row; None where there is none, or none that the reader named is there.
    """

    kind: RelationKind
    row: UUID | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What one sentence of an article says of the mission.

    ``quote == article.text[start:end]``, always (``start`` is -1 where it stands in the title). ``fact`` is what it
    states, typed; ``subject`` and ``value`` are that fact in words. None: it is of a version that did not type them.
    ``relation`` is given by a reader that was shown the board; it is evidence for comparing, and not stored.
    """

    claim_id: UUID
    article_id: UUID
    aspect: Aspect
    stage: Stage
    subject: str
    value: str
    quote: str
    start: int
    end: int
    event_date: date | None = None
    event_precision: Precision = Precision.DAY
    background: bool = False
    confidence: float = 0.5
    why: str = ""  # what in the sentence led to it
    fact: TypedFact | None = None
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one article: its claims, or why there are none.

    ``doubtful`` where it is called irrelevant and may well be relevant; it is not stored.
    """

    article_id: UUID
    engine: str
    relevant: bool
    reason: str
    claims: tuple[Claim, ...] = ()
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One transition of the board, before and after. Append-only.

    Attributes:
        held_from: since when the new state holds (the event's day, else the publication's).
        known_at: when we could know it (the article's publication).
        before_*: what the board said, None where it said nothing.
        fact: what it states, typed; ``subject`` and ``value`` are that in words. None: of a version without types.
        supersedes: the change whose row this one replaces.
    """

    change_id: UUID
    watch: str
    aspect: Aspect
    subject: str
    subject_key: str
    verdict: Verdict
    stage: Stage
    value: str
    held_from: date
    known_at: datetime
    quote: str
    reason: str
    confidence: float
    before_stage: Stage | None = None
    before_value: str | None = None
    before_subject: str | None = None
    before_since: date | None = None
    supersedes: UUID | None = None
    claim_id: UUID | None = None
    article_id: UUID | None = None
    event_date: date | None = None
    disputed_value: str | None = None
    fact: TypedFact | None = None
    before_parts: Parts | None = None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """Where one subject stands: the last change of it, who has said so since, and what closed it.

    ``closed`` is the change by which the mission ended and this row with it; None where it stands as ``change`` says.
    """

    change: Change
    origins: frozenset[str] = frozenset()
    last_confirmed: datetime | None = None
    closed: Change | None = None

    @property
    def stage(self) -> Stage:
        """The stage of the row: that of its change, or ended where it is closed."""
        return self.change.stage if self.closed is None else Stage.ENDED

    @property
    def since(self) -> date:
        """Since when that holds."""
        return self.change.held_from if self.closed is None else self.closed.held_from


@dataclass(frozen=True, slots=True)
class Judgement:
    """A claim's verdict, why, the board row that it was compared with, and the change if any."""

    claim: Claim
    verdict: Verdict
    reason: str
    against: UUID | None = None  # the change that made the row
    similarity: float = 0.0
    change: Change | None = None
