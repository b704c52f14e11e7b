"""What a table is, and its statements."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its DuckDB type, and what it means."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``keyed`` makes its first column the primary key."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    keyed: bool = True

    def ddl(self) -> str:
        """Return the statement that creates the table."""
        lines = [f"{column.name} {column.type}" for column in self.columns]
        if self.keyed:
            lines[0] += " PRIMARY KEY"
        return f"CREATE TABLE {self.name} ({', '.join(lines)})"

    def comments(self) -> str:
        """Return the statements that say what the table and each of its columns mean."""
        told = [f"COMMENT ON TABLE {self.name} IS {literal(self.comment)};"]
        told += [f"COMMENT ON COLUMN {self.name}.{one.name} IS {literal(one.comment)};" for one in self.columns]
        return "\n".join(told)


def literal(text: str) -> str:
    """Return ``text`` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def table(name: str, comment: str, *columns: tuple[str, str, str], keyed: bool = True) -> Table:
    """Return the table whose columns are (name, type, what it means), in their order."""
    return Table(name, comment, tuple(Column(*column) for column in columns), keyed)


UUID, TEXT, TIME, DAY = "UUID", "VARCHAR", "TIMESTAMPTZ", "DATE"
INTEGER, REAL, BOOLEAN = "BIGINT", "DOUBLE", "BOOLEAN"
