"""The table ``[reader]`` of ``watch.toml``: put in, changed and taken out; the rest of the file stays as it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import tomlkit

from pipeline.model import ReaderChoice
from pipeline.model.errors import UsageError, WatchFileError
from pipeline.watches.load import WATCH, load_watch

OF_MODEL = ("kind", "verify", "endpoint", "model", "key", "first_model")  # which model it is; the others are limits
_HEADER = re.compile(r"\s*\[\s*reader\s*\]\s*(?:#.*)?\s*")
_ANY_HEADER = re.compile(r"\s*\[")
_KEY = re.compile(rf"\s*(?:{'|'.join(OF_MODEL)})\s*=")
_NOTHING = re.compile(r"\s*(?:#.*)?\s*")


def choose_reader(folder: Path, choice: ReaderChoice | None) -> None:
    """Write ``[reader]`` into the watch's file, or take it out.

    Args:
        folder: of the watch.
        choice: which model, and how it is used; of its limits nothing is written, and those that the file has stay.
            None takes the table out.

    Raises:
        WatchFileError: a file of the watch is wrong.
        UsageError: the table can't be told apart from the rest, the watch would not load with it, or the file can't
            be written. The file is left as it was.
    """
    load_watch(folder)
    path, written = folder / WATCH, folder / f".{WATCH}.tmp"
    before = path.read_bytes().decode("utf-8")
    after = with_reader(before, choice)
    if after is None:
        raise UsageError(
            f"{path}: the table [reader] is written in a way that can't be changed without touching the rest.",
            remedy="Change it by hand: docs/llm.md has its keys.",
        )
    if after == before:
        return
    try:
        written.write_bytes(after.encode("utf-8"))
        load_watch(folder, watch_file=written)
        written.chmod(path.stat().st_mode & 0o777)
        written.replace(path)
    except WatchFileError as error:
        reason = error.message.replace(str(written), WATCH)
        raise UsageError(f"{path} can't be changed so: {reason}", remedy=error.remedy) from error
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror}.", remedy="See to its permissions.") from error
    finally:
        written.unlink(missing_ok=True)


def with_reader(text: str, choice: ReaderChoice | None) -> str | None:
    """Return a watch's file with the model of ``choice``, or without ``[reader]`` where that is None. Pure.

    Each line of the rest stays as it is, and so do comments and limits of the table itself. None where the file would
    not say what it should: the table is written inline, or something in a long string looks like it.
    """
    lines = text.splitlines(keepends=True)
    end = "\r\n" if "\r\n" in text else "\n"
    wanted = [f"{line}{end}" for line in tomlkit.dumps(_keys(choice)).splitlines()] if choice else []
    start = next((at for at, line in enumerate(lines) if _HEADER.fullmatch(line)), None)
    if start is None:
        gap = [end] if not text or text.endswith(("\n", "\r")) else [end, end]
        lines += [*gap, f"[reader]{end}", *wanted] if choice else []
    else:
        stop = next((at for at in range(start + 1, len(lines)) if _ANY_HEADER.match(lines[at])), len(lines))
        while stop > start + 1 and _NOTHING.fullmatch(lines[stop - 1]):
            stop -= 1  # what stands behind the last key belongs to what follows
        if choice:
            kept = [line for line in lines[start + 1 : stop] if not _KEY.match(line)]
            head = lines[start] if lines[start].endswith(("\n", "\r")) else lines[start] + end
            lines[start:stop] = [head, *wanted, *kept]
        else:
            if start and not lines[start - 1].strip():
                start -= 1
            del lines[start:stop]
    made = "".join(lines)
    return made if _says(made, text, choice) else None


def _keys(choice: ReaderChoice) -> dict[str, str]:
    """The keys that name the model, those that are not as by default."""
    default = ReaderChoice()
    names = [field.name for field in fields(choice) if field.name in OF_MODEL]
    return {name: getattr(choice, name) for name in names if getattr(choice, name) != getattr(default, name)}


def _says(made: str, before: str, choice: ReaderChoice | None) -> bool:
    """Whether ``made`` says what ``before`` does but for the model."""
    try:
        new, old = (_parsed(text) for text in (made, before))
    except tomllib.TOMLDecodeError:
        return False
    limits = {key: value for key, value in _table(old.pop("reader", {})).items() if key not in OF_MODEL}
    reader = _table(new.pop("reader", {}))
    return new == old and reader == ({**limits, **_keys(choice)} if choice else {})


def _parsed(text: str) -> dict[str, Any]:
    return tomllib.loads(text.removeprefix("\ufeff"))


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
