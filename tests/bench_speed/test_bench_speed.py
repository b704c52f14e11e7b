"""A very small run of ``make bench-speed``: that it counts what it says, not how fast it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.bench_speed.api import Measured, at, run
from tests.bench_speed.archive import Archive
from tests.bench_speed.growth import STEPS, grow
from tests.bench_speed.history import history
from tests.bench_speed.queries import Answer, ask, client, questions
from tests.bench_speed.report import answers_table, failures, growth_table, whole_table
from tests.bench_speed.tables import PAGE, updated
from tests.bench_speed.whole import Whole, whole

SMALL = Archive(feeds=20, size=600, pool=2_000)


def quiet(word: str, done: int, total: int) -> None:
    """Tell nothing."""


def test_an_archive_is_the_same_whoever_draws_from_it() -> None:
    assert list(SMALL.items(1_100, 1_200)) == list(Archive(feeds=20, size=600, pool=2_000).items(1_000, 2_000))[100:200]


def test_five_articles_in_a_hundred_tell_of_the_mission_and_one_in_eight_is_a_reprint() -> None:
    items = list(SMALL.items(0, 4_000))
    assert 0.03 < sum(item.event >= 0 for item in items) / len(items) < 0.07
    assert 0.09 < sum(item.origin != f"outlet {item.feed}" for item in items) / len(items) < 0.13


def test_a_past_has_the_rows_that_the_steps_leave(tmp_path: Path) -> None:
    kept = history(SMALL, 1_000, quiet, cache=tmp_path)
    with client(kept / "live.duckdb") as duck:
        counted = dict(
            duck.execute(
                "SELECT table_name, estimated_size FROM duckdb_tables() WHERE database_name = 'watch'"
            ).fetchall()
        )
        told, news = duck.execute("SELECT count(*), count(*) FILTER (verdict = 'new') FROM verdict").fetchall()[0]
        changes = duck.execute("SELECT count(*) FROM change WHERE seq > 0").fetchall()[0][0]
        unlinked = duck.execute(
            "SELECT count(*) FROM article a LEFT JOIN entry e USING (entry_id) LEFT JOIN feed f USING (feed_id) "
            "WHERE f.feed_id IS NULL"
        ).fetchall()[0][0]
    rows = {name: counted[name] for name in ("entry", "article", "article_body", "reading", "claim", "run")}
    assert rows == {
        "entry": 1_000,
        "article": 1_000,
        "article_body": 1_000,
        "reading": 1_000,
        "claim": 5_000,
        "run": 100,
    }
    assert told == 5_000
    assert news == changes > 0
    assert unlinked == 0
    assert history(SMALL, 1_000, pytest.fail, cache=tmp_path) == kept  # made once


@pytest.mark.slow
def test_a_small_run_gives_a_figure_for_each_step_store_and_question(tmp_path: Path) -> None:
    pasts = grow(SMALL, [1_200], 200, tmp_path / "run", quiet, cache=tmp_path)
    assert [past.held for past in pasts] == [0, 1_000]
    assert [past.taken for past in pasts] == [200, 200]
    assert all(past.seconds.keys() == set(STEPS) for past in pasts)
    assert pasts[1].compared_with["changes"] > pasts[0].compared_with["changes"] > 0
    made, published = whole(SMALL, pasts[1].folder, 1_200)
    assert made.claims > 5_000
    assert all(0.01 < used < 4 for used in made.memory.values())
    answers = ask(published.path, questions(SMALL.published(600).date()), turns=1)
    assert all(answer.rows > 0 for answer in answers if answer.question.name.startswith("the board"))
    tables = [growth_table(pasts), whole_table([made]), answers_table([made], [answers])]
    assert [len(table.head) for table in tables] == [4, 2, 4]
    assert all(len(row) == len(table.head) for table in tables for row in table.rows)


def test_what_is_too_slow_is_said_in_words(tmp_path: Path) -> None:
    slow = questions(SMALL.published(0).date())[1]
    told = failures(*some(publish=7.5, memory=1.8, last=2.6), [[Answer(slow, 400.0, 3)]])
    assert told == [
        "after 990,000 articles one costs 1.30 times what the first did",
        "publishing 1,000,000 articles takes 7.5 s",
        "publishing: 1.80 GB of memory",
        "the board now takes 400 ms, may take 150",
    ]
    assert failures(*some(publish=4.9, memory=1.4, last=2.4), [[Answer(slow, 140.0, 3)]]) == []


def some(*, publish: float, memory: float, last: float) -> tuple[list, list]:
    """The figures of two pasts, of which the first takes 2 seconds, and of one store."""
    from collections import Counter

    from tests.bench_speed.growth import Past

    pasts = [
        Past(SMALL, held, Path(), [], seconds=Counter({"compare": seconds}), taken=1_000)
        for held, seconds in ((0, 2.0), (990_000, last))
    ]
    return pasts, [Whole(1_000_000, 5_000_000, 1, publish, {}, {"publishing": memory})]


@pytest.mark.parametrize("part", ["growth", "pages", "polling", "latency"])
def test_the_page_has_a_place_for_each_part(part: str) -> None:
    assert "\n\nwritten here\n\n<!-- end of " in updated(PAGE.read_text("utf-8"), part, "written here")


def test_what_the_clients_of_the_api_got_is_told_with_what_the_rounds_took() -> None:
    found = Measured([2.0, 2.0], [2.1, 2.1], [0.01, 0.02], Counter({"200": 1, "304": 1, "503": 1}), 1.0)

    assert (found.slower, found.errors) == (1.05, 1)
    assert [at([1, 2, 3, 4], part) for part in (0.5, 0.95, 1)] == [2, 4, 4]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_clients_ask_the_api_while_articles_are_taken_in() -> None:
    found = run(turns=1, rounds=1, articles=5)

    assert (len(found.alone), len(found.beside), found.errors) == (1, 1, 0)
    assert found.told["200"] > 0
