"""Which servers are asked at all, and what it looks like when none can be."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from fetch_site import MIB, OUTLET, Site, fetcher, get

from pipeline.fetch import Fetcher, FetchLimits
from pipeline.model.errors import FetchError, RefusedError

# -- private addresses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "[::]", "[64:ff9b::7f00:1]", "10.0.0.1",
     "169.254.169.254", "[fe80::1]"],
)  # fmt: skip
async def test_a_private_address_is_never_asked(site: Site, name: str) -> None:
    async with fetcher(site) as fetch:
        with pytest.raises(RefusedError) as caught:
            await fetch.get(f"http://{name}:{site.port}/secret", max_body=MIB)

    assert caught.value.code == "private-address"
    assert site.asked == []


@pytest.mark.parametrize("name", ["2130706433", "127.1", "0x7f000001", "0177.0.0.1", "user@127.0.0.1"])
async def test_a_disguised_loopback_address_is_a_bad_url(site: Site, name: str) -> None:
    async with fetcher(site) as fetch:
        with pytest.raises(RefusedError) as caught:
            await fetch.get(f"http://{name}:{site.port}/secret", max_body=MIB)

    assert caught.value.code == "bad-url"
    assert site.asked == []


@pytest.mark.parametrize(("path", "code"), [("/to-private", "private-address"), ("/to-file", "bad-url")])
async def test_a_redirect_to_a_private_address_or_a_file_is_not_followed(site: Site, path: str, code: str) -> None:
    with pytest.raises(RefusedError) as caught:
        await get(site, path)

    assert caught.value.code == code
    assert [asked for asked, _ in site.asked] == [path]


async def test_a_name_that_resolves_to_the_granted_server_without_a_grant_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = []

    def answer(name: str, port: int, *_: object) -> list[tuple[object, ...]]:
        looked_up.append(name)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    async with fetcher(site) as fetch:
        with pytest.raises(RefusedError) as caught:
            await fetch.get(f"http://rebound.example:{site.port}/secret", max_body=MIB)

    assert caught.value.code == "private-address"
    assert looked_up == ["rebound.example"]
    assert site.asked == []


def test_a_grant_to_another_machine_is_refused() -> None:
    with pytest.raises(ValueError, match="not a loopback address"):
        Fetcher(user_agent="x", grants={"a.test": ("192.168.0.1", 80)})


async def test_a_grant_of_a_suffix_does_not_cover_names_that_merely_end_alike(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", no_names)
    async with Fetcher(user_agent="x", grants={"courier.test": ("127.0.0.1", site.port)}) as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.get("http://evilcourier.test/feed", max_body=MIB)

    assert caught.value.code == "dns"
    assert site.asked == []


# -- no network ------------------------------------------------------------------------------


def no_names(*_: object) -> None:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


async def test_no_network_fails_at_once_and_asks_whether_the_machine_is_online(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", no_names)
    started = time.monotonic()
    async with Fetcher(user_agent="x") as fetch:
        with pytest.raises(FetchError, match=r"news\.example.*online") as caught:
            await fetch.get("http://news.example/feed", max_body=MIB)

    assert caught.value.code == "dns"
    assert time.monotonic() - started < 2


async def test_name_servers_that_stay_silent_end_as_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: silent.wait(5))
    async with Fetcher(user_agent="x", limits=FetchLimits(connect=0.2)) as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.get("http://news.example/feed", max_body=MIB)
    silent.set()

    assert caught.value.code == "dns"


async def test_a_server_that_is_down_is_a_failure_to_connect(site: Site) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    async with Fetcher(user_agent="x", grants={".test": ("127.0.0.1", port)}) as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.get("http://down.test/feed", max_body=MIB)

    assert caught.value.code == "connect"


async def test_tls_to_a_plain_server_is_a_tls_failure(site: Site) -> None:
    async with fetcher(site) as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.get(f"https://{OUTLET}/feed", max_body=MIB)

    assert caught.value.code == "tls"
