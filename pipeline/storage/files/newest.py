"""Which published file is the newest, where the one that was there could not be replaced.

On Linux a file is replaced under whoever has it open. Windows, and folders that are shared with it, refuse that while
a client has the file open. Then the new copy gets a name of its own, ``missionwatch.1.duckdb``, and a small text file,
``missionwatch.newest.txt``, has that name in its first line. The rule for clients: **the file that the text names;
where there is no such text, missionwatch.duckdb.** As soon as that can be replaced again, it is, and the others go.
"""

from __future__ import annotations

import errno
import os
import re
from contextlib import suppress
from pathlib import Path

from pipeline.model.errors import StoreUnwritableError
from pipeline.storage.files.disk import sync
from pipeline.storage.files.wal import log_of

POINTER = ".newest.txt"
_IN_USE = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY})
_MOST = 20  # copies that clients keep open at once before we say that something is wrong


def put_in_place(new: Path, target: Path) -> tuple[Path, str]:
    """Make the file ``new`` the newest published one; whoever has an older one open keeps it.

    A client that asks for the newest never sees an older one than before, whenever this is cut short: the new file
    has its name before the text says so, and the text is replaced as a whole.

    Args:
        new: the whole file, in the folder of ``target``, on the disk.
        target: ``missionwatch.duckdb``.

    Returns:
        Where it is, and why it is not ``target``, for a person to read; empty where it is.

    Raises:
        StoreUnwritableError: so many old copies are in use that another would only fill the disk.
        OSError: the folder can't be written.
    """
    _forget_log(target)
    try:
        new.replace(target)
    except OSError as error:
        if not (target.exists() and error.errno in _IN_USE and os.access(target.parent, os.W_OK)):
            raise
        return _beside(new, target, error)
    # A client that wrote to the old file may have begun a log since: it must never meet the new file.
    _forget_log(target)
    before = newest(target)
    pointer_of(target).unlink(missing_ok=True)
    _remove_old(target, keep={before.name})
    return target, ""


def newest(target: Path) -> Path:
    """The newest published file: the one that the text beside ``target`` names, else ``target``."""
    try:
        name = pointer_of(target).read_text("utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        return target
    named = target.with_name(name) if _number(name, target) else target
    return named if named.is_file() else target


def pointer_of(target: Path) -> Path:
    """The text that names the newest file; there only while it is not ``target``."""
    return target.with_name(f"{target.stem}{POINTER}")


def is_numbered(name: str, target: str) -> bool:
    """Whether ``name`` is that of a copy which stands in for ``target``, or of its log."""
    return _number(name.removesuffix(".wal"), Path(target)) > 0


def _beside(new: Path, target: Path, error: OSError) -> tuple[Path, str]:
    before = newest(target)
    kept = len(_remove_old(target, keep={before.name}))
    if kept >= _MOST:
        raise StoreUnwritableError(
            f"{target} is open in a program that does not let it be replaced, and so are {kept} copies beside it.",
            remedy="Close the SQL clients that have them open; the next run publishes again.",
        ) from error
    placed = target.with_name(f"{target.stem}.{max(_numbered(target), default=0) + 1}{target.suffix}")
    _forget_log(placed)
    new.replace(placed)
    sync(placed.parent)
    told = (
        f"{target.name} is open in a program that does not let it be replaced, so the newest copy is {placed.name} "
        f"beside it. Open that one; when the program has closed {target.name}, the next run replaces it."
    )
    pointer = pointer_of(target)
    half = pointer.with_name(f".{target.name}.{os.getpid()}.txt.tmp")
    half.write_text(f"{placed.name}\n\n{told}\n", "utf-8")
    sync(half)
    half.replace(pointer)
    return placed, told


def _remove_old(target: Path, *, keep: set[str]) -> list[Path]:
    """Remove the copies that stood in; those that are in use stay, and are returned.

    Those to ``keep`` are the newest until now: a client may have read their name and not have opened them yet.
    """
    left = []
    for path in _numbered(target).values():
        if path.name in keep:
            continue
        try:
            path.unlink(missing_ok=True)
        except OSError:
            left.append(path)
        else:
            _forget_log(path)
    return left


def _numbered(target: Path) -> dict[int, Path]:
    found = ((_number(path.name, target), path) for path in target.parent.glob(f"{target.stem}.*{target.suffix}"))
    return {number: path for number, path in found if number}


def _number(name: str, target: Path) -> int:
    """The number in the name of a copy that stands in for ``target``; 0 where it is none."""
    form = re.fullmatch(rf"{re.escape(target.stem)}\.([1-9]\d*){re.escape(target.suffix)}", name)
    return int(form[1]) if form else 0


def _forget_log(path: Path) -> None:
    """Remove what a client that wrote to ``path`` left beside it; in use, it can't be replaced either."""
    with suppress(PermissionError):
        log_of(path).unlink(missing_ok=True)
