"""Make an alert of a message: the one place that says what an alert takes from it. Pure."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pipeline.alerts.message import Message, as_text, to_json
from pipeline.model import Alert, AlertKind, Watch


def make_alert(
    message: Message,
    *,
    alert_id: UUID,
    watch: Watch,
    rule: str,
    channel: str,
    now: datetime,
    kind: AlertKind = AlertKind.ALERT,
    change_ids: tuple[UUID, ...] = (),
    due: datetime | None = None,
    urgent: bool = False,
    parts: tuple[UUID, ...] = (),
) -> Alert:
    """Make the alert that carries ``message`` to one channel.

    Args:
        message: what it says; its plain text is the alert's body.
        alert_id: the key, the same over retries.
        watch: the mission.
        rule: the name of the rule that wants it.
        channel: the channel's name.
        now: the time of planning.
        kind: why it is due.
        change_ids: the changes that it tells.
        due: when it may go; what is not later than ``now`` is no wait.
        urgent: whether it may go within quiet hours.
        parts: of a digest: the alerts that it is made of.
    """
    return Alert(
        alert_id=alert_id,
        watch=watch.slug,
        rule=rule,
        channel=channel,
        change_ids=change_ids,
        subject=message.subject,
        body=as_text(message),
        planned_at=now,
        kind=kind,
        due_at=due if due is not None and due > now else None,
        urgent=urgent,
        message=to_json(message),
        parts=parts,
    )
