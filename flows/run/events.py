"""Send events to Prefect's server: after their rows are stored, without waiting, and without failing the run."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from prefect.events import emit_event

from flows.run.context import RunContext
from flows.run.server import server_named
from pipeline.steps.events import Event, EventSource

_log = logging.getLogger("missionwatch.events")


def event_source(context: RunContext) -> EventSource:
    """Return whose events those of a step are: the run's, which wakes nobody where it takes further steps itself."""
    return EventSource(context.watch, context.run.run_id, in_round=context.is_followed)


def emit(context: RunContext, events: Iterable[Event]) -> None:
    """Hand ``events`` to Prefect's background sender, in order; what goes wrong is logged and no more.

    Without a server that was named by PREFECT_API_URL (or a Prefect profile) nothing is told: the server that an
    embedded run starts for itself ends with it, so nobody could listen.
    """
    if not context.settings.events or not server_named():
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
