"""Whole tables and views as files, for whatever reads Parquet, CSV or JSON and no DuckDB.

The files are written into a folder beside the one that is asked for, which takes its place when all are there.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.model.errors import StorageError, UsageError
from pipeline.storage.connection import Connection, open_connection
from pipeline.storage.files.disk import sync
from pipeline.storage.files.failures import storage_errors
from pipeline.storage.files.names import PUBLISHED
from pipeline.storage.files.newest import newest
from pipeline.storage.migrations import check
from pipeline.storage.schema import literal

FORMATS = ("parquet", "csv", "json")
ABOUT = "export.json"  # what is in the folder; also the mark of a folder that an export may replace

# What a spreadsheet takes for a formula where it stands first in a cell, and what it drops before one.
# Source: OWASP, CSV injection.
_FORMULA = r"^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])"
_OPTIONS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER true",
    "json": "FORMAT json",
}
_RELATIONS = """
SELECT name, kind, comment FROM (
    SELECT view_name AS name, 'view' AS kind, comment FROM duckdb_views()
    WHERE NOT internal AND database_name = 'store'
    UNION ALL
    SELECT table_name, 'table', comment FROM duckdb_tables() WHERE NOT internal AND database_name = 'store'
) ORDER BY kind DESC, name"""
_COLUMNS = """
SELECT table_name AS relation, column_name AS name, data_type AS type, comment FROM duckdb_columns()
WHERE NOT internal AND database_name = 'store' ORDER BY table_name, column_index"""


@dataclass(frozen=True, slots=True)
class Exported:
    """One file of an export: the table or view, the file's name, its rows and bytes."""

    relation: str
    file: str
    rows: int
    size: int


def export(folder: Path, target: Path, *, form: str = "parquet", only: Sequence[str] = ()) -> list[Exported]:
    """Write the published tables and views of ``folder`` into the folder ``target``, a file each.

    All files are of one publication. An earlier export in ``target`` is replaced as a whole; until then, and where
    this one fails, it stays as it was.

    Args:
        folder: the data folder.
        target: the folder to make. It may be there where it is empty, or made by an export.
        form: one of :data:`FORMATS`.
        only: names of tables and views; all where none is named.

    Raises:
        UsageError: ``target`` holds something else, or a name in ``only`` is unknown.
        StorageError: nothing is published, or the files can't be written.
    """
    published = newest(folder / PUBLISHED)
    if not published.is_file():
        raise StorageError(
            f"{published} is not there: nothing has been published yet.",
            remedy="Run the watch once (missionwatch run DIR --once), or name the folder that holds its data.",
        )
    _check_target(target)
    new = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    db = open_connection(published, read_only=True)
    try:
        check(db)
        with storage_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(new, ignore_errors=True)
            new.mkdir()
        done = _write(db, new, form, only)
        with storage_errors(target):
            sync(new)
            _swap(new, target)
    finally:
        db.close()
        shutil.rmtree(new, ignore_errors=True)
    return done


def _check_target(target: Path) -> None:
    """Refuse to replace what no export has made."""
    if not target.exists():
        return
    if target.is_dir() and ((target / ABOUT).is_file() or not any(target.iterdir())):
        return
    raise UsageError(
        f"{target} holds something that no export has made, and is left alone.",
        remedy="Name a folder that is not there yet, is empty, or holds an earlier export.",
    )


def _write(db: Connection, folder: Path, form: str, only: Sequence[str]) -> list[Exported]:
    relations = {row["name"]: row for row in db.rows(_RELATIONS)}
    unknown = sorted(set(only) - relations.keys())
    if unknown:
        raise UsageError(
            f"There is no table or view called {', '.join(unknown)}.",
            remedy=f"Those that there are: {', '.join(relations)}.",
        )
    columns: dict[str, list[dict[str, str]]] = {name: [] for name in relations}
    for row in db.rows(_COLUMNS):
        columns.get(row["relation"], []).append({name: row[name] or "" for name in ("name", "type", "comment")})
    done, about = [], []
    for name, relation in relations.items():
        if only and name not in only:
            continue
        file = folder / f"{name}.{form}"
        rows = db.run(_copy(name, columns[name], relation["comment"] or "", file, form))
        with storage_errors(file):
            sync(file)
            done.append(Exported(name, file.name, rows, file.stat().st_size))
        about.append(
            {
                "file": file.name,
                "name": name,
                "kind": relation["kind"],
                "comment": relation["comment"] or "",
                "rows": rows,
                "columns": columns[name],
            }
        )
    published = db.value("SELECT max(published_at) FROM published")
    told = {"published_at": published.isoformat() if published else None, "format": form, "files": about}
    with storage_errors(folder):
        (folder / ABOUT).write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
        sync(folder / ABOUT)
    return done


def _copy(name: str, columns: Sequence[dict[str, str]], comment: str, file: Path, form: str) -> str:
    """The statement that writes a table or view to a file."""
    options = _OPTIONS[form]
    if form == "parquet":
        # Parquet has room for what a column means: pyarrow, polars and DuckDB itself show it.
        meanings = {"comment": comment, **{f"comment.{column['name']}": column["comment"] for column in columns}}
        told = ", ".join(f"{literal(key)}: {literal(text)}" for key, text in meanings.items() if text)
        options += f", KV_METADATA {{{told}}}" if told else ""
    chosen = [_safe(column) if form == "csv" else _quoted(column["name"]) for column in columns]
    return f"COPY (SELECT {', '.join(chosen)} FROM {_quoted(name)}) TO {literal(str(file))} ({options})"  # noqa: S608


def _safe(column: dict[str, str]) -> str:
    """A column of a CSV file, of which no spreadsheet makes a formula."""
    quoted = _quoted(column["name"])
    if column["type"].upper().startswith(("VARCHAR", "MAP", "STRUCT", "JSON")) or column["type"].endswith("]"):
        text = f"CAST({quoted} AS VARCHAR)"
        return f"CASE WHEN regexp_matches({text}, {literal(_FORMULA)}) THEN '''' || {text} ELSE {text} END AS {quoted}"
    return quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _swap(new: Path, target: Path) -> None:
    """Put ``new`` in the place of ``target``."""
    old = target.with_name(f".{target.name}.{os.getpid()}.old")
    if target.exists():
        target.replace(old)
    try:
        new.replace(target)
    except OSError:
        if old.exists():
            old.replace(target)
        raise
    sync(target.parent)
    shutil.rmtree(old, ignore_errors=True)
