"""Find proper names in running text, and decide which of them can name a mission. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Nouns that make a capitalised phrase the name of a mission; the strong ones need no other sign.
HEADS_TEXT = """mission force forces operation mechanism contingent authority administration monitors observers
    observer monitoring observation verification presence flotilla escort patrol task group team support deployment
    protection assistance peacekeeping police gendarmerie training stabilisation stabilization corridor airlift
    constables commission initiative rotation inspection clearance enforcement"""
HEADS = frozenset(HEADS_TEXT.split())
STRONG_TEXT = """mission force operation mechanism contingent monitors observers flotilla peacekeepers constables
    deployment escort"""
STRONG = frozenset(STRONG_TEXT.split())
# What missions and their people are called with small letters.
NOUN = (
    r"(?:mission|force|operation|mechanism|contingents?|peacekeep\w+|blue helmets|observers?|monitors?|monitoring team"
    r"|deployment|troops|soldiers|flotilla|task force|escorts?|warships|frigates|patrols?|trainers|instructors|advisers"
    r"|police officers|policemen|constables|gendarmes|battalions?|vanguard|presence|intervention|airlift|air bridge"
    r"|medics|inspectors|minehunters|minesweepers|support office|transition(?:al)? authority)"
)
_LINK = r"(?:of|for|in|to|the|and|on|de|du|la|des|against|off|with)"
_CAP = r"[A-ZÀ-Þ][\w’'&/-]*"
_PHRASE = re.compile(rf"\b{_CAP}(?:(?: {_LINK}){{1,3}} {_CAP}| {_CAP}){{0,11}}")
_ACRONYM = re.compile(
    r"(?<![\w.’'-])(?:[A-Z]{3,}[a-z]?|[A-Z][A-Z-]*[A-Z]{2,}(?:[ -][IVX]{1,3})?|[A-Z]{2,}[a-z]{1,3}[A-Z])(?![\w’'])"
)
_LEADING_TEXT = """the a an in on at by for to from of but and as with when after before since under it its this that
    these those he she they there here who what where if while although however also no not only most some one two
    three"""
_LEADING = frozenset(_LEADING_TEXT.split())

# Initials that are never a mission: bodies, states, and common ones.
NOT_A_MISSION_TEXT = """UN EU AU US USA UK UAE NATO OSCE OAS ECOWAS SADC ASEAN ECCAS CARICOM IGAD EAC OIC WHO WFP
    UNHCR UNICEF ICRC IMF CIA FBI BBC AFP AP DPA EFE TV PM MP MPS MEP NGO NGOS CEO GDP HIV USD EUR GMT UTC FM AM
    OPINION LIVE UPDATE ANALYSIS BREAKING EXPLAINER Q&A COVID USAID INTERPOL FRONTEX CAD AUD WTO G7 G20 P5"""
NOT_A_MISSION = frozenset(NOT_A_MISSION_TEXT.split())


@dataclass(frozen=True, slots=True)
class Phrase:
    """A capitalised phrase and its place in the text."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def capitalised_phrases(text: str) -> tuple[Phrase, ...]:
    """Find the capitalised phrases of ``text``, without a small word that only begins its sentence."""
    out = []
    for m in _PHRASE.finditer(text):
        words, start = m.group().split(" "), m.start()
        while words and words[0].lower() in _LEADING:
            start += len(words[0]) + 1
            words = words[1:]
        while words and not words[0][:1].isupper():
            start += len(words[0]) + 1
            words = words[1:]
        if words:
            whole = " ".join(words).rstrip("’'")
            whole = whole.removesuffix("’s").removesuffix("'s")
            out.append(Phrase(whole, start, start + len(whole)))
    return tuple(out)


@lru_cache(maxsize=4096)
def acronyms(text: str) -> tuple[Phrase, ...]:
    """Find initials of three letters and more that could be a mission's, in order."""
    return tuple(
        Phrase(m.group(), m.start(), m.end())
        for m in _ACRONYM.finditer(text)
        if m.group().upper() not in NOT_A_MISSION and sum(c.isupper() for c in m.group()) >= 3
    )


@lru_cache(maxsize=8192)
def names_mission(phrase: str) -> bool:
    """Decide whether a capitalised phrase reads as the name of a mission."""
    words = [word.lower() for word in re.split(r"[ -]", phrase)]
    if len(words) < 2 and words[0] not in STRONG:
        return False
    tail = _own_words(words)
    if len(tail) < 2 and len(words) > 1:
        return False  # "Peacekeepers in Ruritania" describes, it does not name
    return any(word in STRONG for word in tail) or (len(tail) >= 3 and sum(word in HEADS for word in tail) >= 2)


def _own_words(words: list[str]) -> list[str]:
    """Return the words of a name up to where it works: "Mission in Ruritania" has its head before "in"."""
    for link in ("in", "on", "off"):
        if link in words[1:]:
            return words[: words.index(link, 1)]
    return words


def stands_for(acronym: str, phrase: str) -> bool:
    """Decide whether the acronym's letters come in the phrase in that order, its first one first."""
    letters = [c.lower() for c in acronym if c.isalpha()]
    flat = phrase.lower()
    heads = [word[0] for word in re.split(r"[ -]", flat) if word]
    if not letters or letters[0] not in heads:
        return False
    at = 0
    for letter in letters:
        at = flat.find(letter, at) + 1
        if at == 0:
            return False
    return sum(h in letters for h in heads) >= min(2, len(letters))
