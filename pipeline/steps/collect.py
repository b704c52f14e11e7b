"""Collect: an entry -> fetch, extract -> a FetchRecord with its article."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID

from pipeline.language import detect_language
from pipeline.model import Article, Entry, Feed, FetchRecord, PendingEntry, Precision, Response, Role
from pipeline.model.errors import CUT_SHORT, MissionwatchError, SpreadError, TransientError, WorkerError
from pipeline.model.text import content_id, shorten, text_hash
from pipeline.model.urls import host
from pipeline.pages.page import ExtractedPage
from pipeline.steps.ports import Fetch, Work, reason_of

MAX_PAGE = 3 * 2**20  # bytes; the largest of 1,213 real pages measured has less than half
MAX_ATTEMPTS = 5  # of fetching one page: over two days, with the waits below
FIRST_WAIT = timedelta(minutes=30)
# After a first attempt that the run cut short: the page may be quick, and the machine was busy.
SOON = timedelta(minutes=1)
_OF_THE_MACHINE = frozenset({"deadline", "crashed"})  # what happens to a worker on a busy machine
PAGE_TYPES = "text/html, application/xhtml+xml, */*;q=0.5"


class Validators(NamedTuple):
    """What came with a page when it was fetched last, and is sent when it is asked for again."""

    etag: str | None = None
    last_modified: str | None = None


def extract_in_worker(
    body: bytes,
    content_type: str,
    url: str,
    feed_published: datetime | None,
    feed_precision: Precision,
    seen_at: datetime,
) -> ExtractedPage:
    """Call :func:`pipeline.pages.extract.extract_page` with positional arguments, by name in a worker."""
    from pipeline.pages.extract import extract_page  # brings trafilatura, which only the worker needs

    return extract_page(
        body,
        content_type=content_type,
        url=url,
        feed_published=feed_published,
        feed_precision=feed_precision,
        seen_at=seen_at,
    )


async def collect_entry(
    pending: PendingEntry,
    *,
    fetch: Fetch,
    work: Work,
    held: Mapping[str, tuple[UUID, str]],
    now: datetime,
    again: Validators | None = None,
) -> FetchRecord:
    """Fetch and extract one entry's page. Never raises for what the world does.

    Args:
        pending: the entry, its feed, and the attempts so far.
        fetch, work: how to act.
        held: by canonical address, the id and text hash of the newest article that we hold.
        now: the time of the attempt.
        again: given where we hold the page and look at it once more. Such a look that fails is not tried again: the
            next one comes anyway.
    """
    entry, feed = pending.entry, pending.feed
    response: Response | None = None
    started = 0.0
    try:
        sent = again or Validators()
        response = await fetch(
            entry.url, etag=sent.etag, last_modified=sent.last_modified, max_body=MAX_PAGE, accept=PAGE_TYPES
        )
        if again is not None and response.status == HTTPStatus.NOT_MODIFIED:
            return _not_modified(pending, again, response, now)
        content_type = response.headers.get("content-type", "")
        page: ExtractedPage = await work(
            extract_in_worker,
            response.body,
            content_type,
            response.final_url,
            entry.published,
            entry.precision,
            entry.seen_at,
        )
    except SpreadError:
        raise
    except MissionwatchError as error:
        return _fetch_failure(pending, error, response, now, is_look=again is not None)
    started = page.elapsed

    article = article_from(page, entry, feed, now)
    known = held.get(entry.url)
    same = known is not None and known[1] == article.text_hash
    return FetchRecord(
        fetch_id=content_id("fetch", entry.entry_id, pending.attempts + 1),
        entry_id=entry.entry_id,
        url=entry.url,
        fetched_at=now,
        outcome="same" if same else "stored",
        reason="; ".join(page.problems[:5]),
        attempt=pending.attempts + 1,
        retry_at=None,
        status=response.status,
        final_url=response.final_url,
        content_type=content_type,
        size=len(response.body),
        elapsed=response.elapsed,
        extract_elapsed=started,
        article=article,
        etag=response.headers.get("etag"),
        last_modified=response.headers.get("last-modified"),
    )


def _not_modified(pending: PendingEntry, again: Validators, response: Response, now: datetime) -> FetchRecord:
    return FetchRecord(
        fetch_id=content_id("fetch", pending.entry.entry_id, pending.attempts + 1),
        entry_id=pending.entry.entry_id,
        url=pending.entry.url,
        fetched_at=now,
        outcome="same",
        reason="not modified since it was fetched",
        attempt=pending.attempts + 1,
        retry_at=None,
        status=response.status,
        final_url=response.final_url,
        elapsed=response.elapsed,
        etag=response.headers.get("etag", again.etag),
        last_modified=response.headers.get("last-modified", again.last_modified),
    )


def is_put_off(record: FetchRecord) -> bool:
    """Decide whether no request was made because the page's site asks for a longer wait."""
    return record.reason.startswith("crawl-delay: ")


def article_from(page: ExtractedPage, entry: Entry, feed: Feed, now: datetime) -> Article:
    """Make the article of ``page``, with what its feed says of its publisher."""
    digest = text_hash(page.text)
    # A feed may carry several outlets: the page knows best whose it is, unless it only has a host to show.
    named = (
        page.site_name if page.site_name.casefold().removeprefix("www.") != host(entry.url).removeprefix("www.") else ""
    )
    outlet = named or feed.title
    family = named.casefold() if named and feed.role is Role.AGGREGATOR else feed.family
    return Article(
        article_id=content_id("article", entry.url, digest),
        entry_id=entry.entry_id,
        url=entry.url,
        outlet=outlet,
        title=page.title or entry.title,
        text=page.text,
        published=page.published.time,
        precision=page.published.precision,
        published_source=page.published.source,
        fetched_at=now,
        author=page.author,
        language=detect_language(page.title or entry.title, page.text, page.language or feed.language),
        role=feed.role,
        family=family,
        text_hash=digest,
    )


def may_pass(error: MissionwatchError) -> bool:
    """Decide whether another try may succeed: a busy machine, too, makes a worker miss its deadline or die."""
    return isinstance(error, TransientError) or (isinstance(error, WorkerError) and error.code in _OF_THE_MACHINE)


def _fetch_failure(
    pending: PendingEntry, error: MissionwatchError, response: Response | None, now: datetime, *, is_look: bool
) -> FetchRecord:
    attempt = pending.attempts + 1
    passing = may_pass(error)
    again = passing and attempt < MAX_ATTEMPTS and not is_look
    wait = getattr(error, "retry_after", None)
    pause = SOON if attempt == 1 and error.code == CUT_SHORT else FIRST_WAIT * 3 ** (attempt - 1)
    pause = max(pause, timedelta(seconds=wait or 0))
    reason = reason_of(error)
    if passing and not again and not is_look:
        reason = f"given up after {attempt} attempts; {reason}"
    return FetchRecord(
        fetch_id=content_id("fetch", pending.entry.entry_id, attempt),
        entry_id=pending.entry.entry_id,
        url=pending.entry.url,
        fetched_at=now,
        outcome="failed" if passing else "refused",
        reason=shorten(reason, 500),
        attempt=attempt,
        retry_at=now + pause if again else None,
        status=response.status if response else getattr(error, "status", None),
        final_url=response.final_url if response else "",
        content_type=response.headers.get("content-type", "") if response else "",
        size=len(response.body) if response else 0,
        elapsed=response.elapsed if response else 0.0,
    )
