"""What the lives of the torture find ready, so that each costs what it does to the store and to the world.

Done once: imports, templates, the reading of the watch's files, and what pure work gave for the same input: the reading
of an article, the drawing of the timeline. What is tortured is each life's own and real: store, steps, flows, requests,
files, and the worker process with its pipes.
"""

from __future__ import annotations

import functools
import gc
import hashlib
import os
import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from pipeline.runtime import worker_main, workers


def make_ready(watch: Path) -> None:
    """Import what a life imports and read ``watch``. Starts no thread that a forked process would miss."""
    import feedparser  # noqa: F401
    import htmldate  # noqa: F401
    import icalendar  # noqa: F401
    import onnxruntime  # noqa: F401
    import prefect.server.api.server  # noqa: F401
    import trafilatura  # noqa: F401
    import vl_convert  # noqa: F401

    import flows.commands.replay  # noqa: F401
    from flows.run import context as resources
    from pipeline.site.page import environment

    resources.load_watch = functools.cache(resources.load_watch)
    resources.load_watch(watch)
    templates = environment()
    for name in templates.list_templates():
        templates.get_template(name)
    gc.collect()
    gc.freeze()  # a collection in a life would write to each object's page, and so copy them all


def answer_from(folder: Path) -> None:
    """Let this process take an article's reading and the timeline's picture from ``folder``, or keep it there."""
    from pipeline.reading.embedded import EncodedReader
    from pipeline.site import draw

    folder.mkdir(exist_ok=True)
    EncodedReader.read = remembered(EncodedReader.read, folder, skip=1)  # type: ignore[method-assign]
    draw.draw_svg = remembered(draw.draw_svg, folder)
    draw.png_of = remembered(draw.png_of, folder)


def remembered(act: Callable[..., Any], folder: Path, *, skip: int = 0) -> Callable[..., Any]:
    """Return ``act``, a pure function, with its answers kept in ``folder`` for all processes.

    Args:
        act: what is asked once for each arguments.
        folder: where the answers are.
        skip: how many of the first arguments make no difference, as an object without a state.
    """

    @functools.wraps(act)
    def answer(*args: Any) -> Any:
        asked = f"{act.__qualname__}{args[skip:]!r}".encode()
        path = folder / hashlib.sha256(asked).hexdigest()
        try:
            return pickle.loads(path.read_bytes())
        except FileNotFoundError:
            found = act(*args)
        half = path.with_suffix(f".{os.getpid()}")
        half.write_bytes(pickle.dumps(found))
        os.replace(half, path)  # noqa: PTH105  -- Path.replace is a point at which a run is killed
        return found

    return answer


def lend_worker() -> None:
    """Fork the first worker of this process's pool now, while no thread runs and no database is open.

    It is the worker's own program, in a session of its own and with its pipes; only its imports are there already.
    """
    start = workers.start_process
    ready = [ForkedWorker(workers.MEMORY)]

    def start_process(memory: int) -> subprocess.Popen[bytes]:
        return ready.pop() if ready and memory == workers.MEMORY else start(memory)  # type: ignore[return-value]

    workers.start_process = start_process


class ForkedWorker:
    """A worker process that was forked and not started anew, with what the pool uses of :class:`subprocess.Popen`."""

    def __init__(self, memory: int) -> None:
        jobs, to_worker = os.pipe()
        from_worker, answers = os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            code = 1
            try:
                os.setsid()
                os.dup2(jobs, 0)
                os.dup2(answers, 1)
                for handle in (jobs, to_worker, from_worker, answers):
                    os.close(handle)
                worker_main.main(memory)
                code = 0
            finally:
                os._exit(code)
        os.close(jobs)
        os.close(answers)
        self.stdin: IO[bytes] = os.fdopen(to_worker, "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(from_worker, "rb", buffering=0)

    def poll(self) -> int | None:
        """The exit status; None while it runs."""
        return self._collect(os.WNOHANG)

    def wait(self) -> int:
        """The exit status, once it has ended."""
        code = self._collect(0)
        assert code is not None
        return code

    def _collect(self, options: int) -> int | None:
        if self.returncode is None:
            done, status = os.waitpid(self.pid, options)
            if done:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode
