"""False outside worlds, built by calls that read as a story."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pipeline.model import Alert, Response
from pipeline.model.errors import DeliveryError, FetchError, MissionwatchError

R = TypeVar("R")


class FakeWeb:
    """Answers requests as the test says; remembers them in ``asked``."""

    def __init__(self) -> None:
        self._answers: dict[str, Response | MissionwatchError] = {}
        self.asked: list[tuple[str, str | None]] = []

    def serves(self, url: str, body: bytes, content_type: str = "text/html", **headers: str) -> FakeWeb:
        """``url`` answers 200 with ``body``; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._answers[url] = Response(url, url, 200, {"content-type": content_type, **named}, body, 0.01)
        return self

    def not_modified(self, url: str) -> FakeWeb:
        """``url`` answers 304."""
        self._answers[url] = Response(url, url, 304, {}, b"", 0.01)
        return self

    def fails(self, url: str, error: MissionwatchError) -> FakeWeb:
        """A request for ``url`` raises ``error``."""
        self._answers[url] = error
        return self

    async def get(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, max_body: int, accept: str = ""
    ) -> Response:
        """What the test said of ``url``; a name that no server has where it said nothing."""
        self.asked.append((url, etag))
        answer = self._answers.get(url) or FetchError("dns", f"{url}: no such host.")
        if isinstance(answer, MissionwatchError):
            raise answer
        return answer


async def work_here(function: Callable[..., R], *args: object) -> R:
    """Does in this process what a worker would do in its own."""
    return function(*args)


class FakeChannel:
    """Takes alerts, or refuses them while ``down``."""

    def __init__(self, *, down: bool = False) -> None:
        self.down = down
        self.taken: list[Alert] = []

    async def deliver(self, alert: Alert) -> None:
        """Take ``alert``.

        Raises:
            DeliveryError: the channel is down.
        """
        if self.down:
            raise DeliveryError("The channel answered 503.")
        self.taken.append(alert)


def rss(*items: tuple[str, str, str], title: str = "Isle Post", extra: str = "") -> bytes:
    """An RSS feed of (guid, link, title) items, all of 30 September 2025."""
    body = "".join(
        f"<item><guid>{guid}</guid><link>{link}</link><title>{text}</title>"
        "<pubDate>Tue, 30 Sep 2025 10:00:00 GMT</pubDate></item>"
        for guid, link, text in items
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{extra}{body}</channel></rss>'.encode()
    )


def page(title: str, *paragraphs: str) -> bytes:
    """A plain page of news."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f'<title>{title}</title><meta property="article:published_time" content="2025-09-30T10:05:00+00:00">'
    return f"<!doctype html><html lang=en><head>{head}</head><body><article><h1>{title}</h1>{text}</article>".encode()
