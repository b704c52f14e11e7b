"""Find what in a sentence can be a part of a fact: numbers, dates, countries, words; which part each can be. Pure.

Grammar and closed lists find and normalise them; which of them is the part of which fact, the encoder says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from pipeline.board import Quantity
from pipeline.model.facts import HARM, Slot
from pipeline.reading.dates import When
from pipeline.reading.features import Seen

FIGURES = ("figure", "amount", *HARM)
DAYS = ("day", "start", "until", "since")
NAMES = ("person", "organisation", "country", "place", "actor", "key", "item")
ROLES = (*FIGURES, *DAYS, *NAMES)
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
OF_KIND: Mapping[str, frozenset[str]] = {
    "number": frozenset(FIGURES),
    "date": frozenset(DAYS),
    "country": frozenset({"country", "key", "actor"}),
    "name": frozenset({"person", "organisation", "place", "actor", "key", "item"}),
    "word": frozenset({"key", "item"}),
}
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

_WORD = re.compile(r"[^\W_]+")
# One person, who is no number: "a soldier was killed", "a Belgian".
_ARTICLE = re.compile(r"\b(?:an?|another|one) $", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?:an?|another|the|one) (?:\w+[ -]){0,3}?(?:soldier|officer|peacekeeper|policeman|policewoman|monitor|observer"
    r"|member|marine|sailor|guard|driver|pilot|trooper)\b",
    re.IGNORECASE,
)


class Mention(NamedTuple):
    """A part of a sentence that can be a part of a fact.

    Attributes:
        kind: of :data:`OF_KIND`; a ``name`` is a word with a capital letter.
        start, end: its place in the sentence.
        value: the number, the date, the country's name, or the word.
    """

    kind: str
    start: int
    end: int
    value: Quantity | When | str


def mentions(seen: Seen) -> tuple[Mention, ...]:
    """All mentions of a sentence, by kind, in order. A word stands among them also where it is a number's or date's."""
    text = seen.sentence.text
    out = [Mention("number", *_bare(text, q.start, q.end), q) for q in seen.numbers]
    single = [(one.start(), one.end()) for one in _ONE.finditer(text)]
    single += [(found.start, found.end) for found in seen.mentioned if _ARTICLE.search(text, 0, found.start)]
    out += [Mention("number", start, end, Quantity(1, "count", False, start, end)) for start, end in single]
    out += [Mention("date", when.start, when.start + len(when.text.rstrip(".")), when) for when in seen.whens]
    out += [Mention("country", found.start, found.end, found.name) for found in seen.mentioned]
    for word in _WORD.finditer(text):
        kind = "name" if word[0][0].isupper() else "word"
        out.append(Mention(kind, word.start(), word.end(), word[0]))
    return tuple(out)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """A place without the spaces at its ends."""
    return start + len(text[start:end]) - len(text[start:end].lstrip()), start + len(text[start:end].rstrip())
