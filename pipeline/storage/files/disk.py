"""Files as wholes: copied by another process, and known to be on the disk."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pipeline.model.errors import StorageError
from pipeline.storage.files import copying
from pipeline.storage.files.failures import translate

COPY_LIMIT = 600.0  # seconds; 4.3 GB took 1.3 s, and on a slow disk ten times that
LARGE = 2**28  # bytes; to free less takes no time worth a thread


def copy_file(source: Path, target: Path) -> None:
    """Copy ``source`` to ``target`` by another process.

    To open a database file by other means within a process that has it open would drop that
    process's lock on it (POSIX).

    Raises:
        StorageError: it can't be copied.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", copying.__file__, str(source), str(target)],
            capture_output=True,
            text=True,
            timeout=COPY_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StorageError(
            f"Copying {source} took longer than {COPY_LIMIT:.0f} s.", remedy="See whether its disk is overloaded."
        ) from error
    except OSError as error:
        remedy = "See whether there is memory for one more process."
        raise StorageError(f"{source} can't be copied: {error}.", remedy=remedy) from error
    if done.returncode != 0:
        said = done.stderr.strip() or f"copying ended with {done.returncode}"
        raise translate(OSError(said), target)


def sync(path: Path) -> None:
    """Wait until ``path``, a file or a folder, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def freed_beside(path: Path, second: Path) -> Iterator[None]:
    """Let a large file ``path`` be replaced in the block without waiting until its room is free.

    Whoever takes away the last name of a file waits for that: 0.9 s for 4.3 GB. So it gets the name ``second``, of
    which a thread takes care when the block has ended. Where a file can't have two names, the block waits as ever.
    """
    with suppress(OSError):
        if path.stat().st_size >= LARGE:
            os.link(path, second)
    try:
        yield
    finally:
        if second.exists():
            threading.Thread(target=_unlink, args=(second,), name=f"free {second.name}").start()


def _unlink(path: Path) -> None:
    with suppress(OSError):  # the next publication tries again
        path.unlink(missing_ok=True)
