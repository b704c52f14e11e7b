"""A command that is ended or killed: how soon, with what status, and what is left of its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from flows.serving.local_server import LocalServer
from pipeline.runtime.child_guard import ChildGuard
from tests import prefect_home
from tests.ports import free_port

pytestmark = pytest.mark.slow

HAITI = str(Path(__file__).parents[2] / "seeds" / "haiti")
MISSIONWATCH = str(Path(sys.executable).parent / "missionwatch")


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Whether ``holds`` does within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return held


def processes(*words: str) -> list[int]:
    """The processes that have all ``words`` in their command line or their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue  # it has ended, or is another user's
        if all(word.encode() in told for word in words):
            found.append(int(folder.name))
    return found


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A replay that is at work. All its processes have the folder of the test in their environment."""
    mark = str(prefect_home.ready(tmp_path / "prefect"))
    process = subprocess.Popen(
        [MISSIONWATCH, "replay", HAITI, "--data-dir", str(tmp_path / "data")],
        env={**os.environ, "PREFECT_HOME": mark},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Replaying ")
        assert " changes, " in process.stderr.readline(), "no day of the replay was told"
        yield process
    finally:
        for left in processes(mark):
            os.kill(left, signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["the process", "its whole group"])
def test_sigterm_ends_a_replay_within_five_seconds_with_143_and_no_traceback(
    replay: subprocess.Popen[str], tmp_path: Path, send: Callable[[int, int], None]
) -> None:
    send(replay.pid, signal.SIGTERM)
    _, told = replay.communicate(timeout=5)

    assert (replay.returncode, "Traceback" in told) == (143, False)
    assert wait_until(lambda: not processes(str(tmp_path / "prefect")), 5), "processes are left"


def test_the_server_of_a_replay_that_is_killed_ends_with_it(replay: subprocess.Popen[str], tmp_path: Path) -> None:
    replay.kill()

    assert wait_until(lambda: not processes(str(tmp_path / "prefect")), 10), "processes are left"


STARTS_A_SERVER = """
import sys, time
from pathlib import Path
from flows.serving.local_server import LocalServer
LocalServer(int(sys.argv[1]), Path(sys.argv[2])).start()
print("started", flush=True)
time.sleep(600)
"""


def test_the_server_of_serve_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", STARTS_A_SERVER, str(port), str(tmp_path / "server.log")],
        env={**os.environ, "PREFECT_HOME": str(prefect_home.ready(tmp_path / "prefect"))},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
    finally:
        process.kill()
        process.communicate()

    assert wait_until(lambda: not processes(str(tmp_path / "prefect")), 10), "processes are left"
    assert not LocalServer(port, tmp_path / "server.log").answers()


def test_what_is_no_longer_guarded_goes_on() -> None:
    with subprocess.Popen(["/bin/sleep", "600"]) as other:
        with closing(ChildGuard()) as guard:
            guard.add(other.pid)

        assert not wait_until(lambda: other.poll() is not None, 1)
        other.kill()
