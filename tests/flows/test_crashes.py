"""What an operator sees when disk, file, lock or clock are not as they should be, and that the next run mends it."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pytest

from flows.run import record as runs
from flows.run.clock import wall_clock
from flows.run.record import Run, clock_note, record_run, waiting_note, with_restored_store
from flows.run.request import WatchRequest
from pipeline.model import RunRecord
from pipeline.model.errors import MissionwatchError, SpreadError, StorageError, StoreDamagedError, StoreLockedError
from pipeline.runtime.settings import load_settings
from pipeline.storage import LIVE, PUBLISHED, Store, hold_run, open_store, publish
from pipeline.storage.keep_open import hold_store
from pipeline.watches import load_watch
from tests.flows.conftest import HAITI
from tests.torture.small import make_small_watch

ROOT = Path(__file__).parents[2]
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


# -- the clock ---------------------------------------------------------------------------------------


def test_a_clock_that_went_back_is_told_with_both_times() -> None:
    told = clock_note(NOON - timedelta(hours=26), NOON)
    assert told.startswith("The clock has gone back by 1 day, 2:00:00: the last run was at 2026-01-02 12:00:00 UTC")
    assert "this one is at 2026-01-01 10:00:00 UTC" in told


@pytest.mark.parametrize("last", [None, NOON, NOON - timedelta(days=365)])
def test_a_clock_that_goes_on_is_nothing_to_tell(last: datetime | None) -> None:
    assert clock_note(NOON, last) == ""


# -- one run ------------------------------------------------------------------------------------------


def recorded_at(data: Path, now: datetime | None, archive_port: int | None = None) -> AbstractAsyncContextManager[Run]:
    """A run of the watch at ``now``, as the flows record it."""
    request = WatchRequest(folder=HAITI, data_dir=data, now=now, archive_port=archive_port)
    return record_run("monitor", request, load_watch(HAITI), load_settings({}))


async def test_a_run_whose_clock_went_back_says_so_and_is_partial(tmp_path: Path) -> None:
    async with recorded_at(tmp_path, NOON):
        pass
    async with recorded_at(tmp_path, NOON - timedelta(days=1)) as run:
        pass
    assert run.record.outcome == "partial"
    assert run.record.reason.startswith("The clock has gone back by 1 day, 0:00:00")


async def test_a_run_that_waited_for_another_is_later_and_does_not_say_that_the_clock_went_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def once_another_has_ended(folder: Path, **_: object) -> Iterator[None]:
        now = wall_clock()
        with open_store(folder) as store:
            store.start_run(RunRecord(uuid4(), "monitor", "haiti", now, now, now, "ok"))
        yield

    monkeypatch.setattr(runs, "hold_run", once_another_has_ended)
    async with recorded_at(tmp_path, None) as run:
        pass
    assert (run.record.outcome, run.record.reason) == ("ok", "")


async def test_a_replay_whose_clock_another_replay_has_moved_on_finds_no_fault(tmp_path: Path) -> None:
    for now in (NOON, NOON - timedelta(days=1)):
        async with recorded_at(tmp_path, now, archive_port=9) as run:
            pass
    assert run.record.outcome == "ok"


def test_who_waits_is_told_for_whom_how_long_and_what_to_do() -> None:
    assert waiting_note(Path("data"), 7, 30) == (
        "data is in use by process 7. This run waits for its turn, 30 s at most (the setting store_wait). "
        "To run beside it, name another folder with --data-dir; to end that one: kill 7."
    )


async def test_damage_that_shows_in_mid_run_is_mended_for_the_next_run_and_told(tmp_path: Path) -> None:
    async with recorded_at(tmp_path, NOON):
        pass
    publish(tmp_path, uuid4(), NOON)

    async def spoilt_in_mid_run() -> None:
        async with recorded_at(tmp_path, NOON + timedelta(hours=1)):
            with hold_store(tmp_path, wait=1):  # a run keeps its store open; what is spoilt then shows in the next one
                (tmp_path / LIVE).write_bytes(b"")
            with open_store(tmp_path):
                pass

    with pytest.raises(StorageError, match=rf"restored from {PUBLISHED}.*Run the watch again: it goes on from there"):
        await spoilt_in_mid_run()
    with open_store(tmp_path) as store:
        held = store._db.rows("SELECT flow, outcome FROM run ORDER BY started_at")
    assert [(run["flow"], run["outcome"]) for run in held] == [
        ("monitor", "ok"),
        ("monitor", "failed"),
        ("restore", "partial"),
    ]


async def test_a_run_in_a_folder_waits_for_no_other_once_that_has_failed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with recorded_at(tmp_path, NOON):
            raise ZeroDivisionError
    async with recorded_at(tmp_path, NOON) as run:
        pass
    assert run.record.outcome == "ok"


# -- the command -------------------------------------------------------------------------------------


def command(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """The command without Prefect's engine: its errors and exit codes are the real ones."""
    environ = {**os.environ, "MISSIONWATCH_WORKERS": "1", **more.pop("environ", {})}
    return subprocess.run(
        [*more.pop("before", ()), sys.executable, "-m", "tests.torture.unengined", *words],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=240, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_small_watch(tmp_path_factory.mktemp("watch") / "haiti")


@pytest.fixture(scope="module")
def replayed(watch: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of one undisturbed replay; copy it before you spoil it."""
    data = tmp_path_factory.mktemp("replayed") / "data"
    done = command("replay", str(watch), "--data-dir", str(data))
    assert done.returncode == 0, done.stderr
    return data


@pytest.fixture
def data(replayed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(replayed, tmp_path / "data"))


def ask(data: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(data / PUBLISHED), read_only=True) as client:
        return client.sql(sql).fetchall()


def changes(data: Path) -> list[tuple[Any, ...]]:
    return ask(data, "SELECT change_id FROM change ORDER BY seq")


def sent(data: Path) -> Counter[str]:
    lines = (data / "alerts" / "haiti.jsonl").read_text("utf-8").splitlines()
    return Counter(json.loads(line)["alert_id"] for line in lines)


def spoil_head(path: Path) -> None:
    path.write_bytes(b"\x55" * 4096 + path.read_bytes()[4096:])


def cut_short(path: Path, share: float) -> None:
    os.truncate(path, int(path.stat().st_size * share))


def empty(path: Path) -> None:
    path.write_bytes(b"")


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("spoil", [spoil_head, empty, remove])
def test_a_damaged_store_is_restored_and_the_run_says_so_and_goes_on(
    data: Path, watch: Path, spoil: Callable[[Path], None]
) -> None:
    before = changes(data)
    spoil(data / LIVE)

    done = command("replay", str(watch), "--data-dir", str(data))

    assert done.returncode == 0, done.stderr
    said = " ".join(done.stderr.split())
    assert f"The store was restored from {PUBLISHED}, published at 2025-10-03 23:30:00 UTC by the watch's clock" in said
    assert "is lost" in said
    assert changes(data) == before
    assert ask(data, "SELECT outcome FROM runs WHERE flow = 'restore'") == [("partial",)]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("share", [0.005, 0.25, 0.5, 0.75, 0.99])
def test_a_store_that_was_cut_short_is_restored_and_the_run_goes_on(data: Path, watch: Path, share: float) -> None:
    before = changes(data)
    cut_short(data / LIVE, share)

    done = command("replay", str(watch), "--data-dir", str(data))

    assert done.returncode == 0, done.stderr
    assert f"The store was restored from {PUBLISHED}" in " ".join(done.stderr.split())
    assert changes(data) == before


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_first_run_after_a_restore_is_partial_and_tells_what_was_lost(data: Path, watch: Path) -> None:
    cut_short(data / LIVE, 0.5)
    command("replay", str(watch), "--data-dir", str(data))
    command("replay", str(watch), "--data-dir", str(data))

    ends = ask(
        data, "SELECT outcome, contains(reason, 'is lost') FROM runs WHERE flow <> 'restore' ORDER BY started_at"
    )
    assert ends[-2:] == [("partial", True), ("ok", False)]


async def test_damage_in_what_a_run_reads_first_is_mended_before_the_run_begins(tmp_path: Path) -> None:
    async with recorded_at(tmp_path, NOON):
        pass
    publish(tmp_path, uuid4(), NOON)

    def read_the_last_run(store: Store) -> datetime | None:
        if not (tmp_path / f"{LIVE}.damaged-1").exists():
            (tmp_path / LIVE).write_bytes(b"")
            raise StoreDamagedError("live.duckdb is damaged: a block's checksum is wrong.")
        return store.last_run_now("haiti")

    last, told = with_restored_store(tmp_path, 1, read_the_last_run)

    assert last == NOON
    assert f"The store was restored from {PUBLISHED}" in told


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_damaged_store_without_a_copy_stops_the_run_with_what_to_do(data: Path, watch: Path) -> None:
    (data / PUBLISHED).unlink()
    spoil_head(data / LIVE)

    done = command("replay", str(watch), "--data-dir", str(data))

    assert done.returncode == 3
    assert "There is no published copy to go back to" in done.stderr
    assert "the next run begins anew" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_full_disk_stops_the_run_with_what_to_do_and_the_next_run_makes_up_for_it(
    replayed: Path, watch: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    size = (replayed / LIVE).stat().st_size // 2

    done = command(
        "replay", str(watch), "--data-dir", str(data),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )  # fmt: skip

    assert done.returncode == 3, done.stderr
    assert "can't be written: the disk is full" in done.stderr
    assert "nothing was lost" in done.stderr
    again = command("replay", str(watch), "--data-dir", str(data))
    assert again.returncode == 0, again.stderr
    assert changes(data) == changes(replayed)
    assert sent(data) == sent(replayed)


def may_mount() -> bool:
    """Whether this user may have a file system of its own, in a name space of its own."""
    try:
        asked = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.fixture
def own_mounts() -> None:
    if not may_mount():
        pytest.skip("this user may not mount a file system of its own (unshare -rm)")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("own_mounts")
def test_a_file_system_that_is_full_and_then_has_room_again_loses_nothing(
    replayed: Path, watch: Path, tmp_path: Path
) -> None:
    data, out = tmp_path / "data", tmp_path / "out"
    data.mkdir()
    run = f"{sys.executable} -m tests.torture.unengined replay {watch} --data-dir {data}"
    script = (
        f"mount -t tmpfs -o size=6m tmpfs {data}; {run}; echo first $?; "
        f"mount -o remount,size=200m {data}; {run}; echo second $?; cp -r {data} {out}"
    )
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script],
        cwd=ROOT, env={**os.environ, "MISSIONWATCH_WORKERS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "first 3\n" in done.stdout, done.stderr
    assert "the disk is full" in done.stderr
    assert "second 0\n" in done.stdout, done.stderr
    assert changes(out) == changes(replayed)
    assert sent(out) == sent(replayed)


@pytest.mark.slow
@pytest.mark.usefixtures("own_mounts")
def test_a_read_only_folder_is_told_before_anything_is_fetched(watch: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    script = (
        f"mount -t tmpfs -o ro tmpfs {data}; exec {sys.executable} -m flows.cli run {watch} --once --data-dir {data}"
    )
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert "can't be written: read-only file system" in done.stderr
    assert f"Make {data} writable" in done.stderr


# -- two at once ----------------------------------------------------------------------------------------


@pytest.fixture
def another_run(data: Path) -> Iterator[int]:
    """A run that goes on and on in the folder; its process."""
    code = "import sys; from pathlib import Path; from pipeline.storage import hold_run\n"
    code += "with hold_run(Path(sys.argv[1]), wait=0):\n    print('runs', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"runs\n"
        yield process.pid
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_second_run_says_that_it_waits_then_leaves_with_its_exit_code(
    data: Path, watch: Path, another_run: int
) -> None:
    done = command("replay", str(watch), "--data-dir", str(data), environ={"MISSIONWATCH_STORE_WAIT": "1.2"})
    assert done.returncode == 4, done.stderr
    waits = f"{data} is in use by process {another_run}. This run waits for its turn, 1.2 s at most"
    assert done.stderr.count(waits) == 1
    assert f"{data} is in use by process {another_run}, which kept its lock for more than 1.2 s." in done.stderr
    assert f"wait until it ends or stop it (kill {another_run})" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_runs_that_are_started_at_once_take_turns_and_send_each_alert_once(
    replayed: Path, watch: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    words = [sys.executable, "-m", "tests.torture.unengined", "replay", str(watch), "--data-dir", str(data)]
    environ = {**os.environ, "MISSIONWATCH_WORKERS": "1", "MISSIONWATCH_STORE_WAIT": "120"}
    both = [
        subprocess.Popen(words, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    errors = [process.communicate(timeout=240)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    assert Counter(changes(data)) == Counter(changes(replayed))
    assert sent(data) == sent(replayed)


@pytest.mark.slow
@pytest.mark.parametrize("error", [StoreLockedError, SpreadError, StorageError])
def test_a_watch_that_runs_on_leaves_out_a_round_that_can_not_be_done(
    error: type[MissionwatchError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from flows.commands import run as live

    rounds: list[int] = []

    def over(*_: object, **__: object) -> Callable[[object], Awaitable[None]]:
        return busy

    async def busy(_: object) -> None:
        rounds.append(1)
        if len(rounds) == 2:
            raise KeyboardInterrupt
        raise error("data is in use by process 7.", remedy="Wait until it ends.")

    async def no_time(_: float) -> None:
        return

    monkeypatch.setattr(live, "monitor_over", over)
    monkeypatch.setattr(live.asyncio, "sleep", no_time)
    assert live.run_live([HAITI], tmp_path, once=False, every_minutes=15, every_feed=False) == 130
    assert len(rounds) == 2
    assert "This round was left out. data is in use by process 7." in capsys.readouterr().err
    rounds.clear()
    with pytest.raises(error):
        live.run_live([HAITI], tmp_path, once=True, every_minutes=15, every_feed=False)


def test_what_a_run_does_with_the_store_is_free_to_others_but_not_its_turn(tmp_path: Path) -> None:
    with hold_run(tmp_path, wait=0), open_store(tmp_path, wait=0) as store:
        assert store.last_run_now("haiti") is None
