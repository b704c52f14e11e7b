"""From a publication on a served feed to the alert at its channel: ``missionwatch serve``, a real Prefect server.

    python -m tests.bench_speed.latency [--samples 24] [--poll-every 10]

The first watch's archive is served on loopback. At moments that fall anywhere in the interval between two polls, its
clock is moved on to the next article that makes an alert, and the time is taken until a webhook has the message. It
takes about 20 seconds a sample. Run it on a machine that does nothing else: it measures the start of processes.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.run.clock import wall_clock
from pipeline.lab.backtest import backtest, load_articles
from pipeline.lab.bench import Table
from pipeline.lab.replay import ArchiveServer, load_archive
from pipeline.reading.embedded import DEFAULT, ENGINES
from pipeline.watches import load_watch
from tests.bench_speed.tables import show
from tests.flows.serving.server import ROOT, PrefectServer
from tests.flows.serving.world import HOOK, Hook, World, runs, until

HAITI = ROOT / "seeds" / "haiti"
SAMPLES, POLL_EVERY = 24, 10
LONGEST = 90.0  # seconds after which a publication is taken for one that makes no alert here


@dataclass(frozen=True)
class Sample:
    """One publication, in seconds.

    Attributes:
        whole: from publication to alert.
        waited: of these, until the poll was due that found it.
        begun: of these, from then until that run's first line: Prefect's way to a process.
    """

    whole: float
    waited: float
    begun: float

    @property
    def beyond(self) -> float:
        """From the moment at which the poll was due to the alert."""
        return self.whole - self.waited


def moments(watch: Path) -> list[datetime]:
    """When articles appear in the archive of ``watch`` that each move the board, in order."""
    read = load_watch(watch)
    articles = load_articles(watch / "archive" / "articles.jsonl")
    told = {line["article"] for line in backtest(read, articles, ENGINES[DEFAULT]())}
    archived = load_archive(watch / "archive").articles
    return sorted({article.published.astimezone(UTC) for article in archived if article.article_id in told})


@contextmanager
def served(folder: Path, poll_every: int) -> Iterator[tuple[World, PrefectServer]]:
    """The watch over its archive, served and polled each ``poll_every`` seconds, with a webhook for its alerts."""
    watch = folder / "haiti"
    shutil.copytree(HAITI, watch)
    rules = (watch / "watch.toml").read_text("utf-8").split("\n[[alert]]", 1)[0]
    # One rule, that holds nothing back: what is measured is the way, not the rules.
    rule = f'\n[[alert]]\nname = "desk"\nmin_confidence = 0.0\nat_once = 0.0\nchannels = ["env:{HOOK}"]\n'
    (watch / "watch.toml").write_text(re.sub(r"(?s)\n\[\[expected\]\].*", "\n", rules) + rule, "utf-8")
    hook = Hook()
    archive = load_archive(watch / "archive")
    with ArchiveServer(archive) as running, PrefectServer().start(folder / "server") as server:
        running.set_now(min(article.published for article in archive.articles) - timedelta(days=1))
        world = World(folder, watch, running, hook)
        try:
            options = ["--every", "1440", "--poll-every", f"{poll_every}s", "--wait-for-schedule"]
            world.serve(*options, env=world.env(PREFECT_API_URL=server.url))
            until(lambda: "Prefect's pages" in world.said(), "serving")
            until(lambda: sum(bool(run["end_time"]) for run in runs(server, flow="poll")) > 1, "the first polls")
            yield world, server
        finally:
            world.end()
            hook.stop()


def samples(count: int, poll_every: int, seed: int = 2026) -> tuple[list[Sample], int]:
    """Publish ``count`` times; what was measured, and how many publications made no alert."""
    chance = random.Random(seed)
    found: list[tuple[datetime, datetime]] = []
    silent = 0
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), poll_every) as (world, server):
        for moment in moments(world.watch)[:count]:
            # The run before has ended by then, as a rule; where it has not, its slot is part of the measure.
            time.sleep(chance.uniform(poll_every, 2 * poll_every))
            told = len(world.hook.bodies)
            published = wall_clock()
            world.archive.set_now(moment)
            limit = time.monotonic() + LONGEST
            while len(world.hook.bodies) == told and time.monotonic() < limit:
                time.sleep(0.02)
            if len(world.hook.bodies) == told:
                silent += 1
                continue
            found.append((published, wall_clock()))
            print(f"{len(found)}: {(found[-1][1] - published).total_seconds():.1f} s", file=sys.stderr, flush=True)
        polls = times_of(all_polls(server))
        if not found:
            raise RuntimeError(f"no publication made an alert:\n{world.said()[-3000:]}")
    return [sample_of(published, alerted, polls) for published, alerted in found], silent


def all_polls(server: PrefectServer, slug: str = "haiti") -> list[dict[str, str]]:
    """Every poll of the watch that has begun."""
    made = server.call("GET", f"/deployments/name/poll/{slug}")
    out: list[dict[str, str]] = []
    while True:
        asked = {"deployments": {"id": {"any_": [made["id"]]}}, "sort": "START_TIME_ASC", "limit": 200}
        page = server.call("POST", "/flow_runs/filter", {**asked, "offset": len(out)})
        out += page
        if len(page) < 200:
            return [run for run in out if run["start_time"] is not None]


def times_of(polls: Sequence[dict[str, str]]) -> list[tuple[datetime, datetime]]:
    """When each of ``polls`` was due, and when it began."""
    return [
        (datetime.fromisoformat(run["expected_start_time"]), datetime.fromisoformat(run["start_time"])) for run in polls
    ]


def sample_of(published: datetime, alerted: datetime, polls: Sequence[tuple[datetime, datetime]]) -> Sample:
    """Split the time from ``published`` to ``alerted`` by the last of ``polls`` that had begun by then."""
    # A run that had begun before the publication may have read the feed after it.
    expected, started = max(pair for pair in polls if pair[1] < alerted)
    waited = max(0.0, (expected - published).total_seconds())
    return Sample((alerted - published).total_seconds(), waited, (started - expected).total_seconds())


def row(what: str, values: Sequence[float]) -> tuple[str, ...]:
    """A line of the table: number, median, 95th percentile (no more than 5 % exceed it), longest."""
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, -(-95 * len(ordered) // 100) - 1)]
    return (what, str(len(ordered)), f"{statistics.median(ordered):.1f}", f"{p95:.1f}", f"{ordered[-1]:.1f}")


def measure(count: int = SAMPLES, poll_every: int = POLL_EVERY) -> list[Table]:
    """Measure, as tables."""
    made, silent = samples(count, poll_every)
    left_out = f"; {silent} publications made no alert" if silent else ""
    return [
        Table(
            f"From publication to alert, polled each {poll_every} s{left_out}",
            ("", "n", "p50 s", "p95 s", "longest s"),
            (
                row("from publication to the alert at the webhook", [one.whole for one in made]),
                row("of that, until the next poll was due", [one.waited for one in made]),
                row("from the moment the poll was due to its first line", [one.begun for one in made]),
                row("from the moment the poll was due to the alert", [one.beyond for one in made]),
            ),
        )
    ]


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--samples", type=int, default=SAMPLES)
    asked.add_argument("--poll-every", type=int, default=POLL_EVERY, help="seconds")
    chosen = asked.parse_args()
    show(measure(chosen.samples, chosen.poll_every))


if __name__ == "__main__":
    main()
