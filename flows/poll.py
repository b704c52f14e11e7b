"""Poll: feeds due -> fetched, parsed -> entries."""

from __future__ import annotations

from dataclasses import replace

from prefect import flow

from flows.alert import ALERT
from flows.assess import ASSESS
from flows.collect import COLLECT
from flows.publish import publish_news
from flows.run.alarms import raise_alarms
from flows.run.context import RunContext, Tools, open_run
from flows.run.endings import end_flow_run, flow_run_name
from flows.run.events import emit, event_source
from flows.run.feeds import Feeds
from flows.run.request import WatchRequest
from flows.run.steps import Step, take_steps
from flows.run.tasks import batch_task
from pipeline.fetch import is_granted
from pipeline.model import WORKED, Alarm, Alert, FeedState, PollOutcome, PollRecord
from pipeline.steps.events import alerts_planned, entries_new, feeds_silent
from pipeline.storage import Store


@flow(name="poll", flow_run_name=flow_run_name, persist_result=False, retries=0)
async def poll(request: WatchRequest) -> dict[str, int]:
    """Poll the watch's feeds that are due and store their new entries.

    Where the request says so, the steps that follow are taken in the same run, up to the alert and the published file:
    woken by events, each would be a process of its own, which takes a second or two to begin, and an alert would wait
    for three. Looking at pages again is left to the rounds: it brings no news of its own.
    """
    return await end_flow_run("poll", poll_over(request))


async def poll_over(request: WatchRequest, tools: Tools | None = None) -> dict[str, int]:
    """Poll as :func:`poll` does, with ``tools`` that are open already; return the counts."""
    async with open_run("poll", request, tools) as context:
        if request.go_on:
            await take_steps(context, POLL, (COLLECT, ASSESS, ALERT))
        else:
            await poll_feeds(context)
    if request.go_on:
        await publish_news(context)
    return context.run.counts


async def poll_feeds(context: RunContext) -> None:
    """Ask for the feeds that are due, and store the entries of those that have answered.

    Where further steps follow in the same run, it ends while slow feeds still answer; it is taken again for those.
    """
    run, is_followed = context.run, context.is_followed
    async with context.open_feeds() as feeds:
        if feeds.asked is None:
            with context.open_store() as store:
                states = _states(store, context)
                due = store.with_pieces([state for state in states if _is_due(state, context)])
            # A feed that fails and waits for its next try is not polled now, and is not quiet either.
            polled = {state.feed.feed_id for state in due}
            run.count(
                feeds=len(context.watch.feeds),
                feeds_active=len(states),
                feeds_failing=sum(s.failures > 0 and s.feed.feed_id not in polled for s in states),
            )
            feeds.ask(due, run.now)
        records: list[PollRecord] = []
        if feeds.are_pending:
            others_wait = context.pages is not None and context.pages.are_pending
            label = f"{len(feeds.asked or ())} feeds, wave {feeds.waves + 1}"
            records = await poll_wave(label, feeds, is_followed, others_wait)
        is_over = not feeds.are_pending
    tells = event_source(context)
    new = 0
    raised: tuple[Alarm, ...] = ()
    over: tuple[Alarm, ...] = ()
    told: tuple[Alert, ...] = ()
    with context.open_store() as store:
        if records:
            new = store.add_polls(run.run_id, records)
        # Of all feeds together, for half of them failing is one message. An archive holds a choice of articles: its
        # silences say nothing.
        if is_over and context.request.archive_port is None:
            raised, over, told = raise_alarms(store, context.watch, run.run_id, run.now)
    read = {r.feed_id for r in records if r.outcome is PollOutcome.OK}
    brought = [feed for feed in context.watch.feeds if feed.feed_id in read]
    key = f"wave {feeds.waves}" if feeds.waves > 1 else ""
    emit(context, entries_new(tells, new, brought, key))
    emit(context, (*feeds_silent(tells, raised), *alerts_planned(tells, told)))
    failed = [r for r in records if r.outcome not in WORKED]
    run.count(
        feeds_due=len(records),
        feeds_unchanged=sum(r.outcome is PollOutcome.UNCHANGED for r in records),
        feeds_failed=len(failed),
        feeds_failing=len(failed),
        entries_seen=sum(len(r.entries) + r.read_before for r in records),
        entries_new=new,
        feeds_retired=sum(r.outcome is PollOutcome.GONE for r in records),
        possible_gaps=sum(r.is_gap for r in records),
        alarms=len(raised) + len(over),
    )
    titles = {state.feed.feed_id: state.feed.title for state in feeds.asked or ()}
    for record in failed:
        run.note(f"feed '{titles[record.feed_id]}': {record.reason}")
    feeds.raise_error()


@batch_task("poll")
async def poll_wave(label: str, feeds: Feeds, is_followed: bool, others_wait: bool) -> list[PollRecord]:
    """Poll the feeds, or where further steps follow those that answer soon."""
    return await feeds.wave(whole=not is_followed, others_wait=others_wait)


def _states(store: Store, context: RunContext) -> list[FeedState]:
    """Return the watch's feeds that are not retired, with what is known of them."""
    watch = context.watch
    store.sync_watch(watch, context.now)
    states = store.feeds_due(watch.slug, context.now, ignore_schedule=True)
    # The whole addresses are the watch's own; the store knows them without the keys in them.
    named = {feed.feed_id: feed for feed in watch.feeds}
    return [replace(s, feed=named.get(s.feed.feed_id, s.feed)) for s in states if s.habits.retired_at is None]


def _is_due(state: FeedState, context: RunContext) -> bool:
    if context.request.every_feed or state.next_due is None or state.next_due <= context.now:
        return True
    # A granted host is our own: its feeds are polled each time, due or not.
    return is_granted(state.feed.url, context.settings.grants)


POLL = Step("poll", poll_feeds, lambda context, store: True)
