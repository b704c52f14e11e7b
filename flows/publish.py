"""Publish: the store -> a file that any SQL client can open."""

from __future__ import annotations

from uuid import UUID, uuid4

from prefect import flow

from flows.artifacts import changes_told, show_published
from flows.request import WatchRequest
from flows.resources import clock
from pipeline import storage


@flow(name="publish", flow_run_name="publish {request.folder.name}", persist_result=False)
async def publish(request: WatchRequest, run_id: UUID | None = None) -> int:
    """Copy the store to ``missionwatch.duckdb``, in one step that no reader notices; its size in bytes.

    The copy is recorded in the table ``published``, not as a run: it holds the run before it whole.
    """
    told = await changes_told(request)
    published = storage.publish(request.data_dir, run_id or uuid4(), clock(request))
    await show_published(request, told)
    return published.size
