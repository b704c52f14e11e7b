"""A feed of a watch from little: its address, its title, and what a list or the feed itself says of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from pipeline.model import Feed, ParsedFeed, Role
from pipeline.model.text import content_id, safe, shorten, squeeze
from pipeline.model.urls import absolute, host, is_address

USUAL = timedelta(days=3)  # the gap between two new entries of a feed that nobody has said anything of
_LEAST, _MOST = timedelta(hours=6), timedelta(days=30)
_SECOND_LEVEL_TEXT = "co com org net gov ac edu go or ne gob gouv"
_SECOND_LEVEL = frozenset(_SECOND_LEVEL_TEXT.split())
_PARTS_TEXT = "www www2 feed feeds rss news m amp en fr es"
_PARTS = frozenset(_PARTS_TEXT.split())  # of a host's name, which name no publisher
# Hosts that carry feeds of many publishers: there the path, or the first part of the name, tells whose it is.
_SHARED_TEXT = "feedburner blogspot wordpress substack medium google github youtube feedproxy"
_SHARED = frozenset(_SHARED_TEXT.split())
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([A-Za-z]{2,4}))?$")


def feed_for(
    url: str,
    title: str,
    *,
    role: Role = Role.OUTLET,
    family: str = "",
    language: str = "",
    region: str = "",
    expected_every: timedelta = USUAL,
    confirmed_in: str = "",
) -> Feed:
    """A feed, with a guess for all that is not given.

    Args:
        url: where it is polled.
        title: as a person reads it; the host where it is empty.
        role: what the publisher is.
        family: the publisher; from the host where it is empty.
        language: a code; ``en`` where it is empty or none.
        region: where the publisher sits; ``unknown`` where it is empty.
        expected_every: longest usual gap between two new entries.
        confirmed_in: where the address was found.

    Raises:
        RefusedError: ``bad-url``.
    """
    address = absolute(url)
    return Feed(
        feed_id=content_id("feed", address),
        url=address,
        title=shorten(safe(title), 120) or host(address),
        role=role,
        family=slug_of(family) or family_of(address),
        language=language_of(language) or "en",
        region=slug_of(region) or "unknown",
        expected_every=min(max(expected_every, timedelta(minutes=5)), timedelta(days=366)),
        confirmed_in=shorten(safe(confirmed_in), 300),
    )


def family_of(url: str) -> str:
    """Who publishes at ``url``, as far as its host tells: ``https://www.isle-post.co.uk/rss`` is of ``isle-post``."""
    name = host(url)
    if is_address(name):
        return slug_of(name)
    labels = name.split(".")
    own = labels[:-1] or labels
    if len(own) > 1 and own[-1] in _SECOND_LEVEL:
        own = own[:-1]
    publisher = own[-1]
    if publisher in _SHARED:
        rest = [label for label in own[:-1] if label not in _PARTS]
        path = [part for part in url.split("/")[3:] if part]
        publisher = rest[-1] if rest else path[0].partition("?")[0] if path else publisher
    return slug_of(publisher) or "unknown"


def language_of(code: str) -> str:
    """A language code in the form of a watch's files, e.g. ``en`` or ``en-GB``; empty where it is none."""
    found = _LANGUAGE.match(code.strip())
    return (found[1] + (f"-{found[2]}" if found[2] else "")) if found else ""


def slug_of(text: str) -> str:
    """``text`` in small letters, digits and hyphens, 63 at most; may be empty."""
    return re.sub(r"[^a-z0-9]+", "-", squeeze(text).casefold()).strip("-")[:63].rstrip("-")


def usual_gap(parsed: ParsedFeed, now: datetime) -> timedelta:
    """How long a feed may be quiet without that being odd: half as long again as the longest gap of its entries."""
    times: Sequence[datetime] = sorted(entry.published for entry in parsed.entries if entry.published)[-30:]
    if len(times) < 3:
        return USUAL
    gaps = [later - earlier for earlier, later in pairwise(times)]
    longest = max(*gaps, now - times[-1]) * 1.5
    hours = round(min(max(longest, _LEAST), _MOST).total_seconds() / 3600)
    return timedelta(hours=hours)
