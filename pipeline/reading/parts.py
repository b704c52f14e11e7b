"""The typed fact that a sentence states, once an engine has said its aspect and stage: slot, key and parts. Pure.

This is the one place where parts come from, by rules of grammar and closed lists (countries, posts, months). What can't
be typed is left out: a clause of the article is never a value.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from pipeline import countries
from pipeline.board import Quantity
from pipeline.model import Aspect, Stage
from pipeline.model.facts import Day, Figure, FigureRole, Movement, Parts, Slot, TypedFact
from pipeline.reading.features import PERSONNEL, Seen
from pipeline.reading.mission import ORGANISATIONS
from pipeline.reading.part_cues import (
    APPOINTED,
    CONTRIBUTES,
    CURRENCIES,
    FROM,
    HANDED,
    ITEMS,
    LEAST_SUM,
    MILESTONE,
    MORE,
    MOVED,
    NEW_NAME,
    NO_PLACE,
    NOBODY,
    PAY,
    PERSON,
    PLACE,
    POSTS,
    PROCESS,
    SHORT_NAMES,
    SIGNS,
    STANCE,
    SUCCESSION,
    TO,
    TO_PERSON,
    UNCONFIRMED,
    UNITS,
    UP_TO,
)
from pipeline.reading.phrase import Harm, harm
from pipeline.reading.tense import to_come


def fact_of(seen: Seen, slot: Slot, stage: Stage, mission: str, event: date | None, published: date) -> TypedFact:
    """The fact that a sentence of that slot and stage states.

    Args:
        seen: the sentence.
        slot, stage: what the reader says of it.
        mission: the mission's name, so that it is not taken for its own successor.
        event: the event's day, None where the sentence gives none.
        published: the article's day.
    """
    parts = _parts(seen, slot, stage, mission)
    return TypedFact(slot, _key(seen, slot, stage, event, published), parts)


def stage_of(seen: Seen, aspect: Aspect, stage: Stage) -> Stage:
    """The stage that the sentence's own words make of what an engine says of it.

    A vote that is put off is still to come; that nobody was hurt is no loss; what posts and rumours say, nobody has
    confirmed.
    """
    text = seen.sentence.text
    if aspect is Aspect.MANDATE and stage is Stage.REJECTED and _moved(text) is Movement.POSTPONED:
        return Stage.PLANNED
    if aspect is Aspect.CASUALTIES and NOBODY.search(text):
        return Stage.REJECTED
    if aspect is Aspect.CASUALTIES and stage is Stage.IN_EFFECT and UNCONFIRMED.search(text):
        return Stage.PROPOSED
    return stage


def organisations(text: str) -> tuple[str, ...]:
    """The organisations that ``text`` names, by their full name, in the order of the table."""
    return tuple(
        name
        for name, short in ORGANISATIONS.items()
        if name in text or (any(s in text for s in short) and SHORT_NAMES[name].search(text))
    )


def succession(text: str, mission: str) -> str:
    """The name that the mission gets by ``text``; empty where the sentence tells of no successor."""
    if not SUCCESSION.search(text):
        return ""
    names = [m[1].strip().removeprefix("The ") for m in NEW_NAME.finditer(text)]
    return names[-1] if names and names[-1].lower() not in mission.lower() else ""


def _key(seen: Seen, slot: Slot, stage: Stage, event: date | None, published: date) -> str:
    text, low = seen.sentence.text, seen.plain
    states, bodies = seen.states, organisations(seen.sentence.text)
    if not slot.is_keyed:
        return ""
    if slot is Slot.COMMAND:
        return next((name for cue, name in POSTS if cue in low), "force commander")
    if slot in (Slot.CONTRIBUTION, Slot.PLEDGE, Slot.POSITION):
        return states[0] if states else (bodies[0] if bodies else "")
    if slot is Slot.SUPPORT:
        if "office" in low and "logistic" in low:
            return "support office"
        return next((name for cue, name in ITEMS if cue in low), "support")
    if slot in (Slot.PRESENCE, Slot.OPERATION):
        return _place(seen)
    if slot is Slot.MILESTONE:
        found = MILESTONE.search(text)
        return found[1].lower() if found else ""
    if slot is Slot.PROCESS:
        return next((name for step, name in PROCESS if step.search(text)), "talks")
    if slot is Slot.INCIDENT:
        party = states[0] if states else ""
        return f"{(event or published).isoformat()} {party}".strip()
    if slot is Slot.AUTHORISATION:
        return bodies[0] if bodies else (states[0] if states else "Security Council" if "council" in low else "")
    if slot in (Slot.CEILING, Slot.DEPLOYED, Slot.REQUIRED, Slot.MOVEMENT):
        return "police" if str(_people(seen).get("unit", "")).startswith("police") else "all"
    return ""


def _parts(seen: Seen, slot: Slot, stage: Stage, mission: str) -> Parts:
    text = seen.sentence.text
    states, bodies = seen.states, organisations(text)
    held: dict[str, object] = {"movement": _moved(text)}
    if slot is Slot.LEAD:
        held |= {"country": states[0]} if states else {"organisation": bodies[0]} if bodies else {}
    elif slot is Slot.COMMAND:
        held |= {"person": _person(text)} | ({"country": states[0]} if states else {})
    elif slot is Slot.SUCCESSOR:
        held |= {"organisation": succession(text, mission)}
    elif slot is Slot.TERM:
        held |= _term(seen, stage)
    elif slot is Slot.POSITION:
        held |= {"act": next((act for stance, act in STANCE if stance.search(text)), "")}
    elif slot is Slot.PROCESS and seen.future is not None:
        held |= {"day": Day(seen.future.day, seen.future.precision)}
    elif slot in (Slot.CEILING, Slot.DEPLOYED, Slot.REQUIRED, Slot.MOVEMENT):
        held |= _people(seen)
    elif slot is Slot.CONTRIBUTION:
        held |= _people(seen) | {"act": next((a for c, a in CONTRIBUTES if c.search(text)), "sends")}
        if seen.future is not None and seen.future.role == "until":
            held |= {"until": Day(seen.future.day, seen.future.precision)}
    elif slot in (Slot.PLEDGE, Slot.BUDGET, Slot.SHORTFALL):
        held |= _money(seen)
    elif slot is Slot.SUPPORT:
        held |= {"country": states[0]} if states else {"organisation": bodies[0]} if bodies else {}
    elif slot in (Slot.INCIDENT, Slot.TOLL) and stage is not Stage.REJECTED:
        held |= _harmed(harm(text))
    if stage in (Stage.PROPOSED, Stage.REJECTED) and slot in (Slot.TERM, Slot.SUCCESSOR, Slot.CEILING, Slot.LEAD):
        held |= {"actor": states[0] if states else bodies[0] if bodies else ""}
    return Parts(**{name: value for name, value in held.items() if value})  # type: ignore[arg-type]


def _term(seen: Seen, stage: Stage) -> dict[str, object]:
    out: dict[str, object] = {}
    if seen.future is not None and (seen.future.role == "until" or to_come(seen) is None):
        out["until"] = Day(seen.future.day, seen.future.precision)
    else:
        spans = [q for q in seen.numbers if q.kind == "time"]
        if spans:
            out["item"] = seen.sentence.text[spans[0].start : spans[0].end].strip()
    low = seen.plain
    if stage is Stage.ENDED or re.search(r"\b(?:end|close|terminat|wind up|shut|expire)", low):
        out["act"] = "ends"
    elif re.search(r"\b(?:exten|renew|prolong|another)", low):
        out["act"] = "extended"
    return out


def _people(seen: Seen) -> dict[str, object]:
    text = seen.sentence.text
    if not seen.people:
        percent = [q for q in seen.numbers if q.kind == "percent"]
        return {"figure": _figure(text, percent[0]), "role": FigureRole.PERCENT} if percent else {}
    first = _reached(text, seen.people[0], seen.numbers)
    unit = PERSONNEL.match(text[first.end : first.end + 40])
    named = next((word for word in UNITS if unit and word in unit[0].lower()), "")
    around = text[max(0, first.start - 16) : first.start + 1] + text[first.end : first.end + 12]
    role = FigureRole.CHANGE if MORE.search(around) else FigureRole.TOTAL
    out: dict[str, object] = {"figure": _figure(text, first), "unit": named}
    return out | ({"role": role} if role is not FigureRole.TOTAL else {})


def _money(seen: Seen) -> dict[str, object]:
    text = seen.sentence.text
    sums = [q for q in seen.money if q.number >= LEAST_SUM or not PAY.search(text)]
    if not sums:
        return {}
    found = _reached(text, sums[0], seen.numbers)
    said = text[found.start : found.end + 12]
    sign = next((code for mark, code in SIGNS.items() if mark in said), "")
    named = next((code for word, code in CURRENCIES.items() if word in said.lower()), "")
    return {"amount": _figure(text, found), "currency": sign or named}


def _harmed(found: Harm) -> dict[str, object]:
    return {"killed": found.killed, "injured": found.injured, "missing": found.missing, "captured": found.captured}


def _figure(text: str, quantity: Quantity) -> Figure:
    """The figure of a quantity; "up to 900" is no rough number."""
    bounded = UP_TO.match(text, quantity.start)
    return Figure.of(quantity.number, about=quantity.about and bounded is None)


def _reached(text: str, first: Quantity, numbers: Sequence[Quantity]) -> Quantity:
    """What ``first`` becomes, where the sentence says from what to what; else ``first`` itself."""
    if not FROM.search(text, 0, first.start):
        return first
    after = (q for q in numbers if q.start >= first.end and q.kind == first.kind)
    return next((q for q in after if TO.fullmatch(text, first.end, q.start)), first)


def _person(text: str) -> str:
    """Who is, or comes, in the post: in "A handed over to B" it is B."""
    if handed := HANDED.search(text):
        found = [m for m in TO_PERSON.finditer(text, handed.start()) if not countries.mentions(m[1])]
        if found:
            return _clean(found[-1][1])
    if (appointed := APPOINTED.search(text)) and not countries.mentions(appointed[1]):
        return _clean(appointed[1])
    found_one = PERSON.search(text)
    return _clean(found_one[1]) if found_one else ""


def _clean(name: str) -> str:
    return name.strip(" .,’'").removesuffix("’s").removesuffix("'s")


def _place(seen: Seen) -> str:
    text = seen.sentence.text
    found = (p.removeprefix("the ") for p in PLACE.findall(text))
    return next((p for p in found if p.split()[0] not in NO_PLACE and not countries.mentions(p)), "")


def _moved(text: str) -> Movement | None:
    return next((movement for cue, movement in MOVED if cue.search(text)), None)
