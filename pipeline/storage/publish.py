"""Publishing: a copy of the live store that SQL clients may keep open for as long as they like.

DuckDB lets one process write or many read, never both, so the file that is written is not the
file that is read.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pipeline.storage.disk import copy_file, sync
from pipeline.storage.failures import storage_errors
from pipeline.storage.log import log_of
from pipeline.storage.store import LIVE, PUBLISHED, hold_store, open_live
from pipeline.text import content_id


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """The published file: where it is, its bytes, and the seconds that it took."""

    path: Path
    size: int
    elapsed: float


def publish(folder: Path, run_id: UUID, now: datetime, *, wait: float = 30.0) -> PublishedFile:
    """Publish the live store of ``folder`` as ``missionwatch.duckdb`` beside it.

    A client that has the old file open goes on with it; one that opens it now sees the new one.
    The file is read-only (0444), so that no client locks out the others by opening it to write.

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
    with hold_store(folder, wait=wait) as left:
        _settle(folder, run_id, now, left)
        for stale in folder.glob(f".{PUBLISHED}.*.tmp"):  # of a publisher that was killed; we hold the lock
            stale.unlink(missing_ok=True)
        temporary = folder / f".{PUBLISHED}.{os.getpid()}.tmp"
        try:
            with storage_errors(target):
                copy_file(live, temporary)
                sync(temporary)
                temporary.chmod(0o444)
                # A log left by a client that wrote to the old file must never meet the new one.
                log_of(target).unlink(missing_ok=True)
                temporary.replace(target)
                sync(folder)
                size = target.stat().st_size
        finally:
            temporary.unlink(missing_ok=True)
    return PublishedFile(path=target, size=size, elapsed=time.monotonic() - started)


def _settle(folder: Path, run_id: UUID, now: datetime, wait: float) -> None:
    """Record the publication and bring everything into the one file."""
    db = open_live(folder, wait=wait)
    try:
        with db.transaction():
            record = {
                "published_id": content_id("published", run_id, now.isoformat()),
                "run_id": run_id,
                "published_at": now,
                "changes": db.value("SELECT count(*) FROM change"),
                "articles": db.value("SELECT count(*) FROM article"),
            }
            db.insert("published", [record])
        db.checkpoint()
    finally:
        db.close()
