"""Publishing never disturbs: no crash, second publisher or careless client shows anybody a half or an older file."""

from __future__ import annotations

import errno
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

import pipeline
from pipeline.storage import LIVE, LOCK, PUBLISHED, open_published, open_store, publish
from pipeline.storage.files import disk
from pipeline.storage.files.lock import hold_lock
from pipeline.storage.migrations import MIGRATIONS
from tests.storage.builders import NOW, RUN, WATCH, make_article, make_entry, make_fetch, make_poll, make_reading

ROOT = Path(__file__).parents[2]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def folder(folder: Path) -> Path:
    """A folder with a published store that has one entry."""
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(make_entry("one"))])
    publish(folder, RUN, NOW)
    return folder


def add_second(folder: Path) -> None:
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(make_entry("two"), polled_at=LATER)])


def entries(folder: Path) -> int:
    with open_published(folder) as store:
        return store.counts(WATCH)["entries"]


def run_python(code: str, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], cwd=ROOT, capture_output=True, text=True)


def published(folder: Path, what: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / PUBLISHED), read_only=True) as client:
        return client.sql(f"SELECT {what} FROM published ORDER BY number").fetchall()


# -- what a copy says of itself --------------------------------------------------------------------


def test_a_copy_says_when_from_what_run_what_it_holds_and_who_wrote_it(folder: Path) -> None:
    with open_store(folder) as store:
        article = make_article()
        store.add_fetches(RUN, [make_fetch(article=article)])
        store.add_assessment(RUN, WATCH, [make_reading(article, engine="rules-7")], [], [], [], {})
    publish(folder, RUN, LATER)
    told = "number, epoch(published_at)::BIGINT, run_id::VARCHAR, entries, articles, claims, changes, alerts"
    assert published(folder, told)[-1] == (2, int(LATER.timestamp()), str(RUN), 1, 1, 0, 1, 0)
    assert published(folder, "schema, engine, missionwatch, duckdb")[-1] == (
        MIGRATIONS[-1].__name__, "rules-7", pipeline.__version__, duckdb.__version__,
    )  # fmt: skip


def test_before_anything_is_read_there_is_no_engine_to_tell(folder: Path) -> None:
    assert published(folder, "engine") == [(None,)]


def test_a_run_that_publishes_twice_at_one_time_tells_what_the_copy_holds_at_last(folder: Path) -> None:
    add_second(folder)
    publish(folder, RUN, NOW)
    assert published(folder, "number, entries") == [(2, 2)]


def test_each_copy_has_a_higher_number_than_the_one_before(folder: Path) -> None:
    for n in range(1, 4):
        publish(folder, RUN, NOW + timedelta(hours=n))
    assert published(folder, "number") == [(1,), (2,), (3,), (4,)]


# -- a publisher that is killed --------------------------------------------------------------------

KILLED = """
import os, sys
from pathlib import Path
from pipeline.storage import publish
from tests.storage.builders import *
module, (folder, step, after) = sys.modules[publish.__module__], sys.argv[1:]
placer = sys.modules["pipeline.storage.files.newest"]
owner, name = {"copy": (module, "copy_file"), "sync": (module, "sync"), "place": (module, "put_in_place")}[step]
real = getattr(owner, name)
def dying(*args):
    if after == "before": os._exit(9)
    real(*args)
    os._exit(9)
setattr(owner, name, dying)
publish(Path(folder), RUN, NOW + timedelta(hours=1))
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "when", "seen"),
    [("copy", "before", 1), ("copy", "after", 1), ("sync", "after", 1), ("place", "before", 1), ("place", "after", 2)],
)
def test_a_publisher_that_is_killed_leaves_the_old_copy_or_the_new_one_and_the_next_tidies_up(
    folder: Path, step: str, when: str, seen: int
) -> None:
    add_second(folder)
    done = run_python(KILLED, folder, step, when)
    assert done.returncode == 9, done.stderr
    assert entries(folder) == seen
    publish(folder, RUN, LATER + timedelta(hours=1))
    assert entries(folder) == 2
    assert sorted(path.name for path in folder.iterdir()) == [LIVE, LOCK, PUBLISHED]


# -- a large file that is replaced ------------------------------------------------------------------


def test_the_store_is_let_go_before_the_room_of_a_large_file_is_free(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_second(folder)
    freed: list[Path] = []

    def free(path: Path) -> None:
        with hold_lock(folder / LOCK, wait=10):  # it waits for ever, were the publisher to wait for us
            path.unlink()
            freed.append(path)

    monkeypatch.setattr(disk, "LARGE", 1)
    monkeypatch.setattr(disk, "_unlink", free)
    publish(folder, RUN, LATER)
    for thread in threading.enumerate():
        if thread.name.startswith("free "):
            thread.join()

    assert len(freed) == 1
    assert entries(folder) == 2
    assert sorted(path.name for path in folder.iterdir()) == [LIVE, LOCK, PUBLISHED]


def test_a_file_that_can_not_have_two_names_is_replaced_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_second(folder)

    def refuse(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(disk, "LARGE", 1)
    monkeypatch.setattr(disk.os, "link", refuse)
    publish(folder, RUN, LATER)

    assert entries(folder) == 2


# -- clients that write to the published file ------------------------------------------------------

WROTE = """
import os, sys, duckdb
client = duckdb.connect(sys.argv[1])
client.execute("SET checkpoint_threshold = '1GB'")
client.execute("CREATE TABLE notes AS SELECT 1 AS mine")
os._exit(9)
"""
WRITES = """
import sys, duckdb
client = duckdb.connect(sys.argv[1])
client.execute("SET checkpoint_threshold = '1GB'")
client.execute("CREATE TABLE notes AS SELECT 1 AS mine")
print("open", flush=True)
sys.stdin.readline()
client.execute("INSERT INTO notes SELECT 2")
client.close()
print("closed", flush=True)
sys.stdin.readline()
"""


@pytest.mark.slow
def test_the_log_of_a_client_that_wrote_and_was_killed_never_meets_the_new_copy(folder: Path) -> None:
    (folder / PUBLISHED).chmod(0o644)  # who writes to it has to take this step
    assert run_python(WROTE, folder / PUBLISHED).returncode == 9
    assert (folder / f"{PUBLISHED}.wal").exists()
    add_second(folder)
    publish(folder, RUN, LATER)
    assert not (folder / f"{PUBLISHED}.wal").exists()
    with duckdb.connect(str(folder / PUBLISHED), read_only=True) as client:
        assert client.sql("SELECT count(*) FROM entry").fetchall() == [(2,)]
        assert client.sql("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'notes'").fetchall() == [(0,)]


@pytest.mark.slow
def test_a_client_that_has_the_old_copy_open_to_write_harms_neither_the_new_one_nor_its_readers(folder: Path) -> None:
    (folder / PUBLISHED).chmod(0o644)
    add_second(folder)
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITES, str(folder / PUBLISHED)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with writer:
        assert writer.stdout.readline() == "open\n"
        publish(folder, RUN, LATER)
        assert entries(folder) == 2
        writer.stdin.write("\n")
        writer.stdin.flush()
        assert writer.stdout.readline() == "closed\n"
        assert entries(folder) == 2
        writer.stdin.close()


# -- two publishers at once ------------------------------------------------------------------------

PUBLISHER = """
import sys
from pathlib import Path
from pipeline.storage import open_store, publish
from tests.storage.builders import *
folder, name = Path(sys.argv[1]), sys.argv[2]
for n in range(8):
    moment = NOW + timedelta(minutes=n + 1)
    with open_store(folder, wait=100) as store:
        poll = make_poll(make_entry(f"{name}-{n}"), polled_at=moment + timedelta(seconds=len(name)))
        store.add_polls(RUN, [poll])
    publish(folder, content_id("run", name), moment, wait=100)
"""


@pytest.mark.slow
def test_of_two_publishers_at_once_no_client_sees_a_copy_that_is_older_or_torn(folder: Path) -> None:
    publishers = [
        subprocess.Popen([sys.executable, "-c", PUBLISHER, str(folder), name], cwd=ROOT) for name in ("a", "bb")
    ]
    seen = []
    try:
        while any(publisher.poll() is None for publisher in publishers):
            with duckdb.connect(f"{folder / PUBLISHED}", read_only=True) as client:
                seen += client.sql(
                    "SELECT number, entries, (SELECT count(*) FROM entry) FROM published ORDER BY number DESC LIMIT 1"
                ).fetchall()
    finally:
        for publisher in publishers:
            publisher.kill()
            publisher.wait()
    assert [publisher.returncode for publisher in publishers] == [0, 0]
    numbers = [number for number, _, _ in seen]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 3  # it was looked at while they published
    assert all(told == counted for _, told, counted in seen)
    assert published(folder, "number, entries")[-1] == (17, 17)
