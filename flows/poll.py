"""Poll: feeds due -> fetched, parsed -> entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.batching import batches, each, is_transient
from flows.request import WatchRequest
from flows.resources import Resources, clock, resources
from flows.runs import recorded
from pipeline import steps
from pipeline.model import FeedState, PollOutcome, PollRecord
from pipeline.storage import open_store

BATCH = 50  # feeds a task run

_UNHEALTHY = {PollOutcome.FAILED, PollOutcome.REFUSED, PollOutcome.HTML, PollOutcome.NOT_A_FEED}


@task(
    task_run_name="poll {label}",
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def poll_batch(
    label: str, states: Sequence[FeedState], found: Resources, now: datetime, done_before: int, total: int
) -> list[PollRecord]:
    """Poll a batch of feeds at once."""

    async def one(state: FeedState) -> PollRecord:
        return await steps.poll_feed(state, fetch=found.fetcher.get, work=found.pool.run, now=now)

    return await each("polling", states, one, done_before=done_before, total=total)


@flow(name="poll", flow_run_name="poll {request.folder.name}", persist_result=False)
async def poll(request: WatchRequest, run_id: UUID | None = None) -> dict[str, int]:
    """Poll the watch's feeds that are due and store their new entries."""
    now = clock(request)
    async with resources(request) as found, recorded("poll", request, found, now, run_id) as run:
        with open_store(request.data_dir, wait=found.settings.store_wait) as store:
            if not found.synced:
                store.sync_watch(found.watch, now)
                found.synced = True
            states = store.feeds_due(found.watch.slug, now, ignore_schedule=True)
        due = [s for s in states if request.every_feed or s.next_due is None or s.next_due <= now]
        # A feed that fails and waits for its next try is not polled now, and is not quiet either.
        waiting = [s for s in states if s not in due and s.failures]
        records: list[PollRecord] = []
        for number, batch in enumerate(batches(due, BATCH), start=1):
            label = f"{len(batch)} feeds, batch {number}"
            records += await poll_batch(label, batch, found, now, len(records), len(due))
        entries_new = 0
        if records:
            with open_store(request.data_dir, wait=found.settings.store_wait) as store:
                entries_new = store.add_polls(run.run_id, records)
        failed = [r for r in records if r.outcome in _UNHEALTHY]
        run.count(
            feeds=len(found.watch.feeds),
            feeds_due=len(due),
            feeds_unchanged=sum(r.outcome is PollOutcome.UNCHANGED for r in records),
            feeds_failed=len(failed),
            feeds_failing=len(failed) + len(waiting),
            entries_seen=sum(len(r.entries) for r in records),
            entries_new=entries_new,
        )
        titles = {state.feed.feed_id: state.feed.title for state in due}
        for record in failed:
            run.note(f"feed '{titles[record.feed_id]}': {record.reason}")
        return run.counts
