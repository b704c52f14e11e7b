"""Monitor: poll, collect, recheck, assess, alert, publish, in that order; the one that is scheduled."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from prefect import flow

from flows.alert import alert
from flows.assess import assess
from flows.collect import collect
from flows.poll import poll
from flows.publish import publish
from flows.recheck import due, recheck
from flows.run.artifacts import on_this_page, show_round
from flows.run.context import Resources, resources
from flows.run.endings import BlindError, name_of_run, tells_its_end
from flows.run.feeds import feeds_of
from flows.run.onward import alerts_wait, articles_wait, has_missed_model, pages_wait
from flows.run.pages import pages_of
from flows.run.record import recorded
from flows.run.request import WatchRequest
from flows.run.turns import leaves_to_holder
from pipeline import steps, storage
from pipeline.board.corrections import Marks
from pipeline.model import RunRecord


@flow(name="monitor", flow_run_name=name_of_run, persist_result=False, retries=0)
@tells_its_end
@leaves_to_holder
async def monitor(request: WatchRequest) -> RunRecord:
    """One round of the watch, from feeds to alerts and the published file.

    Raises:
        WatchFileError: a file of the watch is wrong.
        StorageError: the store can't be used.
    """
    run_id = uuid4()
    async with resources(request) as found, on_this_page(found.watch, "round"):
        async with recorded("monitor", request, found, run_id) as run:
            now = run.now
            request = request.model_copy(update={"now": now})  # every stage of one round believes the same time
            stages = [
                (collect, pages_wait),
                (recheck, _checks_wait),
                (assess, articles_wait),
                (alert, alerts_wait),
            ]
            async with feeds_of(request, found) as feeds, pages_of(request, found) as pages:
                with suppress(BlindError):  # its own run says so; what is there already is still read and told
                    await poll(request, run_id)
                while True:
                    for stage, has_work in stages:
                        # A stage with nothing to do is not started: a quiet round costs two flow runs, not five.
                        with storage.open_store(request.data_dir, wait=found.settings.store_wait) as store:
                            # After the round's own news, as when it was pinned; in the one opening there is anyway.
                            if stage is alert and (pins := _pin(store, found, now)):
                                run.count(changes=pins)
                            wanted = has_work(store, found, now)
                        if wanted:
                            await stage(request, run_id)
                    if not (feeds.are_to_come or pages.are_to_come):
                        break
                    if feeds.wave_is_due(others_wait=pages.are_to_come):
                        with suppress(BlindError):
                            await poll(request, run_id)
                    once = {recheck, assess} if has_missed_model(run) else {recheck}
                    stages = [(stage, has_work) for stage, has_work in stages if stage not in once]
        # Published last, so that the file holds this run's own end.
        await publish(request, run_id)
        assert run.record is not None  # noqa: S101 -- the block above has ended well
        await show_round(run, request, found.watch)
    return run.record


def _pin(store: storage.Store, found: Resources, now: datetime) -> int:
    """Pin the rows whose pins came with an import, once their time has come; the number of changes."""
    slug = found.watch.slug
    marks = Marks.of(store.load_marks(slug))
    due = marks.due(now, store.load_changes(slug)) if marks.turns() else ()
    for mark in due:
        store.add_marked(slug, steps.act_on(mark, store.marking(slug, mark), found.watch, now), late=True)
    return len(due)


def _checks_wait(store: storage.Store, found: Resources, now: datetime) -> bool:
    return bool(due(store, found.watch.slug, now))
