"""How long it takes from an event to the next step, and from a publication to the alert, with real processes.

    python -m tests.flows.serving.latency [--events 12] [--passes 3] [--update-docs]

Run it on a machine that does nothing else: it measures the start of processes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from flows.run.clock import wall_clock
from pipeline.lab.replay import load_archive
from tests.bench_speed.latency import row as figures
from tests.doc_pages import rewritten
from tests.flows.serving.server import ROOT, PrefectServer
from tests.flows.serving.world import COMMAND, World, runs, until, wake, world

PAGE = ROOT / "docs" / "serving.md"
START, STOP = "<!-- latency -->", "<!-- /latency -->"
APART = 6.0  # seconds between two events, more than the triggers' debounce
QUIET = 15.0  # seconds without a run after which nobody will be woken any more
WAYS = ("served", "worker")


@contextmanager
def running(way: str, folder: Path) -> Iterator[tuple[World, PrefectServer]]:
    """A server and a small watch that is served, or deployed to a worker; nothing is on a schedule."""
    with PrefectServer().start(folder / "server") as server, world(folder) as small:
        env = small.env(PREFECT_API_URL=server.url, MISSIONWATCH_WORKERS="3")  # as in service
        if way == "served":
            small.serve("--every", "1440", "--poll-every", "0", "--wait-for-schedule", env=env)
            until(lambda: "Prefect's pages" in small.said(), "serving")
        else:
            deploy(small, env)
        yield small, server


def deploy(small: World, env: dict[str, str]) -> None:
    """Deploy the watch to a process work pool, and start its worker as docs/serving.md tells."""
    prefect = str(Path(COMMAND).with_name("prefect"))
    file = small.folder / "prefect.yaml"
    printing = [COMMAND, "deployments", str(small.watch), "--every", "1440", "--poll-every", "0"]
    for command, out in (
        ([*printing, "--archive-port", str(small.archive.port)], file),
        ([prefect, "work-pool", "create", "missionwatch", "--type", "process"], os.devnull),
        ([prefect, "deploy", "--all", "--prefect-file", str(file), "--no-prompt"], os.devnull),
    ):
        done = small.start("sh", "-c", f'cd "$0" && exec "$@" > {out}', str(ROOT), *command, env=env)
        if done.wait(300):
            raise RuntimeError(f"{command} failed:\n{small.said()[-2000:]}")
    small.start(
        prefect, "worker", "start", "--pool", "missionwatch",
        env={**env, "PREFECT_WORKER_QUERY_SECONDS": "1", "PREFECT_WORKER_PREFETCH_SECONDS": "1"},
    )  # fmt: skip


def hops(way: str, events: int) -> list[float]:
    """Seconds from an event to the first moment of the step that it wakes."""
    waits = []
    with tempfile.TemporaryDirectory() as folder, running(way, Path(folder)) as (small, server):
        wake(server, "monitor")
        until(lambda: ended(server, "monitor"), "the first round")
        for number in range(events + 1):
            last = len(runs(server, flow="collect"))
            occurred = wall_clock()
            tell(server, occurred)
            woken = until(lambda last=last: ended(server, "collect")[last:], f"a step woken:\n{small.said()[-1500:]}")
            started = datetime.fromisoformat(woken[0]["start_time"])
            if number:  # the first one also waits for the server to load what it needs
                waits.append((started - occurred).total_seconds())
            until(lambda at=occurred: wall_clock() > at + timedelta(seconds=APART), "the debounce over")
    return waits


def publications(passes: int) -> list[float]:
    """Seconds from the start of the poll that finds a publication to its alert in the file."""
    waits = []
    for _ in range(passes):
        with tempfile.TemporaryDirectory() as folder, running("served", Path(folder)) as (small, server):
            for moment in sorted({article.published for article in load_archive(small.watch / "archive").articles}):
                small.archive.set_now(moment)
                polls, told = len(runs(server, flow="poll")), len(small.filed())
                wake(server, "poll")
                (poll,) = until(lambda n=polls: ended(server, "poll")[n:], "the poll's end")
                until(lambda at=poll["end_time"]: quiet(server, at), "the chain's end")
                if len(small.filed()) > told:
                    alerted = max(datetime.fromisoformat(run["end_time"]) for run in ended(server, "alert"))
                    waits.append((alerted - datetime.fromisoformat(poll["start_time"])).total_seconds())
    return waits


def ended(server: PrefectServer, flow: str) -> list[dict[str, str]]:
    """The runs of a deployment that are over, oldest first."""
    return [run for run in runs(server, flow=flow) if run["end_time"]]


def quiet(server: PrefectServer, since: str) -> bool:
    """Whether nothing runs, and nothing has ended for longer than a wake-up takes here."""
    found = runs(server)
    last = max(run["end_time"] or wall_clock().isoformat() for run in found)
    return wall_clock() - datetime.fromisoformat(max(last, since)) > timedelta(seconds=QUIET)


def tell(server: PrefectServer, occurred: datetime) -> None:
    """Tell the server of a new entry, as a poll would."""
    event = {
        "id": str(uuid4()),
        "event": "missionwatch.entry.new",
        "occurred": occurred.isoformat(),
        "resource": {"prefect.resource.id": "missionwatch.watch.haiti", "missionwatch.by": "step"},
        "related": [],
        "payload": {},
    }
    server.call("POST", "/events", [event])


def row(what: str, waits: list[float]) -> str:
    """A line of the table, in Markdown."""
    return f"| {' | '.join(figures(what, waits))} |"


def table(events: int, passes: int) -> str:
    """Measure, and tell it as a table in Markdown."""
    busy = os.getloadavg()[0]
    lines = ["| | n | p50 s | p95 s | longest s |", "| --- | --- | --- | --- | --- |"]
    for way in WAYS if events else ():
        lines.append(row(f"event to the next step's first line, {way}", hops(way, events)))
        print(lines[-1], file=sys.stderr, flush=True)
    if passes:
        lines.append(row("start of the poll that finds it to the alert, by events, served", publications(passes)))
    told = f"{os.cpu_count()} cores, load {busy:.1f} at the start, SQLite behind Prefect's server."
    return "\n".join([*lines, "", f"Measured on {told} Before it comes the wait for the next poll."])


def main() -> None:
    """Measure and print, and write the page with ``--update-docs``."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--events", type=int, default=12)
    asked.add_argument("--passes", type=int, default=3)
    asked.add_argument("--update-docs", action="store_true")
    chosen = asked.parse_args()
    made = table(chosen.events, chosen.passes)
    print(made)
    if chosen.update_docs:
        PAGE.write_text(rewritten(PAGE.read_text("utf-8"), made, begin=START, end=STOP, page=PAGE), "utf-8")


if __name__ == "__main__":
    main()
