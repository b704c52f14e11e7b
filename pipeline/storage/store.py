"""The store, opened for a step: read what is left to do, close; work; open, write, close."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import StorageError
from pipeline.storage.answers import Answers
from pipeline.storage.articles import Articles
from pipeline.storage.changes import Changes
from pipeline.storage.connection import open_connection
from pipeline.storage.failures import storage_errors
from pipeline.storage.feeds import Feeds
from pipeline.storage.lock import hold_lock
from pipeline.storage.migrations import check, migrate
from pipeline.storage.runs import Runs
from pipeline.storage.why import Trails

LIVE = "live.duckdb"  # written by runs only
PUBLISHED = "missionwatch.duckdb"  # read by everyone
LOCK = "live.duckdb.lock"


class Store(Feeds, Articles, Changes, Runs, Trails, Answers):
    """All questions that the flows and commands ask of the store, one method each."""


@contextmanager
def open_store(folder: Path, *, wait: float = 30.0) -> Iterator[Store]:
    """Open the live store of ``folder`` for reading and writing; nobody else has it meanwhile.

    Folder, file and tables are made as needed. Never hold it across network work.

    Args:
        folder: the data folder.
        wait: how long to wait for another run, in seconds.

    Raises:
        StoreLockedError: another run kept it for longer than ``wait``.
        StoreTooNewError: it was written by a newer Missionwatch.
        StoreUnwritableError: the disk is full, read-only or not ours.
        StorageError: the file is not a DuckDB file, or damaged.
    """
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with hold_lock(folder / LOCK, wait=wait) as left:
        db = open_connection(folder / LIVE, wait=left)
        try:
            migrate(db)
            yield Store(db)
        finally:
            db.close()


@contextmanager
def open_published(folder: Path) -> Iterator[Store]:
    """Open the published file of ``folder``, read-only: no lock, no waiting, also while a run writes.

    Raises:
        StorageError: nothing is published there, or the file can't be read.
        StoreTooNewError: it was written by a newer Missionwatch.
    """
    path = folder / PUBLISHED
    if not path.is_file():
        raise StorageError(
            f"{path} is not there: nothing has been published yet.",
            remedy="Run the watch once (missionwatch run DIR --once), or name the folder that holds its data.",
        )
    db = open_connection(path, read_only=True)
    try:
        check(db)
        yield Store(db)
    finally:
        db.close()
