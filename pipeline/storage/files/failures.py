"""What DuckDB and the disk report, as Missionwatch's errors with a remedy. No business logic."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipeline.model.errors import (
    MissionwatchError,
    StorageError,
    StoreDamagedError,
    StoreLockedError,
    StoreTooNewError,
    StoreUnwritableError,
)
from pipeline.storage.files.names import LIVE, PUBLISHED

_HOLDER = re.compile(r"\(PID (\d+)\)")
_FULL = ("no space left on device", "disk quota exceeded", "file too large", "could not allocate block")
_DENIED = ("permission denied", "read-only file system", "operation not permitted", "cannot create file")
_NOT_OURS = ("not a valid duckdb database file", "unable to find magic bytes", "not a duckdb")
_BROKEN = (
    "corrupt",
    "checksum",
    "wal does not match",
    "failed to deserialize",
    "failure while replaying wal",
    "could not read enough bytes",  # the file was cut short
)
_ABSENT = ("no such file or directory", "not a directory", "database does not exist", "is a directory")

_CODES = {
    errno.ENOSPC: _FULL[0],
    errno.EDQUOT: _FULL[1],
    errno.EFBIG: _FULL[2],
    errno.EACCES: _DENIED[0],
    errno.EROFS: _DENIED[1],
    errno.EPERM: _DENIED[2],
    errno.ENOENT: _ABSENT[0],
    errno.ENOTDIR: _ABSENT[1],
    errno.EEXIST: _ABSENT[1],
}


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Raise what DuckDB or the operating system raise in the block as a StorageError about ``path``."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise translate(error, path) from error


def is_lock(error: Exception) -> bool:
    """Whether ``error`` says that another process has the database file open."""
    return isinstance(error, duckdb.IOException) and "could not set lock on file" in str(error).lower()


def translate(error: Exception, path: Path) -> MissionwatchError:
    """The error that tells a person what ``error`` means for ``path``, and what to do."""
    said = _CODES.get(error.errno or 0, str(error)) if isinstance(error, OSError) else str(error)
    low = said.lower()
    if is_lock(error):
        found = _HOLDER.search(said)
        who = f"process {found[1]}" if found else "another process"
        return StoreLockedError(
            f"{path} is open in {who}.",
            remedy="Close that program; SQL clients should open missionwatch.duckdb beside it, read-only.",
        )
    if any(words in low for words in _FULL):
        return StoreUnwritableError(
            f"{path} can't be written: the disk is full, or a quota or size limit is reached.",
            remedy=f"Free some space on the disk of {path.parent}, or choose another data folder; nothing was lost.",
        )
    if any(words in low for words in _DENIED):
        return StoreUnwritableError(
            f"{path} can't be written: {_first_line(said)}.",
            remedy=f"Make {path.parent} writable for this user, or choose another data folder.",
        )
    if "version number" in low and "can only read" in low:
        return StoreTooNewError(
            f"{path} was written by a newer DuckDB: {_first_line(said)}.",
            remedy="Update Missionwatch (and its duckdb package), or use another data folder.",
        )
    if any(words in low for words in _NOT_OURS):
        return StoreDamagedError(f"{path} is not a DuckDB file.", remedy=_remedy(path))
    broken = isinstance(error, (duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException))
    if broken or any(words in low for words in _BROKEN):
        return damaged(path, _first_line(said))
    if any(words in low for words in _ABSENT):
        return StoreUnwritableError(
            f"{path} can't be opened: {_first_line(said)}.",
            remedy="Choose a data folder that exists, or can be made, and is a folder.",
        )
    return StorageError(f"{path}: {_first_line(said)}.", remedy="This should not happen: please report it.")


def damaged(path: Path, why: str) -> StoreDamagedError:
    """Return the error that says of the file ``path`` why it is damaged, and what to do."""
    return StoreDamagedError(f"{path} is damaged: {why}.", remedy=_remedy(path))


def _remedy(path: Path) -> str:
    """Return what to do about the damaged file ``path``: never to overwrite a store that may be whole."""
    if path.name == LIVE:
        return "Run the watch once: it goes on from the best that is whole, and tells what was lost."
    if path.name.startswith(f"{Path(PUBLISHED).stem}."):
        return f"Run the watch once: it publishes the store anew. {LIVE}, which runs write, is another file: leave it."
    return f"Move {path.name} away, or choose another data folder; then try again."


def _first_line(said: str) -> str:
    line = said.strip().splitlines()[0] if said.strip() else "no details"
    return line.rstrip(".!")
