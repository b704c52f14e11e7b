"""How long requests for pages may wait and last, over HTTP on loopback."""

from __future__ import annotations

import asyncio
import time

import pytest
from fetch_site import MIB, OUTLET, Site, fetcher

from pipeline.fetch import Fetcher
from pipeline.fetch.patience import Patience
from pipeline.model import Response
from pipeline.model.errors import FetchError


async def page(fetch: Fetcher, path: str, patience: Patience) -> Response:
    return await fetch.get_page(f"http://{OUTLET}/{path}", max_body=MIB, patience=patience)


async def until_asked(site: Site, *paths: str) -> None:
    """Wait until ``site`` has been asked for each of ``paths``."""
    while not {path for path, _ in site.asked} >= set(paths):  # noqa: ASYNC110 -- the site is another thread
        await asyncio.sleep(0.01)


def codes(made: list[Response | BaseException]) -> list[str]:
    """The code of each error; empty for a response."""
    return [one.code if isinstance(one, FetchError) else "" for one in made]


async def test_pages_whose_turn_would_come_too_late_are_put_off_at_once(site: Site) -> None:
    site.robots = b"User-agent: *\nCrawl-delay: 0.3"
    async with fetcher(site) as fetch:
        await page(fetch, "first", Patience())  # its robots.txt was asked for a moment before
        started = time.monotonic()
        made = await asyncio.gather(
            *(page(fetch, f"page-{number}", Patience(0.5)) for number in range(20)), return_exceptions=True
        )

    assert codes(made) == [""] + ["crawl-delay"] * 19
    assert time.monotonic() - started < 1


async def test_what_waits_for_its_turn_is_put_off_when_the_run_ends(site: Site) -> None:
    site.robots = b"User-agent: *\nCrawl-delay: 20"
    async with fetcher(site) as fetch:
        patience = Patience(grace=5)
        waiting = [asyncio.create_task(page(fetch, path, patience)) for path in "abc"]
        await until_asked(site, "/robots.txt")
        patience.end()
        made = await asyncio.gather(*waiting, return_exceptions=True)

    assert codes(made) == ["crawl-delay"] * 3
    assert [path for path, _ in site.asked] == ["/robots.txt"]


async def test_a_page_that_is_under_way_gets_a_moment_more_and_then_has_failed(site: Site) -> None:
    async with fetcher(site, per_host=3) as fetch:
        patience = Patience(grace=0.3)
        under_way = [asyncio.create_task(page(fetch, path, patience)) for path in ("slow", "linger")]
        await until_asked(site, "/slow", "/linger")
        started = time.monotonic()
        patience.end()
        made = await asyncio.gather(*under_way, return_exceptions=True)

    assert codes(made) == ["cut-short", ""]
    assert time.monotonic() - started < 2


async def test_after_its_end_no_request_is_made(site: Site) -> None:
    async with fetcher(site) as fetch:
        patience = Patience()
        patience.end()
        with pytest.raises(FetchError) as caught:
            await page(fetch, "late", patience)

    assert caught.value.code == "crawl-delay"
    assert [path for path, _ in site.asked] == []


async def test_a_host_can_be_asked_again_after_a_run_that_was_ended(site: Site) -> None:
    async with fetcher(site, per_host=1) as fetch:
        ended = Patience(grace=0)
        stuck = [asyncio.create_task(page(fetch, path, ended)) for path in ("slow", "behind", "and-behind")]
        await until_asked(site, "/slow")
        ended.end()
        made = await asyncio.gather(*stuck, return_exceptions=True)

        assert codes(made) == ["cut-short", "crawl-delay", "crawl-delay"]
        assert (await page(fetch, "next", Patience())).status == 200


async def test_a_run_ends_by_itself_when_its_time_is_up(site: Site) -> None:
    async with fetcher(site) as fetch:
        with pytest.raises(FetchError) as caught:
            await page(fetch, "slow", Patience(0.3, grace=0.1))

    assert caught.value.code == "cut-short"
