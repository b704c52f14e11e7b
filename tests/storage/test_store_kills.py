"""A run is killed with a log that waits, another program opens and closes the file, then the store goes on.

Where a table has an index beside its primary key, DuckDB 1.5 ends in a fatal error here, at the next delete by key; an
ALTER TABLE in a log that is replayed had faults of its own. So each way is gone by a store as it really is.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.storage import LIVE, open_store
from pipeline.storage.connection import open_connection
from pipeline.storage.migrations import MIGRATIONS, migrate
from tests.storage.builders import NOW, RUN, WATCH, make_entry, make_feed, make_poll, make_watch
from tests.storage.earlier import unpack

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LOG = f"{LIVE}.wal"

STORED_THEN_KILLED = """
import os, sys
from pathlib import Path
from pipeline.storage import open_store
from tests.storage.builders import *
with open_store(Path(sys.argv[1])) as store:
    for number in range(8):
        store.add_polls(RUN, [make_poll(make_entry(f"late {number}"), polled_at=NOW + timedelta(days=1 + number))])
    with store._db.transaction():
        store._db.run("DELETE FROM entry_summary WHERE entry_id IN (SELECT entry_id FROM entry LIMIT 3)")
    os._exit(9)
"""
MIGRATED_THEN_KILLED = """
import os, sys
from pathlib import Path
from pipeline.storage.connection import open_connection
from pipeline.storage.migrations import migrate
db = open_connection(Path(sys.argv[1], "live.duckdb"))
assert migrate(db)
os._exit(9)
"""
OPENED_AND_CLOSED = "import duckdb, sys; duckdb.connect(sys.argv[1]).close()"


def killed(code: str, folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 9, done.stderr
    assert (folder / LOG).stat().st_size > 0


def another_program_opens_and_closes(path: Path) -> None:
    subprocess.run([sys.executable, "-c", OPENED_AND_CLOSED, str(path)], check=True, timeout=60)


def delete_each_key_and_store_it_again(folder: Path) -> None:
    """Delete every row of each table with a key, one key at a time, put it back, and see that nothing else changed."""
    with open_store(folder) as store:
        db = store._db
        keyed = db.rows(
            "SELECT table_name AS name, constraint_column_names[1] AS key FROM duckdb_constraints() "
            "WHERE constraint_type = 'PRIMARY KEY'"
        )
        for table in keyed:
            name, key = table["name"], table["key"]
            for row in db.rows(f"SELECT CAST({key} AS VARCHAR) AS key FROM {name}"):
                with db.transaction():
                    db.run(f"CREATE TEMP TABLE held AS SELECT * FROM {name} WHERE {key} = ?", [row["key"]])
                    assert db.run(f"DELETE FROM {name} WHERE {key} = ?", [row["key"]]) == 1
                with db.transaction():
                    db.run(f"INSERT INTO {name} SELECT * FROM held")
                    db.run("DROP TABLE held")
        db.checkpoint()


@pytest.mark.parametrize("foreign", [False, True])
def test_what_a_killed_run_stored_is_whole_and_each_key_can_be_deleted(tmp_path: Path, foreign: bool) -> None:
    with open_store(tmp_path) as store:
        store.sync_watch(make_watch(make_feed()), NOW)
        store.add_polls(RUN, [make_poll(make_entry("early"))])
    killed(STORED_THEN_KILLED, tmp_path)
    if foreign:
        another_program_opens_and_closes(tmp_path / LIVE)
    delete_each_key_and_store_it_again(tmp_path)
    with open_store(tmp_path) as store:
        assert store.counts(WATCH)["entries"] == 9


@pytest.mark.parametrize("foreign", [False, True])
@pytest.mark.parametrize("release", ["views", "recalls", "alert_rules", "mutes"])
def test_a_store_whose_tables_were_altered_by_a_killed_run_goes_on(tmp_path: Path, release: str, foreign: bool) -> None:
    unpack(release, tmp_path)
    killed(MIGRATED_THEN_KILLED, tmp_path)
    if foreign:
        another_program_opens_and_closes(tmp_path / LIVE)

    db = open_connection(tmp_path / LIVE)
    assert migrate(db) == []
    assert MIGRATIONS[-1].__name__ in {row["name"] for row in db.rows("SELECT name FROM migration")}
    db.close()
    delete_each_key_and_store_it_again(tmp_path)
