"""docs/schema.md, its picture, and the list of public names: ``python -m tests.storage.schema_page --update-docs``.

All is read from an empty store that the migrations have just made: from the comments that every client sees.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.storage import LIVE
from pipeline.storage.connection import Connection, open_connection
from pipeline.storage.migrations import MIGRATIONS, migrate
from tests.storage.schema_picture import picture

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "schema.md"
PICTURE = ROOT / "docs" / "pictures" / "schema.svg"
NAMES = Path(__file__).with_name("public_names.txt")

# The groups in which the page shows the views: (heading, what it is for, views).
VIEWS = (
    (
        "What is so, and who says so",
        ("status", "board", "changes", "facts", "evidence", "pledges", "marks", "watches", "watch_states"),
    ),
    ("What was read, and what was left out", ("articles", "claims", "held_back")),
    ("What was told", ("alerts", "outbox", "recalls", "mutes")),
    ("How it runs", ("days", "runs", "feed_health", "feed_yield", "model_spending")),
)
# Tables by the thing that they are about, in the order of the flow of data: its own table, and those about it.
TABLES: dict[str, tuple[str, ...]] = {
    "feed": ("watch_feed", "feed_state", "feed_piece", "poll", "feed_move", "feed_alarm", "host"),
    "entry": ("entry_summary", "page_fetch", "entry_article"),
    "article": ("article_body", "article_origin", "article_sketch", "article_revision", "text_removed", "reading"),
    "claim": ("verdict", "claim_waiting", "chat_answer"),
    "change": ("change_support", "change_article", "silence", "evidence_check"),
    "alert": ("alert_change", "delivery", "digest_part", "alert_ack", "alert_retry", "recall"),
    "run": ("published", "baseline", "watch_event", "channel_alarm", "settled", "migration"),
    "mark": ("mark_anchor",),
    "mute": ("mute_off",),
}
# Columns that name a row of a table which their own name does not tell.
POINTS_TO = {
    "digest_id": "alert",
    "message_id": "alert",
    "revises": "article",
    "revision_id": "article",
    "against": "change",
    "supersedes": "change",
    "undoes": "mark",
    "withdrawal_id": "change",
}
# UUIDs that name a row of one table or another.
POINTS_TO_ONE_OF = {("chat_answer", "about"): "claim, article", ("settled", "row_before"): "entry, article"}
# What each migration means to somebody whose queries ran before it.
HISTORY = {
    "release_0_9": "The first release, with all that this page tells. A store of before it may have seen steps of "
    "other names; what was read then has null in the columns that came later.",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A table or view of the store, or a macro, which has arguments for columns."""

    name: str
    comment: str
    columns: tuple[tuple[str, str, str], ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """All that a client sees."""

    tables: Mapping[str, Thing]
    views: Mapping[str, Thing]
    macros: Mapping[str, Thing]


def read_model() -> Model:
    """What an empty store of the present shape has."""
    with tempfile.TemporaryDirectory(prefix="missionwatch-") as folder:
        db = open_connection(Path(folder, LIVE))
        try:
            migrate(db)
            return Model(_things(db, "table"), _things(db, "view"), _macros(db))
        finally:
            db.close()


def links(model: Model) -> Iterator[tuple[str, str, str]]:
    """(table, column, the table whose row it names) for each column that names one; run_id stands everywhere."""
    owners = {f"{name}_id": name for name in model.tables} | POINTS_TO
    for name, thing in model.tables.items():
        for column, kind, _ in thing.columns:
            if kind != "UUID" or column == "run_id" or (name, column) in POINTS_TO_ONE_OF:
                continue
            target = owners.get(column)
            if target is None and column != thing.key:
                raise ValueError(f"{name}.{column}: say in POINTS_TO whose row it names")
            if target not in (None, name) or column in POINTS_TO:
                yield name, column, str(target)


def page(model: Model) -> str:
    """The page as Markdown."""
    parts = [INTRODUCTION, "## Start here: views\n"]
    parts += [_overview(model)]
    for heading, names in VIEWS:
        parts.append(f"### {heading}\n")
        parts += [_described(model.views[name], "####") for name in names]
    parts.append("## Macros: views with an argument\n")
    parts.append(MACROS_TOLD)
    parts += [_macro(thing) for thing in model.macros.values()]
    parts += ["## How the tables hang together\n", TABLES_TOLD]
    targets = {(table, column): target for table, column, target in links(model)}
    for hub, others in TABLES.items():
        parts += [_described(model.tables[name], "###", targets) for name in (hub, *others)]
    parts += ["## What changed in the schema, and what it means for queries\n", HISTORY_TOLD]
    parts.append("| migration | what changed |\n| --- | --- |")
    parts += [f"| {name} | {HISTORY[name]} |" for name in (migration.__name__ for migration in MIGRATIONS)]
    return "\n".join(parts) + "\n"


def public_names(model: Model) -> list[str]:
    """Each name that a query may use: ``view.column``, ``table.column``, ``macro(arguments)``; in order."""
    things = [*model.tables.values(), *model.views.values()]
    names = [f"{thing.name}.{column}" for thing in things for column, _, _ in thing.columns]
    return sorted(names) + sorted(_call(thing) for thing in model.macros.values())


def _things(db: Connection, kind: str) -> dict[str, Thing]:
    told = db.rows(
        f"SELECT {kind}_name AS name, comment FROM duckdb_{kind}s() WHERE database_name = 'store' AND NOT internal"
    )
    columns: dict[str, list[tuple[str, str, str]]] = {}
    for row in db.rows(
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE database_name = 'store' "
        "AND NOT internal ORDER BY table_name, column_index"
    ):
        columns.setdefault(row["table_name"], []).append((row["column_name"], row["data_type"], row["comment"]))
    keys = {
        row["table_name"]: row["constraint_column_names"][0]
        for row in db.rows(
            "SELECT table_name, constraint_column_names FROM duckdb_constraints() "
            "WHERE constraint_type = 'PRIMARY KEY' AND database_name = 'store'"
        )
    }
    return {
        row["name"]: Thing(row["name"], row["comment"], tuple(columns[row["name"]]), keys.get(row["name"], ""))
        for row in sorted(told, key=lambda row: row["name"])
    }


def _macros(db: Connection) -> dict[str, Thing]:
    rows = db.rows(
        "SELECT function_name AS name, comment, parameters FROM duckdb_functions() "
        "WHERE database_name = 'store' AND NOT internal ORDER BY function_name"
    )
    return {
        row["name"]: Thing(row["name"], row["comment"], tuple((name, "", "") for name in row["parameters"]))
        for row in rows
    }


def _overview(model: Model) -> str:
    lines = ["| view | what it tells |", "| --- | --- |"]
    lines += [f"| [{name}](#{name}) | {model.views[name].comment} |" for _, names in VIEWS for name in names]
    return "\n".join(lines) + "\n"


def _described(thing: Thing, level: str, targets: Mapping[tuple[str, str], str] | None = None) -> str:
    lines = [
        f"{level} {thing.name}\n",
        f"{thing.comment}\n",
        "| column | type | what it means |",
        "| --- | --- | --- |",
    ]
    for column, kind, comment in thing.columns:
        target = (targets or {}).get((thing.name, column))
        pointed = f" -> [{target}](#{target})" if target else ""
        name = f"**{column}** (key)" if column == thing.key else column
        lines.append(f"| {name} | {_type(kind)} | {_escaped(comment)}{pointed} |")
    return "\n".join(lines) + "\n"


def _macro(thing: Thing) -> str:
    return f"### {_call(thing)}\n\n{_escaped(thing.comment)}\n"


def _call(thing: Thing) -> str:
    return f"{thing.name}({', '.join(name for name, _, _ in thing.columns)})"


def _type(kind: str) -> str:
    return {
        "VARCHAR": "text",
        "BIGINT": "integer",
        "DOUBLE": "number",
        "BOOLEAN": "true or false",
        "TIMESTAMP WITH TIME ZONE": "time",
        "DATE": "day",
        "UUID": "id",
    }.get(kind, kind)


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


INTRODUCTION = """# The schema: what can be asked

<!-- Written by `python -m tests.storage.schema_page --update-docs` from the store's comments; do not edit by hand. -->

For whoever asks `missionwatch.duckdb` in SQL. [sql.md](sql.md) has questions with their answers. The same comments
stand in the file: `SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'board'`.

Names are stable. A view, table, column or macro that is named here stays, with its meaning; new ones are added. So
write the columns that you want, and not `*`, where a program reads the answer.

Words that come everywhere:

- **aspect**: what of the mission. lead, command, mandate, strength, contributors, funding, support, deployment or
  casualties.
- **stage**: how real. proposed, planned, decided, in_effect, ended or rejected.
- **origin**: who first wrote it: an outlet, its publisher's family, or the wire that it reprints. Sources are counted
  by origin.
- **watch**: a mission that is watched. A file may hold several: then name it in each query.
- Types: text; integer; number; time (a moment, shown in the client's time zone); day; id (a UUID: a hash of what the
  row says, the same in each copy). An id joins views with tables, and `missionwatch why DIR ID` tells all about it.
- Some times are by the watch's clock, as the text then says: a replay sets it to the past.
"""
MACROS_TOLD = """Called in FROM like a view: `SELECT * FROM board_as_of('2025-09-01')`; `figure` stands where a value
does. A day means its end; a time without a zone is UTC. Where the file is attached beside others, say `USE` its name
first.
"""
TABLES_TOLD = """Views answer most questions; tables hold all that views leave out. The picture shows what the watch
does: a feed brings entries, an entry's page gives an article, its sentences give claims, some claims change the board,
some changes are told.

![Seven tables in the order of the flow, each with those about it and the columns that join them](pictures/schema.svg)

`run_id` stands in most tables and names the run that wrote the row. `watch` stands where a row is of one watch; feeds,
entries, articles and claims are shared by all.
"""
HISTORY_TOLD = """A store of any earlier release is brought up to date when a run opens it; a published file of an
older release is published anew by the next run. The table `migration` of a file lists what it has seen, and
`published.schema` the last. Nothing was ever taken away.
"""


def update(model: Model) -> None:
    """Write the page, its picture, and the names that are new."""
    PAGE.write_text(page(model), "utf-8")
    PICTURE.write_text(drawn(model), "utf-8")
    before = NAMES.read_text("utf-8").splitlines() if NAMES.exists() else []
    now = public_names(model)
    # Names that are gone stay in the list, so that the test tells of them.
    NAMES.write_text("\n".join(sorted({*before, *now}, key=lambda name: ("(" in name, name))) + "\n", "utf-8")


def drawn(model: Model) -> str:
    """The picture of the tables as SVG."""
    joins: dict[str, list[str]] = {name: [] for name in model.tables}
    for table, column, target in links(model):
        joins[table].append(column if _hub_of(table) == target else f"{column} → {target}")
    for (table, column), targets in POINTS_TO_ONE_OF.items():
        joins[table].append(f"{column} → {targets}")
    for name, thing in model.tables.items():
        own = [column for column, _, _ in thing.columns]
        if _hub_of(name) == "run" and "run_id" in own and name != "run":
            joins[name].insert(0, "run_id")
        joins[name] = sorted(joins[name], key=lambda join: "→" in join) or [w for w in ("watch",) if w in own]
    return picture(TABLES, joins)


def _hub_of(table: str) -> str:
    return next(hub for hub, others in TABLES.items() if table == hub or table in others)


def main(words: Sequence[str] | None = None) -> None:
    """Write the page anew, or show it."""
    parser = argparse.ArgumentParser(prog="python -m tests.storage.schema_page")
    parser.add_argument("--update-docs", action="store_true", help="write docs/schema.md, its picture, and the names")
    given = parser.parse_args(words)
    model = read_model()
    if given.update_docs:
        update(model)
        print(f"{PAGE}: {len(model.views)} views, {len(model.macros)} macros, {len(model.tables)} tables.")
    else:
        print(re.sub(r"\n{3,}", "\n\n", page(model)))


if __name__ == "__main__":
    main()
