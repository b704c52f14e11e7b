"""A watch that takes articles in, round after round: ``python -m tests.bench_speed.writing FOLDER ARTICLES``.

Each line on the standard input is answered by one: the seconds of a round, in which so many articles are read
by the encoder, compared and stored by the steps of a run, and the file is published.
"""

from __future__ import annotations

import sys
import time
from itertools import count
from pathlib import Path

from pipeline.model.text import content_id
from pipeline.reading.embedded import DEFAULT, ENGINES
from pipeline.storage import publish
from tests.bench_speed.archive import Archive
from tests.bench_speed.growth import Past, take_in
from tests.bench_speed.history import history

HELD = 5_000  # before the first one
ARCHIVE = Archive(feeds=200, pool=20_000)


def prepare(folder: Path) -> None:
    """Make the store in ``folder``, published."""
    kept = history(ARCHIVE, HELD, lambda word, done, total: None, cache=folder.parent)
    kept.rename(folder)
    publish(folder, content_id("run", "first"), ARCHIVE.published(HELD), wait=60)


def main(folder: Path, articles: int) -> None:
    """Do a round for each line that comes."""
    reader = ENGINES[DEFAULT]()
    past = Past(ARCHIVE, HELD, folder, [])
    for number, _ in zip(count(), sys.stdin, strict=False):
        first = HELD + number * articles
        items = list(ARCHIVE.items(first, first + articles))
        started = time.perf_counter()
        take_in(past, items, reader)
        publish(folder, content_id("run", number), items[-1].published, wait=60)
        print(time.perf_counter() - started, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
