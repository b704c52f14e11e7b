"""``python -m tests.watches.fortnights DATA``: replay the Somalia and Lebanon watches twice, a round a fortnight.

The replay command walks day by day; half a year of that takes minutes. Feeds hold the last weeks, so a round a
fortnight sees every article too. The readings before revisions stay, so that what stood first is seen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from flows.commands import replay
from pipeline.lab.replay import Archive, days
from tests.torture.points import without_engine

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("somalia", "lebanon")
EVERY = 14


def rounds(archive: Archive, after: datetime | None = None) -> Iterator[datetime]:
    """One of fourteen evenings, each reading before a revision, and the last evening."""
    readings = list(days(archive, after))
    evenings = [reading for reading in readings if (reading.hour, reading.minute) == (23, 30)]
    kept = {*evenings[::EVERY], readings[-1]} | {reading for reading in readings if reading not in evenings}
    yield from (reading for reading in readings if reading in kept)


def main(data: Path) -> int:
    """Replay each watch into ``data``/its name, then once more with what the second replay made beside it.

    Without Prefect's engine: what is looked at is what the watches make of their archives.
    """
    without_engine()
    with patch.object(replay, "days", rounds):
        for name in NAMES:
            folder = ROOT / "seeds" / name
            for again in (False, True):
                code = replay.run_replay(folder, data / name, fresh=False, port=0, serve=False)
                if code:
                    return code
                if not again:
                    (data / f"{name}-once.duckdb").write_bytes((data / name / "missionwatch.duckdb").read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
