"""Find what in a sentence can be a part of a fact: numbers, dates, countries, words; which part each can be. Pure.

Grammar and closed lists find and normalise them; which of them is the part of which fact, the encoder says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from pipeline.model.facts import HARM
from pipeline.model.quantities import Quantity
from pipeline.reading.embedded.dates import DateMention
from pipeline.reading.embedded.features import SentenceFeatures

FIGURES = ("figure", "amount", *HARM)
DAYS = ("day", "start", "until", "since")
NAMES = ("person", "organisation", "country", "place", "actor", "key", "item")
ROLES = (*FIGURES, *DAYS, *NAMES)
OF_KIND: Mapping[str, frozenset[str]] = {
    "number": frozenset(FIGURES),
    "date": frozenset(DAYS),
    "country": frozenset({"country", "key", "actor"}),
    "name": frozenset({"person", "organisation", "place", "actor", "key", "item"}),
    "word": frozenset({"key", "item"}),
}
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
    value: Quantity | DateMention | str


def mentions(seen: SentenceFeatures) -> tuple[Mention, ...]:
    """Return all mentions of a sentence, by kind, in order; a number or date may also stand among the words."""
    text = seen.sentence.text
    out = [Mention("number", *_bare(text, q.start, q.end), q) for q in seen.numbers]
    single = [(one.start(), one.end()) for one in _ONE.finditer(text)]
    single += [(found.start, found.end) for found in seen.countries_found if _ARTICLE.search(text, 0, found.start)]
    out += [Mention("number", start, end, Quantity(1, "count", False, start, end)) for start, end in single]
    out += [Mention("date", when.start, when.start + len(when.text.rstrip(".")), when) for when in seen.dates_found]
    out += [Mention("country", found.start, found.end, found.name) for found in seen.countries_found]
    for word in _WORD.finditer(text):
        kind = "name" if word[0][0].isupper() else "word"
        out.append(Mention(kind, word.start(), word.end(), word[0]))
    return tuple(out)


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a place without the spaces at its ends."""
    return start + len(text[start:end]) - len(text[start:end].lstrip()), start + len(text[start:end].rstrip())
