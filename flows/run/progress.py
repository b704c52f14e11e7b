"""A progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from flows.run.context import Tools
from pipeline.cli import report

_screen = report.console(stderr=True)


@contextmanager
def show_progress(tools: Tools) -> Iterator[Tools]:
    """Yield ``tools`` that show how far each step is while the block runs; alerts for the console go above the bar."""
    if not _screen.is_terminal:
        yield replace(tools, progress=_say_lines)
        return
    with Progress(
        TextColumn("{task.description:>12}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=_screen,
        transient=True,
    ) as bar:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield replace(tools, progress=tell, echo=bar.console.print)


def _say_lines(stage: str, done: int, total: int) -> None:
    """Say a line when a step ends, and every hundred items: a log is no place for bars."""
    if done == total or done % 100 == 0:
        _screen.print(f"{stage}: {done} of {total}")
