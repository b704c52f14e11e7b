"""Ending a command that runs flows: within seconds of the signal, whatever Prefect waits for, and with no traceback."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

GRACE = 3.0  # seconds for Prefect to record the end; where its server had the signal too, it would ask for minutes
STATUS = 128 + signal.SIGTERM


@contextmanager
def exit_on_sigterm(before_exit: Callable[[], None]) -> Iterator[None]:
    """End the program on SIGTERM while the block lasts: in order, and after :data:`GRACE` seconds by force.

    Prefect puts its own handler in place while a flow runs, which waits for its server. Python writes each signal to
    the wakeup descriptor whoever handles it, so a thread reads it there. An end by force is one that any crash may be:
    what was stored stays, and the next run takes up the rest.

    Args:
        before_exit: called before an end by force, in another thread: ends child processes.

    Raises:
        SystemExit: with :data:`STATUS`, in place of whatever the signal made the block raise.
        ValueError: it was called in another thread than the main one.
    """
    ours, pythons = socket.socketpair()
    pythons.setblocking(False)
    came = threading.Event()

    def watch() -> None:
        with ours:
            while numbers := ours.recv(64):
                if signal.SIGTERM in numbers and not came.is_set():
                    came.set()
                    end_by_force(GRACE, before_exit, STATUS)

    handler = signal.signal(signal.SIGTERM, _exit)
    woken = signal.set_wakeup_fd(pythons.fileno())
    threading.Thread(target=watch, name="termination", daemon=True).start()
    try:
        yield
    except BaseException as error:
        if came.is_set() or type(error).__name__ == "TerminationSignal":  # Prefect's; not imported for its weight
            raise SystemExit(STATUS) from None
        raise
    finally:
        # Once the signal has come, the thread goes on: Prefect has work at the exit too.
        if not came.is_set():
            signal.set_wakeup_fd(woken)
            signal.signal(signal.SIGTERM, handler)
            pythons.close()


def end_by_force(seconds: float, before_exit: Callable[[], None], status: int) -> None:
    """End the program in ``seconds``, whatever it waits for by then; one that has ended before that is left alone.

    Args:
        seconds: how long from now.
        before_exit: called then, in another thread: ends child processes.
        status: the exit status.
    """

    def end() -> None:
        time.sleep(seconds)
        before_exit()
        os._exit(status)

    threading.Thread(target=end, name="termination", daemon=True).start()


def _exit(*_: object) -> NoReturn:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
    raise SystemExit(STATUS)
