"""Collect: entries with no article -> fetched, extracted -> articles."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from uuid import UUID

from prefect import flow

from flows.batching import batch_task, batches, each
from flows.endings import name_of_run, tells_its_end
from flows.events import emit, teller
from flows.onward import goes_on
from flows.request import WatchRequest
from flows.resources import Resources, resources
from flows.runs import recorded
from flows.woken import leaves_to_holder
from pipeline import steps
from pipeline.events import articles_stored
from pipeline.model import FetchRecord, PendingEntry
from pipeline.storage import open_store

BATCH = 100  # pages a task run and a transaction: what three workers extract in about a second
AT_ONCE = 2  # batches under way: while the last pages of one come, the first of the next keep the workers busy


@batch_task("collect")
async def collect_batch(
    label: str,
    waiting: Sequence[PendingEntry],
    held: Mapping[str, tuple[UUID, str]],
    found: Resources,
    now: datetime,
    done_before: int,
    total: int,
) -> list[FetchRecord]:
    """Fetch and extract a batch of pages at once."""

    async def one(pending: PendingEntry) -> FetchRecord:
        return await steps.collect_entry(pending, fetch=found.fetcher.get_page, work=found.pool.run, held=held, now=now)

    return await each("collecting", waiting, one, done_before=done_before, total=total)


async def bounded(records: Sequence[FetchRecord], request: WatchRequest, found: Resources) -> list[FetchRecord]:
    """``records`` without those later texts of a page that say what two dozen before them said."""
    urls = [record.url for record in records if record.outcome == "stored"]
    with open_store(request.data_dir, wait=found.settings.store_wait) as store:
        revisions = store.revisions_by_url(urls)
        full = [url for url, number in revisions.items() if number >= steps.MAX_HASH_ONLY]
        held = store.articles_by_url(full)
        texts = store.articles_of(article_id for article_id, _ in held.values())
    before = {article.url: article.text for article in texts.values()}

    def bound() -> list[FetchRecord]:
        return [
            steps.bounded(r, before.get(r.url, ""), revisions.get(r.url, 0), found.reader, found.watch) for r in records
        ]

    return await asyncio.to_thread(bound) if full else list(records)


async def _batch_by_batch(
    waiting: Sequence[PendingEntry], held: Mapping[str, tuple[UUID, str]], found: Resources, now: datetime
) -> AsyncGenerator[list[FetchRecord], None]:
    """The records of each batch of ``waiting`` in turn; the next ones are under way meanwhile."""
    parts = list(batches(waiting, BATCH))

    def begun(number: int) -> asyncio.Task[list[FetchRecord]]:
        label = f"{len(parts[number])} pages, batch {number + 1}"
        done_before = number * BATCH
        return asyncio.create_task(collect_batch(label, parts[number], held, found, now, done_before, len(waiting)))

    under_way = deque(begun(number) for number in range(min(AT_ONCE, len(parts))))
    try:
        for number in range(len(parts)):
            records = await under_way[0]
            under_way.popleft()
            if number + AT_ONCE < len(parts):
                under_way.append(begun(number + AT_ONCE))
            yield records
    finally:
        for batch in under_way:  # where the caller has failed: what is under way is not wanted any more
            batch.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


@flow(name="collect", flow_run_name=name_of_run, persist_result=False)
@tells_its_end
@leaves_to_holder
@goes_on
async def collect(request: WatchRequest, run_id: UUID | None = None) -> dict[str, int]:
    """Fetch the pages of entries that have no article yet, oldest first, and store their text."""
    async with resources(request) as found, recorded("collect", request, found, run_id) as run:
        now = run.now
        with open_store(request.data_dir, wait=found.settings.store_wait) as store:
            waiting = store.entries_to_collect(found.watch.slug, now, found.settings.pages_per_run)
            held = store.articles_by_url([pending.entry.url for pending in waiting])
        put_off = 0
        outcomes: list[FetchRecord] = []
        articles_new = 0

        def keep(records: Sequence[FetchRecord]) -> int:
            with open_store(request.data_dir, wait=found.settings.store_wait) as store:
                return store.add_fetches(run.run_id, records)

        async with aclosing(_batch_by_batch(waiting, held, found, now)) as coming:
            async for records in coming:
                # Put off for a site's crawl-delay: no attempt was made, none is counted, the next run takes it up.
                put_off += sum(steps.is_put_off(record) for record in records)
                tried = [record for record in records if not steps.is_put_off(record)]
                if any(record.url in held for record in tried):
                    tried = await bounded(tried, request, found)
                outcomes += tried
                # Each batch is kept as it comes: a crash loses three batches of politeness at most. In a thread, so
                # that the next ones go on meanwhile.
                articles_new += await asyncio.to_thread(keep, tried)
        # One event a run: a step that it wakes at the first batch would only wait for this one to end.
        feeds = {pending.entry.entry_id: pending.feed for pending in waiting}
        brought = [feeds[r.entry_id] for r in outcomes if r.outcome == "stored" and r.entry_id in feeds]
        emit(found, articles_stored(teller(found, run.run_id, run_id), articles_new, brought))
        refused = [r for r in outcomes if r.outcome == "refused"]
        failed = [r for r in outcomes if r.outcome == "failed"]
        run.count(
            pages=len(outcomes),
            articles_new=articles_new,
            pages_same=sum(r.outcome == "same" for r in outcomes),
            pages_refused=len(refused),
            pages_failed=len(failed),
            pages_put_off=put_off,
        )
        for record in (*refused, *failed):
            run.note(f"page {record.url}: {record.reason}")
        return run.counts
