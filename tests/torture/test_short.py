"""The torture in short: forty kills over all stages with a foreign open after each, a full disk, the command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]


def test_whatever_is_killed_the_rerun_gives_what_an_undisturbed_run_gives() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.torture",
            "--kills",
            "40",
            "--full-disks",
            "1",
            "--commands",
            "1",
            "--seed",
            "1",
            "--foreign",
        ],
        cwd=ROOT,
        env={**os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (kills, cases, good) = re.findall(r"(\d+) kills, (\d+) cases, (\d+) ended as an undisturbed run", done.stdout)[0]
    assert int(kills) >= 36  # one that was to die at a moment after its end, or in a stage that was over, lives
    assert good == cases
