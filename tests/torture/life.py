"""One life of a run: a process of its own group that replays the small watch, and may be killed.

The process is forked from one that has imported everything, so a life costs what it does and not
what Python's imports cost. No thread runs in the parent, and no database is open there.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.torture.points import Killer, Point, arm
from tests.torture.warm import answer_from, lend_worker

LIMIT = 1800.0  # seconds of one life; a whole replay of the small watch takes three, on a busy machine many more
DONE, FULL = 0, 3  # exit codes of the command
KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Death:
    """How a life is to end before its time: at a point, or after some seconds of processor time."""

    point: Point | None = None
    after: float | None = None
    alone: bool = False  # the process is killed, and those that it started are left


def live(watch: Path, data: Path, death: Death | None = None, *, trace: Path | None = None, full_at: int = 0) -> int:
    """Replay ``watch`` into ``data`` in a process of its own; how it ended.

    Args:
        watch: the watch's folder.
        data: the data folder.
        death: where it is killed; None to let it come to its end.
        trace: file that gets the points that were passed.
        full_at: bytes at which a file may grow no more, as on a full disk; 0 for no limit.

    Returns:
        The exit code, or ``-9`` where it was killed.
    """

    def replay() -> int:
        _say_nothing(data.parent / f"{data.name}.log")
        if full_at:
            resource.setrlimit(resource.RLIMIT_FSIZE, (full_at, full_at))
        answer_from(data.parent / "answers")
        lend_worker()
        arm(Killer(death.point if death else None, trace))
        from flows.commands.replay import run_replay
        from pipeline.model.errors import MissionwatchError

        try:
            return run_replay(watch, data, fresh=False, port=0, serve=False)
        except MissionwatchError as error:
            print(f"{error.code}: {error}", file=sys.stderr)
            return error.exit_code

    return _fork(replay, death.after if death else None, alone=death.alone if death else False)


def passed(trace: Path) -> list[Point]:
    """The points in a trace, in order; the last line may have been cut short by the kill."""
    return [Point(*json.loads(line)) for line in trace.read_text().splitlines() if line.endswith("]")]


def aside(act: Callable[[], Any], answer: Path) -> Any:
    """What ``act`` gives, found by a process of its own, since it opens databases. JSON goes through ``answer``."""

    def work() -> int:
        answer.write_text(json.dumps(act()), "utf-8")
        return DONE

    if (code := _fork(work, None)) != DONE:
        raise RuntimeError(f"looking at the store ended with {code}")
    return json.loads(answer.read_text("utf-8"))


def _fork(act: Callable[[], int], kill_after: float | None, *, alone: bool = False) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setpgid(0, 0)  # both do it: whoever comes first
            code = act()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    with suppress(PermissionError, ProcessLookupError):
        os.setpgid(pid, pid)
    started = time.monotonic()
    pause = 0.001
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        is_due = kill_after is not None and _used(pid) >= kill_after
        if is_due or time.monotonic() - started > LIMIT:
            (os.kill if alone else os.killpg)(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            if not is_due:
                raise TimeoutError(f"a life was not over after {LIMIT:.0f} s")
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)


def _used(pid: int) -> float:
    """Return the seconds of processor time of ``pid`` and of what it waited for: no other load shifts a moment."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _say_nothing(log: Path) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)
    faulthandler.enable()  # a library that falls by itself says where, in the case's log
