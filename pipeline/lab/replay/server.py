"""The archive on loopback: one web server that answers for all hosts of the archive.

It runs in a thread of its own, with its own event loop, so that a client may run another one.
Routing is by the ``Host`` header; ``/HOST/PATH`` shows the same to a person's browser.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from html import escape
from time import monotonic, sleep
from typing import Literal, get_args

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from pipeline.lab.replay.archive import Archive, ArchivedArticle, ArchiveFeed, days, page_key
from pipeline.lab.replay.feeds import render_feed
from pipeline.lab.replay.pages import render_page
from pipeline.model.errors import UsageError
from pipeline.model.text import bytes_hash

FeedFault = Literal["down", "html", "empty", "slow", "huge"]
PageFault = Literal["hang", "huge", "gone"]

HUGE = 50_000_000  # bytes of a huge body
_START_LIMIT = 10.0  # seconds
_STOP_LIMIT = 10.0
_HANG_LIMIT = 120.0  # a hanging answer ends then, or when the server stops
_CHUNK = b"<p>There is no end to this page, and it says the same on and on.</p>\n" * 1000
_ROBOTS = "User-agent: *\nDisallow: /wp-admin/\nDisallow: /search\n"


class ArchiveServer:
    """Serves an archive on 127.0.0.1 as a clock tells.

    Use it as a context manager, or call :meth:`start` and :meth:`stop`.

    Args:
        archive: what is served.
        port: 0 takes a free one.

    Attributes:
        hits: requests by kind (``feed``, ``page``, ``robots``, ``index``, ``none``) and status.
    """

    def __init__(self, archive: Archive, *, port: int = 0) -> None:
        self.archive = archive
        self.hits: Counter[tuple[str, int]] = Counter()
        self._wanted_port = port
        self._now = next(days(archive))
        self._feeds: dict[tuple[str, object], ArchiveFeed] = {
            (source.host, page_key(source.path)): source for source in archive.sources
        }
        self._hosts = {outlet.host for outlet in archive.outlets.values()} | {feed.host for feed in archive.sources}
        self._broken_feeds: dict[str, FeedFault] = {}
        self._broken_pages: dict[tuple[str, object], PageFault] = {}
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._release: Callable[[], object] | None = None  # lets hanging answers go, from any thread
        self._released: asyncio.Event | None = None

    # -- life --------------------------------------------------------------------------------

    def start(self) -> None:
        """Bind and serve; returns when the server answers.

        Raises:
            UsageError: the port can't be bound, or the server is already started.
        """
        if self._thread is not None:
            raise UsageError("The archive's server is already started.", remedy="Stop it first.")
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", self._wanted_port))
        except OSError as error:
            sock.close()
            message = f"Port {self._wanted_port} on 127.0.0.1 can't be used: {error.strerror}."
            raise UsageError(message, remedy="Choose another port, or 0 for a free one.") from error
        self._stopping.clear()
        app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "HEAD"])])
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="critical",
            access_log=False,
            lifespan="off",
            loop="asyncio",
            http="h11",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._socket = sock
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, args=(self._server, sock), name="archive", daemon=True)
        self._thread.start()
        deadline = monotonic() + _START_LIMIT
        while not self._server.started:
            if monotonic() > deadline or not self._thread.is_alive():
                self.stop()
                raise UsageError("The archive's server did not start.", remedy="Look at the messages above.")
            sleep(0.005)

    def stop(self) -> None:
        """End all answers and close the port. Does nothing where the server is not started."""
        thread, server, sock = self._thread, self._server, self._socket
        if thread is None or server is None or sock is None:
            return
        self._stopping.set()
        server.should_exit = True
        if self._release is not None:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._release()
        thread.join(_STOP_LIMIT)
        sock.close()
        self._thread = self._server = self._socket = self._release = None

    def __enter__(self) -> ArchiveServer:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _serve(self, server: uvicorn.Server, sock: socket.socket) -> None:
        async def serve() -> None:
            loop, released = asyncio.get_running_loop(), asyncio.Event()
            self._released = released
            self._release = partial(loop.call_soon_threadsafe, released.set)
            await server.serve(sockets=[sock])

        asyncio.run(serve())

    # -- the clock and the faults ------------------------------------------------------------

    @property
    def port(self) -> int:
        """The port that it listens on.

        Raises:
            UsageError: the server is not started.
        """
        if self._socket is None:
            raise UsageError("The archive's server is not started.", remedy="Start it first.")
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def grants(self) -> Mapping[str, tuple[str, int]]:
        """What a fetcher must be allowed: every name under ``.test`` is this server."""
        return {".test": ("127.0.0.1", self.port)}

    @property
    def now(self) -> datetime:
        """The clock."""
        return self._now

    def set_now(self, now: datetime) -> None:
        """Move the clock to ``now`` (aware)."""
        if now.tzinfo is None:
            raise UsageError("The archive's clock needs a time with a zone.", remedy="Give a UTC time.")
        self._now = now

    def break_feed(self, host: str, how: FeedFault) -> None:
        """Make the feeds on ``host`` fail.

        Args:
            host: as in the archive, e.g. ``"savanna-group.test"``.
            how: ``down`` (503), ``html`` (a page instead), ``empty`` (no bytes), ``slow`` (no
                answer for two minutes) or ``huge`` (50 MB).
        """
        if host not in {source.host for source in self.archive.sources} or how not in get_args(FeedFault):
            known = ", ".join(get_args(FeedFault))
            raise UsageError(f"Can't break {host} so: {how}.", remedy=f"Name a feed's host and one of {known}.")
        self._broken_feeds[host] = how

    def break_page(self, url: str, how: PageFault) -> None:
        """Make the page at ``url`` fail: ``hang`` (no answer for two minutes), ``huge`` (50 MB), ``gone`` (410)."""
        host, _, path = url.removeprefix("http://").partition("/")
        if self.archive.find(host, f"/{path}") is None or how not in get_args(PageFault):
            known = ", ".join(get_args(PageFault))
            raise UsageError(f"Can't break {url} so: {how}.", remedy=f"Name an article's address and one of {known}.")
        self._broken_pages[host, page_key(f"/{path}")] = how

    def mend(self) -> None:
        """End all faults."""
        self._broken_feeds.clear()
        self._broken_pages.clear()

    # -- answers -----------------------------------------------------------------------------

    async def _answer(self, request: Request) -> Response:
        host = request.headers.get("host", "").partition(":")[0].lower()
        query = request.scope["query_string"].decode("latin-1")
        target = request.scope["path"] + (f"?{query}" if query else "")
        by_path = host not in self._hosts
        if by_path:
            host, _, rest = target.lstrip("/").partition("/")
            target = f"/{rest}"
        kind, response = await self._find(request, host, target, by_path=by_path)
        self.hits[kind, response.status_code] += 1
        return response

    async def _find(self, request: Request, host: str, target: str, *, by_path: bool) -> tuple[str, Response]:
        if host not in self._hosts:
            if not host and target == "/":
                return "index", self._index()
            return "none", Response("No such outlet.\n", 404, media_type="text/plain")
        key = page_key(target)
        if source := self._feeds.get((host, key)):
            return "feed", await self._feed(request, source)
        if target == "/robots.txt":
            # Half of the hosts have none, as in life.
            if len(host) % 2:
                return "robots", Response("Not found\n", 404, media_type="text/plain")
            return "robots", Response(_ROBOTS, media_type="text/plain")
        if target == "/":
            return "index", self._front(host)
        article = self.archive.find(host, target)
        if article is None:
            return "none", Response("<h1>Not found</h1>", 404, media_type="text/html")
        return "page", await self._page(request, article, host, by_path=by_path)

    async def _feed(self, request: Request, source: ArchiveFeed) -> Response:
        match self._broken_feeds.get(source.host):
            case "down":
                return Response("Service unavailable\n", 503, media_type="text/plain", headers={"Retry-After": "3600"})
            case "html":
                return Response(
                    "<!DOCTYPE html><html><body><h1>We are moving</h1></body></html>", media_type="text/html"
                )
            case "empty":
                return Response(b"", media_type="application/rss+xml")
            case "slow":
                return await self._hang()
            case "huge":
                head = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Huge</title><item><description>'
                return StreamingResponse(self._huge(head), media_type="application/rss+xml")
        document = render_feed(self.archive, source, self._now)
        headers = {"Cache-Control": "max-age=300"} if source.kind in ("atom", "json") else {}
        return self._conditional(request, document.body, document.content_type, document.modified, headers)

    async def _page(self, request: Request, article: ArchivedArticle, host: str, *, by_path: bool) -> Response:
        match self._broken_pages.get((host, page_key(self.archive.target(article)))):
            case "hang":
                return await self._hang()
            case "huge":
                return StreamingResponse(self._huge(b"<!DOCTYPE html><html><body>"), media_type="text/html")
            case "gone":
                return Response("<h1>Gone</h1>", 410, media_type="text/html")
        page = render_page(self.archive, article, self._now)
        if page is None:  # not published yet: the address does not exist
            return Response("<h1>Not found</h1>", 404, media_type="text/html")
        if page.status != 200:
            return Response(page.body, page.status, headers={"Content-Type": page.content_type})
        body = page.body
        if by_path:  # a person's browser can't resolve .test: let the links stay on this server
            charset = self.archive.outlets[article.outlet].charset
            body = self._local_links(body.decode(charset)).encode(charset, "xmlcharrefreplace")
        return self._conditional(request, body, page.content_type, page.modified, {})

    def _conditional(
        self, request: Request, body: bytes, content_type: str, modified: datetime | None, headers: Mapping[str, str]
    ) -> Response:
        """The body, or 304 where the client's copy is still right. ``If-None-Match`` goes first (RFC 9110, 13.2.2)."""
        tag = f'"{bytes_hash(body)}"'
        all_headers = {**headers, "ETag": tag, "Content-Type": content_type}
        if modified is not None:
            all_headers["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
        wanted = request.headers.get("if-none-match")
        since = request.headers.get("if-modified-since")
        unchanged = False
        if wanted is not None:
            unchanged = wanted.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in wanted.split(",")}
        elif since is not None and modified is not None:
            with suppress(ValueError, TypeError):
                unchanged = modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        if unchanged:
            del all_headers["Content-Type"]
            return Response(status_code=304, headers=all_headers)
        return Response(body, headers=all_headers)

    async def _hang(self) -> Response:
        """Say nothing until the server stops or the limit is over."""
        if self._released is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._released.wait(), _HANG_LIMIT)
        return Response("Too late\n", 504, media_type="text/plain")

    async def _huge(self, head: bytes) -> AsyncIterator[bytes]:
        yield head
        sent = 0
        while sent < HUGE and not self._stopping.is_set():
            yield _CHUNK
            sent += len(_CHUNK)

    # -- for a person's browser --------------------------------------------------------------

    def _local_links(self, html: str) -> str:
        for host in self._hosts:
            html = html.replace(f'href="http://{host}/', f'href="/{host}/')
        return html

    def _index(self) -> Response:
        """All feeds and outlets, and what the clock says."""
        feeds = "".join(
            f'<li><a href="/{source.host}{escape(source.path)}">{escape(source.title)}</a> ({source.kind})</li>'
            for source in self.archive.sources
        )
        outlets = "".join(
            f'<li><a href="/{outlet.host}/">{escape(outlet.name)}</a></li>' for outlet in self.archive.outlets.values()
        )
        seen = len(self.archive.visible(self._now))
        return Response(
            f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>The archive</title></head><body>"
            f"<h1>The archive</h1><p>The clock says {self._now:%Y-%m-%d %H:%M} UTC. {seen} of"
            f" {len(self.archive.articles)} articles are out.</p><h2>Feeds</h2><ul>{feeds}</ul>"
            f"<h2>Outlets</h2><ul>{outlets}</ul></body></html>",
            media_type="text/html",
        )

    def _front(self, host: str) -> Response:
        """A host's front page: its articles that are out, newest first."""
        shown = [
            f'<li><a href="/{host}{escape(self.archive.target(article))}">{escape(edition.title)}</a></li>'
            for article in reversed(self.archive.visible(self._now))
            if self.archive.outlets[article.outlet].host == host and (edition := article.at(self._now))
        ]
        body = f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{host}</title></head><body>"
        return Response(f"{body}<h1>{host}</h1><ul>{''.join(shown)}</ul></body></html>", media_type="text/html")
