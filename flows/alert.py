"""Alert: what stands in the outbox -> delivered, or tried again later."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from prefect import flow
from prefect.logging import get_logger

from flows.run import outbox
from flows.run.blocks import channels as channels_of_this_machine
from flows.run.context import RunContext, open_run
from flows.run.endings import end_flow_run, flow_run_name
from flows.run.events import emit, event_source
from flows.run.pictures import Pictures, pictures
from flows.run.request import WatchRequest
from flows.run.steps import Step
from flows.run.tasks import batch_task
from pipeline import alerts as alerting
from pipeline import steps
from pipeline.model import Alert, Delivery, PendingAlert
from pipeline.model.errors import UsageError
from pipeline.notify import Channels, deliver
from pipeline.site.receiver import ack_way
from pipeline.steps.events import alerts_delivered

_logger = get_logger("missionwatch")


@flow(name="alert", flow_run_name=flow_run_name, persist_result=False)
async def alert(request: WatchRequest) -> dict[str, int]:
    """Deliver the alerts that are due. At least once; the alert's id tells a repeat."""

    async def counts() -> dict[str, int]:
        async with open_run("alert", request) as context:
            await send_alerts(context)
        return context.run.counts

    return await end_flow_run("alert", counts())


async def send_alerts(context: RunContext) -> None:
    """Hand over the alerts that are due, and those that time has made due."""
    run = context.run
    channels = channels_of_this_machine(context.request.data_dir, os.environ, context.tools.echo)
    addresses, ack = alerting.addresses(context.watch), ack_link_of(context)
    async with pictures(context.watch, context.open_store, _warn) as drawn:

        async def hand_over(waiting: Sequence[PendingAlert], before: int) -> list[Delivery]:
            label = f"{len(waiting)} alerts"
            tried = await deliver_batch(label, waiting, addresses, ack, channels, context, before, drawn)
            subjects = {pending.alert.alert_id: pending.alert.subject for pending in waiting}
            for one in tried:
                if one.outcome == "delivered":
                    run.say(f"alert to {one.channel}: {subjects[one.alert_id]}")
            return tried

        done = await outbox.process(context.open_store, context.watch, run.run_id, run.now, hand_over)
    emit(context, alerts_delivered(event_source(context), done.deliveries))
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


@batch_task("deliver")
async def deliver_batch(
    label: str,
    waiting: Sequence[PendingAlert],
    addresses: Mapping[str, str],
    ack: tuple[str, bytes],
    channels: Channels,
    context: RunContext,
    done_before: int = 0,
    drawn: Pictures | None = None,
) -> list[Delivery]:
    """Hand over a batch of alerts; a channel that fails holds up no other."""
    done = done_before
    total = done_before + len(waiting)
    settings, request = context.settings, context.request
    data_dir = "" if request.data_dir == settings.data_dir else str(request.data_dir)

    async def hand_over(alert: Alert) -> None:
        dressed = alerting.fill_in_links(
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
        context.progress("alerting", done, total)

    return await steps.deliver_all(
        waiting,
        deliver=hand_over,
        now=context.now,
        rules=lambda pending: alerting.find_rule(context.watch, pending.alert.rule, pending.alert.channel),
        attempts=settings.delivery_attempts,
        done=one_done,
    )


def _warn(text: str) -> None:
    _logger.warning("%s", text)


def ack_link_of(context: RunContext) -> tuple[str, bytes]:
    """Return how messages say where they are acknowledged. Without the key they go without a link, and that is told."""
    try:
        return ack_way(context.settings, context.request.data_dir, os.environ)
    except UsageError as error:
        context.run.note(f"messages have no link that acknowledges them: {error}")
        return "", b""


ALERT = Step("alert", send_alerts, lambda context, store: outbox.has_due_work(store, context.watch, context.now))
