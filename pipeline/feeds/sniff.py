"""Recognise the format of a text by its first tag, and refuse what a parser must not see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pipeline.feeds.problems import display_url
from pipeline.model.errors import ContentError

MAX_BODY: Final = 5 * 1024 * 1024  # bytes
MAX_TAGS: Final = 150_000  # a feed of 2,000 entries has about 64,000; nested tags cost feedparser 20 to 35 us each
MAX_ATTRIBUTES: Final = 500  # of one tag: cost grows with the square, 40,000 take 9 s

_TAG = re.compile(r"<([A-Za-z_][^\s<>/]{0,100})")
_FEED_ROOT = re.compile(r"<(?:rss|feed|rdf:rdf|urlset|sitemapindex|[a-z]{1,20}:(?:feed|rss))[\s>]", re.IGNORECASE)
_LONG_TAG = re.compile(r"<[^<>]{2000,}")
_VALUE = re.compile(r"""=\s{0,100}["']""")
_SUBSET_END = re.compile(r"\]\s{0,100}>")
_HTML: Final = frozenset({"html", "head", "body", "script", "meta", "title", "div", "p", "h1", "center"})
_SITEMAPS: Final = frozenset({"urlset", "sitemapindex"})
_NEAR: Final = 65_536


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a text is: ``kind`` is json, sitemap or feed; ``text`` starts at its root."""

    kind: str
    text: str
    junk: bool = False


def sniff(text: str, url: str) -> Sniffed:
    """Recognise what ``text`` is, and cut what precedes its root: declaration, document type, stray output.

    Without its document type a feed has no entities of its own, so none can expand.

    Raises:
        ContentError: ``html-instead-of-feed`` or ``not-a-feed``.
    """
    stripped = text.lstrip("\ufeff \t\r\n\x00")
    if not stripped:
        raise ContentError("empty", f"{display_url(url)} sends nothing but blanks.", remedy="Ask again later.")
    if stripped[0] == "{":
        return Sniffed("json", stripped)
    start, doctype = _root(text)
    found = _TAG.match(text, start) if start >= 0 else None
    name = found[1].lower() if found else ""
    local = name.rpartition(":")[2]
    if doctype == "html" or local == "html":
        raise _html(url)
    if not _FEED_ROOT.match(text, start if start >= 0 else 0):
        # Perhaps a server's warning stands before the feed.
        later = _FEED_ROOT.search(text, 0, _NEAR)
        if later:
            start, local = later.start(), _TAG.match(text, later.start())[1].lower().rpartition(":")[2]  # type: ignore[index]
        elif local in _HTML:
            raise _html(url)
    if start < 0:
        raise ContentError(
            "not-a-feed",
            f"{display_url(url)} is neither XML nor JSON.",
            remedy="Open it in a browser; look for its feed.",
        )
    if local == "opml":
        raise ContentError(
            "not-a-feed",
            f"{display_url(url)} is a list of feeds (OPML), not a feed.",
            remedy="Watch the feeds that it lists.",
        )
    return Sniffed("sitemap" if local in _SITEMAPS else "feed", text[start:], _is_junk(text, start))


def check_markup(text: str, url: str) -> None:
    """Refuse what would keep a parser busy for long.

    Raises:
        ContentError: ``too-many-tags``.
    """
    tags = text.count("<")
    if tags > MAX_TAGS:
        raise ContentError(
            "too-many-tags",
            f"{display_url(url)} has {tags:,} tags; we read {MAX_TAGS:,}.",
            remedy="Watch a smaller feed.",
        )
    for long in _LONG_TAG.finditer(text):
        if len(_VALUE.findall(long[0])) > MAX_ATTRIBUTES:
            raise ContentError(
                "too-many-tags", f"{display_url(url)} has a tag with over {MAX_ATTRIBUTES:,} attributes."
            )


def _root(text: str) -> tuple[int, str]:
    """Return where the first element starts, or -1; and the name that the document type gives, in lower case."""
    position, doctype, subset_passed = 0, "", False
    while True:
        position = text.find("<", position)
        if position < 0:
            return -1, doctype
        if text.startswith("<?", position):
            end = text.find("?>", position)
        elif text.startswith("<!--", position):
            end = text.find("-->", position)
        elif text.startswith("<!", position):
            end = text.find(">", position)
            words = text[position + 2 : position + 100].replace(">", " ").split()
            if len(words) > 1 and words[0].lower() == "doctype":
                doctype = words[1].lower()
                # Looked for once: each search may run through the whole text.
                opened = not subset_passed and text.find("[", position, end) >= 0
                if opened and (closed := _SUBSET_END.search(text, position)):
                    end = closed.end() - 1
                subset_passed = True
        elif _TAG.match(text, position):
            return position, doctype
        else:
            end = position
        if end < 0:
            return -1, doctype
        position = end + 1


def _is_junk(text: str, start: int) -> bool:
    """Decide whether something other than blanks, declarations and comments stands before ``start``."""
    return not text[:start].lstrip("\ufeff \t\r\n").startswith("<") if text[:start].strip("\ufeff \t\r\n") else False


def _html(url: str) -> ContentError:
    return ContentError(
        "html-instead-of-feed",
        f"{display_url(url)} is a web page, not a feed.",
        remedy="Open it in a browser; look for its feed, or for the login that stands before it.",
    )
