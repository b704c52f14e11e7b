"""Whether a sentence tells of others than the mission's own people: the host's police, another country's mission. Pure.

In news of a mission the host's dead, and a sponsor's doings elsewhere, stand beside the mission's and read like them.
What tells them apart is who is named, and where.
"""

from __future__ import annotations

import re

from pipeline.countries import Mention
from pipeline.model import Aspect
from pipeline.reading.features import Seen

_FORCE = r"(?:police\w*|soldiers?|troops|officers?|army|(?:armed )?forces|gendarmes?|guards?|marines?|sailors?|agents?)"
_ARMED = re.compile(rf"(?:['’]s)?(?: [\w-]+){{0,2}}? {_FORCE}\b", re.IGNORECASE)
_OWN = re.compile(
    rf"\bpeacekeepers?\b|\bblue helmets?\b|\b(?:mission|force|contingent)['’]s (?:[\w-]+ ){{0,2}}?{_FORCE}\b"
    rf"|\b(?:{_FORCE}|members?|personnel|staff) (?:of|in|from|with|serving in) (?:the|its) (?:[\w-]+ ){{0,3}}?"
    r"(?:mission|force|contingent|operation)\b",
    re.IGNORECASE,
)
_BY_THEM = re.compile(
    rf"\b{_FORCE}(?: (?!(?:was|were|been|being|is|are|who|that)\b)[\w-]+){{0,3}}? "
    r"(?:killed|kill|kills|shot|wounded|injured|gunned down)(?: dead)?"
    r"(?: (?!(?:when|by|in|as|after|while)\b)[\w,]+){0,4}? "
    r"(?:protest\w+|demonstrat\w+|civilians?|gang|gangsters?|bandits?|suspects?|militants?|fighters?|gunmen|people"
    r"|residents?|insurgents?|attackers?|rebels?|students?)\b",
    re.IGNORECASE,
)
_MISSION_IN = re.compile(
    r"\b(?:mission|force|operation|peacekeep\w+)(?: (?!(?:that|which|who|plan)\b)[\w-]+){0,3}? in (?:the )?$",
    re.IGNORECASE,
)
_AID = re.compile(
    r"\bhumanitarian|\bfood (?:aid|assistance)|\bWorld Food Programme\b|\bWFP\b|\bUNICEF\b|\b(?:refugees|displaced"
    r"|hunger|famine|cholera|earthquake|hurricane|flood\w*|schools?|children)\b",
    re.IGNORECASE,
)
_MISSION = re.compile(
    r"\b(?:mission|force|operation|peacekeep\w+|blue helmets?|contingents?|support office)\b", re.IGNORECASE
)
# What a host's police and army have too. Who trains them may be the mission, or not: that is left to the weights.
_HELD_BY_HOSTS = frozenset({Aspect.SUPPORT, Aspect.STRENGTH, Aspect.COMMAND})
_BEFORE = 60  # characters


def tells_of_others(seen: Seen, aspect: Aspect, hosts: frozenset[str], known: frozenset[str]) -> bool:
    """Whether what the sentence says of ``aspect`` is not of the mission.

    Args:
        seen: the sentence.
        aspect: what it was taken to tell of.
        hosts: the countries, or places, in which the mission is.
        known: further countries in which it may be: those that the baseline names.
    """
    text = seen.sentence.text
    if aspect is Aspect.CASUALTIES and (_BY_THEM.search(text) or _is_of_hosts_dead(seen, hosts)):
        return True
    if aspect in _HELD_BY_HOSTS and seen.level < 2.5 and not _MISSION.search(text) and _has_hosts_force(seen, hosts):
        return True
    if aspect is Aspect.FUNDING and seen.level < 1 and _AID.search(text):
        return True
    return _is_elsewhere(seen, hosts | known)


def _is_of_hosts_dead(seen: Seen, hosts: frozenset[str]) -> bool:
    text = seen.sentence.text
    if seen.states or _OWN.search(text):
        return False
    return _has_hosts_force(seen, hosts)


def _has_hosts_force(seen: Seen, hosts: frozenset[str]) -> bool:
    return any(_ARMED.match(seen.sentence.text, named.end) for named in seen.mentioned if named.name in hosts)


def _is_elsewhere(seen: Seen, places: frozenset[str]) -> bool:
    if seen.level >= 2.5:
        return False
    there = [named for named in seen.mentioned if _is_its_place(seen.sentence.text, named)]
    return bool(there) and all(named.name not in places for named in there)


def _is_its_place(text: str, named: Mention) -> bool:
    """Whether a mission is said to be in the country ``named``, by the country's own name."""
    if named.capital or text[named.start : named.end] != named.name:
        return False
    return bool(_MISSION_IN.search(text[max(0, named.start - _BEFORE) : named.start]))
