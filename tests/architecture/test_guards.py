"""The guards that ``tests/conftest.py`` puts round every test."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"


@pytest.mark.parametrize(
    "ask", [lambda: socket.getaddrinfo("news.un.org", 443), lambda: socket.gethostbyname("un.org")]
)
def test_a_name_that_would_be_asked_of_the_network_is_refused(ask):
    with pytest.raises(RuntimeError, match=r"A test looked up '(news\.)?un\.org'"):
        ask()


async def test_an_event_loop_can_not_look_up_a_name_either():
    with pytest.raises(RuntimeError, match=r"A test looked up 'un\.org'"):
        await asyncio.get_running_loop().getaddrinfo("un.org", 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "2130706433", b"127.0.0.1"])
def test_loopback_in_each_of_its_forms_resolves(host):
    addresses = {found[4][0] for found in socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)}

    assert addresses <= {"127.0.0.1", "::1"}
    assert addresses


def test_a_reserved_name_is_unknown_as_a_resolver_would_say():
    with pytest.raises(socket.gaierror) as refused:
        socket.getaddrinfo("feeds.invalid", 443)

    assert refused.value.errno == socket.EAI_NONAME


def test_a_public_address_can_not_be_connected_to():
    # pytest-socket warns before it raises, and warnings are errors here: either ends the test.
    with (
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client,
        pytest.raises((UserWarning, SocketConnectBlockedError), match=r"198\.51\.100\.1"),
    ):
        client.connect(("198.51.100.1", 80))


def test_the_time_zone_is_utc():
    assert (time.tzname[0], time.timezone) == ("UTC", 0)


def test_prefect_keeps_to_a_home_of_the_tests_own():
    assert Path(os.environ["PREFECT_HOME"]).name.startswith("missionwatch-tests-")
    assert "PREFECT_API_URL" not in os.environ


def run_suite(folder: Path, source: str, *options: str, before: tuple[str, ...] = (), **environ: str) -> str:
    """What pytest prints for a one-file suite under this project's conftest."""
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    (folder / "test_it.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow: slow\n")
    done = subprocess.run(
        [*before, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:randomly", "-q", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, **environ},
        timeout=60,
    )
    return done.stdout + done.stderr


@pytest.mark.slow
def test_what_a_test_starts_ends_by_sigint_also_where_the_tests_run_in_the_background(tmp_path):
    source = (
        "import signal, subprocess\n"
        "def test_it():\n"
        "    process = subprocess.Popen(['sleep', '30'])\n"
        "    process.send_signal(signal.SIGINT)\n"
        "    assert process.wait(10) == -signal.SIGINT\n"
    )

    assert "1 passed" in run_suite(tmp_path, source, before=("env", "--ignore-signal=INT"))


@pytest.mark.slow
def test_each_skip_is_counted_and_told_with_its_reason(tmp_path):
    told = run_suite(
        tmp_path,
        "import pytest\n@pytest.mark.parametrize('n', [1, 2])\ndef test_a(n): pytest.skip('no moon')\n"
        "def test_b(): pass\n",
    )

    assert "Skipped tests: 2\n  2 x no moon" in told
    assert "1 passed, 2 skipped" in told


@pytest.mark.slow
def test_a_run_without_slow_tests_says_so(tmp_path):
    told = run_suite(tmp_path, "def test_b(): pass\n", "-m", "not slow")

    assert "Slow tests: not run (make test runs them)" in told


@pytest.mark.slow
def test_quick_tests_run_before_slow_ones(tmp_path):
    told = run_suite(
        tmp_path,
        "import pytest\n@pytest.mark.slow\ndef test_long(): pass\ndef test_short(): pass\n",
        "-vv",
    )

    assert told.index("test_short") < told.index("test_long")


@pytest.mark.slow
def test_of_slow_tests_those_of_the_longest_files_run_first(tmp_path):
    (tmp_path / "tests" / "alerts").mkdir(parents=True)
    long = "import pytest\n@pytest.mark.slow\ndef test_month(): pass\n"
    (tmp_path / "tests" / "alerts" / "test_month.py").write_text(long)

    told = run_suite(tmp_path, "import pytest\n@pytest.mark.slow\ndef test_other(): pass\n", "-vv")

    assert told.index("test_month") < told.index("test_other")


def test_the_longest_files_are_there():
    (named,) = re.findall(r"(?s)^LONGEST = \((.*?)^\)", CONFTEST.read_text(), re.MULTILINE)
    files = re.findall(r'"(.*?)"', named)

    assert len(files) > 10
    assert [file for file in files if not (CONFTEST.parents[1] / file).is_file()] == []


@pytest.mark.slow
def test_the_shared_fixture_skips_with_a_reason_where_there_is_no_folder(tmp_path):
    told = run_suite(tmp_path, "def test_it(shared): pass\n", MISSIONWATCH_SHARED=str(tmp_path / "none"))

    assert "1 x no shared inputs: set MISSIONWATCH_SHARED" in told


@pytest.mark.slow
def test_the_shared_fixture_is_the_folder_that_the_environment_names(tmp_path):
    folder = tmp_path / "inputs"
    folder.mkdir()

    told = run_suite(
        tmp_path, "def test_it(shared): print(f'<{shared.name}>')\n", "-s", MISSIONWATCH_SHARED=str(folder)
    )

    assert "<inputs>" in told


@pytest.mark.slow
def test_the_operators_own_prefect_settings_do_not_reach_a_test(tmp_path):
    told = run_suite(
        tmp_path,
        "import os\ndef test_it(): assert 'PREFECT_API_URL' not in os.environ\n",
        PREFECT_API_URL="http://127.0.0.1:9/api",
    )

    assert "1 passed" in told


@pytest.mark.slow
def test_no_guard_imports_prefect(tmp_path):
    told = run_suite(tmp_path, "import sys\ndef test_it(): assert 'prefect' not in sys.modules\n")

    assert "1 passed" in told
