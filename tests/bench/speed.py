"""How fast a watch reads when, as in a live feed, most articles are about something else."""

from __future__ import annotations

import time

from pipeline.model import Article
from pipeline.reading.embedded import DEFAULT, ENGINES

from .missions import articles, drafted

SHARE = 20  # one article in so many is about the mission


def mixed_speed() -> float:
    """Articles a second on one core, read for one mission among others' articles."""
    reader, watch = ENGINES[DEFAULT](), drafted("unifil")
    own, others = articles("unifil"), [*articles("haiti"), *articles("aussom")]
    reader.read(own[0], watch)  # loads the model
    mix = [article for n, one in enumerate(own) for article in (one, *_cycled(others, n * (SHARE - 1), SHARE - 1))]
    begun = time.process_time()
    for article in mix:
        reader.read(article, watch)
    return len(mix) / (time.process_time() - begun)


def _cycled(held: list[Article], start: int, count: int) -> list[Article]:
    return [held[(start + n) % len(held)] for n in range(count)]
