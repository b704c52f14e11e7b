"""Requests that never arrive whole: they end in time, and no reader waits for them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from pipeline.site.receiver.server import AckServer
from pipeline.site.web.protocol import HEAD_TIME
from pipeline.site.web.server import AT_ONCE
from tests.site.receiver.conftest import Receiver

pytestmark = pytest.mark.slow

HALF = b"GET /health HTTP/1.1\r\nHost: desk\r\n"


def connect(server: AckServer, sent: bytes) -> socket.socket:
    """A connection over which only ``sent`` came."""
    at = urlsplit(server.url)
    connection = socket.create_connection((at.hostname or "", at.port or 0), timeout=5)
    connection.sendall(sent)
    return connection


@pytest.fixture
def hasty(receiver: Receiver) -> Iterator[AckServer]:
    """A receiver that waits a quarter of a second for the head of a request."""
    with AckServer(receiver.desk, {}, port=0, head_time=0.25) as server:
        yield server


def test_the_head_of_a_request_must_arrive_within_ten_seconds() -> None:
    assert HEAD_TIME == 10


@pytest.mark.parametrize("sent", [b"", b"GET /hea", HALF], ids=["nothing", "half a line", "half a head"])
def test_a_half_sent_request_is_ended(hasty: AckServer, sent: bytes) -> None:
    with connect(hasty, sent) as connection:
        assert connection.recv(100) == b""


def test_bytes_that_come_one_by_one_do_not_extend_the_time(hasty: AckServer) -> None:
    with connect(hasty, b"G") as connection:
        connection.settimeout(0.05)
        for _ in range(40):
            try:
                assert connection.recv(1) == b""
                return
            except TimeoutError:
                connection.sendall(b"E")
            except ConnectionError:
                return

    pytest.fail("it was still open after two seconds")


def test_a_second_request_on_a_connection_has_the_same_deadline(hasty: AckServer) -> None:
    with connect(hasty, HALF + b"\r\n") as connection:
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK")
        connection.sendall(HALF)
        connection.settimeout(2)  # less than a connection without a request is kept

        while connection.recv(4096):
            pass


def test_many_half_sent_requests_keep_nobody_out(receiver: Receiver) -> None:
    with ExitStack() as stack:
        for _ in range(AT_ONCE + 6):
            stack.enter_context(connect(receiver.server, HALF))

        assert receiver.ask("GET", "/health").status == 200
