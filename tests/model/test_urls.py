"""Addresses: their canonical form, and which we refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.errors import RefusedError
from pipeline.model.urls import absolute, canonical, host, is_public_address


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("HTTP://Example.COM:80/a", "http://example.com/a"),
        ("https://example.com:443", "https://example.com/"),
        ("https://example.com:8443/", "https://example.com:8443/"),
        ("http://example.com./a", "http://example.com/a"),
        ("http://example.com/a#comments", "http://example.com/a"),
        ("http://example.com/a/./b/../c", "http://example.com/a/c"),
        ("http://example.com/../../a", "http://example.com/a"),
        (" \n http://example.com/a\t", "http://example.com/a"),
        ("http://example.com/a?id=3&utm_source=rss&utm_medium=feed", "http://example.com/a?id=3"),
        ("http://example.com/a?fbclid=1&gclid=2&mc_cid=3&at_medium=RSS", "http://example.com/a"),
        ("http://example.com/a?UTM_Source=x&b=&c", "http://example.com/a?b=&c"),
        ("http://example.com/haïti?q=é ü", "http://example.com/ha%C3%AFti?q=%C3%A9%20%C3%BC"),
        ("http://example.com/a%2fb%zz", "http://example.com/a%2Fb%25zz"),
        ("http://München.example/", "http://xn--mnchen-3ya.example/"),
        ("http://[2001:4860:4860:0:0:0:0:8888]/", "http://[2001:4860:4860::8888]/"),
    ],
)
def test_an_address_has_one_written_form(given_url: str, expected: str) -> None:
    assert canonical(given_url) == expected


@pytest.mark.parametrize("name", ["id", "article", "reference", "page", "utm", "attitude", "medium"])
def test_a_parameter_that_may_name_the_page_stays(name: str) -> None:
    assert canonical(f"http://example.com/?{name}=1") == f"http://example.com/?{name}=1"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("story.html", "https://example.com/news/story.html"),
        ("/story.html", "https://example.com/story.html"),
        ("../story.html", "https://example.com/story.html"),
        ("//other.example/x", "https://other.example/x"),
        ("?p=2", "https://example.com/news/feed?p=2"),
        ("http://other.example/", "http://other.example/"),
    ],
)
def test_a_relative_link_is_taken_against_its_base(link: str, expected: str) -> None:
    assert canonical(link, "https://example.com/news/feed") == expected


def test_an_absolute_address_keeps_its_query_so_that_a_redirect_can_set_it() -> None:
    assert absolute("http://example.com/a?utm_source=x#top") == "http://example.com/a?utm_source=x"


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "  ",
        "javascript:alert(1)",
        " java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.com/",
        "mailto:a@example.com",
        "story.html",
        "http://",
        "http:///path",
        "http://user:password@example.com/",
        "http://user@example.com/",
        "http://good.example\\@evil.example/",
        "http://a..b/",
        "http://exa mple.com/",
        "http://-a.example/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:x/",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://2130706433/",
        "http://127.1/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://1.2.3.4.5/",
        "http://" + "a" * 64 + ".example/",
        "http://example.com/" + "a" * 2_048,
        "http://example.com/" + "é" * 400,
    ],
)
def test_what_is_no_public_web_address_is_refused_by_name(bad: str) -> None:
    with pytest.raises(RefusedError) as caught:
        canonical(bad)

    assert caught.value.code == "bad-url"


def test_a_relative_javascript_link_is_refused_with_a_base_too() -> None:
    with pytest.raises(RefusedError):
        canonical("javascript:alert(1)", "https://example.com/")


def test_full_width_digits_are_the_address_that_they_look_like() -> None:
    assert absolute("http://１２７。0。0。1/") == "http://127.0.0.1/"


def test_a_refusal_shows_no_control_characters_and_little_of_a_long_address() -> None:
    with pytest.raises(RefusedError) as caught:
        canonical("ftp://x\u202e" + "a" * 1_000)

    assert "\u202e" not in str(caught.value)
    assert len(str(caught.value)) < 300


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://example.com/", "//", "http://[", "http://a/?"]))
def test_any_text_is_refused_or_becomes_a_form_that_stays_as_it_is(text: str, start: str) -> None:
    try:
        once = canonical(start + text, "https://example.com/x/y")
    except RefusedError:
        return

    assert canonical(once) == once
    assert once.isascii()
    assert once.startswith(("http://", "https://"))


def test_the_host_of_an_address_comes_without_port_in_lower_case() -> None:
    assert host("https://News.Example:8080/x") == "news.example"
    assert host("not an address") == ""
    assert host("http://[::1") == ""


@pytest.mark.parametrize("ip", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "172.32.0.1"])
def test_a_public_address_is_public(ip: str) -> None:
    assert is_public_address(ip)


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "127.255.255.254", "::1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "0.0.0.0", "0.1.2.3", "::", "224.0.0.1",
        "239.1.1.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1", "192.88.99.1", "fc00::1",
        "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700:4700::1111%1", "fec0::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1",
        "2002:7f00:1::", "2001::1", "2001:db8::1", "localhost", "", "127.1", "0x7f000001",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_public_internet_is_not_public(ip: str) -> None:
    assert not is_public_address(ip)
