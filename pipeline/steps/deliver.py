"""Deliver: pending alerts -> hand them over, channel by channel -> Deliveries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from pipeline import alerts as alerting
from pipeline.model import AlertRule, Delivery, PendingAlert
from pipeline.model.errors import MissionwatchError
from pipeline.model.text import content_id, shorten
from pipeline.steps.ports import Deliver

MAX_REFUSED = 2  # alerts in a row; one that is refused alone is at fault itself, two say that the channel is


async def deliver_alert(
    pending: PendingAlert,
    *,
    deliver: Deliver,
    now: datetime,
    rule: AlertRule | None = None,
    attempts: int = alerting.ATTEMPTS,
) -> Delivery:
    """Hand one alert over; a failure is recorded and tried again later, until it becomes a dead letter.

    Args:
        pending: the alert.
        deliver: hands it to its channel.
        now: the watch's time.
        rule: no other try is planned within its quiet hours, unless the alert is urgent.
        attempts: after as many failures the alert is a dead letter.
    """
    alert, attempt, tries = pending.alert, pending.attempts + 1, pending.tries + 1
    outcome, reason, again = "delivered", "", None
    try:
        await deliver(alert)
    except MissionwatchError as error:
        outcome, reason = "failed", shorten(str(error), 500)
        if tries < attempts:
            again = alerting.retry_at(tries, now, alert.alert_id)
            if rule is not None and not alert.urgent:
                again = alerting.after_quiet(again, rule)
    return Delivery(
        delivery_id=content_id("delivery", alert.alert_id, attempt),
        alert_id=alert.alert_id,
        channel=alert.channel,
        attempt=attempt,
        attempted_at=now,
        outcome=outcome,
        reason=reason,
        retry_at=again,
    )


async def deliver_all(
    waiting: Sequence[PendingAlert],
    *,
    deliver: Deliver,
    now: datetime,
    rules: Callable[[PendingAlert], AlertRule | None] = lambda _: None,
    attempts: int = alerting.ATTEMPTS,
    done: Callable[[Delivery], None] = lambda _: None,
) -> list[Delivery]:
    """Hand alerts over: the channels at the same time, the alerts of one channel in order, one after the other.

    A channel that refuses two in a row is left alone for this round; what was not tried has no delivery.

    Args:
        waiting: in order.
        deliver: hands one to its channel.
        now: the watch's time.
        rules: the rule of an alert, for its quiet hours.
        attempts: see :func:`deliver_alert`.
        done: told each delivery as it is made.
    """

    async def channel(queue: Sequence[PendingAlert]) -> list[Delivery]:
        made: list[Delivery] = []
        refused = 0
        for pending in queue:
            delivery = await deliver_alert(pending, deliver=deliver, now=now, rule=rules(pending), attempts=attempts)
            made.append(delivery)
            done(delivery)
            refused = 0 if delivery.outcome == "delivered" else refused + 1
            if refused == MAX_REFUSED:
                break
        return made

    rounds = await asyncio.gather(*(channel(queue) for queue in alerting.by_channel(waiting).values()))
    return [delivery for made in rounds for delivery in made]
