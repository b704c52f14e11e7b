"""Three machines in small: one writes, two work, and one of the two loses its power in mid-work."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.flows.serving.server import PrefectServer
from tests.runtime.spread.dask_cluster import ROOT, DaskCluster, descendants, until
from tests.runtime.spread.machines import machines, postgres
from tests.torture.life import aside
from tests.torture.tables import differences, look

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
HAITI = ROOT / "seeds" / "haiti"


def start_writer(data: Path, server: PrefectServer, spread: str) -> subprocess.Popen[bytes]:
    """The process that owns the store, in three rounds over the archive."""
    with data.with_name(f"{data.name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.runtime.spread.writer", str(HAITI), str(data)],
            cwd=ROOT,
            env={**server.env(), "MISSIONWATCH_SPREAD": spread, "MISSIONWATCH_WORKERS": "1", "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def is_busy(pid: int) -> bool:
    """Whether a process computes at this moment."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "R"
    return False


def said(data: Path) -> str:
    return data.with_name(f"{data.name}.log").read_text("utf-8", "replace")


def test_a_worker_killed_in_mid_work_leaves_the_tables_of_an_undisturbed_run_of_one_machine(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed: make setup")
    alone, together = tmp_path / "alone", tmp_path / "together"
    with (
        machines("left", "right") as (address, inside),
        postgres() as database,
        PrefectServer(database).start(tmp_path / "server") as server,
        DaskCluster(tmp_path, host=address).schedule() as cluster,
    ):
        assert start_writer(alone, server, "local").wait(400) == 0, said(alone)

        cluster.work("left", inside=inside["left"])
        cluster.work("right", inside=inside["right"])
        # 'dask-only': were anything not done by the cluster, the run would fail.
        writer = start_writer(together, server, f"dask-only:{cluster.address}")
        left = cluster.processes["left"].pid
        until(lambda: "2025-09-15" in said(together) or writer.poll() is not None, "the first round's end", 400)
        until(lambda: any(map(is_busy, descendants(left))), f"the left machine at work:\n{said(together)}")
        assert writer.poll() is None
        cluster.kill("left")
        assert writer.wait(400) == 0, said(together)

        assert descendants(cluster.processes["right"].pid)  # it has worked too
        assert server.call("POST", "/flow_runs/count", {}) >= 6  # the rounds of both
        assert list((tmp_path / "server").glob("*.db")) == []  # which PostgreSQL keeps

    # Opened by processes of their own: a database file belongs to one at a time.
    reference = aside(lambda: look(alone), tmp_path / "alone.json")
    found = aside(lambda: look(together), tmp_path / "together.json")
    assert differences(found, reference) == []
    assert len(reference["tables"]["article"]) >= 100
    assert len(reference["tables"]["change"]) >= 20
