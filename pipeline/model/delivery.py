"""Alerts, their deliveries, and the runs that made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class AlertKind(StrEnum):
    """Why a message is due.

    ``DIGEST_PART`` is never sent by itself: what is due of one channel goes out together, as one ``DIGEST``.
    """

    ALERT = "alert"  # told at once
    CONFIRMED = "confirmed"  # too unsure to be told at once, until another origin said so too
    DIGEST_PART = "digest_part"
    DIGEST = "digest"
    CORROBORATED = "corroborated"  # escalates: a second, independent origin says so
    DISPUTED = "disputed"  # escalates: sources disagree
    SETTLED = "settled"  # a dispute is over, or a row that flapped has held
    FLAPPING = "flapping"  # it goes back and forth; what follows is reported when it has settled
    UNACKNOWLEDGED = "unacknowledged"
    EXPECTED = "expected"
    MUTE_ENDED = "mute_ended"  # what came while it was muted
    BRIEF = "brief"
    ALARM = "alarm"
    RECALL = "recall"


@dataclass(frozen=True, slots=True)
class Alert:
    """A message due about changes. ``alert_id`` is the idempotency key, the same over retries.

    Attributes:
        rule: the rule that asked for it; its quiet hours hold for each attempt.
        body: the message as plain text.
        planned_at: when it was planned, by the watch's clock.
        kind: why it is due.
        due_at: not to be sent before; None where it may go as soon as it is planned.
        urgent: True where it may go within quiet hours.
        message: the message as JSON, for channels that show more than plain text; may be empty.
        parts: of a digest: the alerts that it gathers.
    """

    alert_id: UUID
    watch: str
    rule: str
    channel: str
    change_ids: tuple[UUID, ...]
    subject: str
    body: str
    planned_at: datetime
    kind: AlertKind = AlertKind.ALERT
    due_at: datetime | None = None
    urgent: bool = False
    message: str = ""
    parts: tuple[UUID, ...] = ()

    @property
    def not_before(self) -> datetime:
        """When it may go."""
        return self.due_at or self.planned_at


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that goes with a message.

    Attributes:
        name: of its file, in plain ASCII without blanks.
        alt: what it shows, in words.
        png: its bytes.
    """

    name: str
    alt: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Silence:
    """A change or claim that makes no alert, with the reason; ``mute_id`` names the mute that silences it."""

    change_id: UUID
    reason: str
    mute_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to hand an alert over: ``outcome`` is ``delivered`` or ``failed``.

    A failed one without ``retry_at`` was the last: the alert is a dead letter until somebody puts it back.
    """

    delivery_id: UUID
    alert_id: UUID
    channel: str
    attempt: int
    attempted_at: datetime
    outcome: str
    reason: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingAlert:
    """An alert that is not delivered yet, and how often it was tried.

    Attributes:
        attempts: in all.
        forgiven: those until it was last put back among the waiting; 0 for one that never was a dead letter.
    """

    alert: Alert
    attempts: int = 0
    forgiven: int = 0

    @property
    def tries(self) -> int:
        """The attempts that count."""
        return self.attempts - self.forgiven


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel does: its failed rounds since it last took an alert. One that never failed has none.

    Attributes:
        failures: rounds in which it took nothing, in a row.
        since: the first of them.
        last_at: the last of them.
        reason: what it said last.
    """

    channel: str
    failures: int = 0
    since: datetime | None = None
    last_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChannelAlarm:
    """A channel that fails, told through the others; ``cleared_at`` is when it worked again."""

    alarm_id: UUID
    watch: str
    channel: str
    since: datetime
    raised_at: datetime
    reason: str
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnacknowledgedAlert:
    """An alert that was delivered and that nobody has acknowledged."""

    alert: Alert
    delivered_at: datetime


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of a flow; ``counts`` are its numbers by name."""

    run_id: UUID
    flow: str
    watch: str
    now: datetime  # the watch's own clock
    started_at: datetime  # the wall clock
    finished_at: datetime | None = None
    outcome: str = "running"  # running, ok, partial, blind (no feed could be read), failed
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
