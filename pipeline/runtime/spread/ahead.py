"""Readings that were made before they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.model import Article, ReaderChoice, Reading, Watch
from pipeline.reading.embedded import Reader


class ReadAhead:
    """An engine that looks up what was read elsewhere, and reads itself what was not.

    Reading is a pure function of an article, a watch and the engine, so where it is done makes no difference. What
    comparing finds may change the watch in the middle of a batch (the mission gets a new name): from there on, the
    readings that were made for the watch before are of no use, and are not used.

    Args:
        reader: the engine.
        watch: the watch that ``read`` was read for.
        read: articles with their readings by the same engine.
    """

    def __init__(self, reader: Reader, watch: Watch, read: Iterable[tuple[Article, Reading]]) -> None:
        self._reader, self._watch = reader, watch
        self._read = {article.article_id: (article, reading) for article, reading in read}

    @property
    def engine(self) -> str:
        """The engine's name and version."""
        return self._reader.engine

    def read(self, article: Article, watch: Watch) -> Reading:
        """The claims of ``article``."""
        held = self._read.get(article.article_id)
        if held is not None and watch == self._watch:
            before, reading = held
            # No engine looks at the origin, which is traced on the way to here.
            if reading.engine == self.engine and replace(article, origin=before.origin) == before:
                return reading
        return self._reader.read(article, watch)


def for_reading(watch: Watch) -> Watch:
    """What reading needs of ``watch``: not its feeds, and not its alert rules, in which addresses are secrets."""
    return replace(watch, feeds=(), rules=(), reader=ReaderChoice())


def shares(count: int, threads: int) -> Sequence[slice]:
    """``count`` articles in parts, two or more for each of ``threads``, of 4 to 10 articles.

    One about the mission takes thirty times as long to read as another, and they may stand together.
    """
    size = min(10, max(4, -(-count // max(1, 2 * threads))))
    return [slice(start, start + size) for start in range(0, count, size)]
