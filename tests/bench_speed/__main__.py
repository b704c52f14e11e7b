"""Measure how fast Missionwatch is: ``python -m tests.bench_speed PART``; ``growth`` is what the past costs.

``growth`` takes sizes of archives; each part prints its figures, and writes them into docs/performance.md where asked.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import tempfile
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.bench_speed.tables import PICTURES, machine, show, update_page

OTHERS = ("pages", "polling", "latency", "api")


def main() -> None:
    """Measure one part, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench_speed", description=__doc__.splitlines()[0])
    parser.add_argument("part", nargs="?", default="growth", choices=("growth", *OTHERS, "all"))
    parser.add_argument("--sizes", default="10000,100000", help="articles of each archive (default: %(default)s)")
    parser.add_argument(
        "--take", type=int, default=0, help="articles taken in by each (default: 2000; 10000 of a million)"
    )
    parser.add_argument(
        "--folder", type=Path, help="where archives are kept between runs (default: for temporary files)"
    )
    parser.add_argument("--update-docs", action="store_true", help="write the figures into docs/performance.md")
    asked = parser.parse_args()
    for part in ("growth", *OTHERS) if asked.part == "all" else (asked.part,):
        if part == "growth":
            sizes = sorted(int(size) for size in asked.sizes.replace(" ", ",").split(",") if size)
            take = asked.take or (10_000 if sizes[-1] >= 1_000_000 else 2_000)
            measure_growth(sizes, take, asked.folder, update=asked.update_docs)
        else:
            _measure(part, update=asked.update_docs)


def measure_growth(sizes: list[int], take: int, cache: Path | None, *, update: bool) -> None:
    """What an article, publishing and questions cost, by the articles that are held."""
    from tests.bench_speed.archive import Archive
    from tests.bench_speed.growth import grow
    from tests.bench_speed.pictures import NAME, draw
    from tests.bench_speed.queries import ask, questions
    from tests.bench_speed.report import answers_table, failures, growth_table, whole_table
    from tests.bench_speed.whole import whole

    archive, told = Archive(), machine()
    print(told, flush=True)
    folder = Path(tempfile.mkdtemp(prefix="missionwatch-growth-", dir=cache))
    try:
        with _progress() as bar:
            pasts = grow(archive, sizes, take, folder, bar, cache=cache)
        show([growth_table(pasts)])
        wholes, answers = [], []
        for past in pasts[1:]:
            made, published = whole(archive, past.folder, past.held + take)
            wholes.append(made)
            answers.append(ask(published.path, questions(archive.published(past.held // 2).date())))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found = [growth_table(pasts), whole_table(wholes), answers_table(wholes, answers)]
    print()
    show(found[1:])
    slow = failures(pasts, wholes, answers)
    print("\n" + ("\n".join(f"TOO SLOW: {line}" for line in slow) or "All within what is asked for."))
    try:
        draw(pasts, wholes, answers, PICTURES / NAME if update else Path(tempfile.gettempdir(), NAME))
    except ImportError:
        print("No picture: install tests/bench_speed/requirements.txt, as make bench-speed does.")
    if update:
        command = f"make bench-speed SIZES={','.join(map(str, sizes))} ARGS=--update-docs"
        verdict = f"Slower than asked for: {'; '.join(slow)}." if slow else "All within what is asked for."
        update_page(
            "growth",
            found[:1],  # what publishing and questions take is printed, and in the picture
            told=f"`{command}`, with {take:,} articles taken in at each size, on {told}. {verdict}",
            picture=NAME,
            alt="What an article costs after pasts of several sizes, and how long questions take",
        )


class _Bar:
    """A progress bar that begins anew with each word."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._task, self._word = progress, progress.add_task("", total=1), ""

    def __call__(self, word: str, done: int, total: int) -> None:
        if word != self._word:
            self._progress.reset(self._task)
            self._word = word
        self._progress.update(self._task, description=word, completed=done, total=total)


def _progress():
    from contextlib import contextmanager

    @contextmanager
    def shown():
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns) as progress:
            yield _Bar(progress)

    return shown()


def _measure(part: str, *, update: bool) -> None:
    """A part that has a module of its own with ``measure() -> tables``, or lines."""
    told = machine()
    print(told, flush=True)
    found = importlib.import_module(f"tests.bench_speed.{part}").measure()
    tables = [table for table in found if not isinstance(table, str)]
    lines = [line for line in found if isinstance(line, str)]
    print("\n".join(lines))
    show(tables)
    if update:
        command = f"`make bench-speed PART={part} ARGS=--update-docs`"
        shown = "\n\n    " + "\n    ".join(lines) if lines else ""
        update_page(part, tables, told=f"{command}, on {told}.{shown}")


if __name__ == "__main__":
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    main()
