"""Alert: what stands in the outbox -> delivered, or tried again later."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from prefect import flow
from prefect.logging import get_logger

from flows.run import outbox
from flows.run.batching import batch_task
from flows.run.blocks import channels as channels_of_this_machine
from flows.run.context import Resources, echo, progress, resources
from flows.run.endings import name_of_run, tells_its_end
from flows.run.events import emit, teller
from flows.run.pictures import Pictures, pictures
from flows.run.record import Run, recorded
from flows.run.request import WatchRequest
from flows.run.turns import leaves_to_holder
from pipeline import alerts as alerting
from pipeline import steps
from pipeline.model import Alert, Delivery, PendingAlert
from pipeline.model.errors import UsageError
from pipeline.notify import Channels, deliver
from pipeline.site.receiver import ack_way
from pipeline.steps.events import alerts_delivered
from pipeline.storage import open_store

_logger = get_logger("missionwatch")


@batch_task("deliver")
async def deliver_batch(
    label: str,
    waiting: Sequence[PendingAlert],
    addresses: Mapping[str, str],
    ack: tuple[str, bytes],
    channels: Channels,
    now: datetime,
    found: Resources,
    request: WatchRequest,
    done_before: int = 0,
    drawn: Pictures | None = None,
) -> list[Delivery]:
    """Hand over a batch of alerts; a channel that fails holds up no other."""
    tell, done = progress.get(), done_before
    total = done_before + len(waiting)
    settings = found.settings
    data_dir = "" if request.data_dir == settings.data_dir else str(request.data_dir)

    async def hand_over(alert: Alert) -> None:
        dressed = alerting.dressed(
            alert,
            folder=str(request.folder),
            data_dir=data_dir,
            ack_url=ack[0],
            ack_key=ack[1],
            page_url=settings.page_url,
        )
        # The store knows a channel by its name; its address, which may hold a secret, is the watch file's.
        addressed = replace(dressed, channel=addresses.get(alert.channel, alert.channel))
        await deliver(addressed, channels=channels, draw=(lambda: drawn.of(alert)) if drawn is not None else None)

    def one_done(_: Delivery) -> None:
        nonlocal done
        done += 1
        tell("alerting", done, total)

    return await steps.deliver_all(
        waiting,
        deliver=hand_over,
        now=now,
        rules=lambda pending: alerting.rule_of(found.watch, pending.alert.rule, pending.alert.channel),
        attempts=settings.delivery_attempts,
        done=one_done,
    )


@flow(name="alert", flow_run_name=name_of_run, persist_result=False)
@tells_its_end
@leaves_to_holder
async def alert(request: WatchRequest, run_id: UUID | None = None) -> dict[str, int]:
    """Deliver the alerts that are due. At least once; the alert's id tells a repeat."""
    async with (
        resources(request) as found,
        recorded("alert", request, found, run_id) as run,
        pictures(found.watch, lambda: open_store(request.data_dir, wait=found.settings.store_wait), _warn) as drawn,
    ):
        now = run.now
        channels = channels_of_this_machine(request.data_dir, os.environ, echo.get())
        addresses, ack = alerting.addresses(found.watch), _ack_way(request, found, run)

        async def hand_over(waiting: Sequence[PendingAlert], before: int) -> list[Delivery]:
            label = f"{len(waiting)} alerts"
            tried = await deliver_batch(label, waiting, addresses, ack, channels, now, found, request, before, drawn)
            subjects = {pending.alert.alert_id: pending.alert.subject for pending in waiting}
            for one in tried:
                if one.outcome == "delivered":
                    run.say(f"alert to {one.channel}: {subjects[one.alert_id]}")
            return tried

        done = await outbox.empty(
            lambda: open_store(request.data_dir, wait=found.settings.store_wait),
            found.watch,
            run.run_id,
            now,
            hand_over,
        )
        emit(found, alerts_delivered(teller(found, run.run_id, run_id), done.deliveries))
        failed = [d for d in done.deliveries if d.outcome != "delivered"]
        run.count(
            alerts_planned=done.planned,
            alerts_delivered=len(done.deliveries) - len(failed),
            alerts_failed=len(failed),
            alerts_dead=sum(d.retry_at is None for d in failed),
            alerts_put_back=done.put_back,
        )
        for delivery in failed:
            run.note(f"alert {delivery.alert_id}: {delivery.reason}")
        return run.counts


def _warn(text: str) -> None:
    _logger.warning("%s", text)


def _ack_way(request: WatchRequest, found: Resources, run: Run) -> tuple[str, bytes]:
    """How messages say where they are acknowledged. Without the key they go without a link, and that is told."""
    try:
        return ack_way(found.settings, request.data_dir, os.environ)
    except UsageError as error:
        run.note(f"messages have no link that acknowledges them: {error}")
        return "", b""
