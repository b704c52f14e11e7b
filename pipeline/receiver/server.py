"""The receiver at an address: a web server in a thread of its own, on loopback unless told otherwise."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import uvicorn

from pipeline.errors import UsageError
from pipeline.receiver.app import receiver
from pipeline.receiver.desk import Desk, Place
from pipeline.receiver.key import signing_key
from pipeline.receiver.protocol import HEAD_TIME, DeadlineProtocol
from pipeline.settings import Settings

HOST, PORT = "127.0.0.1", 9465  # beside the one of the numbers
_START_LIMIT = 10.0  # seconds
_STOP_LIMIT = 15.0  # an acknowledgement under way waits for the store at most ten
AT_ONCE = 64  # connections; where more come, those that have not sent their request are ended, oldest first


@dataclass(frozen=True, slots=True)
class Listened:
    """A watch whose acknowledgements are taken: its short name, its title, its data folder, and the names it had."""

    slug: str
    title: str
    data_dir: Path
    formerly: tuple[str, ...] = ()


def receiver_for(
    watches: tuple[Listened, ...], settings: Settings, environ: Mapping[str, str], *, host: str = HOST, port: int = PORT
) -> AckServer:
    """The receiver of ``watches``, not started yet.

    Raises:
        UsageError: the key that signs the links can't be had.
    """
    places = places_of(watches)
    keys = {name: signing_key(settings, place.data_dir, environ) for name, place in places.items()}
    return AckServer(Desk(places), keys, host=host, port=port)


def places_of(watches: Iterable[Listened]) -> dict[str, Place]:
    """Where alerts are acknowledged, by the short name in the link: of today, or of before a rename."""
    known = list(watches)
    places = {name: Place(one.title, one.data_dir, one.slug) for one in known for name in one.formerly}
    return places | {one.slug: Place(one.title, one.data_dir) for one in known}


class AckServer:
    """Answers links on ``host`` and ``port``. Use it as a context manager, or call :meth:`start` and :meth:`stop`.

    Args:
        desk: the store.
        keys: what signs the links of each watch.
        host: an address of this machine.
        port: 0 takes a free one.
        head_time: seconds in which the head of a request must arrive.
    """

    def __init__(
        self, desk: Desk, keys: Mapping[str, bytes], *, host: str = HOST, port: int = PORT, head_time: float = HEAD_TIME
    ) -> None:
        self._app = receiver(desk, keys)
        self._protocol = type("Protocol", (DeadlineProtocol,), {"head_time": head_time})
        self._host, self._port = host, port
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Its address, while it is started."""
        port = self._socket.getsockname()[1] if self._socket else self._port
        return f"http://{f'[{self._host}]' if ':' in self._host else self._host}:{port}"

    def start(self) -> None:
        """Bind and serve; returns when it answers.

        Raises:
            UsageError: the address can't be listened at.
        """
        config = uvicorn.Config(
            self._app,
            log_config=None,
            log_level="critical",
            access_log=False,  # a link lets in: it stands in no log
            lifespan="off",
            loop="asyncio",
            http=self._protocol,
            ws="none",
            server_header=False,
            proxy_headers=False,
            limit_concurrency=AT_ONCE,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=int(_STOP_LIMIT) - 3,
        )
        self._socket = self._bind()
        self._server = server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, args=(server, self._socket), name="receiver", daemon=True)
        self._thread.start()
        deadline = monotonic() + _START_LIMIT
        while not server.started:
            if monotonic() > deadline or not self._thread.is_alive():
                self.stop()
                raise UsageError("The receiver of acknowledgements did not start.", remedy="Try another --port.")
            sleep(0.005)

    def stop(self) -> None:
        """End answers under way and close the port; does nothing where it is not started."""
        thread, server, sock = self._thread, self._server, self._socket
        self._thread = self._server = self._socket = None
        if server is not None:
            server.should_exit = True
        if thread is not None:
            thread.join(_STOP_LIMIT)
        if sock is not None:
            sock.close()

    def __enter__(self) -> AckServer:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _bind(self) -> socket.socket:
        try:
            family = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
            return socket.create_server((self._host, self._port), family=family)
        except OSError as error:
            raise UsageError(
                f"{self._host}:{self._port} can't be listened at: {error.strerror or error}.",
                remedy="Name another port, or stop the program that has it.",
            ) from error

    @staticmethod
    def _serve(server: uvicorn.Server, sock: socket.socket) -> None:
        asyncio.run(server.serve(sockets=[sock]))
