"""Measure what one machine carries and a cluster adds: ``python -m tests.runtime.spread.measure``, docs/scale.md.

On an idle machine it takes some five minutes. The cluster of two workers runs on the same machine, so it shows what
spreading costs, and not what a second machine brings.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pipeline import steps
from pipeline.board.compare import UNCERTAIN_FOR
from pipeline.fetch import PAGE_BODY, Fetcher
from pipeline.lab.backtest import load_articles
from pipeline.model import Article, Precision, Reading, Watch
from pipeline.model.errors import MissionwatchError
from pipeline.model.text import content_id
from pipeline.reading.embedded import DEFAULT, ENGINES
from pipeline.reading.embedded.sentences import split_sentences
from pipeline.runtime.settings import Settings
from pipeline.runtime.spread import Pool, open_pool
from pipeline.steps.collect import extract_in_worker
from pipeline.storage import LIVE, open_store
from pipeline.watches import load_watch
from tests.bench_pages.measure import pages_folder
from tests.runtime.spread.dask_cluster import ROOT, DaskCluster
from tests.runtime.worker_jobs import double
from tests.storage.builders import make_article, make_entry, make_fetch, make_poll

SEEN = datetime(2026, 1, 1, tzinfo=UTC)
HAITI = ROOT / "seeds" / "haiti"
BATCH = 200  # articles, as in flows.assess
BENCH = [ROOT / "tests" / "bench" / name / "articles.jsonl" for name in ("haiti", "aussom", "unifil")]


def say(what: str, figure: str) -> None:
    print(f"{what:<78}{figure:>14}", flush=True)


async def timed(act: Coroutine[Any, Any, Any]) -> float:
    started = time.perf_counter()
    await act
    return time.perf_counter() - started


# -- spreading --------------------------------------------------------------------------------------


async def jobs(pool: Pool, count: int = 300) -> tuple[float, float]:
    """Seconds for one small job, one after the other, and for each of many at once."""

    async def in_turn() -> None:
        for number in range(count // 3):
            await pool.run(double, number)

    async def at_once() -> None:
        await asyncio.gather(*(pool.run(double, number) for number in range(count)))

    await at_once()
    return await timed(in_turn()) / (count // 3), await timed(at_once()) / count


async def pages(pool: Pool, bodies: list[tuple[bytes, str]]) -> float:
    """Pages a second."""

    async def one(body: bytes, url: str) -> None:
        with suppress(MissionwatchError):
            await pool.run(extract_in_worker, body, "text/html", url, None, Precision.TIME, SEEN)

    await asyncio.gather(*(one(*page) for page in bodies[:8]))  # each process has imported what it needs
    return len(bodies) / await timed(asyncio.gather(*(one(*page) for page in bodies)))  # type: ignore[arg-type]


async def articles(pool: Pool, every: list[Article]) -> float:
    """Articles read a second."""
    watch, reader = load_watch(HAITI), ENGINES[DEFAULT]()

    async def once() -> None:
        ahead = await pool.ahead(every, watch, reader, DEFAULT)
        for article in every:
            ahead.read(article, watch)

    await once()
    return len(every) / await timed(once())


async def where(name: str, settings: Settings, bodies: list[tuple[bytes, str]], every: list[Article]) -> None:
    async with open_pool(settings, lambda text: sys.exit(text)) as pool:
        alone, many = await jobs(pool)
        say(f"{name}: one small job, there and back", f"{1000 * alone:.1f} ms")
        say(f"{name}: each of 300 small jobs at once", f"{1000 * many:.1f} ms")
        say(f"{name}: pages extracted", f"{await pages(pool, bodies):.1f} /s")
        say(f"{name}: articles read", f"{await articles(pool, every):.1f} /s")


# -- fetching ---------------------------------------------------------------------------------------


async def fetching(bodies: list[tuple[bytes, str]]) -> float:
    """Seconds of the writer's own thread for fetching one page over HTTP, robots.txt and all."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"" if self.path == "/robots.txt" else bodies[int(self.path[1:])][0]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    async with Fetcher(user_agent="measure", grants={".test": ("127.0.0.1", server.server_address[1])}) as fetcher:
        before = time.thread_time()
        for number in range(len(bodies)):
            await fetcher.get_page(f"http://a.test/{number}", max_body=PAGE_BODY)
        spent = time.thread_time() - before
    server.shutdown()
    server.server_close()
    return spent / len(bodies)


# -- the writer and its store -----------------------------------------------------------------------


def past(every: list[Article], count: int, per_day: int) -> list[Article]:
    """``count`` articles over days, each of fifteen sentences drawn from those of ``every``."""
    chance = random.Random(1)
    sentences = sorted({one.text for article in every for one in split_sentences(article.text)})
    out = []
    for number in range(count):
        entry = make_entry(f"n{number}", content_hash=f"h{number}", published=SEEN + timedelta(days=number / per_day))
        text = " ".join(chance.sample(sentences, 15))
        out.append(make_article(entry, text, title=chance.choice(every).title))
    return out


class AsRead:
    """An engine that has read all before, so that reading is not in what the writer's work takes."""

    def __init__(self, every: list[Article], watch: Watch) -> None:
        by = ENGINES[DEFAULT]()
        self.engine = by.engine
        self.readings = {article.article_id: by.read(article, watch) for article in every}

    def read(self, article: Article, _: object) -> Reading:
        return self.readings[article.article_id]


def writing(every: list[Article], count: int, per_day: int) -> None:
    """Store and compare a long past in batches, as the flows do; tell what that took and how large the store is."""
    watch = load_watch(HAITI)
    articles = past(every, count, per_day)
    reader = AsRead(articles, watch)
    slug, feed, run = watch.slug, watch.feeds[0], content_id("run", 0)
    spent: Counter[str] = Counter()

    @contextmanager
    def counted(what: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        spent[what] += time.perf_counter() - started

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_store(folder) as store:
            store.sync_watch(watch, SEEN)
        empty = (folder / LIVE).stat().st_size
        for start in range(0, count, BATCH):
            batch = articles[start : start + BATCH]
            now = batch[-1].published
            entries = [make_entry(f"n{n}", content_hash=f"h{n}", url=a.url) for n, a in enumerate(batch, start)]
            entries = [
                replace(e, feed_id=feed.feed_id, entry_id=a.entry_id) for e, a in zip(entries, batch, strict=True)
            ]
            with counted("store"), open_store(folder) as store:
                store.add_polls(run, [make_poll(*entries, feed=feed, polled_at=now)])
                store.add_fetches(run, [make_fetch(e, a) for e, a in zip(entries, batch, strict=True)])
            with counted("load"), open_store(folder) as store:
                waiting = store.articles_to_read(slug, BATCH)
                since = min(article.published for article in waiting)
                known = steps.AssessmentInput(
                    changes=store.load_changes(slug),
                    confirmations=store.load_confirmations(slug),
                    uncertain=store.load_uncertain(slug, since - UNCERTAIN_FOR),
                    texts=store.recent_texts(slug, since - steps.NEAR_DUPLICATES_FOR),
                )
            with counted("compare"):
                made = steps.assess(waiting, known=known, reader=reader, watch=watch, now=now)
            with counted("store"), open_store(folder) as store:
                store.add_assessment(
                    run, slug, made.readings, made.judgements, made.alerts, made.silences, made.origins
                )
        size = (folder / LIVE).stat().st_size - empty
        changes = len(known.changes)
    claims = sum(len(reading.claims) for reading in reader.readings.values()) / count
    text = sum(len(article.text) for article in articles) / count
    say(f"writer: {count:,} articles, {per_day} a day: held to compare a batch with", f"{len(known.texts):,} texts")
    say(
        f"writer: store an article of {text:,.0f} characters and {claims:.1f} claims",
        f"{1000 * spent['store'] / count:.1f} ms",
    )
    say("writer: look up what its batch is compared with", f"{1000 * spent['load'] / count:.1f} ms")
    say(f"writer: compare it ({changes:,} changes at the end)", f"{1000 * spent['compare'] / count:.1f} ms")
    say("store: an article and all that is kept of it", f"{size / count / 1024:.1f} KiB")


async def main() -> None:
    folder = pages_folder()
    if folder is None:
        sys.exit("The shared pages are not here: set MISSIONWATCH_SHARED.")
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    bodies = [(gzip.decompress((folder / "html" / f"{n}.html.gz").read_bytes()), g["url"]) for n, g in truth.items()]
    every = [article for file in BENCH for article in load_articles(file)]
    say(
        f"{len(bodies)} pages of {sum(len(b) for b, _ in bodies) / len(bodies) / 1024:.0f} KiB, {len(every)} articles;",
        "",
    )
    say(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start", "")
    say("writer: fetch a page (its own thread, all but waiting)", f"{1000 * await fetching(bodies):.1f} ms")
    await where("here, 1 process", Settings(workers=1), bodies, every)
    await where("here, 2 processes", Settings(workers=2), bodies, every)
    with tempfile.TemporaryDirectory() as scratch, DaskCluster(Path(scratch)).schedule() as cluster:
        cluster.work("one")
        cluster.work("two")
        await where("cluster, 2 workers", Settings(spread=f"dask-only:{cluster.address}"), bodies, every)
    for per_day in (50, 500):
        writing(every, 4_000, per_day)


if __name__ == "__main__":
    asyncio.run(main())
