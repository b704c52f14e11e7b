"""Read the numbers of a text, and compare them by what they mean: "about 1,000" is 991. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline.model.text import normalise

IN_ALL = " in all"  # behind a toll that adds up more than one day's

_SMALL_TEXT = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty"""
_SMALL = {word: number for number, word in enumerate(_SMALL_TEXT.split(), start=1)} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "a dozen": 12,
}
_SCALE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "m": 1_000_000, "billion": 1e9, "bn": 1e9}
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_QUANTITY = re.compile(
    r"(?P<about>\b(?:about|around|nearly|almost|roughly|some|approximately|close to|more than|over|at least|fewer than"
    r"|less than|under|no fewer than|upwards of|an estimated|up to|at most|as many as) )?"
    r"(?P<cur>US\$|C\$|[$£€])? ?"
    rf"(?:(?P<num>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)|(?P<word>\b(?:(?:{_TENS})-(?:one|two|three|four|five|six"
    r"|seven|eight|nine)|"
    + "|".join(sorted(_SMALL, key=len, reverse=True))
    + r"|(?:a|several)(?= hundred| thousand| million))\b))"
    r"(?:[ -]?(?P<scale>hundred and fifty|hundred|thousand|million|billion|bn|m)\b)?"
    r"(?:(?: |-)?(?P<unit>per ?cent|%|percent|dollars?|euros?|pounds|months?|years?|days?|weeks?|votes?)(?!\w))?",
    re.IGNORECASE,
)


class Quantity(NamedTuple):
    """A number with what it counts in: ``money``, ``percent``, ``time``, ``votes`` or ``count``.

    ``about`` where it is said roughly; "up to 12,262" is not, whatever stands before it.
    """

    number: float
    kind: str
    about: bool
    start: int
    end: int


@lru_cache(maxsize=1024)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Find the numbers of ``text`` in order; years and days of a date are the caller's to leave out."""
    out = []
    for m in _QUANTITY.finditer(text):
        word, scale = (m.group("word") or "").lower(), (m.group("scale") or "").lower()
        if m.group("num"):
            number = float(m.group("num").replace(",", ""))
        elif "-" in word:
            tens, unit = word.split("-")
            number = float(_SMALL[tens] + _SMALL[unit])
        else:
            number = float(_SMALL.get(word, 3 if word == "several" else 1))
        if scale == "hundred and fifty":
            number = number * 100 + 50
        elif scale:
            number *= _SCALE[scale]
        unit = (m.group("unit") or "").lower()
        if m.group("cur") or unit.startswith(("dollar", "euro", "pound")):
            kind = "money"
        elif unit in {"%", "percent", "per cent"}:
            kind = "percent"
        elif unit.startswith(("month", "year", "day", "week")):
            kind = "time"
        else:
            kind = "votes" if unit.startswith("vote") else "count"
        out.append(Quantity(number, kind, bool(m.group("about")) and not _exact(number), m.start(), m.end()))
    return tuple(out)


_DAYS_OF = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
_LENGTH = re.compile(
    r"\b(?:(?P<half>half an?)|(?P<number>\d+|an?|" + "|".join(sorted(_SMALL, key=len, reverse=True)) + r"))"
    r"(?P<more> and a half)?[ -](?P<unit>day|week|month|year)s?\b(?P<behind> and a half)?"
)


def length_of(text: str) -> float | None:
    """Return the length of time, in days, that ``text`` names; None where it names none."""
    found = _LENGTH.search(normalise(text))
    if found is None:
        return None
    said = found["number"]
    number = 0.5 if found["half"] else float(said) if said.isdigit() else float(_SMALL.get(said, 1))
    return (number + 0.5 * bool(found["more"] or found["behind"])) * _DAYS_OF[found["unit"]]


def same_number(a: Quantity, b: Quantity) -> bool:
    """Decide whether two numbers can mean the same: equal, within 10 % if rough, 1.2 % if round."""
    if a.kind != b.kind:
        return False
    if a.number == b.number:
        return True
    larger = max(abs(a.number), abs(b.number))
    rough = a.about or b.about or _round(a.number) or _round(b.number)
    return rough and larger >= 20 and abs(a.number - b.number) / larger <= (0.1 if a.about or b.about else 0.012)


def _exact(number: float) -> bool:
    """Decide whether a number has more than three significant digits, such as 12,262: nobody rounds to that."""
    return len(f"{number:.0f}".rstrip("0")) > 3


def _round(number: float) -> bool:
    """Decide whether only the first two digits of a number are significant, such as 5,500 or 11,000."""
    digits = f"{number:.0f}"
    return len(digits) >= 3 and set(digits[2:]) == {"0"}
