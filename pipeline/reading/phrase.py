"""Whom of the mission a sentence counts as killed, injured, missing or captured. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipeline.board import Quantity, quantities

_KINDS = {
    **dict.fromkeys(
        ("killed", "dead", "died", "death", "deaths", "kill", "killing", "lost", "dies", "kills"), "killed"
    ),
    **dict.fromkeys(("injured", "injuring", "hurt", "wounded", "wounding", "injuries"), "injured"),
    "missing": "missing",
    **dict.fromkeys(("kidnapped", "abducted", "seized", "captured", "taken hostage"), "captured"),
}
_HARM = re.compile(r"\b(" + "|".join(sorted(_KINDS, key=len, reverse=True)) + r")\b", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?:an?|another|the) (?:\w+[ -]){0,3}?(?:soldier|officer|peacekeeper|policeman|policewoman|monitor|observer"
    r"|member|marine|sailor|guard|driver|pilot|trooper)\b",
    re.IGNORECASE,
)
_ONLY_ROUGHLY = re.compile(r" ?(?:were|was)? ?(?:at least |about |some |another |more than |up to )?")
_SUM = re.compile(
    r"\bsince (?:\w+ ){1,4}?(?:began|begun|started|arriv\w+|deploy\w+|launch\w*|creat\w+|came)\b"
    r"|\bsince (?:\w+ )?(?:19|20)\d\d\b|\b(?:so far|to date|in all|in total|altogether|all told)\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_CLAUSE = re.compile(r"[;:]|, (?:and|but|while|after|when|as) ")
NEAR = 24  # characters between a harm and the one person behind it: "killed on Sunday a guard"
MOST = 1000  # a larger number in a sentence about harm counts something else


class Harm(NamedTuple):
    """People counted by what befell them; ``in_all`` where the sentence adds up more than one day's."""

    killed: int = 0
    injured: int = 0
    missing: int = 0
    captured: int = 0
    in_all: bool = False


def harm(text: str) -> Harm:
    """What ``text`` counts. A harm without a number of its own voids the whole count: half of it would be wrong.

    A number counts the harm right before it ("killed two"), or else the next harm after it in its clause ("two of the
    mission's soldiers were killed").
    """
    counted: dict[str, int] = {}
    added, voided = False, False
    numbers = [
        q
        for q in quantities(text)
        if q.kind == "count" and 1 <= q.number < MOST and not _ORDINAL.match(text, q.end) and not _is_an_age(text, q)
    ]
    single = list(_ONE.finditer(text))
    for found in _HARM.finditer(text):
        kind = _KINDS[found[1].lower()]
        if kind in counted:
            continue
        number = _counted(text, numbers, found.start(), found.end())
        one = next((m for m in reversed(single) if _counts(text, m, found)), None)
        if number is not None:
            counted[kind] = int(number.number)
            added = added or bool(_SUM.search(text))
            numbers.remove(number)
        elif one is not None:
            counted[kind] = 1
            single.remove(one)
        else:
            voided = True
    return Harm(in_all=added) if voided else Harm(**counted, in_all=added)


def _is_an_age(text: str, number: Quantity) -> bool:
    """Whether a number stands between two commas, as an age does: "Corporal Tar, 41, was killed"."""
    return text[: number.start].rstrip().endswith(",") and text[number.end :].lstrip().startswith(",")


def _counts(text: str, one: re.Match[str], harmed: re.Match[str]) -> bool:
    """Whether a single person that ``one`` names is who was ``harmed``, before or behind it in one clause."""
    if one.end() <= harmed.start():
        return _CLAUSE.search(text, one.end(), harmed.start()) is None
    return harmed.end() <= one.start() and one.start() - harmed.end() <= NEAR


def _counted(text: str, numbers: list[Quantity], start: int, end: int) -> Quantity | None:
    """The number that a harm at ``start`` to ``end`` counts: right behind it, or else the last before it."""
    for number in numbers:
        if number.start >= end and _ONLY_ROUGHLY.fullmatch(text, end, number.start):
            return number
    before = [n for n in numbers if n.end <= start and not _CLAUSE.search(text, n.end, start)]
    return max(before, key=lambda number: number.end, default=None)
