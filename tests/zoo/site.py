"""A server on loopback that answers as badly as a server can, down to the bytes on the socket.

Each case of the zoo has a host name of its own under ``.zoo.test``; the server tells the cases apart by the ``Host``
header, so that no case waits for another's turn. It counts what it is asked, and what it must never be asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

SUFFIX = ".zoo.test"
FORBIDDEN = "/forbidden"  # what nobody may ask for: entities, stylesheets and includes point there
MIB = 2**20
Body = bytes | str | Callable[[], bytes | str]


@dataclass(slots=True)
class Exchange:
    """One connection whose request has been read."""

    path: str
    port: int
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        """Write ``data``, in pieces, so that a client that leaves is noticed."""
        for start in range(0, len(data) or 1, 256 * 1024):
            self.writer.write(data[start : start + 256 * 1024])
            await self.writer.drain()


Answer = Callable[[Exchange], Awaitable[None]]


# -- answers ---------------------------------------------------------------------------------


def made(body: Body) -> bytes:
    """The bytes of a body, which may be made only when it is asked for."""
    value = body() if callable(body) else body
    return value.encode() if isinstance(value, str) else value


def head(status: str = "200 OK", **headers: str) -> bytes:
    """A status line and headers; names are written with underscores."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")


def sends(body: Body, content_type: str = "application/xml", **headers: str) -> Answer:
    """A well-formed answer with ``body``."""

    async def answer(exchange: Exchange) -> None:
        data = made(body)
        await exchange.send(head(Content_Type=content_type, Content_Length=str(len(data)), **headers) + data)

    return answer


def raw(*parts: Body) -> Answer:
    """These bytes and no others, then the end of the connection."""

    async def answer(exchange: Exchange) -> None:
        for part in parts:
            await exchange.send(made(part))

    return answer


def endless(start: bytes, piece: bytes, pause: float = 0.0) -> Answer:
    """``start`` and then ``piece`` for ever, ``pause`` seconds apart."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(start)
        while not exchange.writer.is_closing():
            await exchange.send(piece)
            await asyncio.sleep(pause)

    return answer


def status(line: str, **headers: str) -> Answer:
    """An empty answer with this status line."""
    return raw(head(line, Content_Length="0", **headers))


def redirects(to: Callable[[Exchange], str], line: str = "302 Found") -> Answer:
    """A redirect to where ``to`` says."""

    async def answer(exchange: Exchange) -> None:
        await exchange.send(head(line, Location=to(exchange), Content_Length="0"))

    return answer


async def silence(exchange: Exchange) -> None:
    """Take the request and say nothing."""
    await asyncio.Event().wait()


async def reset(exchange: Exchange) -> None:
    """Half an answer, and then the connection is torn down."""
    await exchange.send(head(Content_Length="1000") + b"<rss version='2.0'>")
    exchange.writer.transport.abort()


@cache
def bomb(megabytes: int, wbits: int) -> bytes:
    """Zeros by the megabyte, packed a thousand to one. ``wbits`` as zlib has it: 31 gzip, 15 deflate, -15 raw."""
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    block = bytes(MIB)
    return b"".join([*(packer.compress(block) for _ in range(megabytes)), packer.flush()])


# -- the server ------------------------------------------------------------------------------


@dataclass
class Site:
    """The server and what it saw; ``answers`` by case name."""

    answers: Mapping[str, Answer]
    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    forbidden: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, case: str, path: str = "/") -> str:
        """The address of a case."""
        return f"http://{case}{SUFFIX}{path}"

    @property
    def grants(self) -> dict[str, tuple[str, int]]:
        """What a Fetcher must be granted to reach this server."""
        return {SUFFIX: ("127.0.0.1", self.port)}

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request and answer as its case does."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                path = lines[0].split(" ")[1]
                host = next(line[6:] for line in lines if line.lower().startswith("host: "))
                case = host.partition(":")[0].removesuffix(SUFFIX)
                if path == "/robots.txt":  # who would be read must let us in
                    await status("404 Not Found")(Exchange(path, self.port, writer))
                    return
                self.asked[case] += 1
                if path.startswith(FORBIDDEN):
                    self.forbidden += 1
                await self.answers[case](Exchange(path, self.port, writer))
        finally:
            self._tasks.discard(task)
            with contextlib.suppress(OSError):
                writer.close()

    async def serve(self, ready: threading.Event, stop: asyncio.Event) -> None:
        """Serve until ``stop``."""
        server = await asyncio.start_server(self.connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@contextlib.contextmanager
def serving(answers: Mapping[str, Answer]) -> Iterator[Site]:
    """A :class:`Site` in a thread of its own, until the block ends."""
    site, ready = Site(answers), threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(site.serve(ready, stop),), name="zoo")
    thread.start()
    assert ready.wait(10)
    try:
        yield site
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
