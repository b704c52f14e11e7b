"""The feeds that a web page names: what its head links to, and links in its text that look like feeds. Pure.

Nothing is guessed: an address that the page does not have is not tried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

from pipeline.errors import ContentError, RefusedError
from pipeline.extract.decode import decode_html
from pipeline.text import safe, shorten, squeeze
from pipeline.urls import absolute

MAX_BYTES = 3 * 2**20
MAX_TAGS = 50_000
MAX_TAG = 20_000  # characters of one tag
MAX_FOUND = 30
_TYPES = re.compile(r"application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)|text/xml|application/xml", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"(?:^|/)(?:feeds?|rss|atom|index\.xml|feed\.json|rss\d*\.xml)(?:/|$)|\.(?:rss|atom|rdf)$", re.IGNORECASE
)
_COMMENTS = re.compile(r"\bcomments?\b|\bcommentaires?\b|\bcomentarios?\b", re.IGNORECASE)
_LONG_TAG = re.compile(rf"<[^<>]{{{MAX_TAG}}}")


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
    """The feeds that a page names. Run it in a worker that can be killed.

    Args:
        body: the page's bytes, decompressed.
        content_type: the HTTP header's value, or an empty string.
        url: where the page came from, after redirects.

    Raises:
        ContentError: ``empty``, ``too-large`` or ``too-many-tags``.
    """
    if not body.strip():
        raise ContentError("empty", f"The page at {url} is empty.")
    if len(body) > MAX_BYTES:
        raise ContentError("too-large", f"The page at {url} has {len(body):,} bytes; the limit is {MAX_BYTES:,}.")
    text, _ = decode_html(body, content_type)
    if text.count("<") > MAX_TAGS or _LONG_TAG.search(text):
        raise ContentError("too-many-tags", f"The page at {url} has more or longer tags than a page of news has.")
    reader = _Reader(url)
    reader.feed(text)
    reader.close()
    found = {one.url: one for one in reversed((*reader.heads, *reader.links))}
    order = dict.fromkeys(one.url for one in (*reader.heads, *reader.links))
    return HomePage(
        shorten(safe(squeeze(reader.title)), 120), reader.language, tuple(found[url] for url in order)[:MAX_FOUND]
    )


class _Reader(HTMLParser):
    """Takes the title, the language, and the links of a page."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.base = url
        self.title = self.language = ""
        self.heads: list[Named] = []
        self.links: list[Named] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See to one tag."""
        given = {name: value or "" for name, value in reversed(attrs)}
        if tag == "html":
            self.language = given.get("lang", "")[:35]
        elif tag == "title":
            self._in_title = not self.title
        elif tag == "base" and given.get("href"):
            self.base = self._address(given["href"]) or self.base
        elif tag == "link":
            told = given.get("rel", "").lower().split()
            if "alternate" in told and _TYPES.fullmatch(given.get("type", "").partition(";")[0].strip()):
                self._add(self.heads, given.get("href", ""), given.get("title", ""))
        elif tag == "a" and _looks_like_a_feed(given.get("href", "")):
            self._add(self.links, given["href"], given.get("title", ""))

    def handle_data(self, data: str) -> None:
        """Keep the text of the title."""
        if self._in_title and len(self.title) < 500:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        """The title may be over."""
        if tag == "title":
            self._in_title = False

    def _add(self, to: list[Named], href: str, title: str) -> None:
        address = self._address(href)
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
