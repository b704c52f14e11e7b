"""Removing old texts, and giving their room back to the disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.model.errors import StorageError
from pipeline.storage.connection import STORAGE_VERSION, Connection
from pipeline.storage.files.disk import sync
from pipeline.storage.files.failures import storage_errors
from pipeline.storage.files.names import LIVE
from pipeline.storage.files.wal import log_of
from pipeline.storage.keep_open import hold_store
from pipeline.storage.live import hold_run, open_live
from pipeline.storage.queries.reread import RemovedTexts
from pipeline.storage.schema import TABLES, literal
from pipeline.storage.store import Store

_KEPT_WHOLE = tuple(name for name in TABLES if name != "article_body")  # what a copy must have row for row


@dataclass(frozen=True, slots=True)
class Pruned:
    """What pruning came to: the texts, and the bytes of the store's file before and after."""

    removed: RemovedTexts
    size_before: int
    size_after: int


def prune(folder: Path, now: datetime, before: datetime, *, wait: float = 30.0) -> Pruned:
    """Remove the texts of articles that were fetched before ``before`` and read, and make the store's file smaller.

    DuckDB keeps the room of deleted rows in its file, so the file is written anew. The old one stays until the new
    one is whole.

    Args:
        folder: the data folder.
        now: the time of removing, for the record.
        before: texts that were fetched earlier go.
        wait: how long to wait for another run, in seconds.

    Raises:
        StoreLockedError: another run went on for longer than ``wait``.
        StorageError: the store can't be used, or not be written anew; nothing is lost then.
    """
    with hold_run(folder, wait=wait), hold_store(folder, wait=wait) as left:
        live, new = folder / LIVE, folder / f"{LIVE}.new"
        db = open_live(folder, wait=left)
        try:
            db.checkpoint()
            size = live.stat().st_size
            removed = Store(db).remove_texts(now, before)
            if not removed.articles:
                return Pruned(removed, size, size)
            with storage_errors(new):
                for half in (new, log_of(new)):  # of one that was killed here
                    half.unlink(missing_ok=True)
            _write_anew(db, new)
        finally:
            db.close()
        with storage_errors(live):
            sync(new)
            new.replace(live)
            sync(folder)
            return Pruned(removed, size, live.stat().st_size)


def _write_anew(db: Connection, new: Path) -> None:
    """Copy all that ``db`` holds to the file ``new``, and see that nothing is missing."""
    db.run(f"ATTACH {literal(str(new))} AS anew (STORAGE_VERSION '{STORAGE_VERSION}')")
    db.run("COPY FROM DATABASE store TO anew")
    for table in (*_KEPT_WHOLE, "migration"):
        held = db.value(f"SELECT count(*) FROM store.{table}")  # noqa: S608 -- a name of ours
        copied = db.value(f"SELECT count(*) FROM anew.{table}")  # noqa: S608 -- a name of ours
        if held != copied:
            raise StorageError(
                f"The store could not be written anew: of {held} rows of {table}, {copied} arrived.",
                remedy="Nothing is lost; the room of the old texts is used again by new ones.",
            )
    db.run("CHECKPOINT anew")
    db.run("DETACH anew")
