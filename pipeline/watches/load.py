"""A watch's folder -> ``Watch``, or all that is wrong with it, each with file, line and remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.model import Baseline, Watch
from pipeline.model.errors import WatchFileError
from pipeline.model.redact import without_secrets
from pipeline.model.text import shorten
from pipeline.watches import tables
from pipeline.watches.alerting import AlertTable
from pipeline.watches.locate import Lines, locate
from pipeline.watches.problems import WatchFileErrors

_File = TypeVar("_File", bound=BaseModel)

WATCH, BASELINE, TEXT, FEEDS = "watch.toml", "baseline.toml", "baseline.md", "feeds.toml"
SHARED = "alerts.toml"  # beside the folders of watches, for all of them
MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_PROBLEMS = 100  # of one watch; a file of the wrong kind has thousands
_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_TYPES = {
    "string_type": "a string in quotes",
    "bool_type": "true or false",
    "list_type": "a list",
    "float_type": "a number",
    "float_parsing": "a number",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "date_type": "a date",
    "is_instance_of": "a string in quotes",
    "enum": "a string in quotes",
}
_WRITTEN = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "a table"}


def load_watch(folder: Path, *, watch_file: Path | None = None) -> Watch:
    """Read ``watch.toml``, ``baseline.toml``, ``baseline.md`` and ``feeds.toml``.

    The rules of an ``alerts.toml`` in the folder above come after the watch's own.

    Args:
        folder: the watch's folder; its name is the slug where ``watch.toml`` gives none.
        watch_file: another file in the place of ``watch.toml``; the rest is the folder's.

    Raises:
        WatchFileError: something is missing or wrong. It is a ``WatchFileErrors``, whose
            ``problems`` are everything that was found in all of these files.
    """
    if not folder.is_dir():
        raise WatchFileErrors([WatchFileError(folder, None, "there is no such folder.", remedy=_init(folder))])
    problems: list[WatchFileError] = []
    text = _read(folder / TEXT, problems)
    text = None if text is None else text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if text == "":
        problems.append(WatchFileError(folder / TEXT, None, "is empty.", remedy="Tell where the mission stands."))
    watch = _load(watch_file or folder / WATCH, tables.WatchFile, problems, extra=_same_rule_twice)
    baseline = _load(folder / BASELINE, tables.BaselineFile, problems, context={"text": text})
    feeds = _load(folder / FEEDS, tables.FeedsFile, problems, extra=_same_feed_twice)
    shared = _shared(folder.resolve().parent / SHARED, watch, problems)
    if problems or watch is None or baseline is None or feeds is None or text is None:
        raise WatchFileErrors(problems[:MAX_PROBLEMS])
    source = baseline.source
    return Watch(
        slug=watch.slug or slugify(folder.resolve().name),
        title=watch.title,
        names=tuple(table.name() for table in watch.name),
        places=tuple(watch.places),
        languages=tuple(watch.languages),
        feeds=tuple(table.feed() for table in feeds.feed),
        baseline=Baseline(
            title=source.title,
            outlet=source.outlet,
            published=source.published,
            url=source.url or "",
            text=text,
            facts=tuple(table.fact(text) for table in baseline.fact),
        ),
        rules=tuple(table.rule() for table in (*watch.alert, *shared)),
        sister_missions=tuple(table.name() for table in watch.sister_mission),
        reader=watch.reader.choice(),
        formerly=tuple(watch.formerly),
        briefs=tuple(table.times() for table in watch.brief),
    )


def slugify(name: str) -> str:
    """A slug from a folder's name: small ASCII letters, digits and hyphens, at most 63."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:63].rstrip("-") or "watch"


def _shared(path: Path, watch: tables.WatchFile | None, problems: list[WatchFileError]) -> list[AlertTable]:
    """Return the rules shared by all watches of a folder; report one whose name the watch itself uses."""
    if not path.is_file():
        return []
    file = _load(path, tables.SharedFile, problems, extra=_same_rule_twice)
    own = {rule.name for rule in watch.alert} if watch is not None else set()
    for name in (rule.name for rule in (file.alert if file is not None else ()) if rule.name in own):
        message = f"the watch has a rule '{shorten(name, 60)}' of its own."
        problems.append(WatchFileError(path, None, message, remedy="Give one of the two another name."))
    return file.alert if file is not None else []


# -- one file --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Toml:
    """A TOML file as read: values, and where each key stands."""

    path: Path
    data: dict[str, Any]
    lines: Lines

    def problem(self, path: tuple[str | int, ...], message: str, remedy: str) -> WatchFileError:
        return WatchFileError(self.path, self.lines.nearest(path), message, remedy=remedy)


def _load(
    path: Path,
    kind: type[_File],
    problems: list[WatchFileError],
    *,
    context: dict[str, Any] | None = None,
    extra: Callable[[_Toml], Iterator[WatchFileError]] | None = None,
) -> _File | None:
    """The file as ``kind``, or None after its problems have been added in the order of lines."""
    text = _read(path, problems)
    if text is None:
        return None
    try:
        toml = _Toml(path, tomllib.loads(text), locate(text))
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError
        problems.append(_syntax(path, text, error))
        return None
    found: list[WatchFileError] = []
    loaded: _File | None = None
    try:
        loaded = kind.model_validate(toml.data, context=context)
    except ValidationError as error:
        found += (_translate(toml, kind, detail) for detail in error.errors(include_url=False))
    if extra:
        found += extra(toml)
    problems += sorted(found, key=lambda problem: problem.line or 0)
    return loaded


def _read(path: Path, problems: list[WatchFileError]) -> str | None:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        problems.append(WatchFileError(path, None, "the file is missing.", remedy=_init(path.parent)))
        return None
    except OSError as error:
        message = f"can't be read: {error.strerror or 'unknown reason'}."
        problems.append(WatchFileError(path, None, message, remedy="See to the file's type and permissions."))
        return None
    if len(data) > MAX_FILE_BYTES:
        message = f"is larger than {MAX_FILE_BYTES // 1024} KiB."
        problems.append(WatchFileError(path, None, message, remedy="Take out what is no part of the watch."))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(WatchFileError(path, line, "is not UTF-8.", remedy="Save the file as UTF-8."))
        return None


def _init(folder: Path) -> str:
    return f"Make a watch with: missionwatch init {folder} --article FILE"


def _syntax(path: Path, text: str, error: Exception) -> WatchFileError:
    if isinstance(error, RecursionError):
        return WatchFileError(path, None, "is nested too deeply.", remedy="Write flat tables.")
    message = str(error)
    match = _TOML_LINE.search(message)
    line = int(match[1]) if match else max(1, text.rstrip().count("\n") + 1)
    reason = message.split(" (at ")[0][:200]
    return WatchFileError(path, line, f"is not TOML: {reason}.", remedy="Mend the line; see https://toml.io.")


# -- what pydantic found, in our words -------------------------------------------------------


def _translate(toml: _Toml, kind: type[BaseModel], detail: ErrorDetails) -> WatchFileError:
    loc = tuple(detail["loc"])
    at = max((number for number, part in enumerate(loc) if isinstance(part, str)), default=0)
    key = str(loc[at]) if loc else ""
    header = _header(loc)
    table = tables.table_at(kind, loc[:at])
    if detail["type"] == "extra_forbidden":
        message = f"unknown key '{shorten(key, 60)}' in {header}."
        return toml.problem(loc, message, tables.suggest(key, table.model_fields))
    field = table.model_fields.get(key)
    example = str(field.examples[0]) if field and field.examples else "..."
    write = f"Write {example}." if example.startswith("a table") else f"Write for example {key} = {example}"
    if detail["type"] == "missing":
        return toml.problem(loc, f"'{key}' is missing in {header}.", write)
    if detail["type"] == "watch":
        context = detail["ctx"]
        message = context["message"]
        if not message.startswith(("the quote", "valid_to", "unknown")):
            message = f"'{key}' in {header}: {message}"
        return toml.problem(loc, message, context["remedy"] or write)
    if wanted := _TYPES.get(detail["type"]):
        written = _WRITTEN.get(type(detail["input"]), "a date or time")
        element = " of the list" if isinstance(loc[-1], int) else ""
        return toml.problem(loc, f"'{key}'{element} in {header} must be {wanted}, not {written}.", write)
    message = detail["msg"].replace("Input should be", "must be").replace("List should", "must")
    return toml.problem(loc, f"'{key}' in {header} {message[0].lower()}{message[1:]}.", write)


def _header(loc: tuple[str | int, ...]) -> str:
    """How the table that holds the key at ``loc`` is written: ``[[name]]``, ``[source]``, ``the file``."""
    if len(loc) > 1 and isinstance(loc[0], str):
        if len(loc) > 2 and isinstance(loc[1], int):
            return f"[[{loc[0]}]]"
        if isinstance(loc[1], str):
            return f"[{loc[0]}]"
    return "the file"


# -- what concerns two tables ----------------------------------------------------------------


def _tables(toml: _Toml, name: str, key: str) -> Iterator[tuple[int, str]]:
    """The index and ``key`` of each ``[[name]]`` that has it as a string."""
    found = toml.data.get(name)
    for index, table in enumerate(found if isinstance(found, list) else ()):
        if isinstance(table, dict) and isinstance(table.get(key), str):
            yield index, table[key]


def _same_feed_twice(toml: _Toml) -> Iterator[WatchFileError]:
    first: dict[str, int] = {}
    for index, url in _tables(toml, "feed", "url"):
        same = tables.same_address(url)
        if same in first:
            line = toml.lines.nearest(("feed", first[same], "url"))
            message = f"the feed {shorten(without_secrets(url), 120)} is there already, on line {line}."
            yield toml.problem(("feed", index, "url"), message, "Take one of the two out.")
        first.setdefault(same, index)


def _same_rule_twice(toml: _Toml) -> Iterator[WatchFileError]:
    first: dict[str, tuple[str, int]] = {}
    for table, what in (("alert", "alert rule"), ("brief", "brief")):
        for index, name in _tables(toml, table, "name"):
            if name in first:
                line = toml.lines.nearest((*first[name], "name"))
                message = f"the {what} '{shorten(name, 60)}' is there already, on line {line}."
                yield toml.problem((table, index, "name"), message, f"Give each {what} its own name.")
            first.setdefault(name, (table, index))
