"""Opening the store: made as needed, brought up to date, refused with what to do."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipeline.model.errors import (
    StorageError,
    StoreDamagedError,
    StoreLockedError,
    StoreTooNewError,
    StoreUnwritableError,
    TransientError,
)
from pipeline.storage import LIVE, LOCK, PUBLISHED, open_published, open_store, publish
from pipeline.storage.connection import open_connection
from pipeline.storage.files.failures import translate
from pipeline.storage.files.lock import hold_lock
from pipeline.storage.migrations import MIGRATIONS, migrate
from pipeline.storage.schema import TABLES
from tests.storage.builders import NOW, RUN, WATCH, make_watch
from tests.storage.earlier import unpack

ROOT = Path(__file__).parents[2]


def touch(folder: Path, wait: float = 0.0) -> None:
    """Open and close the store."""
    with open_store(folder, wait=wait):
        pass


def touch_published(folder: Path) -> None:
    """Open and close the published file."""
    with open_published(folder):
        pass


def test_the_folder_and_the_store_are_made_as_needed(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with open_store(folder) as store:
        assert store.counts(WATCH) == {
            "feeds": 0,
            "entries": 0,
            "articles": 0,
            "claims": 0,
            "changes": 0,
            "alerts": 0,
            "delivered": 0,
        }
    assert sorted(path.name for path in folder.iterdir()) == [LIVE, LOCK]


def test_what_is_written_is_there_when_it_is_opened_again(folder: Path) -> None:
    with open_store(folder) as store:
        assert store.counts(WATCH)["feeds"] == 1


def test_each_migration_runs_once_in_its_order(tmp_path: Path) -> None:
    db = open_connection(tmp_path / LIVE)
    names = [migration.__name__ for migration in MIGRATIONS]
    assert migrate(db) == names
    assert migrate(db) == []
    assert [row["name"] for row in db.rows("SELECT name FROM migration ORDER BY applied_at, rowid")] == names
    db.close()


def test_a_table_a_column_and_a_view_that_an_older_store_has_not_are_added(folder: Path) -> None:
    db = open_connection(folder / LIVE)
    db.run("UPDATE migration SET name = 'mutes'")
    db.run("DROP TABLE host")
    db.run("ALTER TABLE silence DROP COLUMN mute_id")
    db.run("DROP VIEW board")
    db.close()
    with open_store(folder) as store:
        assert len(store.board(WATCH)) == 1
        assert store._db.value("SELECT count(*) FROM host") == 0
        assert store._db.value("SELECT count(mute_id) FROM silence") == 0


def test_a_migration_that_fails_leaves_the_shape_before_it(tmp_path: Path) -> None:
    def broken(db):
        db.run("CREATE TABLE half (x INTEGER)")
        db.run("CREATE TABLE half (x INTEGER)")

    db = open_connection(tmp_path / LIVE)
    migrate(db)
    with pytest.raises(StorageError, match="already exists"):
        migrate(db, (*MIGRATIONS, broken))
    assert db.value("SELECT count(*) FROM migration") == len(MIGRATIONS)
    assert db.value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'") == 0
    assert db.rows("SELECT * FROM board") == []
    db.close()


def test_a_store_of_a_newer_missionwatch_is_refused(tmp_path: Path) -> None:
    def from_the_future(db):
        db.run("CREATE TABLE hologram (x INTEGER)")

    db = open_connection(tmp_path / LIVE)
    migrate(db, (*MIGRATIONS, from_the_future))
    db.close()
    with pytest.raises(StoreTooNewError, match=r"newer Missionwatch \(unknown: from_the_future\).*Update"):
        touch(tmp_path)


def test_a_file_of_a_newer_duckdb_is_refused_with_what_to_do() -> None:
    said = (
        "IO Error: Trying to read a database file with version number 999, "
        "but we can only read versions between 64 and 68"
    )
    told = translate(duckdb.IOException(said), Path("/data/live.duckdb"))
    assert isinstance(told, StoreTooNewError)
    assert "written by a newer DuckDB" in told.message
    assert "Update Missionwatch" in told.remedy


def test_every_table_view_and_column_says_what_it_means(tmp_path: Path) -> None:
    db = open_connection(tmp_path / LIVE)
    migrate(db)
    silent = db.rows(
        "SELECT table_name, column_name FROM duckdb_columns() "
        "WHERE database_name = 'store' AND NOT internal AND comment IS NULL"
    )
    tables = db.rows("SELECT table_name, comment FROM duckdb_tables() WHERE database_name = 'store'")
    views = db.rows("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal AND database_name = 'store'")
    assert silent == []
    assert {row["table_name"] for row in tables} == {"migration", *TABLES}
    assert {row["view_name"] for row in views} == {
        "board", "changes", "articles", "claims", "alerts", "feed_health", "runs", "recalls", "outbox",
        "evidence", "pledges", "held_back", "watches", "days", "feed_yield", "watch_states", "marks", "mutes",
        "facts", "status", "model_spending",
    }  # fmt: skip
    assert all(row["comment"] for row in tables + views)
    db.close()


def test_no_index_is_created_beside_the_inline_keys(tmp_path: Path) -> None:
    db = open_connection(tmp_path / LIVE)
    migrate(db)
    assert db.rows("SELECT index_name FROM duckdb_indexes()") == []
    kinds = db.rows("SELECT DISTINCT constraint_type AS kind FROM duckdb_constraints() ORDER BY kind")
    assert [row["kind"] for row in kinds if row["kind"] not in ("CHECK", "NOT NULL")] == ["PRIMARY KEY"]
    db.close()


def test_a_store_is_written_in_the_format_that_duckdb_1_4_reads_whichever_writes(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        told = store._db.value("SELECT CAST(tags AS VARCHAR) FROM duckdb_databases() WHERE database_name = 'store'")
    assert told == "{storage_version=v1.4.0+}"


# -- the lock --------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_store_that_another_process_holds_is_refused_with_its_number(tmp_path: Path) -> None:
    touch(tmp_path)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from pipeline.storage import open_store\n"
            "with open_store(Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()",
            str(tmp_path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    with holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreLockedError, match=f"in use by process {holder.pid}.*kill {holder.pid}") as raised:
            touch(tmp_path, wait=0.05)
        assert isinstance(raised.value, TransientError)
        holder.stdin.close()
    touch(tmp_path, wait=5)


def test_the_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_store(tmp_path):
        raise ZeroDivisionError
    touch(tmp_path, wait=0)


def test_the_lock_excludes_a_second_holder_in_one_process(tmp_path: Path) -> None:
    with hold_lock(tmp_path / LOCK, wait=0), pytest.raises(StoreLockedError, match=f"process {os.getpid()}"):
        touch(tmp_path, wait=0.02)


def test_a_lock_without_a_readable_number_is_still_explained(tmp_path: Path) -> None:
    path = tmp_path / LOCK
    path.write_text("not a number")
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StoreLockedError, match="in use by another process"):
            touch(tmp_path, wait=0)


@pytest.mark.slow
def test_a_client_that_has_the_live_file_open_is_named_and_pointed_to_the_published_one(tmp_path: Path) -> None:
    touch(tmp_path)
    client = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, duckdb; c = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True);"
            "sys.stdin.read()",
            str(tmp_path / LIVE),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with client:
        assert client.stdout.readline() == b"open\n"
        with pytest.raises(StoreLockedError, match=rf"open in process {client.pid}.*missionwatch\.duckdb"):
            touch(tmp_path, wait=0.1)
        client.stdin.close()


# -- what can be wrong with a disk ---------------------------------------------------------------


def test_a_folder_under_a_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("I am a file")
    with pytest.raises(StoreUnwritableError, match=r"can't be opened: not a directory.*Choose a data folder"):
        touch(tmp_path / "file" / "data")


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("I am a file")
    with pytest.raises(StoreUnwritableError, match="Choose a data folder"):
        touch(tmp_path / "file")


def test_a_file_that_is_not_duckdb_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / LIVE).write_bytes(b"Dear diary, " * 2_000)
    with pytest.raises(StorageError, match=r"live\.duckdb is not a DuckDB file.*Run the watch once"):
        touch(tmp_path)
    assert (tmp_path / LIVE).read_bytes().startswith(b"Dear diary")


def test_a_damaged_file_is_refused_with_the_way_back(folder: Path) -> None:
    path = folder / LIVE
    data = path.read_bytes()
    path.write_bytes(data[:12_288] + b"\x55" * (len(data) - 12_288))
    with pytest.raises(
        StorageError, match=r"live\.duckdb is damaged.*Run the watch once: it goes on from the best that is whole"
    ):
        touch(folder)


@pytest.mark.slow
def test_a_full_disk_loses_nothing_that_was_committed(folder: Path) -> None:
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from pipeline.model.errors import StoreUnwritableError\n"
        "from pipeline.storage import open_store; from tests.storage.builders import *\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); folder = Path(sys.argv[1])\n"
        "size = (folder / 'live.duckdb').stat().st_size + 4096\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)); import random; r = random.Random(1)\n"
        "big = [make_entry(str(i), summary=r.randbytes(40_000).hex()) for i in range(60)]\n"
        "try:\n"
        "    with open_store(folder) as store: store.add_polls(RUN, [make_poll(*big)])\n"
        "except StoreUnwritableError as error: print(error); sys.exit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 7, done.stderr
    assert "can't be written: the disk is full" in done.stdout
    assert "Free some space" in done.stdout
    with open_store(folder) as store:
        assert store.counts(WATCH)["feeds"] == 1
        assert store.counts(WATCH)["entries"] == 0


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (OSError(errno.ENOSPC, "x"), StoreUnwritableError, "disk is full"),
        (OSError(errno.EROFS, "x"), StoreUnwritableError, "read-only file system"),
        (OSError(errno.EACCES, "x"), StoreUnwritableError, "permission denied"),
        (OSError("cp: error writing 'x': No space left on device"), StoreUnwritableError, "disk is full"),
        (
            duckdb.IOException("IO Error: Cannot open file: Permission denied"),
            StoreUnwritableError,
            "Permission denied",
        ),
        (duckdb.IOException("Could not write file: No space left on device"), StoreUnwritableError, "disk is full"),
        (duckdb.FatalException("FATAL Error: something"), StoreDamagedError, "is damaged"),
        (duckdb.IOException("Corrupt database file: checksum"), StoreDamagedError, "is damaged"),
        (duckdb.IOException("IO Error: Could not read enough bytes from file"), StoreDamagedError, "is damaged"),
        (duckdb.BinderException("no such column"), StorageError, "please report it"),
    ],
)
def test_each_failure_names_the_file_and_what_to_do(error: Exception, kind: type[StorageError], words: str) -> None:
    told = translate(error, Path("/data/live.duckdb"))
    assert type(told) is kind
    assert "/data/live.duckdb" in told.message
    assert words in str(told)
    assert told.remedy


def test_reading_what_was_never_published_says_how_to_publish(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"nothing has been published yet.*missionwatch run DIR --once"):
        touch_published(tmp_path)


def test_a_file_that_an_older_missionwatch_published_says_to_publish_again(tmp_path: Path) -> None:
    (unpack("alert_rules", tmp_path) / LIVE).rename(tmp_path / PUBLISHED)
    with pytest.raises(StorageError, match=r"older Missionwatch.*Publish it again"):
        touch_published(tmp_path)


def test_the_published_store_can_t_be_written(tmp_path: Path) -> None:
    publish(tmp_path, RUN, NOW)
    with open_published(tmp_path) as store, pytest.raises(StorageError, match="read-only"):
        store.sync_watch(make_watch(), NOW)


# -- a writer that is killed ---------------------------------------------------------------------

KILLED = """
import os, sys
from dataclasses import replace
from pathlib import Path
from pipeline.storage import open_store
from tests.storage.builders import *
with open_store(Path(sys.argv[1])) as store:
    store.sync_watch(make_watch(), NOW)
    store.add_polls(RUN, [make_poll(make_entry("one"))])
    insert = store._db.insert
    def die(table, *args, **more):
        insert(table, *args, **more)
        if table == "entry": os._exit(9)
    store._db.insert = die
    store.add_polls(RUN, [make_poll(make_entry("two"), make_entry("three"), polled_at=NOW + timedelta(hours=1))])
"""


@pytest.mark.slow
def test_a_writer_killed_in_mid_transaction_loses_nothing_and_leaves_nothing_partial(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 9, done.stderr
    assert (tmp_path / f"{LIVE}.wal").exists()
    with open_store(tmp_path, wait=0) as store:
        assert [pending.entry.guid for pending in store.entries_to_collect(WATCH, NOW, 10)] == ["one"]
        assert store._db.value("SELECT count(*) FROM entry_summary") == 1
        assert store._db.value("SELECT count(*) FROM poll") == 1
    assert not (tmp_path / f"{LIVE}.wal").exists()
