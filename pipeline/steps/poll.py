"""Poll: a feed's state -> fetch, parse -> a PollRecord with its entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from pipeline.errors import FetchError, MissionwatchError, TransientError
from pipeline.model import (
    Entry,
    FeedState,
    ParsedFeed,
    PollOutcome,
    PollRecord,
    Response,
)
from pipeline.parse import entries_from, parse_feed
from pipeline.schedule import cache_max_age, next_due
from pipeline.steps.ports import Fetch, Work, reason_of
from pipeline.text import bytes_hash, content_id, shorten

MAX_FEED = 5 * 2**20  # bytes, after decompression
FEED_TYPES = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


def parse_in_worker(body: bytes, content_type: str, url: str, now: datetime) -> ParsedFeed:
    """:func:`pipeline.parse.parse_feed` with positional arguments, to be called by name in a worker."""
    return parse_feed(body, content_type=content_type, url=url, now=now)


async def poll_feed(state: FeedState, *, fetch: Fetch, work: Work, now: datetime) -> PollRecord:
    """Poll one feed: what came, when to come again. Never raises for what the world does."""
    feed = state.feed
    try:
        response = await fetch(
            feed.url, etag=state.etag, last_modified=state.last_modified, max_body=MAX_FEED, accept=FEED_TYPES
        )
    except MissionwatchError as error:
        outcome = PollOutcome.FAILED if isinstance(error, TransientError) else PollOutcome.REFUSED
        return _poll_record(state, outcome, reason_of(error), now, error=error)

    digest = bytes_hash(response.body)
    if response.status == 304 or digest == state.body_hash:
        reason = "not modified since the last poll" if response.status == 304 else "the same bytes as at the last poll"
        return _poll_record(state, PollOutcome.UNCHANGED, reason, now, response=response)

    content_type = response.headers.get("content-type", "")
    try:
        parsed: ParsedFeed = await work(parse_in_worker, response.body, content_type, response.final_url, now)
    except MissionwatchError as error:
        outcome = PollOutcome.HTML if error.code == "html-instead-of-feed" else PollOutcome.NOT_A_FEED
        return _poll_record(state, outcome, reason_of(error), now, response=response, error=error)

    entries = entries_from(parsed, feed, now)
    outcome = PollOutcome.OK if entries else PollOutcome.EMPTY
    reason = "; ".join(parsed.problems[:5]) if parsed.problems else ("" if entries else "a feed without entries")
    record = _poll_record(state, outcome, reason, now, response=response, entries=entries, ttl=parsed.ttl)
    return replace(record, body_hash=digest)


def _poll_record(
    state: FeedState,
    outcome: PollOutcome,
    reason: str,
    now: datetime,
    *,
    response: Response | None = None,
    error: MissionwatchError | None = None,
    entries: tuple[Entry, ...] = (),
    ttl: timedelta | None = None,
) -> PollRecord:
    wait = error.retry_after if isinstance(error, FetchError) else None
    due, failures = next_due(
        state,
        outcome,
        now,
        expected_every=state.feed.expected_every,
        ttl=ttl,
        max_age=cache_max_age(response.headers, now) if response else None,
        retry_after=timedelta(seconds=wait) if wait is not None else None,
        new_entries=len(entries),
    )
    # Validators belong to the last body that was read as a feed: a page of HTML in its place,
    # or an error, must not make the next good answer look unchanged.
    fresh = response is not None and outcome in {PollOutcome.OK, PollOutcome.EMPTY}
    headers = response.headers if response is not None and fresh else {}
    status = response.status if response else getattr(error, "status", None)
    return PollRecord(
        poll_id=content_id("poll", state.feed.feed_id, now.isoformat()),
        feed_id=state.feed.feed_id,
        polled_at=now,
        outcome=outcome,
        reason=shorten(reason, 500),
        next_due=due,
        failures=failures,
        status=status,
        final_url=response.final_url if response else "",
        etag=headers.get("etag") if fresh else state.etag,
        last_modified=headers.get("last-modified") if fresh else state.last_modified,
        body_hash=state.body_hash,
        size=len(response.body) if response else 0,
        elapsed=response.elapsed if response else 0.0,
        entries=entries,
    )
