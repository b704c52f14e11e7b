"""A file that was cut short is found when it is opened; one whose free end was given back to the disk is whole."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from pipeline.model.errors import StoreDamagedError
from pipeline.storage import LIVE, PUBLISHED, open_published, open_store, publish
from pipeline.storage.connection import open_connection
from tests.storage.builders import NOW, RUN

BLOCK = 262_144


ROWS = "SELECT range AS i, md5(CAST(range AS VARCHAR)) AS text FROM range(300_000)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file whose first blocks are free and whose last hold rows: nothing that DuckDB reads when it opens it."""
    made = tmp_path / "some.duckdb"
    for statement in (f"CREATE TABLE before AS {ROWS}", f"CREATE TABLE kept AS {ROWS}", "DROP TABLE before"):
        with duckdb.connect(str(made)) as duck:
            duck.execute(statement)
    return made


def opened(path: Path) -> int:
    db = open_connection(path, read_only=True)
    try:
        count: int = db.value("SELECT count(*) FROM duckdb_tables()")
        return count
    finally:
        db.close()


@pytest.mark.parametrize("bytes_gone", [1, BLOCK, 4 * BLOCK])
def test_a_file_without_its_end_is_refused_with_both_lengths(path: Path, bytes_gone: int) -> None:
    size = path.stat().st_size
    left = size - bytes_gone
    os.truncate(path, left)
    with pytest.raises(StoreDamagedError, match=rf"it was cut short, {left:,} bytes are left of at least {size:,}"):
        opened(path)


def test_a_file_whose_free_end_was_given_back_is_whole(path: Path) -> None:
    for statement in ("CREATE TABLE small AS SELECT 1 AS i", "DROP TABLE kept", "CREATE TABLE other AS SELECT 1 AS i"):
        with duckdb.connect(str(path)) as duck:
            duck.execute(statement)
    with duckdb.connect(str(path), read_only=True) as duck:
        (blocks,) = duck.execute("SELECT total_blocks FROM pragma_database_size()").fetchone() or (0,)
    assert path.stat().st_size < blocks * BLOCK

    assert opened(path) == 2


def test_the_remedy_for_a_published_file_leaves_the_store_alone(tmp_path: Path) -> None:
    with open_store(tmp_path):
        pass
    publish(tmp_path, RUN, NOW)
    os.truncate(tmp_path / PUBLISHED, (tmp_path / PUBLISHED).stat().st_size // 2)
    before = (tmp_path / LIVE).read_bytes()

    with pytest.raises(StoreDamagedError) as found, open_published(tmp_path):
        pass

    assert found.value.remedy.startswith("Run the watch once: it publishes the store anew.")
    publish(tmp_path, RUN, NOW)
    with open_published(tmp_path) as store:
        assert store.counts("haiti")["entries"] == 0
    assert len((tmp_path / LIVE).read_bytes()) >= len(before)
