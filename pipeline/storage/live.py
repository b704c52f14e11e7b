"""The live file: where it is, made as needed, brought up to date, and opened by whoever holds its lock."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from pipeline.model.errors import StoreDamagedError
from pipeline.storage.connection import STORAGE_VERSION, Connection, open_connection
from pipeline.storage.files.disk import sync
from pipeline.storage.files.failures import storage_errors
from pipeline.storage.files.lock import LockRequest, hold_lock
from pipeline.storage.files.names import LIVE, LOCK, PUBLISHED, RUN_LOCK
from pipeline.storage.files.wal import check_log, log_of
from pipeline.storage.migrations import migrate


def hold_live(folder: Path, *, wait: float) -> AbstractContextManager[float]:
    """The live file's lock for the length of a block; the folder is made as needed. See :func:`hold_lock`.

    Where a run keeps the file open, it is asked to let go.
    """
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return hold_lock(folder / LOCK, wait=wait, asks=True)


def hold_run(
    folder: Path, *, wait: float, waits: Callable[[int | None], None] | None = None
) -> AbstractContextManager[float]:
    """Hold the right to be the only run in ``folder`` for the length of the block; create the folder if needed.

    The store's own lock is let go between two steps where another wants it. Without this one, two runs could take
    the same article from different boards, and both could send the same alert. Who waits for it says so, see
    :func:`is_run_wanted`. ``waits``: see :func:`hold_lock`.

    Raises:
        StoreLockedError: another run went on for longer than ``wait`` seconds; names its process.
        StoreUnwritableError: the folder can't be written.
    """
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return hold_lock(folder / RUN_LOCK, wait=wait, what=folder, asks=True, waits=waits)


def is_run_wanted(folder: Path) -> bool:
    """Return whether another run waits for the one that works in ``folder`` to end."""
    asking = LockRequest(folder / RUN_LOCK)
    try:
        return asking.is_asked()
    finally:
        asking.close()


def open_live(folder: Path, *, wait: float = 0.0) -> Connection:
    """Open the live file of ``folder``, brought up to date, by whoever holds the store's lock.

    Raises:
        StorageError: as :func:`open_store` does.
    """
    live = folder / LIVE
    if not live.exists():
        _create(folder)
    check_log(live, STORAGE_VERSION)
    db = open_connection(live, wait=wait)
    try:
        migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def _create(folder: Path) -> None:
    """Make an empty store. It gets its name when it is whole, so that no crash leaves half of one."""
    live = folder / LIVE
    for trace in (folder / PUBLISHED, log_of(live)):
        if trace.exists():
            raise StoreDamagedError(
                f"{live} is gone, though {trace.name} beside it shows that there was one.",
                remedy=f"Put it back. To begin anew, move {trace.name} away.",
            )
    new = folder / f"{LIVE}.new"
    with storage_errors(new):
        for half in (new, log_of(new)):  # of a run that was killed here
            half.unlink(missing_ok=True)
        db = open_connection(new)
        try:
            migrate(db)
        finally:
            db.close()
        sync(new)
        new.replace(live)
        sync(folder)
