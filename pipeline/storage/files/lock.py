"""The sidecar lock: one process at a time opens the live store.

DuckDB refuses a second process at once and has no waiting of its own, so writers queue here
first. ``flock`` is bound to the open file, not to the process: two threads exclude each other
too, and opening the lock file elsewhere to read it does not drop the lock.

Whoever waits for the store says so by a shared lock on a second file, so that a holder who could let go does.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.model.errors import RunHeldError, StoreLockedError
from pipeline.storage.files.failures import storage_errors
from pipeline.storage.files.names import RUN_LOCK

FIRST_PAUSE = 0.005  # seconds between two attempts, doubled up to the longest
LONGEST_PAUSE = 0.02
A_MOMENT = 1.0  # seconds of waiting that nobody needs to be told of
REQUEST_SUFFIX = ".wanted"  # in place of ".lock"


@contextmanager
def hold_lock(
    path: Path,
    *,
    wait: float,
    what: Path | None = None,
    asks: bool = False,
    waits: Callable[[int | None], None] | None = None,
) -> Iterator[float]:
    """Hold the lock file ``path`` for the length of the block.

    Args:
        path: the lock file; it is created, and stays.
        wait: how long to wait for another holder, in seconds.
        what: what the lock is for, as an error names it; the path without its suffix where None.
        asks: whether to tell the holder, see :class:`LockRequest`.
        waits: called once, with the holder's process where it is known, when it has taken longer than a moment.

    Yields:
        The seconds of ``wait`` that are left.

    Raises:
        StoreLockedError: another holder kept it for longer than ``wait``; names its process.
        StoreUnwritableError: the lock file can't be created.
    """
    deadline = time.monotonic() + wait
    with storage_errors(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(handle, path, deadline, wait, what or path.with_suffix(""), LockRequest(path) if asks else None, waits)
        try:
            _sign(handle)
            yield max(0.0, deadline - time.monotonic())
        finally:
            # Unlock by hand: a forked child that still holds a copy of the handle must not keep the lock.
            fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)


class LockRequest:
    """A request for a lock that another process holds: made by those waiting, checked by the holder.

    Args:
        path: the lock file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_suffix(REQUEST_SUFFIX)
        self._handle: int | None = None

    def ask(self) -> None:
        """Say that we wait, until :meth:`close`. A courtesy: a full disk must not stop us."""
        with suppress(OSError):
            fcntl.flock(self._open(), fcntl.LOCK_SH | fcntl.LOCK_NB)

    def is_asked(self) -> bool:
        """Whether anybody waits."""
        try:
            handle = self._open()
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        fcntl.flock(handle, fcntl.LOCK_UN)
        return False

    def close(self) -> None:
        """Withdraw the request."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _open(self) -> int:
        if self._handle is None:
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        return self._handle


def _acquire(
    handle: int,
    path: Path,
    deadline: float,
    wait: float,
    what: Path,
    asking: LockRequest | None,
    waits: Callable[[int | None], None] | None,
) -> None:
    pause = FIRST_PAUSE
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise _locked(path, wait, what) from None
                if asking is not None:
                    asking.ask()
                if waits is not None and wait - left > A_MOMENT:
                    waits(_holder(path))
                    waits = None
                time.sleep(min(pause, left))
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return
    finally:
        if asking is not None:
            asking.close()


def _sign(handle: int) -> None:
    """Write our process id to the file, as a courtesy to those waiting; a full disk must not stop us."""
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)


def _locked(path: Path, wait: float, what: Path) -> StoreLockedError:
    pid = _holder(path)
    who = f"process {pid}" if pid else "another process"
    stop = f" or stop it (kill {pid})" if pid else ""
    kind = RunHeldError if path.name == RUN_LOCK else StoreLockedError
    return kind(
        f"{what} is in use by {who}, which kept its lock for more than {wait:g} s.",
        remedy=f"One run at a time writes to a folder: wait until it ends{stop}, then try again.",
    )


def _holder(path: Path) -> int | None:
    try:
        pid = int(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
    return pid if pid > 0 else None
