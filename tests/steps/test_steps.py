"""The units of work, with a false outside world: what comes in, what is to be stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline import steps
from pipeline.model import (
    Alert,
    Entry,
    Feed,
    FeedState,
    PendingAlert,
    PendingEntry,
    PollOutcome,
    PollRecord,
    Precision,
    Response,
    Role,
)
from pipeline.model.errors import CUT_SHORT, FetchError, RefusedError, WorkerError
from pipeline.model.text import bytes_hash, content_id, text_hash
from tests.fakes import FakeChannel, FakeWeb, page, rss, work_here

NOW = datetime(2025, 9, 30, 12, tzinfo=UTC)
URL = "http://isle.test/feed.xml"
PAGE = "http://isle.test/vote"
FEED = Feed(content_id("feed", URL), URL, "Isle Post", Role.OUTLET, "isle", "en", "isle", timedelta(hours=6))
STATE = FeedState(FEED, etag='"v1"', body_hash="old")
PARAGRAPHS = (
    "The council voted on Tuesday to double the size of the isle force, which has struggled since it landed in the "
    "spring of last year with half of the people that it had been promised.",
    "Ministers welcomed the decision and said that the first of the new contingents would sail before the winter, "
    "once the money that three governments have pledged has been paid into the fund.",
)


async def polled(web: FakeWeb, state: FeedState = STATE) -> PollRecord:
    return await steps.poll_feed(state, fetch=web.get, work=work_here, now=NOW)


def pending(attempts: int = 0) -> PendingEntry:
    entry = Entry(
        content_id("entry", 1), FEED.feed_id, "1", PAGE, "Vote", "", NOW - timedelta(hours=1), Precision.TIME, "h", NOW
    )
    return PendingEntry(entry, FEED, attempts)


# -- poll ------------------------------------------------------------------------------------


async def test_a_feed_with_items_is_ok_and_brings_its_entries() -> None:
    record = await polled(FakeWeb().serves(URL, rss(("1", PAGE, "Vote")), "application/rss+xml", etag='"v2"'))

    assert record.outcome is PollOutcome.OK
    assert [(e.guid, e.url, e.title) for e in record.entries] == [("1", PAGE, "Vote")]
    assert record.etag == '"v2"'


async def test_the_validators_that_we_hold_are_sent() -> None:
    web = FakeWeb().not_modified(URL)

    await polled(web)

    assert web.asked == [(URL, '"v1"')]


async def test_a_304_is_unchanged_and_keeps_what_we_know() -> None:
    record = await polled(FakeWeb().not_modified(URL))

    assert record.outcome is PollOutcome.UNCHANGED
    assert (record.etag, record.body_hash) == ('"v1"', "old")


async def test_the_same_bytes_are_unchanged_whatever_the_validators_say() -> None:
    body = rss(("1", PAGE, "Vote"))

    record = await polled(
        FakeWeb().serves(URL, body, "application/rss+xml", etag='"v9"'), replace(STATE, body_hash=bytes_hash(body))
    )

    assert record.outcome is PollOutcome.UNCHANGED
    assert record.entries == ()


async def test_an_empty_feed_is_a_state_of_its_own() -> None:
    record = await polled(FakeWeb().serves(URL, rss(), "application/rss+xml"))

    assert record.outcome is PollOutcome.EMPTY
    assert record.reason == "a feed without entries"


async def test_a_page_in_place_of_a_feed_is_named_and_leaves_the_validators_alone() -> None:
    record = await polled(FakeWeb().serves(URL, page("Isle Post", *PARAGRAPHS), "text/html", etag='"page"'))

    assert record.outcome is PollOutcome.HTML
    assert record.reason.startswith("html-instead-of-feed: ")
    assert (record.etag, record.body_hash) == ('"v1"', "old")


async def test_a_feed_that_is_down_is_failed_with_its_class_and_comes_again() -> None:
    record = await polled(FakeWeb().fails(URL, FetchError("connect", f"{URL}: connection refused.")))

    assert record.outcome is PollOutcome.FAILED
    assert record.reason == f"connect: {URL}: connection refused."
    assert record.failures == 1
    assert NOW < record.next_due <= NOW + timedelta(hours=24)


async def test_a_refused_address_is_refused_not_failed() -> None:
    record = await polled(FakeWeb().fails(URL, RefusedError("private-address", f"{URL} is on this machine.")))

    assert record.outcome is PollOutcome.REFUSED


async def test_polling_twice_at_the_same_time_gives_the_same_record() -> None:
    web = FakeWeb().serves(URL, rss(("1", PAGE, "Vote")), "application/rss+xml")

    assert await polled(web) == await polled(web)


# -- poll: validators, moves and the end of a feed -----------------------------------------


class Server(FakeWeb):
    """A feed whose server answers 304 to the validators that it is told to take for current."""

    def __init__(self, body: bytes, *, etag: str, current: frozenset[str], moved_to: str = "") -> None:
        super().__init__()
        self.answer = Response(URL, URL, 200, {"etag": etag}, body, 0.01, moved_to)
        self.current = current

    async def get(self, url: str, *, etag: str | None = None, **asked: object) -> Response:
        self.asked.append((url, etag))
        return replace(self.answer, status=304, body=b"") if etag in self.current else self.answer


OLD, NEW = rss(("1", PAGE, "Vote")), rss(("1", PAGE, "Vote"), ("2", f"{PAGE}-2", "Again"))


async def read_once(etag: str = '"v1"') -> FeedState:
    """The state of the feed after its old body was read a day ago."""
    record = await steps.poll_feed(
        FeedState(FEED), fetch=Server(OLD, etag=etag, current=frozenset()).get, work=work_here, now=NOW - timedelta(1)
    )
    return FeedState(FEED, record.etag, record.last_modified, record.body_hash, habits=record.habits)


async def test_the_same_etag_with_other_entries_is_a_lie_that_is_recorded() -> None:
    record = await polled(Server(NEW, etag='"v1"', current=frozenset()), await read_once())

    assert record.outcome is PollOutcome.OK
    assert record.habits.distrusted_at == NOW
    assert record.reason.startswith("its validators lie: ")


async def test_another_body_with_the_same_entries_is_no_lie() -> None:
    clock = OLD.replace(b"<item>", b"<!-- made at 12:00 --><item>")

    record = await polled(Server(clock, etag='"v1"', current=frozenset()), await read_once())

    assert record.habits.distrusted_at is None


async def test_a_304_for_a_feed_that_has_changed_is_found_by_asking_for_all_of_it() -> None:
    known = await read_once()
    known = replace(known, habits=replace(known.habits, unmodified=20))
    server = Server(NEW, etag='"v2"', current=frozenset({'"v1"', '"v2"'}))

    record = await polled(server, known)

    assert server.asked == [(URL, None), (URL, '"v1"')]
    assert (len(record.entries), record.habits.distrusted_at, record.etag) == (2, NOW, '"v2"')


async def test_a_feed_that_changed_between_two_honest_answers_is_no_liar() -> None:
    known = await read_once()
    known = replace(known, habits=replace(known.habits, unmodified=20))

    record = await polled(Server(NEW, etag='"v2"', current=frozenset({'"v2"'})), known)

    assert record.habits.distrusted_at is None


async def test_a_feed_that_lied_is_polled_without_validators_and_known_by_its_bytes() -> None:
    known = await read_once()
    server = Server(OLD, etag='"v1"', current=frozenset({'"v1"'}))

    record = await polled(server, replace(known, habits=replace(known.habits, distrusted_at=NOW - timedelta(9))))

    assert server.asked == [(URL, None)]
    assert record.outcome is PollOutcome.UNCHANGED


async def test_the_same_bytes_under_another_etag_bring_that_etag() -> None:
    record = await polled(Server(OLD, etag='"v2"', current=frozenset()), await read_once())

    assert (record.outcome, record.etag) == (PollOutcome.UNCHANGED, '"v2"')
    assert record.reason == "the same bytes as at the last poll, under another ETag"


async def test_after_three_permanent_redirects_the_new_address_is_asked() -> None:
    there = "http://new.test/feed.xml"
    server, known = Server(OLD, etag='"v1"', current=frozenset({'"v1"'}), moved_to=there), await read_once()
    for _ in range(3):
        record = await polled(server, known)
        known = replace(known, habits=record.habits)
    await polled(server, known)

    assert [url for url, _ in server.asked] == [URL, URL, URL, there]
    assert (record.moved_from, record.habits.address) == (URL, there)


async def test_a_feed_that_is_gone_is_retired_with_a_notice() -> None:
    error = RefusedError("http-4xx", f"{URL} answers 410 (Gone).")
    error.status = 410

    record = await polled(FakeWeb().fails(URL, error))

    assert (record.outcome, record.habits.retired_at) == (PollOutcome.GONE, NOW)


async def test_a_wait_is_counted_from_the_answer() -> None:
    error = FetchError("http-429", f"{URL} answers 429.", retry_after=7200)

    record = await steps.poll_feed(
        STATE, fetch=FakeWeb().fails(URL, error).get, work=work_here, now=NOW, late=lambda: timedelta(minutes=4)
    )

    assert record.next_due == NOW + timedelta(minutes=124)


async def test_entries_that_share_nothing_with_the_last_ones_are_a_possible_gap() -> None:
    other = rss(("8", f"{PAGE}-8", "Storm"), ("9", f"{PAGE}-9", "Flood"))

    record = await polled(Server(other, etag='"v2"', current=frozenset()), await read_once())

    assert record.is_gap
    assert record.reason.startswith("possible gap: ")


# -- collect ---------------------------------------------------------------------------------


async def collected(web: FakeWeb, held: dict[str, object] | None = None, attempts: int = 0) -> object:
    return await steps.collect_entry(pending(attempts), fetch=web.get, work=work_here, held=held or {}, now=NOW)


async def test_a_page_becomes_an_article_with_the_feeds_publisher() -> None:
    record = await collected(FakeWeb().serves(PAGE, page("Vote doubles force", *PARAGRAPHS)))

    assert record.outcome == "stored"
    assert record.article.text == "\n\n".join(PARAGRAPHS)
    assert (record.article.outlet, record.article.family) == ("Isle Post", "isle")
    assert record.article.published == datetime(2025, 9, 30, 10, 5, tzinfo=UTC)


async def test_a_page_whose_text_we_hold_is_the_same() -> None:
    held = {PAGE: (content_id("article", 0), text_hash("\n\n".join(PARAGRAPHS)))}

    record = await collected(FakeWeb().serves(PAGE, page("Vote doubles force", *PARAGRAPHS)), held)

    assert record.outcome == "same"


async def test_a_page_without_text_is_refused_for_good_with_the_reason() -> None:
    record = await collected(FakeWeb().serves(PAGE, b"<html><body><video src=a.mp4></video></body></html>"))

    assert record.outcome == "refused"
    assert record.reason.startswith("no-text: ")
    assert record.retry_at is None


@pytest.mark.parametrize(
    ("code", "outcome", "again"),
    [("memory", "refused", None), ("deadline", "failed", 30), ("crashed", "failed", 30)],
)
async def test_a_page_that_kills_its_worker_is_named_and_tried_again_where_a_busy_machine_may_be_to_blame(
    code: str, outcome: str, again: int | None
) -> None:
    async def dies(function: object, *args: object) -> object:
        raise WorkerError(code, f"{PAGE}: the worker was stopped.")

    record = await steps.collect_entry(
        pending(), fetch=FakeWeb().serves(PAGE, b"<p>x").get, work=dies, held={}, now=NOW
    )

    assert (record.outcome, record.reason) == (outcome, f"{code}: {PAGE}: the worker was stopped.")
    assert record.retry_at == (NOW + timedelta(minutes=again) if again else None)


async def test_a_page_that_is_down_is_tried_again_later() -> None:
    record = await collected(FakeWeb().fails(PAGE, FetchError("timeout", f"{PAGE}: no answer in 30 s.")))

    assert (record.outcome, record.attempt) == ("failed", 1)
    assert record.retry_at == NOW + timedelta(minutes=30)


@pytest.mark.parametrize(("attempts", "again"), [(0, 1), (1, 90)])
async def test_a_page_that_its_run_cut_short_is_asked_for_again_in_a_minute_once(attempts: int, again: int) -> None:
    error = FetchError(CUT_SHORT, f"{PAGE} had not answered in full.")

    record = await collected(FakeWeb().fails(PAGE, error), attempts=attempts)

    assert (record.outcome, record.attempt) == ("failed", attempts + 1)
    assert record.retry_at == NOW + timedelta(minutes=again)


async def test_after_five_attempts_a_page_is_given_up_and_says_so() -> None:
    record = await collected(FakeWeb().fails(PAGE, FetchError("timeout", f"{PAGE}: no answer.")), attempts=4)

    assert record.retry_at is None
    assert record.reason == f"given up after 5 attempts; timeout: {PAGE}: no answer."


async def test_the_server_may_ask_for_a_longer_wait() -> None:
    error = FetchError("http-429", f"{PAGE}: too many requests.", retry_after=7200)

    record = await collected(FakeWeb().fails(PAGE, error))

    assert record.retry_at == NOW + timedelta(hours=2)


async def test_a_page_whose_site_wants_a_longer_wait_is_put_off() -> None:
    asked = FetchError("crawl-delay", f"{PAGE}: 600 s between two requests.", retry_after=600)

    assert steps.is_put_off(await collected(FakeWeb().fails(PAGE, asked)))
    assert not steps.is_put_off(await collected(FakeWeb().fails(PAGE, FetchError("timeout", f"{PAGE}: no answer."))))


# -- alert -----------------------------------------------------------------------------------

ALERT = Alert(content_id("alert", 1), "isle", "facts", "file", (), "subject", "body", NOW)


async def test_an_alert_that_is_taken_is_delivered() -> None:
    channel = FakeChannel()

    delivery = await steps.deliver_alert(PendingAlert(ALERT), deliver=channel.deliver, now=NOW)

    assert (delivery.outcome, channel.taken) == ("delivered", [ALERT])


async def test_an_alert_that_is_not_taken_is_tried_again() -> None:
    delivery = await steps.deliver_alert(PendingAlert(ALERT, 1), deliver=FakeChannel(down=True).deliver, now=NOW)

    assert (delivery.outcome, delivery.attempt, delivery.reason) == ("failed", 2, "The channel answered 503.")
    assert delivery.retry_at is not None
    # Ten minutes after the second failure, and up to 15 % more, so that alerts do not come back together.
    assert timedelta(minutes=10) <= delivery.retry_at - NOW <= timedelta(minutes=11.5)


async def test_an_alert_that_was_refused_twelve_times_is_a_dead_letter() -> None:
    delivery = await steps.deliver_alert(PendingAlert(ALERT, 11), deliver=FakeChannel(down=True).deliver, now=NOW)

    assert (delivery.outcome, delivery.attempt, delivery.retry_at) == ("failed", 12, None)


async def test_a_dead_letter_that_was_put_back_is_tried_as_if_it_were_new() -> None:
    delivery = await steps.deliver_alert(PendingAlert(ALERT, 12, 12), deliver=FakeChannel(down=True).deliver, now=NOW)

    assert delivery.attempt == 13
    assert delivery.retry_at is not None
