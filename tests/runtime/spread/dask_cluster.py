"""A Dask cluster of a test's own: a scheduler and workers, each a process that can be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
DASK = (sys.executable, "-m", "dask")
LIMIT = 120.0  # seconds; a start takes two on an idle machine


def until(ready: Callable[[], Any], what: str, limit: float = LIMIT) -> Any:
    """What ``ready`` gives once that is true; fails with ``what`` after ``limit`` seconds."""
    deadline = time.monotonic() + limit
    while not (found := ready()):
        if time.monotonic() > deadline:
            raise AssertionError(f"after {limit:.0f} s still not: {what}")
        time.sleep(0.05)
    return found


class DaskCluster:
    """A scheduler, and workers by their names. A context manager that ends them all.

    Args:
        folder: for logs and scratch files.
        host, port: where the scheduler listens.
        inside: what each command begins with, to run it somewhere else.
    """

    def __init__(self, folder: Path, host: str = "127.0.0.1", port: int = 0, inside: Sequence[str] = ()) -> None:
        self.folder, self.host, self.port = folder, host, port or free_port()
        self._inside = tuple(inside)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> str:
        return f"tcp://{self.host}:{self.port}"

    def schedule(self) -> DaskCluster:
        """Start the scheduler and return when it listens."""
        where = ("--host", self.host, "--port", str(self.port), "--no-dashboard")
        self._start("scheduler", [*self._inside, *DASK, "scheduler", *where])
        self._until_said("scheduler", "Scheduler at:")
        return self

    def work(self, name: str, threads: int = 1, inside: Sequence[str] | None = None) -> None:
        """Start a worker, without a nanny: its process is the worker itself. Returns when it is registered."""
        how = ("--no-nanny", "--nthreads", str(threads), "--no-dashboard", "--name", name)
        scratch = ("--local-directory", str(self.folder / f"scratch-{name}"))
        prefix = self._inside if inside is None else tuple(inside)
        self._start(name, [*prefix, *DASK, "worker", self.address, *how, *scratch])
        self._until_said(name, "Registered to:")

    def kill(self, name: str) -> None:
        """End a process and what it started at once, as a power cut of its machine would."""
        process = self.processes.pop(name)
        children = descendants(process.pid)
        for pid in (process.pid, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(10)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text("utf-8", "replace")

    def __enter__(self) -> DaskCluster:
        return self

    def __exit__(self, *_: object) -> None:
        for name in reversed(list(self.processes)):
            self.kill(name)

    def _start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(ROOT)},  # the tests' own jobs are found there
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _until_said(self, name: str, words: str) -> None:
        def ready() -> bool:
            if self.processes[name].poll() is not None:
                raise AssertionError(f"{name} did not start:\n{self.log(name)}")
            return words in self.log(name)

        until(ready, f"{name} said '{words}'")


def descendants(pid: int) -> list[int]:
    """The processes that ``pid`` has started, with theirs."""
    found: list[int] = []
    tasks = Path(f"/proc/{pid}/task")
    with suppress(OSError):
        for task in tasks.iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *descendants(int(child))]
    return found
