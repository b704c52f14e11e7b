"""A replay's quiet days: there is no round on them, and what was found and told is as if there had been one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.lab.replay import Archive
from tests.torture.life import aside
from tests.torture.small import make_small_watch
from tests.torture.tables import differences, look

ROOT = Path(__file__).parents[2]
# A page that is gone, one that is revised, changes, one that is confirmed; a week without any news, and the next.
ARTICLES = frozenset(f"haiti-{n}" for n in ("103", "102", "044", "047", "055"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_it_is_still_from_after_an_article_until_before_the_next_or_a_revision(archive: Archive) -> None:
    assert archive.is_still(at("2025-11-08T23:30"), at("2025-11-09T23:30"))
    assert not archive.is_still(at("2025-11-07T23:30"), at("2025-11-08T23:30"))
    # haiti-103 is taken off its page at 15:30 UTC, and nothing else comes in that minute
    assert not archive.is_still(at("2025-09-28T15:29"), at("2025-09-28T15:30"))
    assert archive.is_still(at("2025-09-28T15:30"), at("2025-09-28T15:31"))


# What tells that a feed or a page was asked; all else must be the same, row by row.
OF_ROUNDS = {"poll", "page_fetch"}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_was_found_and_told_is_as_if_there_had_been_a_round_each_day(tmp_path: Path) -> None:
    watch = make_small_watch(tmp_path / "haiti", ARTICLES)
    seen, said = {}, {}
    for how in ("tests.torture.unengined", "tests.flows.each_day"):
        data = tmp_path / how
        done = subprocess.run(
            [sys.executable, "-m", how, "replay", str(watch), "--data-dir", str(data)],
            cwd=ROOT,
            env={**os.environ, "MISSIONWATCH_WORKERS": "1"},
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said[how] = re.search(r"(\d+) days, (\d+) of them with a round", " ".join(done.stdout.split()))
        seen[how] = aside(lambda data=data: look(data), tmp_path / f"{how}.json")
    (quick, whole), (short, long) = seen.values(), said.values()

    assert short is not None
    assert long is not None
    assert (short[1], long[1], long[2]) == ("15", "15", "15")
    assert int(short[2]) <= 8
    assert len(whole["sent"]) == 5
    for name in OF_ROUNDS:
        del quick["tables"][name], whole["tables"][name]
    assert differences(quick, whole) == []
