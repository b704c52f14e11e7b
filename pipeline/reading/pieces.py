"""Masked tokens as word pieces, and an article as the windows that the encoder reads. Pure.

The pieces are those of BERT's uncased English vocabulary (Devlin et al., 2019; found by greedy longest match, as
Wu et al., 2016, do), less names, plus one for each placeholder of ``masks`` and three that say where a title,
a paragraph and a sentence begin.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.reading.observe import Observed

TITLE, PARAGRAPH, SENTENCE, UNKNOWN = "[title]", "[paragraph]", "[sentence]", "[unknown]"
# What a placeholder of ``masks`` is like before training: the piece whose meaning it starts from.
PLACEHOLDERS = {
    "OURS": "mission", "DNOW": "today", "DLATE": "recently", "DPAST": "past", "DYEAR": "year", "DTHISYEAR": "year",
    "DSINCE": "since", "DUNTIL": "until", "DAHEAD": "future", "ORG": "organization", "HOST": "country",
    "GOVT": "government", "LAND": "foreign", "NUM0": "number", "NUM1": "few", "NUM2": "hundred", "NUM3": "thousands",
    "MONEY": "money", "SPAN": "months", "NTH": "first", "NAME": "name", "ACR": "abbreviation",
}  # fmt: skip
MAX_WINDOW = 384  # pieces that the encoder reads at once
MAX_TITLE, MAX_SENTENCE, MAX_WORD = 40, 100, 8  # pieces of a title, a sentence, a word
_CONTINUES = "##"
_PART = re.compile(r"[^\W_]+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Window:
    """A part of an article that is read at once: the title, then sentences.

    Attributes:
        ids: of the pieces, at most :data:`MAX_WINDOW`.
        spans: for each sentence, where its pieces begin and end in ``ids``; the first is its mark.
        numbers: the sentences' numbers in the article.
    """

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    numbers: tuple[int, ...]


class Pieces:
    """Word pieces by their ids.

    Args:
        vocabulary: piece to id; has all placeholders and marks.
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._ids = vocabulary
        self._of_word = lru_cache(maxsize=20_000)(self._split)

    def ids(self, tokens: Sequence[str], most: int) -> tuple[int, ...]:
        """The ids of the first ``most`` pieces of masked ``tokens``."""
        out: list[int] = []
        for token in tokens:
            if token in PLACEHOLDERS:
                out.append(self._ids[token])
            else:
                out += self._of_word(token)
            if len(out) >= most:
                return tuple(out[:most])
        return tuple(out)

    def mark(self, name: str) -> int:
        """The id of a mark, such as :data:`TITLE`."""
        return self._ids[name]

    def windows(self, observed: Observed) -> tuple[Window, ...]:
        """``observed`` cut into windows, each with the title before it, so that no sentence is cut in two."""
        head = (self._ids[TITLE], *self.ids(observed.title_tokens, MAX_TITLE))
        out: list[Window] = []
        ids, spans, numbers = list(head), list[tuple[int, int]](), list[int]()
        paragraph = -1
        for number, tokens in zip(observed.numbers, observed.tokens, strict=True):
            seen = observed.seen[number]
            mark = SENTENCE if seen.sentence.paragraph == paragraph else PARAGRAPH
            piece = (self._ids[mark], *self.ids(tokens, MAX_SENTENCE))
            if numbers and len(ids) + len(piece) > MAX_WINDOW:
                out.append(Window(tuple(ids), tuple(spans), tuple(numbers)))
                ids, spans, numbers = list(head), [], []
            spans.append((len(ids), len(ids) + len(piece)))
            numbers.append(number)
            ids += piece
            paragraph = seen.sentence.paragraph
        if numbers:
            out.append(Window(tuple(ids), tuple(spans), tuple(numbers)))
        return tuple(out)

    def _split(self, token: str) -> tuple[int, ...]:
        bare = "".join(c for c in unicodedata.normalize("NFD", token.lower()) if unicodedata.category(c) != "Mn")
        out: list[int] = []
        for word in _PART.findall(bare):
            out += self._word(word)
        return tuple(out[:MAX_WORD])

    def _word(self, word: str) -> list[int]:
        out: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else _CONTINUES + word[start:end]
                if piece in self._ids:
                    break
            else:
                return [self._ids[UNKNOWN]]
            out.append(self._ids[piece])
            start = end
        return out
