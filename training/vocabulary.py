"""The encoder's pieces: those of BERT's uncased vocabulary that are plain words or parts of words, and no names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pipeline.countries import COUNTRIES
from pipeline.reading.pieces import PARAGRAPH, PLACEHOLDERS, SENTENCE, TITLE, UNKNOWN

_PLAIN = re.compile(r"(?:##)?[a-z]+|[!-/:-@\[-`{-~]")
_WORD = re.compile(r"[^\W\d_]+")
_STARTS_FROM = {TITLE: "[CLS]", PARAGRAPH: "[SEP]", SENTENCE: "[SEP]", UNKNOWN: "[UNK]"}


def names(texts: Iterable[str], given: Iterable[str] = ()) -> frozenset[str]:
    """The words, in lower case, that stand with a capital within a sentence and never without one; and all states.

    Args:
        texts: to look in.
        given: names of missions and places; their words are names too, unless one stands in lower case.
    """
    capital = {word.lower() for name in given for word in _WORD.findall(name)}
    small: set[str] = set()
    for text in texts:
        for match in _WORD.finditer(text):
            word = match.group()
            if word.islower():
                small.add(word)
            elif word[0].isupper() and text[max(0, match.start() - 1) : match.start()] == " ":
                within = match.start() >= 2 and text[match.start() - 2].isalpha()
                if within:
                    capital.add(word.lower())
    states = {w.lower() for c in COUNTRIES for text in (*c.words, *c.capitals) for w in _WORD.findall(text)}
    return frozenset((capital | states) - small)


def pieces(base: Mapping[str, int], not_these: frozenset[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Our pieces in order, and for each the row of the base vocabulary that it starts from.

    Args:
        base: BERT's pieces and their rows.
        not_these: words that are to be no piece.
    """
    kept = [
        piece for piece in sorted(base, key=lambda p: base[p]) if _PLAIN.fullmatch(piece) and piece not in not_these
    ]
    rows = [base[piece] for piece in kept]
    for name, like in {**PLACEHOLDERS, **_STARTS_FROM}.items():
        kept.append(name)
        rows.append(base[like])
    return tuple(kept), tuple(rows)
