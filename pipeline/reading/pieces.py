"""An article as word pieces, and as the windows that the encoder reads. Pure.

The pieces are those of BERT's uncased English vocabulary (Devlin et al., 2019; found by greedy longest match, as
Wu et al., 2016, do), plus the marks of :data:`MARKS`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

UNKNOWN = "[UNK]"
# What says where a part begins, that the mission itself is named, and how far away the date behind it is. Each with the
# piece whose meaning it starts from before training.
MARKS = {
    "[watch]": "mission", "[title]": "title", "[paragraph]": ".", "[sentence]": ".", "[ours]": "mission",
    "[dnow]": "today", "[dlate]": "recently", "[dpast]": "past", "[dyear]": "year", "[dthisyear]": "year",
    "[dsince]": "since", "[duntil]": "until", "[dahead]": "future",
}  # fmt: skip
MAX_WINDOW = 400  # pieces that the encoder reads at once, and one sentence more where it would stand alone
MAX_HEAD, MAX_TITLE, MAX_SENTENCE = 28, 40, 110  # pieces of what the watch is, of a title, of a sentence
_CONTINUES = "##"
_PART = re.compile(r"\[[a-z]+\]|[^\W_]+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class Page:
    """An article as the encoder sees it, with marks in its texts.

    Attributes:
        head: what the watch is: the mission's names and places.
        title: the headline.
        sentences: the sentences that are read.
        paragraphs: the paragraph's number of each sentence.
    """

    head: str
    title: str
    sentences: tuple[str, ...]
    paragraphs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of an article that is read at once: what the watch is, the title, then sentences.

    Attributes:
        ids: of the pieces.
        spans: for each sentence, where its pieces begin and end in ``ids``; the first is its mark.
        numbers: the sentences' numbers in the page.
    """

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    numbers: tuple[int, ...]


class Pieces:
    """Word pieces by their ids.

    Args:
        vocabulary: piece to id; has all of :data:`MARKS`.
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._ids = vocabulary
        self._of_word = lru_cache(maxsize=20_000)(self._split)

    def ids(self, text: str, most: int) -> tuple[int, ...]:
        """The ids of the first ``most`` pieces of ``text``."""
        bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
        out: list[int] = []
        for part in _PART.findall(bare):
            if part in MARKS:
                out.append(self._ids[part])
            else:
                out += self._of_word(part)
            if len(out) >= most:
                break
        return tuple(out[:most])

    def windows(self, page: Page) -> tuple[Window, ...]:
        """``page`` cut into windows, each with head and title before it, so that no sentence is cut in two."""
        head = (self._ids["[watch]"], *self.ids(page.head, MAX_HEAD))
        head = (*head, self._ids["[title]"], *self.ids(page.title, MAX_TITLE))
        out: list[Window] = []
        ids, spans, numbers = list(head), list[tuple[int, int]](), list[int]()
        before = -1
        for number, (text, paragraph) in enumerate(zip(page.sentences, page.paragraphs, strict=True)):
            mark = "[sentence]" if paragraph == before else "[paragraph]"
            piece = (self._ids[mark], *self.ids(text, MAX_SENTENCE))
            if numbers and len(ids) + len(piece) > MAX_WINDOW:
                out.append(Window(tuple(ids), tuple(spans), tuple(numbers)))
                ids, spans, numbers = list(head), [], []
            spans.append((len(ids), len(ids) + len(piece)))
            numbers.append(number)
            ids += piece
            before = paragraph
        if numbers:
            out.append(Window(tuple(ids), tuple(spans), tuple(numbers)))
        return tuple(out)

    def single(self, text: str) -> Window:
        """One sentence without an article."""
        ids = (self._ids["[title]"], self._ids["[paragraph]"], *self.ids(text, MAX_SENTENCE))
        return Window(ids, ((1, len(ids)),), (0,))

    def _split(self, word: str) -> tuple[int, ...]:
        out: list[int] = []
        start = 0
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else _CONTINUES + word[start:end]
                if piece in self._ids:
                    break
            else:
                return (self._ids[UNKNOWN],)
            out.append(self._ids[piece])
            start = end
        return tuple(out)
