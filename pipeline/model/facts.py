"""Facts: a slot, its key, and a value of typed parts, as ``docs/design.md`` has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from pipeline.model.words import Aspect, Precision

ROUGHLY = 0.05  # "about", "nearly", "over": so much two figures may differ by and be equal, of the larger one


class Slot(StrEnum):
    """What of a mission a fact is about, more closely than its aspect."""

    LEAD = "lead"
    COMMAND = "command"
    TERM = "term"
    AUTHORISATION = "authorisation"
    SUCCESSOR = "successor"
    TASK = "task"
    PROCESS = "process"
    POSITION = "position"
    CEILING = "ceiling"
    DEPLOYED = "deployed"
    REQUIRED = "required"
    MOVEMENT = "movement"
    CONTRIBUTION = "contribution"
    PLEDGE = "pledge"
    BUDGET = "budget"
    SHORTFALL = "shortfall"
    ARRANGEMENT = "arrangement"
    SUPPORT = "support"
    PRESENCE = "presence"
    MILESTONE = "milestone"
    OPERATION = "operation"
    INCIDENT = "incident"
    TOLL = "toll"

    @property
    def aspect(self) -> Aspect:
        """The aspect that the slot belongs to."""
        return _ASPECTS[self]

    @property
    def is_keyed(self) -> bool:
        """Whether a mission can have several facts of the slot, told apart by a key."""
        return self not in _UNKEYED


_ASPECTS: Mapping[Slot, Aspect] = {
    Slot.LEAD: Aspect.LEAD,
    Slot.COMMAND: Aspect.COMMAND,
    **dict.fromkeys((Slot.TERM, Slot.AUTHORISATION, Slot.SUCCESSOR, Slot.TASK), Aspect.MANDATE),
    **dict.fromkeys((Slot.PROCESS, Slot.POSITION), Aspect.MANDATE),
    **dict.fromkeys((Slot.CEILING, Slot.DEPLOYED, Slot.REQUIRED, Slot.MOVEMENT), Aspect.STRENGTH),
    Slot.CONTRIBUTION: Aspect.CONTRIBUTORS,
    **dict.fromkeys((Slot.PLEDGE, Slot.BUDGET, Slot.SHORTFALL, Slot.ARRANGEMENT), Aspect.FUNDING),
    Slot.SUPPORT: Aspect.SUPPORT,
    **dict.fromkeys((Slot.PRESENCE, Slot.MILESTONE, Slot.OPERATION), Aspect.DEPLOYMENT),
    **dict.fromkeys((Slot.INCIDENT, Slot.TOLL), Aspect.CASUALTIES),
}
_UNKEYED = frozenset({Slot.LEAD, Slot.TERM, Slot.SUCCESSOR, Slot.ARRANGEMENT})


COUNTED = frozenset({Slot.CEILING, Slot.DEPLOYED, Slot.REQUIRED, Slot.MOVEMENT})  # their key is a kind of people
ALL = "all"  # the kind of people where a sentence tells none, soldiers, or more kinds than one
_KINDS = (
    (re.compile(r"soldier|troop|milit"), ALL),
    (re.compile(r"polic|gendarm|constab"), "police"),
    (re.compile(r"observ|monitor|verif|inspect"), "observers"),
    (re.compile(r"civil|staff|expert|advis"), "civilians"),
    (re.compile(r"ship|frigat|vessel|boat"), "ships"),
    (re.compile(r"helicopter|aircraft|plane"), "aircraft"),
)


def kind_of_people(name: str) -> str:
    """Return the kind of the people called ``name``: police, observers, civilians, ships, aircraft, or all."""
    kinds = {kind for words, kind in _KINDS if words.search(name.lower())}
    return kinds.pop() if len(kinds) == 1 else ALL


class Movement(StrEnum):
    """How a fact moved, or did not, where that is no stage of its own."""

    POSTPONED = "postponed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REAFFIRMED = "reaffirmed"
    INCREASED = "increased"
    REDUCED = "reduced"
    EXTENDED = "extended"
    REPLACED = "replaced"


class FigureRole(StrEnum):
    """What a figure is: all there is, a difference, or a share of what there was."""

    TOTAL = "total"
    CHANGE = "change"
    PERCENT = "percent"


class Figure(NamedTuple):
    """A number or a range, 0 and above; ``about`` where it is said roughly."""

    low: float
    high: float
    about: bool = False

    @classmethod
    def of(cls, number: float, *, about: bool = False) -> Figure:
        """Return the figure of one number."""
        return cls(number, number, about)

    def equals(self, other: Figure) -> bool:
        """Decide whether both can mean the same: the ranges meet, or nearly where one is rough."""
        if self.low <= other.high and other.low <= self.high:
            return True
        if not (self.about or other.about):
            return False
        near, far = (self.low, other.high) if self.low > other.high else (other.low, self.high)
        return near - far <= ROUGHLY * near


class Day(NamedTuple):
    """A day, or a month or year of which the day is not told (then ``day`` is its first)."""

    day: date
    precision: Precision = Precision.DAY

    @property
    def iso(self) -> str:
        """``2025-09-30``, ``2025-09`` or ``2025``, as exactly as it is known."""
        text = self.day.isoformat()
        return {Precision.YEAR: text[:4], Precision.MONTH: text[:7]}.get(self.precision, text)

    @classmethod
    def from_iso(cls, text: str) -> Day:
        """Parse the day, month or year that ``text`` names.

        Raises:
            ValueError: it names none.
        """
        precision = {4: Precision.YEAR, 7: Precision.MONTH}.get(len(text), Precision.DAY)
        return cls(date.fromisoformat((text + "-01-01")[:10]), precision)

    def equals(self, other: Day) -> bool:
        """Decide whether both can be the same, as exactly as the rougher one is given."""
        if Precision.YEAR in (self.precision, other.precision):
            return self.day.year == other.day.year
        if Precision.MONTH in (self.precision, other.precision):
            return (self.day.year, self.day.month) == (other.day.year, other.day.month)
        return self.day == other.day


@dataclass(frozen=True, slots=True)
class Parts:
    """The typed value of a fact; what a sentence does not state is None, or empty.

    Attributes:
        act: what is done, in a word of the slot: sends, withdraws, appointed, opens, ends.
        actor: who asks, offers, drafts, decides or says so.
        person, organisation, country, place, item, post: names, as they are written.
        figure, unit, role: how many of what (soldiers, police, ships), and what the number is.
        amount, currency: a sum; the currency as ISO 4217, or as it is written.
        day, start, until, since: the day of what is to come or was; from when; to when; since when.
        killed, injured, missing, captured, died_of_wounds, released: people of the mission.
        movement: how the fact moved.
    """

    act: str = ""
    actor: str = ""
    person: str = ""
    organisation: str = ""
    country: str = ""
    place: str = ""
    item: str = ""
    post: str = ""
    figure: Figure | None = None
    unit: str = ""
    role: FigureRole = FigureRole.TOTAL
    amount: Figure | None = None
    currency: str = ""
    day: Day | None = None
    start: Day | None = None
    until: Day | None = None
    since: Day | None = None
    killed: int | None = None
    injured: int | None = None
    missing: int | None = None
    captured: int | None = None
    died_of_wounds: int | None = None
    released: int | None = None
    movement: Movement | None = None

    def stated(self) -> dict[str, object]:
        """Return the parts that are stated, by name."""
        return {
            f.name: value
            for f in fields(self)
            if (value := getattr(self, f.name)) not in (None, "") and value != _DEFAULTS.get(f.name)
        }

    def flat(self) -> dict[str, str | int | float | bool]:
        """Flatten the stated parts for JSON and SQL: figures as low and high, days as ISO 8601."""
        out: dict[str, str | int | float | bool] = {}
        for name, value in self.stated().items():
            if isinstance(value, Figure):
                out |= _flat_figure(name, value)
            elif isinstance(value, Day):
                out[name] = value.iso
            elif isinstance(value, str | int):
                out[name] = value.value if isinstance(value, StrEnum) else value
        return out

    @classmethod
    def from_flat(cls, held: Mapping[str, object]) -> Parts:
        """Rebuild the parts that :meth:`flat` wrote; unknown names are ignored.

        Raises:
            ValueError: a day, a figure or a word of a closed set is none.
        """
        values: dict[str, object] = {}
        for name in ("figure", "amount"):
            low, high = held.get(f"{name}_low", held.get(name)), held.get(f"{name}_high")
            if low is not None:
                top = high if high is not None else low
                values[name] = Figure(float(str(low)), float(str(top)), bool(held.get(f"{name}_about")))
        for f in fields(cls):
            if f.name in held and f.name not in values:
                values[f.name] = _read(f.name, held[f.name])
        return cls(**values)  # type: ignore[arg-type]


_DEFAULTS: Mapping[str, object] = {"role": FigureRole.TOTAL}
HARM = ("killed", "injured", "missing", "captured", "died_of_wounds", "released")


# Which parts a fact of each slot can have, beside ``act`` and ``movement``; ``key`` is what tells it from its like.
_OF_SLOT_TEXT = {
    Slot.LEAD: "organisation country actor day until",
    Slot.COMMAND: "key person country day start until",
    Slot.TERM: "item actor day start until",
    Slot.AUTHORISATION: "key item actor day until",
    Slot.SUCCESSOR: "organisation item actor day start",
    Slot.TASK: "key item actor place day",
    Slot.PROCESS: "key actor day",
    Slot.POSITION: "key item",
    Slot.CEILING: "key figure actor day",
    Slot.DEPLOYED: "key figure day",
    Slot.REQUIRED: "key figure actor day",
    Slot.MOVEMENT: "key figure place day",
    Slot.CONTRIBUTION: "key figure place actor day start until",
    Slot.PLEDGE: "key amount item",
    Slot.BUDGET: "key amount actor",
    Slot.SHORTFALL: "key amount actor",
    Slot.ARRANGEMENT: "item actor",
    Slot.SUPPORT: "key figure country organisation place day until",
    Slot.PRESENCE: "key day",
    Slot.MILESTONE: "key day",
    Slot.OPERATION: "key day",
    Slot.INCIDENT: f"key place actor {' '.join(HARM)}",
    Slot.TOLL: "key killed",
}
OF_SLOT: Mapping[Slot, tuple[str, ...]] = {slot: tuple(roles.split()) for slot, roles in _OF_SLOT_TEXT.items()}
# What is done, by slot: the acts of the guide.
_ACTS_TEXT = {
    Slot.LEAD: "takes offers keeps gives_up",
    Slot.COMMAND: "appointed takes_over leaves dismissed",
    Slot.TERM: "authorised extended ends",
    Slot.AUTHORISATION: "grants refuses withdraws",
    Slot.TASK: "adds changes drops",
    Slot.PROCESS: "drafts votes talks reports convenes",
    Slot.POSITION: "backs opposes abstains",
    Slot.MOVEMENT: "arrives leaves",
    Slot.CONTRIBUTION: "sends offers stays withdraws refuses reduces increases rotates",
    Slot.PLEDGE: "pledges pays withholds",
    Slot.SUPPORT: "gives offers withdraws refuses",
    Slot.PRESENCE: "arrives opens takes_over leaves closes delayed",
    Slot.MILESTONE: "reached expected missed",
    Slot.OPERATION: "takes loses attacked escorts boards fires",
}
ACTS_OF: Mapping[Slot, tuple[str, ...]] = {slot: tuple(acts.split()) for slot, acts in _ACTS_TEXT.items()}
ACTS = tuple(dict.fromkeys(act for acts in ACTS_OF.values() for act in acts))

# Posts by the words that a sentence has for them, the closer ones first.
_POSTS = (
    ("deputy special", "deputy head of mission"),
    ("deputy head", "deputy head of mission"),
    ("deputy", "deputy force commander"),
    ("special representative", "head of mission"),
    ("commissioner", "police commissioner"),
    ("chief of staff", "chief of staff"),
    ("operation commander", "operation commander"),
    ("chief military observer", "chief military observer"),
    ("chief observer", "chief military observer"),
    ("command", "force commander"),
    ("head", "head of mission"),
    ("chief", "head of mission"),
    ("lead", "head of mission"),
)


def usual_key(slot: Slot, key: str, day: date) -> str:
    """Return ``key`` in the words of ``slot``: an incident's day and party, a post by its usual name."""
    if slot is Slot.INCIDENT:
        return f"{day.isoformat()} {key}".strip()
    if slot is Slot.COMMAND:
        return next((name for word, name in _POSTS if word in key.lower()), key)
    return kind_of_people(key) if slot in COUNTED else key


@dataclass(frozen=True, slots=True)
class TypedFact:
    """A slot, its key (empty where it has none, or none could be told) and its parts."""

    slot: Slot
    key: str = ""
    parts: Parts = field(default_factory=Parts)

    def has_key(self, key: str) -> bool:
        """Return whether it has this key, in any case of letters; of an incident's, day and party, either is enough."""
        mine, asked = self.key.casefold(), key.casefold()
        return asked == mine or (self.slot is Slot.INCIDENT and asked in mine.split(" ", 1))

    @property
    def lacks(self) -> str:
        """What the fact must have and the sentence does not give: "no country", "no place", "no figure"; else empty."""
        if self.slot is Slot.CONTRIBUTION and not self.key:
            return "no country"
        if self.slot is Slot.PRESENCE and not self.key:
            return "no place"
        if self.slot in (Slot.CEILING, Slot.DEPLOYED) and self.parts.figure is None:
            return "no figure"
        return ""


_DAYS = frozenset({"day", "start", "until", "since"})


def _flat_figure(name: str, value: Figure) -> dict[str, float | bool]:
    low, high = (int(n) if n == int(n) else n for n in (value.low, value.high))
    out: dict[str, float | bool] = {f"{name}_low": low, f"{name}_high": high}
    return out | ({f"{name}_about": True} if value.about else {})


def _read(name: str, value: object) -> object:
    if name in _DAYS:
        return Day.from_iso(str(value))
    if name == "role":
        return FigureRole(str(value))
    if name == "movement":
        return Movement(str(value))
    return int(str(value)) if name in HARM else str(value)
