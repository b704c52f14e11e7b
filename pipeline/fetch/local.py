"""HTTP: one bounded GET from a server on this machine, for a person who looks for one."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
from yarl import URL

from pipeline.fetch.failures import MIB, display_url, raise_for_status, read_headers, reason_of, too_large, with_status
from pipeline.model.errors import FetchError, RefusedError

LOOPBACK: Final = "127.0.0.1"  # never a parameter: what is looked for here is on this machine or nowhere
_CHUNK: Final = 64 * 1024


async def get_local(port: int, path: str, *, user_agent: str, total: float = 2.0, max_body: int = MIB) -> bytes:
    """Return the body that a server on this machine gives for ``path``. Redirects are not followed.

    Args:
        port: where it may listen on 127.0.0.1.
        path: begins with a slash.
        user_agent: who we are.
        total: seconds from the connection to the last byte.
        max_body: bytes of the body after decompression.

    Raises:
        FetchError: nothing usable answers: ``connect``, ``timeout``, ``broken``, ``http-429``, ``http-5xx``.
        RefusedError: not read: ``redirects``, ``too-large``, ``http-4xx``.
        Either has the attribute ``status`` where a server answered.
    """
    url = f"http://{LOOPBACK}:{port}{path}"
    headers = {"User-Agent": user_agent, "Accept": "application/json"}
    try:
        async with (
            asyncio.timeout(total),
            aiohttp.ClientSession(
                cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, timeout=aiohttp.ClientTimeout(total=None)
            ) as session,
            session.get(URL(url), headers=headers, allow_redirects=False) as answer,
        ):
            if 300 <= answer.status < 400:
                raise with_status(RefusedError("redirects", f"{url} answers {answer.status}."), answer.status)
            if answer.status != 200:
                raise_for_status(url, answer.status, read_headers(answer.headers.items()))
            body = bytearray()
            async for chunk in answer.content.iter_chunked(_CHUNK):
                body += chunk
                if len(body) > max_body:
                    raise too_large(url, answer.status, max_body)
            return bytes(body)
    except TimeoutError as error:
        raise FetchError("timeout", f"{display_url(url)} did not answer in full within {total:g} s.") from error
    except aiohttp.ClientConnectorError as error:
        raise FetchError("connect", f"{display_url(url)} can't be connected to: {reason_of(error)}.") from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchError("broken", f"The answer of {display_url(url)} is broken: {reason_of(error)}.") from error
