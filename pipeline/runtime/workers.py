"""Warm worker processes that can be killed: what reads hostile bytes runs here, under a deadline.

The parsers of HTML and XML are C code that no signal handler and no thread can stop, and one page
of 2.5 MB can hold them for a minute. So each job runs in a process of its own session with bounded
memory; at the deadline the process is killed and the next job gets a new one.

Not ``concurrent.futures.ProcessPoolExecutor``: it can't kill one stuck task, and its
``max_tasks_per_child`` deadlocks (cpython issue 115634).
"""

from __future__ import annotations

import asyncio
import fcntl
import io
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from pipeline.model.errors import WorkerError
from pipeline.runtime.worker_main import BROKE, DONE, HEADER, NO_MEMORY, READY, REFUSED, pack, rebuild_error

R = TypeVar("R")

START_DEADLINE = 60.0  # seconds; a start costs about 0.5 s on an idle machine
MAX_ANSWER = 64 * 2**20  # bytes
MEMORY = 2_500 * 2**20  # bytes of address space of a worker, where nobody names another limit
_CHUNK = 1 << 20
_PIPE = 1 << 20  # bytes that a pipe holds, so that a page is handed over at once: the largest that any user may ask for


class WorkerPool:
    """Up to ``size`` worker processes, started when first needed. An async context manager.

    One pool serves any number of tasks, threads and event loops at once; jobs beyond ``size``
    wait for a free worker, and their deadline starts when they get one.

    Args:
        size: how many processes at most.
        deadline: seconds that a job may take, where :meth:`run` names no other.
        memory: bytes of address space for one worker.
    """

    def __init__(self, size: int = 2, *, deadline: float = 10.0, memory: int = MEMORY) -> None:
        self._deadline = deadline
        self._memory = memory
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._busy: set[_Worker] = set()
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="worker")
        self._closed = threading.Event()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def run(self, function: Callable[..., R], *args: object, deadline: float | None = None) -> R:
        """Call ``function(*args)`` in a worker and return what it returns.

        A result that is a dataclass with a field ``elapsed`` comes back with the seconds that the
        call took in it. A task that is cancelled takes its worker with it.

        Args:
            function: a function at the top level of an importable module.
            args: values that pickle.
            deadline: seconds for this call, without the start of the worker.

        Raises:
            MissionwatchError: what ``function`` raised, as itself.
            WorkerError: ``deadline``, ``memory``, or ``crashed`` for any other failure.
        """
        if self._closed.is_set():
            raise WorkerError("crashed", "The pool of workers is closed.")
        if "." in function.__qualname__:
            raise TypeError(f"{function.__qualname__} is not at the top level of its module")
        job = _Job(function.__module__, function.__qualname__, args, self._deadline if deadline is None else deadline)
        future = self._threads.submit(self._work, job)
        try:
            return cast("R", await asyncio.wrap_future(future))
        except asyncio.CancelledError:
            job.cancel()
            raise

    async def close(self) -> None:
        """End all workers and wait until they are gone; jobs under way fail with ``crashed``."""
        with self._lock:
            self._closed.set()
            workers = [*self._idle, *self._busy]
            self._idle.clear()
        for worker in workers:
            worker.kill()
        await asyncio.to_thread(self._threads.shutdown, wait=True)
        for worker in workers:
            worker.end()

    def _work(self, job: _Job) -> object:
        worker = self._take()
        try:
            job.begin(worker)
            kind, value = worker.call(job)
        except BaseException:
            job.finish()
            self._give(worker, usable=False)
            raise
        self._give(worker, usable=job.finish() and kind != NO_MEMORY)
        if kind == DONE:
            return value
        if kind == REFUSED:
            raise rebuild_error(*cast("tuple[str, str, dict[str, Any]]", value))
        if kind == NO_MEMORY:
            raise _out_of_memory(job, self._memory)
        raise WorkerError("crashed", f"{job.name} failed in its worker: {value}.")

    def _take(self) -> _Worker:
        while True:
            with self._lock:
                if self._closed.is_set():
                    raise WorkerError("crashed", "The pool of workers is closed.")
                worker = self._idle.pop() if self._idle else None
                if worker is not None and worker.alive:
                    self._busy.add(worker)
                    return worker
            if worker is None:
                break
            worker.end()  # it died while idle
        worker = _Worker(self._memory)
        with self._lock:
            closed = self._closed.is_set()
            self._busy.add(worker)
        if closed:
            worker.kill()  # the pool closed during the start; the next read sees the end of the pipe
        return worker

    def _give(self, worker: _Worker, *, usable: bool) -> None:
        with self._lock:
            self._busy.discard(worker)
            keep = usable and not self._closed.is_set()
            if keep:
                self._idle.append(worker)
        if not keep:
            worker.end()


class _Job:
    """One call, and the worker that does it, so that a cancelled task can end it."""

    def __init__(self, module: str, qualname: str, args: tuple[object, ...], deadline: float) -> None:
        self.module, self.qualname, self.args, self.deadline = module, qualname, args, deadline
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._cancelled = False

    @property
    def name(self) -> str:
        return f"{self.module}.{self.qualname}"

    def begin(self, worker: _Worker) -> None:
        with self._lock:
            self._worker = worker
            if self._cancelled:
                worker.kill()

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._worker is not None:
                self._worker.kill()

    def finish(self) -> bool:
        """Let go of the worker; False where a cancellation has killed it."""
        with self._lock:
            self._worker = None
            return not self._cancelled


class _Worker:
    """One process and its two pipes. Used by one thread at a time; ``kill`` may come from any."""

    def __init__(self, memory: int) -> None:
        self._ready = False
        self._process = start_process(memory)
        assert self._process.stdin is not None  # noqa: S101  - for the type checker
        assert self._process.stdout is not None  # noqa: S101
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        with suppress(OSError, AttributeError):  # where a system has no such call, or refuses it, a page goes in pieces
            fcntl.fcntl(self._in, fcntl.F_SETPIPE_SZ, _PIPE)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def call(self, job: _Job) -> tuple[str, object]:
        """Do ``job`` and return (kind, value).

        Raises:
            WorkerError: the deadline passed or the process died; the worker is of no more use.
        """
        try:
            if not self._ready:
                self._receive(monotonic() + START_DEADLINE)
                self._ready = True
            until = monotonic() + job.deadline
            self._send(pack((job.module, job.qualname, job.args, job.deadline)), until)
            kind, value = cast("tuple[str, object]", self._receive(until))
        except TimeoutError:
            self.kill()
            if not self._ready:
                raise WorkerError("crashed", f"A worker for {job.name} did not start.") from None
            raise WorkerError(
                "deadline", f"{job.name} was stopped at its deadline of {job.deadline:g} seconds."
            ) from None
        except (EOFError, BrokenPipeError):
            raise self._death(job) from None
        except pickle.UnpicklingError as error:
            raise WorkerError("crashed", f"{job.name} gave an answer that can't be read: {error}.") from None
        return (BROKE, "it answered out of turn") if kind == READY else (kind, value)

    def _death(self, job: _Job) -> WorkerError:
        self.kill()
        code = self._process.wait()
        if not self._ready:
            return WorkerError("crashed", f"A worker for {job.name} did not start (exit status {code}).")
        if code == -signal.SIGALRM:
            return WorkerError("deadline", f"{job.name} was stopped at its deadline of {job.deadline:g} seconds.")
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit status {code}"
        return WorkerError("crashed", f"{job.name} ended its worker {how}.")

    def _send(self, data: bytes, until: float) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self._in, view[:_CHUNK]) :]
            except BlockingIOError:
                _wait(self._in, select.POLLOUT, until)

    def _receive(self, until: float) -> object:
        (size,) = HEADER.unpack(self._read(HEADER.size, until))
        if size > MAX_ANSWER:
            raise pickle.UnpicklingError(f"it has {size} bytes, the limit is {MAX_ANSWER}")
        return _Unpickler(io.BytesIO(self._read(size, until))).load()

    def _read(self, size: int, until: float) -> bytearray:
        data = bytearray()
        while len(data) < size:
            try:
                chunk = os.read(self._out, min(_CHUNK, size - len(data)))
            except BlockingIOError:
                _wait(self._out, select.POLLIN, until)
                continue
            if not chunk:
                raise EOFError
            data += chunk
        return data

    def kill(self) -> None:
        """Stop the process now, with whatever it started."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill, collect the process and close the pipes."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


class _Unpickler(pickle.Unpickler):
    """Reads answers, and builds nothing but plain values and our own: the worker has met hostile bytes."""

    _PLAIN = frozenset(
        {
            ("datetime", "datetime"),
            ("datetime", "date"),
            ("datetime", "timedelta"),
            ("datetime", "timezone"),
            ("uuid", "UUID"),
            ("builtins", "set"),
            ("builtins", "frozenset"),
            ("builtins", "bytearray"),
        }
    )

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in self._PLAIN:
            return super().find_class(module, name)
        if module.startswith("pipeline.") and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not a value of ours")


def start_process(memory: int) -> subprocess.Popen[bytes]:
    """Start a worker that may take ``memory`` bytes of address space, in a session of its own and with two pipes."""
    # -P: a folder in which somebody runs us must not be able to replace our modules.
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "pipeline.runtime.worker_main", str(memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        bufsize=0,
        start_new_session=True,
    )


def _out_of_memory(job: _Job, memory: int) -> WorkerError:
    return WorkerError("memory", f"{job.name} needed more than {memory // 2**20} MiB of memory.")


def _environment() -> dict[str, str]:
    """The parent's environment, with the folder that holds this package found first."""
    root = str(Path(__file__).resolve().parents[2])
    inherited = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{inherited}" if inherited else root}


def _wait(descriptor: int, event: int, until: float) -> None:
    """Wait until ``descriptor`` is ready; poll and not select, which fails above 1,024 descriptors."""
    poller = select.poll()
    poller.register(descriptor, event)
    left = until - monotonic()
    if left <= 0 or not poller.poll(left * 1000):
        raise TimeoutError
