"""Whether a sentence tells of others than the mission's own people: the host's police, another country's mission. Pure.

In news of a mission the host's dead, and a sponsor's doings elsewhere, stand beside the mission's and read like them.
What tells them apart is who is named, and where.
"""

from __future__ import annotations

import re

from pipeline.countries import Mention
from pipeline.model import Aspect
from pipeline.reading.features import OWN_DEAD, Seen

_FORCE = r"(?:police\w*|soldiers?|troops|officers?|army|(?:armed )?forces|gendarmes?|guards?|marines?|sailors?|agents?)"
_ARMED = re.compile(rf"(?:['’]s)?(?: [\w-]+){{0,2}}? {_FORCE}\b", re.IGNORECASE)
_OWN = re.compile(
    rf"\bpeacekeepers?\b|\bblue helmets?\b|\b(?:mission|force|contingent)['’]s (?:[\w-]+ ){{0,2}}?{_FORCE}\b"
    rf"|\b(?:{_FORCE}|members?|personnel|staff) (?:of|in|from|with|serving in) (?:the|its) (?:[\w-]+ ){{0,3}}?"
    r"(?:mission|force|contingent|operation)\b",
    re.IGNORECASE,
)
_CROWD = (
    r"(?:protest\w+|demonstrat\w+|civilians?|gang|gangsters?|bandits?|suspects?|militants?|fighters?|gunmen|people"
    r"|residents?|insurgents?|attackers?|rebels?|students?)"
)
_HARM = r"(?:killed|killing|kills|wounded|wounding|injured|injuring|shot)"
# Fewer than the crowd above: without a force that shot, "people" may be the mission's own, and gunmen those who did it.
_STRANGERS = (
    r"(?:protesters|demonstrators|civilians?|gang members?|gangsters|bandits|suspects|militants|fighters|residents"
    r"|insurgents|rebels|students)"
)
_OF_A_CROWD = re.compile(
    rf"\b{_HARM}(?: dead)?(?: [\w,-]+){{0,3}}? {_STRANGERS}\b"
    rf"|\b{_STRANGERS} (?:(?:was|were|have been|has been|had been) )?{_HARM}\b",
    re.IGNORECASE,
)
_BY_THEM = re.compile(
    rf"\b{_FORCE}(?: (?!(?:was|were|been|being|is|are|who|that)\b)[\w-]+){{0,3}}? "
    r"(?:killed|kill|kills|shot|wounded|injured|gunned down)(?: dead)?"
    rf"(?: (?!(?:when|by|in|as|after|while)\b)[\w,]+){{0,4}}? {_CROWD}\b",
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
# What a state's own police and army have too. Who trains them may be the mission, or not: the weights see to that.
_HELD_BY_STATES = frozenset({Aspect.SUPPORT, Aspect.STRENGTH, Aspect.COMMAND, Aspect.FUNDING})
_STATES_OWN = re.compile(
    r"\bfor (?:its|their|the national) (?:own |national )?(?:army|police|armed forces|military|navy)\b(?! \w+s\b)"
    r"|\b(?:army|police|military|defen[cs]e) budget\b"
    r"|\b(?:named|appointed|dismissed|fired|sacked|replaced|swore in|new)(?: [\w-]+){0,3}? (?:army|police) chief\b",
    re.IGNORECASE,
)
# "To give it and the host's police ...": it is the mission.
_BESIDE = re.compile(r"\b(?:and|with|alongside|beside) (?:the )?$", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|for|give|gives|gave|giving|pay|pays|paid) (?:the )?$", re.IGNORECASE)
_BEFORE = 60  # characters
_NAMED = 2.5  # the tie of a sentence that names the mission, if by a name of the article's own: ``mission.Focus``


def tells_of_others(seen: Seen, aspect: Aspect, hosts: frozenset[str], known: frozenset[str]) -> bool:
    """Whether what the sentence says of ``aspect`` is not of the mission.

    Args:
        seen: the sentence.
        aspect: what it was taken to tell of.
        hosts: the countries, or places, in which the mission is.
        known: further countries in which it may be: those that the baseline names.
    """
    text = seen.sentence.text
    if aspect is Aspect.CASUALTIES and (_are_a_crowds_dead(text) or _are_hosts_dead(seen, hosts)):
        return True
    if aspect in _HELD_BY_STATES and _is_a_states_own(seen, aspect, hosts):
        return True
    if aspect is Aspect.FUNDING and seen.level < 1 and _AID.search(text):
        return True
    return _is_elsewhere(seen, hosts | known)


def _are_a_crowds_dead(text: str) -> bool:
    return bool(_BY_THEM.search(text)) or bool(_OF_A_CROWD.search(text) and not OWN_DEAD.search(text))


def _is_a_states_own(seen: Seen, aspect: Aspect, hosts: frozenset[str]) -> bool:
    text = seen.sentence.text
    if seen.level >= _NAMED or _MISSION.search(text):
        return False
    alone = [named for named in _hosts_forces(seen, hosts) if not _BESIDE.search(text, 0, named.start)]
    if any(aspect is not Aspect.FUNDING or _TO.search(text, 0, named.start) for named in alone):
        return True
    own = _STATES_OWN.search(text)
    # "The lower house approved 40 million for its police in" the host's country is the mission's money.
    return own is not None and not any(named.name in hosts and named.start > own.end() for named in seen.mentioned)


def _are_hosts_dead(seen: Seen, hosts: frozenset[str]) -> bool:
    text = seen.sentence.text
    if seen.states or _OWN.search(text):
        return False
    return bool(_hosts_forces(seen, hosts))


def _hosts_forces(seen: Seen, hosts: frozenset[str]) -> list[Mention]:
    """Where the sentence names a host as one whose police, army or officers it speaks of."""
    return [named for named in seen.mentioned if named.name in hosts and _ARMED.match(seen.sentence.text, named.end)]


def _is_elsewhere(seen: Seen, places: frozenset[str]) -> bool:
    if seen.level >= _NAMED:
        return False
    there = [named for named in seen.mentioned if _is_its_place(seen.sentence.text, named)]
    return bool(there) and all(named.name not in places for named in there)


def _is_its_place(text: str, named: Mention) -> bool:
    """Whether a mission is said to be in the country ``named``, by the country's own name."""
    if named.capital or text[named.start : named.end] != named.name:
        return False
    return bool(_MISSION_IN.search(text[max(0, named.start - _BEFORE) : named.start]))
