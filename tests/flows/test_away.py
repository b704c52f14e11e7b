"""What is said while Prefect's server is away: one line, and one when it is back."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError

from flows.run.server import Absence, Demoted, drop_prints, is_about_lost_server, quiet_prefect_logs


def record(name: str, message: str, error: BaseException | None = None, level: int = logging.ERROR):
    info = (type(error), error, None) if error else None
    return logging.LogRecord(name, level, __file__, 1, message, None, info)


def caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


LOST = ConnectionClosedError(None, None)
OBSERVER = "prefect.FlowRunCancellingObserver"


@pytest.mark.parametrize(
    "one",
    [
        record(OBSERVER, "The websocket failed with an exception.", LOST, logging.WARNING),
        record("prefect.runner", "Failed to submit flow run", httpx.ConnectError("All connection attempts failed")),
        record("prefect.runner", "Failed to submit flow run", httpx.ReadTimeout("")),
        record("prefect.runner", "failed", caused(ValueError("x"), ConnectionRefusedError(111, "refused"))),
        record("prefect.runner", "failed", ExceptionGroup("g", [ValueError("x"), LOST])),
        record(OBSERVER, "Cancellation polling task failed.", RuntimeError("Service exceeded error threshold.")),
        record("prefect.events.clients", "Unable to connect to 'ws://127.0.0.1:4200/api/events/in'. Please check"),
        record("prefect._internal.concurrency", "Service 'EventsWorker' failed to process item Event()"),
    ],
)
def test_what_prefect_says_of_a_lost_connection_is_known(one: logging.LogRecord) -> None:
    assert is_about_lost_server(one)


@pytest.mark.parametrize(
    "one",
    [
        record("prefect.runner", "Failed to submit flow run", ValueError("a fault of ours")),
        record("prefect.flow_runs", "Encountered an exception during execution", httpx.ConnectError("a feed's")),
        record("missionwatch", "run.ended", ConnectionResetError()),
        record("prefect.missionwatch", "Prefect's server does not answer."),
        record("prefect.runner", "Completed submission of flow run", level=logging.INFO),
    ],
)
def test_other_troubles_are_not_taken_for_it(one: logging.LogRecord) -> None:
    assert not is_about_lost_server(one)


class Kept(logging.Handler):
    """Keeps what it is handed, as lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.getMessage()}")


@pytest.fixture
def heard() -> Iterator[Kept]:
    """What a person hears of a logger of Prefect's, with one filter in place, whatever earlier tests have left."""
    logger, kept = logging.getLogger("prefect"), Kept()
    level = logger.level
    take_away_filters()
    kept.addFilter(Demoted(tells=True))
    logger.addHandler(kept)
    logger.setLevel(logging.INFO)
    yield kept
    logger.removeHandler(kept)
    logger.setLevel(level)
    take_away_filters()


def take_away_filters() -> None:
    """Runs give their filter to each handler of this process, pytest's among them."""
    # Prefect's set-up of logging empties the list of handlers that logging keeps: ask each logger for its own.
    loggers = [
        logging.root,
        *(one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)),
    ]
    for handler in {handler for logger in loggers for handler in logger.handlers}:
        for one in handler.filters[:]:
            if isinstance(one, Demoted):
                handler.removeFilter(one)


def test_a_run_says_once_that_it_is_alone_and_once_that_it_is_not(heard: Kept) -> None:
    observer = logging.getLogger(OBSERVER)
    for _ in range(3):
        observer.error("The websocket failed with an exception.", exc_info=LOST)
    observer.info("FlowRunCancellingObserver reconnected to the events stream and stopped polling.")
    observer.info("another thing")

    assert heard.lines == [
        "WARNING Prefect's server does not answer. The run goes on, and tries again to tell it.",
        "INFO Prefect's server answers again.",
        "INFO another thing",
    ]


def test_the_details_are_there_for_who_debugs(heard: Kept) -> None:
    logging.getLogger("prefect").setLevel(logging.DEBUG)

    logging.getLogger(OBSERVER).error("The websocket failed with an exception.", exc_info=LOST)

    assert heard.lines[-1] == "DEBUG The websocket failed with an exception."


def test_a_run_that_was_told_to_end_is_no_news(heard: Kept) -> None:
    class TerminationSignal(BaseException):
        pass

    told = Demoted(tells=True)

    assert not told.filter(record("asyncio", "unhandled exception during shutdown", TerminationSignal()))
    assert told.filter(record("asyncio", "unhandled exception during shutdown", ValueError()))


def test_the_filter_is_given_once_to_each_handler(heard: Kept) -> None:
    quiet_prefect_logs(tells=False)
    quiet_prefect_logs(tells=True)

    assert len([one for one in heard.filters if isinstance(one, Demoted)]) == 1


def test_what_prefect_prints_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with drop_prints():
        print("Traceback (most recent call last):")
        print("ours", file=sys.stderr)

    assert capsys.readouterr() == ("", "ours\n")


def test_a_server_that_is_only_busy_is_not_away() -> None:
    absence = Absence()

    assert [absence.looked(is_there=there, now=0) for there in (True, False, False, True)] == [""] * 4


def test_it_is_said_once_that_the_server_is_away_and_how_long_it_was_when_it_is_back() -> None:
    absence = Absence()
    said = [absence.looked(is_there=there, now=now) for now, there in enumerate((False,) * 6 + (True, True), start=10)]

    assert [line[:33] for line in said if line] == [
        "Prefect's server does not answer;",
        "Prefect's server answers again, a",
    ]
    assert said[2].endswith("no new one is started before it is back.")
    assert said[6] == "Prefect's server answers again, after 6 seconds."
