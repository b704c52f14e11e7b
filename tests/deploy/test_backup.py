"""The commands of docs/deploy.md that copy a store and put it back, run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.model import RunRecord
from pipeline.model.errors import StoreLockedError
from pipeline.model.text import content_id
from pipeline.storage import open_store, publish
from tests.deploy.conftest import ROOT, tool
from tests.storage.builders import NOW, RUN, make_entry, make_poll, make_watch

pytestmark = pytest.mark.slow


def documented(name: str) -> str:
    """The block of commands that the page marks as tested under ``name``."""
    found = re.search(rf"<!-- tested: {name} -->\n```sh\n(.*?)```", (ROOT / "docs/deploy.md").read_text(), re.DOTALL)
    assert found, f"docs/deploy.md has no block {name!r}"
    return found[1]


def call(name: str, data: Path, backup: Path, limit: float = 30) -> subprocess.CompletedProcess[str]:
    tool("flock", "apt-get install util-linux")
    return subprocess.run(
        ["sh", "-e", "-c", documented(name)],
        env={**os.environ, "DATA": str(data), "BACKUP": str(backup)},
        capture_output=True,
        text=True,
        timeout=limit,
    )


def entries(folder: Path) -> int:
    with open_store(folder, wait=5) as store:
        return store.counts("haiti")["entries"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A store with two entries, of which the published copy has one."""
    folder = tmp_path / "data"
    with open_store(folder) as store:
        store.sync_watch(make_watch(), NOW)
        store.start_run(RunRecord(RUN, "monitor", "haiti", NOW, NOW))
        store.add_polls(RUN, [make_poll(make_entry("one"))])
    publish(folder, RUN, NOW)
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(make_entry("two"), polled_at=NOW + timedelta(hours=1))])
    (folder / "run.lock").touch()
    return folder


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    folder = tmp_path / "backup"
    folder.mkdir()
    return folder


def lose(data: Path) -> None:
    shutil.rmtree(data)
    data.mkdir()


def test_the_published_copy_comes_back_as_it_was_published(data: Path, backup: Path):
    assert call("published", data, backup).returncode == 0
    lose(data)
    assert call("restore-published", data, backup).returncode == 0

    assert entries(data) == 1
    publish(data, content_id("run", "next"), NOW)  # and the next run can write and publish


def test_the_live_store_comes_back_with_all_that_was_stored(data: Path, backup: Path):
    assert call("live", data, backup).returncode == 0
    assert sorted(path.name for path in backup.iterdir()) == ["live.duckdb"]
    lose(data)
    assert call("restore-live", data, backup).returncode == 0

    assert entries(data) == 2


def test_the_log_of_a_run_that_was_killed_goes_along(data: Path, backup: Path):
    script = (
        "import os, sys, pathlib; from pipeline.storage import open_store\n"
        "from tests.storage.builders import *\n"
        "with open_store(pathlib.Path(sys.argv[1])) as store:\n"
        "    store.add_polls(RUN, [make_poll(make_entry('three'), polled_at=at('2025-12-01'))])\n"
        "    os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(data)], cwd=ROOT, timeout=60).returncode == -9
    assert (data / "live.duckdb.wal").exists()

    assert call("live", data, backup).returncode == 0
    lose(data)
    assert call("restore-live", data, backup).returncode == 0

    assert entries(data) == 3


def test_a_log_of_an_older_backup_does_not_meet_the_newer_one(data: Path, backup: Path):
    (backup / "live.duckdb.wal").write_bytes(b"of another day")

    assert call("live", data, backup).returncode == 0

    assert not (backup / "live.duckdb.wal").exists()


def test_the_live_store_is_not_copied_while_a_step_has_it(data: Path, backup: Path):
    waits = documented("live").replace("--timeout 60", "--timeout 0.2")
    with open_store(data):
        done = subprocess.run(
            ["sh", "-e", "-c", waits],
            env={**os.environ, "DATA": str(data), "BACKUP": str(backup)},
            capture_output=True,
            timeout=30,
        )

    assert done.returncode != 0
    assert list(backup.iterdir()) == []


def test_a_step_that_comes_while_it_is_copied_waits(data: Path):
    flock = tool("flock", "apt-get install util-linux")
    holder = subprocess.Popen(
        [flock, str(data / "live.duckdb.lock"), "sh", "-c", "echo held; read _"], stdin=-1, stdout=-1
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    try:
        with pytest.raises(StoreLockedError), open_store(data, wait=0.1):
            pass
    finally:
        holder.communicate(b"\n", timeout=10)

    assert entries(data) == 2
