"""A watch's new short name, written into ``watch.toml`` and nothing else of it touched."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import tomlkit

from pipeline.model import Watch
from pipeline.model.errors import UsageError, WatchFileError
from pipeline.watches.load import BASELINE, FEEDS, TEXT, WATCH, load_watch

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_HEADER = re.compile(r"^\s*\[", re.MULTILINE)
_OLD = re.compile(r"^[ \t]*slug[ \t]*=.*\n", re.MULTILINE)
_FORMERLY = re.compile(r"^[ \t]*formerly[ \t]*=[ \t]*\[[^\]]*\][^\n]*\n", re.MULTILINE)


def renamed(folder: Path, new: str) -> tuple[Watch, str]:
    """The watch of ``folder`` under the short name ``new``, and the text of ``watch.toml`` that says so.

    The name until now joins ``formerly``: by the first of these all ids are made, so history and keys stay.

    Raises:
        WatchFileError: a file of the watch is wrong.
        UsageError: ``new`` is no short name, or is the one that it has.
    """
    watch = load_watch(folder)
    if not _SLUG.fullmatch(new):
        raise UsageError(f"'{new}' is no short name.", remedy="Use small letters, digits and hyphens, 63 at most.")
    if new == watch.slug:
        raise UsageError(f"The watch in {folder} has the name '{new}' already.", remedy="Name another.")
    names = list(dict.fromkeys((*watch.formerly, watch.slug)))
    text = _edited((folder / WATCH).read_text("utf-8-sig"), new, names)
    try:
        with tempfile.TemporaryDirectory() as trial:
            for name in (BASELINE, TEXT, FEEDS):
                Path(trial, name).write_bytes((folder / name).read_bytes())
            Path(trial, WATCH).write_text(text, "utf-8")
            found = load_watch(Path(trial))
    except WatchFileError as error:
        raise _by_hand(folder, new, names) from error
    if (found.slug, list(found.formerly)) != (new, names):
        raise _by_hand(folder, new, names)
    return found, text


def write_renamed(folder: Path, text: str) -> None:
    """Put ``text`` in the place of ``watch.toml``, in one step.

    Raises:
        UsageError: it can't be written; what was there stays.
    """
    path, new = folder / WATCH, folder / f".{WATCH}.tmp"
    try:
        new.write_text(text, "utf-8")
        new.chmod(path.stat().st_mode & 0o777)
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise UsageError(f"{path} can't be written: {error.strerror}.", remedy="See to its permissions.") from error


def _edited(text: str, new: str, names: list[str]) -> str:
    """``text`` with the two keys set; they stand before the first table, as all keys of the file itself do."""
    first = _HEADER.search(text)
    head, rest = (text[: first.start()], text[first.start() :]) if first else (text, "")
    lines = _keys(new, names)
    head = _FORMERLY.sub("", head, count=1)
    found = _OLD.search(head)
    if found:
        return head[: found.start()] + lines + head[found.end() :] + rest
    # Comments that open the file stay where they are.
    opening = re.match(r"(?:[ \t]*(?:#[^\n]*)?\n)*", head)
    at = opening.end() if opening else 0
    return head[:at] + lines + head[at:] + rest


def _keys(new: str, names: list[str]) -> str:
    return tomlkit.dumps({"slug": new, "formerly": names})


def _by_hand(folder: Path, new: str, names: list[str]) -> UsageError:
    return UsageError(
        f"{folder / WATCH} is written in a way that can't be changed without you.",
        remedy=f"Write into it: {' and '.join(_keys(new, names).splitlines())}. The next run does more.",
    )
