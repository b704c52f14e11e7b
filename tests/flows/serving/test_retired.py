"""A watch that is served no longer, and a server that goes away: what becomes of the deployments, and what is said."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.schemas.responses import DeploymentResponse

from flows.run.request import WatchRequest
from flows.serving.deployments import deployments, served_by
from flows.serving.stale_deployments import LEFT, UNASKED, pause_stale, resume_returned, returned_among, stale_among
from flows.serving.watches import ServedWatch
from tests.flows.serving.server import PrefectServer
from tests.flows.serving.world import World, until
from tests.ports import free_port

NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)
DATA = Path("/data")


def one(name: str = "mali", **changed: Any) -> DeploymentResponse:
    """A deployment that this machine served, and nobody serves now."""
    values: dict[str, Any] = {
        "name": name,
        "flow_id": UUID(int=1),
        "tags": ["missionwatch", name, "round", served_by("here")],
        "parameters": {"request": {"folder": f"/watches/{name}", "data_dir": str(DATA)}},
        "last_polled": NOW - UNASKED - timedelta(seconds=1),
        "paused": False,
    }
    return DeploymentResponse(**{**values, **changed})


def names(found: Iterable[DeploymentResponse]) -> list[str]:
    return [deployment.name for deployment in found]


def test_what_was_served_here_and_is_no_longer_is_left_behind() -> None:
    found = [one(), one("haiti"), one("never-asked", last_polled=None)]

    assert names(stale_among(found, {"haiti"}, DATA, NOW, "here")) == ["mali", "never-asked"]


@pytest.mark.parametrize(
    "changed",
    [
        {"tags": ["missionwatch", "mali", "round", served_by("there")]},
        {"tags": ["missionwatch", "mali", "round"]},
        {"tags": ["theirs", served_by("here")]},
        {"work_pool_name": "missionwatch"},
        {"parameters": {"request": {"data_dir": "/other"}}},
        {"parameters": {}},
        {"parameters": {"request": "x"}},
        {"last_polled": NOW - timedelta(seconds=5)},
        {"paused": True},
    ],
    ids=["another machine", "no machine", "not ours", "deployed", "other data", "bare", "odd", "served now", "paused"],
)
def test_what_is_not_ours_or_is_served_by_another_process_is_left_alone(changed: dict[str, Any]) -> None:
    assert stale_among([one(**changed)], {"haiti"}, DATA, NOW, "here") == []


def test_what_was_paused_when_it_was_left_comes_back_and_what_a_person_paused_does_not() -> None:
    ours = one("haiti", paused=True, tags=["missionwatch", "haiti", served_by("here"), LEFT])
    theirs = one("haiti", paused=True)

    assert returned_among([ours, theirs], {"haiti"}, DATA, "here") == [ours]
    assert returned_among([ours], {"mali"}, DATA, "here") == []


# -- with a real server ---------------------------------------------------------------------------


def served(slug: str, data: Path) -> ServedWatch:
    return ServedWatch(slug, slug.title(), WatchRequest(folder=data / slug, data_dir=data))


async def register(*watches: ServedWatch) -> None:
    for watch in watches:
        for made in deployments(watch.slug, watch.request, every=15, poll_every=5):
            await made.aapply()


def seen(server: PrefectServer, slug: str) -> dict[str, tuple[bool, bool, int]]:
    """Of each deployment of a watch: whether it is paused, has a schedule, and how many triggers."""
    found = {}
    for made in server.call("POST", "/deployments/filter", {"deployments": {"name": {"any_": [slug]}}}):
        flow = server.call("GET", f"/flows/{made['flow_id']}")["name"]
        triggers = server.call("GET", f"/automations/related-to/prefect.deployment.{made['id']}")
        found[flow] = (made["paused"], any(one["active"] for one in made["schedules"]), len(triggers))
    return found


RUNS = {"monitor": (False, True, 0), "alert": (False, False, 1), "publish": (False, False, 3)}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_served_process_outlives_its_server_in_plain_words_and_pauses_what_it_serves_no_longer(
    small: World, server: PrefectServer
) -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    haiti, mali = served("haiti", small.data), served("mali", small.data)

    async def life() -> None:
        await register(mali)
        until(lambda: seen(server, "mali").items() >= RUNS.items(), "the triggers are made")
        assert await pause_stale([haiti], NOW) == ["mali (6 deployments)"]
        assert seen(server, "mali")["monitor"] == (True, True, 0)  # its schedule waits with it
        assert seen(server, "mali")["publish"] == (True, False, 0)
        assert await pause_stale([haiti], NOW) == []

        assert await resume_returned([mali]) == ["mali"]
        await register(mali)
        until(lambda: seen(server, "mali").items() >= RUNS.items(), "all is as it was")

    with temporary_settings({PREFECT_API_URL: server.url}):
        asyncio.run(life())

    port = free_port()
    options = ("--every", "1440", "--poll-every", "0", "--wait-for-schedule", "--ack-port", str(port))
    small.serve(*options, env=small.env(PREFECT_API_URL=server.url))
    # Nobody has asked for its runs: it is found to be left behind.
    until(lambda: "mali (6 deployments) is no longer served: paused in Prefect." in small.said(), "mali is paused")
    assert {paused for paused, _, _ in seen(server, "haiti").values()} == {False}
    assert f"Acknowledgements are taken at http://127.0.0.1:{port}. No message has a link yet" in small.said()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=20) as answer:
        assert answer.read() == b"ok\n"
    server.kill()
    until(lambda: "Prefect's server does not answer; it is tried again." in small.said(), "its absence is told")
    server.restart()
    until(lambda: "Prefect's server answers again, after" in small.said(), "its return is told")

    assert "Traceback" not in small.said()
    assert small.said().count("does not answer") == 1
