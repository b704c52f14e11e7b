"""Write the file for ``prefect deploy``: the deployments of a watch, for a work pool and its workers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from flows.serving.deployments import (
    EPOCH,
    WITHIN,
    PlannedDeployment,
    matches,
    parameters_of,
    planned,
    tags,
    trigger_name,
)
from flows.serving.watches import ServedWatch

POOL = "missionwatch"
_HEAD = """\
# The deployments of Missionwatch for a Prefect server with a process work pool: docs/serving.md has the commands.
# Made by `missionwatch deployments {folders}`; make it again rather than change it by hand.
#
# For each watch: `monitor` on its schedule does whatever there is to do, and is what the watch rests on. `poll` looks
# at the feeds in between and goes on with what it finds, up to the alert. `collect`, `assess` and `alert` are for
# events from outside and for runs that are started by hand.
# One run of a deployment at a time. A scheduled run that meets another is cancelled (CANCEL_NEW): after an hour
# without a worker, the late ones would run one after another for nothing. A woken one waits for its turn (ENQUEUE).
# No secret stands here: runs take them from the worker's environment or from Prefect's Secret blocks.
name: missionwatch

# Where `prefect deploy` is called is where the runs work: watches and data are found from there. On workers whose
# checkout lies elsewhere, name its place in a `pull` step (prefect.deployments.steps.set_working_directory).

deployments:
"""


def prefect_yaml(watches: Sequence[ServedWatch], *, every: int, poll_every: float, pool: str = POOL) -> str:
    """The text of a ``prefect.yaml`` with the deployments of ``watches``.

    Args:
        watches: their folders stand in it as they are given.
        every, poll_every: minutes between rounds, and between polls; see :func:`flows.serving.deployments.planned`.
        pool: the work pool whose workers run them.
    """
    folders = " ".join(str(watch.request.folder) for watch in watches)
    blocks = [
        _block(plan, watch, pool)
        for watch in watches
        for plan in planned(watch.slug, every=every, poll_every=poll_every)
    ]
    return _HEAD.format(folders=folders) + "\n".join(blocks)


def _block(plan: PlannedDeployment, watch: ServedWatch, pool: str) -> str:
    flow, slug = plan.flow.name, watch.slug
    lines = [
        f"  - name: {_text(slug)}",
        f"    description: {_text(plan.about)}",
        f"    entrypoint: flows/{flow}.py:{flow}",
        f"    tags: {_text(tags(slug, plan.purpose))}",
        "    parameters:",
        "      request:",
    ]
    asked = parameters_of(plan, watch.request)
    asked.setdefault("data_dir", str(watch.request.data_dir))
    lines += [f"        {name}: {_text(value)}" for name, value in asked.items()]
    lines += [
        "    work_pool:",
        f"      name: {_text(pool)}",
        "    concurrency_limit:",
        "      limit: 1",
        f"      collision_strategy: {plan.collision.value}",
    ]
    if plan.every:
        anchor = EPOCH + timedelta(seconds=plan.offset)
        lines += [
            "    schedules:",
            f"      - interval: {plan.every}",
            f"        anchor_date: {_text(anchor.isoformat())}  # its place in the interval: from the watch's name",
            '        timezone: "UTC"',
        ]
    else:
        lines.append("    schedules: []")
    if plan.wakes:
        lines.append("    triggers:")
    for name in plan.wakes:
        lines += [
            "      - type: event",
            f"        name: {_text(trigger_name(name, plan, slug))}",
            f"        expect: [{_text(name)}]",
            f"        match: {_text(matches(slug))}",
            "        posture: Reactive",
            "        threshold: 1",
            f"        within: {WITHIN}  # seconds in which a second event wakes nobody",
        ]
    return "\n".join(lines) + "\n"


def _text(value: object) -> str:
    """``value`` as YAML takes it: JSON is YAML, and quotes what must be."""
    return json.dumps(value, ensure_ascii=False)
