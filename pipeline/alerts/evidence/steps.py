"""The steps of a trail as values, and the wording that they share. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.alerts.message import safe_url
from pipeline.board.successors import BECAME

Row = Mapping[str, Any]
Trail = Mapping[str, Sequence[Row]]  # sections as :class:`pipeline.storage.Trail` has them, and those named below

# Two sections beside those of a trail: the changes that its claims were compared with or took the place of (rows of the
# view ``changes``), and which alert tells which change (``alert_id``, ``change_id``).
COMPARED, ALERT_CHANGES = "compared", "alert_changes"
MARKS = "marks"  # of a trail: rows of the view of that name
NOT_READ = "does not read it"  # in the reason of a reading that was none


@dataclass(frozen=True, slots=True)
class Score:
    """What was measured, and what was needed.

    Attributes:
        what: in a few words, e.g. ``confidence of the reading``.
        value: 0 to 1.
        needed: the threshold, 0 to 1.
        means: what reaching it, or not, comes to.
    """

    what: str
    value: float
    needed: float
    means: str

    @property
    def is_reached(self) -> bool:
        """Whether the threshold was reached."""
        return self.value >= self.needed


@dataclass(frozen=True, slots=True)
class Compared:
    """A change that a claim was compared with, or that another change replaced.

    Attributes:
        how: ``compared with`` or ``in place of``.
        says: what it says, and since when.
        source: who said so, and when.
    """

    how: str
    change_id: str
    says: str
    quote: str
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done.

    Attributes:
        name: which step, in one or two words.
        told: what it came to, in plain English.
        at: when, by the watch's clock; None where it is not known.
        quote: the sentence that it is about; may be empty.
        url: the address that it is about, where that is a web address; may be empty.
        id: by which the store knows it; may be empty.
        scores: what was measured.
        compared: what it was compared with; None for nothing.
        ends: True where this step held it back.
    """

    name: str
    told: str
    at: datetime | None = None
    quote: str = ""
    url: str = ""
    id: str = ""
    scores: tuple[Score, ...] = ()
    compared: Compared | None = None
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """The course of one claim of the page, or of a change that no claim made.

    Attributes:
        claim_id, change_id: empty where there is none.
        title: what it says.
        verdict: of the claim.
        steps: from the sentence to the delivery.
    """

    claim_id: str
    change_id: str
    title: str
    verdict: str
    steps: tuple[Step, ...]

    @property
    def moved(self) -> bool:
        """Whether it changed the board."""
        return bool(self.change_id)


@dataclass(frozen=True, slots=True)
class TrailAccount:
    """A trail in steps: those of the page, a branch for each claim and change, then what is about all of it."""

    steps: tuple[Step, ...]
    branches: tuple[Branch, ...]


def is_unread(reading: Row) -> bool:
    """Decide whether no engine read the article because none reads its language."""
    return not reading["relevant"] and NOT_READ in str(reading["reason"])


def describe_row(row: Row) -> str:
    """Describe a claim or a change in one line."""
    return f"{row['aspect']}, {row['subject']}: {value_words(row['value']) or 'no value'} ({stage_words(row['stage'])})"


def as_sentence(text: object) -> str:
    """Return ``text`` with a full stop at its end, unless it has one."""
    words = str(text).strip()
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def stage_words(stage: object) -> str:
    """Return a stage in words, without underscores."""
    return str(stage).replace("_", " ")


def value_words(value: object) -> str:
    """Return a value for display: a change of name with an arrow."""
    return str(value or "").replace(BECAME, " → ")


def web_url(url: object) -> str:
    """Return ``url`` where it is a web address; else an empty string."""
    return safe_url(str(url or ""))
