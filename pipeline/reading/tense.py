"""What the grammar of a sentence says of time, against all weights: that it looks back, or that nothing is decided yet.

A wrong "B was decided" is the dearest error of a watch, and two kinds of sentence lead to it that their words alone
don't tell apart from news: the anniversary ("Three years ago this week the Council authorised ...") and the vote that
is to come ("is expected to be adopted on Tuesday"). Each has a form of its own. Pure.
"""

from __future__ import annotations

import re

from pipeline.model import Precision, Stage
from pipeline.reading.features import Seen

_COUNT = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|some|\d+)"
_SPAN = rf"{_COUNT}(?: and a half)?[ -](?:years?|months|decades?)"
_REMEMBERED = re.compile(
    rf"^\W*(?:\w+ ){{0,3}}?{_SPAN} ago\b"
    rf"|\b(?:is|was|are|been|marks?|marked) (?:\w+ ){{0,2}}?{_SPAN} (?:this \w+ )?since\b"
    r"|\b(?:mark|celebrat|commemorat)\w* (?:\S+ ){0,4}?anniversary\b.*",
    re.IGNORECASE,
)
# Not where the span belongs to a clause of its own: "three officers have died since it began a year ago" is news.
_AGO = re.compile(
    rf"^(?:(?!\b(?:since|after|when|while|that|which|who|began|begun|started)\b).)*\b{_SPAN} ago\b", re.IGNORECASE
)
# With "as of 31 December", a day without its year lies ahead, though the one of last year may be nearer.
_OF_TODAY = re.compile(r"\b(?:has|have|is|are|will|now|as of|with effect from)\b|[’'](?:s|ve|ll) ", re.IGNORECASE)
_NOW = re.compile(r"\bnow\b", re.IGNORECASE)
_LONG_AGO = -60  # days
_BESIDE = 12  # characters: "a year ago this week", "on its anniversary on Monday" name no day of news

_TO_DECIDE = r"(?:adopt|approv|renew|extend|authori[sz]|endors|decid|prolong|vot)"
_COMING = re.compile(
    rf"\b(?:expected|due|set|scheduled|likely|poised|about|ready|preparing|is|are|was|were) "
    rf"to (?:\S+ ){{0,3}}?{_TO_DECIDE}(?:e|ed)?\b"
    rf"|\bwill (?:\S+ ){{0,3}}?{_TO_DECIDE}(?:e|ed)?\b",
    re.IGNORECASE,
)
_POSSIBLE = re.compile(
    rf"\b(?:hop\w+|asked|urged|want\w*) to (?:\S+ ){{0,3}}?{_TO_DECIDE}(?:e|ed)?\b"
    rf"|\b(?:would|could|(?-i:may)|might|should|must|can) (?:\S+ ){{0,3}}?{_TO_DECIDE}(?:e|ed)?\b"
    rf"|\b(?:if|unless|whether) (?:\S+ ){{0,7}}?{_TO_DECIDE}(?:e|ed|es|s)?\b"
    rf"|\b(?:once|until) (?:\S+ ){{0,7}}?{_TO_DECIDE}(?:e|es|s)?\b",
    re.IGNORECASE,
)
_DECIDED = re.compile(rf"\b{_TO_DECIDE}(?:ed|es|s)\b", re.IGNORECASE)


def looks_back(seen: Seen) -> bool:
    """Whether the sentence tells of what was long ago, whatever anniversary it names beside."""
    text = seen.sentence.text
    if remembered := _REMEMBERED.search(text):
        return not _is_of_now(seen, remembered.end())
    if _OF_TODAY.search(text):
        return False
    if ago := _AGO.search(text):
        return not _is_of_now(seen, ago.end())
    past = [(when, away) for when, away in zip(seen.whens, seen.away, strict=True) if away < 0]
    only_old = all(away < _LONG_AGO and when.role != "since" for when, away in past)
    return seen.old and seen.future is None and only_old


def to_come(seen: Seen) -> Stage | None:
    """How far a decision is that may come, where the sentence speaks of one and of none that has come; else None."""
    text = seen.sentence.text
    possible = _POSSIBLE.sub(" ", text)
    rest = _COMING.sub(" ", possible)
    if rest == text or _DECIDED.search(rest):
        return None
    return Stage.PROPOSED if possible != text else Stage.PLANNED


def corrected(seen: Seen, stage: Stage, *, background: bool) -> tuple[Stage, bool]:
    """Stage and background of what an engine says of the sentence, where its grammar says otherwise."""
    if stage in (Stage.DECIDED, Stage.IN_EFFECT):
        stage = to_come(seen) or stage
    return stage, background or looks_back(seen)


def _is_of_now(seen: Seen, start: int) -> bool:
    """Whether what stands from ``start`` on is of these days: then something happened beside what is remembered."""
    return bool(_NOW.search(seen.sentence.text, start)) or any(
        when.start >= start + _BESIDE and -12 <= away <= 1 and when.precision is not Precision.YEAR
        for when, away in zip(seen.whens, seen.away, strict=True)
    )
