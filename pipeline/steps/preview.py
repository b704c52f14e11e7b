"""Preview: a feed -> fetch, parse -> its content. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.model import Feed, ParsedFeed
from pipeline.model.errors import MissionwatchError
from pipeline.steps.poll import FEED_TYPES, MAX_FEED, parse_in_worker
from pipeline.steps.ports import Fetch, Work


@dataclass(frozen=True, slots=True)
class FeedPreview:
    """What one request to a feed showed.

    Attributes:
        feed: the feed.
        parsed: what it holds; None where it could not be read.
        final_url: where the answer came from, after redirects.
        moved_to: where it has moved for good; empty where it has not.
        code: the class of the failure; empty where there was none.
        reason: what went wrong, in plain English.
        remedy: what to do about it.
        kind: rss, atom, rdf, json or sitemap; empty where it could not be read.
        newest: publication time of its newest entry; None where no entry has one.
    """

    feed: Feed
    parsed: ParsedFeed | None = None
    final_url: str = ""
    moved_to: str = ""
    code: str = ""
    reason: str = ""
    remedy: str = ""

    @property
    def kind(self) -> str:
        """The feed's format."""
        return self.parsed.kind if self.parsed is not None else ""

    @property
    def newest(self) -> datetime | None:
        """When its newest entry was published."""
        times = [entry.published for entry in self.parsed.entries if entry.published] if self.parsed else []
        return max(times, default=None)


async def preview_feed(feed: Feed, *, fetch: Fetch, work: Work, now: datetime) -> FeedPreview:
    """Request a feed once, as a poll does. Never raises for what the world does."""
    try:
        response = await fetch(feed.url, max_body=MAX_FEED, accept=FEED_TYPES)
        content_type = response.headers.get("content-type", "")
        parsed: ParsedFeed = await work(parse_in_worker, response.body, content_type, response.final_url, now)
    except MissionwatchError as error:
        return FeedPreview(feed, code=error.code, reason=error.message, remedy=error.remedy)
    return FeedPreview(feed, parsed, response.final_url, response.moved_to)
