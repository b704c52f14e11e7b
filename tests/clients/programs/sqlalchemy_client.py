"""SQLAlchemy with the dialect of duckdb-sqlalchemy. What there is comes from reflection, not from SQL of ours."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import sqlalchemy
from talk import Answer, Client, talk


class SQLAlchemy(Client):
    def version(self) -> str:
        return f"{sqlalchemy.__version__}, duckdb-sqlalchemy {version('duckdb-sqlalchemy')}"

    def open(self, file: str) -> None:
        # Without NullPool a connection stays open, and with it the file that has since been replaced.
        self.engine = sqlalchemy.create_engine(
            f"duckdb:///{file}", connect_args={"read_only": True}, poolclass=sqlalchemy.NullPool
        )
        self.db = self.engine.connect()

    def ask(self, sql: str) -> tuple[list[str], list[Any]]:
        try:
            found = self.db.exec_driver_sql(sql)
            return list(found.keys()), [tuple(row) for row in found]
        except sqlalchemy.exc.DBAPIError:
            self.db.rollback()  # SQLAlchemy has begun a transaction, which the error has ended
            raise

    def look(self) -> Answer:
        seen = sqlalchemy.inspect(self.db)
        tables, views = seen.get_table_names(), seen.get_view_names()
        return {
            "tables": {name: seen.get_table_comment(name)["text"] for name in tables},
            "views": {name: seen.get_table_comment(name)["text"] for name in views},
            "columns": {
                f"{name}.{column['name']}": column["comment"]
                for name in [*tables, *views]
                for column in seen.get_columns(name)
                if column.get("comment")
            },
        }

    def close(self) -> None:
        self.db.close()
        self.engine.dispose()


if __name__ == "__main__":
    talk(SQLAlchemy())
