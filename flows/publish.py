"""Publish: the store -> a file that any SQL client can open, and the page of the watch beside it."""

from __future__ import annotations

import asyncio
import logging
import os
from contextvars import ContextVar
from uuid import UUID, uuid4

import click
from prefect import flow
from prefect.logging import get_logger

from flows.run.artifacts import changes_told, show_published
from flows.run.context import clock, watch_of
from flows.run.endings import name_of_run
from flows.run.request import WatchRequest
from pipeline import storage
from pipeline.model.shown import lines
from pipeline.runtime import logs
from pipeline.runtime.settings import load_settings

# A replay makes its page once, at its end: the rounds before it are over in a moment, and nobody looks.
with_page: ContextVar[bool] = ContextVar("with_page", default=True)
_logger = get_logger("missionwatch")


@flow(name="publish", flow_run_name=name_of_run, persist_result=False)
async def publish(request: WatchRequest, run_id: UUID | None = None) -> int:
    """Copy the store to ``missionwatch.duckdb``, in one step that no reader notices; its size in bytes.

    The copy is recorded in the table ``published``, not as a run: it holds the run before it whole.
    """
    told = await changes_told(request)
    published = storage.publish(request.data_dir, run_id or uuid4(), clock(request))
    if published.told:  # the file that was there could not be replaced
        _logger.warning("%s", published.told)
    await show_published(request, told)
    await _show_page(request)
    return published.size


async def _show_page(request: WatchRequest) -> None:
    """Write the watch's page and feeds, where the settings ask for them; one that can't be made holds no run up."""
    settings = load_settings(os.environ)
    if not settings.site or not with_page.get():
        return
    from pipeline.site import build  # brings templates and lxml; only here

    watch = watch_of(request)
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
            click.echo(f"missionwatch: {lines(told)}", err=True)
