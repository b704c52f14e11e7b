"""A server of the standard library on loopback, that answers well and badly."""

from __future__ import annotations

import contextlib
import gzip
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from pipeline.fetch import Fetcher, FetchLimits
from pipeline.model import Response

MIB = 1024 * 1024
OUTLET = "lakeside-courier.test"
FEED = b"<rss><channel><title>Lakeside Courier</title></channel></rss>"


@dataclass
class Site:
    """The server: its port, and what it was asked."""

    port: int = 0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    now: int = 0
    most_at_once: int = 0
    starts: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    stop: threading.Event = field(default_factory=threading.Event)
    robots: bytes = b""


def bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(MIB)
    return b"".join([*(packer.compress(block) for _ in range(200)), packer.flush()])


class Handler(BaseHTTPRequestHandler):
    site: Site
    counted = False
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response_only(status)  # without the Date that send_response adds
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.over()  # before the last byte: whoever has it may ask again before this thread goes on
        self.wfile.write(body)

    def over(self) -> None:
        if self.counted:
            self.counted = False
            with self.site.lock:
                self.site.now -= 1

    def do_GET(self) -> None:
        site = self.site
        with site.lock:
            site.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
            site.starts.append(time.monotonic())
            site.now += 1
            site.most_at_once = max(site.most_at_once, site.now)
        self.counted = True
        try:
            with contextlib.suppress(OSError):
                self.answer(self.path.partition("?")[0])
        finally:
            self.over()
            self.close_connection = True

    def answer(self, path: str) -> None:
        match path:
            case "/feed":
                if self.headers.get("If-None-Match") == '"v1"':
                    self.send(304, ETag='"v1"')
                else:
                    self.send(200, FEED, ETag='"v1"', Content_Type="application/rss+xml")
            case "/robots.txt":
                self.send(200, self.site.robots, Content_Type="text/plain")
            case "/moved-twice":
                self.send(308, Location="/moved")
            case "/moved":
                self.send(301, Location="/feed?utm_source=moved")
            case "/to":
                self.send(302, Location=unquote(self.path.partition("?")[2]).encode().decode("latin-1"))
            case "/loop":
                self.send(302, Location="/loop")
            case "/nowhere":
                self.send(302)
            case "/to-private":
                self.send(302, Location=f"http://127.0.0.1:{self.site.port}/secret")
            case "/to-file":
                self.send(302, Location="file:///etc/passwd")
            case "/gzip":
                self.send(200, gzip.compress(FEED), Content_Encoding="gzip")
            case "/not-gzip":
                self.send(200, FEED, Content_Encoding="gzip")
            case "/bomb":
                self.send(200, bomb(), Content_Encoding="gzip")
            case "/announced":
                self.send_response(200)
                self.send_header("Content-Length", str(50 * MIB))
                self.end_headers()
            case "/endless":
                self.send_response(200)
                self.send_header("Connection", "close")
                self.end_headers()
                while not self.site.stop.is_set():
                    self.wfile.write(bytes(64 * 1024))
            case "/slow":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                while not self.site.stop.wait(0.02):
                    self.wfile.write(b"x")
            case "/short":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"only this")
            case "/wide-header":
                self.send(200, FEED, X_Wide="x" * 100_000)
            case "/linger":
                self.site.stop.wait(0.05)
                self.send(200, FEED)
            case "/cookie":
                self.send(200, FEED, Set_Cookie="who=you; Path=/")
            case "/429":
                self.send(429, Retry_After="120")
            case "/503":
                self.send(503, Retry_After="Tue, 05 Mar 2024 10:10:00 GMT", Date="Tue, 05 Mar 2024 10:00:00 GMT")
            case "/503-without-date":
                self.send(503, Retry_After="Tue, 05 Mar 2024 10:10:00 GMT")
            case _ if path.startswith("/hop/"):
                self.send(302, Location=f"/hop/{int(path[5:]) + 1}")
            case _ if path[1:].isdigit():
                self.send(int(path[1:]))
            case _:
                self.send(200, b"the secret")


def fetcher(site: Site, **limits: float) -> Fetcher:
    return Fetcher(
        user_agent="Missionwatch test",
        limits=FetchLimits(**{"total": 5.0, "connect": 2.0} | limits),
        grants={".test": ("127.0.0.1", site.port)},
    )


async def get(site: Site, path: str, max_body: int = MIB, **limits: float) -> Response:
    async with fetcher(site, **limits) as fetch:
        return await fetch.get(f"http://{OUTLET}{path}", max_body=max_body)


@contextlib.contextmanager
def served() -> Iterator[Site]:
    """A site on a free port of 127.0.0.1 for the block."""
    site = Site()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"site": site}))
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        site.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
