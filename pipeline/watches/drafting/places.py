"""Where the mission works: a country or a place that no table knows, by how the article speaks of it. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from pipeline.model import countries
from pipeline.reading.embedded.proper_names import HEADS, NOUN, Phrase, capitalised_phrases, names_mission
from pipeline.reading.embedded.sentences import Sentence

_LOCATIVE = re.compile(
    r"\b(?:in|into|to|from|for|of|on|off|across|around|between|outside|near|at|inside|throughout|along|over|through)"
    r" (?:the |eastern |western |northern |southern |central |north of |former )*$",
    re.IGNORECASE,
)
_MISSION_IN = re.compile(
    rf"\b{NOUN}(?: \([^)]*\))?,? (?:\w+ ){{0,3}}(?:in|to|for|on|off|between|of) (?:the )?$", re.IGNORECASE
)
_TROUBLE = re.compile(
    r"\b(?:crisis|war|truce|ceasefire|election|vote|fighting|gangs|violence|peace|return|corridor|transition|army"
    r"|police|government|parliament|coast|capital|people) (?:in|of|for|to|across|on) (?:the )?$",
    re.IGNORECASE,
)
_SENDER = re.compile(
    r"^(?:['’]s)?(?:-led|-backed)\b|^ (?:will|has|have|had|would|is to|sends?|sent|leads?|led|offered|pledged|promised"
    r"|supplies|provides|commands|chairs|holds|wants|said|says)\b"
)
_BY = re.compile(
    r"\b(?:by|led by|run by|chaired by|commanded by|General|Colonel|Ambassador|Mr|President|Minister) (?:the )?$"
)
_LISTED = re.compile(
    r"^, (?:the )?[A-Z][\w-]+(?:,| and)|^ and (?:the )?[A-Z][\w-]+ (?:are|have|send|supply|give|at the)"
)
_NOT_TEXT = """Security Council General Secretary Assembly Parliament President Prime Minister Foreign January February
    March April May June July August September October November December Monday Tuesday Wednesday Thursday Friday
    Saturday Sunday New York Geneva Brussels Vienna Addis Ababa Washington London Paris Moscow Christmas Easter
    Parliament’s Council’s State House Congress Court Treaty Protocol Agreement Memorandum Resolution Charter Chapter
    Commander Captain Colonel Commodore Admiral Lieutenant Major Brigadier Sergeant Judge Commissioner Inspector
    Europeans Africans Government Army Navy Party Front Bank Office Provisional Liberation Movement Federation Camp
    Fund Trust Congress Cabinet Court Commission Committee Agency Service Staff Board Panel Forum Group League Club
    Christmas Representative Ministry Special Envoy Union Nations United Africa Europe European African
    Western Asian Asia"""
_GENERIC_TEXT = """United Nations European Union African African-led International Multinational Joint Regional Interim
    Transition Transitional Stabilisation Stabilization Hybrid Special Preventive Commonwealth Organization Economic
    Community States West Arab League Pacific Islands Forum Security Council Army Navy Air Naval Sea Border Health
    Emergency Relief Human Rights Election Electoral Peace Ceasefire Civilian Military Maritime Advance Support
    Assistance Rapid Response Standby Integrated Multidimensional Technical Grain Route Mine Clearance Policing"""
_GENERIC = frozenset(_GENERIC_TEXT.split())
_NOT = frozenset(_NOT_TEXT.split())
_JOINT = re.compile(r" (?:and|to|with|against|for|from) (?:the )?")
LEAST = 2.0
JUST = 0.9  # enough for the first place where no other is known
ALSO = 0.4
MOST = 4  # places of a watch; more would tie every article of the region to it


def places(title: str, parts: tuple[Sentence, ...], names: tuple[str, ...], leads: frozenset[str]) -> tuple[str, ...]:
    """The places where the mission works, the likeliest first; at most :data:`MOST`.

    Args:
        title: the article's headline.
        parts: its sentences.
        names: the mission's names; a place in one of them is sure.
        leads: states that lead or send, which are no places of the mission.
    """
    votes: dict[str, float] = defaultdict(float)
    sure: list[str] = []
    for name in names:
        sure += [m.name for m in countries.mentions(name) if not m.capital and m.name not in leads]
        tail = re.search(r" (?:in|for|to|on|off) (?:the )?([A-Z][\w’' -]+)$", name)
        if tail and not countries.mentions(tail[1]):
            sure.append(tail[1].strip())
        sure += _residue(name, title, parts)
    texts = [(title, 2.0), *((p.text, 1.5 if n < 3 else 1.0) for n, p in enumerate(parts))]
    for text, weight in texts:
        for found in countries.mentions(text):
            if found.capital:
                votes[found.name] += 0.4 * weight if _LOCATIVE.search(text[: found.start]) else 0.0
                continue
            votes[found.name] += _vote(text, found.start, found.end, weight)
        for phrase in (piece for whole in capitalised_phrases(text) for piece in _pieces(whole)):
            words = phrase.text.split()
            if names_mission(phrase.text) or countries.mentions(phrase.text) or len(words) > 3:
                continue
            if words[0] in _NOT or words[-1] in _NOT or phrase.text.isupper():
                continue
            if not _LOCATIVE.search(text[: phrase.start]) and not re.match(r"['’]s\b", text[phrase.end :]):
                continue
            votes[phrase.text] += _vote(text, phrase.start, phrase.end, weight)
    ranked = sorted(((n, s) for n, s in votes.items() if n not in leads), key=lambda item: (-item[1], item[0]))
    if not sure and ranked and JUST <= ranked[0][1] < LEAST:
        return (ranked[0][0],)
    top = max(ranked[0][1] if ranked else 0.0, LEAST)
    found_too = [name for name, score in ranked if score >= max(LEAST, ALSO * top)]
    return tuple(dict.fromkeys((*sure, *found_too)))[:MOST]


def anywhere(text: str) -> tuple[str, ...]:
    """The place that a text speaks of most, where it names no mission: a state, else a name that comes often."""
    named = Counter(m.name for m in countries.mentions(text))
    if named:
        return (max(named, key=lambda name: (named[name], name)),)
    often = Counter(p.text for p in capitalised_phrases(text) if not set(p.text.split()) & _NOT)
    best = max(often, key=lambda name: (often[name], name), default="")
    return (best,) if best and often[best] > 1 else ()


def _residue(name: str, title: str, parts: tuple[Sentence, ...]) -> list[str]:
    """The words of a name that only it has and that the article uses apart from it: "Lethoria" of a mission's name."""
    own = [word for word in name.split() if word.lower() not in HEADS and word not in _GENERIC and word[:1].isupper()]
    rest = " ".join((title, *(part.text for part in parts))).replace(name, " ")
    kept = [word for word in own if len(word) >= 4 and re.search(rf"(?<!\w){re.escape(word[:6])}", rest)]
    joined = " ".join(kept)
    return [joined] if joined and joined in name else kept[:1]


def _pieces(phrase: Phrase) -> list[Phrase]:
    """The places of a phrase that joins two: "Tural and Marzan"."""
    if names_mission(phrase.text):
        return [phrase]
    out, at = [], 0
    for m in [*_JOINT.finditer(phrase.text), None]:
        end = m.start() if m else len(phrase.text)
        out.append(Phrase(phrase.text[at:end], phrase.start + at, phrase.start + end))
        at = m.end() if m else end
    return [piece for piece in out if piece.text]


def _vote(text: str, start: int, end: int, weight: float) -> float:
    before, after = text[max(0, start - 60) : start], text[end : end + 40]
    vote = 0.3
    if _LOCATIVE.search(before):
        vote += 0.9
    if _MISSION_IN.search(before):
        vote += 2.5
    if _TROUBLE.search(before):
        vote += 1.2
    if re.match(rf"(?:['’]s)? (?:\w+ ){{0,2}}{NOUN}\b", after):
        vote += 0.6
    if _SENDER.match(after):
        vote -= 1.6
    if _BY.search(before) or _LISTED.match(after):
        vote -= 1.6
    return vote * weight
