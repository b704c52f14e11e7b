"""Publishing: a copy of the live store that SQL clients may keep open for as long as they like.

DuckDB lets one process write or many read, never both, so the file that is written is not the
file that is read. The copy is made by another process: to open the database file by other means
within a process that has it open would drop that process's lock on it (POSIX).
"""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pipeline.errors import StorageError
from pipeline.storage.connection import open_connection
from pipeline.storage.failures import storage_errors, translate
from pipeline.storage.lock import hold_lock
from pipeline.storage.migrations import migrate
from pipeline.storage.store import LIVE, LOCK, PUBLISHED
from pipeline.text import content_id

COPY_LIMIT = 600.0  # seconds; 1.8 GB took 4.6 s


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
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with hold_lock(folder / LOCK, wait=wait) as left:
        _settle(live, run_id, now, left)
        for stale in folder.glob(f".{PUBLISHED}.*.tmp"):  # of a publisher that was killed; we hold the lock
            stale.unlink(missing_ok=True)
        temporary = folder / f".{PUBLISHED}.{os.getpid()}.tmp"
        try:
            with storage_errors(target):
                _copy(live, temporary)
                _sync(temporary)
                temporary.chmod(0o444)
                # A log left by a client that wrote to the old file must never meet the new one.
                target.with_name(f"{PUBLISHED}.wal").unlink(missing_ok=True)
                temporary.replace(target)
                _sync(folder)
                size = target.stat().st_size
        finally:
            temporary.unlink(missing_ok=True)
    return PublishedFile(path=target, size=size, elapsed=time.monotonic() - started)


def _settle(live: Path, run_id: UUID, now: datetime, wait: float) -> None:
    """Record the publication and bring everything into the one file."""
    db = open_connection(live, wait=wait)
    try:
        migrate(db)
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


def _copy(source: Path, target: Path) -> None:
    try:
        done = subprocess.run(
            ["cp", "--", str(source), str(target)], capture_output=True, text=True, timeout=COPY_LIMIT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise StorageError(
            f"Copying {source} took longer than {COPY_LIMIT:.0f} s.", remedy="See whether its disk is overloaded."
        ) from error
    except OSError as error:
        raise StorageError(f"{source} can't be copied: {error}.", remedy="Install the command cp.") from error
    if done.returncode != 0:
        said = done.stderr.strip() or f"cp ended with {done.returncode}"
        raise translate(OSError(said), target)


def _sync(path: Path) -> None:
    """Wait until ``path`` is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
