"""Find the article's mission: its names and initials, as distinct from other bodies that the article names. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from pipeline.model import countries
from pipeline.reading.embedded.proper_names import HEADS, NOUN, acronyms, capitalised_phrases, names_mission, stands_for
from pipeline.reading.embedded.sentences import Sentence

# Signs that a sentence speaks of another body than the article's own mission.
_OTHER = re.compile(
    r"\b(?:separate(?:ly)?|another|other|different|confus\w+|mixed up|nothing to do|not (?:be )?part of|n['o]t belong"
    r"|belongs? to|own account|on its own|already has|as in (?:19|20)\d\d|before it|predecessor|absorbed|had been"
    r"|small(?:er)?|sister|charit\w+|programme|besides|meanwhile|bilateral|answers? to|takes orders|is watched by"
    r"|is checked by|calendars of their own|isn['’]t up|in the same waters?|at sea)\b",
    re.IGNORECASE,
)
_CALLED = re.compile(r"(?:known as|called|named|,? or|, the|for short|under the name)[ ,“\"]*$", re.IGNORECASE)
_NEAR_NOUN = re.compile(rf"^['’]?s?,? (?:\w+ ){{0,4}}{NOUN}\b", re.IGNORECASE)
_NOUN_BEFORE = re.compile(rf"\b{NOUN},? (?:\w+ ){{0,2}}(?:known as |called |named |, )?[“\"]?$", re.IGNORECASE)
_ACTS = re.compile(r"^,? (?:led by|has|have|is|was|will|would|had|may|can|can't|stands|counts|operates|works|of)\b")
# Words before the mission's own name in a sentence on another body.
_UNLIKE = re.compile(
    r"(?:nothing to do with|part of|belongs? to|confused with|mixed up with|unlike|distinct from"
    r"|separate from) (?:the )?$"
)
TITLE, FIRST, SECOND, LATER = 3.0, 3.0, 2.0, 1.0  # what a mention counts for by where it stands
ELSEWHERE = -3.5  # what a sentence on another body takes off
LEAST = 2.0  # the score that a name needs
ALSO = 0.62  # the part of the best score from which a further name is the mission's too


@dataclass(frozen=True, slots=True)
class MissionNames:
    """What the mission is called: long names and initials, the best first."""

    longs: tuple[str, ...]
    shorts: tuple[str, ...]


def find_mission_names(title: str, parts: tuple[Sentence, ...]) -> MissionNames:
    """The names and initials that are most likely the mission's own; either may be empty."""
    scores: dict[str, float] = defaultdict(float)
    kinds: dict[str, str] = {}
    links: dict[str, str] = {}
    texts = [(title, TITLE), *((p.text, FIRST if n == 0 else SECOND if n < 3 else LATER) for n, p in enumerate(parts))]
    body = " ".join(p.text for p in parts)
    for text, weight in texts:
        away = ELSEWHERE if weight < FIRST and _OTHER.search(text) else 0.0
        longs = [p for p in capitalised_phrases(text) if names_mission(p.text) and not _is_place(p.text)]
        shorts = acronyms(text)
        for long in longs:
            name = _trim(long.text)
            if len(name.split()) < 2:
                continue
            kinds[name] = "long"
            scores[name] += weight + 1.0 + away
            for short in shorts:
                gap = text[long.end : short.start]
                if (0 <= short.start - long.end <= 3 and gap.strip() in {"(", ",", ""}) or (
                    0 < short.start - long.end < 40 and stands_for(short.text, name)
                ):
                    links.setdefault(short.text, name)
                    scores[name] += 3.0
        for short in shorts:
            if countries.mentions(short.text):
                continue
            after, before = text[short.end : short.end + 60], text[max(0, short.start - 50) : short.start]
            kinds[short.text] = "short"
            sign = 1.5 if _NEAR_NOUN.match(after) or _NOUN_BEFORE.search(before) or _CALLED.search(before) else 0.0
            sign += 1.0 if _ACTS.match(after) else 0.0
            sign += 2.0 if short.text in links else 0.0
            spelt = _spelt_out(before, short.text) if short.text not in links else ""
            if spelt:
                links[short.text] = spelt
                kinds[spelt] = "long"
                scores[spelt] += weight + 3.0 + away
                sign += 2.0
            sign += 5.0 if _UNLIKE.search(before) else 0.0
            if text[short.start - 1 : short.start] == "(" and short.text not in links and _names_a_body(before):
                sign -= 5.0
            scores[short.text] += weight * 0.7 + sign + away - (0.8 if not sign else 0.0)
    for name in scores:
        uses = len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", body))
        scores[name] += 0.8 * max(0, uses - 1)
    for brief_name in [name for name, kind in kinds.items() if kind == "short"]:
        for long_name in [name for name, kind in kinds.items() if kind == "long"]:
            if brief_name not in links and stands_for(brief_name, long_name):
                links[brief_name] = long_name
                scores[brief_name] += 2.0
    best = _best([(n, s) for n, s in scores.items() if kinds[n] == "long"])
    brief = _best([(n, s) for n, s in scores.items() if kinds[n] == "short"])
    if brief and brief[0] in links and links[brief[0]] not in best:
        best = (links[brief[0]], *best)
    if best:
        linked = tuple(short for short, name in links.items() if name == best[0])
        brief = tuple(dict.fromkeys((*linked, *(s for s in brief if links.get(s, best[0]) in best))))
    return MissionNames(best, brief)


def _spelt_out(before: str, short: str) -> str:
    """The words in small letters that a bracket's initials stand for, where one of them is a mission's noun."""
    letters = [c.lower() for c in short if c.isalpha()]
    words = before.rstrip(" (").split()
    if not before.rstrip().endswith("(") or len(letters) < 2:
        return ""
    for count in range(len(letters), len(letters) + 4):
        tail = words[-count:]
        telling = [w for w in tail if w.lower() not in {"of", "in", "for", "the", "to", "and", "on"}]
        if [w[0].lower() for w in telling] == letters and any(w.lower() in HEADS for w in telling):
            return " ".join(tail)
    return ""


def _names_a_body(before: str) -> bool:
    """True where the words before a bracket are a name, and not a mission's."""
    found = capitalised_phrases(before)
    return bool(found) and found[-1].end >= len(before) - 2 and not names_mission(found[-1].text)


def _best(found: list[tuple[str, float]]) -> tuple[str, ...]:
    ranked = sorted(found, key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] < LEAST:
        return ()
    top = ranked[0][1]
    return tuple(name for name, score in ranked[:3] if score >= max(LEAST, ALSO * top))


def _trim(name: str) -> str:
    """A name without what only begins or ends it by chance: "Monday", a state's title, a trailing link."""
    words = name.split()
    while words and words[0] in {"The", "A", "An", "Under", "Operation’s", "Monday", "Tuesday", "Wednesday", "Thursday",
                                 "Friday", "Saturday", "Sunday"}:  # fmt: skip
        words = words[1:]
    return " ".join(words)


def _is_place(phrase: str) -> bool:
    found = countries.mentions(phrase)
    return bool(found) and len(found) == len(phrase.split())
