"""Where messages arrive in the tests: a real webhook and a real mail server, on loopback."""

from __future__ import annotations

import email.policy
import json
import threading
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink(ThreadingHTTPServer):
    """A webhook: keeps what it gets, answers with ``status``, or not at all while ``silent``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[str, dict[str, str], dict[str, object]]] = []
        self.status = 200
        self.silent = False
        self.too_large: int | None = None  # bytes from which on it answers 413
        self.go_on = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def where(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def __enter__(self) -> Sink:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.go_on.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), json.loads(body)))
        if self.server.silent:
            self.server.go_on.wait(10)
        limit = self.server.too_large
        self.send_response(413 if limit is not None and len(body) > limit else self.server.status)
        self.send_header("Location", f"http://{self.server.where}/elsewhere")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


class _Controller(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # the system chose it, and start() calls there once
        super()._trigger_server()


class MailSink:
    """A mail server: keeps the mails that it gets as ``mails``, parsed; ``refuse`` makes it say no."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse = False
        self._controller = _Controller(self, hostname="127.0.0.1", port=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd's name for it
        if self.refuse:
            return "554 5.7.1 not from you"
        self.mails.append(email.message_from_bytes(envelope.original_content, policy=email.policy.default))
        return "250 OK"

    @property
    def address(self) -> str:
        """As an Apprise URL."""
        return f"mailto://127.0.0.1:{self._controller.port}?from=watch@desk.example&to=ana@desk.example&mode=insecure"

    def __enter__(self) -> MailSink:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()
