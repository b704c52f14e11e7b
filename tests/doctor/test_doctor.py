"""The doctor: each state that a check must find, in a world made for it; then the command in the real one."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.doctor import CHECKS, Check, RealWorld, State, examine
from pipeline.doctor.network import sample
from pipeline.doctor.real import _kind
from pipeline.doctor.words import ok
from pipeline.doctor.world import ClusterSight, Disk, FeedSight, Package
from pipeline.health.heartbeat import LockState, Pulse
from pipeline.model import AlertRule, Feed, RunRecord, Standing, Watch, WatchState
from pipeline.model.errors import StorageError, UsageError, WatchFileError
from pipeline.model.text import content_id
from pipeline.runtime.settings import Settings, load_settings
from pipeline.runtime.spread.look import look_at_cluster
from pipeline.storage import StoreCondition, open_store, publish
from tests.runtime.spread.dask_cluster import DaskCluster
from tests.storage.builders import RUN, make_feed, make_watch

NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)
PAUSED = WatchState(Standing.PAUSED, NOW, "ana")
GB = 10**9
HAITI = str(Path(__file__).parents[2] / "seeds" / "haiti")


def a_run(ended: float | None = None, *, started: float = 0, outcome: str = "ok", reason: str = "") -> RunRecord:
    """A round that ended so many minutes before NOW; or that started so long before, and has not ended."""
    began = NOW - timedelta(minutes=(ended or 0) + 1 if ended is not None else started)
    finished = None if ended is None else NOW - timedelta(minutes=ended)
    key = content_id("run", began.isoformat())
    return RunRecord(key, "monitor", "haiti", began, began, finished, outcome if finished else "running", reason)


WAITS = replace(
    a_run(5, outcome="partial", reason="2 articles wait for the language model, which is away."),
    counts={"articles_waiting": 2},
)


@dataclass
class FakeWorld:
    """A world in which all is well; a test changes what it is about. A value that is an error is raised."""

    folder: Path = Path("seeds/haiti")
    data_dir: Path = Path("data")
    _python: Package = Package("Python", "3.12.1", ">=3.11", True)  # noqa: RUF009 -- it is frozen
    _packages: Sequence[Package] = (
        Package("duckdb", "1.5.6", ">=1.5", True),
        Package("prefect", "3.9.1", ">=3.9", True),
    )
    _settings: object = field(default_factory=dict)
    _set: Mapping[str, str] = field(default_factory=dict)  # MISSIONWATCH_ variables, without that
    _watch: object = field(default_factory=lambda: make_watch(make_feed("times"), make_feed("post"), make_feed("wire")))
    _no_zone: tuple[str, ...] = ()
    _reader: object = "rules+encoder-1"
    _disk: Disk = Disk(True, "", 50 * GB, 100 * GB, 10**6, "ext4")  # noqa: RUF009 -- it is frozen
    _store: StoreCondition = StoreCondition(live=GB, published=GB, published_at=NOW - timedelta(minutes=5))  # noqa: RUF009 -- it is frozen
    _pulse: object = field(default_factory=lambda: Pulse(a_run(5), a_run(5)))
    _feed_states: object = field(default_factory=lambda: {"ok": 3})
    _runner: LockState = LockState()  # noqa: RUF009 -- it is frozen
    _writer: LockState = LockState()  # noqa: RUF009 -- it is frozen
    _unknown: tuple[str, ...] = ()
    _authorities: tuple[int, str] = (140, "/etc/ssl/certs")
    _environ: Mapping[str, str] = field(default_factory=dict)
    _feeds: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    _channels: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    _answer: object = (200, 0.01)
    _cluster: ClusterSight = ClusterSight(2, 8)  # noqa: RUF009 -- it is frozen
    _ack_key: object = None

    def now(self) -> datetime:
        return NOW

    def python(self) -> Package:
        return self._python

    def packages(self) -> Sequence[Package]:
        return self._packages

    def settings(self) -> tuple[Settings, Mapping[str, str]]:
        variables = {f"MISSIONWATCH_{name.upper()}": value for name, value in self._set.items()}
        return load_settings(variables, Path("none")), given(self._settings)

    def watch(self) -> Watch:
        return given(self._watch)

    def zones(self, names: Sequence[str]) -> Sequence[str]:
        return [name for name in names if name in self._no_zone]

    def reader(self) -> str:
        return given(self._reader)

    def disk(self) -> Disk:
        return self._disk

    def store(self) -> StoreCondition:
        return self._store

    def pulse(self) -> Pulse:
        return given(self._pulse)

    def feed_states(self) -> Mapping[str, int]:
        return given(self._feed_states)

    def writer(self) -> LockState:
        return self._writer

    def runner(self) -> LockState:
        return self._runner

    def addresses(self, host: str) -> Sequence[str]:
        if host in self._unknown:
            raise OSError(-2, "Name or service not known")
        return ["192.0.2.1"]

    def authorities(self) -> tuple[int, str]:
        return self._authorities

    def environ(self) -> Mapping[str, str]:
        return self._environ

    def feeds(self, feeds: Sequence[Feed]) -> Sequence[FeedSight]:
        well = {"seconds": 0.4, "entries": 20, "clock": NOW}
        return [FeedSight(feed, **{**well, **self._feeds.get(feed.family, {})}) for feed in feeds]

    def channel(self, channel: str) -> tuple[str, str] | None:
        return self._channels.get(channel)

    def cluster(self, address: str) -> ClusterSight:
        return self._cluster

    def ack_key(self) -> None:
        given(self._ack_key)

    def get(self, url: str) -> tuple[int, float]:
        return given(self._answer)


def given(value):
    if isinstance(value, Exception):
        raise value
    return value


def found(key: str, **changed: object):
    """What the check ``key`` finds in a world in which only ``changed`` differs."""
    world = FakeWorld(**{f"_{name}": value for name, value in changed.items()})
    (result,) = examine(world, [check for check in CHECKS if check.key == key]).results
    return result.finding


def all_of(**changed: object) -> dict[str, State]:
    world = FakeWorld(**{f"_{name}": value for name, value in changed.items()})
    return {result.check.key: result.finding.state for result in examine(world).results}


def test_in_a_world_that_is_well_no_check_finds_fault():
    # No server, no cluster and no address for acknowledgements is named.
    assert {key for key, state in all_of().items() if state is not State.OK} == {"prefect", "cluster", "acknowledging"}


NO_ALERTS = replace(make_watch(), rules=())
ESCALATES = replace(
    make_watch(),
    rules=(AlertRule("a", channels=("file",), escalate_to=("file", "env:DUTY"), escalate_after=timedelta(hours=4)),),
)
SPREAD, SPREAD_ONLY = {"spread": "dask:tcp://h:8786"}, {"spread": "dask-only:tcp://h:8786"}
ACK = {"ack_base": "http://desk.example"}
FAULT = {"fault": "answers 500"}
OLD = NOW - timedelta(hours=3)
STORE = StoreCondition(live=GB, published=GB, published_at=NOW)


@pytest.mark.parametrize(
    ("key", "changed", "state", "words"),
    [
        (
            "python",
            {"python": Package("Python", "3.9.2", ">=3.11", False)},
            State.TROUBLE,
            "3.9.2, but >=3.11 is wanted",
        ),
        ("packages", {"packages": [Package("duckdb", None, ">=1.5", False)]}, State.TROUBLE, "missing: duckdb"),
        ("packages", {"packages": [Package("duckdb", "0.9", ">=1.5", False)]}, State.TROUBLE, "untested: duckdb 0.9"),
        ("packages", {"packages": []}, State.NOT_APPLICABLE, "not installed"),
        (
            "settings",
            {"settings": UsageError("unknown setting 'x'", remedy="Mend it.")},
            State.TROUBLE,
            "unknown setting 'x'",
        ),
        ("settings", {"settings": {"workers": "missionwatch.toml"}}, State.OK, "workers from missionwatch.toml"),
        (
            "watch",
            {"watch": WatchFileError(Path("w.toml"), 7, "odd.", remedy="Mend it.")},
            State.TROUBLE,
            "w.toml:7: odd.",
        ),
        ("watch", {"watch": NO_ALERTS}, State.WARNING, "nobody is told of anything"),
        ("zones", {"no_zone": ("UTC",)}, State.TROUBLE, "no data for UTC"),
        (
            "reader",
            {"reader": UsageError("encoder.json.gz: is no model", remedy="Mend it.")},
            State.TROUBLE,
            "is no model",
        ),
        ("folder", {"disk": Disk(True, "Permission denied", GB, GB, 9, "ext4")}, State.TROUBLE, "Permission denied"),
        ("folder", {"disk": Disk(False, "", GB, GB, 9, "ext4")}, State.OK, "will be made by the first run"),
        ("space", {"disk": Disk(True, "", GB // 2, GB, 10**6, "ext4")}, State.TROUBLE, "no room for the copy"),
        ("space", {"disk": Disk(True, "", 2 * GB, 3 * GB, 10**6, "ext4")}, State.WARNING, "enough for one round"),
        ("space", {"disk": Disk(True, "", 50 * GB, 99 * GB, 12, "ext4")}, State.TROUBLE, "only 12 files"),
        ("filesystem", {"disk": Disk(True, "", GB, GB, 9, "nfs4")}, State.WARNING, "over a network"),
        ("filesystem", {"disk": Disk(True, "", GB, GB, 9, "fuse.sshfs")}, State.WARNING, "over a network"),
        ("filesystem", {"disk": Disk(True, "", GB, GB, 9, "tmpfs")}, State.WARNING, "gone when the machine stops"),
        ("filesystem", {"disk": Disk(True, "", GB, GB, 9, "overlay")}, State.WARNING, "gone with the container"),
        ("filesystem", {"disk": Disk(True, "", GB, GB, 9, "")}, State.NOT_APPLICABLE, "can't be told"),
        ("store", {"store": StoreCondition()}, State.NOT_APPLICABLE, "nothing is stored yet"),
        ("store", {"store": StoreCondition(published=GB)}, State.TROUBLE, "live.duckdb is gone"),
        (
            "store",
            {"store": replace(STORE, fault="live.duckdb is damaged: checksum.", remedy="Go back.")},
            State.TROUBLE,
            "is damaged",
        ),
        ("store", {"store": replace(STORE, fault="in use by process 7", busy=True)}, State.WARNING, "process 7"),
        ("store", {"store": replace(STORE, log=GB)}, State.WARNING, "its log has grown to 1.0 GB"),
        (
            "store",
            {"store": replace(STORE, missing=("recalls",))},
            State.OK,
            "the next run brings it up to date (1 step",
        ),
        ("runs", {"store": StoreCondition()}, State.NOT_APPLICABLE, "never run here"),
        ("runs", {"pulse": Pulse()}, State.WARNING, "no round has reached its end yet"),
        (
            "runs",
            {"pulse": Pulse(a_run(60 * 30), state=PAUSED)},
            State.OK,
            "no round is due: the watch is paused since",
        ),
        ("runs", {"pulse": Pulse(a_run(60 * 30), a_run(60 * 30))}, State.WARNING, "ended ok 30 hours ago"),
        (
            "runs",
            {"pulse": Pulse(a_run(60), a_run(5, outcome="failed", reason="disk full"))},
            State.TROUBLE,
            "failed 5 minutes ago: disk full",
        ),
        ("runs", {"pulse": Pulse(a_run(60), a_run(60), None, (a_run(started=30),))}, State.WARNING, "it was killed"),
        ("runs", {"pulse": Pulse(WAITS, WAITS)}, State.WARNING, "ended partial 5 minutes ago: 2 articles wait"),
        ("runs", {"pulse": Pulse(a_run(5), a_run(5), None, (a_run(started=600),))}, State.OK, "ended ok 5 minutes ago"),
        (
            "runs",
            {"pulse": Pulse(a_run(60), a_run(5, outcome="blind", reason="Not one of the 3 feeds could be read."))},
            State.TROUBLE,
            "could read no feed: Not one of the 3 feeds",
        ),
        ("feed_states", {"feed_states": {"ok": 2, "unchanged": 1}}, State.OK, "3 feeds, all answer"),
        ("feed_states", {"feed_states": {"ok": 2, "stale": 22}}, State.OK, "24 feeds: 22 quiet for longer than usual"),
        (
            "feed_states",
            {"feed_states": {"ok": 20, "stale": 22, "html": 1, "refused": 2}},
            State.WARNING,
            "45 feeds: 3 can't be read, 22 quiet for longer than usual",
        ),
        ("feed_states", {"feed_states": {"ok": 2, "failing": 2}}, State.TROUBLE, "4 feeds: 2 can't be read"),
        ("feed_states", {"store": StoreCondition(live=GB)}, State.NOT_APPLICABLE, "nothing is published yet"),
        ("published", {"store": StoreCondition(live=GB)}, State.NOT_APPLICABLE, "nothing is published yet"),
        ("published", {"store": replace(STORE, published_fault="is no DuckDB file.")}, State.TROUBLE, "no DuckDB file"),
        (
            "published",
            {"store": replace(STORE, published_fault="older", missing=("recalls",))},
            State.WARNING,
            "older",
        ),
        ("published", {"store": replace(STORE, published_at=OLD)}, State.WARNING, "publishing fails"),
        ("locks", {"runner": LockState(True, 42, True)}, State.OK, "a run is at work (process 42)"),
        ("locks", {"runner": LockState(True, 42, False)}, State.WARNING, "process 42, which took it, is gone"),
        ("locks", {"writer": LockState(True, 43, True)}, State.OK, "the store is open (process 43)"),
        ("clock", {"store": StoreCondition()}, State.OK, "nothing was done yet"),
        ("clock", {"pulse": Pulse(a_run(5), a_run(5), a_run(-600))}, State.TROUBLE, "a run ended 10 hours later"),
        ("authorities", {"authorities": (0, "/none")}, State.TROUBLE, "no certificate authority is trusted"),
        ("proxies", {"environ": {"https_proxy": "http://p"}}, State.WARNING, "HTTPS_PROXY is set, but feeds are asked"),
        ("channels", {"channels": {"file": ("file has no address", "Set X.")}}, State.TROUBLE, "file has no address"),
        ("channels", {"watch": NO_ALERTS}, State.NOT_APPLICABLE, "no alert rule names a channel"),
        (
            "channels",
            {"watch": ESCALATES, "channels": {"env:DUTY": ("env:DUTY has no address", "Set DUTY.")}},
            State.TROUBLE,
            "env:DUTY has no address (only escalated to)",
        ),
        ("channels", {"watch": ESCALATES}, State.OK, "file, env:DUTY (only escalated to); nothing was sent"),
        ("cluster", {"set": SPREAD}, State.OK, "tcp://h:8786 has 2 workers with 8 threads, all of this release"),
        (
            "cluster",
            {"set": SPREAD, "cluster": ClusterSight(fault="tcp://h:8786 can't be reached (refused)")},
            State.WARNING,
            "can't be reached (refused); this machine does the work itself until then",
        ),
        (
            "cluster",
            {"set": SPREAD_ONLY, "cluster": ClusterSight(fault="tcp://h:8786 can't be reached (refused)")},
            State.TROUBLE,
            "each run fails until then",
        ),
        ("cluster", {"set": SPREAD, "cluster": ClusterSight()}, State.WARNING, "answers, and has no workers"),
        ("cluster", {"set": SPREAD_ONLY, "cluster": ClusterSight()}, State.TROUBLE, "answers, and has no workers"),
        (
            "cluster",
            {"set": SPREAD_ONLY, "cluster": ClusterSight(2, 8, ("tcp://w:1 (release 0a1b, here 2c3d)",))},
            State.WARNING,
            "not of this release: tcp://w:1 (release 0a1b, here 2c3d)",
        ),
        (
            "cluster",
            {"set": SPREAD_ONLY, "cluster": ClusterSight(1, 4, ("tcp://w:1 (release 0a1b, here 2c3d)",))},
            State.TROUBLE,
            "has 1 worker with 4 threads; not of this release",
        ),
        ("acknowledging", {"set": ACK}, State.OK, "http://desk.example answers, and its key can be used"),
        (
            "acknowledging",
            {"set": ACK, "answer": ConnectionRefusedError(111, "Connection refused")},
            State.WARNING,
            "http://desk.example does not answer: Connection refused",
        ),
        ("acknowledging", {"set": ACK, "answer": (502, 0.1)}, State.WARNING, "http://desk.example/health answers 502"),
        (
            "acknowledging",
            {"set": ACK, "ack_key": UsageError("Others can read ack.key.", remedy="Remove it.")},
            State.TROUBLE,
            "Others can read ack.key.",
        ),
        ("acknowledging", {}, State.NOT_APPLICABLE, "no message has a link: ack_base is not set"),
        ("names", {"unknown": ("times.example",)}, State.WARNING, "unknown: times.example"),
        (
            "names",
            {"unknown": ("times.example", "post.example", "wire.example")},
            State.TROUBLE,
            "no name can be looked up",
        ),
        ("feeds", {"feeds": {"post": FAULT}}, State.WARNING, "Post: answers 500"),
        ("feeds", {"feeds": {"post": FAULT, "times": FAULT, "wire": FAULT}}, State.TROUBLE, "none of them can be read"),
        ("feeds", {"feeds": {"post": {"clock": OLD}}}, State.WARNING, "3 hours from the clock here"),
        ("feeds", {"feeds": {"post": {"seconds": 11.0}}}, State.WARNING, "Post: 20 entries in 11.0 s"),
        (
            "prefect",
            {"environ": {"PREFECT_API_URL": "http://h:4200/api"}},
            State.OK,
            "http://h:4200/api answers in 10 ms",
        ),
        ("prefect", {"environ": {"PREFECT_API_URL": "h:4200"}}, State.TROUBLE, "is no address of HTTP"),
        (
            "prefect",
            {
                "environ": {"PREFECT_API_URL": "http://h/api"},
                "answer": ConnectionRefusedError(111, "Connection refused"),
            },
            State.TROUBLE,
            "http://h/api does not answer: Connection refused",
        ),
        (
            "prefect",
            {"environ": {"PREFECT_API_URL": "http://h/api"}, "answer": (503, 0.1)},
            State.TROUBLE,
            "/health answers 503",
        ),
    ],
)
def test_a_check_finds(key: str, changed: dict, state: State, words: str):
    finding = found(key, **changed)

    assert (finding.state, words in finding.told) == (state, True), finding
    assert bool(finding.remedy) == (state in {State.WARNING, State.TROUBLE})


def test_the_password_in_the_address_of_prefects_server_is_not_told():
    told = found("prefect", environ={"PREFECT_API_URL": "http://ann:hunter2@h:1/api"}, answer=(503, 0.1)).told

    assert "hunter2" not in told


def test_the_sample_is_of_as_many_publishers_as_can_be():
    feeds = [make_feed("a"), make_feed("a", url="https://a.example/2"), make_feed("b"), make_feed("c"), make_feed("d")]

    assert [feed.family for feed in sample(feeds)] == ["a", "b", "c"]
    assert [feed.family for feed in sample(feeds[:2])] == ["a", "a"]


# -- all of them together -------------------------------------------------------------------------


def test_a_fault_is_told_once_by_the_check_that_is_there_for_it():
    states = all_of(watch=WatchFileError(Path("watch.toml"), 3, "odd."))

    assert [key for key, state in states.items() if state is State.TROUBLE] == ["watch"]
    assert {states["feeds"], states["channels"], states["zones"]} == {State.NOT_APPLICABLE}


def test_a_store_that_can_not_be_read_is_told_by_one_check():
    states = all_of(pulse=StorageError("damaged"), store=StoreCondition(live=GB, fault="damaged", remedy="Restore it."))

    assert [key for key, state in states.items() if state is State.TROUBLE] == ["store"]


def test_a_check_that_breaks_does_not_stop_the_rest():
    def breaks(world):
        raise ZeroDivisionError("by zero")

    report = examine(FakeWorld(), [Check("a", "A", breaks), Check("b", "B", lambda world: ok("fine"))])

    assert [result.finding.state for result in report.results] == [State.TROUBLE, State.OK]
    assert "ZeroDivisionError: by zero" in report.results[0].finding.told


def test_a_check_that_hangs_is_left_behind_when_its_time_is_over():
    never = Event()

    def hangs(world):
        never.wait(30)
        return ok("late")

    started = time.monotonic()
    report = examine(FakeWorld(), [Check("a", "A", hangs, limit=0.05), Check("b", "B", lambda world: ok("fine"))])
    never.set()

    assert [result.finding.state for result in report.results] == [State.TROUBLE, State.OK]
    assert "no answer within 0.05 s" in report.results[0].finding.told
    assert time.monotonic() - started < 10


def test_offline_nothing_asks_the_network():
    class NoNetwork(FakeWorld):
        def addresses(self, host):
            raise AssertionError("asked")

        def feeds(self, feeds):
            raise AssertionError("asked")

        def get(self, url):
            raise AssertionError("asked")

    report = examine(NoNetwork(_environ={"PREFECT_API_URL": "http://h/api"}), offline=True)

    assert report.worst is State.OK
    assert {r.check.key for r in report.results if r.finding.told == "not looked at: --offline"} == {
        "names",
        "feeds",
        "prefect",
        "cluster",
        "acknowledging",
    }


def test_each_check_has_a_name_of_its_own():
    assert len({check.key for check in CHECKS}) == len(CHECKS)


# -- the real world -------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path, made: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doctor")
    with open_store(folder) as store:
        store.sync_watch(make_watch(), NOW)
        store.finish_run(RunRecord(RUN, "monitor", "haiti", NOW, NOW, NOW, "ok"))
    publish(folder, RUN, NOW)
    return folder


def world_of(data: Path, **environ: str) -> RealWorld:
    return RealWorld(Path(HAITI), data, clock=lambda: NOW, environ=environ)


def doctor(*words: str) -> Result:
    return CliRunner().invoke(main, ["doctor", HAITI, "--offline", *words])


def test_the_command_ends_with_0_where_nothing_is_in_trouble(data: Path):
    done = doctor("--data-dir", str(data))

    assert done.exit_code == 0, done.output
    assert "Store" in done.output


def test_the_command_ends_with_1_where_something_is(data: Path):
    (data / "live.duckdb").write_bytes(b"no database at all" * 1000)

    done = doctor("--data-dir", str(data), "--json")
    states = {check["check"]: check["state"] for check in json.loads(done.stdout)["checks"]}

    assert (done.exit_code, states["store"], states["published"]) == (1, "trouble", "ok")


def test_damage_in_the_middle_is_found_when_all_is_read(data: Path):
    live = data / "live.duckdb"
    whole = bytearray(live.read_bytes())
    for at in range(len(whole) // 4, len(whole), 4096):
        whole[at] ^= 0xFF
    live.write_bytes(whole)

    assert RealWorld(Path(HAITI), data, clock=lambda: NOW, environ={}, deep=True).store().fault != ""


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_store_and_a_copy_that_were_cut_short_are_found_without_reading_them(data: Path, share: float):
    for name in ("live.duckdb", "missionwatch.duckdb"):
        (data / name).chmod(0o644)
        os.truncate(data / name, int((data / name).stat().st_size * share))

    found = {one.check.key: one.finding for one in examine(world_of(data)).results}

    assert (found["store"].state, found["published"].state) == (State.TROUBLE, State.TROUBLE)
    assert "cut short" in found["store"].told
    assert "cut short" in found["published"].told


def test_for_a_damaged_copy_the_store_is_not_to_be_touched(data: Path):
    (data / "missionwatch.duckdb").chmod(0o644)
    (data / "missionwatch.duckdb").write_bytes(b"no database at all" * 1000)

    found = {one.check.key: one.finding for one in examine(world_of(data)).results}["published"]

    assert (found.state, found.remedy) == (State.TROUBLE, "Run the watch once: it publishes anew.")
    assert "live.duckdb" not in found.told


def test_to_look_changes_no_file_of_the_store(data: Path):
    before = {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in data.glob("*.duckdb")}

    doctor("--data-dir", str(data), "--deep")

    assert {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in data.glob("*.duckdb")} == before
    assert [path.name for path in data.iterdir() if path.name.startswith(".")] == []


def test_wrong_settings_are_a_finding_and_not_the_end(data: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MISSIONWATCH_WORKERS", "many")

    done = doctor("--data-dir", str(data), "--json")
    states = {check["check"]: check["state"] for check in json.loads(done.stdout)["checks"]}

    assert (done.exit_code, states["settings"], states["store"]) == (1, "trouble", "ok")


def test_a_folder_that_can_not_be_written_is_seen(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("x")

    assert world_of(file).disk().fault == f"{file} is no folder"


def test_the_kind_of_a_file_system_is_that_of_the_nearest_mount():
    assert _kind(Path("/proc/self")) == "proc"


def test_a_channel_whose_variable_is_empty_is_told_without_being_sent_to(data: Path):
    assert world_of(data).channel("env:DESK") == (
        "env:DESK has no address",
        "Set the environment variable DESK to an Apprise URL.",
    )


@pytest.mark.parametrize(("address", "understood"), [("json://host.example/x", True), ("nosuch://hunter2@x", False)])
def test_an_address_is_understood_or_told_without_its_secret(data: Path, address: str, understood: bool):
    said = world_of(data, DESK=address).channel("env:DESK")

    assert (said is None) == understood
    assert "hunter2" not in str(said)


def test_the_libraries_that_are_asked_for_are_here_and_fit(data: Path):
    packages = world_of(data).packages()

    assert {"prefect", "duckdb", "feedparser", "trafilatura"} <= {package.name for package in packages}
    assert [package for package in packages if not package.fits] == []


def test_a_rule_of_no_name_is_no_reason_to_fail():
    assert (
        found("channels", watch=replace(make_watch(), rules=(AlertRule("x", channels=()),))).state
        is State.NOT_APPLICABLE
    )


@pytest.mark.slow
def test_a_real_cluster_is_seen_with_its_workers_and_what_they_run(tmp_path: Path) -> None:
    with DaskCluster(tmp_path) as cluster:
        assert "can't be reached" in look_at_cluster(cluster.address, wait=0.5).fault
        cluster.schedule()
        assert look_at_cluster(cluster.address, wait=10) == (0, 0, (), "")
        cluster.work("one", threads=3)
        assert look_at_cluster(cluster.address, wait=10) == (1, 3, (), "")
        (other,) = look_at_cluster(cluster.address, wait=10, code="another").others

    assert re.fullmatch(r"tcp://127\.0\.0\.1:\d+ \(release [0-9a-f]{16}, here another\)", other)
