"""What a person sees in the terminal: the board, changes, trails. Rows in, text out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline.model import escape, phrasing
from pipeline.model.text import shorten

Row = Mapping[str, Any]

_ONE_OF = {
    "feeds": "feed",
    "entries": "entry",
    "fetches": "fetch",
    "articles": "article",
    "readings": "reading",
    "claims": "claim",
    "changes": "change",
    "silences": "silence",
    "alerts": "alert",
    "deliveries": "delivery",
    "checks": "later look at the page",
    "recalls": "recall",
    "marks": "mark",
}

_STAGE_STYLES = {
    "proposed": "yellow",
    "planned": "cyan",
    "decided": "bold blue",
    "in_effect": "green",
    "ended": "dim",
    "rejected": "red",
}


def console(*, stderr: bool = False) -> Console:
    """A console: plain and wide where the output is no terminal, so that nothing is cut and lines stay whole."""
    found = Console(stderr=stderr, highlight=False, markup=False)
    if found.is_terminal:
        return found
    return Console(stderr=stderr, highlight=False, markup=False, width=140, no_color=True, soft_wrap=stderr)


def cell(value: object, limit: int = 400) -> Text:
    """``value`` made safe for a terminal: no control sequences, no markup."""
    if value is None:
        return Text("")
    if isinstance(value, datetime):
        return Text(f"{value:%Y-%m-%d %H:%M}")
    if isinstance(value, date):
        return Text(f"{value:%Y-%m-%d}")
    return Text(shorten(escape.line(str(value)), limit))


def stage_cell(stage: object) -> Text:
    """A stage in its colour, words first: the colour adds, it does not tell."""
    name = str(stage or "")
    return Text(name.replace("_", " "), style=_STAGE_STYLES.get(name, ""))


def status_card(status: Row, title: str) -> RenderableType:
    """Where the mission stands, at a glance: a line for each thing that is known of it."""
    body = Table.grid(padding=(0, 2))
    body.add_column(style="dim")
    body.add_column(overflow="fold")
    for label, told in phrasing.status_lines(status):
        body.add_row(label, cell(told))
    return Group(Text(escape.line(title), style="bold"), Padding(body, (0, 0, 0, 2)))


def board_table(rows: Sequence[Row], title: str) -> RenderableType:
    """The board as a table: aspect, subject, value, stage, since, sources."""
    if not rows:
        return Text("The board is empty.")
    table = Table(title=title, title_justify="left", title_style="bold", show_lines=False, expand=False)
    for name in ("aspect", "subject", "value", "stage", "since"):
        table.add_column(name, overflow="fold")
    table.add_column("sources", justify="right")
    last = None
    for row in rows:
        aspect = row["aspect"]
        value = cell(row["value"], 90)
        if row.get("is_disputed"):
            value.append(
                f" (disputed: {shorten(escape.line(str(row.get('disputed_value') or '')), 40)})", style="magenta"
            )
        if row.get("unconfirmed_since"):
            value.append(f" (not confirmed since {cell(row['unconfirmed_since'])})")
        table.add_row(
            cell(aspect if aspect != last else ""),
            cell(row["subject"], 60),
            value,
            stage_cell(row["stage"]),
            cell(row["since"]),
            cell(row["sources"]),
            style="dim" if row.get("closed_by") or row.get("unconfirmed_since") else None,
        )
        last = aspect
    return table


def change_lines(rows: Iterable[Row]) -> RenderableType:
    """Changes, each with what became what, and the sentence that says so."""
    parts: list[RenderableType] = []
    for row in rows:
        head = Text()
        head.append(f"{_day(row['held_from'])}  ", style="bold")
        head.append(f"{row['aspect']} ", style="bold")
        head.append_text(stage_cell(row["stage"]))
        head.append(f"  {escape.line(str(row['subject']))}: ")
        if row.get("disputed_value"):
            head.append(f"{shorten(escape.line(str(row['value'] or '')), 60)}, and now also ")
            head.append(shorten(escape.line(str(row["disputed_value"])), 60), style="bold")
            head.append(f"  [{row['verdict']}]", style="dim")
            parts.append(head)
            parts += _proof(row)
            continue
        if row["verdict"] == "withdrawn":
            head.append(f"{shorten(escape.line(str(row['value'] or '')), 100)} ")
            head.append("is taken back", style="bold")
            head.append(f": {escape.line(str(row['reason']))}", style="dim")
            parts.append(head)
            parts += _proof(row)
            continue
        if row.get("before_stage"):
            before = shorten(escape.line(str(row.get("before_value") or "")), 60)
            head.append(f"{before} ({str(row['before_stage']).replace('_', ' ')}) became ")
        head.append(shorten(escape.line(str(row["value"] or "")), 100), style="bold")
        head.append(f"  [{row['verdict']}]", style="dim")
        parts.append(head)
        parts += _proof(row)
    return Group(*parts) if parts else Text("No change.")


def _proof(row: Row) -> list[RenderableType]:
    """The sentence that says so, and its source."""
    quote = Text(f"“{shorten(escape.line(str(row['quote'])), 320)}”", style="italic")
    source = Text(f"{escape.line(str(row.get('outlet') or 'baseline'))}, {_time(row['known_at'])}", style="dim")
    if row.get("url"):
        source.append(f"  {escape.line(str(row['url']))}")
    return [Padding(quote, (0, 0, 0, 12)), Padding(source, (0, 0, 0, 12))]


def sql_hints(published: Path, day: date) -> RenderableType:
    """Three lines to try in a SQL client, and where to point it. ``day`` is one of the watch's past."""
    lines = [
        "SELECT aspect, subject, value, stage, since, sources FROM board ORDER BY aspect;",
        "SELECT held_from, aspect, before_value, value, quote FROM changes WHERE verdict <> 'baseline';",
        f"SELECT aspect, subject, value, stage FROM board_as_of('{day}');",  # noqa: S608 -- a line to read
    ]
    return Group(
        Text("Ask it in SQL, with any DuckDB client, while the watch runs:", style="bold"),
        Text(f"  duckdb -readonly {published}"),
        *(Text(f"    {line}") for line in lines),
    )


def _day(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value or "")


def _time(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else str(value or "")


def trail_entry(section: str, row: Row) -> RenderableType:
    """One step of a trail: its section, then each of its values that says something."""
    head = Text(_ONE_OF.get(section, section), style="bold")
    body = Table.grid(padding=(0, 1))
    body.add_column(style="dim")
    body.add_column(overflow="fold")
    for name, value in row.items():
        if value not in (None, "", []):
            body.add_row(name, cell(value))
    return Group(head, Padding(body, (0, 0, 0, 2)))


_SHORT = {"articles": "title outlet published", "claims": "verdict reason quote", "changes": "aspect subject value"}
_SHORT_ROWS = 5  # of each section


def trail_in_short(trail: object) -> RenderableType:
    """The article, its claims and its changes in a line each, and how much more the whole trail has."""
    body = Table.grid(padding=(0, 1))
    body.add_column(style="dim")
    body.add_column(overflow="fold")
    found = dict(sections(trail))
    for name, columns in _SHORT.items():
        rows = found.get(name, ())
        for row in rows[:_SHORT_ROWS]:
            told = (cell(row[column], 160) for column in columns.split() if row[column] not in (None, ""))
            body.add_row(_ONE_OF[name], Text(": ").join(told))
        if len(rows) > _SHORT_ROWS:
            body.add_row("", f"and {len(rows) - _SHORT_ROWS} more {name}")
    steps = ", ".join(f"{len(rows)} {_ONE_OF[name] if len(rows) == 1 else name}" for name, rows in found.items())
    return Group(body, Text(f"The whole trail, with --all: {steps}.", style="dim"))


def sections(trail: object) -> list[tuple[str, Sequence[Row]]]:
    """The parts of a trail that hold rows, in the order of the flow."""
    found = ((item.name, getattr(trail, item.name)) for item in fields(trail))  # type: ignore[arg-type]
    return [(name, rows) for name, rows in found if isinstance(rows, tuple) and rows]
