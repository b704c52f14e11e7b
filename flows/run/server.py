"""Prefect's server: whether runs have one that outlives them, and what is said when it is away.

A server that is away is told by one line, and one when it is back, in place of Prefect's tracebacks.

What Prefect itself says of a lost connection is told at the level of debugging (PREFECT_LOGGING_LEVEL=DEBUG).
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from time import monotonic
from typing import Final

LOOK_SECONDS: Final = 2.0  # between two looks whether it answers
MISSES: Final = 3  # looks in a row without an answer: a server that is only busy is not away
# Packages whose errors say that a connection was lost. By name: flows don't import an HTTP client.
_NETWORK: Final = frozenset({"httpx", "httpcore", "websockets", "anyio"})
_SAID: Final = (
    "Unable to connect to 'ws",
    "Service 'EventsWorker' failed to process item",
    "Service 'APILogWorker' failed to process item",
    "websocket closed. Switching to polling",
    "failed to connect to the events stream",
    "reconnected to the events stream",
    "Service exceeded error threshold",
)
_THEIRS: Final = ("prefect.flow_runs", "prefect.task_runs")  # what our own flows log
_SPEAKERS: Final = ("prefect", "asyncio")  # the latter of a task of Prefect's that nobody waited for
_BACK: Final = "reconnected to the events stream"
_TOLD: Final = logging.getLogger("prefect.missionwatch")


def server_named() -> bool:
    """Return whether runs are kept by a server that outlives them: PREFECT_API_URL, or a Prefect profile, names it."""
    from prefect.settings import get_current_settings  # `serve` takes this module before Prefect

    return get_current_settings().api.url is not None


def is_about_lost_server(record: logging.LogRecord) -> bool:
    """Whether ``record`` is what Prefect says of a connection to its server that was lost or came back."""
    if record.levelno <= logging.DEBUG or record.name in (*_THEIRS, _TOLD.name):
        return False
    if record.name.partition(".")[0] not in _SPEAKERS:
        return False
    if any(words in record.getMessage() for words in _SAID):
        return True
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return error is not None and is_lost_connection(error)


def is_lost_connection(error: BaseException) -> bool:
    """Whether ``error``, or what it came of, is that a connection failed."""
    seen: set[int] = set()
    rest: list[BaseException | None] = [error]
    while rest:
        one = rest.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        package = type(one).__module__.partition(".")[0]
        if isinstance(one, ConnectionError | TimeoutError) or package in _NETWORK:
            return True
        if isinstance(one, RuntimeError) and any(words in str(one) for words in _SAID):
            return True
        rest += [one.__cause__, one.__context__, *(one.exceptions if isinstance(one, BaseExceptionGroup) else ())]
    return False


def _is_end_in_order(record: logging.LogRecord) -> bool:
    """Whether ``record`` is asyncio's surprise at a run that was told to end, and did."""
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return record.name == "asyncio" and type(error).__name__ == "TerminationSignal"


class Demoted(logging.Filter):
    """Lets what is about a lost connection pass at the level of debugging only, and what is no news at all.

    Args:
        tells: whether it says so itself, in one line; else somebody else does.
    """

    def __init__(self, *, tells: bool) -> None:
        super().__init__()
        self._tells, self._away = tells, False

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the handler gets ``record``."""
        absent = is_about_lost_server(record)
        if not absent and not _is_end_in_order(record):
            return True
        if absent:
            self._tell(is_back=_BACK in record.getMessage())
        if not logging.getLogger(record.name).isEnabledFor(logging.DEBUG):
            return False
        record.levelno, record.levelname = logging.DEBUG, "DEBUG"
        return True

    def _tell(self, *, is_back: bool) -> None:
        if not self._tells or self._away is not is_back:
            return
        self._away = not is_back
        if is_back:
            _TOLD.info("Prefect's server answers again.")
        else:
            _TOLD.warning("Prefect's server does not answer. The run goes on, and tries again to tell it.")


class _ToldInRunLog(logging.Filter):
    """Keeps from Prefect's console what the log of the run tells in a sentence beside it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the handler gets ``record``."""
        return not hasattr(record, "event")


def quiet_prefect_logs(*, tells: bool) -> None:
    """Give each handler that Prefect logs to a filter, :class:`Demoted`; one filter for all, and only once."""
    names = [name for name in logging.root.manager.loggerDict if name == "prefect" or name.startswith("prefect.")]
    handlers = {handler for name in names for handler in logging.getLogger(name).handlers} | set(logging.root.handlers)
    kept = [one for handler in handlers for one in handler.filters if isinstance(one, Demoted)]
    ours = kept[0] if kept else Demoted(tells=tells)
    for handler in handlers:
        if ours not in handler.filters:
            handler.addFilter(ours)
            if type(handler).__name__ == "PrefectConsoleHandler":  # by name: `serve` takes this module before Prefect
                handler.addFilter(_ToldInRunLog())


@contextmanager
def drop_prints() -> Iterator[None]:
    """A block in which what is printed is logged at the level of debugging: Prefect prints its loops' tracebacks."""
    with redirect_stdout(_Printed()):
        yield


class _Printed(io.TextIOBase):
    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if text.strip():
            logging.getLogger("prefect.printed").debug("%s", text.strip())
        return len(text)


@dataclass(slots=True)
class Absence:
    """Whether the server is away, as of the looks at it."""

    misses: int = 0
    since: float = 0.0
    told: bool = False

    def looked(self, *, is_there: bool, now: float) -> str:
        """What is to be said after a look at ``now`` (seconds); empty where nothing is."""
        if is_there:
            away, self.misses = self.told, 0
            self.told = False
            return f"Prefect's server answers again, after {now - self.since:.0f} seconds." if away else ""
        self.since = self.since if self.misses else now
        self.misses += 1
        if self.misses < MISSES or self.told:
            return ""
        self.told = True
        return (
            "Prefect's server does not answer; it is tried again. Runs under way go on, and no new one is started "
            "before it is back."
        )


async def report_absence(url: str, say: Callable[[str], None], returned: Callable[[], object] = lambda: None) -> None:
    """Say when the Prefect server at ``url`` goes away, and when it is back, until cancelled.

    Args:
        url: its API.
        say: told in words, once it has been away for longer than a moment.
        returned: called each time that it answers again.
    """
    absence = Absence()
    while True:
        is_there = await asyncio.to_thread(_answers, f"{url.rstrip('/')}/health")
        if is_there and absence.misses:
            returned()
        if told := absence.looked(is_there=is_there, now=monotonic()):
            say(told)
        await asyncio.sleep(LOOK_SECONDS)


def _answers(url: str) -> bool:
    from pipeline.doctor.real import get

    try:
        get(url)
    except OSError:
        return False
    return True  # whatever the answer: a proxy that asks for a password is one too
