"""Collect: entries with no article -> fetched, extracted -> articles."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from time import monotonic

from prefect import flow

from flows.alert import ALERT
from flows.assess import ASSESS
from flows.publish import publish_news
from flows.run.clock import wall_clock
from flows.run.context import RunContext, open_run
from flows.run.endings import end_flow_run, flow_run_name
from flows.run.events import emit, event_source
from flows.run.pages import Pages
from flows.run.request import WatchRequest
from flows.run.revisions import drop_excess_revisions
from flows.run.steps import Step, take_steps
from flows.run.tasks import batch_task
from pipeline import steps
from pipeline.fetch.robots import origin_of
from pipeline.model import FetchRecord
from pipeline.steps.events import articles_stored
from pipeline.storage import Store


@flow(name="collect", flow_run_name=flow_run_name, persist_result=False)
async def collect(request: WatchRequest) -> dict[str, int]:
    """Fetch the pages of entries that have no article yet, each feed and host in its turn, and store their text."""
    return await end_flow_run("collect", _collect(request))


async def _collect(request: WatchRequest) -> dict[str, int]:
    async with open_run("collect", request) as context:
        if request.go_on:
            await take_steps(context, COLLECT, (ASSESS, ALERT))
        else:
            await collect_pages(context)
    if request.go_on:
        await publish_news(context)
    return context.run.counts


async def collect_pages(context: RunContext) -> None:
    """Ask for the pages of entries that have no article, and store those that have come.

    Where further steps follow in the same run, it ends while pages of slow hosts are still to come; it is taken again
    for those.
    """
    run, now, is_followed = context.run, context.now, context.is_followed
    fetcher = context.tools.fetcher
    async with context.open_pages() as pages:
        late = context.feeds.take_late() if context.feeds is not None else frozenset()
        if late or not pages.chosen:
            with context.open_store() as store:
                chosen = store.entries_to_collect(context.slug, now, context.settings.pages_per_run)
                if pages.chosen:  # what was put off is the next run's, and nothing is asked for twice
                    chosen = [p for p in chosen if p.feed.feed_id in late and p.entry.entry_id not in pages.feeds]
                urls = [pending.entry.url for pending in chosen]
                fetcher.remember(store.hosts_of(map(origin_of, urls)), wall_clock())
                pages.ask(chosen, store.articles_by_url(urls), now)
        outcomes: list[FetchRecord] = []
        articles_new = put_off = 0

        def store_all(records: Sequence[FetchRecord]) -> int:
            with context.open_store() as store:
                return store.add_fetches(run.run_id, records)

        async def keep(records: Sequence[FetchRecord]) -> None:
            nonlocal articles_new, put_off
            # Put off for want of time: no attempt was made, none is counted, the next run takes it up.
            tried = [record for record in records if not steps.is_put_off(record)]
            if any(record.url in pages.held for record in tried):
                tried = await drop_excess_revisions(tried, context)
            # As they come: a crash loses some politeness and no more. In a thread, so that others come meanwhile.
            articles_new += await asyncio.to_thread(store_all, tried) if tried else 0
            put_off += sum(steps.is_put_off(record) for record in records)
            outcomes.extend(tried)

        while pages.are_pending:
            await collect_wave(f"{pages.chosen} pages, wave {pages.waves + 1}", pages, keep)
            if context.request.archive_port is None:  # an archive is our own server, and a replay's time is not ours
                with context.open_store() as store:
                    store.keep_hosts(fetcher.hosts(pages.origins, wall_clock()))
            if is_followed:
                break
    # One event a step: one that it wakes at the first batch would only wait for this one to end.
    brought = [pages.feeds[r.entry_id] for r in outcomes if r.outcome == "stored" and r.entry_id in pages.feeds]
    key = f"wave {pages.waves}" if pages.waves else ""
    emit(context, articles_stored(event_source(context), articles_new, brought, key))
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


def has_pages_to_fetch(store: Store, watch: str, now: datetime) -> bool:
    """Return whether an entry has no page yet."""
    return bool(store.entries_to_collect(watch, now, 1))


def _has_work(context: RunContext, store: Store) -> bool:
    return (context.pages is not None and context.pages.are_pending) or has_pages_to_fetch(
        store, context.slug, context.now
    )


COLLECT = Step("collect", collect_pages, _has_work)
