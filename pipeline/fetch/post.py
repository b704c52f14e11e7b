"""HTTP: one bounded POST of JSON, to one address that the operator configured.

A :class:`Poster` can reach the address that it was made with and no other; that address comes from a watch's file,
never from a feed or a page, so it may be on this machine or in a private network, where language models are served.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

import aiohttp
from yarl import URL

from pipeline.fetch.failures import (
    MIB,
    display_url,
    is_later,
    later,
    read_headers,
    reason_of,
    too_large,
    unreachable,
    with_status,
)
from pipeline.model import Response
from pipeline.model.errors import FetchError, RefusedError

ANSWER_BODY: Final = 2 * MIB
REFUSAL_BODY: Final = 8 * 1024  # bytes of why a request was refused; what it names stands at the beginning
REFUSED: Final = frozenset({400, 422})
_CHUNK: Final = 64 * 1024


class Poster:
    """Posts JSON to ``url``; use as an async context manager.

    Args:
        url: the address, from the operator's own files.
        user_agent: who we are.
        key: sent as ``Authorization: Bearer``; empty sends none. No message ever shows it.
        total: seconds for one request, from the look-up of the name to the last byte.
        connect: seconds to look the name up and connect.
        max_body: bytes of the answer after decompression.
        at_once: requests at once.
    """

    def __init__(
        self,
        url: str,
        *,
        user_agent: str,
        key: str = "",
        total: float,
        connect: float = 10.0,
        max_body: int = ANSWER_BODY,
        at_once: int = 1,
    ) -> None:
        self._url = url
        self._headers = {"User-Agent": user_agent, "Accept": "application/json", "Content-Type": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._total = total
        self._connect = min(connect, total)
        self._max_body = max_body
        self._at_once = asyncio.Semaphore(at_once)
        self._stack = contextlib.AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None, connect=self._connect),
        )
        self._session = await self._stack.enter_async_context(session)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()
        self._session = None

    async def post(self, payload: bytes) -> Response:
        """Post ``payload``, which is JSON, and read the answer. Redirects are not followed.

        Returns:
            The answer; or, with status 400 or 422, the first 8 KiB of why the request was refused. These may repeat
            the key: they are for finding out what to ask otherwise, and not to be shown or stored.

        Raises:
            FetchError: no usable answer now: ``connect``, ``timeout``, ``broken``, ``http-429``, ``http-5xx``; with
                the seconds to wait where the server names them.
            RefusedError: not read: ``redirects``, ``too-large``, ``http-4xx``, ``bad-url``.
            Either has the attribute ``status`` where a server answered.
        """
        if self._session is None:
            raise RuntimeError("A Poster is an async context manager: enter it before post().")
        async with self._at_once:
            started = time.monotonic()
            try:
                async with asyncio.timeout(self._total):
                    answer = await self._read(self._session, payload)
            except TimeoutError as error:  # aiohttp's own are among them
                if isinstance(error, aiohttp.ConnectionTimeoutError):
                    raise unreachable(self._url, f"did not take a connection in {self._connect:g} s") from error
                raise FetchError(
                    "timeout", f"{display_url(self._url)} did not answer in full within {self._total:g} s."
                ) from error
            except aiohttp.InvalidURL as error:
                raise RefusedError("bad-url", f"The address {display_url(self._url)} can't be requested.") from error
            except (aiohttp.ClientConnectorError, aiohttp.ClientSSLError) as error:
                raise FetchError(
                    "connect",
                    f"{display_url(self._url)} can't be connected to: {reason_of(error)}.",
                    remedy="Is the server running?",
                ) from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise FetchError(
                    "broken", f"The answer of {display_url(self._url)} is broken: {reason_of(error)}."
                ) from error
            status, headers, body = answer
            return Response(self._url, self._url, status, headers, body, time.monotonic() - started)

    async def _read(self, session: aiohttp.ClientSession, payload: bytes) -> tuple[int, dict[str, str], bytes]:
        async with session.post(URL(self._url), data=payload, headers=self._headers, allow_redirects=False) as answer:
            status, headers = answer.status, read_headers(answer.headers.items())
            self._check(status, headers)
            if status in REFUSED:
                return status, headers, await _beginning(answer.content)
            announced = answer.content_length
            if announced is not None and announced > self._max_body:
                raise too_large(self._url, status, self._max_body)
            body = bytearray()
            async for chunk in answer.content.iter_chunked(_CHUNK):
                body += chunk
                if len(body) > self._max_body:
                    raise too_large(self._url, status, self._max_body)
            return status, headers, bytes(body)

    def _check(self, status: int, headers: Mapping[str, str]) -> None:
        """Raise our own error for a status that brings no answer. The body is not read: it may repeat the key."""
        said = f"{display_url(self._url)} answers {status}."
        if 200 <= status < 300 or status in REFUSED:
            return
        if 300 <= status < 400:
            raise with_status(
                RefusedError("redirects", said, remedy="Write the address that it leads to into the watch's file."),
                status,
            )
        if is_later(status):
            raise later(status, headers, said)
        remedies = {
            401: "Check the key.",
            403: "Check the key.",
            404: "Check the endpoint, which usually ends in /v1, and the model's name.",
        }
        raise with_status(
            RefusedError("http-4xx", said, remedy=remedies.get(status, "Check the endpoint and the model.")), status
        )


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    """Read the first bytes of a refusal; what then comes is left, however much it is."""
    body = bytearray()
    async for chunk in content.iter_chunked(REFUSAL_BODY):
        body += chunk
        if len(body) >= REFUSAL_BODY:
            break
    return bytes(body[:REFUSAL_BODY])
