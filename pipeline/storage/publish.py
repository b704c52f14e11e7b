"""Publishing: a copy of the live store that SQL clients may keep open for as long as they like.

DuckDB lets one process write or many read, never both, so the file that is written is not the
file that is read.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import duckdb

import pipeline
from pipeline.model.text import content_id
from pipeline.storage.connection import Connection, Row
from pipeline.storage.files.disk import copy_file, freed_beside, sync
from pipeline.storage.files.failures import storage_errors
from pipeline.storage.files.names import LIVE, PUBLISHED
from pipeline.storage.files.newest import put_in_place
from pipeline.storage.keep_open import hold_store
from pipeline.storage.live import open_live
from pipeline.storage.migrations import MIGRATIONS


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """The published file.

    Attributes:
        path: where it is; not ``missionwatch.duckdb`` where that could not be replaced.
        size: its bytes.
        elapsed: the seconds that it took.
        told: why it has another name, and what follows, for a person to read; empty where it has its own.
    """

    path: Path
    size: int
    elapsed: float
    told: str = ""


def publish(folder: Path, run_id: UUID, now: datetime, *, wait: float = 30.0) -> PublishedFile:
    """Publish the live store of ``folder`` as ``missionwatch.duckdb`` beside it.

    A client that has the old file open goes on with it; one that opens it now sees the new one.
    The file is read-only (0444), so that no client locks out the others by opening it to write.
    Where the old file can't be replaced, because a client on another system has it open, the new one
    gets a name of its own: see :mod:`pipeline.storage.files.newest`.

    Args:
        folder: the data folder.
        run_id: the run that publishes.
        now: the watch's own clock.
        wait: how long to wait for another run, in seconds.

    Raises:
        StoreLockedError: another run kept the store for longer than ``wait``.
        StorageError: the store can't be read, or the copy not be written; the old copy stays.
    """
    started = time.monotonic()
    live, target = folder / LIVE, folder / PUBLISHED
    with ExitStack() as once_let_go, hold_store(folder, wait=wait) as left:
        _settle(folder, run_id, now, left)
        for stale in folder.glob(f".{PUBLISHED}.*.tmp"):  # of a publisher that was killed; we hold the lock
            stale.unlink(missing_ok=True)
        temporary = folder / f".{PUBLISHED}.{os.getpid()}.tmp"
        try:
            with storage_errors(target):
                copy_file(live, temporary)
                sync(temporary)
                temporary.chmod(0o444)
                once_let_go.enter_context(freed_beside(target, temporary.with_suffix(".old.tmp")))
                placed, told = put_in_place(temporary, target)
                sync(folder)
                size = placed.stat().st_size
        finally:
            temporary.unlink(missing_ok=True)
    return PublishedFile(path=placed, size=size, elapsed=time.monotonic() - started, told=told)


def _settle(folder: Path, run_id: UUID, now: datetime, wait: float) -> None:
    """Record the publication and bring everything into the one file."""
    db = open_live(folder, wait=wait)
    try:
        with db.transaction():
            record = {
                "published_id": content_id("published", run_id, now.isoformat()),
                "run_id": run_id,
                "published_at": now,
                **_holdings(db),
            }
            # A run that publishes twice at one time of the watch's clock publishes once, with what it holds at last.
            changed = ", ".join(f"{name} = excluded.{name}" for name in record if name != "published_id")
            db.insert("published", [record], on_conflict=f"(published_id) DO UPDATE SET {changed}")
        db.checkpoint()
    finally:
        db.close()


def _holdings(db: Connection) -> Row:
    """What the file holds and who wrote it. Each is told from counts that DuckDB keeps: no table is read."""
    counted = db.rows(
        """
        SELECT (SELECT count(*) FROM change) AS changes, (SELECT count(*) FROM article) AS articles,
               (SELECT count(*) FROM entry) AS entries, (SELECT count(*) FROM claim) AS claims,
               (SELECT count(*) FROM alert) AS alerts,
               (SELECT greatest(count(*), coalesce(max(number), 0)) + 1 FROM published) AS number,
               (SELECT engine FROM reading ORDER BY rowid DESC LIMIT 1) AS engine"""
    )[0]
    return counted | {
        "schema": MIGRATIONS[-1].__name__,
        "missionwatch": pipeline.__version__,
        "duckdb": duckdb.__version__,
    }
