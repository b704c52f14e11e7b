"""Build the typed fact of a sentence, once the encoder has given its slot and stage. Pure.

The one place where parts come from. Grammar and closed lists find what can be a part (``mentions``) and normalise it;
the encoder says which of them is which part. What is not found is left out: a clause is never a value.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from pipeline.model import Stage
from pipeline.model.facts import (
    ALL,
    COUNTED,
    HARM,
    OF_SLOT,
    Day,
    Figure,
    FigureRole,
    Movement,
    Parts,
    Slot,
    TypedFact,
    usual_key,
)
from pipeline.model.quantities import Quantity
from pipeline.reading.embedded.dates import DateMention
from pipeline.reading.embedded.features import SentenceFeatures
from pipeline.reading.embedded.mentions import OF_KIND, Mention, mentions
from pipeline.reading.embedded.proper_names import capitalised_phrases, names_mission

Odds = Callable[[str, int, int], float]  # role, begin and end: log-odds that what stands there is that part
_MORE = re.compile(
    r"\b(?:more|additional|extra|further|another|reinforc\w+)\b|\bcut (?:of|by)\b|\b(?:by|fewer)\s*$", re.IGNORECASE
)
_MOVED = (
    (
        re.compile(
            r"\b(?:postpon\w+|put off|delay\w*|deferr\w+|not going to vote|will not vote|no vote)\b", re.IGNORECASE
        ),
        Movement.POSTPONED,
    ),
    (re.compile(r"\bsuspend\w*\b", re.IGNORECASE), Movement.SUSPENDED),
    (re.compile(r"\bresum\w*\b", re.IGNORECASE), Movement.RESUMED),
    (re.compile(r"\b(?:reaffirm\w*|again (?:said|refused|promised))\b", re.IGNORECASE), Movement.REAFFIRMED),
)
_UP_TO = re.compile(r"\s*(?:up to|at most|as many as)\b", re.IGNORECASE)
_PERSONNEL = re.compile(
    r"^[ -](?:(?:\w+[ -]){0,2}?)(?:personnel|troops|soldiers|people|officers"
    r"|uniformed(?: personnel| people| members)?|peacekeepers|members"
    r"|police|men|women|observers"
    r"|monitors|strong|staff|in uniform|blue helmets|marines|sailors|guards)\b|^ (?:in uniform|places|would|and"
    r"|more)\b",
    re.IGNORECASE,
)
_UNITS = (
    "soldiers",
    "troops",
    "policemen",
    "police",
    "men",
    "officers",
    "observers",
    "monitors",
    "peacekeepers",
    "personnel",
    "people",
)
_OTHERS = re.compile(rf"(?:[ -]officers)? (?:and|or) (?:\w+ )?(?:{'|'.join(_UNITS)})\b", re.IGNORECASE)
_SIGNS = {"$": "USD", "US$": "USD", "C$": "CAD", "£": "GBP", "€": "EUR"}
_CURRENCIES = {"dollar": "USD", "euro": "EUR", "pound": "GBP"}
_JUST_OVER = timedelta(days=30)  # what ended so lately is not meant to end in a year
_YEAR = re.compile(r"\d{4}|year", re.IGNORECASE)
UNSURE = -1.4  # log-odds: a part is taken from one chance in five on, since some value is more than none
_FROM, _TO = re.compile(r"\bfrom (?:the )?$"), re.compile(r"\bto (?:(?:a|the)(?: [\w-]+){0,2} )?$")
_DATED = re.compile(
    r" (?:on|in|for|to) (?:[A-Z][a-z]+day|January|February|March|April|May|June|July|August|September|October"
    r"|November|December)\b.*"
)
# What may stand between two words of a name or a phrase: "Force in Eastern Tamar".
_LINK = re.compile(r"[\s’'-]*(?:(?:of|the|for|in|to|and|on|de|du|la|des|al|bin|van|von|der|den|a|s)\b[\s’'-]*){0,2}")


def build_fact(
    seen: SentenceFeatures,
    slot: Slot,
    stage: Stage,
    act: str,
    odds: Odds,
    mission: str,
    event: date | None,
    published: date,
) -> TypedFact:
    """Build the fact that a sentence of that slot and stage states.

    Args:
        seen: the sentence.
        slot, stage, act: what the reader says of it.
        odds: of a place in the sentence to be a part of that fact.
        mission: the mission's name, so that it is not taken for its own successor.
        event: the event's day, None where the sentence gives none.
        published: the article's day.
    """
    text = seen.sentence.text
    found = mentions(seen)
    held: dict[str, object] = {"act": act, "movement": _moved(text)}
    for role in OF_SLOT[slot]:
        fit = [one for one in found if role in OF_KIND[one.kind]]
        if role == "until":  # from that day on is not until that day
            fit = [one for one in fit if not _FROM.search(text, 0, one.start)]
        held[role] = _part(role, fit, odds, text)
    if slot is Slot.SUCCESSOR:
        held["organisation"] = _successor(text, mission, odds)
    if stage is not Stage.ENDED and isinstance(until := held.get("until"), DateMention):
        held["until"] = _still_to_come(until, published)
    if stage is Stage.REJECTED:
        held |= dict.fromkeys(HARM)
    key = usual_key(slot, str(held.pop("key", None) or ""), event or published)
    stated = {name: value for name, value in _counted(held, text).items() if value}
    if slot in COUNTED and stated.get("unit") == "people":
        key = ALL
    return TypedFact(slot, key, Parts(**stated))  # type: ignore[arg-type]


def _successor(text: str, mission: str, odds: Odds) -> str:
    """Return the likeliest phrase of ``text`` that names a mission, and not this one; empty where there is none."""
    named = [one for one in capitalised_phrases(text) if " " in one.text and names_mission(one.text)]
    others = [
        one for one in named if one.text.lower() not in mission.lower() and mission.lower() not in one.text.lower()
    ]
    best = max(others, key=lambda one: odds("organisation", one.start, one.end), default=None)
    return _DATED.sub("", best.text).removeprefix("The ") if best is not None else ""


def _part(role: str, found: Sequence[Mention], odds: Odds, text: str) -> object:
    """Return the likeliest value of ``role`` among ``found``; None where none is likely enough."""
    likely = [(odds(role, one.start, one.end), one) for one in found]
    whole = [(sure, one) for sure, one in likely if one.kind in ("number", "date", "country")]
    sure, best = max(whole, key=lambda one: one[0], default=(UNSURE, None))
    if best is not None and sure > UNSURE:
        value = _reached(best, found, text).value
        return int(value.number) if role in HARM and isinstance(value, Quantity) else value
    return _phrase([(sure, one) for sure, one in likely if sure > UNSURE and one.kind in ("name", "word")], text)


def _reached(first: Mention, found: Sequence[Mention], text: str) -> Mention:
    """Return what ``first`` becomes, where the sentence says from what to what; else ``first`` itself."""
    if not isinstance(first.value, Quantity) or not _FROM.search(text, 0, first.start):
        return first
    kind = first.value.kind
    after = (one for one in found if isinstance(one.value, Quantity) and one.value.kind == kind and one is not first)
    return next((one for one in after if _TO.search(text, 0, one.start)), first)


def _phrase(words: Sequence[tuple[float, Mention]], text: str) -> str:
    """Return the likeliest run of ``words``, given with their log-odds, and the small words between them."""
    runs: list[list[tuple[float, Mention]]] = []
    for sure, one in words:
        if runs and _LINK.fullmatch(text, runs[-1][-1][1].end, one.start):
            runs[-1].append((sure, one))
        else:
            runs.append([(sure, one)])
    best = max(runs, key=lambda run: sum(sure - UNSURE for sure, _ in run), default=[])
    return text[best[0][1].start : best[-1][1].end] if best else ""


def _counted(held: dict[str, object], text: str) -> dict[str, object]:
    """Return ``held`` with its numbers as figures, each with what it counts in, and its dates as days."""
    out = {
        name: Day(value.day, value.precision) if isinstance(value, DateMention) else value
        for name, value in held.items()
    }
    if isinstance(figure := held.get("figure"), Quantity):
        around = text[max(0, figure.start - 16) : figure.start + 1] + text[figure.end : figure.end + 12]
        role = FigureRole.PERCENT if figure.kind == "percent" else FigureRole.CHANGE if _MORE.search(around) else None
        out |= {
            "figure": _figure(text, figure),
            "unit": _unit(text[figure.end :]),
            "role": role,
        }
    if isinstance(amount := held.get("amount"), Quantity):
        said = text[amount.start : amount.end + 12]
        sign = next((code for mark, code in _SIGNS.items() if mark in said), "")
        named = next((code for word, code in _CURRENCIES.items() if word in said.lower()), "")
        out |= {"amount": _figure(text, amount), "currency": sign or named}
    return out


def _unit(after: str) -> str:
    """Return what the number before ``after`` counts; people, where it counts soldiers and police alike."""
    counted = _PERSONNEL.match(after[:40])
    if counted is None:
        return ""
    unit = next((word for word in _UNITS if word in counted[0].lower()), "")
    return "people" if unit and _OTHERS.match(after, counted.end()) else unit


def _still_to_come(until: DateMention, published: date) -> DateMention:
    """Move the end of what goes on ahead: in September "until 30 June" is next year's."""
    if until.day >= published - _JUST_OVER or _YEAR.search(until.text):
        return until
    last = min(until.day.day, monthrange(until.day.year + 1, until.day.month)[1])
    return until._replace(day=until.day.replace(year=until.day.year + 1, day=last))


def _figure(text: str, quantity: Quantity) -> Figure:
    """Return the figure of a quantity; "up to 900" is no rough number."""
    bounded = _UP_TO.match(text, quantity.start)
    return Figure.of(quantity.number, about=quantity.about and bounded is None)


def _moved(text: str) -> Movement | None:
    return next((movement for cue, movement in _MOVED if cue.search(text)), None)
