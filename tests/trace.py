"""``python -m tests.trace``: follow one entry on its way to an alert, and print the functions that it passes.

A watch of one article runs two rounds: before it is published, and after, when its feed brings the entry, which changes
the board and makes an alert. Counted is what that round calls of ``pipeline`` and ``flows``: each function once,
however often it is called. Prefect's engine is taken off, and what a worker process would do is done in this one, so
that nothing is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import sys
import tempfile
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from tests.torture.small import make_small_watch

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (str(ROOT / "pipeline"), str(ROOT / "flows"))
ARTICLES = frozenset({"haiti-040"})  # the vote that makes a new force


class Trace:
    """The functions of ours that were called, in the order of their first calls, each with how deep it stood."""

    def __init__(self) -> None:
        self.called: dict[tuple[str, str], int] = {}

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """Note a call; what :func:`sys.setprofile` calls."""
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(ROOMS) or code.co_name.startswith("<"):
            return
        place = (str(Path(code.co_filename).relative_to(ROOT)), code.co_qualname)
        if place not in self.called:
            self.called[place] = _depth(frame)


def _depth(frame: FrameType) -> int:
    """Return how many of our functions stand around ``frame``; a task of asyncio begins anew."""
    depth, outer = 0, frame.f_back
    while outer is not None:
        depth += outer.f_code.co_filename.startswith(ROOMS)
        outer = outer.f_back
    return depth


def followed() -> Trace:
    """Run the two rounds, and return what the second called."""
    from flows.monitor import monitor
    from flows.run.request import WatchRequest
    from pipeline.lab.replay import ArchiveServer, days, load_archive
    from pipeline.runtime.workers import WorkerPool
    from tests.torture.points import without_engine

    async def run_here(self: Any, function: Any, *args: Any, deadline: float | None = None) -> Any:
        return function(*args)

    without_engine()
    WorkerPool.run = run_here  # type: ignore[method-assign]
    trace = Trace()
    with tempfile.TemporaryDirectory() as folder:
        watch = make_small_watch(Path(folder) / "haiti", ARTICLES)
        archive = load_archive(watch / "archive")
        with ArchiveServer(archive) as server:
            request = WatchRequest(
                folder=watch, data_dir=Path(folder) / "data", archive_port=server.port, every_feed=True
            )
            moments = [*days(archive, None)]
            published = max(article.published for article in archive.articles)
            last = next(moment for moment in moments if moment >= published)
            for moment in (moments[0] - timedelta(days=1), last):
                server.set_now(moment)
                if moment == last:
                    threading.setprofile(trace)
                    sys.setprofile(trace)
                try:
                    with contextlib.redirect_stdout(io.StringIO()):
                        done: Any = asyncio.run(monitor(request.model_copy(update={"now": moment})))
                finally:
                    sys.setprofile(None)
                    threading.setprofile(None)  # type: ignore[arg-type]
        counts = done.counts
        assert (counts["articles_new"], counts.get("changes", 0) > 0, counts.get("alerts_delivered", 0) > 0) == (
            1,
            True,
            True,
        ), counts
    return trace


def main() -> None:
    """Print the path, and how many functions and files it has."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--depth", type=int, default=5, help="how deep the path is printed; all of it is counted")
    asked = parser.parse_args()
    called = followed().called
    for (file, name), depth in called.items():
        if depth < asked.depth:
            print(f"{'  ' * depth}{name}  {file}")
    rooms = Counter("/".join(file.split("/")[:2]) for file, _ in called)
    print()
    for room, number in rooms.most_common():
        print(f"{number:5} {room}")
    print(f"{len(called)} functions in {len({file for file, _ in called})} files")


if __name__ == "__main__":
    main()
