"""The shipped watches' archives, replayed once for all tests that look at them, in whatever processes they run."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import prefect_home

ROOT = Path(__file__).resolve().parents[1]
TIME_LIMIT = 450  # seconds; a replay takes 100 on two cores that do nothing else
FORTNIGHTS_LIMIT = 580  # of the four replays of the other two watches


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay of seeds/haiti by the command, as a person would start it.

    Attributes:
        data: its data folder.
        asked: a copy of what it published, which no test that goes on with the replay changes.
        done: how the command ended, and what it printed.
    """

    data: Path
    asked: Path
    done: subprocess.CompletedProcess[str]


def replay(base: Path) -> Replayed:
    """Replay the archive into folders under ``base``."""
    data = base / "data"
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "replay", "seeds/haiti", "--data-dir", str(data)],
        cwd=ROOT,
        env={**os.environ, "PREFECT_HOME": str(prefect_home.ready(base / "prefect"))},
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
    )
    asked = base / "asked.duckdb"
    if (data / "missionwatch.duckdb").exists():
        shutil.copyfile(data / "missionwatch.duckdb", asked)
    return Replayed(data, asked, done)


def replayed_once(factory: pytest.TempPathFactory) -> Replayed:
    """The replay of this test session: made by whoever asks first; the others, in other processes too, wait for it."""
    base, done = _once(factory, "replayed", lambda base: replay(base).done)
    return Replayed(base / "data", base / "asked.duckdb", done)


def fortnights_once(factory: pytest.TempPathFactory) -> Path:
    """The folder with the other watches' replays, each in a folder of its name: made once, as :func:`replayed_once`."""
    base, done = _once(factory, "fortnights", fortnights)
    assert done.returncode == 0, done.stderr[-2_000:]
    return base


def fortnights(base: Path) -> subprocess.CompletedProcess[str]:
    """Replay the watches of Somalia and Lebanon into folders under ``base``."""
    return subprocess.run(
        [sys.executable, "-m", "tests.watches.fortnights", str(base)],
        cwd=ROOT,
        env={**os.environ, "MISSIONWATCH_WORKERS": "1"},  # each replay starts its own
        capture_output=True,
        text=True,
        timeout=FORTNIGHTS_LIMIT,
        check=False,
    )


def _once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], subprocess.CompletedProcess[str]]
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A folder of this test session that one process fills by ``make``, and how that ended."""
    root = factory.getbasetemp()
    base = (root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root) / name
    base.mkdir(exist_ok=True)
    told = base / "done.json"
    with (base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            made = make(base)
            told.write_text(json.dumps([made.args, made.returncode, made.stdout, made.stderr]))
    return base, subprocess.CompletedProcess(*json.loads(told.read_text()))
