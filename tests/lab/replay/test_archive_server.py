"""The server: routing, conditional requests, the clock, the faults, and a clean end."""

from __future__ import annotations

import http.client
import socket
import threading
from datetime import UTC, datetime
from time import monotonic

import pytest

from pipeline.lab.replay import Archive, ArchiveServer
from pipeline.model.errors import UsageError

VOTE_DAY = datetime(2025, 9, 30, 23, 30, tzinfo=UTC)
ANE = "agencia-noticias-exterior.test"


def get(
    server: ArchiveServer, host: str, target: str, headers: dict[str, str] | None = None, *, timeout: float = 10
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    try:
        connection.request("GET", target, headers={"Host": host, **(headers or {})})
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return response.status, names, response.read()
    finally:
        connection.close()


def address(archive: Archive, article_id: str) -> tuple[str, str]:
    article = next(article for article in archive.articles if article.article_id == article_id)
    return archive.outlets[article.outlet].host, archive.target(article)


# -- routing ---------------------------------------------------------------------------------


def test_every_feed_answers_at_its_address(server: ArchiveServer):
    for feed in server.archive.feeds():
        host, _, path = feed.url.removeprefix("http://").partition("/")
        status, headers, body = get(server, host, f"/{path}")

        assert (status, bool(body), "etag" in headers) == (200, True, True), feed.url


def test_every_page_that_is_out_answers_at_its_address(server: ArchiveServer, archive: Archive):
    server.set_now(VOTE_DAY)
    statuses = {}
    for article in archive.articles:
        status, _headers, _body = get(server, *address(archive, article.article_id))
        statuses[article.article_id] = status
    out = {article.article_id for article in archive.visible(VOTE_DAY)}

    assert {key for key, status in statuses.items() if status == 200} == out - {"haiti-103"}
    assert statuses["haiti-103"] == 410
    assert statuses["haiti-075"] == 404


def test_host_may_carry_the_port(server: ArchiveServer):
    assert get(server, f"{ANE}:{server.port}", "/en/rss.xml")[0] == 200


def test_unknown_host_and_unknown_page_are_not_found(server: ArchiveServer):
    assert get(server, "elsewhere.test", "/feed.xml")[0] == 404
    assert get(server, ANE, "/en/nothing")[0] == 404


def test_some_hosts_have_robots_rules_and_some_have_none(server: ArchiveServer, archive: Archive):
    statuses = {get(server, outlet.host, "/robots.txt")[0] for outlet in archive.outlets.values()}

    assert statuses == {200, 404}


def test_browser_can_walk_by_path_without_the_hosts(server: ArchiveServer, archive: Archive):
    server.set_now(VOTE_DAY)
    host, target = address(archive, "haiti-040")
    here = f"127.0.0.1:{server.port}"

    _status, _headers, index = get(server, here, "/")
    _status, _headers, front = get(server, here, f"/{host}/")
    status, _headers, page = get(server, here, f"/{host}{target}")

    assert b"The clock says 2025-09-30 23:30 UTC" in index
    assert f'href="/{host}/"'.encode() in index
    assert f'href="/{host}{target}"'.encode() in front
    assert status == 200
    assert b'href="/miami-valley-sentinel.test/' in page
    assert b'<a href="http://' not in page


# -- conditional requests --------------------------------------------------------------------


@pytest.mark.parametrize("what", ["feed", "page"])
def test_same_etag_gives_304_without_a_body(server: ArchiveServer, archive: Archive, what: str):
    server.set_now(VOTE_DAY)
    host, target = (ANE, "/en/rss.xml") if what == "feed" else address(archive, "haiti-040")
    _status, headers, _body = get(server, host, target)

    status, again, body = get(server, host, target, {"If-None-Match": headers["etag"]})

    assert (status, body, again["etag"]) == (304, b"", headers["etag"])


def test_last_modified_is_the_newest_entrys_time_and_gives_304(server: ArchiveServer):
    server.set_now(VOTE_DAY)
    _status, headers, _body = get(server, ANE, "/en/rss.xml")

    assert headers["last-modified"] == "Tue, 30 Sep 2025 22:10:00 GMT"
    assert get(server, ANE, "/en/rss.xml", {"If-Modified-Since": headers["last-modified"]})[0] == 304
    assert get(server, ANE, "/en/rss.xml", {"If-Modified-Since": "Tue, 30 Sep 2025 22:09:59 GMT"})[0] == 200
    assert get(server, ANE, "/en/rss.xml", {"If-Modified-Since": "yesterday"})[0] == 200


def test_etag_goes_before_the_date(server: ArchiveServer):
    headers = {"If-None-Match": '"other"', "If-Modified-Since": "Fri, 01 Jan 2038 00:00:00 GMT"}

    assert get(server, ANE, "/en/rss.xml", headers)[0] == 200


def test_new_entry_changes_the_etag(server: ArchiveServer):
    server.set_now(datetime(2025, 9, 30, 22, 9, tzinfo=UTC))
    _status, before, _body = get(server, ANE, "/en/rss.xml")
    server.set_now(VOTE_DAY)

    status, after, body = get(server, ANE, "/en/rss.xml", {"If-None-Match": before["etag"]})

    assert status == 200
    assert after["etag"] != before["etag"]
    assert b"Kenya-led mission becomes Gang Suppression Force" in body


def test_revised_page_changes_with_the_clock(server: ArchiveServer, archive: Archive):
    host, target = address(archive, "haiti-102")
    server.set_now(datetime(2025, 10, 1, 8, tzinfo=UTC))
    _status, _headers, wrong = get(server, host, target)
    server.set_now(datetime(2025, 10, 1, 10, tzinfo=UTC))
    _status, _headers, corrected = get(server, host, target)

    assert b"as many as 5,000" in wrong
    assert b"as many as 5,500" in corrected


def test_some_feeds_say_how_long_they_may_be_kept(server: ArchiveServer):
    assert get(server, "republic-papers.test", "/atom.xml")[1]["cache-control"] == "max-age=300"
    assert "cache-control" not in get(server, ANE, "/en/rss.xml")[1]


def test_hits_count_requests_by_kind_and_status(server: ArchiveServer):
    _status, headers, _body = get(server, ANE, "/en/rss.xml")
    get(server, ANE, "/en/rss.xml", {"If-None-Match": headers["etag"]})
    get(server, ANE, "/en/nothing")

    assert dict(server.hits) == {("feed", 200): 1, ("feed", 304): 1, ("none", 404): 1}


# -- faults ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "status", "body"), [("down", 503, b"Service unavailable"), ("html", 200, b"<!DOCTYPE"), ("empty", 200, b"")]
)
def test_broken_feed_answers_wrongly_until_it_is_mended(server: ArchiveServer, how: str, status: int, body: bytes):
    server.break_feed(ANE, how)
    broken = get(server, ANE, "/en/rss.xml")
    server.mend()

    assert broken[0] == status
    assert broken[2][: len(body) or None] == body
    assert get(server, ANE, "/en/rss.xml")[2].startswith(b"<?xml")


def test_gone_page_is_410(server: ArchiveServer, archive: Archive):
    server.set_now(VOTE_DAY)
    host, target = address(archive, "haiti-040")
    server.break_page(f"http://{host}{target}", "gone")

    assert get(server, host, target)[0] == 410


@pytest.mark.parametrize("what", ["feed", "page"])
def test_silent_server_makes_the_client_give_up_and_still_stops_at_once(archive: Archive, what: str):
    server = ArchiveServer(archive)
    server.start()
    try:
        server.set_now(VOTE_DAY)
        host, target = (ANE, "/en/rss.xml") if what == "feed" else address(archive, "haiti-040")
        server.break_feed(ANE, "slow")
        server.break_page("http://{}{}".format(*address(archive, "haiti-040")), "hang")

        with pytest.raises(TimeoutError):
            get(server, host, target, timeout=0.2)

        assert get(server, "republic-papers.test", "/atom.xml")[0] == 200  # the others go on
    finally:
        began = monotonic()
        server.stop()
    assert monotonic() - began < 2


@pytest.mark.parametrize("what", ["feed", "page"])
def test_huge_body_has_no_length_and_more_than_any_limit(server: ArchiveServer, archive: Archive, what: str):
    server.set_now(VOTE_DAY)
    host, target = (ANE, "/en/rss.xml") if what == "feed" else address(archive, "haiti-040")
    server.break_feed(ANE, "huge")
    server.break_page("http://{}{}".format(*address(archive, "haiti-040")), "huge")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", target, headers={"Host": host})
        response = connection.getresponse()

        assert response.getheader("content-length") is None
        assert len(response.read(12_000_000)) == 12_000_000
    finally:
        connection.close()


@pytest.mark.parametrize(("host", "how"), [("the-lamp.test", "down"), (ANE, "hang")])
def test_fault_that_does_not_exist_is_refused(server: ArchiveServer, host: str, how: str):
    with pytest.raises(UsageError, match="Can't break"):
        server.break_feed(host, how)


def test_page_that_does_not_exist_can_not_be_broken(server: ArchiveServer):
    with pytest.raises(UsageError, match="Can't break"):
        server.break_page(f"http://{ANE}/en/nothing", "hang")


# -- life ------------------------------------------------------------------------------------


def test_server_grants_its_own_hosts_and_nothing_else(server: ArchiveServer):
    assert server.grants == {".test": ("127.0.0.1", server.port)}


async def test_server_runs_beside_a_loop_in_the_main_thread(archive: Archive):
    with ArchiveServer(archive) as server:
        assert get(server, ANE, "/en/rss.xml")[0] == 200


def test_stop_closes_the_port_and_ends_the_thread(archive: Archive):
    before = set(threading.enumerate())
    server = ArchiveServer(archive)
    server.start()
    port = server.port
    server.stop()

    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    server.stop()  # a second time does nothing


def test_server_can_be_started_again(archive: Archive):
    server = ArchiveServer(archive)
    for _round in range(2):
        server.start()
        assert get(server, ANE, "/en/rss.xml")[0] == 200
        server.stop()


def test_server_that_is_started_can_not_be_started_twice(server: ArchiveServer):
    with pytest.raises(UsageError, match="already started"):
        server.start()


def test_port_that_is_taken_is_told(server: ArchiveServer, archive: Archive):
    other = ArchiveServer(archive, port=server.port)

    with pytest.raises(UsageError, match=f"Port {server.port} on 127.0.0.1 can't be used"):
        other.start()


def test_clock_needs_a_zone(server: ArchiveServer):
    with pytest.raises(UsageError, match="time with a zone"):
        server.set_now(datetime(2025, 9, 30))  # noqa: DTZ001
