"""A web server for measurements, in a process of its own: it costs as little as it can, and answers for any host.

    python -m tests.bench_speed.web PAGES

``/feed/N`` is a feed of 20 entries with an ETag, whose newest entry another turn changes; ``/turn`` begins one.
``/page/N/NAME`` is the file NAME of the folder PAGES. It prints its port and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

ENTRIES = 20
_WORDS = (
    "The council of the district met on Monday and heard what the engineers had found under the old bridge. "
    "Work is to begin before the rains, says the mayor, and the ferry will run longer hours while it lasts. "
)


def feed(number: int, turn: int) -> bytes:
    """Feed ``number`` as RSS, about 12 KB: its newest entry is that of ``turn``."""
    items = "".join(
        f"<item><title>Story {turn + 1000 - place} of outlet {number}</title>"
        f"<link>http://feed-{number:04}.test/story/{turn + 1000 - place}</link>"
        f'<guid isPermaLink="false">{number}-{turn + 1000 - place}</guid>'
        f"<pubDate>Mon, 10 Nov 2025 {(turn + 1000 - place) % 24:02}:00:00 GMT</pubDate>"
        f"<description>{_WORDS * 2}</description></item>"
        for place in range(ENTRIES)
    )
    head = f"<title>Outlet {number}</title><link>http://feed-{number:04}.test/</link><description>News</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


class Answers(asyncio.Protocol):
    """One connection; a request fits into one piece."""

    turn = 0
    pages: ClassVar[dict[str, bytes]] = {}
    made: ClassVar[dict[tuple[int, int], bytes]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        head = data.decode("latin-1")
        path = head.split(" ", 2)[1]
        kind, _, rest = path.lstrip("/").partition("/")
        close = "connection: close" in head.lower()
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.write(self._answer(kind, rest, head, close=close))
        if close:
            self.transport.close()

    def _answer(self, kind: str, rest: str, head: str, *, close: bool) -> bytes:
        ending = "Connection: close\r\n" if close else ""
        if kind == "turn":
            Answers.turn += 1
            return f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{ending}\r\n".encode()
        if kind == "feed":
            number, etag = int(rest), f'"{rest}-{Answers.turn}"'
            if etag in head:
                return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n{ending}\r\n".encode()
            body = self.made.get((number, Answers.turn)) or feed(number, Answers.turn)
            self.made[number, Answers.turn] = body
            told = f"Content-Type: application/rss+xml\r\nETag: {etag}\r\n"
        elif kind == "page" and (name := rest.partition("/")[2]) in self.pages:
            body, told = self.pages[name], "Content-Type: text/html\r\n"
        else:
            return f"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n{ending}\r\n".encode()
        return f"HTTP/1.1 200 OK\r\n{told}Content-Length: {len(body)}\r\n{ending}\r\n".encode() + body


async def serve() -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answers, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = loop.create_future()
    reader = await loop.connect_read_pipe(lambda: _Ends(ended), sys.stdin)
    await ended
    reader[0].close()
    server.close()


class _Ends(asyncio.Protocol):
    """Tells when a pipe is closed."""

    def __init__(self, ended: asyncio.Future[None]) -> None:
        self._ended = ended

    def connection_lost(self, error: Exception | None) -> None:
        if not self._ended.done():
            self._ended.set_result(None)


@contextmanager
def web(pages: Path | None = None) -> Iterator[int]:
    """The server, for the length of a block; its port on 127.0.0.1."""
    command = [sys.executable, "-m", "tests.bench_speed.web", *([str(pages)] if pages else [])]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(10)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        Answers.pages = {path.name: path.read_bytes() for path in Path(sys.argv[1]).iterdir() if path.is_file()}
    asyncio.run(serve())
