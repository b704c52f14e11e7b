"""Split an article into word pieces, and into the windows that the encoder reads. Pure.

The pieces are those of BERT's uncased English vocabulary (Devlin et al., 2019; found by greedy longest match, as
Wu et al., 2016, do), plus the marks of :data:`MARKS`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
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
MAX_HEAD, MAX_TITLE, MAX_SENTENCE = 60, 40, 110  # pieces of what the watch is, of a title, of a sentence
_CONTINUES = "##"
_PART = re.compile(r"\[[a-z]+\]|[^\W_]+|[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A sentence with marks among its words.

    Attributes:
        text: the sentence with its marks.
        copied: where ``text`` is the sentence itself: begin in ``text``, begin in the sentence, length.
    """

    text: str
    copied: tuple[tuple[int, int, int], ...] = ()

    def place(self, at: int) -> int:
        """Return where in the sentence the character ``at`` of the text stands; -1 in a mark."""
        return next((own + at - begin for begin, own, size in self.copied if 0 <= at - begin < size), -1)


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
    sentences: tuple[MarkedText, ...]
    paragraphs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """A part of an article that is read at once: what the watch is, the title, then sentences.

    Attributes:
        ids: of the pieces.
        spans: for each sentence, where its pieces begin and end in ``ids``; the first is its mark.
        numbers: the sentences' numbers in the page.
        places: for each sentence, and each of its pieces but the mark, where it begins and ends in the sentence; -1
            and -1 for a mark.
    """

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    numbers: tuple[int, ...]
    places: tuple[tuple[tuple[int, int], ...], ...] = ()


class Tokenizer:
    """Word pieces by their ids.

    Args:
        vocabulary: piece to id; has all of :data:`MARKS`.
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._ids = vocabulary
        self._of_word = lru_cache(maxsize=20_000)(self._split)

    def ids(self, text: str, most: int) -> tuple[int, ...]:
        """Return the ids of the first ``most`` pieces of ``text``."""
        return tuple(piece for piece, _, _ in self.placed(text, most))

    def placed(self, text: str, most: int) -> tuple[tuple[int, int, int], ...]:
        """Return the first ``most`` pieces of ``text``: id, begin and end; a word's pieces share its place."""
        bare, places = _without_accents(text)
        out: list[tuple[int, int, int]] = []
        for part in _PART.finditer(bare):
            begin, end = places[part.start()], places[part.end() - 1] + 1
            ids = (self._ids[part[0]],) if part[0] in MARKS else self._of_word(part[0])
            out += [(piece, begin, end) for piece in ids]
            if len(out) >= most:
                break
        return tuple(out[:most])

    def windows(self, page: Page) -> tuple[Window, ...]:
        """Return ``page`` cut into windows, each with head and title before it, so that no sentence is cut in two."""
        head = (self._ids["[watch]"], *self.ids(page.head, MAX_HEAD))
        head = (*head, self._ids["[title]"], *self.ids(page.title, MAX_TITLE))
        out: list[Window] = []
        ids, held = list(head), list[tuple[int, tuple[int, int], tuple[tuple[int, int], ...]]]()
        before = -1
        for number, (sentence, paragraph) in enumerate(zip(page.sentences, page.paragraphs, strict=True)):
            mark = self._ids["[sentence]" if paragraph == before else "[paragraph]"]
            pieces = self.placed(sentence.text, MAX_SENTENCE)
            if held and len(ids) + len(pieces) + 1 > MAX_WINDOW:
                out.append(_window(ids, held))
                ids, held = list(head), []
            held.append((number, (len(ids), len(ids) + 1 + len(pieces)), _in_sentence(sentence, pieces)))
            ids += (mark, *(piece for piece, _, _ in pieces))
            before = paragraph
        return tuple([*out, _window(ids, held)] if held else out)

    def single(self, text: str) -> Window:
        """Return the window of one sentence without an article."""
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


def _window(ids: Sequence[int], held: Sequence[tuple[int, tuple[int, int], tuple[tuple[int, int], ...]]]) -> Window:
    numbers, spans, places = zip(*held, strict=True)
    return Window(tuple(ids), spans, numbers, places)


def _in_sentence(sentence: MarkedText, pieces: Sequence[tuple[int, int, int]]) -> tuple[tuple[int, int], ...]:
    out = []
    for _, begin, end in pieces:
        at = sentence.place(begin)
        out.append((at, at + end - begin) if at >= 0 else (-1, -1))
    return tuple(out)


def _without_accents(text: str) -> tuple[str, list[int]]:
    """Return ``text`` in small letters without accents, and where each of its characters stands in ``text``."""
    letters: list[str] = []
    places: list[int] = []
    for at, letter in enumerate(text):
        for part in unicodedata.normalize("NFD", letter.lower()):
            if unicodedata.category(part) != "Mn":
                letters.append(part)
                places.append(at)
    return "".join(letters), places
