"""``python -m tests.torture``: kill a replay at many points, run it again to the end, and compare.

Exit code 0 where every rerun gave what an undisturbed run gives, 1 where one did not.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

os.environ["MISSIONWATCH_WORKERS"] = "1"  # each life starts its own
os.environ["MISSIONWATCH_WORKER_DEADLINE"] = "120"  # what a busy machine does to a page is not what is looked at here

import duckdb

from tests.torture.cases import Case, Outcome, World, act_out, commands, draw, full_disks
from tests.torture.life import aside, live, passed
from tests.torture.points import Point
from tests.torture.small import make_small_watch
from tests.torture.tables import look

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
    import flows.replay  # noqa: F401  (here, so that no life has to)

    base = Path(tempfile.mkdtemp(prefix="missionwatch-torture-"))
    world, points, size = _undisturbed(base, foreign=asked.foreign)
    how = f"DuckDB {duckdb.__version__}" + (", a foreign open after each kill" if asked.foreign else "")
    print(
        f"Seed {seed}; {how}. An undisturbed run takes {world.seconds:.1f} s and passes {len(points)} points; "
        f"{sum(map(len, world.reference['tables'].values()))} rows, {len(world.reference['sent'])} alerts in the file."
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


def _undisturbed(base: Path, *, foreign: bool) -> tuple[World, list[Point], int]:
    watch = make_small_watch(base / "haiti")
    trace = base / "reference.trace"
    started = time.monotonic()
    if live(watch, base / "reference", trace=trace):
        sys.exit(f"The undisturbed run failed: {(base / 'reference.log').read_text('utf-8')[-2000:]}")
    seconds = time.monotonic() - started
    reference = aside(lambda: look(base / "reference"), base / "reference.json")
    size = (base / "reference" / "live.duckdb").stat().st_size
    return World(watch, base, reference, seconds, foreign), passed(trace), size


def _all(cases: Sequence[Case], world: World, jobs: int) -> list[Outcome]:
    # Forked, so that what is imported is imported once; a lane forks its lives itself, and has no threads.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork")) as lanes:
        asked = [lanes.submit(act_out, case, number, world) for number, case in enumerate(cases)]
        outcomes = []
        for number, one in enumerate(asked, start=1):
            outcomes.append(one.result())
            if number % 25 == 0:
                print(f"  {number} of {len(asked)} cases", flush=True)
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
