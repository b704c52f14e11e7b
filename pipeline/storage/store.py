"""The store, opened for a step: read what is left to do, close; work; open, write, close."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from pipeline.errors import StorageError, StoreDamagedError
from pipeline.storage.answers import Answers
from pipeline.storage.articles import Articles
from pipeline.storage.changes import Changes
from pipeline.storage.connection import STORAGE_VERSION, Connection, open_connection
from pipeline.storage.disk import sync
from pipeline.storage.evidence import Packs
from pipeline.storage.failures import storage_errors
from pipeline.storage.feeds import Feeds
from pipeline.storage.lock import hold_lock
from pipeline.storage.log import check_log, log_of
from pipeline.storage.migrations import check, migrate
from pipeline.storage.newest import is_numbered, newest, pointer_of
from pipeline.storage.outbox import Outbox
from pipeline.storage.polling import Polling
from pipeline.storage.reread import Past
from pipeline.storage.review import Reviews
from pipeline.storage.runs import Runs
from pipeline.storage.site import Sites

LIVE = "live.duckdb"  # written by runs only
PUBLISHED = "missionwatch.duckdb"  # read by everyone
LOCK = "live.duckdb.lock"
RUN_LOCK = "run.lock"

_ALERTS = "alerts"  # the folder of alert files
_SITE = "site"  # the folder of pages and feeds
_UNDER_WAY = (f".{PUBLISHED}.*.tmp", f"{LIVE}.new", f"{LIVE}.new.wal", f"{LIVE}.tmp")  # what a crash may leave
# What `heartbeat`, `serve` and links that acknowledge keep.
_BESIDE = ("heartbeat-*.json", "prefect-server.log", "ack.key", ".ack.key.*.tmp")
SET_ASIDE = f"{LIVE}.damaged-"  # and a number: a file that was damaged, kept for whoever wants to look


class Store(Feeds, Polling, Reviews, Articles, Changes, Past, Runs, Outbox, Packs, Answers, Sites):
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
        StoreDamagedError: the file can't be read as a store; :func:`pipeline.storage.restore` may help.
    """
    with hold_store(folder, wait=wait) as left:
        db = open_live(folder, wait=left)
        try:
            yield Store(db)
        finally:
            db.close()


def hold_store(folder: Path, *, wait: float) -> AbstractContextManager[float]:
    """The store's lock for the length of a block; the folder is made as needed. See :func:`hold_lock`."""
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return hold_lock(folder / LOCK, wait=wait)


def hold_run(folder: Path, *, wait: float) -> AbstractContextManager[float]:
    """The right to be the one run that works in ``folder``, for the length of a block; it is made as needed.

    The store's own lock is let go between two steps. Without this one, two runs could take the same
    article from different boards, and both could send the same alert.

    Raises:
        StoreLockedError: another run went on for longer than ``wait`` seconds; names its process.
        StoreUnwritableError: the folder can't be written.
    """
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return hold_lock(folder / RUN_LOCK, wait=wait, what=folder)


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


def is_ours(name: str) -> bool:
    """Whether Missionwatch itself makes files or folders called ``name`` in a data folder."""
    made = {LIVE, f"{LIVE}.wal", LOCK, RUN_LOCK, PUBLISHED, pointer_of(Path(PUBLISHED)).name, _ALERTS, _SITE}
    forms = (*_UNDER_WAY, *_BESIDE)
    return (
        name in made
        or name.startswith(SET_ASIDE)
        or is_numbered(name, PUBLISHED)
        or any(fnmatchcase(name, form) for form in forms)
    )


@contextmanager
def open_published(folder: Path) -> Iterator[Store]:
    """Open the newest published file of ``folder``, read-only: no lock, no waiting, also while a run writes.

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
    db = open_connection(newest(path), read_only=True)
    try:
        check(db)
        yield Store(db)
    finally:
        db.close()
