"""docs/reference/watch-files.md: each key of a watch's files, as ``pipeline.watches.tables`` has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from enum import StrEnum

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.watches import tables
from pipeline.watches.alerting import AlertTable, BriefTable, UrgentTable
from pipeline.watches.choice import ReaderTable
from tests.docs_site.keys import MEANINGS
from tests.docs_site.markdown import cell, table

TITLE = "The files of a watch"
INTRODUCTION = """A watch is a folder. `missionwatch init` writes these files, and `missionwatch check DIR` names
the line of whatever is wrong in them, with what to write instead. An unknown key is an error.

| file | what it holds |
| --- | --- |
| [`watch.toml`](#watchtoml) | what the mission is called, where it is, who is told of what, which engine reads |
| [`feeds.toml`](#feedstoml) | what is polled |
| [`baseline.toml`](#baselinetoml) | what was known at the start: facts, each with the sentence that says so |
| `baseline.md` | the text in which these sentences stand, word for word |
| [`alerts.toml`](#alertstoml) | beside the folders of watches: rules that each of these watches has |
| `archive/` | past articles for `missionwatch replay`: [its own page](../../seeds/haiti/archive/README.md) |

Times have a zone (`2025-08-24T00:00:00+03:00`), days have none (`2025-08-24`). A length of time is a number with
`m`, `h`, `d` or `w`, from `5m` to `366d`.
"""
# In the order of the page: the file, then (heading, the model, what the table is).
FILES: Mapping[str, tuple[tuple[str, type[BaseModel], str], ...]] = {
    "watch.toml": (
        ("", tables.WatchFile, "At the top of the file, before the first table:"),
        (
            "[[name]]",
            tables.NameTable,
            "One for each name of the mission, long or short, in each language. A name counts where it stands in an "
            "article, on a day on which it is in use, and in its context. `[[sister_mission]]` has the same keys: what "
            "is said of such a mission is not said of this one.",
        ),
        ("[[alert]]", AlertTable, "One for each rule. [Alerts](../alerts.md) tells how rules work together."),
        ("[[brief]]", BriefTable, "One for each report that goes out by itself: [briefs](../briefs.md)."),
        ("urgent = { ... }", UrgentTable, "What breaks the quiet hours of a rule; without a key, all."),
        ("[reader]", ReaderTable, "Which engine reads. [A language model](../llm.md) tells what it may do."),
    ),
    "alerts.toml": (
        (
            "",
            tables.SharedFile,
            "In the folder that holds the folders of watches; it may be missing. Its `[[alert]]` tables are those of "
            "`watch.toml`, and none has the name of one there:",
        ),
    ),
    "feeds.toml": (("[[feed]]", tables.FeedTable, "One for each feed; 5,000 at most."),),
    "baseline.toml": (
        ("[source]", tables.SourceTable, "The seed article."),
        ("[[fact]]", tables.FactTable, "One for each fact; the board's first rows."),
    ),
}


def known_keys() -> Iterator[tuple[type[BaseModel], str, FieldInfo]]:
    """(model, key, field) for each key of each file."""
    for found in FILES.values():
        for _, kind, _ in found:
            yield from ((kind, name, field) for name, field in kind.model_fields.items())


def page() -> str:
    """The page as Markdown."""
    parts = [INTRODUCTION]
    for file, found in FILES.items():
        parts.append(f"## {file}\n")
        for heading, kind, told in found:
            parts += [f"### `{heading}`\n"] if heading else []
            parts += [f"{told}\n", table(("key", "without it", "for example", "what it is"), list(_rows(kind)))]
    return "\n".join(parts)


def _rows(kind: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for name, field in kind.model_fields.items():
        yield f"`{name}`", _default(field), _example(field), cell(_meaning(kind, name))


def _meaning(kind: type[BaseModel], name: str) -> str:
    try:
        return MEANINGS[kind.__name__][name]
    except KeyError:
        raise ValueError(f"say in tests/docs_site/keys.py what {name} of {kind.__name__} means") from None


def _example(field: FieldInfo) -> str:
    example = str((field.examples or [""])[0])
    # Of a table the example says only that it is one; its own part of the page shows it.
    return "" if example.startswith("a table") else f"`{example}`".replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be there"
    value = field.default
    if isinstance(value, BaseModel) or value in (None, "", [], {}):
        return ""
    return f"`{written(value)}`"


def written(value: object) -> str:
    """``value`` as TOML has it.

    Raises:
        ValueError: a kind of value that no file has.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if isinstance(value, timedelta):
        return f'"{value.total_seconds() / 3600:g}h"'
    if isinstance(value, str | StrEnum):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    raise ValueError(f"say how {value!r} is written")
