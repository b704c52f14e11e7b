"""Parse a feed with the reader for its format."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from datetime import datetime

from pipeline.feeds import json_feed, sitemap, syndication
from pipeline.feeds.draft import MAX_ENTRIES
from pipeline.feeds.items import split_items
from pipeline.feeds.problems import Problems, display_url
from pipeline.feeds.sniff import MAX_BODY, check_markup, sniff
from pipeline.model import ParsedFeed
from pipeline.model.charset import decode
from pipeline.model.errors import ContentError, RefusedError
from pipeline.model.urls import absolute


def parse_feed(body: bytes, *, content_type: str, url: str, now: datetime, held: Set[str] = frozenset()) -> ParsedFeed:
    """Parse the bytes of a feed: RSS, Atom, RDF, JSON Feed or a (news) sitemap, told apart by the bytes.

    A feed with flaws is read as far as it goes, with the flaws in ``problems``. A feed without entries is fine.

    Args:
        body: the response's body, decompressed.
        content_type: the ``Content-Type`` header; its charset is one hint among others.
        url: the address that the body came from, for messages and relative links.
        now: UTC; dates more than a day after it are not believed.
        held: digests of items that need not be read again, see :mod:`pipeline.feeds.items`. A feed with a flaw is
            read whole all the same.

    Raises:
        ContentError: ``empty``, ``html-instead-of-feed``, ``not-a-feed``, ``too-large`` or ``too-many-tags``.
    """
    if not body.strip():
        raise ContentError("empty", f"{display_url(url)} sends an empty body.", remedy="Ask again later.")
    if len(body) > MAX_BODY:
        raise ContentError(
            "too-large",
            f"{display_url(url)} sends {len(body):,} bytes; we read {MAX_BODY:,}.",
            remedy="Watch a smaller feed.",
        )
    try:
        base = absolute(url)
    except RefusedError:
        base = ""
    problems = Problems()
    decoded = decode(body, content_type)
    for label in decoded.unknown:
        problems.note("The feed names a charset that we do not know.", label)
    if decoded.broken:
        problems.note(f"Some bytes are not {decoded.codec.upper()}; they were replaced.")
    found = sniff(decoded.text, url)
    if found.junk:
        problems.note("There is text before the feed's first tag; it was skipped.")
    if found.kind == "json":
        return json_feed.read(found.text, url=url, base=base, now=now, problems=problems)
    check_markup(found.text, url)
    if found.kind == "sitemap":
        return sitemap.read(found.text, url=url, base=base, now=now, problems=problems)
    return _syndicated(found.text, url, base, now, problems, held)


def _syndicated(text: str, url: str, base: str, now: datetime, problems: Problems, held: Set[str]) -> ParsedFeed:
    """Read RSS, Atom or RDF, without the items that are ``held`` where nothing stands against it.

    Raises:
        ContentError: ``not-a-feed``.
    """
    pieces = None if problems.lines() else split_items(text, base)
    if pieces is None or len(pieces.digests) > MAX_ENTRIES:
        return syndication.read(text, url=url, base=base, now=now, problems=problems)
    left_out = held & frozenset(pieces.digests)
    if left_out:
        try:
            some = syndication.read(pieces.without(left_out), url=url, base=base, now=now, problems=Problems())
        except ContentError:
            some = None
        left = sum(digest not in left_out for digest in pieces.digests)
        if some and not some.problems and len(some.entries) == left:
            return replace(some, pieces=pieces.digests, left_out=frozenset(left_out))
    # Whoever reads only a part of a flawed feed would tell of other flaws, or of none.
    whole = syndication.read(text, url=url, base=base, now=now, problems=problems)
    told_apart = not whole.problems and len(whole.entries) == len(pieces.digests)
    return replace(whole, pieces=pieces.digests) if told_apart else whole
