"""What an article costs while the past grows: compared, deduplicated, stored, by the steps of a run.

Each past is a store of its own. They take their rounds in turns, so that whatever else the machine does at the time
weighs on all of them.
"""

from __future__ import annotations

import gc
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from flows.assess import AHEAD, BATCH
from flows.run.pages import BATCH as PAGES_AT_ONCE
from pipeline import steps
from pipeline.board.compare import UNCERTAIN_FOR
from pipeline.board.fold import fold
from pipeline.model import Article, FetchRecord, PollOutcome, PollRecord, Reading, RecheckResult, RunRecord, Watch
from pipeline.model.text import content_id
from pipeline.reading.embedded import DEFAULT, ENGINES, Reader
from pipeline.storage import Store, keep_store, open_store
from tests.bench_speed.archive import Archive, Item
from tests.bench_speed.history import Tell, history

ROUND = 500  # pages a run, as settings have it

# What is counted, in the order of a run.
STEPS = (
    "store entries",
    "look up what is to be fetched",
    "store pages",
    "look up what is to be read",
    "find near-duplicates",
    "look up what it is compared with",
    "compare",
    "store judgements",
    "settle the file",
)


class AsRead:
    """An engine that has read all before: how long reading takes does not depend on the past, and is not measured."""

    def __init__(self) -> None:
        self._reader = ENGINES[DEFAULT]()
        self.engine = self._reader.engine
        self._readings: dict[UUID, Reading] = {}

    def ahead(self, articles: Sequence[Article], watch: Watch) -> None:
        """Read ``articles`` now."""
        for article in articles:
            self._readings[article.article_id] = self._reader.read(article, watch)

    def read(self, article: Article, _: Watch) -> Reading:
        """What was read of ``article``."""
        return self._readings[article.article_id]


@dataclass
class Past:
    """A store with its past, and what taking further articles in has cost so far.

    Attributes:
        held: articles that were there before.
        seconds: by step, on the clock.
        cpu: of all of it, seconds of the processor.
        taken: articles taken in.
        compared_with: texts that were compared in full, changes on record, and verdicts that came out.
    """

    archive: Archive
    held: int
    folder: Path
    items: list[Item]
    seconds: Counter[str] = field(default_factory=Counter)
    cpu: float = 0.0
    taken: int = 0
    compared_with: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> float:
        """Seconds an article, all steps together."""
        return self.seconds.total() / self.taken

    def each(self, step: str) -> float:
        """Seconds an article of one step."""
        return self.seconds[step] / self.taken

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Count what the block takes."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.seconds[step] += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu


def grow(
    archive: Archive, sizes: Sequence[int], take: int, folder: Path, tell: Tell, *, cache: Path | None = None
) -> list[Past]:
    """Let stores of several sizes take in ``take`` articles each: the last of each archive, and the very first.

    Args:
        archive: what the articles are drawn from.
        sizes: articles of each archive, what is taken in included.
        take: so many articles.
        folder: for the stores.
        tell: called with a word, the number that is done and the number in all.
        cache: where stores with a past are kept.
    """
    pasts = []
    for held in (0, *(size - take for size in sizes if size > take)):
        kept = history(archive, held, tell, cache=cache)
        mine = folder / str(held)
        mine.mkdir(parents=True)
        subprocess.run(["cp", "-r", f"{kept}/.", mine], check=True)
        pasts.append(Past(archive, held, mine, list(archive.items(held, held + take))))
    reader = AsRead()
    for past in pasts:
        reader.ahead([archive.article(item) for item in past.items], archive.watch)
        _warm(past)
    gc.collect()
    gc.freeze()  # as a run does with what lives as long as it
    for start in range(0, take, ROUND):
        for past in pasts:
            take_in(past, past.items[start : start + ROUND], reader)
        tell("taking articles in", min(start + ROUND, take), take)
    return pasts


def peak_memory() -> float:
    """The most memory that this process has had, in GB. Not by getrusage, which counts what its parent had, too."""
    told = next(line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if line.startswith("VmHWM"))
    return int(told.split()[1]) / 2**20


def _warm(past: Past) -> None:
    """What a store that lived all these years has had: sketches of its last texts, and up to where all is done."""
    first, slug = past.items[0].published, past.archive.watch.slug
    with open_store(past.folder, wait=60) as store:
        store.sketch_texts(first - steps.NEAR_DUPLICATES_FOR)
        store.entries_to_collect(slug, first, 1)
        store.articles_to_read(slug, 1)


def take_in(past: Past, items: list[Item], reader: Reader) -> None:
    """One run over ``items``, as the flows poll, collect and assess make it."""
    with ExitStack() as kept:
        kept.enter_context(keep_store(past.folder))
        _steps(past, items, reader, kept)
    past.taken += len(items)


def _steps(past: Past, items: list[Item], reader: Reader, kept: ExitStack) -> None:
    archive, watch = past.archive, past.archive.watch
    now = items[-1].published + timedelta(minutes=15)
    run = content_id("run", now.isoformat())
    record = RunRecord(run_id=run, flow="monitor", watch=watch.slug, now=now, started_at=now)
    entries = {item.number: archive.entry(item) for item in items}
    articles = {entries[item.number].entry_id: archive.article(item) for item in items}
    by_feed: dict[int, list[Item]] = {}
    for item in items:
        by_feed.setdefault(item.feed, []).append(item)
    polls = [
        PollRecord(
            poll_id=content_id("poll", archive.feed(number).feed_id, now.isoformat()),
            feed_id=archive.feed(number).feed_id,
            polled_at=now,
            outcome=PollOutcome.OK,
            reason="",
            next_due=now + timedelta(hours=1),
            failures=0,
            status=200,
            final_url=archive.feed(number).url,
            entries=tuple(entries[item.number] for item in mine),
        )
        for number, mine in by_feed.items()
    ]
    with past.timed("store entries"), open_store(past.folder) as store:
        store.start_run(record)
        store.add_polls(run, polls)
    with past.timed("look up what is to be fetched"), open_store(past.folder) as store:
        waiting = store.entries_to_collect(watch.slug, now, ROUND)
        held = store.articles_by_url([pending.entry.url for pending in waiting])
    for start in range(0, len(waiting), PAGES_AT_ONCE):
        records = [_fetched(articles[p.entry.entry_id]) for p in waiting[start : start + PAGES_AT_ONCE]]
        with past.timed("store pages"):
            if any(record.url in held for record in records):
                with open_store(past.folder) as store:
                    store.revisions_by_url([record.url for record in records])
            with open_store(past.folder) as store:
                store.add_fetches(run, records)
    _assess(past, run, reader)
    with past.timed("settle the file"):
        with open_store(past.folder) as store:
            store.finish_run(replace(record, finished_at=now, outcome="ok"))
        kept.close()


def _assess(past: Past, run: UUID, reader: Reader) -> None:
    watch, waiting, is_more = past.archive.watch, [], True
    while True:
        if is_more and not waiting:
            with past.timed("look up what is to be read"), open_store(past.folder) as store:
                waiting = store.articles_to_read(watch.slug, AHEAD)
                is_more = len(waiting) == AHEAD
        batch, waiting = waiting[:BATCH], waiting[BATCH:]
        if not batch:
            return
        oldest = min(article.published for article in batch)
        with past.timed("look up what it is compared with"), open_store(past.folder) as store:
            started = time.perf_counter()
            texts = store.texts_like(
                watch.slug, oldest - steps.NEAR_DUPLICATES_FOR, [article.article_id for article in batch]
            )
            alone = time.perf_counter() - started
            known, told = _known(store, watch, batch, texts)
        past.seconds["find near-duplicates"] += alone
        past.seconds["look up what it is compared with"] -= alone
        with past.timed("compare"):
            pages = steps.read_revisions(batch, told, reader, watch)
            revised = steps.plan_revisions(pages, told=told, watch=watch, now=batch[-1].fetched_at)
            made = steps.assess(batch, known=known, reader=reader, watch=watch, now=batch[-1].fetched_at)
        assert revised == RecheckResult()
        with past.timed("store judgements"), open_store(past.folder) as store:
            store.add_assessment(
                run, watch.slug, made.readings, made.judgements, made.alerts, made.silences, made.origins, revised
            )
        past.compared_with["texts"] += len(texts)
        past.compared_with["changes"] = len(known.changes) + len(made.changes)
        past.compared_with.update(f"claims {judgement.verdict}" for judgement in made.judgements)


def _known(
    store: Store, watch: Watch, batch: Sequence[Article], texts: list[tuple[UUID, str, str]]
) -> tuple[steps.AssessmentInput, steps.RecheckInput]:
    """What the flow assess looks up for a batch."""
    changes = store.load_changes(watch.slug)
    told = store.load_told(watch.slug, [article.url for article in batch], changes)
    standing = {row.change.change_id for row in fold(changes).values()}
    lately = min(article.published for article in batch) - UNCERTAIN_FOR
    behind = {c.article_id for c in changes if c.article_id is not None and c.known_at >= lately}
    known = steps.AssessmentInput(
        changes=changes,
        confirmations=store.load_confirmations(watch.slug, standing),
        uncertain=store.load_uncertain(watch.slug, lately),
        texts=texts,
        articles=tuple(store.articles_of(behind).values()),
    )
    return known, told


def _fetched(article: Article) -> FetchRecord:
    return FetchRecord(
        fetch_id=content_id("fetch", article.entry_id, 1),
        entry_id=article.entry_id,
        url=article.url,
        fetched_at=article.fetched_at,
        outcome="stored",
        reason="",
        attempt=1,
        retry_at=None,
        status=200,
        final_url=article.url,
        content_type="text/html",
        size=90_000,
        elapsed=0.3,
        extract_elapsed=0.02,
        article=article,
    )
