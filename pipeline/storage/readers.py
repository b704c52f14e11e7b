"""The published file, kept open between questions, and opened anew where it has been replaced."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from pipeline.model.errors import BusyError, StorageError, UsageError
from pipeline.storage.connection import Connection, open_connection
from pipeline.storage.files.names import PUBLISHED
from pipeline.storage.files.newest import newest
from pipeline.storage.migrations import check
from pipeline.storage.store import Store

IDLE = 4  # connections to one file that are kept for the next question
IDLE_TIME = 60.0  # seconds after the last question: an old file takes its space on the disk while it is open
TIME_LIMIT = 20.0  # seconds that a question may take
_AGAIN = 0.01  # seconds between two interrupts
_TRIES = 5  # a file may be replaced while it is opened; each try sees a newer one

Version = tuple[str, int, int, int, int]


class Readers:
    """Read-only connections to the newest published file of ``folder``; threads may share it.

    A publisher replaces the file by renaming another in its place: who has it open goes on with what was, and whoever
    asks next gets what is. Nobody is locked out.
    """

    def __init__(
        self, folder: Path, *, idle: int = IDLE, idle_time: float = IDLE_TIME, time_limit: float = TIME_LIMIT
    ) -> None:
        self.path = folder / PUBLISHED
        self._idle: list[tuple[Version, Connection]] = []
        self._most, self._idle_time = idle, idle_time
        self._time_limit = time_limit
        self._lock = threading.Lock()
        self._rest: threading.Timer | None = None

    def version(self) -> Version:
        """Return what changes with each publication: name, device, inode, size and time of the newest file.

        Raises:
            StorageError: nothing is published.
        """
        for _ in range(_TRIES):
            path = newest(self.path)
            with suppress(OSError):  # a copy that stood in may have gone meanwhile
                found = path.stat()
                return path.name, found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
        raise StorageError(
            f"{self.path} is not there: nothing has been published yet.",
            remedy="Run the watch once: missionwatch run DIR --once.",
        )

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Give the newest published store for one question.

        Raises:
            StorageError: nothing is published, or the file can't be read.
            BusyError: the question took longer than the time limit.
        """
        version = self.version()
        db = self._take(version) or self._open()
        try:
            with _ended_after(self._time_limit, db.interrupt):
                yield Store(db)
        except UsageError:  # of what was asked; the file is well
            self._give_back(version, db)
            raise
        except StorageError as error:
            db.close()
            if isinstance(error.__cause__, duckdb.InterruptException):
                raise BusyError(
                    f"The question took longer than {self._time_limit:g} seconds and was ended.",
                    remedy="Ask for a shorter time or for more of the words that matter, or again in a minute.",
                    retry_after=60,
                ) from error
            raise
        except BaseException:
            db.close()
            raise
        self._give_back(version, db)

    def close(self) -> None:
        """Close what is kept open."""
        with self._lock:
            idle, self._idle = self._idle, []
            if self._rest is not None:
                self._rest.cancel()
        for _, db in idle:
            db.close()

    def _take(self, version: Version) -> Connection | None:
        """A connection to the file of ``version``, if one is idle; those to older files are closed."""
        with self._lock:
            old = [db for known, db in self._idle if known != version]
            self._idle = [(known, db) for known, db in self._idle if known == version]
            found = self._idle.pop()[1] if self._idle else None
        for db in old:
            db.close()
        return found

    def _open(self) -> Connection:
        for _ in range(_TRIES):
            version = self.version()
            try:
                return _opened(newest(self.path))
            except StorageError:
                # Its end was looked for in one file and found in the next, or a copy that stood in has gone.
                if self.version() == version:
                    raise
        return _opened(newest(self.path))

    def _give_back(self, version: Version, db: Connection) -> None:
        with self._lock:
            if len(self._idle) < self._most:
                self._idle.append((version, db))
                if self._rest is not None:
                    self._rest.cancel()
                self._rest = _timer(self._idle_time, self.close)
                return
        db.close()


def _opened(path: Path) -> Connection:
    db = open_connection(path, read_only=True)
    try:
        check(db)
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def _ended_after(seconds: float, interrupt: Callable[[], None]) -> Iterator[None]:
    """Once the block has run for ``seconds``, interrupt its queries until it ends.

    Once is not enough: between two statements there is nothing to interrupt.
    """
    over = threading.Event()

    def watch() -> None:
        wait = seconds
        while not over.wait(wait):
            interrupt()
            wait = _AGAIN

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


def _timer(seconds: float, what: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(seconds, what)
    timer.daemon = True
    timer.start()
    return timer
