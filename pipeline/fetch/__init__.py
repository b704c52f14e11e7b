"""HTTP: one bounded, vetted GET. The only module that knows aiohttp; it decides nothing and retries nothing.

Every connection is vetted where its socket is made, after all name look-ups and on every hop of a redirect, so
that no address that a feed or page names can reach a private network. The one exception is by grant: names that
the caller hands to its own server on loopback, over a connector that can reach those servers and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, NoReturn, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from pipeline.fetch.failures import (
    MIB,
    cut_short,
    display_url,
    other_service,
    private,
    raise_for_status,
    read_headers,
    reason_of,
    sendable,
    too_large,
    unreachable,
    with_status,
)
from pipeline.fetch.lanes import HostLanes, host_state
from pipeline.fetch.patience import Attempt, Patience
from pipeline.fetch.robots import Robots
from pipeline.fetch.sockets import (
    OTHER_SERVICES,
    REFUSED,
    Found,
    OwnServers,
    PublicNames,
    grant_of,
    is_named,
    public_socket,
)
from pipeline.fetch.unpack import Unpacker
from pipeline.model import HostState, Response
from pipeline.model.errors import FetchError, RefusedError
from pipeline.model.urls import absolute, host, is_address, is_public_address

FEED_BODY: Final = 5 * MIB
PAGE_BODY: Final = 3 * MIB
ACCEPT_FEED: Final = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9,"
    " text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
ACCEPT_PAGE: Final = "text/html, application/xhtml+xml, */*;q=0.5"
ROBOTS_TOTAL: Final = 10.0  # seconds for a robots.txt: all pages of its site wait for it

_CHUNK: Final = 64 * 1024
_PACKING: Final = 64 * 1024  # bytes by which packing may lengthen what it can't shorten
_HEADER_LINE: Final = 32 * 1024  # aiohttp's 8,190 is less than the security policy of some outlets
_HEADER_COUNT: Final = 256
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_PERMANENT: Final = frozenset({301, 308})
_LookUp = Callable[[str, int, int], Awaitable[list[Found]]]
_TakesTurn = Callable[[], contextlib.AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How far a request may go, and how politely.

    Attributes:
        connect: seconds to look the name up and connect.
        total: seconds for one request with its redirects, without the wait for its turn.
        feed_body, page_body: bytes after decompression, for callers to pass as ``max_body``.
        max_redirects: hops after the first request.
        per_host: requests at once on one host.
        spacing: seconds between two starts on one host.
    """

    connect: float = 10.0
    total: float = 30.0
    feed_body: int = FEED_BODY
    page_body: int = PAGE_BODY
    max_redirects: int = 5
    per_host: int = 2
    spacing: float = 0.0


class Fetcher:
    """Makes requests; use as an async context manager.

    Args:
        user_agent: who we are, with a way to reach us.
        limits: bounds of size, time and pace.
        grants: host names, or suffixes such as ``.test``, that stand for a server of our own on loopback, with
            its address and port. Only these names reach it, and nothing else reaches loopback.
        concurrency: requests at once over all hosts.
        unspaced: host names, or suffixes, that ``limits.spacing`` does not hold for: servers of our own.

    Raises:
        ValueError: a grant that is not a loopback address.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        limits: FetchLimits | None = None,
        grants: Mapping[str, tuple[str, int]] | None = None,
        concurrency: int = 50,
        unspaced: Collection[str] = (),
    ) -> None:
        self._limits = limits or FetchLimits()
        self._unspaced = tuple(name.lower() for name in unspaced)
        self._grants = {name.lower(): target for name, target in (grants or {}).items()}
        for name, (ip, _) in self._grants.items():
            if not ipaddress.ip_address(ip).is_loopback:
                raise ValueError(f"The grant of {name} goes to {ip}, which is not a loopback address.")
        self._user_agent = user_agent
        self._concurrency = concurrency
        self._lanes = HostLanes(per_host=self._limits.per_host, concurrency=concurrency)
        self._robots = Robots(
            lambda url, most: self._follow(url, None, None, most, "*/*", is_robots=True), user_agent=user_agent
        )
        self._stack = contextlib.AsyncExitStack()
        self._public: aiohttp.ClientSession | None = None
        self._granted: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        names = PublicNames(self._concurrency, self._limits.connect * 0.8)
        self._stack.callback(names.close)
        self._public = await self._stack.enter_async_context(self._session(names.look_up, public_socket))
        if self._grants:
            own = OwnServers(self._grants)
            self._granted = await self._stack.enter_async_context(self._session(own.look_up, own.socket))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
        self._public = self._granted = None

    async def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        max_body: int,
        accept: str = "*/*",
    ) -> Response:
        """Get one address, following redirects.

        Args:
            url: an http or https address, requested with its query as it stands.
            etag: of the response that we hold, sent as ``If-None-Match``.
            last_modified: of the response that we hold, sent as ``If-Modified-Since``.
            max_body: bytes after decompression beyond which the response is refused.
            accept: the ``Accept`` header.

        Returns:
            The response: status 2xx, or 304 with an empty body. ``elapsed`` leaves out the wait for its turn.

        Raises:
            FetchError: no usable response now: ``dns``, ``connect``, ``tls``, ``timeout``, ``broken``,
                ``http-429``, ``http-5xx``.
            RefusedError: not made or not read: ``bad-url``, ``private-address``, ``redirects``, ``too-large``,
                ``http-4xx``.
            Either has the attribute ``status`` where a server answered.
        """
        return await self._follow(url, etag, last_modified, max_body, accept)

    async def get_page(
        self,
        url: str,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        max_body: int,
        accept: str = ACCEPT_PAGE,
        patience: Patience | None = None,
    ) -> Response:
        """Get a page as :meth:`get` does, where its site's robots.txt allows it, and as slowly as that asks.

        Args:
            patience: how long the run that asks has time; None is without an end.

        Raises:
            FetchError: as in :meth:`get`, or ``robots-unreachable`` or ``crawl-delay``.
            RefusedError: as in :meth:`get`, or ``robots``: the site does not want it fetched.
        """
        page: Attempt | None = None
        try:
            async with (patience or Patience()).attempt() as page:
                return await self._follow(url, etag, last_modified, max_body, accept, page)
        except TimeoutError as error:
            raise cut_short(url, begun=page is not None and page.begun) from error

    def remember(self, hosts: Iterable[HostState], now: datetime) -> None:
        """Keep to what an earlier run knew of ``hosts``; what is known here already counts more."""
        for one in hosts:
            self._lanes.remember(host(one.origin), (now - one.asked_at).total_seconds(), one.distance)
            if one.robots_until is not None:
                self._robots.remember(one.origin, one.robots, (one.robots_until - now).total_seconds())

    def hosts(self, origins: Iterable[str], now: datetime) -> list[HostState]:
        """Return what is known of those of ``origins`` that were asked, for :meth:`remember` of the next run."""
        asked = ((origin, self._lanes.last_crawl(host(origin))) for origin in origins)
        return [host_state(origin, self._robots.known(origin), last, now) for origin, last in asked if last is not None]

    async def _follow(
        self,
        url: str,
        etag: str | None,
        last_modified: str | None,
        max_body: int,
        accept: str,
        page: Attempt | None = None,
        *,
        is_robots: bool = False,
    ) -> Response:
        """One address with its redirects; a page where ``page`` says so, which robots.txt holds for."""
        total = min(ROBOTS_TOTAL, self._limits.total) if is_robots else self._limits.total
        headers = {"Accept": accept}
        if sendable(etag):
            headers["If-None-Match"] = str(etag)
        if sendable(last_modified):
            headers["If-Modified-Since"] = str(last_modified)
        target = absolute(url)
        seen = {target}
        elapsed = 0.0
        moved_to, for_good = "", True
        while True:
            spacing = 0.0 if is_granted(target, self._unspaced) else self._limits.spacing
            delay = await self._robots.check(target) if page is not None else 0.0 if is_robots else None
            turn = partial(self._lanes.turn, host(target), spacing, page, crawl_delay=delay)
            hop = await self._hop(target, headers, max_body, total - elapsed, turn)
            elapsed += hop.elapsed
            if hop.status not in _REDIRECTS:
                return Response(url, target, hop.status, hop.headers, hop.body, elapsed, moved_to)
            location = hop.headers.get("location", "")
            if not location:
                raise with_status(
                    RefusedError("redirects", f"{display_url(url)} answers {hop.status} but names no new address."),
                    hop.status,
                )
            target = absolute(location, target)
            for_good = for_good and hop.status in _PERMANENT
            moved_to = target if for_good else moved_to
            if target in seen or len(seen) > self._limits.max_redirects:
                why = "in a circle" if target in seen else f"more than {self._limits.max_redirects} times"
                said, remedy = f"{display_url(url)} redirects {why}.", "Open it in a browser for its address."
                raise with_status(RefusedError("redirects", said, remedy=remedy), hop.status)
            seen.add(target)

    def _session(self, look_up: _LookUp, make_socket: Any) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=_Names(look_up),
            socket_factory=make_socket,
            limit=0,  # our own semaphores count, so that the wait for a turn is no part of the time-out
            limit_per_host=0,
            force_close=True,  # idle TLS connections cost 650 MiB over 2,000 feeds
            ttl_dns_cache=300,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,  # see pipeline.fetch.unpack
            headers={"User-Agent": self._user_agent, "Accept-Encoding": "gzip, deflate"},
            timeout=aiohttp.ClientTimeout(total=None, connect=self._limits.connect),
            max_line_size=_HEADER_LINE,
            max_field_size=_HEADER_LINE,
            max_headers=_HEADER_COUNT,
        )

    async def _hop(self, url: str, headers: Mapping[str, str], max_body: int, seconds: float, turn: _TakesTurn) -> _Hop:
        """One request, in its turn, without following a redirect."""
        name = host(url)
        granted = grant_of(name, self._grants) is not None
        if not granted and is_address(name) and not is_public_address(name):
            raise private(url, name)
        port = URL(url, encoded=True).port
        if not granted and port in OTHER_SERVICES:
            raise other_service(url, port)
        session = self._granted if granted else self._public
        if session is None:
            raise RuntimeError("A Fetcher is an async context manager: enter it before get().")
        async with turn():
            started = time.monotonic()
            refused: list[str] = []
            token = REFUSED.set(refused)
            try:
                async with asyncio.timeout(max(seconds, 0.001)):
                    hop = await self._request(session, url, headers, max_body)
            except TimeoutError as error:  # aiohttp's own are among them
                if isinstance(error, aiohttp.ConnectionTimeoutError):
                    raise unreachable(url, f"did not take a connection in {self._limits.connect:g} s") from error
                raise FetchError(
                    "timeout", f"{display_url(url)} did not answer in full within {seconds:.3g} s."
                ) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                if refused and isinstance(error, aiohttp.ClientConnectorError):
                    raise private(url, refused[0]) from error
                _raise_for(error, url)
            finally:
                REFUSED.reset(token)
            return _Hop(hop.status, hop.headers, hop.body, time.monotonic() - started)

    async def _request(
        self, session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], max_body: int
    ) -> _Hop:
        async with session.get(URL(url, encoded=True), headers=headers, allow_redirects=False) as answer:
            received = read_headers(answer.headers.items())
            status = answer.status
            if status in _REDIRECTS or status == HTTPStatus.NOT_MODIFIED:
                return _Hop(status, received, b"")
            if not 200 <= status < 300:
                raise_for_status(url, status, received)
            unpacker = Unpacker(received.get("content-encoding", ""))
            # What travels is bounded too, since packed bytes may unpack to nothing, for ever.
            left = max_body + (_PACKING if unpacker.packed else 0)
            if answer.content_length is not None and answer.content_length > left:
                raise too_large(url, status, max_body)
            body = bytearray()
            async for chunk in answer.content.iter_chunked(_CHUNK):
                left -= len(chunk)
                body += unpacker.feed(chunk, max_body - len(body))
                if left < 0 or len(body) > max_body:
                    raise too_large(url, status, max_body)
            unpacker.end()
            return _Hop(status, received, bytes(body))


def is_granted(url: str, names: Collection[str]) -> bool:
    """Whether the host of ``url`` is one of ``names``, or ends with one that begins with a dot."""
    return bool(names) and any(is_named(host(url), name) for name in names)


@dataclass(frozen=True, slots=True)
class _Hop:
    """One answer on the way."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: float = 0.0


class _Names(AbstractResolver):
    """A look-up of ours in the form that aiohttp asks for."""

    def __init__(self, look_up: _LookUp) -> None:
        self._look_up = look_up

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=at, family=kind, proto=socket.IPPROTO_TCP, flags=0)
            for kind, address, at in await self._look_up(host, port, family)
        ]

    async def close(self) -> None:
        """Nothing is held here."""


def _raise_for(error: Exception, url: str) -> NoReturn:
    """Raise our own error for what aiohttp or the system raised."""
    if isinstance(error, aiohttp.InvalidURL):
        raise RefusedError("bad-url", f"The address {display_url(url)} can't be requested.") from error
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        raise FetchError(
            "dns",
            f"No address is found for {host(url)} ({display_url(url)}).",
            remedy="Is this machine online, and is the name right?",
        ) from error
    if isinstance(error, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError)):
        raise FetchError(
            "tls",
            f"The secure connection to {display_url(url)} fails: {reason_of(error)}.",
            remedy="Is this machine's clock right, and are its root certificates current?",
        ) from error
    if isinstance(error, aiohttp.ClientConnectorError):
        raise unreachable(url, f"can't be connected to: {reason_of(error)}") from error
    raise FetchError("broken", f"The answer of {display_url(url)} is broken: {reason_of(error)}.") from error
