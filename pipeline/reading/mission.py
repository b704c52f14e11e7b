"""Which mission an article, and a sentence of it, is about: names, place, sponsor, and what clashes.

All that is known of the mission comes from the watch: its names, its places, and the organisation or
country in the names and in the baseline's lead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.model import Article, Aspect, Name, Stage, Watch
from pipeline.reading import countries

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
_NOUN = (
    r"(?:mission|support office|force|operation|peacekeep\w+|contingent|troops|observers?|monitors?"
    r"|deployment|presence|soldiers|intervention)"
)
_GAP = r"[^\w’'-]+"  # words and gaps share no character, so that no text can make a pattern slow
_WORD = r"[\w’'-]+"
_GENERIC = re.compile(
    r"\b(?:the|its|this|that|a|an|his|their|any|whatever|each|every|our)\s+(?:[\w'’-]+\s+){0,3}?(?:mission"
    r"|force|operation|peacekeepers|contingents?"
    r"|deployment|mandate|troop contributors|successor|draft|resolution|text|authoris\w+|authoriz\w+"
    r"|ceiling)\b(?!\s+of\s+(?:nature|law))",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(
    r"\b(?:peacekeepers|blue helmets|the mission|mission's|the force|force's|mandate)\b", re.IGNORECASE
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

    long_names: re.Pattern[str] | None
    acronyms: tuple[Name, ...]
    acronym: re.Pattern[str] | None
    place: re.Pattern[str] | None
    described: re.Pattern[str] | None  # "the Union's force in Ruritania", "Ruritania mission"
    sponsors: re.Pattern[str] | None
    sisters: re.Pattern[str] | None
    hosts: frozenset[str]


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
        hosts += [country.name] if country else []
    sponsors = _sponsors(watch, longs)
    place = _alternatives(places)
    sponsor = _alternatives(sponsors)
    patterns = []
    if place:
        patterns.append(
            rf"\b{_NOUN}\b(?:{_GAP}(?!(?:that|which|who|help)\b){_WORD}){{0,5}}?{_GAP}(?:in|for|of|on"
            rf"|to){_GAP}(?:{_WORD}{_GAP}){{0,2}}?(?:{place})(?!\w)"
        )
        patterns.append(
            rf"\b(?:{place})(?:['’]s)?{_GAP}(?:{_WORD}{_GAP}){{0,3}}?(?:mission|force(?!s)|operation|peacekeep\w+)\b"
        )
    if sponsor:
        patterns.append(rf"\b(?:{sponsor})(?:['’]s|-led|-backed)?{_GAP}(?:{_WORD}{_GAP}){{0,4}}?{_NOUN}\b")
    lead = _alternatives(_lead_words(watch))
    if lead:
        patterns.append(
            rf"\b(?:{lead})(?:['’]s)?{_GAP}(?:{_WORD}{_GAP}){{0,2}}?(?:police|officers?|forces|policemen)\b"
        )
    sisters = [n.text for n in watch.sister_missions]
    return Identity(
        long_names=re.compile(rf"(?<!\w)(?:{_alternatives(longs)})(?!\w)", re.IGNORECASE) if longs else None,
        acronyms=acronyms,
        acronym=re.compile(rf"(?<![\w.])(?:{_alternatives([n.text for n in acronyms])})(?!\w)") if acronyms else None,
        place=re.compile(rf"(?<!\w)(?:{place})(?!\w)") if place else None,
        described=re.compile("|".join(patterns)) if patterns else None,
        sponsors=re.compile(rf"(?<!\w)(?:{sponsor})(?!\w)") if sponsor else None,
        sisters=re.compile(rf"(?<!\w)(?:{_alternatives(sisters)})(?!\w)") if sisters else None,
        hosts=frozenset(hosts),
    )


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
    """How ``article`` and each of its ``sentences`` relate to the mission of ``watch``."""
    who = identity(watch)
    whole = f"{article.title}\n{article.text}"
    name = _name_in(whole, who)
    if name is None and who.place and not who.place.search(whole):
        return Focus(False, f"names none of the places {', '.join(watch.places)}", (), ())
    aliases = _aliases((article.title, *sentences), who)
    known = re.compile(rf"(?<!\w)(?:{_alternatives(list(aliases))})(?!\w)") if aliases else None
    levels = tuple(_level(s, who, known, name is not None) for s in sentences)
    titled = bool(who.described and who.described.search(article.title)) or _named(article.title, who)
    strong = sum(1 for level in levels if level >= 2)
    tied = sum(1 for level in levels if level >= 1)
    if name is None and not titled and strong == 0:
        return Focus(False, "no sentence ties a mission to the watched place or its sponsor", levels, aliases)
    if not titled and tied < 2 and not any(level >= 2 for level in levels[: max(5, len(levels) // 2)]):
        return Focus(False, "the mission is mentioned only in passing", levels, aliases)
    return Focus(True, f"names {name}" if name else "describes the mission by its place or sponsor", levels, aliases)


def _named(text: str, who: Identity) -> bool:
    return bool((who.long_names and who.long_names.search(text)) or (who.acronym and who.acronym.search(text)))


def _name_in(whole: str, who: Identity) -> str | None:
    """The first of the mission's names that counts in this article, or None."""
    if who.long_names and (m := who.long_names.search(whole)):
        return m.group()
    low = whole.lower()
    for name in who.acronyms:
        if not re.search(rf"(?<![\w.]){re.escape(name.text)}(?!\w)", whole):
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
    if _GENERIC.search(sentence) or _ABSTRACT.search(sentence):
        return 1.0
    return 0.0
