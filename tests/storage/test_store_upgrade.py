"""Stores of earlier releases, made by those releases: each is brought up to date with all that it holds.

The files of tests/storage/old/ are named by the last migration that they have seen; make.py there tells their story.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipeline.storage import LIVE, PUBLISHED, Store, open_store, publish
from pipeline.storage.connection import open_connection
from pipeline.storage.migrations import MIGRATIONS
from tests.storage.builders import NOW, RUN, WATCH, at, make_entry, make_poll

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
OLD = Path(__file__).parent / "old"
NAMES = [migration.__name__ for migration in MIGRATIONS]
# Migrations that a release ended with. Those between two of them came together, in one release.
RELEASED = ("views", "chat_answers", "recalls", "alert_rules")
# Once released: make a file of them with old/make.py, and name the last above.
UNRELEASED = [
    "for_analysts",
    "quick",
    "watch_states",
    "marks",
    "how_sure",
    "feed_pieces",
    "settled",
    "typed_facts",
    "one_confidence",
    "no_secrets",
    "model_spending",
    "succession",
    "hosts",
    "alarm_kinds",
    "mutes",
]


def unpack(name: str, folder: Path) -> Path:
    """Put the store of the release that ended with the migration ``name`` into ``folder``."""
    (folder / LIVE).write_bytes(gzip.decompress((OLD / f"{name}.duckdb.gz").read_bytes()))
    return folder


@pytest.fixture(scope="module", params=RELEASED)
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Such a store, opened by the Missionwatch of today; to be read only."""
    with open_store(unpack(request.param, tmp_path_factory.mktemp(request.param))) as store:
        yield store


def rows(store: Store, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in store._db.rows(sql)]


def test_there_is_a_file_for_each_release_and_it_had_seen_what_its_name_says(tmp_path: Path) -> None:
    assert {path.name.partition(".")[0] for path in OLD.glob("*.gz")} == set(RELEASED)
    for name in RELEASED:
        db = open_connection(unpack(name, tmp_path) / LIVE, read_only=True)
        seen = {row["name"] for row in db.rows("SELECT name FROM migration")}
        db.close()
        assert seen == set(NAMES[: NAMES.index(name) + 1])


def test_each_migration_is_in_a_release_or_is_known_to_be_in_none_yet() -> None:
    last = max(NAMES.index(name) for name in RELEASED)
    assert NAMES[last + 1 :] == UNRELEASED


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


@pytest.mark.parametrize("name", RELEASED)
def test_it_goes_on_being_written_and_published(name: str, tmp_path: Path) -> None:
    folder = unpack(name, tmp_path)
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(make_entry("later"), polled_at=at("2025-10-02"))])
    publish(folder, RUN, at("2025-10-02"))
    with duckdb.connect(str(folder / PUBLISHED), read_only=True) as client:
        # The publication of the old release had no number; it was the first.
        assert client.sql("SELECT number, entries, schema FROM published ORDER BY number NULLS FIRST").fetchall() == [
            (None, None, None),
            (2, 4, NAMES[-1]),
        ]


# -- an upgrade that is cut short ------------------------------------------------------------------

CUT_SHORT = """
import os, sys
from pathlib import Path
from pipeline.storage import open_store
from pipeline.storage.connection import Connection
run, left = Connection.run, int(sys.argv[2])
def die(self, sql, params=()):
    global left
    left -= 1
    if left < 0: os._exit(9)
    return run(self, sql, params)
Connection.run = die
with open_store(Path(sys.argv[1])): print("whole")
"""


@pytest.mark.slow
@pytest.mark.parametrize("after", [0, 15, 60, 200, 450, 600])  # of the 666 statements that it takes today
def test_an_upgrade_that_is_killed_leaves_a_store_between_two_migrations_and_the_next_run_goes_on(
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
    assert seen == NAMES[: len(seen)]
    # Each table is there with its migration, or not at all.
    made = {"chat_answer": "chat_answers", "recall": "recalls", "alert_ack": "alert_rules", "change_support": "quick"}
    for table, migration in made.items():
        assert (table in tables) == (migration in seen)
    with open_store(folder) as store:
        assert store.counts(WATCH)["changes"] == 3
        assert rows(store, "SELECT count(*) FROM board") == [(2,)]
        assert store.last_run_now(WATCH) == NOW
