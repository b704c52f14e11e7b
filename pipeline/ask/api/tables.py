"""Answers as tables, for spreadsheets and dashboards: CSV, or a JSON array of flat rows. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from pipeline.model import escape

CSV = "text/csv; charset=utf-8; header=present"
JSON = "application/json"
Format = Literal["json", "csv", "rows"]


def format_of(asked: Format | None, accept: str) -> Format:
    """Decide the form of an answer: what ``format`` says, else whichever the header Accept likes better; JSON if equal.

    Types are weighed as RFC 9110 has it: the most exact entry that fits counts.
    """
    if asked is not None:
        return asked
    return "csv" if _weight(accept, "text", "csv") > _weight(accept, "application", "json") else "json"


def _weight(accept: str, kind: str, subtype: str) -> float:
    best = (-1, 0.0)
    for entry in accept.lower().split(",")[:50]:
        name, *params = (part.strip() for part in entry.split(";"))
        exact = {f"{kind}/{subtype}": 2, f"{kind}/*": 1, "*/*": 0}.get(name, -1)
        if exact > best[0]:
            best = (exact, _quality(params))
    return best[1]


def _quality(params: Sequence[str]) -> float:
    for param in params:
        name, _, value = param.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def csv_of(answer: BaseModel, items: str) -> bytes:
    """Return the list ``items`` of ``answer`` as CSV (RFC 4180) with a header, which an empty list has too.

    A citation's fields stand beside the row's own, those of other nested objects under ``parent_child``; lists of
    objects are left out. What a spreadsheet would take for a formula gets a quote in front.
    """
    columns, found = _table(answer, items)
    lines = [escape.csv_row(columns), *(escape.csv_row(row.values()) for row in found)]
    return "".join(lines).encode("utf-8", "replace")


def rows_of(answer: BaseModel, items: str) -> bytes:
    """Return the same table as a JSON array of flat objects, with numbers as numbers and times in ISO 8601."""
    _, found = _table(answer, items)
    return json.dumps(to_jsonable_python(found), ensure_ascii=False).encode("utf-8", "replace")


def _table(answer: BaseModel, items: str) -> tuple[Sequence[str], list[Mapping[str, object]]]:
    """The columns of the list ``items``, and its rows."""
    (item,) = (kind for kind in get_args(type(answer).model_fields[items].annotation) if isinstance(kind, type))
    columns = _columns(item)
    return tuple(columns), [
        {name: _cell(row, path) for name, path in columns.items()} for row in getattr(answer, items)
    ]


def _columns(kind: type[BaseModel], path: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """The columns of ``kind``, each with the way to its value."""
    found: dict[str, tuple[str, ...]] = {}
    for name, about in kind.model_fields.items():
        kind_of: object = about.annotation
        if isinstance(kind_of, type) and issubclass(kind_of, BaseModel):
            within = _columns(kind_of, (*path, name))
            plain = name == "citation"
            found |= {one if plain or name in one else f"{name}_{one}": way for one, way in within.items()}
        elif not any(isinstance(one, type) and issubclass(one, BaseModel) for one in get_args(kind_of)):
            found[name] = (*path, name)
    return found


def _cell(row: BaseModel, path: Sequence[str]) -> object:
    value: object = row
    for name in path:
        value = getattr(value, name)
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value
