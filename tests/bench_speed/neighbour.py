"""From a publication to its alert while a slow neighbour has 5,000 entries waiting: ``missionwatch serve``, live.

    python -m tests.bench_speed.neighbour [--samples 12] [--poll-every 10]

Both outlets are on loopback; the neighbour's robots.txt asks for 20 seconds between two requests. Each sample is a
story that the other outlet publishes at a moment that falls anywhere in the interval between two polls, and the time is
taken until the alert is in the file channel. Run it on a machine that does nothing else: it measures the start of
processes.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flows.resources import wall_clock
from pipeline.bench import Table
from tests import prefect_home
from tests.bench_speed.latency import row
from tests.bench_speed.tables import show
from tests.neighbours import DELAY, SLOW_HOST, WAITING, flood, make_watch, send
from tests.outlet import Outlet, serving
from tests.serving.server import PrefectServer
from tests.serving.world import COMMAND, end, runs, until

SAMPLES, POLL_EVERY = 12, 10
LONGEST = 120.0  # seconds after which a story is taken for one that makes no alert
SENDERS = {"Ghana": 120, "Rwanda": 240, "Nepal": 300, "Italy": 80, "Uruguay": 150, "Jordan": 90, "Fiji": 60}
SENDERS |= {"Bangladesh": 210, "Ireland": 130, "Senegal": 350, "Chile": 70, "Zambia": 160}


@contextmanager
def served(folder: Path, poll_every: int) -> Iterator[tuple[Outlet, Outlet, Path]]:
    """The watch, served and polled each ``poll_every`` seconds: both outlets, and the file of its alerts."""
    with serving(Outlet()) as good, serving(Outlet(host=SLOW_HOST)) as slow:
        send(good, "Mongolia", 50, wall_clock() - timedelta(hours=1))
        flood(slow, wall_clock() - timedelta(days=1))
        watch = make_watch(folder / "tarsk", good, slow)
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "MISSIONWATCH_"))}
        with PrefectServer().start(folder / "server") as server, (folder / "out").open("ab") as out:
            env = {
                **kept,
                "PREFECT_HOME": str(prefect_home.ready(folder / "home")),
                "PREFECT_API_URL": server.url,
                "MISSIONWATCH_DATA_DIR": str(folder / "data"),
                "MISSIONWATCH_OWN_SERVERS": f"{good.grant},{slow.grant}",
            }
            options = ["--every", "1440", "--poll-every", f"{poll_every}s"]
            process = subprocess.Popen([COMMAND, "serve", str(watch), *options], env=env, stdout=out, stderr=out)
            try:
                until(lambda: sum(bool(run["end_time"]) for run in runs(server, flow="poll")) > 1, "the first polls")
                yield good, slow, folder / "data" / "alerts" / "tarsk.jsonl"
            finally:
                end(process, signal.SIGTERM)


def samples(count: int, poll_every: int, seed: int = 2026) -> tuple[list[float], int, int]:
    """Publish ``count`` times: the seconds to each alert, the stories that made none, the neighbour's pages fetched."""
    chance = random.Random(seed)
    waits: list[float] = []
    silent = 0
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), poll_every) as (good, slow, alerts):
        for country, number in list(SENDERS.items())[:count]:
            time.sleep(chance.uniform(poll_every, 2 * poll_every))
            told = lines(alerts)
            started = time.monotonic()
            send(good, country, number, wall_clock())
            while lines(alerts) == told and time.monotonic() - started < LONGEST:
                time.sleep(0.02)
            if lines(alerts) == told:
                silent += 1
                continue
            waits.append(time.monotonic() - started)
            print(f"{len(waits)}: {waits[-1]:.1f} s", file=sys.stderr, flush=True)
        return waits, silent, sum(times for path, times in slow.asked.items() if path[1:].isdigit())


def lines(path: Path) -> int:
    """The number of lines of ``path``; 0 where it is not there."""
    return path.read_text("utf-8").count("\n") if path.is_file() else 0


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--samples", type=int, default=SAMPLES)
    asked.add_argument("--poll-every", type=int, default=POLL_EVERY, help="seconds")
    chosen = asked.parse_args()
    waits, silent, fetched = samples(chosen.samples, chosen.poll_every)
    left_out = f"; {silent} stories made no alert" if silent else ""
    title = f"From publication to alert beside {WAITING:,} entries of a host that asks for {DELAY} s, polled each "
    table = Table(
        f"{title}{chosen.poll_every} s{left_out}",
        ("", "n", "p50 s", "p95 s", "longest s"),
        (row("from publication to the alert in the file", waits),),
    )
    show([table])
    print(f"Load {os.getloadavg()[0]:.1f} at the end; {fetched} pages of the neighbour were fetched meanwhile.")


if __name__ == "__main__":
    main()
