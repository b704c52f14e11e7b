"""A progress bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from flows.run.context import echo, progress
from pipeline.cli import report

_screen = report.console(stderr=True)


@contextmanager
def show_progress() -> Iterator[None]:
    """Show how far each stage is while the block runs; alerts for the console go above the bar."""
    if not _screen.is_terminal:
        with _told(_PlainTeller()):
            yield
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

        token = echo.set(lambda line: bar.console.print(line))
        try:
            with _told(tell):
                yield
        finally:
            echo.reset(token)


class _PlainTeller:
    """Says a line when a stage ends, and every hundred items: a log is no place for bars."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        if done == total or done % 100 == 0:
            _screen.print(f"{stage}: {done} of {total}")


@contextmanager
def _told(teller: object) -> Iterator[None]:
    token = progress.set(teller)  # type: ignore[arg-type]
    try:
        yield
    finally:
        progress.reset(token)
