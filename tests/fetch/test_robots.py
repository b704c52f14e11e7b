"""What a site's robots.txt lets us fetch, and how slowly."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from fetch_site import MIB, OUTLET, Site, fetcher

from pipeline.fetch.lanes import HostLanes
from pipeline.fetch.robots import Robots
from pipeline.model import HostState, Response
from pipeline.model.errors import FetchError, MissionwatchError, RefusedError

PAGE = "https://courier.example/news/1"
US = "missionwatch/1.0 (+mailto:desk@ngo.example)"


class Sites:
    """Answers for robots.txt, and a clock that the test moves."""

    def __init__(self, answer: str | MissionwatchError) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.now = 0.0
        self.robots = Robots(self.get, user_agent=US, clock=lambda: self.now)

    async def get(self, url: str, max_body: int) -> Response:
        self.asked.append(url)
        await asyncio.sleep(0)
        if isinstance(self.answer, MissionwatchError):
            raise self.answer
        return Response(url, url, 200, {}, self.answer.encode(), 0.0)

    async def refuses(self, url: str = PAGE) -> str:
        """The code of the refusal; empty where the page may be fetched."""
        try:
            await self.robots.check(url)
        except MissionwatchError as error:
            return error.code
        return ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", ""),
        ("User-agent: *\nDisallow: /news/", "robots"),
        ("User-agent: *\nDisallow: /admin/", ""),
        ("User-agent: *\nDisallow: /\nAllow: /news/", ""),
        ("User-agent: *\nDisallow: /*/1$", "robots"),
        ("User-agent: Missionwatch\nDisallow: /\n\nUser-agent: *\nAllow: /", "robots"),
        ("User-agent: missionwatch\nAllow: /\n\nUser-agent: *\nDisallow: /", ""),
        ("User-agent: otherbot\nDisallow: /", ""),
        ("\ufeffUser-agent: *\nDisallow: /", "robots"),
        ("<!doctype html><h1>Not found</h1>", ""),
    ],
)
async def test_the_rules_for_us_or_else_for_all_decide(text: str, code: str) -> None:
    assert await Sites(text).refuses() == code


async def test_a_site_without_robots_allows_everything() -> None:
    assert await Sites(RefusedError("http-4xx", "404")).refuses() == ""


@pytest.mark.parametrize("code", ["http-5xx", "http-429", "timeout", "dns"])
async def test_where_robots_can_not_be_reached_the_page_waits(code: str) -> None:
    assert await Sites(FetchError(code, "no answer")).refuses() == "robots-unreachable"


async def test_what_was_known_holds_on_while_robots_can_not_be_reached() -> None:
    sites = Sites("User-agent: *\nDisallow: /private/")
    await sites.refuses()
    sites.answer, sites.now = FetchError("timeout", "no answer"), 90_000.0

    assert await sites.refuses() == ""
    assert await sites.refuses("https://courier.example/private/1") == "robots"


async def test_robots_is_asked_for_once_a_day_and_site() -> None:
    sites = Sites("")
    await asyncio.gather(*(sites.refuses(f"{PAGE}{n}") for n in range(5)))
    await sites.refuses("https://gazette.example/1")
    sites.now = 86_399.0
    await sites.refuses()
    assert sites.asked == ["https://courier.example/robots.txt", "https://gazette.example/robots.txt"]
    sites.now = 86_400.0
    await sites.refuses()
    assert len(sites.asked) == 3


@pytest.mark.parametrize(("text", "seconds"), [("Crawl-delay: 2.5", 2.5), ("", 0.0), ("Crawl-delay: x", 0.0)])
async def test_the_crawl_delay_is_read(text: str, seconds: float) -> None:
    assert await Sites(f"User-agent: *\n{text}\nDisallow: /x").robots.check(PAGE) == seconds


@pytest.mark.parametrize("text", ["User-agent: *\n" + "Disallow: /" + "*a" * 100_000 + "b\n", "Disallow: /*a" * 30_000])
async def test_hostile_rules_are_read_in_no_time(text: str) -> None:
    started = time.monotonic()

    await Sites(text).refuses("https://courier.example/" + "a" * 2_000)

    assert time.monotonic() - started < 2


# -- over HTTP -------------------------------------------------------------------------------


async def test_a_page_that_robots_forbids_is_not_asked_for(site: Site) -> None:
    site.robots = b"User-agent: *\nDisallow: /secret"
    async with fetcher(site) as fetch:
        with pytest.raises(RefusedError) as caught:
            await fetch.get_page(f"http://{OUTLET}/secret", max_body=MIB)

    assert caught.value.code == "robots"
    assert [path for path, _ in site.asked] == ["/robots.txt"]


async def test_a_redirect_leads_to_no_page_that_robots_forbids(site: Site) -> None:
    site.robots = b"User-agent: *\nDisallow: /secret"
    async with fetcher(site) as fetch:
        with pytest.raises(RefusedError) as caught:
            await fetch.get_page(f"http://{OUTLET}/to?/secret", max_body=MIB)

    assert caught.value.code == "robots"


async def test_a_feed_is_fetched_whatever_robots_says(site: Site) -> None:
    site.robots = b"User-agent: *\nDisallow: /"
    async with fetcher(site) as fetch:
        assert (await fetch.get(f"http://{OUTLET}/feed", max_body=MIB)).status == 200
    assert [path for path, _ in site.asked] == ["/feed"]


async def test_pages_keep_the_crawl_delay(site: Site) -> None:
    site.robots = b"User-agent: *\nCrawl-delay: 0.1"
    async with fetcher(site) as fetch:
        await asyncio.gather(*(fetch.get_page(f"http://{OUTLET}/{path}", max_body=MIB) for path in "abc"))

    assert all(later - earlier > 0.08 for earlier, later in pairwise(site.starts))


async def test_a_delay_that_is_longer_than_a_run_waits_puts_the_page_off(site: Site) -> None:
    lanes = HostLanes(per_host=2, concurrency=2)
    async with lanes.turn("courier.example", 0, crawl_delay=600):
        pass

    with pytest.raises(FetchError) as caught:
        async with lanes.turn("courier.example", 0, crawl_delay=600):
            pass

    assert caught.value.code == "crawl-delay"
    assert caught.value.retry_after == pytest.approx(600, abs=5)
    async with lanes.turn("courier.example", 0):  # a feed of that host is polled all the same
        pass


async def test_a_feed_that_is_polled_more_often_than_its_host_lets_pages_be_asked_for_keeps_none_back(
    site: Site,
) -> None:
    site.robots = b"User-agent: *\nCrawl-delay: 600"
    now = datetime(2025, 9, 30, tzinfo=UTC)
    known: list[HostState] = []
    reasons = []
    for minutes in (0, 5, 11):  # robots.txt is asked for in the first run, and counts
        async with fetcher(site) as fetch:
            at = now + timedelta(minutes=minutes)
            await fetch.get(f"http://{OUTLET}/feed", max_body=MIB)
            fetch.remember(known, at)
            try:
                await fetch.get_page(f"http://{OUTLET}/a", max_body=MIB)
                reasons.append("")
            except FetchError as error:
                reasons.append(error.code)
            known = fetch.hosts([f"http://{OUTLET}"], at)

    assert reasons == ["crawl-delay", "crawl-delay", ""]
    assert [path for path, _ in site.asked] == ["/feed", "/robots.txt", "/feed", "/feed", "/a"]


@pytest.mark.parametrize(
    ("path", "moved_to"), [("/feed", ""), ("/moved", "/feed?utm_source=moved"), ("/to?/feed", ""),
    ("/moved-twice", "/feed?utm_source=moved"), ("/to?/moved", "")],
)  # fmt: skip
async def test_only_an_unbroken_row_of_permanent_redirects_is_a_move(site: Site, path: str, moved_to: str) -> None:
    async with fetcher(site) as fetch:
        response = await fetch.get(f"http://{OUTLET}{path}", max_body=MIB)

    assert response.moved_to == (f"http://{OUTLET}{moved_to}" if moved_to else "")


async def test_the_next_run_keeps_the_pauses_of_the_one_before_and_needs_no_second_robots_txt(site: Site) -> None:
    site.robots = b"User-agent: *\nDisallow: /secret\nCrawl-delay: 0.5"
    now = datetime(2025, 9, 30, tzinfo=UTC)
    async with fetcher(site) as first:
        await first.get_page(f"http://{OUTLET}/feed", max_body=MIB)
        known = first.hosts([f"http://{OUTLET}", "http://never-asked.test"], now)
    async with fetcher(site) as second:
        second.remember(known, now)
        await second.get_page(f"http://{OUTLET}/feed", max_body=MIB)
        with pytest.raises(RefusedError, match="asks programs not to fetch"):
            await second.get_page(f"http://{OUTLET}/secret", max_body=MIB)

    assert [path for path, _ in site.asked] == ["/robots.txt", "/feed", "/feed"]
    assert all(later - earlier > 0.3 for earlier, later in pairwise(site.starts))


async def test_a_run_believes_an_old_robots_txt_no_longer_than_a_day(site: Site) -> None:
    now = datetime(2025, 9, 30, tzinfo=UTC)
    async with fetcher(site) as first:
        await first.get_page(f"http://{OUTLET}/feed", max_body=MIB)
        known = first.hosts([f"http://{OUTLET}"], now)
    async with fetcher(site) as second:
        second.remember(known, now + timedelta(days=1, minutes=1))
        await second.get_page(f"http://{OUTLET}/feed", max_body=MIB)

    assert [path for path, _ in site.asked] == ["/robots.txt", "/feed"] * 2
