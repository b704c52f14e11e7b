"""How ``init``, ``feeds`` and ``check`` ask the network: by a run's fetcher, with its limits. Nothing is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipeline.cli.clock import wall_clock
from pipeline.fetch import ACCEPT_PAGE, Fetcher, FetchLimits
from pipeline.fetch.sockets import grant_of
from pipeline.model import Feed, Precision
from pipeline.model.errors import ContentError, MissionwatchError, UsageError
from pipeline.model.redact import without_secrets
from pipeline.pages.page import ExtractedPage
from pipeline.runtime.settings import Settings
from pipeline.runtime.workers import WorkerPool
from pipeline.steps.collect import MAX_PAGE, extract_in_worker
from pipeline.steps.poll import parse_in_worker
from pipeline.steps.preview import FeedPreview, preview_feed
from pipeline.watches.discover import discover
from pipeline.watches.drafting.feeds import feed_for, usual_gap
from pipeline.watches.opml import MAX_BYTES, is_opml, read_opml
from pipeline.watches.shipped import REGION, shipped_feeds
from pipeline.watches.tables import same_address


@dataclass(frozen=True, slots=True)
class NetworkTools:
    """What a command asks the network with."""

    fetcher: Fetcher
    pool: WorkerPool
    settings: Settings

    def is_own(self, name: str) -> bool:
        """Whether a host stands for a server of our own, by the setting ``own_servers``."""
        return grant_of(name, self.settings.grants) is not None


@dataclass(frozen=True, slots=True)
class SeedArticle:
    """An article as it came from its page.

    Attributes:
        text: its title, then paragraphs.
        published: when.
        dated: whether the page gave that time; else it is now.
        outlet: what the page calls its publisher; may be empty.
        url: where it stands.
        language: as the page names it; may be empty.
    """

    text: str
    published: datetime
    dated: bool
    outlet: str
    url: str
    language: str


@dataclass(frozen=True, slots=True)
class FoundFeeds:
    """The feeds of one source, and what was left out, in plain English."""

    feeds: tuple[Feed, ...]
    notes: tuple[str, ...] = ()


@asynccontextmanager
async def open_network_tools(settings: Settings) -> AsyncIterator[NetworkTools]:
    """Fetcher and workers as the settings have them, until the block ends."""
    async with (
        Fetcher(
            user_agent=settings.user_agent,
            limits=FetchLimits(spacing=settings.host_spacing),
            grants=settings.grants,
            unspaced=settings.grants,
            concurrency=settings.concurrency,
        ) as fetcher,
        WorkerPool(settings.workers, deadline=settings.worker_deadline) as pool,
    ):
        yield NetworkTools(fetcher, pool, settings)


async def article_at(url: str, at: NetworkTools) -> SeedArticle:
    """The article at ``url``, where its site's robots.txt allows it.

    Raises:
        FetchError, RefusedError: it can't be had.
        ContentError, WorkerError: it is no article.
    """
    now = wall_clock()
    answer = await at.fetcher.get_page(url, max_body=MAX_PAGE, accept=ACCEPT_PAGE)
    content_type = answer.headers.get("content-type", "")
    page: ExtractedPage = await at.pool.run(
        extract_in_worker, answer.body, content_type, answer.final_url, None, Precision.TIME, now
    )
    return SeedArticle(
        text="\n\n".join(part for part in (page.title, page.text) if part),
        published=page.published.time,
        dated=page.published.source != "seen",
        outlet=page.site_name,
        url=answer.final_url,
        language=page.language,
    )


async def feeds_from(source: str, at: NetworkTools, *, language: str = "en") -> FoundFeeds:
    """The feeds that ``source`` names.

    Args:
        source: ``region:NAME`` of the lists that are shipped, the path of an OPML file, or an address: of a feed, of a
            list of feeds, or of a page that names its feeds.
        at: how to ask.
        language: of a feed for which nothing names one.

    Raises:
        UsageError: it names nothing, or nothing that can be used.
        MissionwatchError: it can't be had or read.
    """
    if source.casefold().startswith(REGION):
        return FoundFeeds(shipped_feeds(source[len(REGION) :]))
    if source.casefold().startswith(("http://", "https://")):
        return await _from_address(source, at, language)
    body = _opml_file(Path(source))
    return FoundFeeds(*read_opml(body, source=Path(source).name, language=language, is_own=at.is_own))


def _opml_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{path} can't be read: {error.strerror}.",
            remedy="Name an OPML file, the address of a home page (https://...), or a list such as region:global.",
        ) from error


async def _from_address(url: str, at: NetworkTools, language: str) -> FoundFeeds:
    answer = await at.fetcher.get_page(url, max_body=MAX_PAGE, accept="*/*")
    content_type = answer.headers.get("content-type", "")
    if is_opml(answer.body[:65_536].decode("utf-8", "replace")):
        return FoundFeeds(
            *read_opml(answer.body, source=url, content_type=content_type, language=language, is_own=at.is_own)
        )
    try:
        itself = await at.pool.run(parse_in_worker, answer.body, content_type, answer.final_url, wall_clock())
        return FoundFeeds((_told_by(FeedPreview(feed_for(answer.final_url, ""), itself), language, url),))
    except ContentError as error:
        if error.code != "html-instead-of-feed":
            raise
    page = await at.pool.run(discover, answer.body, content_type, answer.final_url)
    if not page.feeds:
        raise UsageError(
            f"The page at {without_secrets(url)} names no feed.",
            remedy="Look for the outlet's page of feeds and name that, or the address of a feed.",
        )
    looks = [await look_at(feed_for(one.url, one.title), at) for one in page.feeds]
    good = tuple(_told_by(look, page.language or language, url) for look in looks if look.parsed is not None)
    notes = tuple(f"{without_secrets(look.feed.url)}: left out: {look.reason}" for look in looks if look.parsed is None)
    if not good:
        told = f"None of the feeds that {without_secrets(url)} names can be read."
        raise UsageError(told, remedy="; ".join(notes)[:500])
    return FoundFeeds(good, notes)


async def look_at(feed: Feed, at: NetworkTools) -> FeedPreview:
    """Preview ``feed``; the result reports anything that goes wrong."""
    return await preview_feed(feed, fetch=at.fetcher.get, work=at.pool.run, now=wall_clock())


def _told_by(look: FeedPreview, language: str, source: str) -> Feed:
    """The feed with what it says of itself: its title, its language, how long it is usually quiet."""
    parsed = look.parsed
    if parsed is None:
        raise ValueError("a feed that could not be read says nothing")
    said = next((entry.language for entry in parsed.entries if entry.language), "")
    return feed_for(
        look.feed.url,
        parsed.title or look.feed.title,
        language=said or language,
        expected_every=usual_gap(parsed, wall_clock()),
        confirmed_in=source,
    )


async def feeds_of(sources: Sequence[str], at: NetworkTools, *, language: str = "en") -> FoundFeeds:
    """The feeds of all ``sources``, each address once.

    Raises:
        MissionwatchError: a source names nothing that can be used; the message says which.
    """
    feeds: dict[str, Feed] = {}
    notes: list[str] = []
    for source in sources:
        try:
            found = await feeds_from(source, at, language=language)
        except MissionwatchError as error:
            raise UsageError(
                f"No feed comes from {without_secrets(source)}: {error.message}", remedy=error.remedy
            ) from error
        for feed in found.feeds:
            feeds.setdefault(same_address(feed.url), feed)
        notes += found.notes
    return FoundFeeds(tuple(feeds.values()), tuple(notes))
