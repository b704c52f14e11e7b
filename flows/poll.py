"""Poll: feeds due -> fetched, parsed -> entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
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
from pipeline.alerts import BROUGHT_IN, alarm_alerts
from pipeline.events import alerts_planned, entries_new, feeds_silent
from pipeline.fetch import is_granted
from pipeline.health import due_alarms, health_of
from pipeline.model import WORKED, Alarm, Alert, FeedState, PollOutcome, PollRecord
from pipeline.storage import Store, open_store

# Feeds a task run. Few at once are asked anyway (the setting `concurrency`); each batch waits for its slowest server,
# and a task run costs as much as polling a dozen feeds.
BATCH = 2_000


@batch_task("poll")
async def poll_batch(
    label: str,
    states: Sequence[FeedState],
    found: Resources,
    now: datetime,
    late: Callable[[], timedelta],
    done_before: int,
    total: int,
) -> list[PollRecord]:
    """Poll a batch of feeds at once."""

    async def one(state: FeedState) -> PollRecord:
        return await steps.poll_feed(state, fetch=found.fetcher.get, work=found.pool.run, now=now, late=late)

    return await each("polling", states, one, done_before=done_before, total=total)


@flow(name="poll", flow_run_name=name_of_run, persist_result=False, retries=0)
@tells_its_end
@leaves_to_holder
@goes_on
async def poll(request: WatchRequest, run_id: UUID | None = None) -> dict[str, int]:
    """Poll the watch's feeds that are due and store their new entries."""
    async with resources(request) as found, recorded("poll", request, found, run_id) as run:
        now = run.now
        with open_store(request.data_dir, wait=found.settings.store_wait) as store:
            if not found.synced:
                store.sync_watch(found.watch, now)
                found.synced = True
            states = store.feeds_due(found.watch.slug, now, ignore_schedule=True)
            # The whole addresses are the watch's own; the store knows them without the keys in them.
            named = {feed.feed_id: feed for feed in found.watch.feeds}
            states = [replace(s, feed=named.get(s.feed.feed_id, s.feed)) for s in states if s.habits.retired_at is None]
            own = found.settings.grants  # nobody else's house: asked each time, without the waits that guests keep
            due = store.with_pieces(
                [
                    s
                    for s in states
                    if request.every_feed or s.next_due is None or s.next_due <= now or is_granted(s.feed.url, own)
                ]
            )
        # A feed that fails and waits for its next try is not polled now, and is not quiet either.
        polled = {s.feed.feed_id for s in due}
        waiting = [s for s in states if s.failures and s.feed.feed_id not in polled]
        records: list[PollRecord] = []
        late = _stopwatch(live=request.archive_port is None)
        for number, batch in enumerate(batches(due, BATCH), start=1):
            label = f"{len(batch)} feeds, batch {number}"
            records += await poll_batch(label, batch, found, now, late, len(records), len(due))
        tells = teller(found, run.run_id, run_id)
        new = 0
        raised: tuple[Alarm, ...] = ()
        over: tuple[Alarm, ...] = ()
        told: tuple[Alert, ...] = ()
        with open_store(request.data_dir, wait=found.settings.store_wait) as store:
            if records:
                new = store.add_polls(run.run_id, records)
            if request.archive_port is None:  # an archive holds a choice of articles: its silences say nothing
                raised, over, told = silences(store, found, run.run_id, now)
        read = {r.feed_id for r in records if r.outcome is PollOutcome.OK}
        emit(found, entries_new(tells, new, (feed for feed in found.watch.feeds if feed.feed_id in read)))
        emit(found, (*feeds_silent(tells, raised), *alerts_planned(tells, told)))
        failed = [r for r in records if r.outcome not in WORKED]
        run.count(
            feeds=len(found.watch.feeds),
            feeds_active=len(states),
            feeds_due=len(due),
            feeds_unchanged=sum(r.outcome is PollOutcome.UNCHANGED for r in records),
            feeds_failed=len(failed),
            feeds_failing=len(failed) + len(waiting),
            entries_seen=sum(len(r.entries) + r.kept for r in records),
            entries_new=new,
            feeds_retired=sum(r.outcome is PollOutcome.GONE for r in records),
            possible_gaps=sum(r.is_gap for r in records),
            alarms=len(raised) + len(over),
        )
        titles = {state.feed.feed_id: state.feed.title for state in due}
        for record in failed:
            run.note(f"feed '{titles[record.feed_id]}': {record.reason}")
        return run.counts


def _stopwatch(*, live: bool) -> Callable[[], timedelta]:
    """Tells the time since now; none in a replay, whose clock does not move while it polls."""
    if not live:
        return steps.at_once
    started = monotonic()
    return lambda: timedelta(seconds=monotonic() - started)


def silences(
    store: Store, found: Resources, run_id: UUID, now: datetime
) -> tuple[tuple[Alarm, ...], tuple[Alarm, ...], tuple[Alert, ...]]:
    """Store the silences and failures that began or ended, with the alerts that are due about them; all three."""
    slug = found.watch.slug
    healths = [health_of(feed, now) for feed in store.feed_records(slug)]
    lost = store.pages_lost(slug, now - BROUGHT_IN)
    raised, over = due_alarms(healths, store.open_alarms(slug), slug, now, lost)
    told: tuple[Alert, ...] = ()
    if raised or over:
        brought = store.brought_since(slug, now - BROUGHT_IN)
        told = alarm_alerts(raised, over, healths, brought, found.watch, now, lost)
        store.add_alarms(run_id, raised, over, told)
    return raised, over, told
