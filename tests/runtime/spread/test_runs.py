"""What an operator sees of a cluster that is away: the command over a small watch, with Prefect's engine taken off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.runtime.spread.dask_cluster import ROOT
from tests.torture.life import aside
from tests.torture.small import make_small_watch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def replay(folder: Path, spread: str) -> subprocess.CompletedProcess[str]:
    """``missionwatch replay`` of the small watch, with ``spread`` set."""
    watch = make_small_watch(folder / "haiti")
    return subprocess.run(
        [sys.executable, "-m", "tests.torture.unengined", "replay", str(watch), "--data-dir", str(folder / "data")],
        cwd=ROOT,
        env={**os.environ, "MISSIONWATCH_SPREAD": spread, "PREFECT_HOME": str(folder / "prefect")},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def runs(data: Path) -> list[tuple[str, str, int]]:
    """(outcome, reason, whether the cluster was away) of each run, in order."""

    def look() -> object:
        from pipeline.storage import LIVE
        from pipeline.storage.connection import open_connection

        db = open_connection(data / LIVE)
        try:
            asked = "SELECT outcome, reason, coalesce(counts['cluster_away'], 0) AS away FROM run ORDER BY started_at"
            return [list(row.values()) for row in db.rows(asked)]
        finally:
            db.close()

    return [(outcome, reason, away) for outcome, reason, away in aside(look, data.with_name("runs.json"))]


def test_a_watch_whose_cluster_is_away_goes_on_alone_and_each_run_says_so_once(tmp_path: Path) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    done = replay(tmp_path, f"dask:{address}")

    assert done.returncode == 0, done.stderr
    assert "mandate" in done.stdout
    found = runs(tmp_path / "data")
    said = [reason.count(f"spread: the cluster at {address} can't be reached") for _, reason, _ in found]
    assert max(said) == 1
    assert {outcome for (outcome, _, _), times in zip(found, said, strict=True) if times} == {"partial"}
    assert all(
        "this machine did the work itself" in reason for (_, reason, _), times in zip(found, said, strict=True) if times
    )
    assert [away for _, _, away in found] == said


def test_a_watch_that_wants_its_cluster_ends_with_a_sentence_and_stores_no_blame(tmp_path: Path) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    done = replay(tmp_path, f"dask-only:{address}")

    assert done.returncode == 1
    assert f"missionwatch: The work can't be spread: the cluster at {address} can't be reached" in done.stderr
    assert "Traceback" not in done.stderr
    assert [outcome for outcome, _, _ in runs(tmp_path / "data")] == ["failed"]
