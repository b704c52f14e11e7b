"""A writer: three rounds over a watch's archive in one process. ``python -m tests.runtime.spread.writer FOLDER DATA``.

Where the work is done is a setting, so the same process is the undisturbed run of one machine and that of a cluster.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flows.run.environment import prepare

prepare()

from flows.monitor import monitor_over  # noqa: E402
from flows.run.context import open_tools  # noqa: E402
from flows.run.request import WatchRequest  # noqa: E402
from pipeline.lab.replay import ArchiveServer, load_archive  # noqa: E402

ROUNDS = (datetime(2025, 9, 15, tzinfo=UTC), datetime(2025, 10, 5, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC))


async def main(folder: Path, data: Path) -> None:
    """Run the rounds, and print what each came to."""
    with ArchiveServer(load_archive(folder / "archive")) as server:
        asked = WatchRequest(folder=folder, data_dir=data, archive_port=server.port, every_feed=True, now=ROUNDS[0])
        async with open_tools(server.port) as opened:
            monitor = monitor_over(replace(opened, echo=lambda _: None))
            for moment in ROUNDS:
                server.set_now(moment)
                done = await monitor(asked.model_copy(update={"now": moment}))
                print(moment.date(), done.outcome, done.counts.get("articles_new", 0), done.reason, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
