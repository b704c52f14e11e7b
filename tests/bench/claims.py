"""A digest of all claims on the bench, the same on each Python: ``python -m tests.bench.claims``."""

from __future__ import annotations

import hashlib
from dataclasses import astuple

from pipeline.reading.embedded import DEFAULT, ENGINES

from .missions import MISSIONS, articles, drafted


def digest(engine: str = DEFAULT) -> str:
    """SHA-256 of the readings of all articles of the bench, in order."""
    reader, found = ENGINES[engine](), hashlib.sha256()
    for mission in MISSIONS:
        watch = drafted(mission)
        for article in articles(mission):
            found.update(repr(astuple(reader.read(article, watch))).encode())
    return found.hexdigest()


if __name__ == "__main__":
    print(digest())
