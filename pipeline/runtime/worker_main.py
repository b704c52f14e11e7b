"""What a worker process runs: read a job, do it, write what came of it, until the pipe closes.

Started by :mod:`pipeline.runtime.workers` as ``python -m pipeline.runtime.worker_main BYTES``. A message is its
length in eight bytes and then a pickle. A job is ``(module, qualname, args, seconds)``, an answer
``(kind, value)``, where kind is one of the names below. The first answer is ``READY``.

Nothing else may reach the pipe that the answers go through, so file descriptor 1 is moved away
and points at the null device from the start.
"""

from __future__ import annotations

import logging
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import is_dataclass, replace
from importlib import import_module
from time import monotonic
from typing import Any, BinaryIO

from pipeline.model import errors
from pipeline.model.errors import MissionwatchError

HEADER = struct.Struct(">Q")
READY, DONE, REFUSED, BROKE, NO_MEMORY = "ready", "done", "refused", "broke", "no-memory"

# Slow to import (0.3 s together), and wanted by nearly every job: paid for once, before the first.
_PRELOAD = ("trafilatura", "htmldate", "feedparser")
_GRACE = 5.0  # seconds after a job's deadline at which a worker that nobody killed ends itself


def pack(message: object) -> bytes:
    """``message`` as it goes over the pipe."""
    payload = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return HEADER.pack(len(payload)) + payload


def resolve(module: str, qualname: str) -> Callable[..., Any]:
    """The function named ``qualname`` at the top level of ``module``.

    Raises:
        LookupError: it is not there, or it is not a function.
    """
    function = getattr(import_module(module), qualname, None)
    if not callable(function):
        raise LookupError(f"{module} has no function {qualname}")
    return function  # type: ignore[no-any-return]


def carried(error: MissionwatchError) -> tuple[str, str, dict[str, Any]]:
    """``error`` as (class name, message, fields): our errors' constructors differ, so pickle can't remake them."""
    known = next(c for c in type(error).__mro__ if getattr(errors, c.__name__, None) is c)
    fields = {k: v if isinstance(v, (str, int, float, type(None))) else str(v) for k, v in vars(error).items()}
    return known.__name__, error.message, fields


def rebuild_error(name: str, message: str, fields: dict[str, Any]) -> MissionwatchError:
    """The error that :func:`carried` took apart."""
    kind: type[MissionwatchError] = getattr(errors, name)
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    vars(error).update(fields)
    return error


def _read(pipe: BinaryIO) -> bytes | None:
    header = pipe.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (size,) = HEADER.unpack(header)
    payload = pipe.read(size)
    return payload if len(payload) == size else None


def _answer(payload: bytes) -> tuple[str, object]:
    try:
        module, qualname, args, seconds = pickle.loads(payload)  # noqa: S301  - from our own parent
        # The default action of SIGALRM ends the process even inside C code, where a Python
        # handler would wait: so a worker whose parent is gone doesn't run for ever.
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
        started = monotonic()
        value = resolve(module, qualname)(*args)
        if is_dataclass(value) and not isinstance(value, type) and "elapsed" in type(value).__dataclass_fields__:
            value = replace(value, elapsed=round(monotonic() - started, 6))
        return DONE, value
    except MissionwatchError as error:
        return REFUSED, carried(error)
    except MemoryError:
        return NO_MEMORY, ""
    except Exception as error:  # a worker outlives whatever a job raises, and says what it was
        return BROKE, f"{type(error).__name__}: {error}"[:500]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main(memory: int) -> None:
    """Serve jobs until the parent closes the pipe.

    Args:
        memory: the most address space that this process may take, in bytes.
    """
    jobs = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with suppress(ValueError, OSError):  # where the system sets a lower limit, that one holds
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)  # libraries tell of each odd page; the answer says what we need
    for name in _PRELOAD:
        import_module(name)

    message: tuple[str, object] = (READY, "")
    with suppress(BrokenPipeError), jobs, answers:
        while True:
            try:
                data = pack(message)
            except MemoryError:
                data = pack((NO_MEMORY, ""))
            except Exception as error:
                data = pack((BROKE, f"the result can't be carried: {type(error).__name__}: {error}"[:500]))
            message = (READY, "")  # lets go of the value before the next job
            answers.write(data)
            answers.flush()
            del data
            payload = _read(jobs)
            if payload is None:
                return
            message = _answer(payload)
            del payload


if __name__ == "__main__":
    main(int(sys.argv[1]))
