"""Subject and value of a claim: whom or what the sentence speaks of, and what it says of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from pipeline import countries
from pipeline.board import Quantity
from pipeline.model import Aspect, Stage
from pipeline.reading.cues import ASPECTS, STAGES
from pipeline.reading.features import PERSONNEL, Seen
from pipeline.reading.mission import ORGANISATIONS
from pipeline.reading.phrase import gist, toll
from pipeline.reading.tense import to_come

_NEW_NAME = re.compile(
    r"(?:become|becomes|became|becoming|into|to|called|create|creates|created|set up|authori[sz]ed?|approved"
    r"|for|as|by|with|replaced by|named)"
    r"(?: what its authors call)? (?:a|an|the|its)? ?(?:new |larger |expanded |renewed |[\"“])*"
    r"((?:[A-Z][\w’'-]+ ){1,6}?(?:Force|Mission|Operation|Group|Monitors|Observers)(?: [a-z]{2,3} [A-Z]\w+)?)"
)
_SUCCESSION = re.compile(
    r"\b(?:becom\w+|became|transform\w*|convert\w*|conversion|turn(?:s|ed)? (?:\w+ ){0,4}into|replac\w+"
    r"|transition\w*|tak\w+ the place|took the place"
    r"|succe\w+|giv\w+ way|tak\w+ over from|swap|be called|renam\w+)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:President|Prime Minister|Minister|Secretary-General|Ambassador|General|Lieutenant General"
    r"|Major General|Brigadier General|Brigadier"
    r"|Colonel|Admiral|Rear Admiral|Commissioner|Mr|Ms|Dr)\.? ((?:[A-ZÀ-Þ][\w’'.-]+ ?){1,4})"
)
_POSTS = (
    ("force commander", "force commander"),
    ("special representative", "head of mission"),
    ("head of mission", "head of mission"),
    ("head of its mission", "head of mission"),
    ("police commissioner", "police commissioner"),
    ("chief of staff", "chief of staff"),
    ("deputy", "deputy head"),
    ("commander", "force commander"),
    ("report to", "political oversight"),
    ("overse", "political oversight"),
    ("oversight", "political oversight"),
    ("partners", "political oversight"),
    ("envoy", "head of mission"),
)
_FUNDS = (
    ("conference", "donor conference"),
    ("shortfall", "shortfall"),
    (" gap", "shortfall"),
    (" hole", "shortfall"),
    ("looking for", "shortfall"),
    ("voluntary contribution", "voluntary contributions"),
    ("assessed", "assessed contributions"),
    (" dues", "assessed contributions"),
    ("budget", "budget"),
    (" bill ", "budget"),
    (" cost", "budget"),
)
_ITEMS = (
    ("vehicle", "vehicles"),
    ("carrier", "vehicles"),
    ("armoured", "vehicles"),
    ("armored", "vehicles"),
    ("helicopter", "air support"),
    ("air cover", "air support"),
    ("from the air", "air support"),
    ("aircraft", "air support"),
    ("drone", "surveillance"),
    ("reconnaissance", "surveillance"),
    ("ration", "supplies"),
    ("fuel", "supplies"),
    ("medical", "medical support"),
    ("logistic", "logistics"),
    ("equipment", "equipment"),
)
_CEILING = re.compile(
    r"\b(?:ceiling|upper limit|(?:authori[sz]ed|maximum) (?:strength|size))(?: \w+){0,5} *$", re.IGNORECASE
)
_PLACE = re.compile(
    r"\b(?:in|at|from|near|around|of|outside|to|off)\s+((?:the )?(?:[A-ZÀ-Þ][\w’'-]+)(?:[ -][A-ZÀ-Þ][\w’'-]+){0,2})"
)
_NOT_A_PLACE_TEXT = """Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June
    July August September October November December Security Council President General Minister The"""
_NOT_A_PLACE = frozenset(_NOT_A_PLACE_TEXT.split())


_FROM = re.compile(r"\bfrom\s*$", re.IGNORECASE)  # a quantity may begin with the space before it
_TO = re.compile(r"(?:\s+[\w’'-]+){0,4},?\s+to(?:\s+(?:a|the)(?:\s+[\w-]+){0,2})?\s*", re.IGNORECASE)

_SHORT = {
    name: re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, short))})(?!\w)")
    for name, short in ORGANISATIONS.items()
    if short
}


def organisations(text: str) -> tuple[str, ...]:
    """The organisations that ``text`` names, by their full name, in the order of the table."""
    return tuple(
        name
        for name, short in ORGANISATIONS.items()
        if name in text or (any(s in text for s in short) and _SHORT[name].search(text))
    )


def succession(text: str) -> str | None:
    """The name that the mission gets by ``text``, or None where the sentence tells of no successor."""
    if (
        not _SUCCESSION.search(text)
        and "creat" not in text
        and "set up" not in text
        and "call" not in text
        and "uthori" not in text
    ):
        return None
    names = [m.group(1).strip().removeprefix("The ") for m in _NEW_NAME.finditer(text)]
    return names[-1] if names else None


def subject(seen: Seen, aspect: Aspect, stage: Stage, mission: str, event: date) -> str:
    """What the claim is about, in a form that the same thing gets in another outlet's words."""
    text, low = seen.sentence.text, seen.plain
    states = seen.states
    bodies = organisations(text)
    if aspect is Aspect.SUPPORT:
        if "support office" in low or ("office" in low and "logistic" in low):
            return "support office"
        return next((name for cue, name in _ITEMS if cue in low), "support")
    if aspect is Aspect.STRENGTH:
        deployed = stage in (Stage.IN_EFFECT, Stage.ENDED) and not (
            seen.people and _CEILING.search(text[: seen.people[0].start].rstrip())
        )
        return "personnel" if deployed else "ceiling"
    if aspect is Aspect.COMMAND:
        return next((name for cue, name in _POSTS if cue in low), "command")
    if aspect is Aspect.CASUALTIES:
        return f"{states[0] if states else mission} {event.isoformat()}"
    if aspect is Aspect.CONTRIBUTORS:
        return states[0] if states else (bodies[0] if bodies else mission)
    if aspect is Aspect.FUNDING:
        if states and (seen.money or stage in (Stage.PLANNED, Stage.REJECTED)):
            return states[0]
        return next((name for cue, name in _FUNDS if cue in low), bodies[0] if bodies and seen.money else "funding")
    if aspect is Aspect.DEPLOYMENT:
        place = next(
            (p for p in _PLACE.findall(text) if p.split()[0] not in _NOT_A_PLACE and not countries.mentions(p)), None
        )
        return place or (states[0] if states else mission)
    if aspect is Aspect.LEAD:
        return states[0] if states else (bodies[0] if bodies else mission)
    if stage in (Stage.IN_EFFECT, Stage.ENDED):
        return mission
    if stage is Stage.PROPOSED and not re.search(r"\b(?:draft|resolution|text|proposal|bill|proposed)\b", low):
        return states[0] if states else (bodies[0] if bodies else "mandate")
    return "mandate"


def value(seen: Seen, aspect: Aspect, stage: Stage, mission: str) -> str:
    """What the sentence says of the subject: the number, sum, date or name, else the clause that tells."""
    text = seen.sentence.text
    if aspect is Aspect.CASUALTIES and stage is not Stage.REJECTED and (counted := toll(text)):
        return counted
    if aspect is Aspect.FUNDING and (sums := seen.money):
        reached = _reached(text, sums[0], seen.numbers)
        return text[reached.start : reached.end].strip()
    if aspect in (Aspect.STRENGTH, Aspect.CONTRIBUTORS) and (people := seen.people):
        first = _reached(text, people[0], seen.numbers)
        unit = PERSONNEL.match(text[first.end : first.end + 40])
        return text[first.start : first.end + (unit.end() if unit else 0)].strip(" ,;")
    if aspect is Aspect.MANDATE:
        new = succession(text)
        if new and new.lower() not in mission.lower():
            return f"{mission} -> {new}"
        if seen.future is not None and (seen.future.role == "until" or to_come(seen) is None):
            return f"until {seen.future.day.isoformat()}"
        spans = [q for q in seen.numbers if q.kind == "time"]
        if spans:
            return text[spans[0].start : spans[0].end].strip()
    if aspect is Aspect.COMMAND and (person := _PERSON.search(text)):
        return person.group(1).strip()
    return gist(text, (*STAGES.hits(seen.plain, stage.value), *ASPECTS.hits(seen.plain, aspect.value)))


def _reached(text: str, first: Quantity, numbers: Sequence[Quantity]) -> Quantity:
    """What ``first`` becomes, where the sentence says from what to what; else ``first`` itself."""
    if not _FROM.search(text, 0, first.start):
        return first
    after = (q for q in numbers if q.start >= first.end and q.kind == first.kind)
    return next((q for q in after if _TO.fullmatch(text, first.end, q.start)), first)
