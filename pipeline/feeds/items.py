"""Split a feed's text into its items, so that items read before need not be read again.

An item whose text is the same, under the same head, says the same: it is told by a digest of both. That holds only
where nothing in one item changes how feedparser reads another. Where it might, the feed is not cut, and is read whole.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import Final

import feedparser

from pipeline.feeds.entries import HASH_VERSION

VERSION: Final = 2  # raise it when the same bytes come to be read otherwise: each item is then read once more

_BLANKS: Final = " \t\r\n"
_ROOT = re.compile(r"<(?:rss|feed|rdf:RDF)[\s>]")
_MARK = re.compile(
    r"<(?:(?P<comment>!--)|(?P<cdata>!\[CDATA\[)|(?P<pi>\?)"
    r"|(?P<end>/)?(?P<name>(?:[^\s<>/:]++:)?(?:item|entry))(?=[\s/>]))",
    re.IGNORECASE,
)
_ENDS: Final = {"comment": "-->", "cdata": "]]>", "pi": "?>"}
# What changes at every build of a feed and says nothing of its items.
_BUILT = re.compile(r"<((?:[\w.-]{1,20}:)?(?:lastBuildDate|pubDate|updated|date|modified))>[^<>]{0,100}</\1>")
# RDF lists its items a second time, by address.
_LISTED = re.compile(r"""<rdf:li\s{1,9}(?:rdf:)?resource\s?=\s?["'][^"'<>]{0,2100}["']\s{0,9}/>""")

# feedparser keeps the base and the prefixes that an item sets for all that come after it.
_BASE = re.compile(r"[\s:]base\s*=\s*[\"']", re.IGNORECASE)
_PREFIX = re.compile(r"\sxmlns:([^\s=<>]{1,100})\s*=\s*[\"']([^\"'<>]{0,500})[\"']", re.IGNORECASE)
# Prefixes that items declare one by one, each to the same end.
_USUAL: Final = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "georss": "http://www.georss.org/georss",
    "media": "http://search.yahoo.com/mrss/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "wfw": "http://wellformedweb.org/commentAPI/",
}
# Tags that feedparser, where they stand in a text of inline XHTML, takes for the end of the entry's own.
_TEXTS: Final = ("<title", "<summary", "<content", "<description", "<rights", "<subtitle", "<body")


@dataclass(frozen=True, slots=True)
class FeedItems:
    """A feed's text with the places of its items.

    Attributes:
        text: the whole.
        spans: where each item starts and ends in it, in the feed's order.
        digests: 16 hex digits for each of them: what it says, under this head and at this address.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    digests: tuple[str, ...]

    def without(self, held: Set[str]) -> str:
        """Return the text without the items whose digests are in ``held``; all else stays."""
        parts, start = [], 0
        for span, digest in zip(self.spans, self.digests, strict=True):
            if digest in held:
                parts.append(self.text[start : span[0]])
                start = span[1]
        return "".join((*parts, self.text[start:]))


def split_items(text: str, base: str) -> FeedItems | None:
    """Split ``text`` into its items; None where the cuts are uncertain, or it has no items.

    Linear in the length of the text, whatever it holds.

    Args:
        text: RSS, Atom or RDF, decoded, from its root on.
        base: what relative links are relative to.
    """
    if not _ROOT.match(text):
        return None
    found = _items(text)
    if not found:
        return None
    spans, comments = found
    first, last = spans[0][0], spans[-1][1]
    if not _follow_on(text, spans, comments) or not _is_separable(text, spans):
        return None
    before = _told(text, comments, 0, first).rstrip(_BLANKS)
    after = _told(text, comments, last, len(text)).strip(_BLANKS)
    head = blake2b(digest_size=8)
    for part in (f"{VERSION}.{HASH_VERSION}.{feedparser.__version__}", base, before, after):
        head.update(part.encode("utf-8", "surrogatepass"))
        head.update(b"\x00")
    digests = []
    for start, end in spans:
        digest = head.copy()
        digest.update(text[start:end].encode("utf-8", "surrogatepass"))
        digests.append(digest.hexdigest())
    return FeedItems(text, tuple(spans), tuple(digests))


_Spans = list[tuple[int, int]]


def _items(text: str) -> tuple[_Spans, _Spans] | None:
    """Find the items, and the comments outside of them; None where they do not simply follow one another."""
    spans: _Spans = []
    comments: _Spans = []
    start, position, kind = -1, 0, ""
    while mark := _MARK.search(text, position):
        name = mark["name"]
        if name is None:
            what = mark.lastgroup or ""
            closed = text.find(_ENDS[what], mark.end())
            if closed < 0:
                return None
            position = closed + len(_ENDS[what])
            if what == "comment" and start < 0:
                comments.append((mark.start(), position))
            continue
        kind = kind or name
        # Another name, prefix or case would be an item for feedparser that is none for us.
        if name != kind or name not in {"item", "entry"} or (start < 0) == bool(mark["end"]):
            return None
        position = mark.end()
        if start < 0:
            start = mark.start()
        else:
            position = text.find(">", position) + 1
            if not position:
                return None
            spans.append((start, position))
            start = -1
    return (spans, comments) if spans and start < 0 else None


def _follow_on(text: str, spans: _Spans, comments: _Spans) -> bool:
    """Decide whether nothing but blanks and comments stands between the items."""
    first, last = spans[0][0], spans[-1][1]
    known = sorted([*spans, *(comment for comment in comments if first < comment[0] < last)])
    return not any(text[a[1] : b[0]].strip(_BLANKS) for a, b in pairwise(known))


def _told(text: str, comments: _Spans, start: int, end: int) -> str:
    """Return the part of ``text`` between ``start`` and ``end`` that may matter to the items."""
    parts = []
    for opened, closed in comments:
        if start <= opened < end:
            parts.append(text[start:opened])
            start = closed
    parts.append(text[start:end])
    told = _BUILT.sub(r"<\1/>", "".join(parts))
    return _LISTED.sub("", told) if "<rdf:li" in told else told


def _is_separable(text: str, spans: _Spans) -> bool:
    """Decide whether each item is read as it would be without the others."""
    first, last = spans[0][0], spans[-1][1]
    inner = text[first:last]
    lower = inner.lower()
    if "base" in lower and _BASE.search(inner):
        return False
    if "xhtml" in lower and any(text.count(tag, start, end) > 1 for start, end in spans for tag in _TEXTS):
        return False
    if "xmlns:" not in lower:
        return True
    declared: dict[str, str] = {}
    for prefix, uri in _PREFIX.findall(text[:first] + text[last:]):
        if declared.setdefault(prefix, uri) != uri:
            return False
    of_items = _PREFIX.findall(inner)
    if len(of_items) != lower.count("xmlns:"):
        return False
    for prefix, uri in of_items:
        if declared.get(prefix, _USUAL.get(prefix)) != uri or (prefix not in declared and uri in declared.values()):
            return False
    return True
