"""Waiting to be ended: a signal is heard whichever thread of the process had it."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from pipeline.runtime.stopping import SIGNALS, stop_signals

MAIN = threading.main_thread()


def test_a_signal_that_another_thread_had_ends_the_wait() -> None:
    heard, had_to_be_woken = threading.Event(), []

    def other() -> None:
        _wait_until_main_sleeps()
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        if not heard.wait(5):
            had_to_be_woken.append(True)
            signal.pthread_kill(MAIN.ident or 0, signal.SIGTERM)

    with stop_signals() as wait:
        thread = threading.Thread(target=other, daemon=True)
        thread.start()
        assert wait() == signal.SIGTERM
        heard.set()
        thread.join()

    assert not had_to_be_woken


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_that_came_before_the_wait_ends_it_at_once(number: signal.Signals) -> None:
    with stop_signals() as wait:
        signal.raise_signal(number)

        assert wait() == number


def test_other_signals_do_not_end_it() -> None:
    with handled(signal.SIGUSR1, lambda *_: None), stop_signals() as wait:
        signal.raise_signal(signal.SIGUSR1)
        signal.raise_signal(signal.SIGINT)

        assert wait() == signal.SIGINT


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_that_was_ignored_before_ends_the_wait(number: signal.Signals) -> None:
    with handled(number, signal.SIG_IGN), stop_signals() as wait:
        signal.raise_signal(number)

        assert wait() == number


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("handler", [signal.SIG_DFL, signal.SIG_IGN, signal.default_int_handler])
def test_afterwards_a_signal_does_what_it_did_before(number: signal.Signals, handler: Any) -> None:
    with handled(number, handler):
        with stop_signals():
            pass

        assert signal.getsignal(number) == handler
    assert signal.set_wakeup_fd(-1) == -1


def test_afterwards_ctrl_c_interrupts_as_before() -> None:
    with handled(signal.SIGINT, signal.default_int_handler):
        with stop_signals():
            pass

        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@contextmanager
def handled(number: signal.Signals, handler: Any) -> Iterator[None]:
    """For the length of the block ``handler`` has the signal, whatever had it: in the background SIGINT is ignored."""
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def _wait_until_main_sleeps() -> None:
    """Until the main thread is in the wait, where a signal that another thread has does not reach it."""
    while not _sleeps_in(sys._current_frames()[MAIN.ident or 0]):
        pass


def _sleeps_in(frame: FrameType) -> bool:
    state = Path(f"/proc/self/task/{MAIN.native_id}/stat").read_text().rpartition(")")[2].split()[0]
    return state == "S" and frame.f_code.co_name == "wait"
