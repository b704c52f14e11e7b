"""``python -m tests.torture``: kill a replay at many points, run it again to the end, and compare.

Exit code 0 where every rerun gave what an undisturbed run gives, 1 where one did not.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

os.environ["MISSIONWATCH_WORKERS"] = "1"  # each life starts its own
os.environ["MISSIONWATCH_WORKER_DEADLINE"] = "120"  # what a busy machine does to a page is not what is looked at here

import duckdb

from pipeline.storage.live import open_live
from tests.torture.cases import EMPTY, Case, Outcome, World, act_out, commands, draw, full_disks
from tests.torture.life import aside, live, passed
from tests.torture.points import Point
from tests.torture.small import make_small_watch
from tests.torture.tables import differences, look
from tests.torture.warm import make_ready

COMMAND_SECONDS = 28.0  # about how long the command takes over the small watch


def main() -> int:
    """Torture; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="of the flows' own code, without Prefect's engine")
    parser.add_argument("--commands", type=int, default=12, help="kills of the real command, with Prefect")
    parser.add_argument("--full-disks", type=int, default=10, help="runs on a disk that gets full")
    parser.add_argument(
        "--seed", type=int, default=0, help="the same number draws the same kills; 0: other ones each time"
    )
    parser.add_argument(
        "--foreign", action="store_true", help="after each kill, another program opens and closes the live file"
    )
    parser.add_argument("--jobs", type=int, default=2, help="cases at once")
    asked = parser.parse_args()
    seed = asked.seed or random.SystemRandom().randrange(1, 1_000_000)
    started = time.monotonic()
    base = Path(tempfile.mkdtemp(prefix="missionwatch-torture-", dir=_in_memory(asked.jobs)))
    watch = make_small_watch(base / "haiti")
    make_ready(watch)
    world, points, size = _undisturbed(base, watch, foreign=asked.foreign)
    how = f"DuckDB {duckdb.__version__}" + (", a foreign open after each kill" if asked.foreign else "")
    print(
        f"Seed {seed}; {how}. An undisturbed run takes {world.seconds:.1f} s of the processor "
        f"and passes {len(points)} points; "
        f"{sum(map(len, world.reference['tables'].values()))} rows, {len(world.reference['sent'])} alerts in the file.",
        flush=True,
    )
    # Some more than asked for: a run that was to die at a moment may have come to its end by then.
    cases = draw(points, asked.kills + asked.kills // 12, world.seconds, seed)
    cases += full_disks(asked.full_disks, size, seed) + commands(asked.commands, COMMAND_SECONDS, seed)
    outcomes = _all(cases, world, asked.jobs)
    print(table(outcomes))
    bad = [outcome for outcome in outcomes if outcome.wrong]
    for outcome in bad:
        print(f"\n{outcome.case}\n  killed in: {outcome.kills}\n  " + "\n  ".join(outcome.wrong[:12]))
    kills = sum(len(o.kills) for o in outcomes)
    print(
        f"{kills} kills, {len(outcomes)} cases, {len(outcomes) - len(bad)} ended as an undisturbed run, "
        f"{sum(o.repeats for o in outcomes)} messages sent again with the same key; {time.monotonic() - started:.0f} s."
    )
    if bad:
        print(f"What went wrong is left in {base}.")
        return 1
    shutil.rmtree(base)
    return 0


def _in_memory(jobs: int) -> str | None:
    """Return a folder in memory with room for ``jobs`` cases, or None where there is none.

    What SIGKILL leaves is the same there; on a disk, each of some thousand publications would write 25 MB.
    """
    folder = "/dev/shm"
    return folder if Path(folder).is_dir() and shutil.disk_usage(folder).free > (1 + jobs) * 2**29 else None


def _processor_time() -> float:
    """Return the seconds that the processes which we have waited for used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _undisturbed(base: Path, watch: Path, *, foreign: bool) -> tuple[World, list[Point], int]:
    """Replay the small watch twice: the second time as all lives do, with the answers that the first left."""
    trace = base / "reference.trace"
    (base / EMPTY).mkdir()
    looks = []
    for name in ("first", "reference"):
        trace.write_text("")
        before = _processor_time()
        if live(watch, base / name, trace=trace):
            sys.exit(f"The undisturbed run failed: {(base / f'{name}.log').read_text('utf-8')[-2000:]}")
        seconds = _processor_time() - before
        looks.append(aside(partial(look, base / name), base / f"{name}.json"))
    if wrong := differences(*looks):
        sys.exit("Two undisturbed runs differ:\n  " + "\n  ".join(wrong[:12]))
    aside(lambda: open_live(base / EMPTY).close(), base / f"{EMPTY}.json")
    size = (base / "reference" / "live.duckdb").stat().st_size
    return World(watch, base, looks[-1], seconds, foreign), passed(trace), size


def _all(cases: Sequence[Case], world: World, jobs: int) -> list[Outcome]:
    # Forked, so that what is imported is imported once; a lane forks its lives itself, and has no threads.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork")) as lanes:
        asked = [lanes.submit(act_out, case, number, world) for number, case in enumerate(cases)]
        outcomes = []
        for number, one in enumerate(asked, start=1):
            outcomes.append(one.result())
            if number % 25 == 0:
                kills, wrong = sum(len(o.kills) for o in outcomes), sum(bool(o.wrong) for o in outcomes)
                print(f"  {number} of {len(asked)} cases: {kills} kills, {wrong} cases wrong", flush=True)
        return outcomes


def table(outcomes: Sequence[Outcome]) -> str:
    """The kills by where they hit, with what came of them."""
    lines = [f"{'killed in':<26}{'kills':>6}{'cases':>7}{'as undisturbed':>16}{'sent again':>12}"]
    rows: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        first = outcome.kills[0] if outcome.kills else "full disk" if outcome.case.full_at else "came to its end first"
        rows.setdefault(first, []).append(outcome)
    killed = Counter(stage for outcome in outcomes for stage in outcome.kills)
    for name in (*rows, *(stage for stage in killed if stage not in rows)):
        of_it = rows.get(name, [])
        good = sum(not outcome.wrong for outcome in of_it)
        again = sum(outcome.repeats for outcome in of_it)
        lines.append(f"{name:<26}{killed[name]:>6}{len(of_it):>7}{good:>16}{again:>12}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
