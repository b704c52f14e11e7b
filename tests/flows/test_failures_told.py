"""Each way in which a feed can fail in silence is told through the watch's channels: which, and after how long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows.run.alarms import raise_alarms
from pipeline import steps
from pipeline.model.errors import FetchError, MissionwatchError, RefusedError
from pipeline.storage import Store, open_store
from tests.fakes import FakeWeb, rss, work_here
from tests.storage.builders import NOW, RUN, make_feed, make_fetch, make_watch

pytestmark = pytest.mark.slow

HOUR, ROUND = timedelta(hours=1), timedelta(minutes=15)
BROKEN = make_feed("broken")  # expected every day
OTHERS = tuple(make_feed(name) for name in ("times", "gazette", "herald"))
WATCHED = make_watch(BROKEN, *OTHERS)
LOGIN = b"<!doctype html><html><head><title>Sign in</title></head><body><form>Your account</form></body></html>"
OLD = rss(("1", "/1", "One"), ("2", "/2", "Two"))

How = Callable[[FakeWeb, str], object]


def fails(error: MissionwatchError) -> How:
    return lambda web, url: web.fails(url, error)


def serves(body: bytes, content_type: str = "application/rss+xml") -> How:
    return lambda web, url: web.serves(url, body, content_type)


async def first_told(folder: Path, how: How, *, hours: int) -> tuple[timedelta, str, str] | None:
    """After how long, with which subject and text the first alarm is told; None where none is within ``hours``.

    The feed works once. From then on it does as ``how`` says, whenever it is due.
    """
    with open_store(folder) as store:
        store.sync_watch(WATCHED, NOW)
        at, is_first = NOW, True
        news: list[tuple[str, str, str]] = []
        while at <= NOW + hours * HOUR:
            web = FakeWeb()
            news = [(f"{at}", f"/{at:%H%M}", f"News of {at}"), *news[:9]]  # what is new, and the rest of a page
            for feed in OTHERS:
                web.serves(feed.url, rss(*news), "application/rss+xml")
            (serves(OLD) if is_first else how)(web, BROKEN.url)
            await poll(store, web, at)
            _, _, told = raise_alarms(store, WATCHED, RUN, at)
            if told:
                return at - NOW, told[0].subject, told[0].body
            (broken,) = [one for one in store.feeds_due(WATCHED.slug, at, ignore_schedule=True) if one.feed == BROKEN]
            assert broken.next_due is not None
            at, is_first = max(broken.next_due, at + ROUND), False
    return None


async def poll(store: Store, web: FakeWeb, at: datetime) -> None:
    """Poll each feed at ``at``, due or not."""
    due = store.with_pieces(store.feeds_due(WATCHED.slug, at, ignore_schedule=True))
    records = [await steps.poll_feed(state, fetch=web.get, work=work_here, now=at) for state in due]
    store.add_polls(RUN, records)


SOFT = ("dns", "connect", "timeout", "broken", "http-429", "http-5xx")


@pytest.mark.parametrize(
    ("name", "how", "reason"),
    [
        *((code, fails(FetchError(code, f"It is {code}.")), code) for code in SOFT),
        ("certificate", fails(FetchError("tls", "The certificate has expired.")), "tls: The certificate has expired."),
        ("forbidden (403)", fails(RefusedError("http-4xx", "The server answered 403.")), "answered 403"),
        ("not found (404)", fails(RefusedError("http-4xx", "The server answered 404.")), "answered 404"),
        ("redirects in a circle", fails(RefusedError("redirects", "More than 5 redirects.")), "redirects"),
        ("private address", fails(RefusedError("private-address", "It is private.")), "private-address"),
        ("too large", fails(RefusedError("too-large", "More than 5 MiB.")), "too-large"),
        ("login page", serves(LOGIN, "text/html"), "html-instead-of-feed"),
        ("home page for a feed", serves(b"<html><body><h1>Isle Post</h1></body></html>", "text/html"), "html"),
        ("page called a feed", serves(LOGIN), "html-instead-of-feed"),
        ("no bytes", serves(b""), "empty"),
        ("something else", serves(b"hello"), "not-a-feed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_feed_that_can_not_be_read_is_told_within_its_usual_interval(
    name: str, how: How, reason: str, tmp_path: Path
) -> None:
    told = await first_told(tmp_path, how, hours=24)

    assert told is not None, name
    after, subject, body = told
    assert (after < BROKEN.expected_every, subject) == (True, "Haiti: 1 feed failing"), after
    assert reason in body


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("empty feed", serves(rss())),
        ("stuck: 304 for ever", lambda web, url: web.not_modified(url)),
        ("stuck: the same bytes", serves(OLD)),
        ("only what it had, in another order", serves(rss(("2", "/2", "Two"), ("1", "/1", "One")))),
        ("cut off in the middle of its first entry", serves(OLD[: OLD.index(b"<guid>")])),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_feed_that_answers_and_brings_nothing_is_told_once_its_usual_time_is_over(
    name: str, how: How, tmp_path: Path
) -> None:
    told = await first_told(tmp_path, how, hours=36)

    assert told is not None, name
    after, subject, _ = told
    assert (BROKEN.expected_every < after <= 36 * HOUR, subject) == (True, "Haiti: 1 feed silent"), after


async def test_a_feed_that_is_gone_is_told_at_its_first_answer(tmp_path: Path) -> None:
    gone = RefusedError("http-4xx", "The server answered 410.")
    gone.status = 410

    told = await first_told(tmp_path, fails(gone), hours=12)

    assert told is not None
    assert (told[0] <= 6 * HOUR, told[1]) == (True, "Haiti: 1 feed retired")


@pytest.mark.parametrize(
    "reason",
    [
        "no-text: no text is left of the page.",
        "robots: the site's robots.txt forbids it.",
        "http-4xx: the server answered 403.",
    ],
)
async def test_pages_that_give_no_text_are_told_at_the_next_poll(reason: str, tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.sync_watch(WATCHED, NOW)
        items = [(str(number), f"/{number}", f"News {number}") for number in range(5)]
        await poll(store, FakeWeb().serves(BROKEN.url, rss(*items), "application/rss+xml"), NOW)
        waiting = store.entries_to_collect(WATCHED.slug, NOW, 9)
        store.add_fetches(RUN, [make_fetch(one.entry, outcome="refused", reason=reason) for one in waiting])

        _, _, told = raise_alarms(store, WATCHED, RUN, NOW + ROUND)

    assert told[0].subject == "Haiti: 1 feed with unreadable pages"
    assert told[0].body.endswith(f"Last page: {reason}")
