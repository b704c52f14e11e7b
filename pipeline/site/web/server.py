"""An application at an address: a web server in a thread of its own, on loopback unless told otherwise."""

from __future__ import annotations

import asyncio
import socket
import threading
from time import monotonic, sleep
from typing import Literal, Self

import uvicorn
from starlette.types import ASGIApp

from pipeline.model.errors import UsageError
from pipeline.site.web.protocol import HEAD_TIME, DeadlineProtocol

HOST = "127.0.0.1"
AT_ONCE = 64  # connections; where more come, those that have not sent their request are ended, oldest first
_START_LIMIT = 10.0  # seconds
_STOP_LIMIT = 15.0  # an acknowledgement under way waits for the store at most ten


class WebServer:
    """Serves ``app`` on ``host`` and ``port``. Use it as a context manager, or call :meth:`start` and :meth:`stop`.

    Args:
        app: what answers.
        what: what it is, as an error calls it.
        host: an address of this machine.
        port: 0 takes a free one.
        head_time: seconds in which the head of a request must arrive.
        at_once: connections at the same time.
        behind_proxy: whether a proxy on loopback is believed when it says for whom it asks.
        lifespan: ``on`` where the application has something to start and end with the server.
    """

    def __init__(
        self,
        app: ASGIApp,
        what: str,
        *,
        host: str = HOST,
        port: int,
        head_time: float = HEAD_TIME,
        at_once: int = AT_ONCE,
        behind_proxy: bool = False,
        lifespan: Literal["on", "off"] = "off",
    ) -> None:
        self._app, self._what = app, what
        self._protocol = type("Protocol", (DeadlineProtocol,), {"head_time": head_time})
        self._host, self._port = host, port
        self._at_once, self._behind_proxy = at_once, behind_proxy
        self._lifespan = lifespan
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
            access_log=False,  # an address may let in: it stands in no log
            lifespan=self._lifespan,
            loop="asyncio",
            http=self._protocol,
            ws="none",
            server_header=False,
            proxy_headers=self._behind_proxy,
            forwarded_allow_ips=["127.0.0.1", "::1"],
            limit_concurrency=self._at_once,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=int(_STOP_LIMIT) - 3,
        )
        self._socket = self._bind()
        self._server = server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, args=(server, self._socket), name=self._what, daemon=True)
        self._thread.start()
        deadline = monotonic() + _START_LIMIT
        while not server.started:
            if monotonic() > deadline or not self._thread.is_alive():
                self.stop()
                raise UsageError(f"The {self._what} did not start.", remedy="Try another --port.")
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

    def __enter__(self) -> Self:
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
