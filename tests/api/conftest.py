"""A small watch with its page, published, and the face that answers of it in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.api.app import Terms, application
from pipeline.api.face import Face
from pipeline.ask import Ask, WatchFile
from pipeline.web.tokens import Token, hash_of
from tests.site.world import write_world

LATER = datetime(2100, 1, 1, tzinfo=UTC)  # long after whatever was written
TOKEN = "mwt_for-tests"
TOKENS = (Token("desk", hash_of(TOKEN)),)


@dataclass
class Client:
    """Asks the face as if over HTTP, without a socket.

    Attributes:
        seconds: what the clock of the rate limit says.
        address: from where it asks.
    """

    app: Any
    seconds: float = 0.0
    address: str = "127.0.0.1"
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def ask(self, path: str, *, method: str = "GET", host: str = "127.0.0.1:8080", **headers: str) -> httpx.Response:
        """Ask once; an underscore in a header's name is a hyphen."""
        return self._loop.run_until_complete(self._ask(method, path, host, headers))

    async def _ask(self, method: str, path: str, host: str, headers: Mapping[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=(self.address, 1))
        sent = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
            return await client.request(method, path, headers=sent)

    def close(self) -> None:
        """End its loop."""
        self._loop.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the small world, and files that stand for its page."""
    made = tmp_path_factory.mktemp("world")
    write_world(made)
    site = made / "site" / "haiti"
    site.mkdir(parents=True)
    for name in ("index.html", "changes.atom", "changes.json", "expected.ics", "summary.json", "timeline.png"):
        (site / name).write_text(f"{name} as it was written\n")
    return made


@pytest.fixture(scope="session")
def opened() -> Iterator[list[tuple[Client, Face]]]:
    """Clients to be closed at the end, with what answers them."""
    made: list[tuple[Client, Face]] = []
    yield made
    for client, face in made:
        client.close()
        face.close()


@pytest.fixture(scope="session")
def serve(folder: Path, opened: list[tuple[Client, Face]]) -> Callable[..., Client]:
    """Makes a client of a face with the terms given."""

    def make(where: Path = folder, **terms: Any) -> Client:
        face = Face(Ask([WatchFile("haiti", "Haiti", where)]), lambda: LATER, is_private="tokens" in terms)
        client = Client(None)
        client.app = application(face, Terms(**terms), monotonic=lambda: client.seconds)
        opened.append((client, face))
        return client

    return make


@pytest.fixture(scope="session")
def client(serve: Callable[..., Client]) -> Client:
    """A client of a face without tokens, for all tests that only ask."""
    return serve(per_minute=0)
