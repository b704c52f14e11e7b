"""Alert: what stands in the outbox -> delivered, or tried again later."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from flows.batching import each, is_transient
from flows.request import WatchRequest
from flows.resources import clock, echo, resources
from flows.runs import recorded
from pipeline import steps
from pipeline.alerts import QUIET_FOR, channel_name, is_digest, proof_of_quiet
from pipeline.health import health_of, is_failing
from pipeline.model import Alert, Delivery, PendingAlert
from pipeline.notify import Channels, deliver
from pipeline.storage import Store, open_store

LIMIT = 200  # alerts a run; the rest wait for the next


@task(
    task_run_name="deliver {label}",
    retries=2,
    retry_delay_seconds=2,
    retry_condition_fn=is_transient,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def deliver_batch(
    label: str,
    waiting: Sequence[PendingAlert],
    addresses: Mapping[str, str],
    channels: Channels,
    now: datetime,
    proof: str,
) -> list[Delivery]:
    """Hand over a batch of alerts at once; a channel that fails holds up no other. Digests end with ``proof``."""

    async def hand_over(alert: Alert) -> None:
        # The store knows a channel by its name; its address, which may hold a secret, is the watch file's.
        # What was done is told as of now, not as of when the digest was planned, hours ago.
        body = f"{alert.body}\n\n{proof}" if is_digest(alert) else alert.body
        await deliver(replace(alert, channel=addresses.get(alert.channel, alert.channel), body=body), channels=channels)

    async def one(pending: PendingAlert) -> Delivery:
        return await steps.deliver_alert(pending, deliver=hand_over, now=now)

    return await each("alerting", waiting, one)


@flow(name="alert", flow_run_name="alert {request.folder.name}", persist_result=False)
async def alert(request: WatchRequest, run_id: UUID | None = None) -> dict[str, int]:
    """Deliver the alerts that are due. At least once; the alert's id tells a repeat."""
    now = clock(request)
    async with resources(request) as found, recorded("alert", request, found, now, run_id) as run:
        with open_store(request.data_dir, wait=found.settings.store_wait) as store:
            waiting = store.alerts_due(found.watch.slug, now, LIMIT)
            proof = _proof(store, found.watch.slug, now) if any(is_digest(p.alert) for p in waiting) else ""
        deliveries: list[Delivery] = []
        if waiting:
            channels = Channels(request.data_dir, os.environ, echo.get())
            addresses = {channel_name(channel): channel for rule in found.watch.rules for channel in rule.channels}
            deliveries = await deliver_batch(f"{len(waiting)} alerts", waiting, addresses, channels, now, proof)
            with open_store(request.data_dir, wait=found.settings.store_wait) as store:
                store.add_deliveries(run.run_id, deliveries)
        failed = [d for d in deliveries if d.outcome != "delivered"]
        run.count(alerts_delivered=len(deliveries) - len(failed), alerts_failed=len(failed))
        for delivery in failed:
            run.note(f"alert {delivery.alert_id}: {delivery.reason}")
        return run.counts


def _proof(store: Store, watch: str, now: datetime) -> str:
    """What was done in the last day, for the digests."""
    healths = [health_of(feed, now) for feed in store.feed_records(watch)]
    failing, silent = sum(map(is_failing, healths)), sum(health.is_silent for health in healths)
    return proof_of_quiet(store.quiet(watch, now - QUIET_FOR, now, failing=failing, silent=silent))
