"""Lists of feeds in OPML (http://opml.org/spec2.opml): read with limits, and written so that they read back. Pure.

What comes in is hostile: all that stands before the root is cut, so that no entity is defined and none can expand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta

from lxml import etree

from pipeline.model import Feed, Role
from pipeline.model.charset import decode
from pipeline.model.errors import ContentError, RefusedError
from pipeline.model.redact import without_secrets
from pipeline.model.text import safe, shorten
from pipeline.model.urls import host, is_local
from pipeline.watches.drafting.feeds import USUAL, feed_for

MAX_BYTES = 2 * 2**20
MAX_FEEDS = 2_000
MAX_NOTES = 50  # lines of a list that are told one by one
_ROOT = re.compile(r"<opml[\s>]", re.IGNORECASE)
# Addresses with a bare "&" are common in such lists, and the parser would lose what follows; so would any entity.
_BARE = re.compile(r"&(?!(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_NEAR = 65_536
_MAX_TAGS = 50_000
OURS = "urn:missionwatch:feeds"  # the namespace of what OPML has no word for: role, family, expectedEvery
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DURATION = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def is_opml(text: str) -> bool:
    """Whether ``text`` begins like a list of feeds."""
    return _ROOT.search(text, 0, _NEAR) is not None


def read_opml(
    body: bytes,
    *,
    source: str,
    content_type: str = "",
    language: str = "en",
    is_own: Callable[[str], bool] = lambda _: False,
) -> tuple[tuple[Feed, ...], tuple[str, ...]]:
    """The feeds that an OPML document lists, each address once, in its order; and what was left out, each by its line.

    Args:
        body: its bytes.
        source: where it came from, for messages and for ``confirmed_in``.
        content_type: the HTTP header, where there was one.
        language: of a feed for which the document names none.
        is_own: whether a host is a server of the operator's own, which may be polled though it is private.

    Raises:
        ContentError: ``too-large``, ``not-a-feed`` (it is no OPML, or lists no feed) or ``too-many-tags``.
    """
    if len(body) > MAX_BYTES:
        raise ContentError("too-large", f"{source} has {len(body):,} bytes; we read {MAX_BYTES:,}.", remedy="Split it.")
    text = decode(body, content_type).text
    found = _ROOT.search(text, 0, _NEAR)
    if found is None:
        raise ContentError("not-a-feed", f"{source} is no list of feeds (OPML).", remedy="Name an OPML file.")
    if text.count("<") > _MAX_TAGS:
        raise ContentError("too-many-tags", f"{source} has over {_MAX_TAGS:,} tags.", remedy="Split it.")
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(_BARE.sub("&amp;", text[found.start() :]).encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        raise ContentError("not-a-feed", f"{source} starts like a list of feeds but can't be read.", remedy="Mend it.")
    lines_before = text.count("\n", 0, found.start())
    feeds: dict[str, Feed] = {}
    listed: dict[str, int] = {}  # the line of each address
    notes: list[str] = []
    for outline in root.iter("outline"):
        url = _attribute(outline, "xmlurl")
        if not url:
            continue
        line = lines_before + (outline.sourceline if isinstance(outline.sourceline, int) else 0)
        try:
            feed = _feed(outline, url, source, language)
        except RefusedError as error:
            notes.append(f"{source}, line {line}: left out. {error.message}")
            continue
        if is_local(name := host(feed.url)) and not is_own(name):
            notes.append(f"{source}, line {line}: left out. {feed.url} is not on the public internet.")
        elif feed.url in listed:
            notes.append(f"{source}, line {line}: left out. {feed.url} stands in line {listed[feed.url]} already.")
        elif len(feeds) == MAX_FEEDS:
            raise ContentError(
                "too-large", f"{source}, line {line}: the list has more than {MAX_FEEDS:,} feeds.", remedy="Split it."
            )
        else:
            feeds[feed.url] = feed
            listed[feed.url] = line
    if not feeds:
        why = f" {notes[0]}" if notes else ""
        raise ContentError("not-a-feed", f"{source} lists no feed that can be polled.{why}", remedy="Look into it.")
    if len(notes) > MAX_NOTES:
        notes[MAX_NOTES:] = [f"{source}: and {len(notes) - MAX_NOTES} more were left out."]
    return tuple(feeds.values()), tuple(notes)


def write_opml(feeds: Iterable[Feed], title: str) -> bytes:
    """``feeds`` as OPML 2.0, by region, such that :func:`read_opml` gives them back, but for secrets in addresses.

    Args:
        feeds: in the order in which they are listed.
        title: of the list.
    """
    root = etree.Element("opml", {"version": "2.0"}, nsmap={"mw": OURS})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _xml(title)
    body = etree.SubElement(root, "body")
    groups: dict[str, etree._Element] = {}
    for feed in feeds:
        if feed.region not in groups:
            groups[feed.region] = etree.SubElement(body, "outline", {"text": _xml(feed.region)})
        name = _xml(feed.title)
        etree.SubElement(
            groups[feed.region],
            "outline",
            {
                "type": "rss",
                "text": name,
                "title": name,
                "xmlUrl": _xml(without_secrets(feed.url)),
                "language": _xml(feed.language),
                "category": _xml(feed.region),
                f"{{{OURS}}}role": feed.role.value,
                f"{{{OURS}}}family": _xml(feed.family),
                f"{{{OURS}}}expectedEvery": f"{max(5, round(feed.expected_every.total_seconds() / 60))}m",
                f"{{{OURS}}}confirmedIn": _xml(without_secrets(feed.confirmed_in)),
            },
        )
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def _feed(outline: etree._Element, url: str, source: str, language: str) -> Feed:
    role = _ours(outline, "role")
    every = _DURATION.fullmatch(_ours(outline, "expectedEvery"))
    category = _attribute(outline, "category").partition(",")[0].strip("/").rpartition("/")[2]
    return feed_for(
        url,
        _attribute(outline, "title") or _attribute(outline, "text"),
        role=Role(role) if role in set(Role) else Role.OUTLET,
        family=_ours(outline, "family"),
        language=_attribute(outline, "language") or language,
        region=category or _folder(outline),
        expected_every=timedelta(**{_UNITS[every[2]]: int(every[1])}) if every else USUAL,
        confirmed_in=_ours(outline, "confirmedIn") or source,
    )


def _folder(outline: etree._Element) -> str:
    """The name of the folder in which an outline stands; empty where it stands in none."""
    parent = outline.getparent()
    return _attribute(parent, "text") or _attribute(parent, "title") if parent is not None else ""


def _attribute(element: etree._Element, name: str) -> str:
    """An attribute by its name, whatever its case: ``xmlUrl`` is written in many ways."""
    for key, value in element.attrib.items():
        if str(key).casefold() == name:
            return shorten(safe(str(value)), 2_000)
    return ""


def _ours(element: etree._Element, name: str) -> str:
    return shorten(safe(str(element.get(f"{{{OURS}}}{name}") or "")), 300)


def _xml(text: str) -> str:
    """``text`` without what XML has no place for."""
    return _NOT_XML.sub("", safe(text))
