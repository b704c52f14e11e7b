"""The interface of a reading engine: a pure function from an article and a watch to claims."""

from __future__ import annotations

from typing import Protocol

from pipeline.model import Article, Reading, Watch


class Reader(Protocol):
    """Reads one article for one watch.

    Attributes:
        engine: the name and version of the engine; raise it when the same article may read
            differently, and the past is read again.
    """

    @property
    def engine(self) -> str:
        """Name and version, e.g. ``"rules-1"``."""
        ...

    def read(self, article: Article, watch: Watch) -> Reading:
        """Return the claims that ``article`` makes about ``watch``, in text order. Same input, same output."""
        ...
