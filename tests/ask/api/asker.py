"""Asks the face as if over HTTP, in this process and without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import httpx

from pipeline.ask import Ask, WatchFile
from pipeline.ask.api.app import Terms, application
from pipeline.ask.api.face import ApiContext
from pipeline.ask.api.routes import MOST

LATER = datetime(2100, 1, 1, tzinfo=UTC)  # long after whatever was written


@dataclass
class Asker:
    """A client, and the face that answers it.

    Attributes:
        face: what answers.
        app: the same with its terms.
        seconds: what the clock of the rate limit says.
        address: from where it asks.
    """

    face: ApiContext
    app: Any = None
    seconds: float = 0.0
    address: str = "127.0.0.1"
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @classmethod
    def of(cls, watches: Sequence[WatchFile], **terms: Any) -> Self:
        """A client of a face that answers of ``watches`` on these terms."""
        asker = cls(ApiContext(Ask(watches, most=MOST), lambda: LATER, is_private="tokens" in terms))
        asker.app = application(asker.face, Terms(**terms), monotonic=lambda: asker.seconds)
        return asker

    def ask(self, path: str, *, method: str = "GET", host: str = "127.0.0.1:8080", **headers: str) -> httpx.Response:
        """Ask once; an underscore in a header's name is a hyphen."""
        return self._loop.run_until_complete(self._ask(method, path, host, headers))

    async def _ask(self, method: str, path: str, host: str, headers: Mapping[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.address, 1))
        sent = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            return await client.request(method, path, headers=sent)

    def close(self) -> None:
        """Let go of all that was opened."""
        self._loop.close()
        self.face.close()
