"""Decide from the grammar of a sentence that nothing is decided yet ("is expected to be adopted on Tuesday").

A wrong "B was decided" is the dearest error of a watch. Pure.
"""

from __future__ import annotations

import re

from pipeline.model import Stage

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


def pending_stage(text: str) -> Stage | None:
    """Return the stage of a decision that is still to come; None where the sentence tells of one that has come."""
    possible = _POSSIBLE.sub(" ", text)
    rest = _COMING.sub(" ", possible)
    if rest == text or _DECIDED.search(rest):
        return None
    return Stage.PROPOSED if possible != text else Stage.PLANNED
