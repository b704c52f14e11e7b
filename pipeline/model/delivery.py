"""Alerts and their deliveries, and the runs that did it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Alert:
    """A message due about changes. ``alert_id`` is the idempotency key, the same over retries."""

    alert_id: UUID
    watch: str
    rule: str
    channel: str
    change_ids: tuple[UUID, ...]
    subject: str
    body: str
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """A change or claim that makes no alert, with the reason."""

    change_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to hand an alert over: ``outcome`` is ``delivered`` or ``failed``."""

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
    """An alert that is not delivered yet, and how often it was tried."""

    alert: Alert
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of a flow; ``counts`` are its numbers by name."""

    run_id: UUID
    flow: str
    watch: str
    now: datetime  # the watch's own clock
    started_at: datetime  # the wall clock
    finished_at: datetime | None = None
    outcome: str = "running"  # running, ok, partial, failed
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
