"""``python -m tests.torture.unengined replay DIR ...``: the command, with Prefect's engine taken off the flows.

All else is the command's own: its errors, its exit codes, its locks and files. It takes three
seconds where the whole command takes thirty.
"""

from __future__ import annotations

from flows.cli import main
from tests.torture.points import without_engine

if __name__ == "__main__":
    without_engine()
    main(prog_name="missionwatch")
