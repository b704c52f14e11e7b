"""A small outlet on loopback: a home page that names its feed, the feed, and a page for each story."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

HOST = "melo-tideline.test"
HELD_BACK = 60.0  # seconds for which an answer is held back at most


@dataclass
class Story:
    """One story: its path, headline, paragraphs, and when it was published."""

    path: str
    title: str
    text: tuple[str, ...]
    published: datetime


@dataclass
class Outlet:
    """What the server serves, and what it was asked."""

    port: int = 0
    host: str = HOST
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    stories: list[Story] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    held_back: dict[str, threading.Event] = field(default_factory=dict)

    @property
    def grant(self) -> str:
        """The setting ``own_servers`` that leads here."""
        return f"{self.host}=127.0.0.1:{self.port}"

    def at(self, path: str) -> str:
        """The address of ``path``."""
        return f"http://{self.host}{path}"

    def puts(self, path: str, body: str | bytes, content_type: str = "text/html; charset=utf-8") -> Outlet:
        """Serve ``body`` at ``path``."""
        self.pages[path] = (content_type, body.encode() if isinstance(body, str) else body)
        return self

    def holds_back(self, path: str) -> threading.Event:
        """Answer at ``path`` only once the event that this returns is set."""
        return self.held_back.setdefault(path, threading.Event())

    def tells(self, title: str, *text: str, published: datetime) -> Story:
        """Publish a story: its page, and its entry in the feed."""
        story = Story(f"/story/{len(self.stories) + 1}", title, text, published)
        self.stories.append(story)
        self.puts(story.path, page_of(story))
        self.puts("/feed.xml", self._feed(), "application/rss+xml")
        return story

    def welcomes(self) -> Outlet:
        """Serve a home page that names the feed."""
        return self.puts(
            "/",
            '<!doctype html><html lang="en"><head><title>Melo Tideline</title>'
            '<link rel="alternate" type="application/rss+xml" title="Melo Tideline" href="/feed.xml">'
            "</head><body><h1>Melo Tideline</h1></body></html>",
        )

    def _feed(self) -> str:
        items = "".join(
            f"<item><guid>{self.at(one.path)}</guid><link>{self.at(one.path)}</link><title>{escape(one.title)}</title>"
            f"<pubDate>{format_datetime(one.published)}</pubDate></item>"
            for one in reversed(self.stories)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Melo Tideline</title>{items}</channel></rss>'


def page_of(story: Story) -> str:
    """The page of a story."""
    text = "".join(f"<p>{escape(part)}</p>" for part in story.text)
    return (
        f'<!doctype html><html lang="en"><head><title>{escape(story.title)}</title>'
        f'<meta property="article:published_time" content="{story.published.isoformat()}">'
        '<meta property="og:site_name" content="Melo Tideline"></head>'
        f"<body><article><h1>{escape(story.title)}</h1>{text}</article></body></html>"
    )


@contextmanager
def serving(outlet: Outlet) -> Iterator[Outlet]:
    """Serve ``outlet`` on a free port of loopback while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            outlet.asked[self.path] += 1
            if self.path in outlet.held_back:
                outlet.held_back[self.path].wait(HELD_BACK)
            kind, body = outlet.pages.get(self.path, ("text/plain", b"not here"))
            self.send_response(200 if self.path in outlet.pages else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    outlet.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield outlet
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
