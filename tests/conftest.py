"""What holds for every test: UTC, an environment of its own, no network but loopback, no silent skips.

Sockets are held to loopback by pytest-socket's options in ``pyproject.toml``. It sees addresses
only, so the look-up of names is guarded here.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
# Names that the public DNS never answers (RFC 2606, RFC 6761): a test may ask for them.
NEVER_RESOLVE = (".invalid", ".test", ".example", ".example.com", ".example.net", ".example.org")

_KEPT = pytest.StashKey[Path]()
_getaddrinfo = socket.getaddrinfo
_gethostbyname = socket.gethostbyname
_gethostbyname_ex = socket.gethostbyname_ex


# -- the environment: set before anything imports prefect ---------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Give the tests an environment that the operator's own settings can't reach."""
    # What runs in the background has SIGINT ignored, and so has all that it starts: Prefect's worker, which a SIGTERM
    # ends by way of SIGINT, would have to be killed after a minute.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in list(os.environ):
        if name.startswith("PREFECT_") or (name.startswith("MISSIONWATCH_") and name != "MISSIONWATCH_SHARED"):
            del os.environ[name]
    os.environ["MISSIONWATCH_SITE"] = "false"  # the page takes a second a run; tests/site makes it
    os.environ["TZ"] = "UTC"
    time.tzset()
    # Where compiled tests are not kept, each process compiles all of them anew: as in the Makefile, they are kept.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    home = Path(tempfile.mkdtemp(prefix="missionwatch-tests-"))
    config.stash[_KEPT] = home
    os.environ["PREFECT_HOME"] = str(home)
    os.environ["PREFECT_LOGGING_TO_API_ENABLED"] = "false"
    os.environ["PREFECT_LOGGING_LEVEL"] = "ERROR"
    os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
    # Larger batches for the services behind Prefect's server: 0.27 of the CPU as measured, and no 503s.
    os.environ["PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE"] = "200"
    os.environ["PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE"] = "50"
    os.environ["PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL"] = "1"
    os.environ["PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE"] = "500"
    os.environ["PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE"] = "50"
    socket.getaddrinfo = _guarded_getaddrinfo
    socket.gethostbyname = _guarded_gethostbyname
    socket.gethostbyname_ex = _guarded_gethostbyname_ex


def pytest_unconfigure(config: pytest.Config) -> None:
    """Undo what ``pytest_configure`` did to the process, and remove the temporary home."""
    socket.getaddrinfo = _getaddrinfo
    socket.gethostbyname = _gethostbyname
    socket.gethostbyname_ex = _gethostbyname_ex
    home = config.stash.get(_KEPT, None)
    if home is not None:
        shutil.rmtree(home, ignore_errors=True)


# -- no look-up of names but loopback -------------------------------------------------------------


class LookupRefusedError(RuntimeError):
    """A test asked the network for a name. Not an OSError: no code under test may swallow it."""


def check_name(host: object) -> None:
    """Let pass what needs no network to resolve; refuse the rest.

    Raises:
        socket.gaierror: for a name that exists nowhere, as a resolver would answer.
        LookupRefusedError: for a name that would be asked of the network.
    """
    if host is None:
        return
    name = (host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)).rstrip(".").lower()
    if name in LOOPBACK_NAMES or name.endswith(".localhost") or not name or _is_literal(name):
        return
    if f".{name}".endswith(NEVER_RESOLVE):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    raise LookupRefusedError(f"A test looked up {name!r}. Use 127.0.0.1, a grant, or a name under .invalid.")


def _is_literal(name: str) -> bool:
    """Whether ``name`` is an address already, in any of the forms that the C library reads without asking."""
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        try:
            socket.inet_aton(name)
        except OSError:
            return False
    return True


def _guarded_getaddrinfo(host, *args, **kwargs):
    check_name(host)
    return _getaddrinfo(host, *args, **kwargs)


def _guarded_gethostbyname(host):
    check_name(host)
    return _gethostbyname(host)


def _guarded_gethostbyname_ex(host):
    check_name(host)
    return _gethostbyname_ex(host)


# -- inputs that are not in the repository --------------------------------------------------------


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared inputs (real feeds and pages, the bench): MISSIONWATCH_SHARED, or beside the checkout."""
    named = os.environ.get("MISSIONWATCH_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no shared inputs: set MISSIONWATCH_SHARED, or put the folder 'shared' beside the checkout")
    return folder


# -- what Prefect leaves lying about --------------------------------------------------------------

SOCKET_LEFT = r"ignore:Exception ignored in. <socket\.socket:pytest.PytestUnraisableExceptionWarning"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Blame no test for a socket that Prefect left to the garbage collector minutes ago, in another test.

    In a process that has not imported Prefect a socket left open is an error, as all warnings are.
    """
    if "prefect" in sys.modules:
        item.add_marker(pytest.mark.filterwarnings(SOCKET_LEFT))
    _Stores.are_copied = not item.nodeid.startswith("tests/storage/test_store_open.py")
    return (yield)


# -- stores -----------------------------------------------------------------------------------------


class _Stores:
    """Whether an empty store is a copy of the process's first: to make its tables takes ten times as long."""

    are_copied = False


@pytest.fixture(scope="session", autouse=True)
def _copied_stores(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """New stores are copies, but where making them is what is looked at; one thread serves each."""
    if "pipeline.storage.live" not in sys.modules:
        yield
        return
    store = sys.modules["pipeline.storage.live"]
    make = store._create
    made = tmp_path_factory.mktemp("empty")

    def create(folder: Path) -> None:
        held = [
            path.name for path in folder.iterdir() if ".duckdb" in path.name and path.suffix not in {".lock", ".wanted"}
        ]
        if held or not _Stores.are_copied:  # what a crash has left is for the code itself
            make(folder)
            return
        if not (made / store.LIVE).exists():
            make(made)
        shutil.copyfile(made / store.LIVE, folder / store.LIVE)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_create", create)
        # For a table of three rows DuckDB's second thread costs a third of the processor time and brings nothing.
        # Runs in processes of their own, the replays among them, have as many threads as the machine has cores.
        patch.setitem(sys.modules["pipeline.storage.connection"].CONFIG, "threads", 1)
        yield


# -- order, and what was not run ------------------------------------------------------------------


# Of the files whose tests are all slow those that take longest, the longest first, as `--durations=0` roughly has it.
# Where two processes share the suite, a long file that is begun last leaves the other with nothing to do.
LONGEST = (
    "tests/flows/test_replay.py",
    "tests/flows/serving/test_ways.py",
    "tests/torture/test_short.py",
    "tests/alerts/test_month.py",
    "tests/flows/serving/test_deployed.py",
    "tests/flows/serving/test_serve_ends.py",
    "tests/flows/test_slow_feeds.py",
    "tests/flows/test_several_watches.py",
    "tests/flows/test_recalls.py",
    "tests/watches/test_more_replays.py",
    "tests/wheel/test_wheel.py",
    "tests/flows/test_troubles.py",
    "tests/flows/test_llm.py",
    "tests/flows/test_onward.py",
    "tests/board/corrections/test_corrections_replay.py",
    "tests/test_newcomer.py",
    "tests/site/test_site_page.py",
    "tests/runtime/spread/test_cluster.py",
    "tests/clients/test_each_client.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, whatever order they were shuffled into: a mistake shows in seconds. Then the longest files."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("slow") is None:
        return -1
    name = item.nodeid.partition("::")[0]
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)


def skip_lines(reasons: list[str], *, slow_left_out: bool) -> list[str]:
    """What was not run, one line for the number and one for each reason.

    Args:
        reasons: the reason of each skipped test.
        slow_left_out: whether the slow tests were not asked for.
    """
    lines = [f"Skipped tests: {len(reasons)}"]
    lines += [f"  {count} x {reason}" for reason, count in sorted(Counter(reasons).items(), key=lambda at: -at[1])]
    if slow_left_out:
        lines.append("Slow tests: not run (make test runs them)")
    return lines


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    """Say what was skipped and why: a check that nobody sees missing is a defect."""
    reasons = []
    for report in terminalreporter.stats.get("skipped", []):
        text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons.append(text.removeprefix("Skipped: "))
    slow_left_out = config.option.markexpr.strip() == "not slow"
    for line in skip_lines(reasons, slow_left_out=slow_left_out):
        terminalreporter.write_line(line, yellow=bool(reasons))
