"""When was a page published? The page's own words first, then its feed, then when we saw it.

Sources in order, by how often each named the right day on 981 dated pages: JSON-LD and Open Graph (93 % and 94 %)
keep the time of day; htmldate finds a day on nearly every other page. What htmldate finds anywhere in the text is right
four times of five, and is asked for only where the feed has no time either; of a year alone no day is made. A source
whose time can't be is passed over. trafilatura's own date is not used: it is a day without a zone.

A time keeps the offset that its source gives it, so that its date is the outlet's own day.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from htmldate import find_date
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from pipeline.model import Precision, PublishedAt

MAX_JSON_LD = 2**20  # characters; parsing takes 133 bytes of memory for each
_MAX_OBJECTS = 2_000  # of one page's JSON-LD that are looked at
_MAX_NESTED = 8
_MAX_SEARCHED = 15_000  # elements of a page whose whole text is searched; the largest of 1,662 real pages has 10,106
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = timedelta(days=1)  # after we saw it: clocks are wrong, zones are left out

_ARTICLE_TYPES = frozenset({"BlogPosting", "LiveBlogPosting", "Report", "SocialMediaPosting"})
_PAGE_TYPES = frozenset({"WebPage", "ItemPage"})
_META_NAMES = frozenset(
    {"article:published_time", "og:article:published_time", "og:published_time", "article:published", "datepublished"}
)
_COMMENTED = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|(?://\s*|/\*\s*)?\]\]>(?:\s*\*/)?)\s*$"
)
_IN_BROKEN_JSON = re.compile(r'"datePublished"\s*:\s*"([^"\\]{8,40})"')
_ISO = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{1,2})?)?",
    re.IGNORECASE,
)
_ZONE = re.compile(r"([+-])(\d{1,2}):?(\d{2})?")
_IN_ADDRESS = re.compile(r"[/_-]((?:19|20)\d{2})[/_-](\d{1,2})[/_-](\d{1,2})(?!\d)")
_EPOCH = re.compile(r"(\d{10})(?:\d{3})?")


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
    """When ``page`` was published, as exactly as its sources tell.

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
        address or another source names the day before or after, the offset is one that fits. ``source`` is ``json-ld``,
        ``open-graph`` (any date that the page's markup names: Open Graph, ``itemprop``, the article's ``time``),
        ``htmldate``, ``feed`` or ``seen``.
    """
    latest = seen_at + _LATEST
    tree = parse(page) if isinstance(page, str) else page
    rough: tuple[_Moment, str] | None = None
    for moment, source in _moments(tree, feed_published, feed_precision, latest, url):
        if not _EARLIEST <= moment.time <= latest:
            continue
        if rough is None and moment.exact:
            return _published(moment, source, _day_in(url))
        if rough is None:
            rough = moment, source
        elif moment.exact and rough[0].may_be(moment.time):
            return _published(moment, source, rough[0].time.date())
    return _published(*rough) if rough else PublishedAt(seen_at.astimezone(UTC), Precision.TIME, "seen")


def parse(text: str) -> HtmlElement | None:
    """The tree of ``text``, or None where it holds nothing."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    data = text.encode("utf-8", "replace")
    return document_fromstring(data, parser=parser) if data.strip() else None


def news_objects(tree: HtmlElement | None) -> tuple[dict[str, object], ...]:
    """The objects in a page's JSON-LD that are articles, in order; pages that only hold one come last.

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
    """Whether a ``script`` holds JSON-LD."""
    return str(element.get("type", "")).strip().lower().startswith("application/ld+json")


def _published(moment: _Moment, source: str, day: date | None = None) -> PublishedAt:
    time = moment.time if day is None or not moment.exact else _on_day(moment.time, day)
    return PublishedAt(time, moment.precision, source)


def _on_day(time: datetime, day: date) -> datetime:
    """Return ``time``, where it is given in UTC, in the offset nearest to it in which it falls on ``day``, if any."""
    if time.utcoffset():
        return time
    sign = 1 if day > time.date() else -1
    local = (time.astimezone(timezone(timedelta(hours=sign * hours))) for hours in range(15))
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
    """What each source says, in order; lazily, since htmldate is slow and seldom needed."""
    if tree is not None:
        for raw in _json_ld(tree):
            yield from ((m, "json-ld") for m in _read(raw))
        for raw in _marked_up(tree):
            yield from ((m, "open-graph") for m in _read(raw))
        yield from ((m, "htmldate") for m in _read(_htmldate(tree, latest, url)))
    if feed is not None:
        span = {} if feed_precision is Precision.TIME else _DAY
        yield _Moment(feed.astimezone(UTC), feed_precision, **span), "feed"
    if tree is not None and sum(1 for _ in tree.iter("*")) <= _MAX_SEARCHED:
        guesses = _read(_htmldate(tree, latest, url, anywhere=True))
        yield from ((m, "htmldate") for m in guesses if (m.time.month, m.time.day) != (1, 1))  # that is a year alone


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
    """The objects of one JSON-LD block that may be the page's article, outermost first."""
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
    """The dates that the page's markup names: Open Graph, then ``itemprop``, then the article's ``time``."""
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


def _htmldate(tree: HtmlElement, latest: datetime, url: str, *, anywhere: bool = False) -> str:
    """Return the date that htmldate finds in what is made to hold one, or ``anywhere`` on the page."""
    try:
        found = find_date(
            tree,
            outputformat="%Y-%m-%dT%H:%M:%S%z",
            original_date=True,
            extensive_search=anywhere,
            deferred_url_extractor=True,  # an address holds a day, the page may hold the time
            url=url or None,
            min_date=_EARLIEST.replace(tzinfo=None),
            max_date=latest.replace(tzinfo=None),
        )
    except Exception:  # a date is not worth a page, and this library reads hostile text with many rules
        return ""
    return found or ""


def _read(raw: str) -> Iterator[_Moment]:
    """``raw`` as a moment, where it is a time: ISO 8601 and its common misspellings, RFC 5322, or an epoch."""
    raw = raw.strip()
    if not 8 <= len(raw) <= 64:
        return
    try:
        iso, epoch = _ISO.fullmatch(raw), _EPOCH.fullmatch(raw)
        if iso:
            year, month, day, hour, minute, second = (int(g or 0) for g in iso.groups()[:6])
            naive = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001  - the zone follows
            zone = iso[7]
        elif epoch:
            yield _Moment(datetime.fromtimestamp(int(epoch[1]), UTC), Precision.TIME)
            return
        else:
            parsed = parsedate_to_datetime(raw)
            naive, zone = parsed.replace(tzinfo=None), None
            if parsed.tzinfo is not None:
                yield _Moment(parsed, Precision.TIME)
                return
        if zone is None:
            midnight = naive.time() == datetime.min.time()
            yield _Moment(
                naive.replace(tzinfo=UTC),
                Precision.DAY if midnight else Precision.TIME,
                **(_DAY if midnight else _NO_ZONE),
            )
        else:
            yield _Moment(naive.replace(tzinfo=timezone(_offset(zone))), Precision.TIME)
    except (ValueError, OverflowError, TypeError, IndexError):
        return


def _offset(zone: str) -> timedelta:
    match = _ZONE.fullmatch(zone)
    if not match:
        return timedelta()
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > timedelta(hours=14):
        raise ValueError(f"no zone is {zone} from UTC")
    return -offset if match[1] == "-" else offset
