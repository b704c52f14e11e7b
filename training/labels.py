"""Which mention of a sentence is which part of the facts that it states: from this the encoder learns parts. Pure.

A gold fact has its parts' values, and a sentence its words: a part stands where the sentence has its value. What the
sentence does not have stands nowhere, so that nothing is to be found there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.board.compare.identity import canonical, telling_words
from pipeline.model import Day, Figure, Slot, TypedFact
from pipeline.model.facts import HARM, OF_SLOT
from pipeline.model.quantities import Quantity
from pipeline.reading.embedded.dates import DateMention
from pipeline.reading.embedded.mentions import OF_KIND, Mention
from training.corpus import Said

_WORD = re.compile(r"[^\W_]+")
FOUND = 0.5  # a free phrase stands in a sentence that has at least half of its telling words


class Label(NamedTuple):
    """Whether a mention is the part ``role`` of a fact of ``slot`` that its sentence states."""

    slot: Slot
    role: str
    mention: Mention
    is_it: bool


def labels(said: Sequence[Said], mentions: Sequence[Mention]) -> Iterator[Label]:
    """Tell of each mention which parts it is and is not, for each slot whose facts the sentence states."""
    for slot in dict.fromkeys(one.slot for one in said if one.slot is not None):
        facts = [fact for one in said if one.slot is slot for fact in one.facts]
        for role in OF_SLOT[slot]:
            wanted = [one for one in mentions if role in OF_KIND[one.kind]]
            right = {one for fact in facts for one in standing(fact, role, wanted)}
            yield from (Label(slot, role, one, one in right) for one in wanted)


def acts(said: Sequence[Said]) -> Iterator[tuple[Slot, str]]:
    """Give each slot of the sentence whose label tells what is done, with the act."""
    for one in said:
        for fact in one.facts[:1]:
            if fact.parts.act:
                yield fact.slot, fact.parts.act


def standing(fact: TypedFact, role: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Those of a sentence's ``mentions`` that state the part ``role`` of ``fact``."""
    value = fact.key if role == "key" else getattr(fact.parts, role)
    if value in (None, ""):
        return []
    if role == "key" and fact.slot is Slot.INCIDENT:
        value = re.sub(r"^\d{4}-\d\d-\d\d *", "", str(value))
    if isinstance(value, Figure | int):
        wanted = value if isinstance(value, Figure) else Figure.of(value)
        return [one for one in mentions if _is_number(one.value, wanted, money=role == "amount", harm=role in HARM)]
    if isinstance(value, Day):
        return [one for one in mentions if isinstance(one.value, DateMention) and value.equals(Day(*one.value[:2]))]
    return _words(str(value), role, mentions)


def _is_number(found: Quantity | DateMention | str, wanted: Figure, *, money: bool, harm: bool) -> bool:
    if not isinstance(found, Quantity) or (harm and found.kind != "count"):
        return False
    if money and found.kind not in ("money", "count"):
        return False
    return Figure.of(found.number, about=found.about).equals(wanted)


def _words(value: str, role: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The country, or the words, by which a sentence names ``value``."""
    named = [one for one in mentions if one.kind == "country" and canonical(str(one.value)) == canonical(value)]
    if named:
        within = [one for one in mentions if one.kind != "country"]
        return [*named, *(o for o in within if any(n.start <= o.start and o.end <= n.end for n in named))]
    if role == "country":
        return []
    words = {word.lower() for word in _WORD.findall(value)}
    initials = "".join(word[0] for word in _WORD.findall(value) if word[0].isupper())
    if role in ("person", "organisation", "place", "actor"):
        return [
            one
            for one in mentions
            if one.kind == "name" and (str(one.value).lower() in words or (len(initials) > 1 and one.value == initials))
        ]
    stems = telling_words(value)
    found = [one for one in mentions if one.kind in ("name", "word") and telling_words(str(one.value)) & stems]
    have = {stem for one in found for stem in telling_words(str(one.value))}
    return found if stems and len(have) >= FOUND * len(stems) else []
