"""Deployed to a process work pool, word for word as the page tells it: from a clean checkout, with a real worker."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.flows.serving.server import ROOT, PrefectServer
from tests.flows.serving.world import COMMAND, KEY, World, assert_mailed, runs, until, wake
from tests.runtime.spread.machines import postgres

SLOW = [pytest.mark.slow, pytest.mark.timeout(900)]
PAGE = ROOT / "docs" / "serving.md"
HEADING = "Deployed: a server, a work pool, workers"
BIN = Path(sys.executable).parent
FLOWS = {"monitor", "poll", "collect", "assess", "alert", "publish"}


def commands(heading: str) -> list[str]:
    """The commands of the first fence under ``heading`` of the page, a line each, without their comments."""
    section = PAGE.read_text("utf-8").split(f"\n## {heading}\n", 1)[1]
    found = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert found, f"no commands under {heading}"
    lines = (line.partition("  #")[0].strip() for line in found[1].splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def clean_checkout(folder: Path) -> Path:
    """A copy of what git would give, with the environment of this one."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout.decode()
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file() and name.split("/")[0] in ("deploy", "flows", "pipeline", "seeds", "pyproject.toml"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(BIN.parent)
    return folder


def test_the_deploy_file_is_what_the_command_prints_for_the_first_watch() -> None:
    done = subprocess.run(
        [COMMAND, "deployments", "seeds/haiti"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )

    assert (ROOT / "deploy" / "prefect.yaml").read_text("utf-8") == done.stdout


test_the_deploy_file_is_what_the_command_prints_for_the_first_watch.pytestmark = [pytest.mark.slow]


@pytest.fixture
def on_postgresql(tmp_path: Path, ending: Callable[[], None]) -> Iterator[PrefectServer]:
    """A server with PostgreSQL behind it, as docs/deploy.md has it; skipped where that is not installed."""
    with postgres() as database, PrefectServer(database).start(tmp_path / "server") as server:
        yield server
        ending()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return clean_checkout(tmp_path / "checkout")


class TestTheCommandsOfThePage:
    pytestmark = SLOW

    def test_they_make_each_deployment_and_trigger_once_however_often_they_are_called(
        self, checkout: Path, server: PrefectServer
    ) -> None:
        told = commands(HEADING)
        deploy = ".venv/bin/prefect deploy --all --prefect-file deploy/prefect.yaml --no-prompt"
        assert deploy in told
        server_start, worker_start = told[0], told[-1]
        assert "prefect server start" in server_start
        assert "prefect worker start" in worker_start

        # The server's and the worker's commands don't end by themselves: they are run by other tests.
        for command in (*told[1:-1], deploy):
            done = subprocess.run(
                command, shell=True, cwd=checkout, env=server.env(), capture_output=True, text=True, timeout=300
            )
            assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"

        made = server.call("POST", "/deployments/filter", {})
        assert {d["entrypoint"].split(":")[-1] for d in made} == FLOWS
        assert len(made) == len(FLOWS)
        assert {d["work_pool_name"] for d in made} == {"missionwatch"}
        assert {d["concurrency_options"]["collision_strategy"] for d in made if d["schedules"]} == {"CANCEL_NEW"}
        automations = server.call("POST", "/automations/filter", {})
        names = [a["name"] for a in automations]
        assert len(names) == len(set(names)) == 6
        # The form: a request with the watch's folder, checked before a run starts.
        (monitor,) = [d for d in made if d["entrypoint"].endswith(":monitor")]
        form = monitor["parameter_openapi_schema"]["definitions"]["WatchRequest"]["properties"]
        assert form["folder"]["description"] == "The watch's folder, e.g. seeds/haiti"
        assert monitor["parameters"]["request"]["folder"] == "seeds/haiti"

    def test_a_worker_runs_each_step_as_the_one_before_wakes_it_with_a_server_on_postgresql(
        self, checkout: Path, small: World, on_postgresql: PrefectServer
    ) -> None:
        server = on_postgresql
        deploy_and_work(checkout, small, server)

        wake(server, "poll")
        until(lambda: has_told_the_ceiling(small), lambda: f"alerts from the worker:\n{small.said()[-3000:]}")

        assert_mailed(small)
        assert {run["flow"] for run in runs(server)} >= {"poll", "collect", "assess", "alert"}
        assert list(server.log.parent.glob("*.db")) == []  # what the server knows is in PostgreSQL

    def test_a_server_that_dies_during_a_workers_poll_costs_no_alert_since_the_round_sweeps_up(
        self, checkout: Path, small: World, server: PrefectServer
    ) -> None:
        deploy_and_work(checkout, small, server)

        wake(server, "poll")
        until(lambda: runs(server, flow="poll"), lambda: f"the poll under way:\n{small.said()[-3000:]}")
        server.kill()
        server.restart()
        wake(server, "monitor")
        until(lambda: has_told_the_ceiling(small), lambda: f"the alert from the worker:\n{small.said()[-3000:]}")

        assert_mailed(small)
        ids = [alert["alert_id"] for alert in small.filed()] + [mail[KEY] for mail in small.mails]
        assert len(ids) == len(set(ids))


def has_told_the_ceiling(small: World) -> bool:
    """Whether file, webhook and mailbox have all been told of the ceiling."""
    return all(any("Ceiling: 5,500 people" in subject for subject in came) for came in small.arrived().values())


def deploy_and_work(checkout: Path, small: World, server: PrefectServer) -> None:
    """Deploy the small watch as the page tells it, and start the page's worker. Nothing is on a schedule."""
    env = small.env(PREFECT_API_URL=server.url)
    printing = [COMMAND, "deployments", str(small.watch), "--every", "1440", "--poll-every", "0"]
    with (checkout / "deploy" / "prefect.yaml").open("wb") as file:
        port = str(small.archive.port)
        subprocess.run([*printing, "--archive-port", port], env=env, check=True, timeout=120, stdout=file)
    *told, worker = commands(HEADING)[1:]
    for command in told:
        subprocess.run(command, shell=True, cwd=checkout, env=env, check=True, timeout=300, capture_output=True)
    small.start("sh", "-c", f"cd {checkout} && exec env {worker}", env=env)
