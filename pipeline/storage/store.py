"""The store, opened for a step: read what is left to do, close; work; open, write, close."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from pipeline.model.errors import StorageError
from pipeline.storage.connection import open_connection
from pipeline.storage.files.lock import REQUEST_SUFFIX
from pipeline.storage.files.names import LIVE, LOCK, PUBLISHED, RUN_LOCK
from pipeline.storage.files.newest import is_numbered, newest, pointer_of
from pipeline.storage.keep_open import use_live
from pipeline.storage.migrations import check
from pipeline.storage.queries.ask import AskQueries
from pipeline.storage.queries.brief import BriefQueries
from pipeline.storage.queries.changes import ChangeQueries
from pipeline.storage.queries.evidence import EvidenceQueries
from pipeline.storage.queries.feeds import FeedQueries
from pipeline.storage.queries.history import HistoryQueries
from pipeline.storage.queries.hosts import HostQueries
from pipeline.storage.queries.model_answers import AnswerQueries
from pipeline.storage.queries.mutes import MuteQueries
from pipeline.storage.queries.outbox import OutboxQueries
from pipeline.storage.queries.pending_work import PendingWork
from pipeline.storage.queries.polling import PollingQueries
from pipeline.storage.queries.reread import RereadQueries
from pipeline.storage.queries.review import ReviewQueries
from pipeline.storage.queries.site import SiteQueries

_ALERTS = "alerts"  # the folder of alert files
_SITE = "site"  # the folder of pages and feeds
_UNDER_WAY = (f".{PUBLISHED}.*.tmp", f"{LIVE}.new", f"{LIVE}.new.wal", f"{LIVE}.tmp")  # what a crash may leave
# What `heartbeat`, `serve` and links that acknowledge keep.
_BESIDE = ("heartbeat-*.json", "prefect-server.log", "ack.key", ".ack.key.*.tmp")
SET_ASIDE = f"{LIVE}.damaged-"  # and a number: a file that was damaged, kept for whoever wants to look


class Store(
    FeedQueries,
    HostQueries,
    PollingQueries,
    ReviewQueries,
    PendingWork,
    ChangeQueries,
    RereadQueries,
    HistoryQueries,
    OutboxQueries,
    MuteQueries,
    EvidenceQueries,
    AnswerQueries,
    SiteQueries,
    AskQueries,
    BriefQueries,
):
    """All questions that the flows and commands ask of the store, one method each."""


@contextmanager
def open_store(folder: Path, *, wait: float = 30.0) -> Iterator[Store]:
    """Open the live store of ``folder`` for reading and writing; nobody else has it meanwhile.

    Folder, file and tables are made as needed. Never hold it across network work. Within a run it stays open for the
    next block, see :func:`pipeline.storage.keep_store`.

    Args:
        folder: the data folder.
        wait: how long to wait for another run, in seconds.

    Raises:
        StoreLockedError: another run kept it for longer than ``wait``.
        StoreTooNewError: it was written by a newer Missionwatch.
        StoreUnwritableError: the disk is full, read-only or not ours.
        StoreDamagedError: the file can't be read as a store; :func:`pipeline.storage.restore` may help.
    """
    with use_live(folder, wait=wait) as db:
        yield Store(db)


def is_ours(name: str) -> bool:
    """Whether Missionwatch itself makes files or folders called ``name`` in a data folder."""
    wishes = (Path(lock).with_suffix(REQUEST_SUFFIX).name for lock in (LOCK, RUN_LOCK))
    made = {LIVE, f"{LIVE}.wal", LOCK, RUN_LOCK, *wishes, PUBLISHED, pointer_of(Path(PUBLISHED)).name, _ALERTS, _SITE}
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
