"""Collect: entries with no article -> fetched, extracted -> articles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from uuid import UUID

from prefect import flow

from flows.alert import alert
from flows.assess import assess
from flows.publish import publish
from flows.run.batching import batch_task
from flows.run.context import resources, wall_clock
from flows.run.endings import name_of_run, tells_its_end
from flows.run.events import emit, teller
from flows.run.onward import goes_on, take_steps
from flows.run.pages import Pages, bounded, pages_of
from flows.run.record import recorded
from flows.run.request import WatchRequest
from flows.run.turns import leaves_to_holder
from pipeline import steps
from pipeline.fetch.robots import origin_of
from pipeline.model import FetchRecord
from pipeline.steps.events import articles_stored
from pipeline.storage import open_store


@batch_task("collect")
async def collect_wave(label: str, pages: Pages, keep: Callable[[Sequence[FetchRecord]], Awaitable[None]]) -> None:
    """Store the pages that come, with ``keep``, until there are enough to be read."""
    stored, since = 0, monotonic()
    while True:
        async with pages.next_batch() as records:
            if records:
                since = since if stored else monotonic()
                await keep(records)
                stored += len(records)
        if pages.wave_ends(stored, monotonic() - since):
            return


@flow(name="collect", flow_run_name=name_of_run, persist_result=False)
@tells_its_end
@leaves_to_holder
async def collect(request: WatchRequest, run_id: UUID | None = None) -> dict[str, int]:
    """Fetch the pages of entries that have no article yet, each feed and host in its turn, and store their text.

    Where further steps follow in the same run, it ends while pages of slow hosts are still to come; it is called again
    for those.
    """
    if goes_on(request, run_id):
        return await take_steps(request, collect, (assess, alert), publish)
    async with resources(request) as found, recorded("collect", request, found, run_id) as run:
        now = run.now
        is_followed = found.pages is not None
        wait = found.settings.store_wait
        async with pages_of(request, found) as pages:
            late = found.feeds.take_late() if found.feeds is not None else frozenset()
            if late or not pages.chosen:
                with open_store(request.data_dir, wait=wait) as store:
                    chosen = store.entries_to_collect(found.watch.slug, now, found.settings.pages_per_run)
                    if pages.chosen:  # what was put off is the next run's, and nothing is asked for twice
                        chosen = [p for p in chosen if p.feed.feed_id in late and p.entry.entry_id not in pages.feeds]
                    urls = [pending.entry.url for pending in chosen]
                    found.fetcher.remember(store.hosts_of(map(origin_of, urls)), wall_clock())
                    pages.ask(chosen, store.articles_by_url(urls), now)
            outcomes: list[FetchRecord] = []
            articles_new = put_off = 0

            def store_all(records: Sequence[FetchRecord]) -> int:
                with open_store(request.data_dir, wait=wait) as store:
                    return store.add_fetches(run.run_id, records)

            async def keep(records: Sequence[FetchRecord]) -> None:
                nonlocal articles_new, put_off
                # Put off for want of time: no attempt was made, none is counted, the next run takes it up.
                tried = [record for record in records if not steps.is_put_off(record)]
                if any(record.url in pages.held for record in tried):
                    tried = await bounded(tried, request, found)
                # As they come: a crash loses some politeness and no more. In a thread, so that others come meanwhile.
                articles_new += await asyncio.to_thread(store_all, tried) if tried else 0
                put_off += sum(steps.is_put_off(record) for record in records)
                outcomes.extend(tried)

            while pages.are_to_come:
                await collect_wave(f"{pages.chosen} pages, wave {pages.waves + 1}", pages, keep)
                if request.archive_port is None:  # an archive is our own server, and a replay's time is not ours
                    with open_store(request.data_dir, wait=wait) as store:
                        store.keep_hosts(found.fetcher.hosts(pages.origins, wall_clock()))
                if is_followed:
                    break
        # One event a step: one that it wakes at the first batch would only wait for this one to end.
        brought = [pages.feeds[r.entry_id] for r in outcomes if r.outcome == "stored" and r.entry_id in pages.feeds]
        key = f"wave {pages.waves}" if pages.waves else ""
        emit(found, articles_stored(teller(found, run.run_id, run_id), articles_new, brought, key))
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
