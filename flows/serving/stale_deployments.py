"""Deployments of watches no longer served: pause them, so that a server left running schedules nothing in vain.

``missionwatch serve`` leaves its mark on what it makes: the machine as a tag, and the data folder in the parameters.
Only what bears both is ever touched, so neither what ``prefect deploy`` made nor what another machine serves; and only
when nobody has asked for its runs for a while, so nothing that another process of this machine serves.

They are paused and not removed: their pages, runs and whatever automations people have hung on them stay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final
from uuid import UUID

import click
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.responses import DeploymentResponse

from flows.run.server import is_lost_connection
from flows.serving.deployments import OURS, served_by
from flows.serving.watches import ServedWatch
from pipeline.model import escape

LEFT: Final = "no longer served"  # the tag by which we know later that it was we who paused it
UNASKED: Final = timedelta(seconds=90)  # a runner asks for its runs each second, and Prefect takes sixty for silence
LOOK_EVERY: Final = 60.0  # seconds
_PAGE: Final = 200


def stale_among(
    found: Iterable[DeploymentResponse],
    serving: Collection[str],
    data_dir: Path,
    now: datetime,
    host: str | None = None,
) -> list[DeploymentResponse]:
    """Those of ``found`` that this machine has served from ``data_dir``, and that nobody serves now.

    Args:
        found: deployments.
        serving: the names of the watches that this process serves.
        data_dir: its data folder, absolute.
        now: the machine's time.
        host: its name; None takes it.
    """
    return [
        one
        for one in found
        if _made_here(one, data_dir, host)
        and one.name not in serving
        and not one.paused
        and (one.last_polled is None or now - one.last_polled > UNASKED)
    ]


def returned_among(
    found: Iterable[DeploymentResponse], serving: Collection[str], data_dir: Path, host: str | None = None
) -> list[DeploymentResponse]:
    """Those of ``found`` that were paused when they were left behind, and that this process serves again."""
    return [
        one
        for one in found
        if one.name in serving and one.paused and LEFT in one.tags and _made_here(one, data_dir, host)
    ]


def _made_here(one: DeploymentResponse, data_dir: Path, host: str | None) -> bool:
    request = (one.parameters or {}).get("request")
    folder = request.get("data_dir") if isinstance(request, dict) else None
    is_served = one.work_pool_name is None and {OURS, served_by(host)} <= set(one.tags)
    return is_served and folder == str(data_dir)


async def deployments_of(client: PrefectClient, watches: Sequence[ServedWatch]) -> list[DeploymentResponse]:
    """Return the deployments of ``watches`` that this machine serves."""
    folders = {watch.slug: watch.request.data_dir for watch in watches}
    found = await _ours(client)
    return [one for one in found if one.name in folders and _made_here(one, folders[one.name], None)]


async def pause_stale(watches: Sequence[ServedWatch], now: datetime) -> list[str]:
    """Pause what is left behind; the names of the watches, as a person reads them."""
    async with get_client() as client:
        found = await _ours(client)
        names: dict[str, int] = {}
        for data_dir in {watch.request.data_dir for watch in watches}:
            for one in stale_among(found, {watch.slug for watch in watches}, data_dir, now):
                await _pause(client, one)
                names[one.name] = names.get(one.name, 0) + 1
    return [f"{escape.line(name)} ({number} deployments)" for name, number in sorted(names.items())]


async def resume_returned(watches: Sequence[ServedWatch]) -> list[str]:
    """Let what comes back be planned again, before it is registered anew; the names of the watches."""
    async with get_client() as client:
        found = await _ours(client)
        back = [
            one
            for data_dir in {watch.request.data_dir for watch in watches}
            for one in returned_among(found, {watch.slug for watch in watches}, data_dir)
        ]
        for one in back:
            await client.resume_deployment(one.id)
    return sorted({one.name for one in back})


async def keep_pausing_stale(watches: Sequence[ServedWatch]) -> None:
    """Look each minute for what is left behind, until cancelled, and say what was paused."""
    while True:
        try:
            for name in await pause_stale(watches, datetime.now(UTC)):
                click.echo(f"{name} is no longer served: paused in Prefect. It comes back when it is served.", err=True)
        except Exception as error:  # Prefect's client has an error for each way in which a server is away
            if not is_lost_connection(error):  # which is told already, and may take long
                kind = type(error).__name__
                click.echo(f"What is no longer served could not be paused in Prefect ({kind}); tried again.", err=True)
        await asyncio.sleep(LOOK_EVERY)


async def _pause(client: PrefectClient, one: DeploymentResponse) -> None:
    # The mark first: whatever is paused and bears it is ours to resume.
    tags = [*(tag for tag in one.tags if tag != LEFT), LEFT]
    await client.update_deployment(one.id, DeploymentUpdate(tags=tags))
    # Its triggers would go on making runs that nobody starts; they are made anew when it is registered.
    await client.delete_resource_owned_automations(f"prefect.deployment.{one.id}")
    await client.pause_deployment(one.id)


async def _ours(client: PrefectClient) -> list[DeploymentResponse]:
    wanted = DeploymentFilter(tags=DeploymentFilterTags(all_=[OURS, served_by()]))
    found: dict[UUID, DeploymentResponse] = {}
    for page in count():
        part = await client.read_deployments(deployment_filter=wanted, limit=_PAGE, offset=page * _PAGE)
        found |= {one.id: one for one in part}
        if len(part) < _PAGE:
            return list(found.values())
    return []
