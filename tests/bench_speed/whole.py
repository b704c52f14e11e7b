"""Publishing, the questions with which a run begins, and the memory of whoever has the store open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.alerts.recalls import RECHECK_FOR
from pipeline.model.text import content_id
from pipeline.storage import PublishedFile, Store, open_store, publish
from tests.bench_speed.archive import Archive
from tests.bench_speed.growth import ROUND, peak_memory
from tests.bench_speed.words import ROOT

TURNS = 3


@dataclass(frozen=True)
class Whole:
    """What a store of ``articles`` costs as a whole: seconds, bytes, and gigabytes of memory by process."""

    articles: int
    claims: int
    size: int
    publish: float
    start: dict[str, float]
    memory: dict[str, float]


def whole(archive: Archive, folder: Path, articles: int) -> tuple[Whole, PublishedFile]:
    """Publish the store of ``folder`` and ask what a run asks first, each a few times; the quickest counts."""
    now = archive.published(articles) + timedelta(hours=1)
    made = []
    for turn in range(TURNS):
        os.sync()  # what was written before, to make the archive, is not what publishing costs
        made.append(publish(folder, content_id("run", turn), now, wait=60))
    published = min(made, key=lambda one: one.elapsed)
    start: dict[str, float] = {}
    for turn in range(TURNS):
        for name, ask in _questions(archive, now).items():
            begun = time.perf_counter()
            with open_store(folder, wait=60) as store:
                ask(store)
            took = time.perf_counter() - begun
            start[name] = min(took, start.get(name, took)) if turn else took
    with open_store(folder, wait=60) as store:
        claims = store._db.value("SELECT count(*) FROM claim")
    memory = {
        "the questions with which a run begins": _memory_of("start", folder),
        "publishing": _memory_of("publish", folder),
        "a client with all questions below": _memory_of("ask", published.path),
    }
    return Whole(articles, claims, published.size, published.elapsed, start, memory), published


def _questions(archive: Archive, now: datetime) -> dict[str, Callable[[Store], object]]:
    watch = archive.watch
    return {
        "open the store": lambda store: None,
        "name the watch's feeds": lambda store: store.sync_watch(watch, now),
        "which feeds are due": lambda store: store.feeds_due(watch.slug, now),
        "which entries have no page": lambda store: store.entries_to_collect(watch.slug, now, ROUND),
        "which articles are unread": lambda store: store.articles_to_read(watch.slug, 1),
        "which pages to look at again": lambda store: store.pages_to_check(watch.slug, now - RECHECK_FOR),
        "all changes, and who supports them": lambda store: (
            store.load_changes(watch.slug),
            store.load_confirmations(watch.slug),
        ),
    }


def _memory_of(what: str, path: Path) -> float:
    """Gigabytes at most of a process of its own that does ``what``."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench_speed.whole", what, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(json.loads(done.stdout))


def main(what: str, path: Path) -> None:
    """Do one of these things and print how much memory that took."""
    archive = Archive()
    if what == "publish":
        publish(path, content_id("run", "memory"), archive.published(2_000_000), wait=60)
    elif what == "ask":
        from tests.bench_speed.queries import ask, questions

        ask(path, questions(archive.published(1000).date()), turns=1)
    else:
        with open_store(path, wait=60) as store:
            now = (store.last_run_now(archive.watch.slug) or archive.published(0)) + timedelta(hours=1)
        for ask_store in _questions(archive, now).values():
            with open_store(path, wait=60) as store:
                ask_store(store)
    print(json.dumps(peak_memory()))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
