"""What the Prefect UI shows of a run: the words first, then a real run against a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import markdown
import pytest

from flows.run.artifact_text import CHANGES_SHOWN, board_rows, cell, changes_markdown, key, percent, round_markdown
from pipeline.alerts.message import Message, Section
from tests import prefect_home
from tests.flows.serving.patience import call
from tests.flows.serving.server import ROOT, PrefectServer
from tests.torture.small import make_small_watch

ROW = {
    "aspect": "strength",
    "subject": "ceiling",
    "value": "5,550 personnel",
    "stage": "in_effect",
    "since": date(2025, 9, 30),
    "sources": 2,
    "is_disputed": False,
    "disputed_value": None,
    "quote": "It may have 5,550 personnel.",
    "outlet": "Isle Post",
    "url": "http://isle.test/a",
}
JOINER = "\u2060"  # seen by programs that act on marks, and not by readers
COUNTS = {"feeds": 3, "feeds_due": 2, "feeds_failed": 1, "feeds_failing": 1, "articles_read": 4}


# -- the words -------------------------------------------------------------------------------------


def test_a_row_of_the_board_has_its_sentence_and_a_link_to_its_source() -> None:
    assert board_rows([ROW]) == [
        {
            "aspect": "strength",
            "subject": "ceiling",
            "value": "5,550 personnel",
            "stage": "in effect",
            "since": "2025-09-30",
            "sources": 2,
            "sentence": "It may have 5,550 personnel.",
            "outlet": "Isle Post",
            "address": "http://isle.test/a",
        }
    ]


def test_a_disputed_row_shows_both_values() -> None:
    (row,) = board_rows([{**ROW, "is_disputed": True, "disputed_value": "6,000"}])

    assert row["value"] == "5,550 personnel (disputed: 6,000)"


def test_a_row_that_nobody_has_confirmed_says_since_when() -> None:
    (row,) = board_rows([{**ROW, "unconfirmed_since": date(2025, 8, 24)}])

    assert row["value"] == "5,550 personnel (not confirmed since 2025-08-24)"


@pytest.mark.parametrize(
    ("said", "as_markdown"),
    [
        ("![x](http://evil.test/p.png)", "<p>![x](http://evil.test/p.png)</p>"),
        ("[Isle Post](http://evil.test/)", "<p>[Isle Post](http://evil.test/)</p>"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
        ("<http://evil.test/>", "<p>&lt;http://evil.test/&gt;</p>"),
        ("# Kenya", "<p># Kenya</p>"),
        ("- Kenya", "<p>- Kenya</p>"),
        ("1. Kenya", "<p>1. Kenya</p>"),
        ("> Kenya", "<p>&gt; Kenya</p>"),
        ("1,000\n\npolice", "<p>1,000 police</p>"),
        ("\u202egnirts", "<p>gnirts</p>"),
    ],
)
def test_a_cell_looks_the_same_as_text_and_as_markdown(said: str, as_markdown: str) -> None:
    shown = cell(said)

    assert shown.replace(JOINER, "") == " ".join(said.replace("\u202e", "").split())
    assert markdown.markdown(shown).replace(JOINER, "") == as_markdown


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "http://user:pass@isle.test/", "", None])
def test_what_is_no_web_address_is_not_shown_as_one(url: str | None) -> None:
    assert board_rows([{**ROW, "url": url}])[0]["address"] == ""


def test_a_key_is_what_prefect_takes_and_the_same_for_one_watch() -> None:
    assert key("board", "South_Sudan 2025!") == "board-south-sudan-2025"


def test_the_bar_never_says_that_a_round_is_over_before_it_is() -> None:
    stages = [percent(stage, 10, 10) for stage in ("polling", "collecting", "looking again", "reading", "alerting")]

    assert stages == [35.0, 75.0, 80.0, 95.0, 99.0]


@pytest.mark.parametrize(("stage", "done", "total"), [("tea", 1, 2), ("polling", 0, 0)])
def test_of_what_it_does_not_know_the_bar_says_nothing(stage: str, done: int, total: int) -> None:
    assert percent(stage, done, total) is None


def test_a_quiet_round_says_what_was_looked_at() -> None:
    text = round_markdown("Isle: round of 1 Oct", COUNTS, ["feed 'a': timed out"], "data/missionwatch.duckdb")

    assert "**Nothing changed**" in text
    assert "| feeds due | 2 of 3 |" in text
    assert "| articles read | 4 |" in text
    assert "- feed 'a': timed out" in text


def test_a_round_that_reached_no_feed_is_not_called_quiet() -> None:
    text = round_markdown("Isle", {**COUNTS, "feeds_failing": 3}, [], "x")

    assert "Nothing changed" not in text
    assert "Not one of the 3 feeds could be read" in text


def test_changes_are_told_as_an_alert_tells_them() -> None:
    message = Message("", sections=(Section("Lead", "Kenya became GSF", after_quote="<b>Kenya</b> left."),))

    text = changes_markdown(message, "Isle", 1)

    assert text.startswith("# Isle: 1 change\n")
    assert r"**LEAD**: Kenya became GSF" in text
    assert r"> “\<b\>Kenya\</b\> left.”" in text.replace(JOINER, "")


def test_what_is_left_out_of_many_changes_is_said() -> None:
    assert "And 7 more" in changes_markdown(Message("", sections=(Section("Lead", "x"),)), "Isle", CHANGES_SHOWN + 7)


# -- a real server ---------------------------------------------------------------------------------

RUN = """
import asyncio, json, sys
from datetime import datetime
from pathlib import Path
from flows.run.environment import prepare
prepare()
from flows.monitor import monitor
from flows.run.request import WatchRequest
from pipeline.lab.replay import ArchiveServer, load_archive
folder, data = Path(sys.argv[1]), Path(sys.argv[2])
with ArchiveServer(load_archive(folder / "archive")) as server:
    for day in sys.argv[3:]:
        now = datetime.fromisoformat(day)
        server.set_now(now)
        done = asyncio.run(monitor(WatchRequest(
            folder=folder, data_dir=data, archive_port=server.port, every_feed=True, now=now)))
        print(json.dumps([done.outcome, dict(done.counts)]))
"""
BEFORE, AFTER = "2025-09-29T23:30+00:00", "2025-10-01T23:30+00:00"


def rounds(
    watch: Path, data: Path, environ: dict[str, str], *days: str, said: list[str] | None = None
) -> list[tuple[str, dict[str, int]]]:
    """Rounds of ``watch`` over its archive in a process of its own; how each ended and its numbers.

    ``said`` gets all that the process printed.
    """
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(watch), str(data), *days],
        cwd=ROOT,
        env={**environ, "MISSIONWATCH_WORKERS": "1"},  # each round starts its own, which takes a second
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if said is not None:
        said.append(done.stdout + done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('["')]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    with PrefectServer().start(tmp_path_factory.mktemp("prefect")) as running:
        yield running


@pytest.fixture(scope="module")
def shown(
    server: PrefectServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[dict[str, int]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Two rounds, the second with changes: their numbers, their flow runs and all artifacts, oldest first."""
    base = tmp_path_factory.mktemp("watch")
    watch = make_small_watch(base / "haiti")
    asked = {"flows": {"name": {"any_": ["monitor"]}}}
    earlier = {run["id"] for run in call(server, "POST", "/flow_runs/filter", asked)}  # of other tests of this server
    done = rounds(watch, base / "data", server.env(), BEFORE, AFTER)
    runs = [run for run in call(server, "POST", "/flow_runs/filter", asked) if run["id"] not in earlier]
    artifacts = call(server, "POST", "/artifacts/filter", {})
    return (
        [counts for _, counts in done],
        sorted(runs, key=lambda run: str(run["start_time"])),
        sorted(artifacts, key=lambda one: str(one["created"])),
    )


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_each_round_shows_its_artifacts_on_its_own_page_under_keys_that_stay(shown: Any) -> None:
    _, (quiet, busy), artifacts = shown

    def on(run: dict[str, Any]) -> dict[str, str]:
        return {one["key"]: one["type"] for one in artifacts if one["flow_run_id"] == run["id"]}

    same = {"board-haiti": "table", "round-haiti": "markdown", "published-haiti": "markdown"}
    assert on(quiet) == {**same, "progress-haiti": "progress"}
    assert on(busy) == {**same, "progress-haiti": "progress", "changes-haiti": "markdown"}


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_artifacts_say_what_the_rounds_found(shown: Any) -> None:
    (_, counts), (_, busy), artifacts = shown
    found = {one["key"]: one["data"] for one in artifacts if one["flow_run_id"] == busy["id"]}

    assert counts["changes"] >= 3
    assert f"# Haiti security mission: {counts['changes']} changes" in found["changes-haiti"]
    assert "Gang Suppression Force" in found["changes-haiti"]
    assert "Gang Suppression Force" in found["board-haiti"]
    assert f"| changes | {counts['changes']} |" in found["round-haiti"]
    assert found["progress-haiti"] == 100
    assert "missionwatch.duckdb](file:///" in found["published-haiti"]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_runs_say_watch_and_purpose_by_name_and_tag(server: PrefectServer, shown: Any) -> None:
    runs = call(server, "POST", "/flow_runs/filter", {})

    assert {run["name"].rsplit(" ", 2)[0] for run in runs} == {"monitor haiti"}
    assert all({"missionwatch", "haiti"} <= set(run["tags"]) for run in runs)
    assert all("round" in run["tags"] for run in runs if run["name"].startswith("monitor haiti 2025-"))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_run_with_its_own_passing_server_makes_no_artifact(tmp_path: Path) -> None:
    watch = make_small_watch(tmp_path / "haiti")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "MISSIONWATCH_"))}

    environ = {**kept, "PREFECT_HOME": str(prefect_home.ready(tmp_path / "home"))}

    ((outcome, _),) = rounds(watch, tmp_path / "data", environ, BEFORE)

    with PrefectServer().start(tmp_path / "home") as server:
        names = [run["name"] for run in call(server, "POST", "/flow_runs/filter", {})]
        assert len([name for name in names if name.startswith("monitor haiti 2025-")]) == 1
        assert call(server, "POST", "/artifacts/filter", {}) == []
    assert outcome in ("ok", "partial")


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_server_that_refuses_artifacts_holds_no_round_up(server: PrefectServer, tmp_path: Path) -> None:
    watch = make_small_watch(tmp_path / "haiti")
    refuse = "import flows.run.artifacts as a\nasync def no(*_): raise OSError('no')\na._make = no\na._Bar._show = no\n"

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            RUN.replace("folder, data", refuse + "folder, data", 1),
            str(watch),
            str(tmp_path),
            BEFORE,
        ],
        cwd=ROOT,
        env=server.env(),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])[1]["feeds_due"] > 0
