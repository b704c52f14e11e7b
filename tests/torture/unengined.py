"""``python -m tests.torture.unengined replay DIR ...``: the command, with Prefect's engine taken off the flows.

All else is the command's own: its errors, its exit codes, its locks and files. It takes three
seconds where the whole command takes thirty.
"""

from __future__ import annotations

import flows.live
import flows.replay  # noqa: F401  (both import the flows, so that there is an engine to take off)
from flows.cli import main
from tests.torture.points import without_engine

if __name__ == "__main__":
    without_engine()
    main(prog_name="missionwatch")
