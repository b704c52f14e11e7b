"""The feeds that a web page names: what its head links to, and links in its text that look like feeds. Pure.

Nothing is guessed: an address that the page does not have is not tried. No tree is built, so reading costs by the
page's length alone, however many tags or attributes it has.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.etree import HTMLParser, LxmlError, fromstring

from pipeline.model.charset import decode
from pipeline.model.errors import ContentError, RefusedError
from pipeline.model.text import safe, shorten, squeeze
from pipeline.model.urls import absolute

MAX_BYTES = 3 * 2**20
MAX_FOUND = 30
MAX_READ = 1_000  # addresses of either kind that are read, before each is taken once
_TYPES = re.compile(r"application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)|text/xml|application/xml", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"(?:^|/)(?:feeds?|rss|atom|index\.xml|feed\.json|rss\d*\.xml)(?:/|$)|\.(?:rss|atom|rdf)$", re.IGNORECASE
)
_COMMENTS = re.compile(r"\bcomments?\b|\bcommentaires?\b|\bcomentarios?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """A feed that a page names: its address, and what the page calls it, which may be empty."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class HomePage:
    """What an outlet's page says of its feeds: the best first, each address once; and the page's own title."""

    title: str
    language: str
    feeds: tuple[Named, ...]


def discover(body: bytes, content_type: str, url: str) -> HomePage:
    """Return the feeds that a page names. Run it in a worker that can be killed.

    Args:
        body: the page's bytes, decompressed.
        content_type: the HTTP header's value, or an empty string.
        url: where the page came from, after redirects.

    Raises:
        ContentError: ``empty`` or ``too-large``.
    """
    if not body.strip():
        raise ContentError("empty", f"The page at {url} is empty.")
    if len(body) > MAX_BYTES:
        raise ContentError("too-large", f"The page at {url} has {len(body):,} bytes; the limit is {MAX_BYTES:,}.")
    text = decode(body, content_type).text
    reader = _Reader(url)
    parser = HTMLParser(target=reader, encoding="utf-8")  # type: ignore[arg-type]  # lxml calls those methods that are there
    with suppress(LxmlError, ValueError):  # nothing in it is an element
        fromstring(text.encode("utf-8", "surrogatepass"), parser=parser)
    found = {one.url: one for one in reversed((*reader.heads, *reader.links))}
    order = dict.fromkeys(one.url for one in (*reader.heads, *reader.links))
    return HomePage(
        shorten(safe(squeeze(reader.title)), 120), reader.language, tuple(found[url] for url in order)[:MAX_FOUND]
    )


class _Reader:
    """Takes the title, the language, and the links of a page; a target of lxml's parser."""

    def __init__(self, url: str) -> None:
        self.base = url
        self.title = self.language = ""
        self.heads: list[Named] = []
        self.links: list[Named] = []
        self._in_title = self._has_base = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """See to one tag."""
        if tag == "html":
            self.language = attributes.get("lang", "")[:35]
        elif tag == "title":
            self._in_title = not self.title
        elif tag == "base" and attributes.get("href") and not self._has_base:
            self._has_base = True
            self.base = self._address(attributes["href"]) or self.base
        elif tag == "link":
            told = attributes.get("rel", "").lower().split()
            if "alternate" in told and _TYPES.fullmatch(attributes.get("type", "").partition(";")[0].strip()):
                self._add(self.heads, attributes.get("href", ""), attributes.get("title", ""))
        elif tag == "a" and _looks_like_a_feed(attributes.get("href", "")):
            self._add(self.links, attributes["href"], attributes.get("title", ""))

    def data(self, text: str) -> None:
        """Keep the text of the title."""
        if self._in_title and len(self.title) < 500:
            self.title += text

    def end(self, tag: str) -> None:
        """Note that the title may be over."""
        if tag == "title":
            self._in_title = False

    def close(self) -> None:
        """End the page, as lxml asks of a target."""

    def _add(self, to: list[Named], href: str, title: str) -> None:
        address = self._address(href) if len(to) < MAX_READ else ""
        if address and not _COMMENTS.search(title) and not _COMMENTS.search(urlsplit(address).path):
            to.append(Named(address, shorten(safe(squeeze(title)), 120)))

    def _address(self, href: str) -> str:
        try:
            return absolute(href, self.base)
        except RefusedError:
            return ""


def _looks_like_a_feed(href: str) -> bool:
    try:
        return bool(_FEED_PATH.search(urlsplit(href.strip()).path))
    except ValueError:
        return False
