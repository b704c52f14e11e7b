"""Publish: the store -> a file that any SQL client can open, and the page of the watch beside it."""

from __future__ import annotations

import asyncio
import logging
import os
from uuid import UUID, uuid4

import click
from prefect import flow
from prefect.logging import get_logger

from flows.run.artifacts import published_changes, show_published
from flows.run.clock import clock
from flows.run.context import RunContext, watch_of
from flows.run.endings import flow_run_name
from flows.run.request import WatchRequest
from pipeline import storage
from pipeline.model import Watch, escape
from pipeline.runtime import logs
from pipeline.runtime.settings import load_settings

_logger = get_logger("missionwatch")


@flow(name="publish", flow_run_name=flow_run_name, persist_result=False)
async def publish(request: WatchRequest) -> int:
    """Copy the store to ``missionwatch.duckdb``, in one step that no reader notices; return its size in bytes."""
    return await publish_store(request, watch_of(request), uuid4())


async def publish_news(context: RunContext) -> None:
    """Publish for the reasons for which an event would: the board has moved, or an alert has left.

    After the run's end, so that the file holds that too.
    """
    counts = context.run.counts
    if counts.get("changes") or counts.get("alerts_delivered"):
        request = context.request.model_copy(update={"now": context.now})
        await publish_store(request, context.watch, context.run.run_id)


async def publish_store(request: WatchRequest, watch: Watch, run_id: UUID, *, with_page: bool = True) -> int:
    """Copy the store to the published file, and make the page; return the file's size in bytes.

    The copy is recorded in the table ``published``, not as a run: it holds the run before it whole.

    Args:
        request: whose store and time.
        watch: whose page.
        run_id: the run that publishes.
        with_page: make the page too, where the settings ask for it.
    """
    known = await published_changes(request, watch)
    published = storage.publish(request.data_dir, run_id, clock(request))
    if published.told:  # the file that was there could not be replaced
        _logger.warning("%s", published.told)
    await show_published(request, watch, known)
    if with_page:
        await _show_page(request, watch)
    return published.size


async def _show_page(request: WatchRequest, watch: Watch) -> None:
    """Write the watch's page and feeds, where the settings ask for them; one that can't be made holds no run up."""
    settings = load_settings(os.environ)
    if not settings.site:
        return
    from pipeline.site import build  # brings templates and lxml; only here

    try:
        await asyncio.to_thread(
            build.build, request.data_dir, watch.slug, watch.title, page_url=settings.page_url, rules=watch.rules
        )
    except Exception as error:
        told = f"The page of {watch.slug} could not be made: {type(error).__name__}: {error}"
        _logger.warning("%s", told)  # for the run's page in Prefect
        if settings.log == "json":
            logs.event("page.failed", level=logging.WARNING, watch=watch.slug, reason=told)
        else:
            click.echo(f"missionwatch: {escape.lines(told)}", err=True)
