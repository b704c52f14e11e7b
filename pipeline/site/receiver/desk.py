"""What the page asks of the store: an alert by its id, and that somebody has seen it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pipeline.alerts.message import Message, Section, from_json
from pipeline.model.errors import MissionwatchError, StorageError, UsageError
from pipeline.model.text import content_id
from pipeline.runtime import logs
from pipeline.storage import Row, open_published, open_store, publish

LOOK_WAIT = 2.0  # seconds that a look may wait for a run's step; without an answer the page does without it
ACK_WAIT = 10.0  # seconds that a reader waits for a page and thinks nothing of it; a step takes less than one
PUBLISH_WAIT = 30.0


@dataclass(frozen=True, slots=True)
class Place:
    """A watch whose alerts are acknowledged here: its name for people, its data folder, its short name of today.

    Links that were sent before a rename have the short name of then: ``slug`` is empty where it is the same.
    """

    title: str
    data_dir: Path
    slug: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert as the page shows it. ``acked_at`` is None while nobody has acknowledged it."""

    alert_id: UUID
    subject: str
    channel: str
    told_at: datetime | None = None
    sections: tuple[Section, ...] = ()
    acked_at: datetime | None = None
    acked_by: str = ""
    note: str = ""


@dataclass(slots=True)
class Desk:
    """The store of each watch, as the page needs it. Safe to use from several threads.

    Args:
        places: the watches by their short names.
        ack_wait: seconds to wait for a run's step, before an acknowledgement is given up for now.
    """

    places: Mapping[str, Place]
    ack_wait: float = ACK_WAIT
    _publishing: threading.Lock = field(default_factory=threading.Lock)

    def look(self, watch: str, alert_id: UUID) -> Seen | None:
        """The alert; None where there is none.

        The published file is asked first, which disturbs no run; what was told since it was made is in the store.

        Raises:
            StorageError: the store can't be read, or a run has it at this moment.
        """
        folder, watch = self.places[watch].data_dir, self.places[watch].slug or watch
        with suppress(StorageError, UsageError), open_published(folder) as published:
            return _seen(published.find_alert(watch, str(alert_id)))
        with suppress(UsageError), open_store(folder, wait=LOOK_WAIT) as store:
            return _seen(store.find_alert(watch, str(alert_id)))
        return None

    def acknowledge(self, watch: str, alert_id: UUID, *, by: str, note: str) -> tuple[Seen | None, bool]:
        """Record that ``by`` has seen the alert, unless somebody has before.

        Returns:
            The alert as it is now, None where there is none; and whether something was recorded.

        Raises:
            StorageError: the store can't be used, or a run had it for too long; nothing was recorded.
        """
        folder, watch = self.places[watch].data_dir, self.places[watch].slug or watch
        with open_store(folder, wait=self.ack_wait) as store:
            try:
                before = _seen(store.find_alert(watch, str(alert_id)))
            except UsageError:
                return None, False
            if before.acked_at is not None:
                return before, False
            # Whose link it was is known, and better than nothing where somebody gives no name.
            store.acknowledge(watch, alert_id, by=by or f"a reader of {before.channel}", note=note)
            after = _seen(store.find_alert(watch, str(alert_id)))
        logs.event("alert.acknowledged", watch=watch, alert=alert_id, by=after.acked_by, channel=after.channel)
        return after, True

    def publish(self, watch: str) -> None:
        """Show SQL clients what was recorded; where that fails, the next round does it."""
        folder, watch = self.places[watch].data_dir, self.places[watch].slug or watch
        with self._publishing:
            try:
                with open_store(folder, wait=PUBLISH_WAIT) as store:
                    now = store.last_run_now(watch)
                if now is not None:
                    publish(folder, content_id("ack", watch, now.isoformat()), now, wait=PUBLISH_WAIT)
            except MissionwatchError as error:
                logs.event("publish.left_out", level=logging.WARNING, watch=watch, reason=str(error))


def _seen(row: Row) -> Seen:
    return Seen(
        alert_id=row["alert_id"],
        subject=row["subject"],
        channel=row["channel"],
        told_at=row["delivered_at"],
        sections=_sections(row["message"] or ""),
        acked_at=row["acked_at"],
        acked_by=row["acked_by"] or "",
        note=row["ack_note"] or "",
    )


def _sections(message: str) -> tuple[Section, ...]:
    try:
        return (from_json(message) if message else Message("")).sections
    except (ValueError, TypeError):  # written by another version: its subject says enough
        return ()
