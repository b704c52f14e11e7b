"""The whole suite with the clock some days on, one clock after the other: ``python -m tests.clock``.

A test that reads the clock without saying so passes until some day, and then main is red on every machine at once.
libfaketime moves the clock of the tests and of all processes that they start. It goes on as ever from there, and what
counts seconds (the monotonic clock) is not moved: a wait lasts as long as it does.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DAYS = (1, 30, 200, 800)
DAY = 86_400  # seconds
LIBRARY = "libfaketimeMT.so.1"
PLACES = ("/usr/lib", "/usr/lib64", "/usr/local/lib")
MISSING = f"""\
The clock is moved by libfaketime, and {LIBRARY} is not under {", ".join(PLACES)}.
On Debian or Ubuntu: apt-get install faketime. Elsewhere: name the file with --library, in ARGS of make.
"""
CLOSING = re.compile(r"^(?:=+ )?(.*\d+ (?:passed|failed|skipped|errors?)\b.* in [0-9.]+s.*?)(?: =+)?$")


def find_library(places: Iterable[str | Path] = PLACES) -> Path | None:
    """Where libfaketime is, in its edition for programs of several threads; None where it isn't."""
    patterns = (LIBRARY, f"faketime/{LIBRARY}", f"*/faketime/{LIBRARY}")
    return next((found for place in places for pattern in patterns for found in Path(place).glob(pattern)), None)


def moved(environ: Mapping[str, str], library: Path, days: int) -> dict[str, str]:
    """``environ`` for processes whose clock is ``days`` on."""
    before = environ.get("LD_PRELOAD", "")
    return {
        **environ,
        "LD_PRELOAD": f"{library} {before}".strip(),
        "FAKETIME": f"+{days}d",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",  # its name in older editions
        # Else each wait for a condition by the monotonic clock is over at once, and who waits so spins (0.9.10).
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }


def read_clock(environ: Mapping[str, str]) -> float:
    """What the time is to a process with ``environ``, in seconds since 1970."""
    command = [sys.executable, "-c", "import time; print(time.time())"]
    return float(subprocess.run(command, env=dict(environ), capture_output=True, text=True, check=True).stdout)


def check_moved(there: float, here: float, days: int) -> None:
    """Hold the time to the suite against the time, both in seconds since 1970.

    Raises:
        SystemExit: the clock is not ``days`` on: the suite would pass and mean nothing.
    """
    if abs(there - here - days * DAY) > 60:
        on = (there - here) / DAY
        raise SystemExit(f"The clock should be {days} days on and is {on:.2f}: libfaketime does not work here.")


def run_suite(environ: Mapping[str, str], words: Sequence[str]) -> tuple[int, str]:
    """Run the suite; its exit status and closing line, and all it says on the way as it says it."""
    command = [sys.executable, "-m", "pytest", *words]
    closing = "did not reach its closing line"
    with subprocess.Popen(
        command, cwd=ROOT, env=dict(environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as suite:
        assert suite.stdout is not None
        for line in suite.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            if found := CLOSING.match(line):
                closing = found[1]
    return suite.returncode, closing


def run_clocks(days: Iterable[int], run: Callable[[int], tuple[int, str]]) -> int:
    """Run with each clock, also after one that failed, and tell the totals of each; 1 where any failed."""
    told, failed = [], False
    for on in days:
        print(f"--- the clock {on} days on", flush=True)
        begun = time.monotonic()
        status, closing = run(on)
        failed = failed or status != 0
        told.append(f"{on:>5} days on: {closing}{'' if status == 0 else f', exit {status}'}")
        print(f"--- {time.monotonic() - begun:.0f} s", flush=True)
    print("\nThe suite with the clock on:", *told, sep="\n  ", flush=True)
    return int(failed)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; words that it doesn't know are pytest's."""
    parser = argparse.ArgumentParser(prog="python -m tests.clock", description="Run the suite with the clock days on.")
    parser.add_argument("--days", default=",".join(map(str, DAYS)), help="how many, one run each: %(default)s")
    parser.add_argument("--jobs", default="2", help="test processes at once")
    parser.add_argument("--library", type=Path, default=find_library(), help=f"where {LIBRARY} is")
    given, words = parser.parse_known_args(arguments)
    if given.library is None or not given.library.is_file():
        print(MISSING, end="", file=sys.stderr)
        return 2
    suite = ["-n", given.jobs, "--dist", "loadfile", "--no-loadscope-reorder", "-m", "", *words]

    def run(days: int) -> tuple[int, str]:
        environ = moved(os.environ, given.library.resolve(), days)
        check_moved(read_clock(environ), read_clock(os.environ), days)
        return run_suite(environ, suite)

    return run_clocks([int(days) for days in given.days.split(",")], run)


if __name__ == "__main__":
    sys.exit(main())
