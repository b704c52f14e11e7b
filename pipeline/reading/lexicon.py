"""Weighted words and phrases, matched fast: a word once per distinct word, a phrase by substring."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@lru_cache(maxsize=8192)
def plain(sentence: str) -> str:
    """``sentence`` in lower case with single spaces and straight quotes, a space at either end."""
    words = _TOKEN.findall(sentence.lower().replace("’", "'"))
    return f" {' '.join(words)} "


class Lexicon:
    """Entries such as ``"renew*"``, ``"vote"`` or ``"took over"`` with what they count for each label.

    Args:
        tables: label to lines ``entry weight; entry weight``; a ``*`` stands at a word's end only.
    """

    def __init__(self, tables: dict[str, str]) -> None:
        self.labels = tuple(tables)
        self._exact: dict[str, list[tuple[str, float]]] = {}
        self._prefix: dict[str, list[tuple[str, float]]] = {}
        self._phrases: dict[str, list[tuple[str, str, float]]] = {}  # by their first word
        for label, table in tables.items():
            for item in filter(None, (part.strip() for part in table.replace("\n", ";").split(";"))):
                entry, _, weight = item.rpartition(" ")
                if " " in entry:
                    phrase = f" {entry[:-1]}" if entry.endswith("*") else f" {entry} "
                    self._phrases.setdefault(entry.split(" ", 1)[0], []).append((phrase, label, float(weight)))
                elif entry.endswith("*"):
                    self._prefix.setdefault(entry[:-1], []).append((label, float(weight)))
                else:
                    self._exact.setdefault(entry, []).append((label, float(weight)))
        self._lengths = sorted({len(prefix) for prefix in self._prefix})
        self._cache: dict[str, tuple[tuple[str, float], ...]] = {}

    def _word(self, word: str) -> tuple[tuple[str, float], ...]:
        found = self._cache.get(word)
        if found is None:
            rows = list(self._exact.get(word, ()))
            for length in self._lengths[: bisect_right(self._lengths, len(word))]:
                rows += self._prefix.get(word[:length], ())
            found = tuple(rows)
            if len(self._cache) < 50_000:
                self._cache[word] = found
        return found

    def score(self, text: str) -> dict[str, float]:
        """What ``text`` (as ``plain`` gives it) adds up to for each label; each distinct word counts once."""
        out = dict.fromkeys(self.labels, 0.0)
        words = dict.fromkeys(text.split())
        for word in words:
            for label, weight in self._word(word):
                out[label] += weight
        for word in words:
            for phrase, label, weight in self._phrases.get(word, ()):
                if phrase in text:
                    out[label] += weight
        return out

    def hits(self, text: str, label: str) -> tuple[str, ...]:
        """The words and phrases of ``text`` that count for ``label``, for the record of why."""
        words = dict.fromkeys(text.split())
        single = [w for w in words if any(name == label for name, _ in self._word(w))]
        phrases = [p for w in words for p, name, _ in self._phrases.get(w, ()) if name == label and p in text]
        return (*single, *map(str.strip, phrases))
