"""The whole watch, from feed to board, alert and SQL: the command over its archive, in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests import prefect_home
from tests.replayed import replayed_once

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]


def missionwatch(*words: str, cwd: Path = ROOT, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *words],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The Haiti watch, replayed once: its data folder, and what the command printed."""
    made = replayed_once(tmp_path_factory)
    return made.data, made.done


@pytest.fixture
def published(replayed: tuple[Path, object]) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(replayed[0] / "missionwatch.duckdb"), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    return connection.sql(sql).fetchall()


def test_it_ends_well_and_shows_the_board_and_where_to_ask(
    replayed: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, done = replayed

    assert done.returncode == 0, done.stderr
    assert "the board" in done.stdout
    assert "duckdb -readonly" in done.stdout
    assert done.stdout.count("SELECT") == 3


def test_at_least_seventy_articles_are_stored_each_with_its_feed_entry_and_fetch(
    published: duckdb.DuckDBPyConnection,
) -> None:
    whole = "url <> '' AND feed IS NOT NULL AND entry_id IS NOT NULL AND fetched_at IS NOT NULL AND words > 0"
    stored, complete = rows(published, f"SELECT count(*), count(*) FILTER ({whole}) FROM articles")[0]

    assert complete == stored >= 70


def test_the_board_tells_that_the_mission_became_the_gang_suppression_force(
    published: duckdb.DuckDBPyConnection,
) -> None:
    found = rows(
        published,
        "SELECT quote FROM changes WHERE aspect = 'mandate' AND stage = 'decided' AND held_from = '2025-09-30'",
    )

    assert any("Gang Suppression Force" in quote and "Multinational Security Support" in quote for (quote,) in found)


def test_the_board_tells_the_ceiling(published: duckdb.DuckDBPyConnection) -> None:
    values = rows(
        published,
        "SELECT concat_ws(' ', value, disputed_value) FROM board WHERE aspect = 'strength' AND stage = 'decided'",
    )

    assert any(re.search(r"5,?550|5,?500", value) for (value,) in values)


def test_the_board_tells_what_the_mission_becomes(published: duckdb.DuckDBPyConnection) -> None:
    found = rows(published, "SELECT value, stage FROM board WHERE aspect = 'mandate' AND subject = 'successor'")

    assert ("Gang Suppression Force", "decided") in found


def test_the_baseline_is_kept(published: duckdb.DuckDBPyConnection) -> None:
    led_then = rows(
        published, "SELECT value FROM board_as_of('2025-09-01') WHERE aspect = 'lead' AND stage = 'in_effect'"
    )
    kept = rows(published, "SELECT count(*) FROM changes WHERE verdict = 'baseline'")[0][0]

    assert any("Kenya" in value for (value,) in led_then)
    assert kept == 9


def test_every_claim_has_a_verdict_and_a_reason(published: duckdb.DuckDBPyConnection) -> None:
    claims, explained = rows(
        published, "SELECT count(*), count(*) FILTER (verdict IS NOT NULL AND reason <> '') FROM claims"
    )[0]

    assert explained == claims > 0


def test_every_alert_was_delivered_and_stands_in_the_file(
    replayed: tuple[Path, object], published: duckdb.DuckDBPyConnection
) -> None:
    ids = {
        json.loads(line)["alert_id"]
        for path in (replayed[0] / "alerts").glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    }
    planned = rows(published, "SELECT alert_id, delivered_at, channel FROM alerts")

    assert planned
    assert all(delivered is not None for _, delivered, _ in planned)
    assert ids == {str(alert_id) for alert_id, _, channel in planned if channel.startswith("file")}


def test_an_irrelevant_article_makes_no_alert_and_why_tells_the_reason(
    replayed: tuple[Path, object], published: duckdb.DuckDBPyConnection
) -> None:
    url = rows(
        published, "SELECT url FROM articles WHERE title ILIKE '%Protected Status%' OR title ILIKE '%protections%'"
    )
    told = missionwatch("why", "seeds/haiti", url[0][0], "--data-dir", str(replayed[0]))

    assert told.returncode == 0, told.stderr
    assert "It was read and makes no claim: " in told.stdout


def test_a_second_replay_adds_nothing(replayed: tuple[Path, object], tmp_path: Path) -> None:
    data, _ = replayed
    question = (
        "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM changes), (SELECT count(*) FROM alerts), "
        "(SELECT count(*) FROM runs)"
    )
    with duckdb.connect(str(data / "missionwatch.duckdb"), read_only=True) as before:
        articles, changes, alerts, runs = rows(before, question)[0]

    home = str(prefect_home.ready(tmp_path / "prefect"))
    again = missionwatch("replay", "seeds/haiti", "--data-dir", str(data), PREFECT_HOME=home)

    assert again.returncode == 0, again.stderr
    with duckdb.connect(str(data / "missionwatch.duckdb"), read_only=True) as after:
        assert rows(after, question)[0][:3] == (articles, changes, alerts)
        assert rows(after, question)[0][3] > runs


def test_what_if_on_two_thresholds_lists_exactly_the_alerts_between_them(
    replayed: tuple[Path, object], published: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    strict = (ROOT / "seeds" / "haiti" / "watch.toml").read_text("utf-8").replace("dence = 0.5\n", "dence = 0.6\n")
    (tmp_path / "strict.toml").write_text(strict, "utf-8")
    words = ("--compare", str(tmp_path / "strict.toml"), "--data-dir", str(replayed[0]), "--json")

    told = missionwatch("backtest", "seeds/haiti", *words)

    between = rows(
        published,
        "SELECT quote FROM change WHERE change_id IN (SELECT change_id FROM alert_change) AND verdict <> 'withdrawn' "
        "AND confidence >= 0.5 AND confidence < 0.6 ORDER BY known_at, seq",
    )
    found = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.returncode == 6, told.stderr
    assert between != []
    assert [(one["kind"], one["before"]["quote"]) for one in found] == [("lost", quote) for (quote,) in between]


def test_the_readmes_questions_in_sql_all_have_an_answer(published: duckdb.DuckDBPyConnection) -> None:
    (block,) = re.findall(r"```sql\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    questions = [line for line in block.splitlines() if line.startswith("SELECT")]
    answers = {question: len(rows(published, question.split("--")[0].rstrip(" ;"))) for question in questions}

    assert len(questions) == 5
    assert [q for q, found in answers.items() if not found and "NOT IN" not in q] == []
