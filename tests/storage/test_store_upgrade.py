"""Stores of earlier releases are brought up to date with all that they hold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline.storage import LIVE, PUBLISHED, Store, open_store, publish
from pipeline.storage.bridge import STEPS_BEFORE
from pipeline.storage.connection import Connection, Row, open_connection
from pipeline.storage.migrations import MIGRATIONS
from tests.storage.builders import NOW, RUN, WATCH, at, make_entry, make_poll
from tests.storage.earlier import EARLIER, OLD, unpack

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NAMES = [migration.__name__ for migration in MIGRATIONS]


@pytest.fixture(scope="module", params=EARLIER)
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Such a store, opened by the Missionwatch of today, and then again; to be read only."""
    folder = unpack(request.param, tmp_path_factory.mktemp(request.param))
    with open_store(folder):
        pass  # DuckDB writes the text of a view in its own way
    with open_store(folder) as store:
        yield store


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that was made today."""
    with open_store(tmp_path_factory.mktemp("new")) as store:
        yield store


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in store._db.rows(sql)]


def test_each_file_had_seen_what_its_name_says(tmp_path: Path) -> None:
    assert {path.name.partition(".")[0] for path in OLD.glob("*.gz")} == set(EARLIER)
    for name in EARLIER:
        db = open_connection(unpack(name, tmp_path) / LIVE, read_only=True)
        seen = {row["name"] for row in db.rows("SELECT name FROM migration")}
        db.close()
        assert seen == set(STEPS_BEFORE[: STEPS_BEFORE.index(name) + 1])


def test_each_release_that_is_over_has_its_file() -> None:
    assert set(NAMES[:-1]) <= set(EARLIER)  # make it with old/make.py


def schema(db: Connection) -> list[list[Row]]:
    """All that a client sees of a file, with the text of each view and macro."""
    return [
        db.rows(f"{question} WHERE database_name = 'store' AND NOT internal ORDER BY ALL")
        for question in (
            "SELECT table_name, sql, comment FROM duckdb_tables()",
            "SELECT table_name, column_index, column_name, data_type, comment FROM duckdb_columns()",
            "SELECT view_name, sql, comment FROM duckdb_views()",
            "SELECT function_name, parameters, macro_definition, comment FROM duckdb_functions()",
        )
    ]


def test_its_schema_is_that_of_a_new_store(upgraded: Store, new: Store) -> None:
    assert schema(upgraded._db) == schema(new._db)


def test_every_row_is_still_there(upgraded: Store) -> None:
    assert upgraded.counts(WATCH) == {
        "feeds": 2,
        "entries": 3,
        "articles": 2,
        "claims": 4,
        "changes": 3,
        "alerts": 3,
        "delivered": 2,
    }


def test_the_board_says_what_it_said(upgraded: Store) -> None:
    assert rows(upgraded, "SELECT aspect, stage, value, is_disputed, disputed_value, sources, since FROM board") == [
        ("lead", "in_effect", "led by Kenya", False, None, 1, date(2024, 6, 25)),
        ("mandate", "decided", "a force of 5,550", True, "a force of 5,500", 1, date(2025, 9, 30)),
    ]


def test_the_past_is_still_asked_by_day_and_by_knowledge(upgraded: Store) -> None:
    mandate = "SELECT stage, value FROM {} WHERE aspect = 'mandate'"
    assert rows(upgraded, mandate.format("board_as_of('2025-09-01')")) == [("proposed", "a force of 5,000")]
    assert rows(upgraded, mandate.format("board_known_at('2025-08-31')")) == [("proposed", "a force of 5,000")]


def test_what_was_sent_is_not_sent_again_and_what_waits_still_waits(upgraded: Store) -> None:
    assert rows(upgraded, "SELECT channel, state, attempts FROM alerts ORDER BY state, channel, planned_at") == [
        ("console", "delivered", 1),
        ("console", "delivered", 1),
        ("json://...", "pending", 1),
    ]
    assert [pending.alert.channel for pending in upgraded.alerts_due(WATCH, at("2025-10-01", 14), 9)] == [
        "json://user:secret@hooks.example/x"
    ]


def test_a_change_keeps_its_history_and_why_it_was_not_told(upgraded: Store) -> None:
    assert rows(upgraded, "SELECT verdict, before_value, silence FROM changes WHERE seq > 0 ORDER BY seq") == [
        ("new", None, None),
        ("advances", "a force of 5,000", None),
        ("disputes", "a force of 5,550", "confidence 0.45 is under the 0.50 of rule 'all'"),
    ]


def test_views_that_came_later_tell_of_what_was_stored_before(upgraded: Store) -> None:
    assert rows(upgraded, "SELECT what, verdict FROM held_back ORDER BY ALL") == [
        ("change", "disputes"),
        ("claim", "uncertain"),
        ("page", "failed"),
    ]
    assert rows(upgraded, "SELECT says, count(*) FROM evidence GROUP BY says ORDER BY says") == [
        ("baseline", 1),
        ("made", 3),
    ]


def test_each_view_and_macro_answers(upgraded: Store) -> None:
    for view in rows(upgraded, "SELECT view_name FROM duckdb_views() WHERE NOT internal AND database_name = 'store'"):
        upgraded._db.rows(f"SELECT * FROM {view[0]}")
    assert rows(upgraded, "SELECT verdict FROM timeline('mandate')") == [("new",), ("advances",), ("disputes",)]


# The first publications had no number.
@pytest.mark.parametrize(
    ("name", "first"), [(name, (1, 3, "mutes") if name == "mutes" else (None, None, None)) for name in EARLIER]
)
def test_it_goes_on_being_written_and_published(name: str, first: tuple[object, ...], tmp_path: Path) -> None:
    folder = unpack(name, tmp_path)
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(make_entry("later"), polled_at=at("2025-10-02"))])
    publish(folder, RUN, at("2025-10-02"))
    with duckdb.connect(str(folder / PUBLISHED), read_only=True) as client:
        assert client.sql("SELECT number, entries, schema FROM published ORDER BY number NULLS FIRST").fetchall() == [
            first,
            (2, 4, NAMES[-1]),
        ]


# -- an upgrade that is cut short ------------------------------------------------------------------

CUT_SHORT = """
import os, sys
from pathlib import Path
from pipeline.storage import open_store
from pipeline.storage.connection import Connection
run, script, left = Connection.run, Connection.script, int(sys.argv[2])
def dies(call):
    def counted(self, sql, params=()):
        global left
        left -= 1
        if left < 0: os._exit(9)
        return call(self, sql, params) if params else call(self, sql)
    return counted
Connection.run, Connection.script = dies(run), dies(script)
with open_store(Path(sys.argv[1])): print("whole")
"""


@pytest.mark.parametrize("after", [0, 15, 60, 100, 130, 150])  # of the 140 statements and scripts that it takes today
def test_an_upgrade_that_is_killed_leaves_the_store_as_it_was_and_the_next_run_goes_on(
    after: int, tmp_path: Path
) -> None:
    folder = unpack("views", tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", CUT_SHORT, str(folder), str(after)], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) in [(9, ""), (0, "whole\n")], done.stderr
    db = open_connection(folder / LIVE)
    seen = [row["name"] for row in db.rows("SELECT name FROM migration ORDER BY applied_at, rowid")]
    tables = {row["name"] for row in db.rows("SELECT table_name AS name FROM duckdb_tables()")}
    db.close()
    assert seen == [*STEPS_BEFORE[:5], *(NAMES if done.returncode == 0 else [])]
    for made in ("chat_answer", "recall", "alert_ack", "change_support", "mute"):
        assert (made in tables) == (done.returncode == 0)
    with open_store(folder) as store:
        assert store.counts(WATCH)["changes"] == 3
        assert rows(store, "SELECT count(*) FROM board") == [(2,)]
        assert store.last_run_now(WATCH) == NOW
