"""``make dist``: build both distributions into ``dist``, check them, and try the wheel in an empty environment.

python -m tests.wheel                              with this Python
python -m tests.wheel --python /usr/bin/python3.13 with another one: its wheels come from the registry
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.wheel.build import ROOT, build, install
from tests.wheel.checks import problems
from tests.wheel.use import use


def main() -> int:
    """Build, check, install and use; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.wheel")
    parser.add_argument("--python", default=sys.executable, help="The interpreter of the empty environment.")
    chosen = parser.parse_args()
    to = ROOT / "dist"
    for old in (*to.glob("missionwatch-*.whl"), *to.glob("missionwatch-*.tar.gz")):
        old.unlink()
    built = build(to)
    for path in (built.wheel, built.source):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes")
    wrong = problems(built)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            command = install(built.wheel, folder / "environment", chosen.python)
        except subprocess.CalledProcessError as error:
            print(error.stderr, file=sys.stderr)
            return 1
        version = subprocess.run([command.parent / "python", "--version"], capture_output=True, text=True, check=True)
        print(f"In an empty environment of {version.stdout.strip()}:")
        for step, done, seconds in use(command, folder):
            is_right = done.returncode == (5 if step == "run" else 0)  # of the round no feed can be reached
            print(f"  {step:<8} {'ok' if is_right else f'FAILED with exit code {done.returncode}'}, {seconds:.1f} s")
            wrong += [] if is_right else [f"{step}: {done.stdout[-500:]}{done.stderr[-1500:]}"]
    for one in wrong:
        print(one, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
