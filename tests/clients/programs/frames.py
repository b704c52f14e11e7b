"""The package duckdb, with the rows as a data frame: ``frames.py pandas``, ``polars`` or ``arrow``."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Any

from duckdb_python import DuckDB
from talk import talk

KIND = sys.argv[1]


class Frames(DuckDB):
    def version(self) -> str:
        return version({"arrow": "pyarrow"}.get(KIND, KIND))

    def ask(self, sql: str) -> tuple[list[str], list[Any]]:
        relation = self.db.sql(sql)
        if KIND == "pandas":
            frame = relation.df()
            frame = frame.astype(object).where(frame.notna(), None)  # what pandas shows as NaN and NaT
            return list(frame.columns), list(frame.itertuples(index=False, name=None))
        if KIND == "polars":
            table = relation.pl()
            return table.columns, table.rows()
        found = relation.to_arrow_table()
        return found.column_names, [list(row.values()) for row in found.to_pylist()]


if __name__ == "__main__":
    talk(Frames())
