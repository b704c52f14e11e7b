"""``python -m tests.flows.each_day replay DIR ...``: the replay, with a round on quiet days too."""

from __future__ import annotations

from flows.cli import main
from flows.commands import replay
from tests.torture.points import without_engine

if __name__ == "__main__":
    without_engine()
    replay._is_quiet = lambda *_: False
    main(prog_name="missionwatch")
