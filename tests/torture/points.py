"""Where a run can be killed: each commit, checkpoint, copy, rename, request, job and message, before and after.

The product knows nothing of this: the points are wrapped around its own functions from here, in the
process that is to die. Each has a name ``stage/what`` and a number, its turn of that name.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple


class Point(NamedTuple):
    """The ``turn``-th time (from 1) that a run passes ``name``, which is ``stage/what``."""

    name: str
    turn: int


class Killer:
    """Counts the points that a run passes and kills the run's process group at the chosen one.

    Args:
        victim: the point to die at; None to pass them all.
        trace: where each point passed is written, a JSON line each; None for no trace.
    """

    def __init__(self, victim: Point | None, trace: Path | None = None) -> None:
        self.victim = victim
        # One write a point: of a line that a kill cut short, as much is there as of any.
        self._trace = None if trace is None else os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC)
        self.stage = "start"
        self._passed: Counter[str] = Counter()

    def passes(self, what: str) -> bool:
        """Count one more pass of ``what`` in the present stage; True where the run is to die here."""
        name = f"{self.stage}/{what}"
        self._passed[name] += 1
        if self._trace is not None:
            os.write(self._trace, f"{json.dumps([name, self._passed[name]])}\n".encode())
        return self.victim == Point(name, self._passed[name])

    def at(self, what: str) -> None:
        """A point: the run goes on from here, or never."""
        if self.passes(what):
            die()


def die() -> None:
    """Kill this process and all of its group at once, as the kernel or an operator would."""
    os.killpg(os.getpgrp(), signal.SIGKILL)


def without_engine(killer: Killer | None = None) -> None:
    """Take Prefect's engine off: to call a flow or a task is to call the function that it decorates.

    DuckDB has one thread then: no table of a small watch fills one row group, and a second thread only waits, at a
    third of the processor time.

    Args:
        killer: is told which flow or step runs, by its name: that is the stage of its points.
    """
    from prefect import Flow, Task

    from pipeline.storage.connection import CONFIG

    CONFIG["threads"] = 1

    def call(self: Any, *args: Any, **more: Any) -> Any:
        return self.fn(*args, **more)

    def call_flow(self: Any, *args: Any, **more: Any) -> Any:
        if not inspect.iscoroutinefunction(self.fn):
            return call(self, *args, **more)
        return _in_stage(killer, self.name, self.fn(*args, **more))

    Task.__call__ = call
    Flow.__call__ = call_flow


async def _in_stage(killer: Killer | None, name: str, work: Coroutine[Any, Any, Any]) -> Any:
    """Do ``work``, whose points are of the stage ``name``."""
    before = killer.stage if killer else ""
    if killer:
        killer.stage = name
    try:
        return _in_state(await work)
    finally:
        if killer:
            killer.stage = before


def _in_state(result: Any) -> Any:
    """Return what the caller of a flow gets: the content of a state that it ends with, or the error there."""
    from prefect import State

    if not isinstance(result, State):
        return result
    if isinstance(result.data, Exception):
        raise result.data
    return result.data


def arm(killer: Killer) -> None:
    """Take Prefect's engine off; put a point before and after all that a run leaves on a disk or asks of the world."""
    from flows import alert, monitor
    from flows.run import steps
    from pipeline import notify
    from pipeline.fetch import Fetcher
    from pipeline.runtime.workers import WorkerPool
    from pipeline.storage.connection import Connection

    publish = sys.modules["pipeline.storage.publish"]  # the package's name for it is the function

    without_engine(killer)
    take, publish_store = steps.take, monitor.publish_store

    def take_in_stage(step: steps.Step, *args: Any) -> Coroutine[Any, Any, None]:
        return _in_stage(killer, step.name, take(step, *args))

    def publish_in_stage(*args: Any, **more: Any) -> Coroutine[Any, Any, int]:
        return _in_stage(killer, "publish", publish_store(*args, **more))

    steps.take, monitor.publish_store = take_in_stage, publish_in_stage
    _around(Fetcher, "get", "request", killer)
    _around(Fetcher, "get_page", "request", killer)
    _around(WorkerPool, "run", "work", killer)
    _around(alert, "deliver", "send", killer)
    _around(Connection, "checkpoint", "checkpoint", killer)
    _around(Connection, "close", "close", killer)
    _around(publish, "copy_file", "copy", killer, half=_half_copied)
    _around(publish, "sync", "sync", killer)
    _around(Path, "replace", "rename", killer)
    _around(notify, "_to_file", "line", killer, half=_half_written)
    run = Connection.run

    @functools.wraps(run)
    def statement(self: Connection, sql: str, params: Any = ()) -> int:
        words = sql.split(maxsplit=3)
        commits = words[0] == "COMMIT"
        if commits:
            killer.at("commit, before")
        done = run(self, sql, params)
        if commits:
            killer.at("commit, after")
        elif words[0] == "INSERT":
            killer.at(f"insert {words[2]}, after")
        return done

    Connection.run = statement  # type: ignore[method-assign]


def _around(owner: Any, name: str, what: str, killer: Killer, *, half: Callable[..., None] | None = None) -> None:
    """Points before and after ``owner.name``; with ``half``, one where it was done by half."""
    act = getattr(owner, name)

    def before(args: tuple[Any, ...]) -> None:
        killer.at(f"{what}, before")
        if half is not None and killer.passes(f"{what}, half done"):
            half(*args)
            die()

    if inspect.iscoroutinefunction(act):

        @functools.wraps(act)
        async def wrapped(*args: Any, **more: Any) -> Any:
            before(args)
            done = await act(*args, **more)
            killer.at(f"{what}, after")
            return done
    else:

        @functools.wraps(act)
        def wrapped(*args: Any, **more: Any) -> Any:
            before(args)
            done = act(*args, **more)
            killer.at(f"{what}, after")
            return done

    setattr(owner, name, wrapped)


def _half_copied(source: Path, target: Path) -> None:
    data = source.read_bytes()
    target.write_bytes(data[: len(data) // 2])


def _half_written(_: object, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(b'{"alert_id": "0000')
