"""Waiting until somebody ends the program: Ctrl-C, or the service manager."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stop_signals() -> Iterator[Callable[[], signal.Signals]]:
    """From now on, and for the length of the block, SIGINT and SIGTERM are waited for in place of ending the program.

    The kernel may hand a signal to any thread, and one that reaches another thread does not wake the main thread out
    of a lock, such as that of :class:`threading.Event`: the program went on as if nobody had spoken. Python writes each
    signal to the wakeup descriptor, whichever thread had it.

    Yields:
        What waits; returns the signal that came, also where it came before. Call both in the main thread.

    Raises:
        ValueError: it was called in another thread.
    """
    ours, pythons = socket.socketpair()
    with ours, pythons:
        pythons.setblocking(False)
        before = {number: signal.signal(number, lambda *_: None) for number in SIGNALS}
        woke = signal.set_wakeup_fd(pythons.fileno())

        def wait() -> signal.Signals:
            while True:
                for number in ours.recv(64):
                    if number in SIGNALS:
                        return signal.Signals(number)

        try:
            yield wait
        finally:
            signal.set_wakeup_fd(woke)
            for number, handler in before.items():
                signal.signal(number, handler)
