"""DuckDB helpers: open, read rows, write batches, one transaction at a time. No business logic."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa

from pipeline.storage.files.failures import is_lock, storage_errors, translate
from pipeline.storage.files.length import check_length
from pipeline.storage.schema import TABLES, literal

STORAGE_VERSION = "v1.4.0"  # read by DuckDB 1.4 to 2.x; a third of the size of the older default
MEMORY_LIMIT = "1GB"  # 300 to 600 MB were enough for batches into a million rows
RETRY_PAUSE = 0.05  # seconds, while a SQL client has the file open

Row = dict[str, Any]

# What every client needs: no extension is loaded or fetched, and no Python variable is mistaken for a table.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "memory_limit": MEMORY_LIMIT,
    "python_enable_replacements": "false",
}
_IS_BEFORE_2 = int(duckdb.__version__.partition(".")[0]) < 2
_BLOCKS = "SELECT block_size, total_blocks, used_blocks FROM pragma_database_size() WHERE database_name = 'store'"
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_ARROW_TYPES = {
    "UUID": pa.string(),
    "VARCHAR": pa.string(),
    "TIMESTAMPTZ": pa.timestamp("us", tz="UTC"),
    "DATE": pa.date32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "UINTEGER[]": pa.list_(pa.uint32()),
    "MAP(VARCHAR, BIGINT)": pa.map_(pa.string(), pa.int64()),
}


class Connection:
    """One open DuckDB file. Errors come as StorageError, with what to do."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.path = path
        self._duck = duck

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[Row]:
        """What a query gives, as dicts of plain Python values; times are UTC-aware."""
        # By way of Arrow: DuckDB's own conversion of times needs another package before 2.0.
        with storage_errors(self.path):
            found = self._ask(sql, [_plain(value) for value in params])
            if found is None:  # a statement without a result
                return []
            described = found.description or []
            names, kinds = [str(column[0]) for column in described], [str(column[1]) for column in described]
            table = found.to_arrow_table()
        # Column by column: Arrow's own way to rows takes 7 us for each time alone.
        columns = [_values(column, kind) for column, kind in zip(table.itercolumns(), kinds, strict=True)]
        return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]

    def _ask(self, sql: str, params: list[object]) -> duckdb.DuckDBPyConnection | duckdb.DuckDBPyRelation | None:
        """The result of a query, by the call that is the quick one in the DuckDB that runs here.

        Before 2.0 ``sql`` makes a relation of the result first, which takes up to twenty times as long; since then
        ``execute`` copies each row once more on its way to Arrow, and warns of it.
        """
        return self._duck.execute(sql, params) if _IS_BEFORE_2 else self._duck.sql(sql, params=params)

    def value(self, sql: str, params: Sequence[object] = ()) -> Any:
        """The first column of the first row; None where there is no row."""
        rows = self.rows(sql, params)
        return next(iter(rows[0].values())) if rows else None

    def run(self, sql: str, params: Sequence[object] = ()) -> int:
        """Run a statement; the number of rows that it wrote, 0 where it writes none."""
        with storage_errors(self.path):
            result = self._duck.execute(sql, [_plain(value) for value in params]).fetchall()
        return int(result[0][0]) if result and isinstance(result[0][0], int) else 0

    def script(self, sql: str) -> None:
        """Run the statements of a script, which end in semicolons."""
        with storage_errors(self.path):
            self._duck.execute(sql)

    def insert(
        self, table: str, rows: Sequence[Mapping[str, object]], *, on_conflict: str = "DO NOTHING", where: str = ""
    ) -> int:
        """Insert ``rows`` as one batch.

        Args:
            table: a table of :data:`pipeline.storage.schema.TABLES`.
            rows: a value for each column of it; of rows with the same key the first counts.
            on_conflict: what to do where the key is there, for tables with a key.
            where: condition on the batch, which is called ``batch``.

        Returns:
            The number of rows that were written.
        """
        if not rows:
            return 0
        spec = TABLES[table]
        if spec.keyed:
            key = spec.columns[0].name
            rows = list({row[key]: row for row in reversed(rows)}.values())[::-1]
        arrays = [
            pa.array(_to_arrow([row[column.name] for row in rows], column.type), _ARROW_TYPES[column.type])
            for column in spec.columns
        ]
        batch = pa.table(arrays, names=[column.name for column in spec.columns])
        names = ", ".join(column.name for column in spec.columns)
        values = ", ".join(f"CAST(batch.{column.name} AS {column.type})" for column in spec.columns)
        sql = f"INSERT INTO {table} ({names}) SELECT {values} FROM batch"  # noqa: S608 -- names come from the schema
        if where:
            sql += f" WHERE {where}"
        if spec.keyed:
            sql += f" ON CONFLICT {on_conflict}"
        with storage_errors(self.path):
            self._duck.register("batch", batch)
            try:
                return self.run(sql)
            finally:
                with suppress(duckdb.Error):  # it must not hide why the insert failed
                    self._duck.unregister("batch")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that the block writes, or nothing of it."""
        self.run("BEGIN TRANSACTION")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):
                self._duck.execute("ROLLBACK")
            raise

    def checkpoint(self) -> None:
        """Bring what the write-ahead log holds into the file."""
        self.run("CHECKPOINT")

    def interrupt(self) -> None:
        """Stop the query that another thread waits for: it fails with an error whose cause is DuckDB's own."""
        self._duck.interrupt()

    def close(self) -> None:
        """Close the file. What is committed is safe even where the last checkpoint fails."""
        with suppress(duckdb.Error):
            self._duck.execute("USE memory")
            self._duck.execute("DETACH store")
        with suppress(duckdb.Error):
            self._duck.close()


def open_connection(path: Path, *, read_only: bool = False, wait: float = 0.0) -> Connection:
    """Open the DuckDB file ``path``, which is created unless ``read_only``.

    Args:
        path: the file.
        read_only: open it beside other readers, and write nothing.
        wait: how long to wait, in seconds, while another program has the file open.

    Raises:
        StoreLockedError: another program has it open for longer than ``wait``.
        StoreUnwritableError: it can't be created or written.
        StoreDamagedError: it is not a DuckDB file, damaged, or cut short.
    """
    deadline = time.monotonic() + wait
    # Not duckdb.connect(path): that has no storage version, and within one process it would
    # give the file that was open before, not the one that has taken its place.
    with storage_errors(path):
        duck = duckdb.connect(":memory:", config=CONFIG)
    try:
        with storage_errors(path):
            duck.execute("SET TimeZone = 'UTC'")
            # Spilled rows go beside the file that is written; who only reads may not write there.
            spill = Path(tempfile.gettempdir(), f"missionwatch-{os.getpid()}") if read_only else Path(f"{path}.tmp")
            duck.execute(f"SET temp_directory = {literal(str(spill))}")
        _attach(duck, path, read_only, deadline)
        with storage_errors(path):
            duck.execute("USE store")
            ((block_size, total, used),) = duck.execute(_BLOCKS).fetchall()
        check_length(path, block_size, total, used)
        connection = Connection(duck, path)
        if not read_only and path.with_name(path.name + ".wal").exists():
            connection.checkpoint()  # a writer was killed: settle its log before anything else
    except BaseException:
        duck.close()
        raise
    return connection


def _attach(duck: duckdb.DuckDBPyConnection, path: Path, read_only: bool, deadline: float) -> None:
    options = "READ_ONLY" if read_only else f"STORAGE_VERSION '{STORAGE_VERSION}'"
    while True:
        try:
            duck.execute(f"ATTACH {literal(str(path))} AS store ({options})")
        except (duckdb.Error, OSError) as error:
            if not is_lock(error) or time.monotonic() >= deadline:
                raise translate(error, path) from error
            time.sleep(RETRY_PAUSE)
        else:
            return


def _plain(value: object) -> object:
    """A query parameter in a type that DuckDB binds without help."""
    if isinstance(value, datetime):
        return value.isoformat()  # a bound tz-aware datetime would need another package before 2.0
    if isinstance(value, (UUID, date)):
        return str(value)
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, (list, tuple)):
        # As the text of a list, for CAST(? AS VARCHAR[]): bound as a list, each item costs DuckDB a search for packages
        # that we don't have, 0.06 ms, which made most of the time of storing 40,000 entries.
        return f"[{', '.join(_quoted(str(_plain(item))) for item in value)}]"
    return value


def _quoted(text: str) -> str:
    """``text`` as an item in the text of a DuckDB list."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _to_arrow(values: list[Any], kind: str) -> list[Any]:
    """``values`` of a column of the DuckDB type ``kind`` as Arrow takes them."""
    if kind == "VARCHAR":
        return [None if value is None else _clean(value) for value in values]
    if kind == "UUID":
        return [None if value is None else str(value) for value in values]
    if kind == "TIMESTAMPTZ":
        for value in values:
            if value is not None and value.tzinfo is None:
                raise ValueError(f"a time without a zone can't be stored: {value!r}")
    if kind.startswith("MAP"):
        return [None if value is None else list(value.items()) for value in values]
    return values


def _clean(text: str) -> str:
    """``text`` as UTF-8 can hold it, one character for one, so that offsets stay right."""
    text = str(text)
    if text.isascii() and "\x00" not in text:
        return text
    text = text.replace("\x00", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def _values(column: pa.ChunkedArray, kind: str) -> list[Any]:
    """The values of ``column``, of the DuckDB type ``kind``, as plain Python values."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        return [None if us is None else _EPOCH + us * _MICROSECOND for us in column.cast(pa.int64()).to_pylist()]
    values: list[Any] = column.to_pylist()
    if kind == "UUID":
        return [None if value is None else UUID(value) for value in values]
    if kind == "UUID[]":
        return [None if value is None else [UUID(item) for item in value] for value in values]
    if kind.startswith("MAP"):
        return [None if value is None else dict(value) for value in values]
    return values
