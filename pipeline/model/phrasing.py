"""Put typed facts into words: for rows of the board, headlines and lines of JSON. Pure.

Nothing here quotes an article: all words come from parts, so that a clause is never a value or a headline.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from pipeline.model import Change, Precision, Stage
from pipeline.model.facts import ALL, COUNTED, HARM, Day, Figure, FigureRole, Movement, Parts, Slot, TypedFact

STAGE_WORDS = {
    Stage.PROPOSED: "proposed",
    Stage.PLANNED: "planned",
    Stage.DECIDED: "decided",
    Stage.IN_EFFECT: "in effect",
    Stage.ENDED: "ended",
    Stage.REJECTED: "rejected",
}
_SUBJECTS = {
    Slot.LEAD: "lead",
    Slot.TERM: "mandate",
    Slot.SUCCESSOR: "successor",
    Slot.ARRANGEMENT: "how it is paid",
    Slot.AUTHORISATION: "authorisation",
    Slot.TASK: "task",
    Slot.PROCESS: "",
    Slot.POSITION: "",
    Slot.CEILING: "ceiling",
    Slot.DEPLOYED: "deployed",
    Slot.REQUIRED: "required",
    Slot.MOVEMENT: "people",
    Slot.BUDGET: "budget",
    Slot.SHORTFALL: "shortfall",
    Slot.TOLL: "dead so far",
}
_ACTS = {
    "withdraws": {Stage.REJECTED: "will not withdraw", Stage.ENDED: "has left", Stage.IN_EFFECT: "is withdrawing"},
    "sends": {Stage.REJECTED: "sends nobody", Stage.IN_EFFECT: "has sent", Stage.ENDED: "has left"},
    "stays": {Stage.REJECTED: "will not stay"},
}
_CURRENCY = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "C$"}
_ISO = re.compile(r"\d{4}(?:-\d\d){0,2}")
DONE_HERE = "this machine did the work itself"  # of a cluster that is away
NO_FIGURE, NO_NAME = "no figure", "no name"


def subject(fact: TypedFact) -> str:
    """Name what the fact is about, in a few words: "ceiling (police)", "Kenya", "force commander", "base in Tarn"."""
    name = _SUBJECTS.get(fact.slot)
    if fact.slot is Slot.INCIDENT:
        when, _, party = fact.key.partition(" ")
        if not _ISO.fullmatch(when):
            return fact.key or "the mission"
        return f"{party or 'the mission'}, {day(Day.from_iso(when))}"
    if name is None:
        return fact.key or fact.slot.value
    if not fact.key or fact.key == ALL:
        return name or fact.slot.value
    return f"{name} ({fact.key})" if name else fact.key


def value(fact: TypedFact, stage: Stage) -> str:
    """State the fact from its parts alone; :data:`NO_FIGURE` or :data:`NO_NAME` where it lacks one."""
    parts = fact.parts
    if fact.slot in (Slot.INCIDENT, Slot.TOLL):
        return harmed(parts) or ("no deaths" if stage is Stage.REJECTED else NO_FIGURE)
    if fact.slot is Slot.LEAD:
        return parts.country or parts.organisation or NO_NAME
    if fact.slot is Slot.COMMAND:
        return " of ".join(filter(None, (parts.person or NO_NAME, parts.country)))
    if fact.slot is Slot.SUCCESSOR:
        return parts.organisation or parts.item or NO_NAME
    if fact.slot in COUNTED:
        return counted(parts) or NO_FIGURE
    if fact.slot is Slot.TERM and (parts.until is not None or parts.item):
        return f"until {day(parts.until)}" if parts.until is not None else parts.item
    said = [*_act(fact, stage), counted(parts), money(parts), *_rest(fact)]
    words = ", ".join(dict.fromkeys(filter(None, said)))
    moved = parts.movement.value if parts.movement is not None and parts.movement is not Movement.REAFFIRMED else ""
    return ", ".join(filter(None, (words, moved))) or STAGE_WORDS[stage]


def headline(change: Change, *, short: bool = False) -> str:
    """Describe a change in one line of a phone: ``Ceiling raised: 1,200 -> 1,500 (decided 31 Mar)``.

    The same words never stand on both sides: where the value is the same, the stages are told. ``short`` leaves out
    what was before.
    """
    name, stage = change.subject[:1].upper() + change.subject[1:], STAGE_WORDS[change.stage]
    when = f"{stage} {change.held_from.day} {change.held_from:%b}"
    if change.disputed_value:
        return f"{name}: {change.value}, or {change.disputed_value}: sources disagree"
    if change.fact is not None and change.fact.slot is Slot.INCIDENT:
        place = f" near {change.fact.parts.place}" if change.fact.parts.place else ""
        return f"{change.value}{place} ({change.subject})" + ("" if change.stage is Stage.IN_EFFECT else f", {stage}")
    before = "" if short else change.before_value
    if before and before != change.value:
        return f"{name}{_direction(change)}: {before} -> {change.value} ({when})"
    if not short and change.before_stage is not None and change.before_stage is not change.stage:
        said = "" if change.value == stage else f"{change.value}, "
        return f"{name}: {said}{STAGE_WORDS[change.before_stage]} -> {when}"
    return f"{name}: {when}" if change.value == stage else f"{name}: {change.value} ({when})"


def _direction(change: Change) -> str:
    """Return `` raised`` or `` cut`` where a ceiling goes from one figure to another."""
    now = change.fact.parts.figure if change.fact is not None and change.fact.slot is Slot.CEILING else None
    was = change.before_parts.figure if change.before_parts is not None else None
    if now is None or was is None or now.low == was.low:
        return ""
    return " raised" if now.low > was.low else " cut"


def harmed(parts: Parts) -> str:
    """Return ``2 killed, 1 injured``; empty where nobody is counted."""
    numbers = ((getattr(parts, name), name.replace("_", " ")) for name in HARM)
    return ", ".join(f"{number} {word}" for number, word in numbers if number)


def counted(parts: Parts) -> str:
    """Return ``1,500 soldiers``, ``8,000 more soldiers``, ``25 %``; empty where there is no number."""
    if parts.figure is None:
        return ""
    if parts.role is FigureRole.PERCENT:
        return f"{figure(parts.figure)} %"
    more = " more" if parts.role is FigureRole.CHANGE else ""
    return f"{figure(parts.figure)}{more} {parts.unit}".strip()


def money(parts: Parts) -> str:
    """Return ``$20 million``; empty where there is no sum."""
    if parts.amount is None:
        return ""
    sign = _CURRENCY.get(parts.currency, "")
    behind = "" if sign or not parts.currency else f" {parts.currency}"
    return f"{sign}{_scaled(parts.amount)}{behind}"


def figure(number: Figure) -> str:
    """Return ``1,500``, ``200-300``, ``about 900``."""
    about = "about " if number.about else ""
    if number.low == number.high:
        return f"{about}{number.low:,g}" if number.low < 1e6 else f"{about}{_scaled(number)}"
    return f"{about}{number.low:,g}-{number.high:,g}"


def day(when: Day) -> str:
    """Return ``31 Aug 2026``, ``Aug 2026``, ``2026``."""
    if when.precision is Precision.YEAR:
        return f"{when.day:%Y}"
    return f"{when.day:%b %Y}" if when.precision is Precision.MONTH else _date(when.day)


def _act(fact: TypedFact, stage: Stage) -> Iterable[str]:
    act = fact.parts.act
    if act:
        yield _ACTS.get(act, {}).get(stage, act.replace("_", " "))


def _rest(fact: TypedFact) -> Iterable[str]:
    parts = fact.parts
    names = (parts.person, parts.organisation, parts.country, parts.place, parts.item)
    yield from (name for name in names if name and name != fact.key)
    if parts.day is not None:
        yield f"on {day(parts.day)}" if parts.day.precision is Precision.DAY else f"in {day(parts.day)}"
    if parts.start is not None:
        yield f"from {day(parts.start)}"
    if parts.until is not None:
        yield f"until {day(parts.until)}"


def _scaled(number: Figure) -> str:
    for scale, word in ((1e9, "billion"), (1e6, "million")):
        if number.high >= scale:
            low, high = f"{number.low / scale:,.4g}", f"{number.high / scale:,.4g}"
            return f"{low if low == high else f'{low}-{high}'} {word}"
    return f"{number.low:,g}" if number.low == number.high else f"{number.low:,g}-{number.high:,g}"


def _date(when: date) -> str:
    return f"{when.day} {when:%b %Y}"


# The lines of the status card, in order: the column of the view ``status``, and what it is called.
_CARD = (
    ("phase", "Phase"),
    ("lead", "Led by"),
    ("head", "Head"),
    ("force_commander", "Force commander"),
    ("mandate_until", "Mandate until"),
    ("ceiling", "May have"),
    ("deployed", "Has"),
    ("contributors", "Contributors"),
    ("budget", "Budget"),
    ("shortfall", "Lacks"),
    ("dead", "Dead so far"),
    ("successor", "Successor"),
    ("last_change", "Last change"),
)


def waiting_for_model(counts: Mapping[str, int]) -> str:
    """Say how many articles of a round wait for a language model that is away; empty where none does.

    Args:
        counts: the numbers of the round, by name.
    """
    waiting = counts.get("articles_waiting", 0)
    if waiting == 1:
        return "1 article waits for the language model"
    return f"{waiting} articles wait for the language model" if waiting else ""


def status_lines(status: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return the status card: a label and what is known, for each column of ``status`` that has something."""
    return tuple((label, told) for _, label, told in status_parts(status))


def status_parts(status: Mapping[str, object]) -> tuple[tuple[str, str, str], ...]:
    """Return the status card as :func:`status_lines` does, each line with the name of its column in front."""
    return tuple((name, label, _told(status[name])) for name, label in _CARD if status.get(name) is not None)


def _told(value: object) -> str:
    if isinstance(value, datetime):
        return _date(value.date())
    if isinstance(value, str):
        return _until(value)
    number = float(str(value))
    return _scaled(Figure.of(number)) if number >= 1e6 else f"{number:,.0f}"


def _until(text: str) -> str:
    """Return a day in words where ``text`` is one, as exactly as it is told; else ``text``."""
    try:
        return day(Day.from_iso(text))
    except ValueError:
        return text
