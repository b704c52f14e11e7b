"""A process that meets every case as a watch does: polls or collects it, two at once, and stores what came of it.

Run by ``test_zoo_whole``, which watches its memory. Reads ``{"port", "feeds", "pages", "folder"}`` from standard input
and writes ``{name: [outcome, class of failure or number of entries, seconds]}``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline.fetch import Fetcher
from pipeline.model import FetchRecord, PollRecord
from pipeline.runtime.workers import WorkerPool
from pipeline.storage import open_store
from tests.storage.builders import RUN, make_watch
from tests.zoo.keeper import LIMITS, NOW, check_harmless, code_of, collect, entry_at, feed_at, poll
from tests.zoo.site import SUFFIX

AT_ONCE = 2  # as many as there are workers: no time is spent in a queue
Met = dict[str, list[Any]]


def address(name: str) -> str:
    """The address of a case."""
    return f"http://{name}{SUFFIX}/"


async def meet(names: list[str], step: Callable[[str], Awaitable[Any]]) -> dict[str, tuple[Any, float]]:
    """What the step came to on each case, and the seconds that it took."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> tuple[Any, float]:
        async with turns:
            started = time.monotonic()
            record = await step(address(name))
            return record, time.monotonic() - started

    return dict(zip(names, await asyncio.gather(*map(one, names)), strict=True))


async def main(port: int, feeds: list[str], pages: list[str], folder: Path) -> Met:
    """Meet all cases and store what came of them."""
    grants = {SUFFIX: ("127.0.0.1", port)}
    async with (
        Fetcher(user_agent="Missionwatch test", limits=LIMITS, grants=grants) as fetcher,
        WorkerPool(2) as pool,
    ):
        polled = await meet(feeds, lambda url: poll(url, fetcher, pool))
        collected = await meet(pages, lambda url: collect(url, fetcher, pool))
    records = [record for record, _ in (*polled.values(), *collected.values())]
    for record in records:
        check_harmless(record)
    # The entries of the pages come from a poll too, as in service.
    at_page = [entry_at(address(name)) for name in pages]
    first = next(record for record, _ in polled.values())
    seen = [
        replace(first, poll_id=one.entry.entry_id, feed_id=one.feed.feed_id, entries=(one.entry,)) for one in at_page
    ]
    with open_store(folder) as store:
        store.sync_watch(make_watch(*(feed_at(address(name)) for name in (*feeds, *pages))), NOW)
        store.add_polls(RUN, [*(record for record, _ in polled.values()), *seen])
        store.add_fetches(RUN, [record for record, _ in collected.values()])
    return {name: [*_told(record), seconds] for name, (record, seconds) in (polled | collected).items()}


def _told(record: PollRecord | FetchRecord) -> tuple[str, str]:
    if isinstance(record, PollRecord) and record.entries:
        return record.outcome, str(len(record.entries))
    return record.outcome, code_of(record.reason)


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    json.dump(asyncio.run(main(asked["port"], asked["feeds"], asked["pages"], Path(asked["folder"]))), sys.stdout)
