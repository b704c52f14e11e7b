"""Decide which articles may be about the mission: they name it, its place, or a name of its baseline. Pure.

All that is known of the mission comes from the watch. Whether an article that passes is about it, the encoder says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pipeline.model import Article, Name, Watch, countries
from pipeline.reading.embedded.proper_names import HEADS, NOUN, capitalised_phrases

# Organisations that send missions, with their usual initials.
ORGANISATIONS = {
    "United Nations": ("UN", "U.N.", "the world body", "blue helmets"),
    "African Union": ("AU",),
    "European Union": ("EU",),
    "Organization of American States": ("OAS", "Organisation of American States"),
    "Organization for Security and Co-operation in Europe": ("OSCE",),
    "NATO": ("North Atlantic Treaty Organization", "Nato"),
    "Economic Community of West African States": ("ECOWAS", "Ecowas"),
    "Southern African Development Community": ("SADC",),
    "East African Community": ("EAC",),
    "Arab League": ("League of Arab States",),
    "Association of Southeast Asian Nations": ("ASEAN",),
    "Pacific Islands Forum": (),
    "Commonwealth": (),
}


def _alternatives(words: list[str]) -> str:
    return "|".join(sorted({re.escape(w) for w in words if w}, key=lambda w: (-len(w), w)))


@dataclass(frozen=True)
class Identity:
    """Hold what a watch's mission is known by, compiled.

    Attributes:
        names: the long ones in lower case.
        sisters: other missions that are easily taken for it.
        kin: names that the baseline has beside the mission's own, in order: towns, commanders, camps.
    """

    names: tuple[str, ...]
    long_names: re.Pattern[str] | None
    acronyms: tuple[Name, ...]
    acronym: re.Pattern[str] | None
    place: re.Pattern[str] | None
    sisters: re.Pattern[str] | None
    kin: tuple[str, ...]


def name_of(watch: Watch) -> str:
    """Return the mission's name: the first of its names, else the watch's title."""
    return watch.names[0].text if watch.names else watch.title


@lru_cache(maxsize=32)
def identity(watch: Watch) -> Identity:
    """Compile what ``watch`` says of its mission; cached, watches are frozen."""
    longs = [n.text for n in watch.names if not n.acronym]
    acronyms = tuple(n for n in watch.names if n.acronym)
    places: list[str] = []
    for place in watch.places:
        country = next((c for c in countries.COUNTRIES if place in c.words or place in c.capitals), None)
        places += [*country.words, *country.capitals] if country else [place]
    place = _alternatives(places)
    sisters = [n.text for n in watch.sister_missions]
    return Identity(
        names=tuple(name.lower() for name in longs if name),
        long_names=re.compile(rf"(?<!\w)(?:{_alternatives(longs)})(?!\w)", re.IGNORECASE) if longs else None,
        acronyms=acronyms,
        acronym=re.compile(rf"(?<![\w.])(?:{_alternatives([n.text for n in acronyms])})(?!\w)") if acronyms else None,
        place=re.compile(rf"(?<!\w)(?:{place})(?:n|an|ian|i|ese)?(?!\w)") if place else None,
        sisters=re.compile(rf"(?<!\w)(?:{_alternatives(sisters)})(?!\w)") if sisters else None,
        kin=_kin(watch.baseline.text),
    )


_COMMON_TEXT = """January February March April May June July August September October November December Monday
    Tuesday Wednesday Thursday Friday Saturday Sunday Security Council General Assembly State Court Congress Senate
    House Special United Nations European African Union American States Resolution Colonel Major Lieutenant Brigadier
    Captain Commander Admiral Army Navy Office North South East West Central Northern Southern Eastern Western Africa
    Europe Asia America New York Geneva Brussels Vienna Washington London Paris Ministry Parliament Government
    Transition Interim Multinational International Regional National Joint Committee Organization Organisation
    Community Radio Line Port Agreement Accord Foreign Defence Defense Interior Relations"""
_COMMON = frozenset((*_COMMON_TEXT.split(), *(word.capitalize() for word in HEADS)))
# Whoever holds such an office is in the news of many missions.
_OFFICES = frozenset(
    {"Secretary", "President", "Prime", "Minister", "Chancellor", "Ambassador", "King", "Representative"}
)


def _kin(text: str) -> tuple[str, ...]:
    """Return the names of the baseline that can tie an article to the mission: neither states nor offices nor days."""
    found: list[str] = []
    for phrase in capitalised_phrases(text):
        before = text[max(0, phrase.start - 2) : phrase.start]
        if not before or before[-1] == "\n" or before.endswith((". ", "? ", "! ")):
            continue  # the first word of a sentence may be any word
        words = re.split(r"[ -]", phrase.text)
        if _OFFICES.isdisjoint(words):
            found += filter(_is_own, words)
    return tuple(dict.fromkeys(found))


def _is_own(word: str) -> bool:
    return len(word) >= 4 and word[0].isupper() and word not in _COMMON and not countries.mentions(word)


def sends(organisation: str, text: str) -> bool:
    """Decide whether ``text``, a mission's name or lead, has the organisation in it, in full or by its initials."""
    words = text.split()
    return organisation.lower() in text.lower() or any(short in words for short in ORGANISATIONS[organisation])


class Focus(NamedTuple):
    """Whether an article may be about the mission, why, and whether it has one of the mission's own names."""

    relevant: bool
    reason: str
    named: bool = False


def focus(article: Article, watch: Watch) -> Focus:
    """Decide whether ``article`` may be about the mission of ``watch``.

    It may where it has one of the mission's names, or another name of the baseline; or one of the mission's places, and
    speaks of what missions are made of.
    """
    who = identity(watch)
    whole = f"{article.title}\n{article.text}"
    if name := _name_in(whole, who):
        return Focus(True, f"names {name}", named=True)
    known = frozenset(_CAPITALISED.findall(whole))
    if kin := next((word for word in who.kin if word in known and not (who.place and who.place.search(word))), None):
        return Focus(True, f"names {kin}, as the baseline does")
    if who.place and (place := who.place.search(whole)) and _MISSION_WORD.search(whole):
        return Focus(True, f"speaks of a mission and names {place.group()}")
    return Focus(False, f"does not name the mission, and speaks of none in {', '.join(watch.places)}")


def tells_of_a_sister(sentence: str, who: Identity) -> bool:
    """Decide whether ``sentence`` names a mission that the watch calls another one, and not its own."""
    return bool(who.sisters and who.sisters.search(sentence)) and not _named(sentence, who)


_MISSION_WORD = re.compile(rf"\b{NOUN}\b", re.IGNORECASE)
_CAPITALISED = re.compile(r"[A-ZÀ-Þ][\w’']{3,}")


def _named(text: str, who: Identity) -> bool:
    return bool((who.long_names and who.long_names.search(text)) or (who.acronym and who.acronym.search(text)))


def _name_in(whole: str, who: Identity) -> str | None:
    """Return the first of the mission's names that counts in this article, or None."""
    low = whole.lower()
    # Most articles name none: that is plain from the letters, a dozen times sooner than by the pattern.
    if who.long_names and any(name in low for name in who.names) and (m := who.long_names.search(whole)):
        return m.group()
    for name in who.acronyms:
        if name.text not in whole or not re.search(rf"(?<![\w.]){re.escape(name.text)}(?!\w)", whole):
            continue
        if name.not_context and any(word.lower() in low for word in name.not_context):
            continue
        if name.context and not any(word.lower() in low for word in name.context):
            continue
        return name.text
    return None
