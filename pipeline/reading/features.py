"""Find in one sentence what later steps ask of it: dates, figures, countries. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pipeline import countries
from pipeline.board import Quantity, quantities
from pipeline.model import Precision
from pipeline.reading import dates
from pipeline.reading.dates import When
from pipeline.reading.sentences import Sentence

_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Seen:
    """One sentence with what was found in it.

    Attributes:
        sentence: the sentence.
        plain: its words in lower case, a space at either end.
        level: its tie to the mission, see ``mission.Focus``.
        whens: its dates.
        away: for each of them the days from the publication.
        recent: the first of these days.
        old: all its past dates lie far back.
        future: the first to come.
        numbers: its figures.
        states: countries other than the host, in order.
        people: the figures that count people.
        money: the sums.
        mentioned: where it names countries.
    """

    sentence: Sentence
    plain: str
    level: float
    whens: tuple[When, ...]
    away: tuple[int, ...]
    recent: When | None
    old: bool
    future: When | None
    numbers: tuple[Quantity, ...]
    states: tuple[str, ...]
    people: tuple[Quantity, ...]
    money: tuple[Quantity, ...]
    mentioned: tuple[countries.Mention, ...]


PERSONNEL = re.compile(
    r"^[ -](?:(?:\w+[ -]){0,2}?)(?:personnel|troops|soldiers|people|officers"
    r"|uniformed(?: personnel| people| members)?|peacekeepers|members"
    r"|police|men|women|observers"
    r"|monitors|strong|staff|in uniform|blue helmets|marines|sailors|guards)\b|^ (?:in uniform|places|would|and"
    r"|more)\b",
    re.IGNORECASE,
)


_OTHERS = re.compile(
    r"^\W+(?:\w+\W+){0,4}?(?:displaced|uprooted|murder\w*|killings?|civilians?|homes?|houses|refugees?|famil\w+"
    r"|children|residents?|homicides|volunteers"
    r"|vessels|kilomet\w+|miles|km|metres|women|cases|attacks|violations|dollars|euros|litres|tonnes"
    r"|resolutions?|bases?|posts?)\b",
    re.IGNORECASE,
)
_CROWD = re.compile(
    r"^\W+(?:\w+\W+){0,2}?(?:people|persons?|displaced|citizens|inhabitants|uprooted|[A-Z]\w+ns|are|were|of them)\b"
)
OWN_DEAD = re.compile(
    r"\b(?:soldiers?|peacekeepers?|officers?|police\w*|personnel|contingents?|troops|blue helmets?|marines?"
    r"|sailors?|guards?|observers?|monitors?|patrol|convoy"
    r"|comrades?|its men|their men|members of the (?:mission|force)|the force|mission's)\b",
    re.IGNORECASE,
)


_WHOSE = re.compile(
    r"\b([A-Z][a-z]+)(?:['’]s)? "
    r"(?:soldiers?|troops|contingents?|battalions?|policemen|police officers?|peacekeepers?)\b"
)
_NOBODYS_TEXT = """The This That These Those Its Their His Her Some Many Most More All Both Other Two Three Four Five
    Union Nations Council Force Mission UN"""
_NOBODYS = frozenset(_NOBODYS_TEXT.split())
MOST_PEOPLE = 150_000  # no mission has more; larger numbers count the displaced and the hungry


def states_in(mentioned: tuple[countries.Mention, ...], hosts: frozenset[str]) -> tuple[str, ...]:
    """The states among ``mentioned`` but the host, in order; a capital counts only where no state is named."""
    found = [m for m in mentioned if m.name not in hosts]
    return tuple(dict.fromkeys([m.name for m in found if not m.capital] or [m.name for m in found]))


def whose(text: str, hosts: frozenset[str]) -> tuple[str, ...]:
    """Whose troops ``text`` speaks of, where it names no state that the table has."""
    found = [m[1] for m in _WHOSE.finditer(text) if m[1] not in _NOBODYS]
    return tuple(dict.fromkeys(w for w in found if not any(w.startswith(host[:5]) for host in hosts)))


def people(text: str, numbers: tuple[Quantity, ...], whens: tuple[When, ...]) -> tuple[Quantity, ...]:
    """The numbers of ``text`` that count people."""
    return tuple(
        q
        for q in numbers
        if q.kind == "count"
        and 2 <= q.number <= MOST_PEOPLE
        and not any(w.start <= q.start < w.start + len(w.text) for w in whens)
        and (
            PERSONNEL.search(text[q.end : q.end + 40])
            or (
                q.number >= 100
                and not _OTHERS.search(text[q.end : q.end + 60])
                and not re.search(r"(?:resolution|No\.?) $", text[max(0, q.start - 12) : q.start + 1], re.IGNORECASE)
            )
        )
        and not (1900 <= q.number <= 2100 and "," not in text[q.start : q.end])
    )


def money(text: str, numbers: tuple[Quantity, ...]) -> tuple[Quantity, ...]:
    """The sums of money among ``numbers``."""
    return tuple(
        q
        for q in numbers
        if q.kind == "money"
        or (q.kind == "count" and q.number >= 1_000_000 and not _CROWD.search(text[q.end : q.end + 30]))
    )


def look(sentence: Sentence, level: float, published: date, hosts: frozenset[str]) -> Seen:
    """All that is found in ``sentence``, of an article published on ``published``, whose tie is ``level``."""
    text = sentence.text
    whens = dates.find(text, published)
    away = tuple(dates.distance(when, published) for when in whens)
    recent = old = future = None
    for when, days in zip(whens, away, strict=True):
        if when.role == "until" or days > 1:
            future = future or when
        elif days >= -12 and when.precision is not Precision.YEAR:
            recent = recent or when
        elif days < -14:
            old = old or when
    numbers = quantities(text)
    mentioned = countries.mentions(text)
    return Seen(
        sentence=sentence,
        plain=plain(text),
        level=level,
        whens=whens,
        away=away,
        recent=recent,
        old=old is not None and recent is None,
        future=future,
        numbers=numbers,
        states=states_in(mentioned, hosts) or whose(text, hosts),
        people=people(text, numbers, whens),
        money=money(text, numbers),
        mentioned=mentioned,
    )


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """``text`` in lower case with single spaces and straight quotes, a space at either end."""
    return f" {' '.join(_TOKEN.findall(text.lower().replace('’', chr(39))))} "
