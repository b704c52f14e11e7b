"""A sentence as tokens in which no proper name is left.

Names, countries, organisations, figures and dates become placeholders in capitals, so that a model
that is trained on one mission can't know another by its names, and learns nothing about a place.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from functools import lru_cache

from pipeline.board import Quantity
from pipeline.countries import Mention
from pipeline.model import Precision, Watch
from pipeline.reading.dates import When
from pipeline.reading.mission import ORGANISATIONS

FEATURES = 1  # raise it when the same sentence gives other features: older models are refused then
MAX_TOKENS = 90  # of a sentence; what stands behind is seldom what it tells

_TOKEN = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*|[\"“”?]|\d[\d,.]*\d")
# Words that the press writes with a capital, and that are no names.
_INSTITUTION_TEXT = """council security mission force forces general secretary-general president presidency minister
    ministry ministers parliament government commissioner commander chief special representative envoy ambassador
    ambassadors colonel captain major lieutenant brigadier admiral commodore assembly senate cabinet state states
    chapter resolution blue helmets helmet police army navy defence defense foreign prime peacekeeping peacekeepers
    operation operations committee commission court supreme treaty agreement embassy headquarters office support fund
    trust mandate deputy head secretary summit union member members monitors observers observer monitor battalion
    brigade contingent regional north south east west northern southern eastern western mr mrs ms dr i we the a an
    it he she they this that no staff guard coast marine marines air congress house ceasefire protocol memorandum
    interior affairs justice speaker congressman senator lawmakers joint interim transition transitional military
    civilian international national federal republic kingdom"""
INSTITUTION = frozenset(_INSTITUTION_TEXT.split())
_SMALL_TEXT = """two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety dozen dozens"""
_SMALL = frozenset(_SMALL_TEXT.split())
_LARGE = frozenset({"hundred", "hundreds", "thousand", "thousands"})
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)")


def _alternatives(texts: Sequence[str]) -> str:
    return "|".join(re.escape(text) for text in sorted(set(texts), key=lambda text: (-len(text), text)) if text)


_SENDERS = [name for long, short in ORGANISATIONS.items() for name in (long, *short) if name[0].isupper()]
_ORGANISATION = re.compile(rf"(?<![\w.])(?:{_alternatives(_SENDERS)})(?!\w)")


@lru_cache(maxsize=64)
def own_names(watch: Watch) -> re.Pattern[str] | None:
    """What finds the mission's names in a text, long ones in any case."""
    longs = _alternatives([n.text for n in watch.names if not n.acronym])
    shorts = _alternatives([n.text for n in watch.names if n.acronym])
    parts = [f"(?i:{longs})"] if longs else []
    parts += [shorts] if shorts else []
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)") if parts else None


def _when(when: When, away: int) -> str:
    if when.role == "until":
        return "DUNTIL"
    if away > 1:
        return "DAHEAD"
    if when.precision is Precision.YEAR:
        return "DYEAR" if away < 0 else "DTHISYEAR"
    if when.role == "since":
        return "DSINCE"
    return "DNOW" if away >= -8 else "DLATE" if away >= -35 else "DPAST"


def mask(
    text: str,
    *,
    whens: Sequence[tuple[When, int]],
    numbers: Sequence[Quantity],
    states: Sequence[Mention],
    hosts: Container[str],
    names: re.Pattern[str] | None,
    common: Container[str],
) -> tuple[str, ...]:
    """The tokens of ``text``: words in lower case, placeholders in capitals.

    Args:
        text: one sentence, or a title.
        whens: its dates, each with the days from the publication.
        numbers: its figures.
        states: the countries that it names.
        hosts: the countries in which the mission is.
        names: what finds the mission's own names.
        common: the words that are known to be no names: another word with a capital is one.
    """
    spans: list[tuple[int, int, str]] = []
    if names is not None:
        spans += [(m.start(), m.end(), "OURS") for m in names.finditer(text)]
    spans += [(w.start, w.start + len(w.text), _when(w, away)) for w, away in whens]
    spans += [(m.start(), m.end(), "ORG") for m in _ORGANISATION.finditer(text)]
    spans += [(m.start, m.end, "HOST" if m.name in hosts else "GOVT" if m.capital else "LAND") for m in states]
    for q in numbers:  # its span may have the white space around it
        figure = text[q.start : q.end]
        spans.append((q.start + len(figure) - len(figure.lstrip()), q.start + len(figure.rstrip()), _figure(q)))
    spans.sort(key=lambda span: span[0])  # stable: of two that begin at one place, the one that was added first
    letters = [c for c in text[:300] if c.isalpha()]
    shouted = len(letters) > 12 and sum(c.isupper() for c in letters) > 0.6 * len(letters)
    out: list[str] = []
    at, first = 0, True
    for start, end, label in spans:
        if start < at:
            continue
        first = _words(text, at, start, first, shouted, common, out)
        if not out or out[-1] != label:
            out.append(label)
        at, first = end, False
        if len(out) >= MAX_TOKENS:
            return tuple(out[:MAX_TOKENS])
    _words(text, at, len(text), first, shouted, common, out)
    return tuple(out[:MAX_TOKENS])


def _figure(q: Quantity) -> str:
    if q.kind == "count":
        return "NUM1" if q.number < 20 else "NUM2" if q.number < 1000 else "NUM3"
    return {"money": "MONEY", "time": "SPAN"}.get(q.kind, "NUM0")


def _words(text: str, start: int, end: int, first: bool, shouted: bool, common: Container[str], out: list[str]) -> bool:
    """Add the masked tokens of ``text[start:end]``; returns whether the next one begins a sentence."""
    for m in _TOKEN.finditer(text, start, end):
        word = m.group()
        head = word[0]
        if head in '"“”?':
            out.append("?" if head == "?" else '"')
            first = first or head == "“"
            continue
        if head.isdigit():
            term = "NTH" if _ORDINAL.fullmatch(word) else "NUM0"
        else:
            low = word.lower().replace("’", "'")
            possessive = low.endswith("'s")
            if possessive:
                low, word = low[:-2], word[:-2]
            if low in _SMALL:
                term = "NUM1"
            elif low in _LARGE:
                term = "NUM3"
            elif head.isupper() and not shouted and low not in INSTITUTION:
                if first and (len(word) == 1 or not word.isupper()) and low in common:
                    term = low
                else:
                    term = "ACR" if len(word) > 1 and word.isupper() else "NAME"
            elif shouted and low not in common and low not in INSTITUTION:
                term = "NAME"
            else:
                term = low if word.islower() or shouted or low in INSTITUTION or low in common else "NAME"
            if possessive and term != "NAME":
                out.append(term)
                term = "'s"
        first = False
        if term.isupper() and term.isalpha() and out and out[-1] == term:
            continue
        out.append(term)
    return first
