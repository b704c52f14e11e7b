"""How a client's program talks with the tests: a line of JSON asks, a line of JSON answers.

It needs nothing but Python, as each program runs in the environment of its own client. What may be asked::

    {"do": "open", "file": "missionwatch.duckdb"}     {"done": true}
    {"do": "look"}                                    {"tables": {...}, "views": {...}, "columns": {...}}, with comments
    {"do": "ask", "sql": "SELECT ..."}                {"columns": [...], "rows": [[...], ...]}
    {"do": "close"}                                   {"done": true}
    {"do": "version"}                                 {"version": "1.5.6"}

What goes wrong is answered as ``{"error": "..."}``; the program ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

TABLES = "SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal AND database_name = current_database()"
VIEWS = "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal AND database_name = current_database()"
COLUMNS = (
    "SELECT table_name || '.' || column_name, comment FROM duckdb_columns() "
    "WHERE NOT internal AND database_name = current_database() AND comment IS NOT NULL"
)

Answer = dict[str, Any]


class Client:
    """What a program offers; :meth:`look` asks DuckDB's own catalogue unless the client has another way."""

    def version(self) -> str:
        raise NotImplementedError

    def open(self, file: str) -> None:
        raise NotImplementedError

    def ask(self, sql: str) -> tuple[list[str], list[Any]]:
        """The names of the columns, and the rows."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def look(self) -> Answer:
        found = zip(("tables", "views", "columns"), (TABLES, VIEWS, COLUMNS), strict=True)
        return {kind: {row[0]: row[1] for row in self.ask(sql)[1]} for kind, sql in found}


def answer(client: Client, asked: Answer) -> Answer:
    """What ``client`` says to one line."""
    try:
        what = asked["do"]
        if what == "ask":
            columns, rows = client.ask(asked["sql"])
            return {"columns": columns, "rows": [list(row) for row in rows]}
        if what == "look":
            return client.look()
        if what == "version":
            return {"version": client.version()}
        client.open(asked["file"]) if what == "open" else client.close()
    except Exception as error:  # whatever it is, the test is to see it
        return {"error": f"{type(error).__name__}: {error}"}
    return {"done": True}


def talk(client: Client) -> None:
    """Answer each line of the standard input, until it ends."""
    # What a library prints must not stand between two answers.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)
        for line in sys.stdin:
            out.write(said(answer(client, json.loads(line))) + "\n")
            out.flush()


def said(told: Answer) -> str:
    """An answer as a line; values that JSON lacks as the text that they show."""
    return json.dumps(told, default=str)
