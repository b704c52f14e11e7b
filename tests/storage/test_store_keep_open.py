"""A store that a run keeps open: one opening for many steps, and nobody else waits for it longer than a moment."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from pipeline.model.errors import StoreLockedError
from pipeline.storage import LIVE, keep_store, open_store, publish
from pipeline.storage import keep_open as kept
from pipeline.storage.files.lock import LockRequest, hold_lock
from pipeline.storage.keep_open import hold_store
from pipeline.storage.live import open_live
from tests.storage.builders import NOW, RUN, make_entry, make_poll

ROOT = Path(__file__).parents[2]
ASK_LOCK = "live.duckdb.lock"


def add(folder: Path, name: str, wait: float = 5.0) -> int:
    """Store one entry; how many were new."""
    with open_store(folder, wait=wait) as store:
        return store.add_polls(RUN, [make_poll(make_entry(name))])


def entries(folder: Path) -> int:
    """How many entries another program finds in the live file."""
    code = (
        "import sys; from pathlib import Path; from pipeline.storage import open_store\n"
        "with open_store(Path(sys.argv[1]), wait=5) as store: print(store._db.value('SELECT count(*) FROM entry'))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders whose live file was opened, in order."""
    made: list[Path] = []

    def counted(folder: Path, *, wait: float = 0.0) -> object:
        made.append(folder)
        return open_live(folder, wait=wait)

    monkeypatch.setattr(kept, "open_live", counted)
    return made


def test_a_run_opens_the_file_once_for_all_its_steps(tmp_path: Path, openings: list[Path]) -> None:
    with keep_store(tmp_path):
        assert [add(tmp_path, name) for name in ("a", "b", "b", "c")] == [1, 1, 0, 1]
    assert len(openings) == 1


def test_without_it_each_block_opens_the_file_anew(tmp_path: Path, openings: list[Path]) -> None:
    add(tmp_path, "a")
    add(tmp_path, "b")
    assert len(openings) == 2


def test_what_is_kept_inside_another_is_closed_by_the_outer_one(tmp_path: Path, openings: list[Path]) -> None:
    with keep_store(tmp_path):
        with keep_store(tmp_path):
            add(tmp_path, "a")
        add(tmp_path, "b")
    assert len(openings) == 1
    assert entries(tmp_path) == 2


def test_after_the_run_the_file_is_closed_and_whole_without_its_log(tmp_path: Path) -> None:
    with keep_store(tmp_path):
        add(tmp_path, "a")
    assert not (tmp_path / f"{LIVE}.wal").exists()
    with duckdb.connect(str(tmp_path / LIVE), read_only=True) as duck:
        assert duck.execute("SELECT count(*) FROM entry").fetchall() == [(1,)]


def test_another_process_gets_it_while_the_run_does_something_else(tmp_path: Path) -> None:
    with keep_store(tmp_path):
        add(tmp_path, "a")
        assert entries(tmp_path) == 1
        add(tmp_path, "b")
        assert entries(tmp_path) == 2


def test_who_waits_comes_before_a_run_that_never_pauses(tmp_path: Path) -> None:
    over = threading.Event()
    seen: list[int] = []

    def others() -> None:
        seen.append(entries(tmp_path))
        over.set()

    with keep_store(tmp_path):
        add(tmp_path, "first")
        waiting = threading.Thread(target=others)
        waiting.start()
        number = 0
        deadline = time.monotonic() + 30
        while not over.is_set() and time.monotonic() < deadline:
            add(tmp_path, str(number := number + 1))
        waiting.join()
    assert seen
    assert 1 <= seen[0] <= number + 1


def test_it_is_closed_when_it_has_not_been_used_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "IDLE", 0.0)
    with keep_store(tmp_path):
        add(tmp_path, "a")
        with hold_lock(tmp_path / ASK_LOCK, wait=5):  # without asking for it
            assert not (tmp_path / f"{LIVE}.wal").exists()


def test_an_error_in_a_block_closes_it_and_the_next_block_opens_it_anew(tmp_path: Path, openings: list[Path]) -> None:
    with keep_store(tmp_path):
        with pytest.raises(ZeroDivisionError), open_store(tmp_path):
            raise ZeroDivisionError
        assert add(tmp_path, "a") == 1
    assert len(openings) == 2


def test_publishing_in_mid_run_closes_it_first(tmp_path: Path) -> None:
    with keep_store(tmp_path):
        add(tmp_path, "a")
        made = publish(tmp_path, RUN, NOW, wait=1)
        with duckdb.connect(str(made.path), read_only=True) as duck:
            assert duck.execute("SELECT count(*) FROM entry").fetchall() == [(1,)]
        add(tmp_path, "b")
    assert entries(tmp_path) == 2


def test_nobody_in_the_process_opens_it_while_it_is_held_closed(tmp_path: Path) -> None:
    with keep_store(tmp_path):
        add(tmp_path, "a")
        with hold_store(tmp_path, wait=1), pytest.raises(StoreLockedError, match="another step of this run"):
            add(tmp_path, "b", wait=0.02)
        assert add(tmp_path, "b") == 1


def test_two_threads_take_turns(tmp_path: Path, openings: list[Path]) -> None:
    with keep_store(tmp_path):
        add(tmp_path, "first")
        threads = [threading.Thread(target=add, args=(tmp_path, f"entry {number}", 20.0)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(openings) == 1
    assert entries(tmp_path) == 9


def test_a_run_that_is_killed_while_it_keeps_the_file_open_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from pipeline.storage import keep_store\n"
        "from tests.storage.test_store_keep_open import add; folder = Path(sys.argv[1])\n"
        "with keep_store(folder):\n    add(folder, 'a'); add(folder, 'b'); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert (tmp_path / f"{LIVE}.wal").exists()
    assert entries(tmp_path) == 2


def test_the_wish_for_a_lock_ends_with_whoever_has_it(tmp_path: Path) -> None:
    path = tmp_path / ASK_LOCK
    holder, waiting = LockRequest(path), LockRequest(path)
    assert not holder.is_asked()
    waiting.ask()
    assert holder.is_asked()
    waiting.close()
    assert not holder.is_asked()


def test_a_wish_that_cant_be_told_stops_nobody(tmp_path: Path) -> None:
    asking = LockRequest(tmp_path / "no such folder" / "live.duckdb.lock")
    asking.ask()
    assert not asking.is_asked()
