"""No address that a feed or page can name reaches a private network: asked for itself, or at the end of a redirect.

A server on loopback stands for all that must not be reached, and counts. The look-up of names is ours.
"""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import quote

import pytest
from fetch_site import MIB, OUTLET, Site, fetcher

from pipeline.fetch import Fetcher
from pipeline.model.errors import FetchError, RefusedError

PUBLIC = "93.184.216.34"
# What a name server may answer, by name. The fourth field of an IPv6 address is its scope.
NAMES: dict[str, list[tuple[object, ...]]] = {
    "public.example": [(PUBLIC,)],
    "localhost": [("::1", 0, 0), ("127.0.0.1",)],
    "sub.localhost": [("127.0.0.1",)],
    "rebound.example": [("127.0.0.1",)],
    "127.0.0.1.nip.example": [("127.0.0.1",)],
    "any.example": [("0.0.0.0",)],
    "loop6.example": [("::1", 0, 0)],
    "mapped.example": [("::ffff:127.0.0.1", 0, 0)],
    "compatible.example": [("::127.0.0.1", 0, 0)],
    "nat64.example": [("64:ff9b::7f00:1", 0, 0)],
    "6to4.example": [("2002:7f00:1::", 0, 0)],
    "scoped.example": [("fe80::1", 0, 3)],
    "home.example": [("192.168.0.1",)],
    "company.example": [("10.0.0.1",)],
    "carrier.example": [("100.64.0.1",)],
    "metadata.google.internal": [("169.254.169.254",)],
    "all-private.example": [("10.0.0.1",), ("127.0.0.1",), ("::1", 0, 0)],
}
LITERALS = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.255.255.254",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1]",
    "[fc00::1]",
    "[fec0::1]",
    "[ff02::1]",
    "[fd00:ec2::254]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "198.18.0.1",
    "192.0.2.1",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.0.0.1",
]
DISGUISED = [
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0",
    "0x0",
    "256.256.256.256",
    "[fe80::1%25lo]",
    "[fe80::1%lo]",
    "[::ffff:127.0.0.1",
    "127.0%2E0.1",
    "user@127.0.0.1",
    "user:word@127.0.0.1",
    "public.example@127.0.0.1",
    "127.0.0.1\\@public.example",
    "%31%32%37.0.0.1",
    "localhost%00.example",
    "a..example",
    "..",
    "-",
]
NAMED = [name for name in NAMES if name != "public.example"] + ["LOCALHOST", "localhost.", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "localhost。"]
ELSEWHERE = [
    "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/", "javascript:alert(1)",
    "data:,a", "jar:http://127.0.0.1!/", "http://127.0.0.1:99999/",
    "http://public.example:22/", "http://public.example:25/", "https://public.example:6667/", "http://public.example:0/",
    "http://public.example:-1/",
]  # fmt: skip
NOWHERE = ["http:///127.0.0.1/", "http://", "http:", ""]  # at the end of a redirect these are relative


@pytest.fixture(autouse=True)
def look_ups(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answer look-ups from ``NAMES``, and remember them."""
    asked: list[str] = []

    def answer(name: str, port: int, *_: object) -> list[tuple[object, ...]]:
        asked.append(name)
        found = NAMES.get(name.rstrip(".").lower())
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [
            (socket.AF_INET6 if ":" in str(ip) else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port, *rest))
            for ip, *rest in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


@pytest.fixture(autouse=True)
def connections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let nothing but the site on loopback be connected to, and remember what was tried."""
    tried: list[str] = []
    connect = asyncio.SelectorEventLoop.sock_connect

    async def only_here(self: asyncio.SelectorEventLoop, sock: socket.socket, address: tuple[str, int]) -> None:
        tried.append(address[0])
        if address[0] != "127.0.0.1":
            raise ConnectionRefusedError(111, "Connection refused")
        await connect(self, sock, address)

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", only_here)
    return tried


async def refusal(site: Site, url: str) -> str:
    """The code with which ``url`` is refused."""
    async with fetcher(site) as fetch:
        with pytest.raises(RefusedError) as caught:
            await fetch.get(url, max_body=MIB)
    return caught.value.code


def through(url: str) -> str:
    """The address of a redirect to ``url``, on a server that may be asked."""
    return f"http://{OUTLET}/to?{quote(url, safe='')}"


CASES = (
    [(f"http://{host}:{{port}}/secret", "private-address") for host in (*LITERALS, *NAMED)]
    + [(f"http://{host}:{{port}}/secret", "bad-url") for host in DISGUISED]
    + [(url, "bad-url") for url in ELSEWHERE]
)


def test_there_are_at_least_forty_cases() -> None:
    assert len(CASES) == len(set(CASES)) >= 40


@pytest.mark.parametrize(("url", "code"), [*CASES, *((url, "bad-url") for url in NOWHERE)])
async def test_a_private_address_in_any_form_is_refused_and_not_reached(site: Site, url: str, code: str) -> None:
    assert await refusal(site, url.replace("{port}", str(site.port))) == code
    assert site.asked == []


@pytest.mark.parametrize(("url", "code"), CASES)
async def test_a_redirect_to_a_private_address_in_any_form_is_refused(site: Site, url: str, code: str) -> None:
    start = through(url.replace("{port}", str(site.port)))

    assert await refusal(site, start) == code
    assert [path.partition("?")[0] for path, _ in site.asked] == ["/to"]


async def test_the_address_that_was_vetted_is_the_one_that_is_connected_to(
    site: Site, look_ups: list[str], connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([[(PUBLIC,)], [("127.0.0.1",)]])  # the name server changes its mind after the first look-up
    answer = socket.getaddrinfo

    def rebinding(name: str, port: int, *rest: object) -> list[tuple[object, ...]]:
        monkeypatch.setitem(NAMES, "flip.example", next(answers))
        return answer(name, port, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    async with fetcher(site) as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.get(f"http://flip.example:{site.port}/secret", max_body=MIB)

    assert (caught.value.code, look_ups, connections) == ("connect", ["flip.example"], [PUBLIC])
    assert await refusal(site, f"http://flip.example:{site.port}/secret") == "private-address"
    assert connections == [PUBLIC]
    assert site.asked == []


async def test_of_a_name_with_public_and_private_addresses_only_the_public_is_tried(
    site: Site, connections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NAMES, "both.example", [("127.0.0.1",), (PUBLIC,), ("::1", 0, 0)])
    async with fetcher(site) as fetch:
        with pytest.raises((FetchError, RefusedError)):
            await fetch.get(f"http://both.example:{site.port}/secret", max_body=MIB)

    assert set(connections) <= {PUBLIC}
    assert site.asked == []


async def test_without_a_grant_not_even_the_name_of_our_own_server_reaches_loopback(site: Site) -> None:
    async with Fetcher(user_agent="x") as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.get(f"http://{OUTLET}:{site.port}/feed", max_body=MIB)

    assert caught.value.code == "dns"
    assert site.asked == []


@pytest.mark.parametrize("port", [80, 443, 8000, 8080, 8443])
async def test_a_port_of_the_web_is_asked(site: Site, connections: list[str], port: int) -> None:
    async with fetcher(site) as fetch:
        with pytest.raises(FetchError) as caught:
            await fetch.get(f"http://public.example:{port}/feed", max_body=MIB)

    assert (caught.value.code, connections) == ("connect", [PUBLIC])
