"""What a request brings, its bounds and its pace."""

from __future__ import annotations

import asyncio
import time

import pytest
from fetch_site import FEED, MIB, OUTLET, Site, fetcher, get

from pipeline.fetch import Fetcher, FetchLimits
from pipeline.model.errors import FetchError, RefusedError

# -- what works ------------------------------------------------------------------------------


async def test_a_granted_name_reaches_its_server_with_body_headers_and_host(site: Site) -> None:
    response = await get(site, "/feed")

    assert (response.status, response.body, response.headers["etag"]) == (200, FEED, '"v1"')
    assert site.asked[0][1]["host"] == OUTLET
    assert site.asked[0][1]["user-agent"] == "Missionwatch test"


async def test_a_validator_that_still_holds_gives_304_and_an_empty_body(site: Site) -> None:
    async with fetcher(site) as fetch:
        response = await fetch.get(f"http://{OUTLET}/feed", etag='"v1"', last_modified="yesterday", max_body=MIB)

    assert (response.status, response.body) == (304, b"")
    assert site.asked[0][1]["if-modified-since"] == "yesterday"


@pytest.mark.parametrize("etag", ["a\r\nX-Injected: 1", "\udce9", "x" * 2_000, ""])
async def test_a_validator_that_no_header_can_carry_is_left_out(site: Site, etag: str) -> None:
    async with fetcher(site) as fetch:
        response = await fetch.get(f"http://{OUTLET}/feed", etag=etag, max_body=MIB)

    assert response.status == 200
    assert "if-none-match" not in site.asked[0][1]
    assert "x-injected" not in site.asked[0][1]


async def test_a_redirect_is_followed_with_its_query_as_it_stands(site: Site) -> None:
    response = await get(site, "/moved")

    assert response.url == f"http://{OUTLET}/moved"
    assert response.final_url == f"http://{OUTLET}/feed?utm_source=moved"
    assert response.body == FEED


async def test_a_gzip_body_comes_decompressed(site: Site) -> None:
    assert (await get(site, "/gzip")).body == FEED


async def test_cookies_are_not_kept(site: Site) -> None:
    async with fetcher(site) as fetch:
        await fetch.get(f"http://{OUTLET}/cookie", max_body=MIB)
        await fetch.get(f"http://{OUTLET}/feed", max_body=MIB)

    assert "cookie" not in site.asked[1][1]


# -- bounds ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/announced", "/endless", "/bomb"])
async def test_a_body_over_its_bound_is_refused_however_it_comes(site: Site, path: str) -> None:
    with pytest.raises(RefusedError, match=OUTLET) as caught:
        await get(site, path)

    assert (caught.value.code, caught.value.status) == ("too-large", 200)


async def test_a_body_of_exactly_the_bound_is_read_and_one_byte_more_is_not(site: Site) -> None:
    assert (await get(site, "/gzip", max_body=len(FEED))).body == FEED

    with pytest.raises(RefusedError, match="more than"):
        await get(site, "/gzip", max_body=len(FEED) - 1)


async def test_a_server_that_drips_is_left_after_the_total_time(site: Site) -> None:
    started = time.monotonic()
    with pytest.raises(FetchError) as caught:
        await get(site, "/slow", total=0.3)

    assert caught.value.code == "timeout"
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("path", ["/short", "/wide-header", "/not-gzip"])
async def test_an_answer_that_breaks_the_protocol_is_broken(site: Site, path: str) -> None:
    with pytest.raises(FetchError) as caught:
        await get(site, path)

    assert caught.value.code == "broken"


@pytest.mark.parametrize(("path", "asked"), [("/loop", 1), ("/nowhere", 1), ("/hop/0", 6)])
async def test_redirects_in_a_circle_to_nowhere_or_too_many_are_refused(site: Site, path: str, asked: int) -> None:
    with pytest.raises(RefusedError) as caught:
        await get(site, path)

    assert (caught.value.code, caught.value.status) == ("redirects", 302)
    assert len(site.asked) == asked


# -- what servers answer ---------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
async def test_a_client_error_is_refused_and_told_by_number(site: Site, status: int) -> None:
    with pytest.raises(RefusedError, match=str(status)) as caught:
        await get(site, f"/{status}")

    assert (caught.value.code, caught.value.status) == ("http-4xx", status)


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504, 522])
async def test_a_server_error_may_go_away(site: Site, status: int) -> None:
    with pytest.raises(FetchError, match=str(status)) as caught:
        await get(site, f"/{status}")

    assert (caught.value.code, caught.value.status) == ("http-5xx", status)


async def test_429_carries_the_seconds_that_it_asks_for(site: Site) -> None:
    with pytest.raises(FetchError) as caught:
        await get(site, "/429")

    assert (caught.value.code, caught.value.status, caught.value.retry_after) == ("http-429", 429, 120.0)


@pytest.mark.parametrize(("path", "seconds"), [("/503", 600.0), ("/503-without-date", None)])
async def test_a_retry_after_date_is_read_against_the_servers_own_clock(
    site: Site, path: str, seconds: float | None
) -> None:
    with pytest.raises(FetchError) as caught:
        await get(site, path)

    assert (caught.value.code, caught.value.retry_after) == ("http-5xx", seconds)


# -- pace ------------------------------------------------------------------------------------


async def test_one_host_is_asked_at_most_twice_at_once(site: Site) -> None:
    async with fetcher(site) as fetch:
        await asyncio.gather(*(fetch.get(f"http://{OUTLET}/linger?{n}", max_body=MIB) for n in range(6)))

    assert len(site.asked) == 6
    assert site.most_at_once == 2


async def test_different_hosts_do_not_wait_for_each_other(site: Site) -> None:
    async with fetcher(site) as fetch:
        await asyncio.gather(*(fetch.get(f"http://outlet-{n}.test/linger", max_body=MIB) for n in range(6)))

    assert site.most_at_once > 2


async def test_starts_on_one_host_keep_their_distance(site: Site) -> None:
    async with fetcher(site, spacing=0.1) as fetch:
        await asyncio.gather(*(fetch.get(f"http://{OUTLET}/feed?{n}", max_body=MIB) for n in range(3)))

    assert site.starts[2] - site.starts[0] > 0.15


async def test_a_server_of_ones_own_needs_no_distance_between_starts(site: Site) -> None:
    grants = {".test": ("127.0.0.1", site.port)}
    limits = FetchLimits(spacing=60.0)
    async with Fetcher(user_agent="Missionwatch test", limits=limits, grants=grants, unspaced=[".test"]) as fetch:
        await asyncio.gather(*(fetch.get(f"http://{OUTLET}/feed?{n}", max_body=MIB) for n in range(3)))

    assert site.starts[2] - site.starts[0] < 30


async def test_the_wait_for_a_turn_is_no_part_of_the_time_that_a_request_may_take(site: Site) -> None:
    async with fetcher(site, total=0.4, spacing=0.25) as fetch:
        responses = await asyncio.gather(*(fetch.get(f"http://{OUTLET}/feed?{n}", max_body=MIB) for n in range(4)))

    assert [response.status for response in responses] == [200] * 4


async def test_a_request_that_fails_gives_its_place_back(site: Site) -> None:
    async with fetcher(site) as fetch:
        for _ in range(5):
            with pytest.raises(RefusedError):
                await fetch.get(f"http://{OUTLET}/404", max_body=MIB)
        response = await fetch.get(f"http://{OUTLET}/feed", max_body=MIB)

    assert response.status == 200
