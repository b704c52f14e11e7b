"""Decide when a page was published: by its own words first, then its feed, then when we saw it.

Of a page three witnesses are heard: its markup (JSON-LD, Open Graph and the like), the day that it prints at its
headline (:mod:`pipeline.pages.dateline`), and htmldate, which looks for a date in what is made to hold one. A wrong
date is worse than none, so the rules are these; docs/extraction.md has what they are worth on 981 dated pages:

- Markup is believed unless the page prints another day at its headline; then neither is, and the feed decides.
- Without markup the printed day is believed; of "8/11/2023" nobody knows which of two days it is, and the feed decides.
- With neither, htmldate is believed. It is not asked to search the whole text: there every second day was wrong.

A source whose time can't be is passed over. trafilatura's own date is not used: it is a day without a zone. A time
keeps the offset that its source gives it, so that its date is the outlet's own day.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import chain

from htmldate import find_date
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from pipeline.model import Precision, PublishedAt
from pipeline.model.dates import AHEAD, EARLIEST, read_date
from pipeline.pages.dateline import printed_days

MAX_JSON_LD = 2**20  # characters; parsing takes 133 bytes of memory for each
_MAX_OBJECTS = 2_000  # of one page's JSON-LD that are looked at
_MAX_NESTED = 8
_EASTERNMOST, _WESTERNMOST = 14, -10  # hours from UTC of Kiribati and Hawaii

_ARTICLE_TYPES = frozenset({"BlogPosting", "LiveBlogPosting", "Report", "SocialMediaPosting"})
_PAGE_TYPES = frozenset({"WebPage", "ItemPage"})
_META_NAMES = frozenset(
    {"article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished"}
)
_COMMENTED = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|(?://\s*|/\*\s*)?\]\]>(?:\s*\*/)?)\s*$"
)
_IN_BROKEN_JSON = re.compile(r'"datePublished"\s*:\s*"([^"\\]{8,40})"')
_IN_ADDRESS = re.compile(r"[/_-]((?:19|20)\d{2})[/_-](\d{1,2})[/_-](\d{1,2})(?!\d)")


@dataclass(frozen=True, slots=True)
class _Moment:
    """A time as a source gives it, with its offset, and the span in which it may really lie."""

    time: datetime
    precision: Precision
    before: timedelta = timedelta()
    after: timedelta = timedelta()

    @property
    def exact(self) -> bool:
        return not self.after

    def may_be(self, time: datetime) -> bool:
        return -self.before <= time - self.time <= self.after


# A day anywhere on Earth begins 14 hours before it does in UTC, and ends 12 hours after.
_DAY = {"before": timedelta(hours=14), "after": timedelta(hours=36)}
_NO_ZONE = {"before": timedelta(hours=14), "after": timedelta(hours=14)}


def published_at(
    page: HtmlElement | str,
    *,
    feed_published: datetime | None,
    feed_precision: Precision,
    seen_at: datetime,
    url: str = "",
) -> PublishedAt:
    """Decide when ``page`` was published, as exactly as its sources tell.

    Where the page gives a day only, or a time without a zone, and a later source gives a time
    that fits, that time is taken, with that source's name. Midnight without a zone is a day.

    Args:
        page: the page's tree (which is left as it is) or its text.
        feed_published: the feed's time, UTC-aware, or None.
        feed_precision: how exactly the feed knows it.
        seen_at: when we first saw the entry, UTC-aware: the latest that the time can be.
        url: the page's address; some hold the day.

    Returns:
        The time, in its source's offset; a day is its midnight in UTC. Where the source has it in UTC, and the page's
        address, its headline or another source names the day before or after, the offset is one that fits. ``source``
        is ``json-ld``, ``open-graph`` (any date that the page's markup names: Open Graph, ``itemprop``, the article's
        ``time``), ``printed`` (at the headline), ``htmldate``, ``feed`` or ``seen``.
    """
    latest = seen_at + AHEAD  # clocks are wrong, zones are left out
    tree = parse(page) if isinstance(page, str) else page
    rough: tuple[_Moment, str] | None = None
    for moment, source in _moments(tree, feed_published, feed_precision, latest, url):
        if not _possible(moment, latest):
            continue
        if rough is None and moment.exact:
            return PublishedAt(_at_home(moment, _day_in(url), ()).time, moment.precision, source)
        if rough is None:
            rough = moment, source
        elif moment.exact and rough[0].may_be(moment.time):
            return PublishedAt(_on_day(moment.time, rough[0].time.date()), moment.precision, source)
    if rough is None:
        return PublishedAt(seen_at.astimezone(UTC), Precision.TIME, "seen")
    return PublishedAt(rough[0].time, rough[0].precision, rough[1])


def parse(text: str) -> HtmlElement | None:
    """Parse ``text`` to a tree; None where it holds nothing."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    data = text.encode("utf-8", "replace")
    return document_fromstring(data, parser=parser) if data.strip() else None


def news_objects(tree: HtmlElement | None) -> tuple[dict[str, object], ...]:
    """Return the objects in a page's JSON-LD that are articles, in order; pages that only hold one come last.

    Lists of other stories (``itemListElement``) are not looked into. Blocks of over a million
    characters, broken ones, and what is nested too deep are left out.
    """
    articles: list[dict[str, object]] = []
    pages: list[dict[str, object]] = []
    for block in _blocks(tree):
        for item in _walk(_loaded(block)):
            types = _types(item)
            if any(t.endswith("Article") or t in _ARTICLE_TYPES for t in types):
                articles.append(item)
            elif types & _PAGE_TYPES:
                pages.append(item)
    return (*articles, *pages)


def is_json_ld(element: HtmlElement) -> bool:
    """Decide whether a ``script`` holds JSON-LD."""
    return str(element.get("type", "")).strip().lower().startswith("application/ld+json")


def _on_day(time: datetime, day: date) -> datetime:
    """Return ``time``, where it is given in UTC, in the offset nearest to it in which it falls on ``day``, if any."""
    if time.utcoffset():
        return time
    offsets = range(_EASTERNMOST + 1) if day > time.date() else range(0, _WESTERNMOST - 1, -1)
    local = (time.astimezone(timezone(timedelta(hours=hours))) for hours in offsets)
    return next((one for one in local if one.date() == day), time)


def _day_in(url: str) -> date | None:
    """Return the day that an address names, or None."""
    match = _IN_ADDRESS.search(url)
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _moments(
    tree: HtmlElement | None, feed: datetime | None, feed_precision: Precision, latest: datetime, url: str
) -> Iterator[tuple[_Moment, str]]:
    """Yield what each source says, in order; lazily, since htmldate is slow and seldom needed."""
    if tree is not None:
        yield from _on_page(tree, latest, url)
    if feed is not None:
        span = {} if feed_precision is Precision.TIME else _DAY
        yield _Moment(feed.astimezone(UTC), feed_precision, **span), "feed"


def _on_page(tree: HtmlElement, latest: datetime, url: str) -> Iterator[tuple[_Moment, str]]:
    """Yield what a page says; nothing where it contradicts itself, or where its day can be read as two."""
    printed = printed_days(tree, EARLIEST.replace(tzinfo=None), latest.replace(tzinfo=None))
    days = tuple(chain.from_iterable(printed))
    address = _day_in(url)
    marked = _marked(tree, latest)
    first = next(marked, None)
    if first is not None:
        moment = _at_home(first[0], address, days)
        if not days or moment.time.date() in (address, *days):
            yield moment, first[1]
            yield from marked
    elif not days:
        yield from ((m, "htmldate") for m in _read(_htmldate(tree, latest, url), latest))
    elif len(days) == len(printed):  # each has one reading
        yield _Moment(datetime.combine(days[0], datetime.min.time(), UTC), Precision.DAY, **_DAY), "printed"


def _marked(tree: HtmlElement, latest: datetime) -> Iterator[tuple[_Moment, str]]:
    """Yield what the markup of a page says, where that can be."""
    for source, written in (("json-ld", _json_ld(tree)), ("open-graph", _marked_up(tree))):
        yield from ((m, source) for raw in written for m in _read(raw, latest))


def _at_home(moment: _Moment, address: date | None, printed: Sequence[date]) -> _Moment:
    """Return ``moment``, where it is given in UTC, in the offset in which it falls on the day that the page names.

    The day of the address comes first. A day that is printed counts only where none is that of ``moment`` as it is.
    """
    named = () if moment.time.date() in printed else printed
    if moment.exact:
        for day in (address, *named):
            if day is not None and (local := _on_day(moment.time, day)).date() == day:
                return replace(moment, time=local)
    return moment


def _possible(moment: _Moment, latest: datetime) -> bool:
    return EARLIEST <= moment.time <= latest


def _json_ld(tree: HtmlElement) -> Iterator[str]:
    for item in news_objects(tree):
        value = item.get("datePublished")
        if isinstance(value, (str, int)):
            yield str(value)
    for block in _blocks(tree):
        if _loaded(block) is None:
            yield from (match[1] for match in _IN_BROKEN_JSON.finditer(block))


def _loaded(block: str) -> object:
    try:
        return json.loads(block, strict=False)
    except (ValueError, RecursionError):
        return None


def _blocks(tree: HtmlElement | None) -> Iterator[str]:
    if tree is None:
        return
    for script in tree.iter("script"):
        text = script.text or ""
        if text and len(text) <= MAX_JSON_LD and is_json_ld(script):
            yield _COMMENTED.sub("", text)


def _walk(data: object) -> Iterator[dict[str, object]]:
    """Yield the objects of one JSON-LD block that may be the page's article, outermost first."""
    level: list[object] = [data]
    budget = _MAX_OBJECTS
    for _ in range(_MAX_NESTED):
        deeper: list[object] = []
        for value in level:
            budget -= 1
            if budget < 0:
                return
            if isinstance(value, list):
                deeper.extend(value[:budget])
            elif isinstance(value, dict):
                yield value
                deeper.extend(value[k] for k in ("@graph", "mainEntity", "mainEntityOfPage") if k in value)
        level = deeper


def _types(item: dict[str, object]) -> set[str]:
    value = item.get("@type")
    names = value if isinstance(value, list) else [value]
    return {n.rsplit("/", 1)[-1].removeprefix("schema:") for n in names if isinstance(n, str)}


def _marked_up(tree: HtmlElement) -> Iterator[str]:
    """Yield the dates that the page's markup names: Open Graph, then ``itemprop``, then the article's ``time``."""
    for meta in tree.iter("meta"):
        name = str(meta.get("property") or meta.get("name") or "").strip().lower()
        if name in _META_NAMES:
            yield str(meta.get("content", ""))
    for element in tree.xpath(".//*[@itemprop='datePublished']"):
        yield str(element.get("content") or element.get("datetime") or "")
    # Cards of other stories are articles too, so: the one that has the headline, or the only one.
    articles = tree.xpath(".//article[.//h1][1]") or tree.xpath(".//article")
    if len(articles) == 1:
        yield from (str(t.get("datetime", "")) for t in articles[0].xpath("(.//time[@datetime])[1]"))


def _htmldate(tree: HtmlElement, latest: datetime, url: str) -> str:
    """Return the date that htmldate finds in what is made to hold one."""
    try:
        found = find_date(
            tree,
            outputformat="%Y-%m-%dT%H:%M:%S%z",
            original_date=True,
            extensive_search=False,
            deferred_url_extractor=True,  # an address holds a day, the page may hold the time
            url=url or None,
            min_date=EARLIEST.replace(tzinfo=None),
            max_date=latest.replace(tzinfo=None),
        )
    except Exception:  # a date is not worth a page, and this library reads hostile text with many rules
        return ""
    return found or ""


def _read(raw: str, latest: datetime) -> Iterator[_Moment]:
    """Yield ``raw`` as a moment, where it names a day or a time that can be that of a page."""
    raw = raw.strip()
    dated = read_date(raw, latest - AHEAD) if 8 <= len(raw) <= 64 else None
    if dated is None or dated.time is None or dated.precision not in (Precision.TIME, Precision.DAY):
        return
    span = _DAY if dated.precision is Precision.DAY else {} if dated.zoned else _NO_ZONE
    yield _Moment(dated.time, dated.precision, **span)
