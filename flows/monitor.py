"""Monitor: poll, collect, recheck, assess, alert, publish, in that order; the one that is scheduled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from prefect import flow

from flows.alert import ALERT
from flows.assess import ASSESS
from flows.collect import COLLECT
from flows.poll import POLL
from flows.publish import publish_store
from flows.recheck import RECHECK
from flows.run.artifacts import show_round, show_run_progress
from flows.run.context import RunContext, Tools, open_run, open_tools, watch_of
from flows.run.endings import end_flow_run, flow_run_name
from flows.run.request import WatchRequest
from flows.run.steps import Step, take_steps
from pipeline import steps
from pipeline.board.corrections import Corrections
from pipeline.model import RunRecord, Watch
from pipeline.storage import Store


@flow(name="monitor", flow_run_name=flow_run_name, persist_result=False, retries=0)
async def monitor(request: WatchRequest) -> RunRecord:
    """Take one round of the watch, from feeds to alerts and the published file.

    Raises:
        WatchFileError: a file of the watch is wrong.
        StorageError: the store can't be used.
    """
    async with open_tools(request.archive_port) as tools:
        return await end_flow_run("monitor", watch_round(request, tools))


def monitor_over(
    tools: Tools, *, watch: Watch | None = None, with_page: bool = True
) -> Callable[[WatchRequest], Awaitable[RunRecord]]:
    """Return the flow :func:`monitor` over ``tools`` that are open already, for rounds that follow one another.

    Args:
        tools: what the rounds share.
        watch: the watch, where it is loaded already.
        with_page: make the watch's page too.
    """

    @flow(name="monitor", flow_run_name=flow_run_name, persist_result=False, retries=0)
    async def monitor(request: WatchRequest) -> RunRecord:
        return await end_flow_run("monitor", watch_round(request, tools, watch=watch, with_page=with_page))

    return monitor


async def watch_round(
    request: WatchRequest, tools: Tools, *, watch: Watch | None = None, with_page: bool = True
) -> RunRecord:
    """Take one round and publish what came of it; return its record."""
    watch = watch or watch_of(request)
    async with show_run_progress(watch, "round", tools.progress) as progress:
        async with open_run("monitor", request, tools, watch=watch, progress=progress) as context:
            await take_steps(context, POLL, (COLLECT, RECHECK, ASSESS, PIN, ALERT))
        run = context.run
        assert run.record is not None  # noqa: S101 -- the block above has ended well
        # Published last, so that the file holds this run's own end.
        of_this_round = request.model_copy(update={"now": run.now})
        await publish_store(of_this_round, watch, run.run_id, with_page=with_page)
        await show_round(run, request, watch)
    return run.record


async def pin_rows(context: RunContext) -> None:
    """Pin the rows whose pins came with an import and whose time has come, after the round's own news."""
    with context.open_store() as store:
        corrections = Corrections.of(store.load_corrections(context.slug))
        due = corrections.due(context.now, store.load_changes(context.slug))
        for one in due:
            known = store.correction_context(context.slug, one)
            made = steps.plan_correction(one, known, context.watch, context.now)
            store.add_outcome(context.slug, made, late=True)
    context.run.count(changes=len(due))


def has_pins_due(store: Store, watch: str, now: datetime) -> bool:
    """Return whether a row is to be pinned whose pin came with an import."""
    corrections = Corrections.of(store.load_corrections(watch))
    return bool(corrections.turns()) and bool(corrections.due(now, store.load_changes(watch)))


PIN = Step("pin", pin_rows, lambda context, store: has_pins_due(store, context.slug, context.now))
