"""Deliver: a pending alert -> hand it over -> a Delivery."""

from __future__ import annotations

from datetime import datetime

from pipeline import alerts as alerting
from pipeline.errors import MissionwatchError
from pipeline.model import (
    Delivery,
    PendingAlert,
)
from pipeline.steps.ports import Deliver
from pipeline.text import content_id, shorten


async def deliver_alert(pending: PendingAlert, *, deliver: Deliver, now: datetime) -> Delivery:
    """Hand one alert over; a failure is recorded and tried again later."""
    attempt = pending.attempts + 1
    outcome, reason, again = "delivered", "", None
    try:
        await deliver(pending.alert)
    except MissionwatchError as error:
        outcome, reason, again = "failed", shorten(str(error), 500), alerting.retry_at(attempt, now)
    return Delivery(
        delivery_id=content_id("delivery", pending.alert.alert_id, attempt),
        alert_id=pending.alert.alert_id,
        channel=pending.alert.channel,
        attempt=attempt,
        attempted_at=now,
        outcome=outcome,
        reason=reason,
        retry_at=again,
    )
