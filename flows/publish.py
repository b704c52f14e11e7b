"""Publish: the store -> a file that any SQL client can open."""

from __future__ import annotations

from uuid import UUID, uuid4

from prefect import flow

from flows.request import WatchRequest
from flows.resources import clock
from pipeline import storage


@flow(name="publish", flow_run_name="publish {request.folder.name}", persist_result=False)
async def publish(request: WatchRequest, run_id: UUID | None = None) -> int:
    """Copy the store to ``missionwatch.duckdb``, in one step that no reader notices; its size in bytes.

    The copy is recorded in the table ``published``, not as a run: it holds the run before it whole.
    """
    published = storage.publish(request.data_dir, run_id or uuid4(), clock(request))
    return published.size
