"""An engine that is not installed any more: what it read is on record, and that is what it says again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from pipeline.model import Article, Reading, Watch


class RecordedReader:
    """Says of each article what is on record.

    Args:
        engine: name and version.
        readings: what it read, by article.
    """

    def __init__(self, engine: str, readings: Mapping[UUID, Reading]) -> None:
        self.engine = engine
        self._readings = readings

    def read(self, article: Article, watch: Watch) -> Reading:
        """What is on record of ``article``, whatever the watch is called now; nothing where it was never read."""
        found = self._readings.get(article.article_id)
        return found or Reading(article.article_id, self.engine, False, f"{self.engine} has not read it")
