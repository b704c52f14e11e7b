"""The units of a cluster: systemd itself reads them, and each keeps to itself as a watch's own do."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.deploy.conftest import DEPLOY, tool

UNITS = [DEPLOY / "systemd" / f"missionwatch-dask-{role}.service" for role in ("scheduler", "worker")]
EXPOSURE = 1.5  # of 10, as in tests/deploy


def test_systemd_finds_no_fault_in_them(tmp_path: Path) -> None:
    analyze = tool("systemd-analyze", "apt-get install systemd")
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/missionwatch/.venv/bin/dask", "/bin/true"))

    done = subprocess.run(
        [analyze, "verify", "--man=no", *[str(tmp_path / unit.name) for unit in UNITS]],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_is_as_little_exposed_as_it_can_be(unit: Path) -> None:
    analyze = tool("systemd-analyze", "apt-get install systemd")

    done = subprocess.run(
        [analyze, "security", "--offline=true", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )

    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= EXPOSURE
