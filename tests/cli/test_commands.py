"""The commands as a person or a script calls them: what they print, and their exit codes."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from flows.cli import main
from pipeline.cli.report import sql_hints, trail_in_short
from pipeline.model import RunRecord
from pipeline.storage import open_store, publish
from pipeline.storage.queries.why import Trail
from tests.storage.builders import (
    NOW,
    RUN,
    make_alert,
    make_article,
    make_change,
    make_claim,
    make_entry,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
)

HAITI = str(Path(__file__).parents[2] / "seeds" / "haiti")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.fixture
def data(tmp_path: Path, made: Path) -> Path:
    """A copy of that store."""
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published store: the Haiti watch's baseline, one article, one change."""
    from dataclasses import replace

    from pipeline.watches import load_watch

    feed = make_feed()
    watch = replace(load_watch(Path(HAITI)), feeds=(feed,))
    entry = make_entry(feed=feed)
    article = make_article(entry)
    claim = make_claim(article)
    change = make_change(claim)
    folder = tmp_path_factory.mktemp("commands")
    with open_store(folder) as store:
        store.sync_watch(watch, NOW)
        store.start_run(RunRecord(RUN, "monitor", watch.slug, NOW, NOW))
        store.add_polls(RUN, [make_poll(entry, feed=feed)])
        store.add_fetches(RUN, [make_fetch(entry, article)])
        store.add_assessment(
            RUN,
            watch.slug,
            [make_reading(article, claim)],
            [make_judgement(claim, change)],
            [make_alert(change)],
            [],
            {article.article_id: "times"},
        )
    publish(folder, RUN, NOW)
    return folder


def test_help_teaches_the_first_steps_and_the_exit_codes() -> None:
    told = run("--help")

    assert told.exit_code == 0
    assert "missionwatch replay seeds/haiti" in told.output
    assert "5 no feed could be reached" in " ".join(told.output.split())


@pytest.mark.parametrize("command", ["run", "serve", "deployments"])
def test_a_command_that_can_not_take_the_archive_does_not_offer_it(command: str) -> None:
    offered = {option for one in main.commands[command].params for option in one.opts}

    assert "--data-dir" in offered
    assert "--archive" not in offered


def test_the_board_is_a_table_of_aspect_subject_value_stage_since_sources(data: Path) -> None:
    told = run("board", HAITI, "--data-dir", str(data))

    assert told.exit_code == 0
    assert all(word in told.output for word in ("aspect", "subject", "value", "stage", "since", "sources"))
    assert "Kenya" in told.output


def test_the_board_says_since_when_nobody_has_confirmed_a_row_of_the_baseline(data: Path) -> None:
    feed = make_feed()
    late = make_entry("late", feed, published=datetime(2025, 12, 1, tzinfo=NOW.tzinfo))
    article = make_article(late)
    with open_store(data) as store:
        store.add_polls(RUN, [make_poll(late, feed=feed)])
        store.add_fetches(RUN, [make_fetch(late, article)])
        store.add_assessment(RUN, "haiti", [make_reading(article)], [], [], [], {})
    publish(data, uuid4(), NOW)
    lines = run("board", HAITI, "--data-dir", str(data), "--json").output.splitlines()
    told = {row["verdict"]: row["unconfirmed_since"] for row in map(json.loads, lines)}
    assert told == {"baseline": "2025-08-24", "new": None}
    assert "(not confirmed since 2025-08-24)" in run("board", HAITI, "--data-dir", str(data)).output


def test_the_board_as_of_a_day_leaves_out_what_came_later(data: Path) -> None:
    now = run("board", HAITI, "--data-dir", str(data), "--json").output.splitlines()
    then = run("board", HAITI, "--data-dir", str(data), "--as-of", "2025-08-31", "--json").output.splitlines()

    assert len(then) == 9
    assert len(now) == 10


def test_changes_as_json_give_one_object_a_line(data: Path) -> None:
    told = run("changes", HAITI, "--data-dir", str(data), "--json")

    (row,) = [json.loads(line) for line in told.output.splitlines()]
    assert row["quote"] == make_change(make_claim()).quote


def test_board_and_changes_as_csv_have_a_header_and_a_row_for_each(data: Path) -> None:
    board = list(csv.DictReader(run("board", HAITI, "--data-dir", str(data), "--csv").output.splitlines()))
    (change,) = csv.DictReader(run("changes", HAITI, "--data-dir", str(data), "--csv").output.splitlines())

    assert len(board) == 10
    assert {"aspect", "subject", "value", "stage", "since", "sources"} <= board[0].keys()
    assert change["quote"] == make_change(make_claim()).quote


def test_what_a_terminal_would_act_on_is_told_without_it(tmp_path: Path) -> None:
    told = run("check", str(tmp_path / "a\x1b[2J\u202eb"))

    assert told.exit_code == 2
    assert "a[2Jb: there is no such folder." in told.output


def test_changes_since_later_are_none(data: Path) -> None:
    told = run("changes", HAITI, "--data-dir", str(data), "--since", "2026-01-01")

    assert told.output.strip() == "No change."


WHY_ANSWER = "An alert to console is pending."


def test_why_begins_with_what_came_of_it(data: Path) -> None:
    told = run("why", HAITI, make_entry(feed=make_feed()).url, "--data-dir", str(data)).output

    assert [line.rstrip() for line in told.splitlines()] == [
        WHY_ANSWER,
        "article Title of one: Times: 2025-09-30 12:00",
        "claim   new: the board said nothing of it: The Council decided.",
        "change  mandate: the mission's mandate: a new force",
        "The whole trail, with --all: 1 feed, 1 entry, 1 fetch, 1 article, 1 reading, 1 claim, 1 change, 1 alert.",
    ]


def test_why_with_all_tells_each_step_after_the_answer(data: Path) -> None:
    told = run("why", HAITI, make_entry(feed=make_feed()).url, "--data-dir", str(data), "--all").output

    lines = told.splitlines()
    assert lines[0] == WHY_ANSWER
    steps = ["feed", "entry", "fetch", "article", "reading", "claim", "change", "alert"]
    assert [line for line in lines if line in steps] == steps


def test_why_of_much_names_five_of_each_and_how_many_more_there_are() -> None:
    claim = {"verdict": "repeats", "reason": "the board has it", "quote": "It stays."}
    console = Console(width=100, record=True, file=io.StringIO())

    console.print(trail_in_short(Trail("x", claims=(claim,) * 583)))

    told = console.export_text().splitlines()
    assert [line.rstrip() for line in told] == [
        *["claim repeats: the board has it: It stays."] * 5,
        "      and 578 more claims",
        "The whole trail, with --all: 583 claims.",
    ]


@pytest.mark.parametrize("day", [date(2012, 3, 4), date(2025, 9, 1)])
def test_the_hint_for_sql_looks_at_a_day_of_the_watch(day: date) -> None:
    console = Console(width=100, record=True, file=io.StringIO())

    console.print(sql_hints(Path("missionwatch.duckdb"), day))

    assert f"FROM board_as_of('{day:%Y-%m-%d}');" in console.export_text()


def test_why_of_an_unknown_address_says_what_was_looked_for(data: Path) -> None:
    told = run("why", HAITI, "https://nowhere.example/", "--data-dir", str(data))

    assert told.exit_code == 2
    assert "https://nowhere.example/" in told.output


def test_a_folder_without_a_store_says_what_to_run(tmp_path: Path) -> None:
    told = run("board", HAITI, "--data-dir", str(tmp_path))

    assert told.exit_code == 2
    assert f"missionwatch run {HAITI} --once" in told.output


def test_a_replayed_store_is_pointed_at_where_the_live_one_is_missing(data: Path, tmp_path: Path) -> None:
    (tmp_path / "x" / "archive").mkdir(parents=True)
    data.rename(tmp_path / "x" / "archive" / "haiti")

    told = run("board", HAITI, "--data-dir", str(tmp_path / "x"))

    assert "--archive" in told.output
    assert run("board", HAITI, "--data-dir", str(tmp_path / "x"), "--archive").exit_code == 0


def test_a_wrong_day_says_how_to_write_one(data: Path) -> None:
    told = run("board", HAITI, "--data-dir", str(data), "--as-of", "yesterday")

    assert told.exit_code == 2
    assert "write 2025-09-30" in told.output


def test_check_counts_what_a_watch_holds() -> None:
    told = run("check", HAITI, "--offline")

    assert told.exit_code == 0
    assert "9 baseline facts" in told.output


def test_check_of_a_watch_with_a_typo_names_file_and_line(tmp_path: Path) -> None:
    for name in ("watch.toml", "baseline.md", "baseline.toml", "feeds.toml"):
        (tmp_path / name).write_bytes((Path(HAITI) / name).read_bytes())
    text = (tmp_path / "watch.toml").read_text("utf-8").replace("[[alert]]", "[[alertt]]", 1)
    (tmp_path / "watch.toml").write_text(text, "utf-8")
    line = next(n for n, words in enumerate(text.splitlines(), start=1) if words == "[[alertt]]")

    told = run("check", str(tmp_path))

    assert told.exit_code == 2
    assert f"watch.toml:{line}:" in told.output


SEED = """Council sends police mission to Vanuatu

The Security Council on Monday authorised the Stabilisation Mission in Vanuatu (SMIV) for twelve
months. The mission,
led by Norway, may have up to 1,200 police officers. About 400 have arrived in Port Vila so far.

Norway commands the mission. Sweden and Ghana have promised officers.
"""


def test_init_makes_a_watch_that_check_and_backtest_take_as_it_is(tmp_path: Path) -> None:
    article = tmp_path / "seed.txt"
    article.write_text(SEED, "utf-8")
    news = {
        "id": "n1",
        "published": "2025-06-20T10:00:00+00:00",
        "outlet": "Isle Post",
        "title": "Council extends Vanuatu mission",
        "text": "The Security Council on Thursday extended the mandate of the Stabilisation Mission in Vanuatu (SMIV) "
        "until 30 June 2026.\n\nAll fifteen members voted in favour.",
    }
    (tmp_path / "news.jsonl").write_text(json.dumps(news) + "\n", "utf-8")

    made = run("init", str(tmp_path / "isle"), "--article", str(article), "--published", "2024-06-17")
    checked = run("check", str(tmp_path / "isle"))
    tested = run(
        "backtest",
        str(tmp_path / "isle"),
        "--articles",
        str(tmp_path / "news.jsonl"),
        "--out",
        str(tmp_path / "c.jsonl"),
    )

    assert (made.exit_code, checked.exit_code, tested.exit_code) == (0, 0, 0), made.output + checked.output
    assert "SMIV" in made.output
    lines = [json.loads(line) for line in (tmp_path / "c.jsonl").read_text("utf-8").splitlines()]
    assert [(line["article"], line["aspect"], line["stage"]) for line in lines] == [("n1", "mandate", "decided")]
    assert list(lines[0]) == [
        "article",
        "aspect",
        "stage",
        "slot",
        "key",
        "facts",
        "subject",
        "value",
        "before",
        "headline",
        "verdict",
        "quote",
        "event_date",
        "confidence",
    ]


def test_init_does_not_overwrite_a_watch(tmp_path: Path) -> None:
    (tmp_path / "seed.txt").write_text(SEED, "utf-8")
    run("init", str(tmp_path / "isle"), "--article", str(tmp_path / "seed.txt"))

    again = run("init", str(tmp_path / "isle"), "--article", str(tmp_path / "seed.txt"))

    assert again.exit_code == 2


def test_backtest_names_the_line_of_a_broken_article(tmp_path: Path) -> None:
    (tmp_path / "news.jsonl").write_text('{"id": "n1"}\n', "utf-8")

    told = run("backtest", HAITI, "--articles", str(tmp_path / "news.jsonl"), "--out", str(tmp_path / "c.jsonl"))

    assert told.exit_code == 2
    assert "news.jsonl:1" in told.output


# -- prune and reread ------------------------------------------------------------------------


def test_prune_without_an_age_says_how_to_give_one(data: Path) -> None:
    done = run("prune", HAITI, "--data-dir", str(data))

    assert done.exit_code == 2
    assert "--bodies-older-than 180d" in done.output


@pytest.mark.parametrize(("age", "said"), [("7d", "Name 30d or more"), ("soon", "write 180d")])
def test_prune_refuses_an_age_that_it_can_not_use(data: Path, age: str, said: str) -> None:
    done = run("prune", HAITI, "--data-dir", str(data), "--bodies-older-than", age)

    assert done.exit_code == 2
    assert said in done.output


def ran(data: Path, now: datetime) -> None:
    """A run at ``now`` that went well."""
    with open_store(data) as store:
        run_id = uuid4()
        store.start_run(RunRecord(run_id, "monitor", "haiti", now, NOW))
        store.finish_run(RunRecord(run_id, "monitor", "haiti", now, NOW, NOW, "ok"))


def test_prune_says_that_nothing_is_old_enough(data: Path) -> None:
    ran(data, NOW)

    done = run("prune", HAITI, "--data-dir", str(data), "--bodies-older-than", "180d")

    assert (done.exit_code, done.output) == (0, "There is no text from before 04 Apr 2025. Nothing was removed.\n")


def test_prune_tells_what_it_would_remove_and_then_what_it_removed(data: Path) -> None:
    ran(data, NOW + timedelta(days=200))

    tried = run("prune", HAITI, "--data-dir", str(data), "--bodies-older-than", "180d", "--dry-run")
    done = run("prune", HAITI, "--data-dir", str(data), "--bodies-older-than", "180d")
    again = run("prune", HAITI, "--data-dir", str(data), "--bodies-older-than", "180d")

    assert tried.output == "Would remove 1 text fetched before 21 Oct 2025, 0.0 kB. Nothing was removed.\n"
    assert done.output.startswith("Removed 1 text fetched before 21 Oct 2025, 0.0 kB. The store had ")
    assert done.output.endswith(" freed. Quotes and all that was decided stay.\n")
    assert again.output.startswith("There is no text from before")
