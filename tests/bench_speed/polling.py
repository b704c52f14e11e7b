"""Polling feeds on loopback: our poll flow beside a bare loop of the same HTTP client, and beside ``reader``.

    python -m tests.bench_speed.polling [--feeds 2000] [--turns 3] [--reader PYTHON]

PYTHON is that of an environment with ``reader``, since it pins what we don't:

    python -m venv .venv-bench && .venv-bench/bin/pip install -r tests/bench_speed/requirements-reader.txt

Each turn measures the bare loop and the flow one after the other, first while no feed has changed, then after each has
got a new entry. The bare loop is aiohttp alone: as many requests at once, the same headers, each feed's body read and
dropped. A connection serves one request in both, as it must where feeds are on as many hosts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from flows.run.environment import in_this_process, prepare

prepare()

from prefect import flow  # noqa: E402  (which reads its settings when it is imported)

from flows.poll import poll_over  # noqa: E402
from flows.run.context import open_tools  # noqa: E402
from flows.run.request import WatchRequest  # noqa: E402
from pipeline.lab.bench import Table  # noqa: E402
from pipeline.runtime.settings import load_settings  # noqa: E402
from tests.bench_speed.web import web  # noqa: E402

HAITI = Path(__file__).parents[2] / "seeds" / "haiti"
BENCH = Path(__file__).parents[2] / ".venv-bench" / "bin" / "python"
FEEDS, TURNS = 2_000, 3
WAYS = ("unchanged", "changed")
AIM_CLIENT, AIM_READER = 0.60, 5.0


@dataclass
class Seconds:
    """Seconds of each way to poll, by whether the feeds had changed."""

    bare: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})
    ours: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})
    reader: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})


def watch_of(folder: Path, feeds: int) -> Path:
    """The first watch with ``feeds`` feeds, each on a host of its own."""
    watch = folder / "many"
    watch.mkdir()
    for name in ("watch.toml", "baseline.toml", "baseline.md"):
        shutil.copyfile(HAITI / name, watch / name)
    table = (
        '[[feed]]\nurl = "http://feed-{0:04}.test/feed/{0}"\ntitle = "Outlet {0}"\nrole = "outlet"\n'
        'family = "outlet-{0}"\nlanguage = "en"\nregion = "global"\nexpected_every = "24h"\n'
        'confirmed_in = "generated"\n'
    )
    (watch / "feeds.toml").write_text("\n".join(table.format(number) for number in range(feeds)), "utf-8")
    return watch


class Bare:
    """The client alone."""

    def __init__(self, port: int, feeds: int, at_once: int) -> None:
        self._urls = [f"http://127.0.0.1:{port}/feed/{number}" for number in range(feeds)]
        self._etags: dict[str, str] = {}
        self._at_once = at_once

    async def poll(self) -> float:
        """Ask each feed once; the seconds that it took."""
        slots = asyncio.Semaphore(self._at_once)
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        async with aiohttp.ClientSession(connector=connector) as session:
            begun = time.perf_counter()
            await asyncio.gather(*(self._one(session, slots, url) for url in self._urls))
            return time.perf_counter() - begun

    async def _one(self, session: aiohttp.ClientSession, slots: asyncio.Semaphore, url: str) -> None:
        held = self._etags.get(url)
        async with slots, session.get(url, headers={"If-None-Match": held} if held else {}) as answer:
            await answer.read()
            self._etags[url] = answer.headers["ETag"]


@contextmanager
def reader_of(python: str, folder: Path, port: int, feeds: int) -> Iterator[subprocess.Popen[str]]:
    """A process that updates the same feeds with ``reader``."""
    command = [
        python,
        str(Path(__file__).with_name("reader_polls.py")),
        str(folder / "reader.db"),
        str(port),
        str(feeds),
    ]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.stdin.close()
            process.wait(60)


def update(process: subprocess.Popen[str]) -> float:
    """One update of all feeds; the seconds that it took."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    seconds, failed = process.stdout.readline().split()
    if int(failed):
        raise RuntimeError(f"reader failed with {failed} feeds")
    return float(seconds)


async def _turn(port: int) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/turn") as answer:
        await answer.read()


async def _measured(folder: Path, port: int, feeds: int, turns: int, reader: subprocess.Popen[str] | None) -> Seconds:
    found = Seconds()
    request = WatchRequest(folder=watch_of(folder, feeds), data_dir=folder / "data")
    at_once = load_settings(os.environ).concurrency
    bare = Bare(port, feeds, at_once)
    async with open_tools() as tools:

        @flow(name="poll", persist_result=False)
        async def poll() -> dict[str, int]:
            return await poll_over(request, tools)

        for turn in range(turns + 1):
            for way in WAYS:
                if way == "changed" or turn == 0:
                    await _turn(port)
                seconds = await bare.poll()
                begun = time.perf_counter()
                counts = await poll()
                ours = time.perf_counter() - begun
                theirs = update(reader) if reader else 0.0
                unchanged = counts.get("feeds_unchanged", 0)
                if counts.get("feeds_failed", 0) or (turn and unchanged != (feeds if way == "unchanged" else 0)):
                    raise RuntimeError(f"the poll found {counts}")
                if turn:  # the first one fills the store and starts the processes
                    found.bare[way].append(seconds)
                    found.ours[way].append(ours)
                    found.reader[way].append(theirs)
    return found


def seconds_of(feeds: int, turns: int, python: str = "") -> Seconds:
    """Poll ``feeds`` feeds ``turns`` times each way.

    Args:
        feeds, turns: how many, and how often.
        python: the interpreter of an environment with ``reader``; empty leaves it out.
    """
    with tempfile.TemporaryDirectory() as name, web() as port, in_this_process():
        os.environ["MISSIONWATCH_OWN_SERVERS"] = f".test=127.0.0.1:{port}"
        try:
            folder = Path(name)
            if not python:
                return asyncio.run(_measured(folder, port, feeds, turns, None))
            with reader_of(python, folder, port, feeds) as reader:
                return asyncio.run(_measured(folder, port, feeds, turns, reader))
        finally:
            del os.environ["MISSIONWATCH_OWN_SERVERS"]


def tables(found: Seconds, feeds: int) -> list[Table]:
    """The figures of ``found``."""
    rows = []
    for way in WAYS:
        bare, ours = statistics.median(found.bare[way]), statistics.median(found.ours[way])
        ratio = statistics.median(b / o for b, o in zip(found.bare[way], found.ours[way], strict=True))
        theirs = statistics.median(found.reader[way])
        beside = [f"{feeds / theirs:,.0f}", f"{theirs / ours:.1f}"] if theirs else ["-", "-"]
        rows.append((way, f"{feeds / bare:,.0f}", f"{feeds / ours:,.0f}", f"{ratio:.2f}", *beside))
    head = ("feeds", "bare client, feeds/s", "poll flow, feeds/s", "ratio", "reader, feeds/s", "times reader")
    return [Table(f"Polling {feeds:,} feeds", head, tuple(rows))]


def measure(feeds: int = FEEDS, turns: int = TURNS, python: str = "") -> list[Table]:
    """Measure, as tables; beside ``reader`` where ``python``, or ``.venv-bench`` of the checkout, has it."""
    if not python and BENCH.exists():
        python = str(BENCH)
    return tables(seconds_of(feeds, turns, python), feeds)


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--feeds", type=int, default=FEEDS)
    asked.add_argument("--turns", type=int, default=TURNS)
    asked.add_argument("--reader", default="", help="python of an environment with requirements-reader.txt")
    chosen = asked.parse_args()
    from tests.bench_speed.tables import show

    show(measure(chosen.feeds, chosen.turns, chosen.reader))


if __name__ == "__main__":
    main()
