"""Read many articles at once, as a worker process is asked to."""

from __future__ import annotations

from functools import lru_cache

from pipeline.model import Article, Reading, Watch
from pipeline.reading.embedded import ENGINES, Reader


def read_batch(engine: str, watch: Watch, articles: tuple[Article, ...]) -> tuple[Reading, ...]:
    """Read ``articles`` in order with the engine of that name in :data:`pipeline.reading.embedded.ENGINES`."""
    reader = _reader(engine)
    return tuple(reader.read(article, watch) for article in articles)


@lru_cache(maxsize=4)
def _reader(engine: str) -> Reader:
    return ENGINES[engine]()
