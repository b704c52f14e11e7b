"""``missionwatch brief``: what it writes, where, and what is wrong where it can't."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import MissionwatchGroup
from pipeline.cli.brief import brief_command
from tests.conftest import ROOT
from tests.site.world import write_world

HAITI = str(ROOT / "seeds" / "haiti")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(folder)
    return folder


def run(folder: Path, *words: str) -> tuple[int, str, str]:
    """The exit code, the output, and what was said beside it."""
    group = MissionwatchGroup(commands={"brief": brief_command})
    done = CliRunner().invoke(group, ["brief", HAITI, "--data-dir", str(folder), *words])
    return done.exit_code, done.stdout, done.stderr.strip()


def test_it_tells_the_time_that_is_asked_for_as_it_was_known_then(world: Path) -> None:
    code, out, _ = run(world, "--since", "2025-09-29", "--until", "2025-10-01")

    assert code == 0
    assert "29 Sep 2025, 23:59 UTC to 1 Oct 2025, 23:59 UTC, as it was known then" in out
    assert "The Security Council voted on Tuesday for a new force until 2 October 2026." in out
    assert "The resolution sets a ceiling of 5,000" not in out  # known on 2 October


def test_without_a_start_it_tells_of_one_day(world: Path) -> None:
    code, out, _ = run(world, "--until", "2025-10-20T12:00")

    assert (code, out.splitlines()[1]) == (
        0,
        "19 Oct 2025, 12:00 UTC to 20 Oct 2025, 12:00 UTC, as it was known then",
    )


def test_a_feed_that_can_not_be_read_is_named_with_its_reason(world: Path) -> None:
    _, out, _ = run(world, "--until", "2025-10-20T12:00")

    assert "never read: dns: no such host" in out
    assert "<script>" in out  # shown as it is written, and harmless in a terminal
    assert "\u202e" not in out


def test_as_json_it_is_one_object(world: Path) -> None:
    _, out, _ = run(world, "--until", "2025-10-20T12:00", "--format", "json")

    data = json.loads(out)
    assert (data["version"], data["known_at"], data["sight"]["failing"][0]["reason"]) == (
        1,
        "2025-10-20T12:00:00+00:00",
        "dns: no such host",
    )


def test_it_writes_a_file_and_says_which(world: Path, tmp_path: Path) -> None:
    page = tmp_path / "brief.html"

    code, out, _ = run(world, "--until", "2025-10-20T12:00", "--format", "html", "--out", str(page))

    assert (code, out) == (0, f"{page}\n")
    assert page.read_text("utf-8").startswith("<!doctype html>")


def test_an_end_before_its_start_is_refused_with_both_times(world: Path) -> None:
    code, _, said = run(world, "--since", "2025-10-02", "--until", "2025-10-01")

    assert code == 2
    assert "A brief can't begin at 2025-10-02 23:59 and end at 2025-10-01 23:59 UTC." in said


def test_a_file_that_can_not_be_written_is_told_with_the_remedy(world: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, no folder")

    code, _, said = run(world, "--until", "2025-10-20T12:00", "--out", str(blocked / "brief.txt"))

    assert code == 3
    assert "name another file." in said
