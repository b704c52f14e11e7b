"""Poll: a feed's state -> fetch, parse -> a PollRecord with its entries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

from pipeline.feeds.schedule import adapt, address_of, asks_conditionally, cache_max_age, same_validators
from pipeline.model import FeedState, ParsedFeed, PollObservation, PollOutcome, PollRecord, Response
from pipeline.model.errors import FetchError, MissionwatchError, SpreadError, TransientError
from pipeline.model.redact import without_secrets
from pipeline.model.text import bytes_hash, content_id, shorten
from pipeline.steps.feed_content import FeedContent, merge_known, parse_memory
from pipeline.steps.ports import Fetch, Work, reason_of

MAX_FEED = 5 * 2**20  # bytes, after decompression
FEED_TYPES = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
NOT_MODIFIED = 304


def parse_in_worker(
    body: bytes, content_type: str, url: str, now: datetime, held: frozenset[str] = frozenset()
) -> ParsedFeed:
    """Call :func:`pipeline.feeds.parse.parse_feed` with positional arguments, by name in a worker."""
    from pipeline.feeds.parse import parse_feed  # brings feedparser, which only the worker needs

    return parse_feed(body, content_type=content_type, url=url, now=now, held=held)


def no_delay() -> timedelta:
    """Return that no time has passed since the run's own ``now``."""
    return timedelta(0)


async def poll_feed(
    state: FeedState, *, fetch: Fetch, work: Work, now: datetime, late: Callable[[], timedelta] = no_delay
) -> PollRecord:
    """Poll one feed: what came, when to come again. Never raises for what the world does.

    Args:
        state: what is known of the feed.
        fetch, work: how to act.
        now: the run's own time.
        late: how long after ``now`` it is when it is called. Waits are counted from the answer: in a long run the
            last feed of a host is asked minutes after ``now``.
    """
    conditional = asks_conditionally(state, now)
    try:
        response = await fetch(
            address_of(state),
            etag=state.etag if conditional else None,
            last_modified=state.last_modified if conditional else None,
            max_body=MAX_FEED,
            accept=FEED_TYPES,
        )
    except MissionwatchError as error:
        return _failed(state, _outcome_of(error), error, None, now, late())

    digest = bytes_hash(response.body)
    whole = response.status != NOT_MODIFIED
    if not whole or digest == state.body_hash:
        reason = "not modified since the last poll" if not whole else _same_bytes(state, response)
        return _worked(
            state, PollOutcome.UNCHANGED, reason, response, _observe(response, now, late(), whole=whole), now
        )

    content_type = response.headers.get("content-type", "")
    known = parse_memory(state.pieces)
    try:
        parsed: ParsedFeed = await work(
            parse_in_worker, response.body, content_type, without_secrets(response.final_url), now, frozenset(known)
        )
    except SpreadError:
        raise
    except MissionwatchError as error:
        outcome = PollOutcome.HTML if error.code == "html-instead-of-feed" else PollOutcome.NOT_A_FEED
        return _failed(state, outcome, error, response, now, late())

    seen = merge_known(parsed, state.feed, now, known)
    validators_lied = await _validators_lie(state, response, seen.content, conditional=conditional, fetch=fetch)
    outcome = PollOutcome.OK if seen.keys else PollOutcome.EMPTY
    reason = "; ".join(parsed.problems[:5]) if parsed.problems else ("" if seen.keys else "a feed without entries")
    observed = _observe(response, now, late(), outcome, seen=seen, ttl=parsed.ttl, validators_lied=validators_lied)
    return _worked(state, outcome, reason, response, observed, now, seen=seen, digest=digest)


def _outcome_of(error: MissionwatchError) -> PollOutcome:
    if getattr(error, "status", None) == HTTPStatus.GONE:
        return PollOutcome.GONE
    return PollOutcome.FAILED if isinstance(error, TransientError) else PollOutcome.REFUSED


def _same_bytes(state: FeedState, response: Response) -> str:
    etag = response.headers.get("etag")
    other = bool(etag and state.etag and etag != state.etag)
    return "the same bytes as at the last poll" + (", under another ETag" if other else "")


async def _validators_lie(
    state: FeedState, response: Response, content: str, *, conditional: bool, fetch: Fetch
) -> bool:
    """Decide whether this answer, which holds a body, shows that the feed's validators lie.

    They lie where they are the same for other entries. Where this poll sent none and other entries came, the old
    validators are sent once more: a 304 now is the proof.
    """
    held = state.etag or state.last_modified
    if not held or state.habits.distrusted_at is not None or state.habits.content in {"", content}:
        return False
    if same_validators(state, response.headers):
        return True
    if conditional:
        return False
    try:
        again = await fetch(
            address_of(state),
            etag=state.etag,
            last_modified=state.last_modified,
            max_body=MAX_FEED,
            accept=FEED_TYPES,
        )
    except MissionwatchError:
        return False  # nothing is shown; the feed itself has come
    return again.status == NOT_MODIFIED


def _observe(
    response: Response,
    now: datetime,
    late: timedelta,
    outcome: PollOutcome = PollOutcome.UNCHANGED,
    *,
    whole: bool = True,
    seen: FeedContent | None = None,
    ttl: timedelta | None = None,
    validators_lied: bool = False,
) -> PollObservation:
    return PollObservation(
        outcome,
        whole=whole,
        keys=seen.keys if seen else (),
        content=seen.content if seen else "",
        undated=sum(entry.published is None for entry in seen.entries) if seen else 0,
        ttl=ttl,
        max_age=cache_max_age(response.headers, now),
        moved_to=response.moved_to,
        validators_lied=validators_lied,
        late=late,
    )


def _worked(
    state: FeedState,
    outcome: PollOutcome,
    reason: str,
    response: Response,
    observed: PollObservation,
    now: datetime,
    *,
    seen: FeedContent | None = None,
    digest: str | None = None,
) -> PollRecord:
    update = adapt(state, observed, now)
    headers = response.headers
    # A 304 may leave out what has not changed; a body's validators are those that came with it, or none.
    etag, last_modified = (None, None) if observed.whole else (state.etag, state.last_modified)
    return PollRecord(
        poll_id=content_id("poll", state.feed.feed_id, now.isoformat()),
        feed_id=state.feed.feed_id,
        polled_at=now,
        outcome=outcome,
        reason=shorten("; ".join((*update.notes, *([reason] if reason else ()))), 500),
        next_due=update.due,
        failures=update.failures,
        status=response.status,
        final_url=without_secrets(response.final_url),
        etag=headers.get("etag", etag),
        last_modified=headers.get("last-modified", last_modified),
        body_hash=digest or state.body_hash,
        size=len(response.body),
        elapsed=response.elapsed,
        entries=seen.entries if seen else (),
        read_before=seen.read_before if seen else 0,
        pieces=seen.memory if seen and seen.memory != state.pieces else None,
        habits=update.habits,
        is_gap=update.is_gap,
        moved_from=update.moved_from,
    )


def _failed(
    state: FeedState,
    outcome: PollOutcome,
    error: MissionwatchError,
    response: Response | None,
    now: datetime,
    late: timedelta,
) -> PollRecord:
    wait = error.retry_after if isinstance(error, FetchError) else None
    observed = PollObservation(
        outcome,
        trouble=error.code,
        retry_after=timedelta(seconds=wait) if wait is not None else None,
        late=late,
    )
    update = adapt(state, observed, now)
    # Validators belong to the last body that was read as a feed: a page of HTML in its place,
    # or an error, must not make the next good answer look unchanged.
    return PollRecord(
        poll_id=content_id("poll", state.feed.feed_id, now.isoformat()),
        feed_id=state.feed.feed_id,
        polled_at=now,
        outcome=outcome,
        reason=shorten("; ".join((reason_of(error), *update.notes)), 500),
        next_due=update.due,
        failures=update.failures,
        status=response.status if response else getattr(error, "status", None),
        final_url=without_secrets(response.final_url) if response else "",
        etag=state.etag,
        last_modified=state.last_modified,
        body_hash=state.body_hash,
        size=len(response.body) if response else 0,
        elapsed=response.elapsed if response else 0.0,
        habits=update.habits,
        moved_from=update.moved_from,
    )
