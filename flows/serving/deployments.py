"""Which flows of a watch Prefect schedules and which an event starts; the same whether served or deployed.

A round (``monitor``) does everything there is to do and is what the watch rests on. Between two rounds a short
``poll`` looks at the feeds that are due and goes on with what it finds, up to the alert (:mod:`flows.run.steps`).
Where polls are switched off, a step that is started by hand or from outside wakes the next one: ``collect``,
``assess``, ``alert``, each by an event of the step before. Whatever an event missed is swept up by the next round.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.events import DeploymentEventTrigger
from prefect.events.schemas.automations import Posture
from prefect.schedules import Interval
from prefect.types.entrypoint import EntrypointType

from flows.alert import alert
from flows.assess import assess
from flows.collect import collect
from flows.monitor import monitor
from flows.poll import poll
from flows.publish import publish
from flows.run.request import WatchRequest
from pipeline.steps import events

OURS = "missionwatch"  # the tag of all that is ours
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
# Seconds for which a second event of the same kind wakes nobody: what one transaction tells of (a digest's alerts, say)
# comes within milliseconds. Longer would lose the wake-up of a later run; the round would find it, but later.
WITHIN = 5


@dataclass(frozen=True, slots=True)
class PlannedDeployment:
    """One deployment of a watch.

    Attributes:
        flow: what runs.
        purpose: the tag that says what it is for: ``round``, ``poll`` or ``step``.
        every: seconds between two runs; 0 where only events wake it.
        offset: seconds after :data:`EPOCH` at which its schedule is anchored.
        wakes: events that wake it, one trigger each.
        about: one sentence for the page of the deployment.
        goes_on: whether it takes the steps that follow too.
    """

    flow: Flow[..., Any]
    purpose: str
    about: str
    every: int = 0
    offset: int = 0
    wakes: tuple[str, ...] = ()
    goes_on: bool = False

    @property
    def collision(self) -> ConcurrencyLimitStrategy:
        """What becomes of a run that meets another of the same deployment.

        A scheduled one is cancelled: the one that runs, or the next one, does its work, and after an hour in which no
        server or worker was up the late ones would otherwise run one after another for nothing. A woken one waits:
        what woke it may be news to the one that is just ending.
        """
        return ConcurrencyLimitStrategy.CANCEL_NEW if self.every else ConcurrencyLimitStrategy.ENQUEUE


def planned(slug: str, *, every: int, poll_every: float) -> tuple[PlannedDeployment, ...]:
    """The deployments of a watch.

    Args:
        slug: its name; where in the interval its runs fall is derived from it, since Prefect's schedules have no
            jitter: twenty watches don't start in the same second, and a watch keeps its place over restarts.
        every: minutes between two rounds.
        poll_every: minutes between two polls in between, or a part of one; 0 for none.
    """
    seconds, poll_seconds = every * 60, round(poll_every * 60)
    goes_on = poll_seconds > 0
    place = int.from_bytes(hashlib.sha256(slug.encode()).digest()[:4])
    offset = place % seconds
    out = [
        PlannedDeployment(
            monitor, "round", "One round: from the feeds to alerts and the published file.", seconds, offset
        )
    ]
    if goes_on:
        # Half an interval away from the round, which polls too.
        between = (offset + poll_seconds // 2) % poll_seconds
        about = "Polls the feeds that are due and goes on with what it finds, up to the alert."
        out.append(PlannedDeployment(poll, "poll", about, poll_seconds, between, goes_on=True))
    else:
        out.append(PlannedDeployment(poll, "poll", "Polls the feeds that are due; what it finds wakes the next step."))
    out += [
        PlannedDeployment(
            collect, "step", "Fetches the pages of new entries.", wakes=(events.ENTRY_NEW,), goes_on=goes_on
        ),
        PlannedDeployment(
            assess, "step", "Reads new articles and moves the board.", wakes=(events.ARTICLE_STORED,), goes_on=goes_on
        ),
        PlannedDeployment(alert, "step", "Delivers the alerts that are due.", wakes=(events.ALERT_PLANNED,)),
        PlannedDeployment(
            publish,
            "step",
            "Writes the file for SQL clients anew.",
            wakes=(events.STATUS_CHANGED, events.STATUS_DISPUTED, events.ALERT_DELIVERED),
        ),
    ]
    return tuple(out)


def tags(slug: str, purpose: str) -> list[str]:
    """The tags of a deployment and its runs."""
    return [OURS, slug, purpose]


def served_by(host: str | None = None) -> str:
    """The tag of what ``missionwatch serve`` serves on this machine, or on ``host``."""
    return f"served by {host or socket.gethostname()}"


def matches(slug: str) -> dict[str, str | list[str]]:
    """The resource that wakes a step: the watch, told by a step that ran alone. A round takes the next step itself."""
    return {"prefect.resource.id": events.resource_id(slug), events.BY: events.STEP}


def trigger_name(event: str, plan: PlannedDeployment, slug: str) -> str:
    """What the automation behind a trigger is called."""
    return f"missionwatch: {event.removeprefix('missionwatch.')} wakes {plan.flow.name} of {slug}"


def deployments(slug: str, request: WatchRequest, *, every: int, poll_every: float) -> Sequence[RunnerDeployment]:
    """The deployments of a watch, to be served by a runner on this machine.

    Args:
        slug: the watch's name.
        request: what its runs are asked to do; its folders are absolute.
        every, poll_every: as in :func:`planned`.
    """
    return [_deployment(plan, slug, request) for plan in planned(slug, every=every, poll_every=poll_every)]


def parameters_of(plan: PlannedDeployment, request: WatchRequest) -> dict[str, Any]:
    """Return what Prefect is to ask of the runs of ``plan``: ``request``, how often, and whether to go on."""
    asked = request.model_copy(update={"go_on": plan.goes_on, "interval": float(plan.every) or None})
    return asked.model_dump(mode="json", exclude_defaults=True)


def _deployment(plan: PlannedDeployment, slug: str, request: WatchRequest) -> RunnerDeployment:
    made = RunnerDeployment.from_flow(
        plan.flow,
        name=slug,
        description=plan.about,
        tags=[*tags(slug, plan.purpose), served_by()],
        parameters={"request": parameters_of(plan, request)},
        schedule=Interval(
            timedelta(seconds=plan.every), anchor_date=EPOCH + timedelta(seconds=plan.offset), timezone="UTC"
        )
        if plan.every
        else None,
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=plan.collision),
        triggers=[
            DeploymentEventTrigger(
                name=trigger_name(name, plan, slug),
                expect={name},
                match=matches(slug),
                posture=Posture.Reactive,
                threshold=1,
                within=timedelta(seconds=WITHIN),
            )
            for name in plan.wakes
        ],
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    # Set, though to nothing: else a deployment of the same name that had a schedule or a work pool would keep it.
    made.schedules = list(made.schedules or ())
    made.work_pool_name = None
    made.work_queue_name = None
    return made
