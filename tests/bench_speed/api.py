"""A hundred clients at ``missionwatch api`` beside a watch that takes articles in and publishes, round after round.

    python -m tests.bench_speed api [--update-docs]

Takes two minutes on a machine that does nothing else. Rounds alone and rounds beside the clients are done in turns, so
that the growth of the store and whatever else the machine does weigh on both. The clients run at the lowest priority,
since they would be on other machines; the API at the one that it gives itself.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.lab.bench import Table
from tests.bench_speed.askers import CLIENTS
from tests.bench_speed.words import ROOT
from tests.bench_speed.writing import HELD, prepare

TURNS, ROUNDS = 4, 3  # turns of each kind, rounds of each turn
ARTICLES = 100  # of a round
AIM = 1.10  # a round beside the clients, of one alone
_GOOD = {"200", "304"}


@dataclass
class Measured:
    """What came of it: seconds of the rounds alone and beside the clients, and what the clients got."""

    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    asked_for: float = 0.0

    @property
    def slower(self) -> float:
        """How many times as long a round takes beside the clients."""
        return statistics.median(self.beside) / statistics.median(self.alone)

    @property
    def errors(self) -> int:
        """Questions that got no answer, or another than 200 and 304."""
        return sum(number for kind, number in self.told.items() if kind not in _GOOD)


def run(turns: int = TURNS, rounds: int = ROUNDS, articles: int = ARTICLES) -> Measured:
    """Measure in a temporary folder."""
    found = Measured()
    with tempfile.TemporaryDirectory(prefix="missionwatch-api-") as folder:
        store = Path(folder) / "store"
        prepare(store)
        with _process("tests.bench_speed.writing", str(store), str(articles)) as writer, _api(store) as url:
            _round(writer)  # what is loaded at first
            for turn in range(turns):
                for beside in (False, True) if turn % 2 == 0 else (True, False):
                    if beside:
                        _beside(found, writer, url, rounds)
                    else:
                        found.alone += [_round(writer) for _ in range(rounds)]
    return found


def _beside(found: Measured, writer: subprocess.Popen[str], url: str, rounds: int) -> None:
    with _process("tests.bench_speed.askers", url, nice=19) as clients:
        assert clients.stdout is not None
        clients.stdout.readline()
        begun = time.perf_counter()
        found.beside += [_round(writer) for _ in range(rounds)]
        found.asked_for += time.perf_counter() - begun
        told = json.loads(_put(clients))
        found.answers += told["seconds"]
        found.told.update(told["told"])


def _round(writer: subprocess.Popen[str]) -> float:
    return float(_put(writer))


def _put(process: subprocess.Popen[str]) -> str:
    """Send a line, and wait for the one that comes back."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{process.args} has ended")
    return line


@contextmanager
def _process(module: str, *arguments: str, nice: int = 0) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.nice(nice),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def _api(store: Path) -> Iterator[str]:
    """The command itself, as a person starts it; its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "api", "seeds/haiti", f"--data-dir={store}", "--port=0", "--rate=0"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        yield said.split()[1].removesuffix("/v1/watches")
    finally:
        process.terminate()
        process.communicate(timeout=30)


def measure() -> list[Table | str]:
    """Measure, as tables."""
    found = run()
    ordered = sorted(found.answers)
    asked = found.told.total()
    verdict = "within" if found.slower <= AIM and not found.errors else "NOT within"
    return [
        f"{CLIENTS} clients, {asked / found.asked_for:.0f} questions a second, {asked} in all; {HELD:,} articles held; "
        f"a round takes {ARTICLES} in and publishes; {verdict} what is asked for (no error, at most "
        f"{AIM - 1:.0%} slower)",
        Table(
            "What the clients got",
            ("", "n", "p50 ms", "p95 ms", "p99 ms", "longest ms"),
            (("answers", str(len(ordered)), *(f"{1_000 * at(ordered, part):.0f}" for part in (0.5, 0.95, 0.99, 1))),),
        ),
        Table(
            "What kinds of answers",
            ("answer", "n"),
            (*((kind, str(number)) for kind, number in sorted(found.told.items())), ("errors", str(found.errors))),
        ),
        Table(
            "What the rounds took",
            ("", "n", "median s", "longest s"),
            (
                _row("alone", found.alone),
                _row("beside the clients", found.beside),
                ("times as long", "", f"{found.slower:.3f}", ""),
            ),
        ),
    ]


def at(ordered: Sequence[float], part: float) -> float:
    """Return the value that ``part`` of ``ordered`` do not exceed."""
    return ordered[min(len(ordered) - 1, max(0, -(-int(part * 1_000) * len(ordered) // 1_000) - 1))]


def _row(what: str, seconds: Sequence[float]) -> tuple[str, ...]:
    return (what, str(len(seconds)), f"{statistics.median(seconds):.2f}", f"{max(seconds):.2f}")
