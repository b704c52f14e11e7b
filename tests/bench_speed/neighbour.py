"""From a publication to its alert while a slow neighbour has 5,000 entries waiting: ``missionwatch serve``, live.

    python -m tests.bench_speed.neighbour [--samples 24] [--poll-every 10] [--keep FILE --label before]

Both outlets are on loopback; the neighbour's robots.txt asks for 20 seconds between two requests. The other outlet
publishes a story every five to ten seconds, at moments that fall anywhere in the interval between two polls, and for
each the time is taken until its alert is in the file channel. At most 5 % may take longer than the interval and five
seconds: the exit code is 1 where more do. It takes four minutes; run it on a machine that does nothing else, since it
measures the start of processes. With ``--keep`` the table has the runs that were kept before, too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flows.run.clock import wall_clock
from pipeline.lab.bench import Table
from tests import prefect_home
from tests.bench_speed.latency import Sample, all_polls, row, sample_of, times_of
from tests.bench_speed.tables import show
from tests.flows.serving.server import PrefectServer
from tests.flows.serving.world import COMMAND, end, runs, until
from tests.neighbours import DELAY, SLOW_HOST, WAITING, flood, make_watch, send
from tests.outlet import Outlet, serving

POLL_EVERY = 10
SPARE = 5.0  # seconds beyond the interval that an alert may take
LONGEST = 60.0  # seconds after the last story in which its alert is waited for
SENDERS = (
    *("Ghana", "Rwanda", "Nepal", "Italy", "Uruguay", "Jordan", "Fiji", "Bangladesh", "Ireland", "Senegal", "Chile"),
    *("Zambia", "Malawi", "Morocco", "Namibia", "Lesotho", "Indonesia", "Mauritania", "Kazakhstan", "Portugal"),
    *("Tunisia", "Togo", "Uganda", "Vietnam"),
)


@dataclass
class ServedWatch:
    """The watch while it is served: both outlets, the Prefect server, the file of its alerts."""

    good: Outlet
    slow: Outlet
    server: PrefectServer
    alerts: Path


@dataclass
class Measured:
    """What was published and what came of it: the seconds to each alert, and the stories that made none."""

    samples: list[Sample] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    pages: int = 0  # of the neighbour, fetched meanwhile
    cancelled: int = 0  # polls that met another


def number_of(place: int) -> int:
    """How many observers the story at ``place``, from 1, tells of."""
    return 100 + 10 * place


@contextmanager
def served(folder: Path, poll_every: int) -> Iterator[ServedWatch]:
    """The watch, served and polled each ``poll_every`` seconds."""
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
                yield ServedWatch(good, slow, server, folder / "data" / "alerts" / "tarsk.jsonl")
            finally:
                end(process, signal.SIGTERM)


def measure(count: int, poll_every: int, seed: int = 2026) -> Measured:
    """Publish ``count`` stories and wait for their alerts."""
    chance = random.Random(seed)
    published: dict[str, datetime] = {}
    alerted: dict[str, datetime] = {}
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), poll_every) as world:
        waiting = list(SENDERS[:count])
        next_at = time.monotonic()
        while waiting or (len(alerted) < count and time.monotonic() < next_at + LONGEST):
            if waiting and time.monotonic() >= next_at:
                country = waiting.pop(0)
                published[country] = wall_clock()
                send(world.good, country, number_of(len(published)), published[country])
                next_at = time.monotonic() + chance.uniform(poll_every / 2, poll_every)
            told = world.alerts.read_text("utf-8") if world.alerts.is_file() else ""
            for country in published.keys() - alerted.keys():
                if country in told:
                    alerted[country] = wall_clock()
                    seconds = (alerted[country] - published[country]).total_seconds()
                    print(f"{len(alerted)}: {country} after {seconds:.1f} s", file=sys.stderr, flush=True)
            time.sleep(0.02)
        polls = times_of(all_polls(world.server, "tarsk"))
        return Measured(
            [sample_of(published[country], at, polls) for country, at in alerted.items()],
            [country for country in published if country not in alerted],
            sum(times for path, times in world.slow.asked.items() if path[1:].isdigit()),
            len(cancelled(world.server)),
        )


def cancelled(server: PrefectServer) -> list[str]:
    """The runs that Prefect has cancelled since they met another of their deployment."""
    asked = {"flow_runs": {"state": {"type": {"any_": ["CANCELLED"]}}}, "limit": 200}
    return [str(run["id"]) for run in server.call("POST", "/flow_runs/filter", asked)]


def rows_of(label: str, made: Measured) -> list[tuple[str, ...]]:
    """The lines of the table about one run of it."""
    return [
        row(f"{label}: from publication to the alert", [one.whole for one in made.samples]),
        row(f"{label}: of that, until the poll was due", [one.waited for one in made.samples]),
        row(f"{label}: from then to the alert", [one.beyond for one in made.samples]),
    ]


def kept_with(path: Path | None, rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The lines that ``path`` holds, and ``rows``, which it holds from now on."""
    if path is None:
        return list(rows)
    kept = [tuple(one) for one in json.loads(path.read_text("utf-8"))] if path.is_file() else []
    path.write_text(json.dumps([*kept, *rows]), "utf-8")
    return [*kept, *rows]


def main() -> int:
    """Measure and print; 1 where more than 5 % took longer than they may."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--samples", type=int, default=len(SENDERS), help=f"at most {len(SENDERS)}")
    asked.add_argument("--poll-every", type=int, default=POLL_EVERY, help="seconds")
    asked.add_argument("--label", default="now", help="what this run is called in the table")
    asked.add_argument("--keep", type=Path, help="a file that keeps the lines of each run")
    chosen = asked.parse_args()
    made = measure(min(chosen.samples, len(SENDERS)), chosen.poll_every)
    limit = chosen.poll_every + SPARE
    late = sum(one.whole > limit for one in made.samples) + len(made.silent)
    title = f"From publication to alert beside {WAITING:,} entries of a host that asks for {DELAY} s, polled each "
    lines = kept_with(chosen.keep, rows_of(chosen.label, made))
    show([Table(f"{title}{chosen.poll_every} s", ("", "n", "p50 s", "p95 s", "longest s"), tuple(lines))])
    whole = len(made.samples) + len(made.silent)
    print(
        f"{late} of {whole} took longer than {limit:.0f} s, {len(made.silent)} of these made no alert"
        f"{': ' + ', '.join(made.silent) if made.silent else ''}. "
        f"{made.pages} pages of the neighbour were fetched meanwhile, {made.cancelled} runs met another and were "
        f"cancelled. Load {os.getloadavg()[0]:.1f} at the end."
    )
    return int(late > 0.05 * whole)


if __name__ == "__main__":
    raise SystemExit(main())
