"""Which mission an article, and a sentence of it, is about: names, place, sponsor, and what clashes.

All that is known of the mission comes from the watch: its names, its places, and the organisation or
country in the names and in the baseline's lead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline import countries
from pipeline.model import Article, Aspect, Name, Stage, Watch
from pipeline.reading.proper import NOUN, acronyms, phrases

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
_GAP = r"[^\w’'-]+"  # words and gaps share no character, so that no text can make a pattern slow
_WORD = r"[\w’'-]+"
_GENERIC = re.compile(
    r"\b(?:the|its|this|that|a|an|his|their|any|whatever|each|every|our)\s+(?:[\w'’-]+\s+){0,3}?(?:mission"
    r"|force|operation|peacekeepers|contingents?|monitors|observers|mechanism|flotilla|escorts?|constables|gendarmes"
    r"|trainers|instructors|inspectors|medics"
    r"|deployment|mandate|troop contributors|successor|draft|resolution|text|authoris\w+|authoriz\w+"
    r"|ceiling)\b(?!\s+of\s+(?:nature|law))",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(
    r"\b(?:peacekeepers|blue helmets|the mission|mission's|mission’s|the force|force's|force’s|mandate)\b",
    re.IGNORECASE,
)
_ALIAS = re.compile(r"\b((?:[A-Z][\w’'-]+ )(?:(?:and |for |of |in |the |to )?[A-Z][\w’'-]+ ){0,6})\(([A-Z]{2,8})\)")
_APPOSED = re.compile(
    r"\b([A-Z]{4,8})\b,? (?:the|its) (?:[\w’'-]+ ){0,3}(?:mission|force|operation)\b|\b(?:mission|force"
    r"|operation)(?: [\w’'-]+){0,3},? ([A-Z]{4,8})\b"
)


def _alternatives(words: list[str]) -> str:
    return "|".join(sorted({re.escape(w) for w in words if w}, key=lambda w: (-len(w), w)))


SISTER = -1.0  # the tie of a sentence that is about a sister mission


@dataclass(frozen=True)
class Identity:
    """What a watch's mission is known by, compiled."""

    names: tuple[str, ...]  # the long ones in lower case
    long_names: re.Pattern[str] | None
    acronyms: tuple[Name, ...]
    acronym: re.Pattern[str] | None
    place: re.Pattern[str] | None
    described: re.Pattern[str] | None  # "the Union's force in Ruritania", "Ruritania mission"
    sponsors: re.Pattern[str] | None
    sisters: re.Pattern[str] | None
    hosts: frozenset[str]
    states: frozenset[str]  # those that the baseline names
    kin: frozenset[str]  # names that the baseline has beside the mission's own: towns, commanders, camps


def name_of(watch: Watch) -> str:
    """What the mission is called: the first of its names, else the watch's title."""
    return watch.names[0].text if watch.names else watch.title


@lru_cache(maxsize=32)
def identity(watch: Watch) -> Identity:
    """Compile what ``watch`` says of its mission; cached, watches are frozen."""
    longs = [n.text for n in watch.names if not n.acronym]
    acronyms = tuple(n for n in watch.names if n.acronym)
    places: list[str] = []
    hosts: list[str] = []
    for place in watch.places:
        country = next((c for c in countries.COUNTRIES if place in c.words or place in c.capitals), None)
        places += [*country.words, *country.capitals] if country else [place]
        hosts.append(country.name if country else place)
    sponsors = _sponsors(watch, longs)
    place = _alternatives(places)
    sponsor = _alternatives(sponsors)
    patterns = []
    if place:
        patterns.append(
            rf"\b{NOUN}\b(?:{_GAP}(?!(?:that|which|who|help)\b){_WORD}){{0,5}}?{_GAP}(?:in|for|of|on"
            rf"|to){_GAP}(?:{_WORD}{_GAP}){{0,2}}?(?:{place})(?!\w)"
        )
        patterns.append(rf"\b(?:{place})(?:['’]s)?{_GAP}(?:{_WORD}{_GAP}){{0,3}}?{NOUN}\b")
    if sponsor:
        patterns.append(rf"\b(?:{sponsor})(?:['’]s|-led|-backed)?{_GAP}(?:{_WORD}{_GAP}){{0,4}}?{NOUN}\b")
    lead = _alternatives(_lead_words(watch))
    if lead:
        patterns.append(
            rf"\b(?:{lead})(?:['’]s)?{_GAP}(?:{_WORD}{_GAP}){{0,2}}?(?:police|officers?|forces|policemen)\b"
        )
    sisters = [n.text for n in watch.sister_missions]
    return Identity(
        names=tuple(name.lower() for name in longs if name),
        long_names=re.compile(rf"(?<!\w)(?:{_alternatives(longs)})(?!\w)", re.IGNORECASE) if longs else None,
        acronyms=acronyms,
        acronym=re.compile(rf"(?<![\w.])(?:{_alternatives([n.text for n in acronyms])})(?!\w)") if acronyms else None,
        place=re.compile(rf"(?<!\w)(?:{place})(?:n|an|ian|i|ese)?(?!\w)") if place else None,
        described=re.compile("|".join(patterns)) if patterns else None,
        sponsors=re.compile(rf"(?<!\w)(?:{sponsor})(?!\w)") if sponsor else None,
        sisters=re.compile(rf"(?<!\w)(?:{_alternatives(sisters)})(?!\w)") if sisters else None,
        hosts=frozenset(hosts),
        states=frozenset(mention.name for mention in countries.mentions(watch.baseline.text)),
        kin=_kin(watch),
    )


_COMMON_NAMES_TEXT = """January February March April May June July August September October November December Monday
    Tuesday Wednesday Thursday Friday Saturday Sunday Security Council General Assembly Secretary President Prime
    Minister Foreign Defence Defense Ministry Parliament Government State Court Congress Senate House Special
    Representative United Nations European African Union American States Resolution Ambassador Colonel Major
    Lieutenant Brigadier
    Captain Commander Admiral Police Army Navy Mission Force Operation Office North South East West Central Northern
    Southern Eastern Western Africa Europe Asia America New York Geneva Brussels Vienna Washington London Paris"""
_COMMON_NAMES = frozenset(_COMMON_NAMES_TEXT.split())


def _kin(watch: Watch) -> frozenset[str]:
    """The names of the baseline that can tie an article to the mission: neither states nor offices nor days."""
    found: set[str] = set()
    for phrase in phrases(watch.baseline.text):
        before = watch.baseline.text[max(0, phrase.start - 2) : phrase.start]
        if not before or before[-1] == "\n" or before.endswith((". ", "? ", "! ")):
            continue  # the first word of a sentence may be any word
        for word in re.split(r"[ -]", phrase.text):
            if len(word) >= 4 and word[0].isupper() and word not in _COMMON_NAMES and not countries.mentions(word):
                found.add(word)
    return frozenset(found)


def sends(organisation: str, text: str) -> bool:
    """True where ``text``, a mission's name or lead, has the organisation in it, in full or by its initials."""
    words = text.split()
    return organisation.lower() in text.lower() or any(short in words for short in ORGANISATIONS[organisation])


def _sponsors(watch: Watch, longs: list[str]) -> list[str]:
    """Who sends the mission: organisations in its names, and the lead that the baseline states."""
    out: list[str] = []
    leads = [
        f"{f.subject} {f.value}" for f in watch.baseline.facts if f.aspect is Aspect.LEAD and f.stage is Stage.IN_EFFECT
    ]
    for name, short in ORGANISATIONS.items():
        if any(sends(name, text) for text in (*longs, *leads)):
            out += [name, *short]
    out += _lead_words(watch)
    if any("multinational" in text.lower() for text in longs):
        out += ["multinational", "Multinational"]
    return out


def _lead_words(watch: Watch) -> list[str]:
    """The country that leads the mission, by the baseline, in all its words; empty where an organisation does."""
    facts = [f for f in watch.baseline.facts if f.aspect is Aspect.LEAD and f.stage is Stage.IN_EFFECT]
    named = dict.fromkeys(m.name for f in facts for m in countries.mentions(f"{f.subject} ; {f.value}"))
    return [word for name in named for word in countries.BY_NAME[name].words]


@dataclass(frozen=True)
class Focus:
    """What of the mission one article shows: whether it is relevant, why, and each sentence's tie to it."""

    relevant: bool
    reason: str
    levels: tuple[float, ...]  # per sentence: 3 named, 2 described, 1 referred to, 0 nothing, -1 a sister's
    aliases: tuple[str, ...]


def focus(article: Article, sentences: tuple[str, ...], watch: Watch) -> Focus:
    """Tell how ``article`` and each of its ``sentences`` relate to the mission of ``watch``.

    An article may be about the mission if it names it, or if it names one of its places, or two other names of
    the baseline, and speaks of a mission. Whether it is, the encoder says.
    """
    who = identity(watch)
    whole = f"{article.title}\n{article.text}"
    name = _name_in(whole, who)
    placed = bool(who.place and who.place.search(whole))
    if name is None and not placed and who.place and len(kin_in(whole, who)) < 2:
        return Focus(False, f"names none of the places {', '.join(watch.places)}", (), ())
    aliases = _aliases((article.title, *sentences), who)
    known = re.compile(rf"(?<!\w)(?:{_alternatives(list(aliases))})(?!\w)") if aliases else None
    levels = tuple(_level(s, who, known, name is not None) for s in sentences)
    if name is None and max(levels, default=0.0) < 1:
        return Focus(False, "no sentence ties a mission to the watched place or its sponsor", levels, aliases)
    how = f"names {name}" if name else "describes the mission by its place or sponsor"
    return Focus(True, how, levels, aliases)


def kin_in(text: str, who: Identity) -> frozenset[str]:
    """The baseline's further names that ``text`` has."""
    return who.kin & frozenset(_CAPITALISED.findall(text))


# The command of a state's own army is no post of the mission's.
_NATIONAL_POST = re.compile(
    r"\b(?:took over|takes over|sworn in|named|appointed|promoted|installed)\b.{0,60}?\b(?:commander|chief|head)\b"
    r".{0,25}?\bof (?:the |its |their )?(?:\w+ ){0,2}?"
    r"(?:[Nn]ational [Aa]rmy|[Aa]rmy|[Aa]rmed [Ff]orces|[Nn]avy|[Nn]ational [Pp]olice)\b"
)
_CAPITALISED = re.compile(r"[A-ZÀ-Þ][\w’']{3,}")
_MISSION_WORD = re.compile(rf"\b{NOUN}\b", re.IGNORECASE)


def _names_another(sentence: str) -> bool:
    """True where a sentence gives another mission by its initials: "the observer force on the hills, OFH"."""
    for found in acronyms(sentence):
        if _MISSION_WORD.match(sentence[found.end :].lstrip(" ,’'s")):
            return True
        if _MISSION_WORD.search(sentence[max(0, found.start - 45) : found.start]) and sentence[found.start - 2] in ",(":
            return True
    return False


def _named(text: str, who: Identity) -> bool:
    return bool((who.long_names and who.long_names.search(text)) or (who.acronym and who.acronym.search(text)))


def _name_in(whole: str, who: Identity) -> str | None:
    """The first of the mission's names that counts in this article, or None."""
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


def _aliases(parts: tuple[str, ...], who: Identity) -> tuple[str, ...]:
    """Names that this article itself gives to the mission: "the Union's force in Ruritania, RUFOR"."""
    out: list[str] = []
    for text in parts:
        tied = _named(text, who) or bool(who.described and who.described.search(text))
        for m in _ALIAS.finditer(text):
            long, short = m.group(1).strip(), m.group(2)
            if re.search(
                r"\b(?:Office|Police|Army|Forces|Council|Community|States|Union|Nations)$|Integrated|Commission", long
            ):
                continue
            if re.search(r"\b(?:Mission|Force|Operation|Observers?|Monitors?)\b", long) and (
                tied or (who.place and who.place.search(text))
            ):
                out += [long.removeprefix("The "), short]
        if tied:
            out += [m.group(1) or m.group(2) for m in _APPOSED.finditer(text)]
    return tuple(dict.fromkeys(out))


def _level(sentence: str, who: Identity, known: re.Pattern[str] | None, named: bool) -> float:
    if who.sisters and who.sisters.search(sentence) and not _named(sentence, who):
        return SISTER
    if named and _named(sentence, who):
        return 3.0
    if known and known.search(sentence):
        return 2.5
    if who.described and who.described.search(sentence):
        return 2.0
    if not (who.place and who.place.search(sentence)) and _names_another(sentence):
        return SISTER
    if _NATIONAL_POST.search(sentence) and not (named and _named(sentence, who)):
        return SISTER
    if _GENERIC.search(sentence) or _ABSTRACT.search(sentence):
        return 1.0
    return 0.0
