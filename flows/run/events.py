"""Telling Prefect's server of what was found: after it is stored, without waiting, and never at a run's cost."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from uuid import UUID

from prefect.events import emit_event
from prefect.settings import get_current_settings

from flows.run.context import Resources
from pipeline.steps.events import Event, Teller

_log = logging.getLogger("missionwatch.events")


def teller(found: Resources, run_id: UUID, outer: UUID | None) -> Teller:
    """Whose events a step's are.

    Args:
        found: what the run works with.
        run_id: the run.
        outer: the id of the round that the step is a part of; None where it runs alone.
    """
    return Teller(found.watch, run_id, in_round=outer is not None)


def emit(found: Resources, events: Iterable[Event]) -> None:
    """Hand ``events`` to Prefect's background sender, in order; what goes wrong is logged and no more.

    Without a server that was named by PREFECT_API_URL (or a Prefect profile) nothing is told: the server that an
    embedded run starts for itself ends with it, so nobody could listen.
    """
    if not found.settings.events or not server_named():
        return
    for event in events:
        try:
            emit_event(
                event=event.name,
                resource=dict(event.resource),
                related=[dict(labels) for labels in event.related],
                payload=dict(event.payload),
                id=event.event_id,
            )
        except Exception as error:  # the row is stored; the schedule finds what the event would have woken
            _log.warning("The event %s was not told: %s", event.name, error)


def server_named() -> bool:
    """Whether runs are kept by a server that outlives them: PREFECT_API_URL, or a Prefect profile, names it."""
    return get_current_settings().api.url is not None
