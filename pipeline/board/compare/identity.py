"""Decide whether two facts are about one thing and say the same of it: keys and typed values. Pure.

A claim meets the row of its slot and key; nothing here weighs likeness of sentences. Keys of closed sets (countries,
posts, kinds) are equal or not; free keys (places, items, tasks, milestones, processes) are compared in one function.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from pipeline.model import countries
from pipeline.model.facts import COUNTED, HARM, ROUGHLY, Day, Figure, Parts, Slot, kind_of_people
from pipeline.model.quantities import length_of
from pipeline.model.text import normalise

Alike = Callable[[str, str], float]  # how alike two short phrases are, 0 to 1

FREE = frozenset({Slot.TASK, Slot.PROCESS, Slot.SUPPORT, Slot.MILESTONE, Slot.PRESENCE, Slot.OPERATION})
_HEADS = {"head of mission", "special representative"}  # of a mission of the United Nations it is one post
SAME_INCIDENT = timedelta(days=2)  # reports of one incident differ by so much, with time zones and late editions
WORDS_SHARED = 0.5  # of the words of the shorter free key; half, so that "fuel trucks" meets "trucks"
ITEM_SHARED = 0.5  # "four months" is not "six months"
ALIKE = 0.75  # from this likeness on two free keys without a common word are one
# What compares as a name or a phrase, and not by being the same letters.
_NAMES = ("person", "organisation", "country", "place", "post")
_STATED_ONLY = frozenset({"actor", "movement", "unit", "currency", "role"})
_SMALL_TEXT = """a an the of for to in on at by with and or its their his her new more further extra additional un
    mission force operation"""
_SMALL = frozenset(_SMALL_TEXT.split())
MIN_LETTERS = 3  # of a word that tells
_WORD = re.compile(r"[^\W_]+")
_INCIDENT = re.compile(r"^(\d{4}-\d{2}-\d{2})?\s*(.*)$")


def same_key(slot: Slot, mine: str, theirs: str, alike: Alike | None = None) -> bool:
    """Decide whether ``mine`` and ``theirs`` are one key of ``slot``.

    Args:
        slot: of both.
        mine, theirs: the keys; an empty one meets an empty one only, but for incidents of an unknown party.
        alike: how alike two phrases are, 0 to 1, where words alone do not tell; None asks nobody.
    """
    if mine == theirs:
        return True
    if slot is Slot.INCIDENT:
        return _same_incident(mine, theirs)
    one, other = canonical(mine), canonical(theirs)
    if one == other or (slot in COUNTED and kind_of_people(one) == kind_of_people(other)):
        return True
    if slot is Slot.COMMAND:
        return {one, other} == _HEADS
    if not one or not other or slot not in FREE:
        return False
    a, b = _words(one), _words(other)
    if a and b and len(a & b) >= WORDS_SHARED * min(len(a), len(b)):
        return True
    return alike is not None and alike(mine, theirs) >= ALIKE


def canonical(name: str) -> str:
    """Return ``name`` in one spelling: a country by its usual name, else lower case without an article."""
    found = countries.mentions(name)
    if len(found) == 1 and found[0].start == 0 and found[0].end == len(name):
        return normalise(found[0].name)
    return normalise(name).removeprefix("the ")


def equal(mine: Parts, theirs: Parts) -> bool:
    """Decide whether all parts that both state are the same; what only one of them states does not part them."""
    return all(_same(name, getattr(mine, name), getattr(theirs, name)) for name in both_state(mine, theirs))


def adds(mine: Parts, theirs: Parts) -> bool:
    """Decide whether ``mine`` states a part of the value that ``theirs`` does not."""
    return bool(set(mine.stated()) - set(theirs.stated()) - _STATED_ONLY)


def differing(mine: Parts, theirs: Parts) -> tuple[str, ...]:
    """Return the names of the parts that both state and that differ."""
    return tuple(n for n in both_state(mine, theirs) if not _same(n, getattr(mine, n), getattr(theirs, n)))


def both_state(mine: Parts, theirs: Parts) -> list[str]:
    """Return the names of the parts that both state and that can be compared."""
    other = theirs.stated()
    shared = [name for name in mine.stated() if name in other and name not in _STATED_ONLY]
    if "figure" in shared and mine.role is not theirs.role:
        shared.remove("figure")  # a difference and a total say nothing of each other
    if "amount" in shared and normalise(mine.currency) != normalise(theirs.currency):
        shared.remove("amount")
    return shared


_OWN = frozenset({"figure", "amount", "until", "person", "item", "day", "start", "movement", *HARM})
_VALUES = frozenset({"figure", "amount", "until", "person", "organisation", "killed", "injured", "day"})


def states_value(parts: Parts) -> bool:
    """Decide whether a figure, a sum, a day, a person, people harmed or a thing is stated."""
    return not _OWN.isdisjoint(parts.stated())


def says_the_same(mine: Parts, theirs: Parts) -> bool:
    """Decide whether both state a figure, a sum, a day or a name, and all that both state is the same."""
    shared = _VALUES.intersection(both_state(mine, theirs))
    return bool(shared) and equal(mine, theirs)


def _same(name: str, mine: object, theirs: object) -> bool:
    if isinstance(mine, Figure) and isinstance(theirs, Figure):
        return mine.equals(theirs)
    if isinstance(mine, Day) and isinstance(theirs, Day):
        return mine.equals(theirs)
    if name == "item":
        return _same_item(str(mine), str(theirs))
    if name in _NAMES:
        return _same_name(str(mine), str(theirs))
    if name in HARM:
        return mine == theirs
    return normalise(str(mine)) == normalise(str(theirs))


def _same_name(mine: str, theirs: str) -> bool:
    """Decide whether two names are one, in full or in part: a surname suffices, a title tells nothing."""
    one, other = canonical(mine), canonical(theirs)
    a, b = set(_WORD.findall(one)), set(_WORD.findall(other))
    return one == other or (bool(a and b) and (a <= b or b <= a))


def _same_item(mine: str, theirs: str) -> bool:
    """Decide whether two wordings name one thing: equal lengths of time, or most words in common."""
    one, other = length_of(mine), length_of(theirs)
    if one is not None and other is not None:
        return abs(one - other) <= ROUGHLY * max(one, other)
    a, b = _words(normalise(mine)), _words(normalise(theirs))
    return not a or not b or len(a & b) > ITEM_SHARED * min(len(a), len(b))


def telling_words(sentence: str) -> frozenset[str]:
    """Return the words of a sentence, lower case, cut to six letters, without the smallest ones."""
    return frozenset(w[:6] for w in _WORD.findall(normalise(sentence)) if w not in _SMALL and len(w) > MIN_LETTERS)


def _words(text: str) -> frozenset[str]:
    """Return the significant words of ``text``, cut to their first six letters."""
    return frozenset(word[:6] for word in _WORD.findall(text) if word not in _SMALL)


def _same_incident(mine: str, theirs: str) -> bool:
    one, other = _INCIDENT.match(mine), _INCIDENT.match(theirs)
    if one is None or other is None:
        return False
    if one[1] and other[1]:
        apart = abs(date.fromisoformat(one[1]) - date.fromisoformat(other[1]))
        if apart > SAME_INCIDENT:
            return False
    elif one[1] or other[1]:
        return False
    return not one[2] or not other[2] or canonical(one[2]) == canonical(other[2])
