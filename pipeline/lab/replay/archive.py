"""The archive's nouns and what of it can be seen at a given time.

Values only: :mod:`pipeline.lab.replay.load` reads them from files, and the server asks them.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from pipeline.model import Feed, Role
from pipeline.model.text import content_id

FeedKind = Literal["rss", "rss-content", "atom", "rdf", "json", "sitemap"]
Flaw = Literal[
    "bom", "cdata", "html-title", "named-zone", "nbsp", "no-dates", "no-guid", "relative-links",
    "ticking-build-date", "tracking",
]  # fmt: skip
ArticleKind = Literal["article", "live", "gallery", "video", "rollup"]
TemplateName = Literal["amp", "broadsheet", "office", "paywall", "portal", "radio", "tables", "wordpress"]

LATE = time(23, 30)  # the day's clock (UTC): late enough for that day's articles to be out
BEFORE = timedelta(minutes=1)  # how long before a revision the clock stops once more

# The query fields that say which article is meant; others (utm_source, amp, page) may come and go.
_IDENTIFYING = frozenset({"p", "id", "ID", "story", "sCodigo"})
_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Revision:
    """What an article becomes at a time; None keeps what it was.

    Attributes:
        at: from when on (aware).
        title, text: the new ones; ``text`` has paragraphs parted by an empty line.
        status: the HTTP status of the page from then on: 200, 404 or 410.
    """

    at: datetime
    title: str | None = None
    text: str | None = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Edition:
    """An article as it stands at one time. ``modified`` is when it last changed."""

    title: str
    text: str
    status: int
    modified: datetime

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The text's paragraphs in order."""
        return tuple(part.strip() for part in self.text.split("\n\n") if part.strip())


@dataclass(frozen=True, slots=True)
class ArchivedArticle:
    """One article with all its revisions.

    Attributes:
        article_id: the archive's own name for it, e.g. ``"haiti-038"``.
        outlet: the outlet's name.
        published: when it appears, aware, in the outlet's zone.
        source_url: the public page where its facts stand; empty where it states none.
        language: empty where it is the outlet's.
        date_shown: ``time``, ``day`` or ``none``: how exactly page and feed tell its date.
    """

    article_id: str
    outlet: str
    published: datetime
    title: str
    text: str
    source_url: str = ""
    language: str = ""
    kind: ArticleKind = "article"
    date_shown: Literal["time", "day", "none"] = "time"
    revisions: tuple[Revision, ...] = ()

    def at(self, now: datetime) -> Edition | None:
        """The edition that ``now`` sees, or None before it is published."""
        if now < self.published:
            return None
        edition = Edition(self.title, self.text, 200, self.published)
        for revision in self.revisions:
            if revision.at <= now:
                title = edition.title if revision.title is None else revision.title
                text = edition.text if revision.text is None else revision.text
                edition = Edition(title, text, revision.status, revision.at)
        return edition

    @property
    def number(self) -> int:
        """A number of five digits for addresses, the same on every run."""
        return 10_000 + zlib.crc32(self.article_id.encode()) % 90_000

    @property
    def slug(self) -> str:
        """The first title in ASCII letters, digits and hyphens, at most 70 characters."""
        ascii_title = unicodedata.normalize("NFKD", self.title).encode("ascii", "ignore").decode().lower()
        return _NOT_IN_SLUG.sub("-", ascii_title).strip("-")[:70].rstrip("-")


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher of pages.

    Attributes:
        host: ends in ``.test``.
        path: pattern of its addresses: ``{year}``, ``{month}``, ``{day}``, ``{slug}``, ``{number}``.
        charset: Python's name of the encoding of its pages.
        header_charset: the charset that the HTTP header claims, where it claims a wrong one.
        timezone: IANA name.
    """

    name: str
    host: str
    path: str
    template: TemplateName
    role: Role
    family: str
    language: str
    charset: str
    timezone: str
    header_charset: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The outlet's time zone."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class ArchiveFeed:
    """A feed that the archive serves.

    Attributes:
        host, path: where; the host may be an outlet's own.
        content: ``full`` text, a ``teaser`` or ``none``.
        limit: how many entries it shows; older ones roll off.
        flaws: what is wrong with it, see :data:`Flaw`.
        outlets: names of the outlets whose articles it lists.
    """

    slug: str
    host: str
    path: str
    kind: FeedKind
    title: str
    role: Role
    family: str
    language: str
    region: str
    expected_every: timedelta
    limit: int
    content: Literal["full", "teaser", "none"]
    charset: str
    outlets: tuple[str, ...]
    flaws: frozenset[Flaw] = frozenset()

    @property
    def url(self) -> str:
        """The address at which it is polled."""
        return f"http://{self.host}{self.path}"


def page_key(target: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What of a path and query tells articles apart, as real servers do: tracking fields don't matter."""
    parts = urlsplit(target)
    fields = sorted(pair for pair in parse_qsl(parts.query) if pair[0] in _IDENTIFYING)
    return parts.path.rstrip("/") or "/", tuple(fields)


@dataclass(frozen=True)
class Archive:
    """All articles of a watch's archive with the outlets and feeds that publish them.

    Args:
        outlets: by name.
        sources: the feeds that are served.
        articles: in order of publication, at least one.
    """

    outlets: Mapping[str, Outlet]
    sources: tuple[ArchiveFeed, ...]
    articles: tuple[ArchivedArticle, ...]
    _pages: dict[tuple[str, object], ArchivedArticle] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pages: dict[tuple[str, object], ArchivedArticle] = {}
        for article in self.articles:
            pages[self.outlets[article.outlet].host, page_key(self.target(article))] = article
        object.__setattr__(self, "_pages", pages)

    @property
    def first_day(self) -> date:
        """The day (UTC) of the first article."""
        return self.articles[0].published.astimezone(UTC).date()

    @property
    def last_day(self) -> date:
        """The day (UTC) of the last article or revision."""
        times = [article.published for article in self.articles]
        times += [revision.at for article in self.articles for revision in article.revisions]
        return max(times).astimezone(UTC).date()

    def feeds(self) -> tuple[Feed, ...]:
        """The feeds as a watch knows them, with their addresses on ``.test`` hosts."""
        return tuple(
            Feed(
                feed_id=content_id("feed", source.url),
                url=source.url,
                title=source.title,
                role=source.role,
                family=source.family,
                language=source.language,
                region=source.region,
                expected_every=source.expected_every,
                confirmed_in="the archive",
            )
            for source in self.sources
        )

    def visible(self, now: datetime) -> tuple[ArchivedArticle, ...]:
        """The articles that are published by ``now``, oldest first."""
        return tuple(article for article in self.articles if article.published <= now)

    def is_still(self, after: datetime, until: datetime) -> bool:
        """Whether nothing comes out after ``after`` and up to ``until``: no article, and no revision of one."""
        times = (
            time
            for article in self.articles
            for time in (article.published, *(revision.at for revision in article.revisions))
        )
        return not any(after < time <= until for time in times)

    def entries(self, source: ArchiveFeed, now: datetime) -> tuple[tuple[ArchivedArticle, Edition], ...]:
        """What ``source`` lists at ``now``: its newest articles, newest first, no more than its limit.

        An article whose page is gone stays listed until it rolls off, as in many real feeds.
        """
        seen = [article for article in self.visible(now) if article.outlet in source.outlets]
        newest = seen[: -source.limit - 1 : -1]
        return tuple((article, edition) for article in newest if (edition := article.at(now)) is not None)

    def target(self, article: ArchivedArticle) -> str:
        """Path and query of the article's page on its outlet's host."""
        local = article.published
        return self.outlets[article.outlet].path.format(
            year=f"{local:%Y}", month=f"{local:%m}", day=f"{local:%d}", slug=article.slug, number=article.number
        )

    def address(self, article: ArchivedArticle) -> str:
        """The whole address of the article's page."""
        return f"http://{self.outlets[article.outlet].host}{self.target(article)}"

    def find(self, host: str, target: str) -> ArchivedArticle | None:
        """The article whose page stands at ``target`` (path and query) on ``host``, or None."""
        return self._pages.get((host, page_key(target)))


def days(archive: Archive, after: datetime | None = None) -> Iterator[datetime]:
    """The clock's readings: each day at 23:30 UTC, when that day's articles are out, and before each revision.

    Without the readings before revisions a poll a day would only see what an article became, never
    what it said first.

    Args:
        archive: whose days.
        after: an aware time; only later readings count. All of them where None.

    Yields:
        Aware times up to the evening after the archive's last day; at least one, a day after
        ``after`` where all the readings are over.
    """
    evenings = (archive.last_day - archive.first_day).days + 2
    first = datetime.combine(archive.first_day, LATE, UTC)
    readings = {first + timedelta(days=number) for number in range(evenings)}
    readings |= {
        (revision.at - BEFORE).astimezone(UTC) for article in archive.articles for revision in article.revisions
    }
    left = sorted(reading for reading in readings if after is None or reading > after)
    if after is not None and not left:
        left = [after.astimezone(UTC) + timedelta(days=1)]
    yield from left
