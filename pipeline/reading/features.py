"""What can be seen of one sentence in its article, as numbers that the weights apply to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pipeline import countries
from pipeline.board import Quantity, quantities
from pipeline.reading import cues, dates
from pipeline.reading.dates import When
from pipeline.reading.lexicon import plain
from pipeline.reading.sentences import Sentence

_PAST_PERFECT = re.compile(
    r"\bhad (?:\w+ )?(?:\w+ed|been|come|gone|said|sent|led|given|taken|made|begun|written|put)\b"
)
_PASSIVE_HISTORY = re.compile(
    r"\b(?:was|were) (?:first |originally )?(?:created|established|set up|founded|authori[sz]ed|approved"
    r"|launched) (?:in|by|after|to)\b"
    r"|\b(?:over|for|in|after) (?:the )?(?:(?:more|less) than )?(?:past |last )?(?:\w+ )?(?:\w+-)?(?:years|decades)\b"
    r"|\bfor example\b|\bagain and again\b|\bover the years\b|\b(?:planned|promised|expected) at first\b"
    r"|\b(?:had been|was|were) (?:expected|meant|supposed) to\b|\balready (?:pledged|promised|given|paid)\b"
    r"|\bonce (?:had|was|were)\b|\bon the understanding\b"
)
_ACTIVE_NOW = re.compile(
    r"\b(?:has|have) (?:\w+ ){0,2}?(?:\w+ed|been|agreed|given|put|sent|begun|taken|made|told|said|set|won|cut)\b"
)
_CONDITION = re.compile(
    r" (?:if|unless|once|provided|on condition that|hanging on|depends on|before|whether|awaits?|awaiting"
    r"|waiting for|yet to|could|would) (?:\S+ ){0,8}?"
    r"(?:approv|adopt|endors|agree|authori|renew|extend|vot|decid|pass)"
)
_DECISION = re.compile(
    r" (?:council|parliament|assembly|senate|cabinet|resolution|government|ministers|summit|union"
    r"|members) (?:\S+ ){0,8}?"
    r"(?:approved|approves|adopted|adopts|authori[sz]ed|extended|extends|renewed|renews|endorsed|endorses"
    r"|decided|voted|prolonged|prolongs|gave|agreed|created|creates) "
)
_OTHER_MEASURE = re.compile(r" (?:sanctions?|embargo|asset freeze|panel of experts|travel ban)\b")
_LOST = re.compile(r" (?:lost|loses|losing) (?:\S+ ){0,3}?(?:men|soldiers|peacekeepers|officers|members|people) ")
_NOT_YET = re.compile(
    r" (?:not|never|neither|nor|hasn't|haven't|has yet to|have yet to) (?:yet |yet been |been |so far )?"
    r"(?:approv|adopt|agree|endors|authori|renew|extend|decid|sign)"
)
_NONE_DEAD = re.compile(
    r" (?:no|none|not one|nobody) (?:\S+ ){0,8}?(?:killed|died|dead|deaths?|harmed|hurt|injured|injuries"
    r"|casualt\w+|wounded) "
)
_STOP_TEXT = """the a an of in on to for and or as at by from with its his her their that this it is are was
    were be been has have had will who which not no but after over into up out new more than says said us un"""
_STOP = frozenset(_STOP_TEXT.split())


@dataclass(frozen=True, slots=True)
class Seen:
    """One sentence with what was found in it."""

    sentence: Sentence
    plain: str
    level: float
    carried: float  # the strongest tie of the paragraph so far, for pronouns
    whens: tuple[When, ...]
    recent: When | None
    old: bool  # all its past dates lie far back
    future: When | None
    numbers: tuple[Quantity, ...]
    aspects: dict[str, float]
    stages: dict[str, float]
    vector: tuple[float, ...]
    states: tuple[str, ...]  # countries other than the host, in order
    people: tuple[Quantity, ...]  # numbers that count people
    money: tuple[Quantity, ...]
    decision: bool  # a body that can decide is said to have decided
    away: tuple[int, ...]  # for each of ``whens``, the days from the publication
    mentioned: tuple[countries.Mention, ...]


_NAMES_TEXT = """bias first second third position after_half level3 level2 level1 level0 carried recent old since_old
    future news background question speech past_perfect history perfect aspect aspect2 stage number titled
    title_overlap short pronoun late_named states people money act"""
NAMES = tuple(_NAMES_TEXT.split())  # the features, in the order of the weights


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


def _adjust(aspects: dict[str, float], states: int, counted: list[float], sums: bool) -> None:
    """Add to the lexicon's scores what numbers and states tell, and let the telling aspect hush the others."""
    if sums:
        aspects["funding"] += 1.8
    hurt = aspects["casualties"] >= 1.2
    if hurt:
        aspects["casualties"] += 1.0
        aspects["contributors"] -= 1.5
        aspects["deployment"] -= 0.5
        aspects["strength"] -= 1.0
    if any(n >= 50 for n in counted) and not hurt:
        aspects["strength"] += 1.2
        if states >= 2:
            aspects["contributors"] += 1.8
    if not counted:
        aspects["strength"] -= 0.3
    paid = aspects["funding"] >= 1.4
    fought = aspects["deployment"] >= 1.4
    if states and aspects["contributors"] >= 0.6 and not paid and not hurt:
        aspects["contributors"] += 0.4 if fought else 1.0
    if paid and not counted:
        aspects["contributors"] -= 1.0


def stems(text: str) -> frozenset[str]:
    """The content words of ``text``, each cut to its first five letters."""
    return frozenset(w[:5] for w in plain(text).split() if w not in _STOP)


def look(
    sentence: Sentence,
    total: int,
    level: float,
    carried: float,
    title: frozenset[str],
    published: date,
    hosts: frozenset[str],
) -> Seen:
    """All that is seen of ``sentence``, one of ``total`` in an article published on ``published``."""
    text = plain(sentence.text)
    whens = dates.find(sentence.text, published)
    recent = old_one = future = None
    since_old = False
    aways = tuple(dates.distance(when, published) for when in whens)
    for when, away in zip(whens, aways, strict=True):
        if when.role == "until" or away > 1:
            future = future or when
        elif away >= -12 and when.precision.value != "year":
            recent = recent or when
        elif away < -14:
            old_one = old_one or when
            since_old = since_old or when.role == "since"
    aspects = cues.ASPECTS.score(text)
    numbers = quantities(sentence.text)
    counted = people(sentence.text, numbers, whens)
    sums = money(sentence.text, numbers)
    if _OTHER_MEASURE.search(text):
        aspects["mandate"] = 0.0
    mentioned = countries.mentions(sentence.text)
    states = states_in(mentioned, hosts) or whose(sentence.text, hosts)
    if _LOST.search(text):
        aspects["casualties"] += 2.0
    if aspects["casualties"] > 0 and level < 2 and not OWN_DEAD.search(sentence.text) and not (states and carried >= 2):
        aspects["casualties"] = 0.0
    _adjust(aspects, len(states), [q.number for q in counted], bool(sums))
    stages = cues.STAGES.score(text)
    if _CONDITION.search(text):
        stages["decided"] -= 2.5
        stages["proposed"] += 0.6
    if _NOT_YET.search(text):
        stages["decided"] -= 2.5
        stages["rejected"] += 0.8
    if _NONE_DEAD.search(text):
        stages["rejected"] += 5.0
    elif aspects["casualties"] >= 1.2 and stages["rejected"] >= 1.2:
        stages["rejected"] += 2.5
    news = cues.NEWS.score(text)
    ranked = sorted(aspects.values(), reverse=True)
    words = stems(sentence.text)
    own = sentence.text
    speech = own.lstrip()[:1] in {'"', "“", "‘"}
    shared = len(words & title)
    first_word = text.split(" ", 2)[1] if len(text) > 2 else ""
    vector = (
        1.0,
        float(sentence.number == 0),
        float(sentence.number == 1),
        float(sentence.number in (2, 3)),
        sentence.number / max(total, 1),
        float(sentence.number > total / 2),
        float(level >= 3),
        float(2 <= level < 3),
        float(level == 1),
        float(level <= 0),
        carried,
        float(recent is not None),
        float(old_one is not None and recent is None),
        float(since_old),
        float(future is not None),
        min(news["news"], 3.0),
        min(news["background"], 3.0),
        float(own.rstrip("\"”’' ").endswith("?")),
        float(speech),
        float(bool(_PAST_PERFECT.search(own))),
        float(bool(_PASSIVE_HISTORY.search(own))),
        float(bool(_ACTIVE_NOW.search(own))),
        min(ranked[0], 6.0) / 2,
        min(ranked[1], 4.0) / 2,
        min(max(stages.values()), 5.0) / 2,
        float(any(n.number >= 20 for n in numbers)),
        float(shared >= 3),
        shared / max(len(title), 1),
        float(len(words) < 7),
        float(first_word in {"it", "they", "he", "she", "that", "this", "these", "those", "its", "their"}),
        float(level >= 2 and sentence.number > total / 2),
        min(len(states), 3) / 2,
        float(any(q.number >= 50 for q in counted)),
        float(bool(sums)),
        float(bool(states) and max(stages.values()) >= 1.2),
    )
    return Seen(
        sentence,
        text,
        level,
        carried,
        whens,
        recent,
        old_one is not None and recent is None,
        future,
        numbers,
        aspects,
        stages,
        vector,
        states,
        counted,
        sums,
        bool(_DECISION.search(text)) and not _CONDITION.search(text),
        aways,
        mentioned,
    )
