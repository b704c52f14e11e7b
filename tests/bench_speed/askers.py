"""A hundred clients of the API: ``python -m tests.bench_speed.askers URL``, until a line comes on the standard input.

Each asks about once a second one of the questions of a dashboard; half of them send the ETag that they have, as
browsers and feed readers do. Prints one line of JSON: the seconds of each answer, and how many of each kind came.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence

import aiohttp

CLIENTS = 100
EVERY = 1.0  # seconds between two questions of a client, on average
PATHS = (
    "/v1/watches",
    "/v1/haiti/status",
    "/v1/haiti/board",
    "/v1/haiti/board?as_of=2025-09-05",
    "/v1/haiti/board?format=csv&limit=200",
    "/v1/haiti/changes?limit=200",
    "/v1/haiti/changes?since=2025-09-05&limit=20",
    "/v1/haiti/search?q=mission",
    "/v1/haiti/search?q=police&in=claims",
    "/v1/haiti/feeds",
)
_KEEPS = 0.5  # of the clients, those that keep what they got


async def ask_on(url: str, number: int, paths: Sequence[str], stop: asyncio.Event) -> tuple[list[float], Counter[str]]:
    """Ask as one client until ``stop``; the seconds of each answer, and how many of each kind came."""
    chance, seconds, told, tags = random.Random(number), [], Counter[str](), dict[str, str]()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as session:
        while not stop.is_set():
            path = chance.choice(paths)
            headers = {"If-None-Match": tags[path]} if path in tags and number < CLIENTS * _KEEPS else {}
            begun = time.perf_counter()
            try:
                async with session.get(url + path, headers=headers) as answer:
                    await answer.read()
                    told[str(answer.status)] += 1
                    tags[path] = answer.headers.get("ETag", "")
            except (aiohttp.ClientError, TimeoutError) as error:
                told[type(error).__name__] += 1
            else:
                seconds.append(time.perf_counter() - begun)
            try:
                await asyncio.wait_for(stop.wait(), chance.uniform(0, 2 * EVERY))
            except TimeoutError:
                continue
    return seconds, told


async def ask_all(url: str) -> None:
    """Ask as all clients until a line comes."""
    stop = asyncio.Event()
    clients = [asyncio.create_task(ask_on(url, number, PATHS, stop)) for number in range(CLIENTS)]
    print("asking", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    stop.set()
    done = await asyncio.gather(*clients)
    told = sum((counted for _, counted in done), Counter[str]())
    print(json.dumps({"seconds": [one for seconds, _ in done for one in seconds], "told": told}))


if __name__ == "__main__":
    asyncio.run(ask_all(sys.argv[1]))
