"""ADBC: DuckDB's own driver, which is in the package duckdb, under the driver manager of Arrow."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import adbc_driver_duckdb
import adbc_driver_manager.dbapi
from talk import Answer, Client, talk


class ADBC(Client):
    def version(self) -> str:
        return f"{version('adbc-driver-manager')}, driver of DuckDB {version('duckdb')}"

    def open(self, file: str) -> None:
        # Not adbc_driver_duckdb.dbapi.connect(file), which would open it to write.
        self.db = adbc_driver_manager.dbapi.connect(
            driver=adbc_driver_duckdb.driver_path(),
            entrypoint="duckdb_adbc_init",
            db_kwargs={"path": file, "access_mode": "READ_ONLY"},
            autocommit=True,
        )

    def ask(self, sql: str) -> tuple[list[str], list[Any]]:
        with self.db.cursor() as cursor:
            cursor.execute(sql)
            found = cursor.fetch_arrow_table()
        return found.column_names, [list(row.values()) for row in found.to_pylist()]

    def look(self) -> Answer:
        seen = super().look()
        kinds: dict[str, set[str]] = {}
        for catalogue in self.db.adbc_get_objects(depth="tables").read_all().to_pylist():
            for schema in catalogue["catalog_db_schemas"]:
                for table in schema["db_schema_tables"]:
                    kinds.setdefault(table["table_type"], set()).add(table["table_name"])
        # Which tables and views there are, the driver says itself; for comments ADBC has no place.
        seen["tables"] = {name: seen["tables"].get(name) for name in kinds.get("BASE TABLE", ())}
        seen["views"] = {name: seen["views"].get(name) for name in kinds.get("VIEW", ()) if name in seen["views"]}
        return seen

    def close(self) -> None:
        self.db.close()


if __name__ == "__main__":
    talk(ADBC())
