"""What a sentence comes to in a few words: the clause that tells, without who said so. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.board import IN_ALL, Quantity, quantities
from pipeline.text import shorten, squeeze

LIMIT = 90  # characters of a value that is a clause: a line of the board

_SAID = (
    r"(?:said|says|added|told|announced|reported|confirmed|warned|stated|explained|noted|wrote|went on|argued|reads)"
)
_SAYS = re.compile(rf"\b{_SAID}\b")
_LONGEST_SPEAKER = 110  # characters of ", the minister told a radio talk show"
_BEGINS_WITH_SPEAKER = re.compile(rf"^[^,;“\"]{{2,90}}?\b{_SAID}(?: on [A-Z]\w+day)?(?: this week)?(?: that|:) ")
_ACCORDING = re.compile(r"^(?:According to|By|In) [^,]{3,60}, ")
_ASIDE = re.compile(r"\s*\([^()]{1,60}\)|, (?:which|who|whose|where)\b[^,;]{3,90},")
_CLAUSE = re.compile(r"; |(?: — | – )|, (?:and|but|while|although|as|with|after|before) ")

_HURT = {
    "killed": "killed",
    "dead": "killed",
    "died": "killed",
    "death": "killed",
    "deaths": "killed",
    "kill": "killed",
}
_HURT |= {"killing": "killed", "lost": "killed", "dies": "killed", "kills": "killed"}
_HURT |= dict.fromkeys(("injured", "injuring", "hurt", "wounded", "wounding", "injuries"), "injured")
_HURT |= dict.fromkeys(("missing",), "missing") | dict.fromkeys(("kidnapped", "abducted", "seized"), "kidnapped")
_HARM = re.compile(r"\b(" + "|".join(sorted(_HURT, key=len, reverse=True)) + r")\b", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?:an?|another|the) (?:\w+[ -]){0,3}?(?:soldier|officer|peacekeeper|policeman|policewoman|monitor|observer"
    r"|member|marine|sailor|guard|driver|pilot|trooper)\b",
    re.IGNORECASE,
)
_ONLY_ROUGHLY = re.compile(r" ?(?:at least |about |some |another |more than |up to )?")
_SUM = re.compile(
    r"\bsince (?:\w+ ){1,4}?(?:began|begun|started|arriv\w+|deploy\w+|launch\w*|creat\w+|came)\b"
    r"|\bsince (?:\w+ )?(?:19|20)\d\d\b|\b(?:so far|to date|in all|in total|altogether|all told)\b",
    re.IGNORECASE,
)
_NEARBY = 48  # characters between a number and the harm that it counts


def gist(text: str, cues: Iterable[str] = ()) -> str:
    """The clause of ``text`` that tells, in at most :data:`LIMIT` characters.

    Args:
        text: one sentence.
        cues: the words for which the sentence was taken; the clause that has one of them is chosen.
    """
    told = squeeze(text).strip("\"“”'‘’ ")
    told = _without_speaker(told)
    told = _BEGINS_WITH_SPEAKER.sub("", told)
    told = _ACCORDING.sub("", _ASIDE.sub("", told))
    clauses = [clause.strip(' ,;."“”') for clause in _CLAUSE.split(told)]
    words = [cue.strip() for cue in cues if cue.strip()]
    telling = next((c for c in clauses if len(c.split()) >= 4 and any(w in c.lower() for w in words)), None)
    chosen = telling or next((c for c in clauses if len(c.split()) >= 4), told)
    return shorten(chosen or text, LIMIT)


def _without_speaker(text: str) -> str:
    """``text`` without the words at its end that say who said so."""
    at = len(text)
    while (at := text.rfind(",", 0, at)) > 5 and len(text) - at <= _LONGEST_SPEAKER:
        if _SAYS.search(text, at):
            return text[:at]
    return text


def toll(text: str) -> str:
    """The dead, injured, missing and kidnapped of ``text``, as ``1 killed, 8 injured``; empty where none is counted.

    Where the sentence adds up those of a whole deployment, it says so: ``3 killed in all``.
    """
    added = False
    counted: dict[str, int] = {}
    numbers = [q for q in quantities(text) if q.kind == "count" and 1 <= q.number < 1000]
    for harm in _HARM.finditer(text):
        kind = _HURT[harm[1].lower()]
        if kind in counted:
            continue
        found = _counted(text, numbers, harm.start(), harm.end())
        if found is not None:
            counted[kind] = int(found.number)
            added = added or bool(_SUM.search(text))
            numbers.remove(found)
        elif kind == "killed" and any(abs(one.end() - harm.start()) <= 2 * _NEARBY for one in _ONE.finditer(text)):
            counted[kind] = 1
    told = ", ".join(f"{number} {kind}" for kind, number in counted.items())
    return f"{told}{IN_ALL}" if added else told


def _counted(text: str, numbers: list[Quantity], start: int, end: int) -> Quantity | None:
    """The number that a harm at ``start`` to ``end`` counts: right behind it, or else the nearest before it."""
    for number in numbers:
        if number.start >= end and _ONLY_ROUGHLY.fullmatch(text, end, number.start):
            return number
    before = [number for number in numbers if 0 <= start - number.end <= _NEARBY]
    return max(before, key=lambda number: number.end, default=None)
