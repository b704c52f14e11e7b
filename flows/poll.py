"""Poll: feeds due -> fetched, parsed -> entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from prefect import flow

from flows.alert import alert
from flows.assess import assess
from flows.collect import collect
from flows.publish import publish
from flows.run.alarms import raise_alarms
from flows.run.batching import batch_task
from flows.run.context import Resources, resources
from flows.run.endings import name_of_run, tells_its_end
from flows.run.events import emit, teller
from flows.run.feeds import Feeds, feeds_of
from flows.run.onward import goes_on, take_steps
from flows.run.record import recorded
from flows.run.request import WatchRequest
from flows.run.turns import leaves_to_holder
from pipeline.fetch import is_granted
from pipeline.model import WORKED, Alarm, Alert, FeedState, PollOutcome, PollRecord
from pipeline.steps.events import alerts_planned, entries_new, feeds_silent
from pipeline.storage import Store, open_store


@batch_task("poll")
async def poll_wave(label: str, feeds: Feeds, is_followed: bool, others_wait: bool) -> list[PollRecord]:
    """Poll the feeds, or where further steps follow those that answer soon."""
    return await feeds.wave(whole=not is_followed, others_wait=others_wait)


@flow(name="poll", flow_run_name=name_of_run, persist_result=False, retries=0)
@tells_its_end
@leaves_to_holder
async def poll(request: WatchRequest, run_id: UUID | None = None) -> dict[str, int]:
    """Poll the watch's feeds that are due and store their new entries.

    Where further steps follow in the same run, it ends while slow feeds still answer; it is called again for those.
    """
    if goes_on(request, run_id):
        return await take_steps(request, poll, (collect, assess, alert), publish)
    async with resources(request) as found, recorded("poll", request, found, run_id) as run:
        is_followed = found.feeds is not None
        wait = found.settings.store_wait
        async with feeds_of(request, found) as feeds:
            if feeds.asked is None:
                with open_store(request.data_dir, wait=wait) as store:
                    states = _states(store, found, run.now)
                    due = store.with_pieces([state for state in states if _is_due(state, request, found, run.now)])
                # A feed that fails and waits for its next try is not polled now, and is not quiet either.
                polled = {state.feed.feed_id for state in due}
                run.count(
                    feeds=len(found.watch.feeds),
                    feeds_active=len(states),
                    feeds_failing=sum(s.failures > 0 and s.feed.feed_id not in polled for s in states),
                )
                feeds.ask(due, run.now)
            records: list[PollRecord] = []
            if feeds.are_to_come:
                others_wait = found.pages is not None and found.pages.are_to_come
                label = f"{len(feeds.asked or ())} feeds, wave {feeds.waves + 1}"
                records = await poll_wave(label, feeds, is_followed, others_wait)
            is_over = not feeds.are_to_come
        tells = teller(found, run.run_id, run_id)
        new = 0
        raised: tuple[Alarm, ...] = ()
        over: tuple[Alarm, ...] = ()
        told: tuple[Alert, ...] = ()
        with open_store(request.data_dir, wait=wait) as store:
            if records:
                new = store.add_polls(run.run_id, records)
            # Of all feeds together, for half of them failing is one message. An archive holds a choice of articles: its
            # silences say nothing.
            if is_over and request.archive_port is None:
                raised, over, told = raise_alarms(store, found.watch, run.run_id, run.now)
        read = {r.feed_id for r in records if r.outcome is PollOutcome.OK}
        brought = [feed for feed in found.watch.feeds if feed.feed_id in read]
        key = f"wave {feeds.waves}" if feeds.waves > 1 else ""
        emit(found, entries_new(tells, new, brought, key))
        emit(found, (*feeds_silent(tells, raised), *alerts_planned(tells, told)))
        failed = [r for r in records if r.outcome not in WORKED]
        run.count(
            feeds_due=len(records),
            feeds_unchanged=sum(r.outcome is PollOutcome.UNCHANGED for r in records),
            feeds_failed=len(failed),
            feeds_failing=len(failed),
            entries_seen=sum(len(r.entries) + r.kept for r in records),
            entries_new=new,
            feeds_retired=sum(r.outcome is PollOutcome.GONE for r in records),
            possible_gaps=sum(r.is_gap for r in records),
            alarms=len(raised) + len(over),
        )
        titles = {state.feed.feed_id: state.feed.title for state in feeds.asked or ()}
        for record in failed:
            run.note(f"feed '{titles[record.feed_id]}': {record.reason}")
        return run.counts


def _states(store: Store, found: Resources, now: datetime) -> list[FeedState]:
    """The watch's feeds that are not retired, with what is known of them."""
    if not found.synced:
        store.sync_watch(found.watch, now)
        found.synced = True
    states = store.feeds_due(found.watch.slug, now, ignore_schedule=True)
    # The whole addresses are the watch's own; the store knows them without the keys in them.
    named = {feed.feed_id: feed for feed in found.watch.feeds}
    return [replace(s, feed=named.get(s.feed.feed_id, s.feed)) for s in states if s.habits.retired_at is None]


def _is_due(state: FeedState, request: WatchRequest, found: Resources, now: datetime) -> bool:
    if request.every_feed or state.next_due is None or state.next_due <= now:
        return True
    # Nobody else's house: asked each time, without the waits that guests keep.
    return is_granted(state.feed.url, found.settings.grants)
