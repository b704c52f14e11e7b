"""The page's own words, and the words of a sentence that matter. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pipeline.alerts.compose import confidence_words
from pipeline.board.corrections import KIND_WORDS, CorrectionKind
from pipeline.board.successors import BECAME
from pipeline.model import AlertRule
from pipeline.model.text import format_day, normalise

STAGES = ("proposed", "planned", "decided", "in_effect", "ended", "rejected")
_ANY_RULE = AlertRule("")
ASPECTS = ("lead", "command", "mandate", "strength", "contributors", "deployment", "support", "funding", "casualties")

VERDICTS = {
    "baseline": "known at the start",
    "new": "new: the board had nothing of it",
    "advances": "advances: what was expected has come nearer, or has come",
    "revises": "revises: the same thing, with another value",
    "reverses": "reverses: the contrary of what held",
    "disputes": "disputes: sources disagree, and both stand on the board",
    "withdrawn": "withdrawn: its source no longer says so",
}

# What a sentence is made of besides what it says.
_COMMON_TEXT = """a about after all also an and any are as at be been but by can could for from had has have he her
    his how if in into is it its more most new no not of on once one or other our out over said say says
    she so some such than that the their them then there these they this to under up was we were what
    when which while who will with would you your"""
_COMMON = frozenset(_COMMON_TEXT.split())
_TOKEN = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")


class Piece(NamedTuple):
    """A run of a sentence; ``marked`` where it says what changed."""

    text: str
    marked: bool


def marked(sentence: str, value: str, cues: str = "") -> tuple[Piece, ...]:
    """``sentence`` in pieces, with the words marked that say what changed; put together they are the sentence.

    Marked are the words of ``value``, as they stand in the sentence or one by one, and what the reader took its stage
    and aspect from. Of a value that is most of the sentence the numbers only: what marks everything marks nothing.

    Args:
        sentence: the quote.
        value: what the claim made of it.
        cues: words and phrases of the sentence with commas between, as a claim's ``why`` has them.
    """
    return _pieces(sentence, _joined(sentence, [*_of_value(sentence, value), *_of_cues(sentence, cues)]))


def _of_value(sentence: str, value: str) -> list[tuple[int, int]]:
    # A value that ends so is the beginning of the sentence, where no shorter one was found; of two, each counts.
    parts = [] if value.endswith("…") else [part.strip() for part in value.split(BECAME) if part.strip()]
    starts = [(sentence.find(part), len(part)) for part in parts if len(part) <= max(24, len(sentence) * 0.5)]
    if found := [(start, start + length) for start, length in starts if start >= 0]:
        return found
    telling = {normalise(found[0]) for found in _TOKEN.finditer(value)} - _COMMON
    spans = [found.span() for found in _TOKEN.finditer(sentence) if normalise(found[0]) in telling]
    if sum(end - begin for begin, end in spans) > len(sentence) * 0.3:
        return [(begin, end) for begin, end in spans if sentence[begin].isdigit()]
    return spans


def _of_cues(sentence: str, cues: str) -> list[tuple[int, int]]:
    phrases = {cue.strip() for cue in cues.split(",")} - {""}
    found = (re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", sentence, re.IGNORECASE) for phrase in phrases)
    return [one.span() for one in found if one]


def _joined(sentence: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """``spans`` in order, with those made one that touch, or that only a blank keeps apart."""
    out: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if out and not sentence[out[-1][1] : begin].strip():
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((begin, end))
    return out


def _pieces(sentence: str, spans: list[tuple[int, int]]) -> tuple[Piece, ...]:
    out, at = [], 0
    for begin, end in spans:
        out += [Piece(sentence[at:begin], False), Piece(sentence[begin:end], True)]
        at = end
    return tuple(piece for piece in (*out, Piece(sentence[at:], False)) if piece.text)


def stage_words(stage: str) -> str:
    """A stage as people write it."""
    return stage.replace("_", " ")


def value(text: str) -> str:
    """A value as it is shown: of a name that changes, with an arrow."""
    return text.replace(BECAME, " → ")


def verdict_words(verdict: str) -> str:
    """A verdict with what it means."""
    return VERDICTS.get(verdict, verdict)


def sure_words(confidence: float) -> str:
    """How sure we are, in a word: ``confidence_words``."""
    return confidence_words(confidence).partition(" (")[0]


def is_uncertain(confidence: float) -> bool:
    """Return whether it is shown as uncertain. The page is of no rule: what rules have by default decides."""
    return confidence < _ANY_RULE.at_once


def marked_by(row: Mapping[str, Any]) -> str:
    """What one person says of a change: ``confirmed by ana on 26 Nov 2026: the minister told me``."""
    note = f": {row['note']}" if row["note"] else ""
    return f"{KIND_WORDS[CorrectionKind(row['kind'])]} by {row['author']} on {format_day(row['made_at'])}{note}"
