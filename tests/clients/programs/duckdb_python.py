"""The package duckdb, with the rows as Python values. Opens an address with httpfs from the package of that name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from talk import Client, talk


class DuckDB(Client):
    def version(self) -> str:
        return duckdb.__version__

    def open(self, file: str) -> None:
        if not file.startswith("http"):
            self.db = duckdb.connect(file, read_only=True)
            return
        import duckdb_extension_httpfs

        at = next(Path(duckdb_extension_httpfs.__file__).parent.glob("extensions/*/httpfs.duckdb_extension"))
        self.db = duckdb.connect()
        self.db.execute(f"LOAD '{at}'")
        self.db.execute(f"ATTACH '{file}' AS mw (READ_ONLY)")
        self.db.execute("USE mw")

    def ask(self, sql: str) -> tuple[list[str], list[Any]]:
        done = self.db.execute(sql)
        return [column[0] for column in done.description or ()], done.fetchall()

    def close(self) -> None:
        self.db.close()


if __name__ == "__main__":
    talk(DuckDB())
