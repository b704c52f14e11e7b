"""A store that is damaged, brought back: the file without its log, else the last published copy.

Nothing is thrown away: the damaged file is kept beside the new one, and the store itself tells, as a
run of the flow ``restore``, what was brought back and between which times something was lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pipeline.model import RunRecord
from pipeline.model.errors import StoreDamagedError
from pipeline.storage.connection import Connection, open_connection
from pipeline.storage.files.disk import copy_file, sync
from pipeline.storage.files.failures import storage_errors
from pipeline.storage.files.names import LIVE, PUBLISHED
from pipeline.storage.files.newest import newest
from pipeline.storage.files.wal import log_of
from pipeline.storage.keep_open import hold_store
from pipeline.storage.live import open_live
from pipeline.storage.migrations import migrate
from pipeline.storage.queries.runs import RunQueries
from pipeline.storage.schema import TABLES
from pipeline.storage.store import SET_ASIDE

FLOW = "restore"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back.

    Attributes:
        told: what happened, what is lost, and where the damaged file is kept: for a person to read.
        kept: the damaged file; its log, if it had one, is beside it.
    """

    told: str
    kept: Path


def restore(folder: Path, now: datetime, *, wait: float = 30.0) -> Restored | None:
    """Bring back the live file of ``folder`` where it is damaged; None where all of it can be read.

    Every row is read before anything is believed to be whole or damaged: an error that only looked
    like damage costs nothing.

    Args:
        folder: the data folder.
        now: the machine's time, for the record.
        wait: how long to wait for another run, in seconds.

    Raises:
        StoreDamagedError: it is damaged, and no copy that could take its place is whole.
        StoreLockedError: another run kept the store for longer than ``wait``.
        StoreUnwritableError: there is no room for the copy, or no right to make it.
    """
    live, published, new = folder / LIVE, newest(folder / PUBLISHED), folder / f"{LIVE}.new"
    with hold_store(folder, wait=wait) as left:
        try:
            _read_all(open_live(folder, wait=left))
        except StoreDamagedError as error:
            damage = error.message
        else:
            return None
        written = _last_written(live)
        for source in (live, published):
            if source.exists() and _copied_whole(source, new):
                break
        else:
            raise StoreDamagedError(
                f"{damage} There is no published copy to go back to that is whole.",
                remedy=f"Move {LIVE}, {LIVE}.wal and {PUBLISHED} away: the next run begins anew, with what the feeds "
                "still have.",
            )
        kept = _free_name(folder)
        told = _told(damage, source, new, written, kept)
        _record(new, now, told)
        with storage_errors(live):
            sync(new)
            # In this order a crash leaves either the damage, to be found again, or the store that tells of it.
            if live.exists():
                kept.hardlink_to(live)
            new.replace(live)
            if log_of(live).exists():
                log_of(live).replace(log_of(kept))
            sync(folder)
    return Restored(told, kept)


def _read_all(db: Connection) -> None:
    """Read each value of each table, so that each block's checksum is looked at; closes ``db``."""
    try:
        for table in TABLES:
            db.value(f"SELECT bit_xor(hash(t)) FROM {table} t")  # noqa: S608 -- names come from the schema
    finally:
        db.close()


def _copied_whole(source: Path, new: Path) -> bool:
    """Whether ``source``, without its log, is a whole store; ``new`` is then a copy of it, up to date."""
    with storage_errors(new):
        for half in (new, log_of(new)):
            half.unlink(missing_ok=True)
    copy_file(source, new)
    with storage_errors(new):
        new.chmod(0o644)  # a published file is read-only
    try:
        db = open_connection(new)
        try:
            migrate(db)
        except BaseException:
            db.close()
            raise
        _read_all(db)
    except StoreDamagedError:
        new.unlink(missing_ok=True)
        return False
    return True


def _last_written(live: Path) -> datetime | None:
    times = [path.stat().st_mtime for path in (live, log_of(live)) if path.exists()]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _free_name(folder: Path) -> Path:
    number = 1
    while any(folder.glob(f"{SET_ASIDE}{number}*")):
        number += 1
    return folder / f"{SET_ASIDE}{number}"


def _told(damage: str, source: Path, new: Path, written: datetime | None, kept: Path) -> str:
    db = open_connection(new, read_only=True)
    try:
        last: datetime | None = db.value("SELECT max(coalesce(finished_at, started_at)) FROM run")
        clock: datetime | None = db.value("SELECT max(published_at) FROM published")
    finally:
        db.close()
    until = f"{written:%Y-%m-%d %H:%M:%S} UTC, when the file was last written" if written else "the file's loss"
    since = f"{last:%Y-%m-%d %H:%M:%S} UTC, the end of the last run that is in it" if last else "its beginning"
    if source.name == LIVE:
        how = f"{LIVE} itself is whole, and goes on without its log"
    else:
        at = f", published at {clock:%Y-%m-%d %H:%M:%S} UTC by the watch's clock," if clock else ""
        how = f"The store was restored from {source.name}{at}"
    return (
        f"{damage} {how}. What was stored between {since}, and {until}, is lost. It is polled and read again where "
        "the feeds still have it; an alert that was sent in that time comes again, with the same key. "
        f"The damaged file is kept as {kept.name}."
    )


def _record(new: Path, now: datetime, told: str) -> None:
    """Let the store itself tell, beside its runs, that it was brought back. It is of no watch, so of all in it."""
    db = open_connection(new)
    try:
        RunQueries(db).start_run(RunRecord(uuid4(), FLOW, "", now, now, now, "partial", told, {}))
    finally:
        db.close()
