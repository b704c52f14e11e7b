"""The end of ``missionwatch serve``: how soon after the signal, with what status, and what is left."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.flows.serving.server import PrefectServer
from tests.flows.serving.test_ways import children
from tests.flows.serving.world import World, runs, until
from tests.flows.test_termination import processes, wait_until
from tests.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

LIMIT = 5  # seconds; two are enough on an idle machine
Send = Callable[[int, int], None]
to_process_and_group = pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["the process", "its whole group"])


@pytest.fixture
def serving(small: World) -> Iterator[subprocess.Popen[bytes]]:
    """A ``serve`` with a server of its own, in the middle of a round, while a poll waits for that to end."""
    port = str(free_port())
    process = small.serve("--every", "1440", "--poll-every", "5s", "--port", port, env=small.env())
    until(lambda: len(at_work(process)) > 1, "two runs under way")
    yield process
    for left in processes(str(small.folder / "home")):
        os.kill(left, signal.SIGKILL)


def at_work(process: subprocess.Popen[bytes]) -> list[int]:
    """The runs of ``process``."""
    return children(process.pid, "prefect.engine")


@to_process_and_group
def test_sigterm_ends_serve_its_runs_and_its_server_within_five_seconds_and_no_traceback(
    serving: subprocess.Popen[bytes], small: World, send: Send
) -> None:
    send(serving.pid, signal.SIGTERM)
    code = serving.wait(LIMIT)

    assert (code, "Traceback" in small.said()) == (0, False)
    assert wait_until(lambda: not processes(str(small.folder / "home")), 3), "processes are left"


def test_sigterm_ends_serve_within_five_seconds_where_its_server_hangs(
    serving: subprocess.Popen[bytes], small: World
) -> None:
    (server,) = children(serving.pid, "server")
    os.kill(server, signal.SIGSTOP)

    serving.terminate()
    code = serving.wait(LIMIT)

    assert (code, "Traceback" in small.said()) == (0, False)
    assert wait_until(lambda: not processes(str(small.folder / "home")), 3), "processes are left"


def test_a_run_that_is_cut_short_by_the_end_is_held_for_cancelled_and_not_for_running(
    small: World, server: PrefectServer
) -> None:
    process = small.serve("--every", "1440", "--poll-every", "0", env=small.env(PREFECT_API_URL=server.url))
    until(lambda: [run for run in runs(server) if run["state"]["type"] == "RUNNING"], "a round under way")

    process.terminate()
    process.wait(LIMIT)

    assert [run["state"]["type"] for run in runs(server)] == ["CANCELLED"]
    assert runs(server)[0]["state"]["message"].startswith("missionwatch serve was stopped")
