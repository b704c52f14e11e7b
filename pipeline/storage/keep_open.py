"""A store that a run keeps open between its steps, until somebody else wants it.

Opening the file and closing it cost most of what a step's few rows cost: after each opening DuckDB reads the keys that
it needs from the disk anew, and each closing writes them all. So a run, which holds the right to be the only one,
keeps the file open with its lock, and looks twenty times a second whether anybody waits for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipeline.model.errors import StoreLockedError
from pipeline.storage.connection import Connection
from pipeline.storage.files.lock import LockRequest
from pipeline.storage.files.names import LOCK
from pipeline.storage.live import hold_live, open_live

LOOK_EVERY = 0.05  # seconds between two looks for others, while the file is open and not in use
IDLE = 5.0  # seconds without use after which it is closed anyway
GIVE_WAY = 0.5  # seconds that a run leaves at most to those who wait, before it queues up itself

_stores: dict[Path, _OpenStore] = {}
_changing = threading.Lock()


@contextmanager
def keep_store(folder: Path) -> Iterator[None]:
    """Keep the store of ``folder`` open between the blocks that use it, as long as this block lasts.

    It is opened when it is first used. While it is not in use, whoever else wants it gets it within a moment. To be
    held by a run only, beside the right to be the only one.
    """
    key = folder.resolve()
    with _changing:
        store = None if key in _stores else _OpenStore(folder)
        if store is not None:
            _stores[key] = store
    try:
        yield
    finally:
        if store is not None:
            with _changing:
                del _stores[key]
            store.end()


@contextmanager
def use_live(folder: Path, *, wait: float) -> Iterator[Connection]:
    """The live file for the length of a block: the one that is kept open, or opened for this block.

    Raises:
        StorageError: as :func:`pipeline.storage.open_store` does.
    """
    store = _stores.get(folder.resolve())
    if store is not None:
        with store.use(wait) as db:
            yield db
        return
    with hold_live(folder, wait=wait) as left:
        db = open_live(folder, wait=left)
        try:
            yield db
        finally:
            db.close()


@contextmanager
def hold_store(folder: Path, *, wait: float) -> Iterator[float]:
    """The store's lock for the length of a block, with no file open: one that this process keeps open is closed.

    Yields:
        The seconds of ``wait`` that are left.

    Raises:
        StoreLockedError: another holder kept it for longer than ``wait``.
        StoreUnwritableError: the folder can't be written.
    """
    store = _stores.get(folder.resolve())
    with ExitStack() as stack:
        if store is not None:
            wait = stack.enter_context(store.aside(wait))
        yield stack.enter_context(hold_live(folder, wait=wait))


class _OpenStore:
    """One store that is kept open. Any thread may use it, one at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()  # held by whoever uses the file, or opens or closes it
        self._db: Connection | None = None
        self._held = ExitStack()
        self._asking = LockRequest(folder / LOCK)
        self._used_at = 0.0
        self._ended = threading.Event()
        self._watcher: threading.Thread | None = None

    @contextmanager
    def use(self, wait: float) -> Iterator[Connection]:
        """The open file, for the length of a block; after an error in it the file is closed."""
        with self._in_turn(wait) as left:
            db = self._db or self._open(left)
            try:
                yield db
            except BaseException:
                self._close()
                raise
            if self._asking.is_asked():
                self._close()
            self._used_at = time.monotonic()

    @contextmanager
    def aside(self, wait: float) -> Iterator[float]:
        """Keep this process from using or opening the file during the block; yield the seconds of ``wait`` left."""
        with self._in_turn(wait) as left:
            self._close()
            yield left

    def end(self) -> None:
        """Close the file for good."""
        self._ended.set()
        with self._turn:
            self._close()
        if self._watcher is not None:
            self._watcher.join()
        self._asking.close()

    @contextmanager
    def _in_turn(self, wait: float) -> Iterator[float]:
        started = time.monotonic()
        if not self._turn.acquire(timeout=wait):
            raise StoreLockedError(
                f"{self._folder} is in use by another step of this run, which kept it for more than {wait:g} s.",
                remedy="Wait until it ends, then try again.",
            )
        try:
            yield max(0.0, wait - (time.monotonic() - started))
        finally:
            self._turn.release()

    def _open(self, wait: float) -> Connection:
        give_way = time.monotonic() + min(GIVE_WAY, wait)
        while self._asking.is_asked() and time.monotonic() < give_way:
            time.sleep(0.002)
        left = self._held.enter_context(hold_live(self._folder, wait=wait))
        try:
            self._db = open_live(self._folder, wait=left)
        except BaseException:
            self._held.close()
            raise
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, name="store kept open", daemon=True)
            self._watcher.start()
        return self._db

    def _close(self) -> None:
        db, self._db = self._db, None
        try:
            if db is not None:
                db.close()
        finally:
            self._held.close()

    def _watch(self) -> None:
        """Close the file while it is not in use, once somebody waits for it or it has not been used for long."""
        while not self._ended.wait(LOOK_EVERY):
            if self._db is None or not self._turn.acquire(blocking=False):
                continue
            try:
                if self._asking.is_asked() or time.monotonic() - self._used_at > IDLE:
                    self._close()
            finally:
                self._turn.release()
