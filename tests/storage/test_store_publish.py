"""Publishing: a file that any SQL client may read while runs go on."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import sqlalchemy

from pipeline.model.errors import StorageError, StoreLockedError, StoreUnwritableError
from pipeline.storage import LIVE, LOCK, PUBLISHED, open_published, open_store, publish
from pipeline.storage import publish as publish_function
from pipeline.storage.files.lock import hold_lock
from tests.storage.builders import NOW, RUN, WATCH, make_entry, make_feed, make_poll, make_watch

PUBLISH = sys.modules[publish_function.__module__]
DUCKDB = shutil.which("duckdb", path=str(Path(sys.executable).parent)) or shutil.which("duckdb")


@pytest.fixture
def folder(folder: Path) -> Path:
    """A folder with a published store of one watch and one entry."""
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(make_entry())])
    publish(folder, RUN, NOW)
    return folder


def test_the_published_file_holds_what_the_live_one_does(folder: Path) -> None:
    with open_published(folder) as store:
        assert [row["value"] for row in store.board(WATCH)] == ["led by Kenya"]
        assert store.counts(WATCH)["entries"] == 1
        assert store.board(WATCH, as_of="2025-09-01") == store.board(WATCH)


def test_what_was_published_is_reported_and_recorded(folder: Path) -> None:
    done = publish(folder, RUN, NOW)
    assert done.path == folder / PUBLISHED
    assert done.size == done.path.stat().st_size > 0
    assert done.elapsed > 0
    with open_published(folder) as store:
        assert store._db.rows("SELECT run_id, published_at, changes FROM published") == [
            {"run_id": RUN, "published_at": NOW, "changes": 1}
        ]


def test_the_file_is_read_only_and_alone(folder: Path) -> None:
    assert stat.S_IMODE((folder / PUBLISHED).stat().st_mode) == 0o444
    assert sorted(path.name for path in folder.iterdir()) == [LIVE, LOCK, PUBLISHED]


def test_a_reader_of_the_old_file_goes_on_and_a_new_one_sees_the_new(folder: Path) -> None:
    with open_published(folder) as old:
        with open_store(folder) as store:
            store.add_polls(RUN, [make_poll(make_entry("two"), polled_at=NOW.replace(hour=13))])
        publish(folder, RUN, NOW.replace(hour=13))
        assert old.counts(WATCH)["entries"] == 1
        with open_published(folder) as new:
            assert new.counts(WATCH)["entries"] == 2
        assert old.counts(WATCH)["entries"] == 1


def test_a_stale_log_beside_the_file_is_removed(folder: Path) -> None:
    stale = folder / f"{PUBLISHED}.wal"
    stale.write_bytes(b"left by a client that wrote")
    publish(folder, RUN, NOW)
    assert not stale.exists()


def test_the_rest_of_a_killed_publisher_is_removed(folder: Path) -> None:
    rest = folder / f".{PUBLISHED}.99999.tmp"
    rest.write_bytes(b"half a file")
    publish(folder, RUN, NOW)
    assert not rest.exists()


@pytest.mark.parametrize("step", ["copy_file", "sync"])
def test_a_publication_that_fails_leaves_the_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    before = (folder / PUBLISHED).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(PUBLISH, step, full)
    with pytest.raises(StoreUnwritableError, match="disk is full"):
        publish(folder, RUN, NOW.replace(hour=13))
    assert (folder / PUBLISHED).read_bytes() == before
    assert list(folder.glob(".*")) == []


def test_a_copy_that_fails_says_what_to_do(folder: Path) -> None:
    with pytest.raises(StoreUnwritableError, match=r"disk is full.*Free some space"):
        PUBLISH.copy_file(folder / LIVE, Path("/dev/full"))
    with pytest.raises(StorageError):
        PUBLISH.copy_file(folder / "absent", folder / "x")


def test_publishing_waits_for_no_run_longer_than_it_should(folder: Path) -> None:
    with hold_lock(folder / LOCK, wait=0), pytest.raises(StoreLockedError):
        publish(folder, RUN, NOW, wait=0.02)


# -- other clients, while a run writes -------------------------------------------------------------


@pytest.mark.slow
def test_python_reads_it_while_a_run_writes(folder: Path) -> None:
    with open_store(folder) as store, store._db.transaction():
        store._db.run("DELETE FROM entry")
        with duckdb.connect(str(folder / PUBLISHED), read_only=True) as client:
            assert client.sql("SELECT value FROM board").fetchall() == [("led by Kenya",)]
            assert client.sql("SELECT value FROM board_as_of('2025-09-01')").fetchall() == [("led by Kenya",)]
            assert client.sql("SELECT value FROM board_known_at('2025-09-01')").fetchall() == [("led by Kenya",)]
            assert client.sql("SELECT count(*) FROM entry").fetchall() == [(1,)]


def test_it_can_be_attached_beside_other_files(folder: Path) -> None:
    with duckdb.connect() as client:
        client.execute(f"ATTACH '{folder / PUBLISHED}' AS mw (READ_ONLY)")
        assert client.sql("SELECT value FROM mw.board").fetchall() == [("led by Kenya",)]
        client.execute("USE mw")
        assert client.sql("SELECT value FROM board_as_of('2025-09-01')").fetchall() == [("led by Kenya",)]


@pytest.mark.slow
@pytest.mark.skipif(DUCKDB is None, reason="no duckdb command: pip install duckdb-cli")
def test_the_command_line_client_reads_it_while_a_run_writes(folder: Path) -> None:
    with open_store(folder) as store, store._db.transaction():
        store._db.run("DELETE FROM entry")
        asked = (
            "SELECT value, (SELECT count(*) FROM board_as_of('2025-09-01')) AS rows, "
            "(SELECT comment FROM duckdb_views() WHERE view_name = 'board') AS comment FROM board"
        )
        done = subprocess.run(
            [str(DUCKDB), "-readonly", "-json", str(folder / PUBLISHED), asked], capture_output=True, text=True
        )
    row = json.loads(done.stdout)[0]
    assert (row["value"], row["rows"]) == ("led by Kenya", 1)
    assert row["comment"].startswith("Where the mission stands")


@pytest.mark.slow
def test_sqlalchemy_reads_it_and_its_comments_while_a_run_writes(folder: Path) -> None:
    with open_store(folder) as store, store._db.transaction():
        store._db.run("DELETE FROM entry")
        engine = sqlalchemy.create_engine(
            f"duckdb:///{folder / PUBLISHED}", connect_args={"read_only": True}, poolclass=sqlalchemy.NullPool
        )
        with engine.connect() as client:
            assert client.execute(sqlalchemy.text("SELECT value FROM board")).scalar() == "led by Kenya"
        seen = sqlalchemy.inspect(engine)
        assert {"board", "changes", "articles", "claims", "alerts", "feed_health", "runs"} <= set(seen.get_view_names())
        assert seen.get_table_comment("article")["text"].startswith("An entry's page")
        engine.dispose()


# -- all at once ---------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from pipeline.storage import open_store, publish
from tests.storage.builders import *
folder, name = Path(sys.argv[1]), sys.argv[2]
for n in range(12):
    moment = NOW + timedelta(minutes=n)
    feed = make_feed(name)
    with open_store(folder, wait=100) as store:  # two that take turns on a busy machine
        entry = make_entry(f"{name}-{n}", feed)
        store.add_polls(RUN, [make_poll(entry, feed=feed, polled_at=moment)])
        store.add_fetches(RUN, [make_fetch(entry, make_article(entry, f"Text of {name} {n}."))])
    if n % 4 == 3:
        publish(folder, content_id("run", name), moment)
"""


@pytest.mark.slow
def test_runs_that_write_and_publish_at_once_lose_nothing_and_readers_never_see_half(folder: Path) -> None:
    names = ("left", "right")
    with open_store(folder) as store:
        store.sync_watch(make_watch(*map(make_feed, names)), NOW)
    publish(folder, RUN, NOW)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(folder), name], cwd=Path(__file__).parents[2])
        for name in names
    ]
    seen = [0]
    try:
        while any(writer.poll() is None for writer in writers):
            with open_published(folder) as reader:
                counts = reader.counts(WATCH)
            assert counts["entries"] == counts["articles"] + 1  # the fixture's entry was never fetched
            seen.append(counts["articles"])
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    assert [writer.returncode for writer in writers] == [0, 0]
    assert seen == sorted(seen)
    with open_published(folder) as reader:
        assert reader.counts(WATCH)["articles"] == 24
        assert reader._db.value("SELECT count(*) FROM article_body") == 24
