"""Feeds from pages and lists: what is taken, what is left out, and what hostile ones may not do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.model import ParsedEntry, ParsedFeed, Precision, Role
from pipeline.model.errors import ContentError, RefusedError
from pipeline.watches import load_watch
from pipeline.watches.discover import discover
from pipeline.watches.drafting.feeds import USUAL, family_of, feed_for, usual_gap
from pipeline.watches.opml import MAX_BYTES, MAX_FEEDS, read_opml, write_opml

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEEDS = Path(__file__).parents[2] / "seeds"
HOME = "https://isle-post.example/"


def home(head: str, body: str = "") -> bytes:
    return f"<!doctype html><html lang=fr><head><title>Isle &amp; Post</title>{head}</head><body>{body}".encode()


def found(head: str, body: str = "") -> list[tuple[str, str]]:
    return [(one.url, one.title) for one in discover(home(head, body), "text/html", HOME).feeds]


# -- a home page ----------------------------------------------------------------------------------


def test_the_feeds_that_a_pages_head_names_are_found_with_their_titles() -> None:
    head = (
        '<link rel="alternate" type="application/rss+xml" title="All news" href="/all.xml">'
        '<LINK REL="Alternate" TYPE="application/atom+xml" HREF="https://other.example/atom">'
        '<link rel=alternate type="application/feed+json" href="feed.json">'
    )

    assert found(head) == [
        ("https://isle-post.example/all.xml", "All news"),
        ("https://other.example/atom", ""),
        ("https://isle-post.example/feed.json", ""),
    ]


def test_links_in_the_text_that_look_like_feeds_come_after_those_of_the_head() -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="/all.xml">'
    body = '<a href="/rss/world.rss">World</a> <a href="/feedback">Tell us</a> <a href="/news/feed/">Feed</a>'

    assert [url for url, _ in found(head, body)] == [
        "https://isle-post.example/all.xml",
        "https://isle-post.example/rss/world.rss",
        "https://isle-post.example/news/feed/",
    ]


def test_no_address_is_guessed_that_the_page_does_not_have() -> None:
    assert found("", '<a href="/about">About</a>') == []


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="alternate" type="application/rss+xml" title="Comments" href="/c.xml">',
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">',
        '<link rel="alternate" hreflang="en" href="/en">',
        '<link rel="stylesheet" type="application/rss+xml" href="/a.xml">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">',
        '<link rel="alternate" type="application/rss+xml" href="https://user:secret@isle-post.example/a.xml">',
        '<link rel="alternate" type="application/rss+xml">',
    ],
)
def test_what_is_no_feed_of_news_is_passed_over(head: str) -> None:
    assert found(head) == []


def test_an_address_that_stands_twice_is_found_once() -> None:
    link = '<link rel="alternate" type="application/rss+xml" title="All" href="/all.rss">'

    assert found(link + link, '<a href="/all.rss">RSS</a>') == [("https://isle-post.example/all.rss", "All")]


def test_relative_addresses_follow_the_pages_base() -> None:
    head = '<base href="https://cdn.example/x/"><link rel="alternate" type="text/xml" href="../feed.xml">'

    assert found(head) == [("https://cdn.example/feed.xml", "")]


def test_the_page_says_its_title_and_its_language() -> None:
    page = discover(home(""), "text/html", HOME)

    assert (page.title, page.language) == ("Isle & Post", "fr")


@pytest.mark.parametrize(
    ("body", "code"),
    [(b" \n", "empty"), (b"<p>" + b"x" * 3 * 2**20, "too-large")],
)
def test_a_page_that_is_empty_or_too_large_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(ContentError) as caught:
        discover(body, "text/html", HOME)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "body",
    [
        f'<img data-settings="{"x" * 100_000}">',
        f'<div class="search-text""><script>a < b && "{"x" * 30_000}"</script>',
        f"5 < 6 {'words ' * 10_000}",
        "<p>" * 60_000,
    ],
    ids=["a long attribute", "a stray quote", "a sign in the text", "many tags"],
)
def test_no_page_is_refused_for_how_its_tags_look(body: str) -> None:
    assert found('<link rel="alternate" type="application/rss+xml" href="/all.xml">', body) == [
        ("https://isle-post.example/all.xml", "")
    ]


def test_the_first_base_of_a_page_holds() -> None:
    head = '<base href="/a/"><base href="/b/"><link rel="alternate" type="application/rss+xml" href="all.xml">'

    assert found(head) == [("https://isle-post.example/a/all.xml", "")]


# -- OPML -----------------------------------------------------------------------------------------

LIST = b"""<?xml version="1.0"?><!-- from a reader -->
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="West Africa">
  <outline type="rss" text="Isle Post" xmlUrl="https://isle-post.example/rss" language="fr"/>
  <outline text="Shore" xmlurl="https://shore.example/feed"/>
</outline>
<outline text="Plain" title="Plain Dealer" xmlUrl="https://plain.example/a?b=1&c=2"/>
<outline text="Local" xmlUrl="file:///etc/passwd"/>
<outline text="Again" xmlUrl="https://shore.example/feed"/>
</body></opml>"""


def test_a_list_of_a_feed_reader_gives_feeds_with_the_folder_as_region() -> None:
    feeds, notes = read_opml(LIST, source="mine.opml", language="en")

    assert [(f.url, f.title, f.language, f.region, f.family) for f in feeds] == [
        ("https://isle-post.example/rss", "Isle Post", "fr", "west-africa", "isle-post"),
        ("https://shore.example/feed", "Shore", "en", "west-africa", "shore"),
        ("https://plain.example/a?b=1&c=2", "Plain Dealer", "en", "unknown", "plain"),
    ]
    assert {(f.role, f.expected_every, f.confirmed_in) for f in feeds} == {(Role.OUTLET, USUAL, "mine.opml")}
    assert notes == (
        "mine.opml, line 8: left out. The address file://… is not an http or https address.",
        "mine.opml, line 9: left out. https://shore.example/feed stands in line 5 already.",
    )


def listing(*addresses: str) -> bytes:
    """A list with an address a line, from line 2 on, after one that is good."""
    lines = "\n".join(f'<outline xmlUrl="{url}"/>' for url in ("https://good.example/rss", *addresses))
    return f"<opml><body>\n{lines}\n</body></opml>".encode()


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("http://127.0.0.1:9000/feed", "http://127.0.0.1:9000/feed is not on the public internet."),
        ("http://169.254.169.254/latest", "http://169.254.169.254/latest is not on the public internet."),
        ("http://[::1]/feed", "http://[::1]/feed is not on the public internet."),
        ("http://localhost/feed", "http://localhost/feed is not on the public internet."),
        ("http://router.local/feed", "http://router.local/feed is not on the public internet."),
        ("ftp://isle.example/rss", "The address ftp://… is not an http or https address."),
        (
            "https://u:p@isle.example/",
            "The address https://…@isle.example/ holds a user name, a password or a backslash.",
        ),
        ("HTTPS://GOOD.example/rss", "https://good.example/rss stands in line 2 already."),
    ],
)
def test_what_a_list_must_not_name_is_left_out_and_told_by_its_line(address: str, why: str) -> None:
    feeds, notes = read_opml(listing(address), source="mine.opml")

    assert [feed.url for feed in feeds] == ["https://good.example/rss"]
    assert notes == (f"mine.opml, line 3: left out. {why}",)


def test_a_server_of_ones_own_may_stand_in_a_list() -> None:
    feeds, notes = read_opml(listing("http://desk.internal/rss"), source="x", is_own="desk.internal".__eq__)

    assert [feed.url for feed in feeds] == ["https://good.example/rss", "http://desk.internal/rss"]
    assert notes == ()


def test_the_line_at_which_a_list_gets_too_long_is_told() -> None:
    with pytest.raises(ContentError, match=r"^mine\.opml, line 2002: the list has more than 2,000 feeds\."):
        read_opml(listing(*(f"https://n{n}.example/rss" for n in range(2000))), source="mine.opml")


def test_of_many_lines_that_are_left_out_fifty_are_told() -> None:
    _, notes = read_opml(listing(*["http://10.0.0.1/rss"] * 60), source="mine.opml")

    assert len(notes) == 51
    assert notes[-1] == "mine.opml: and 10 more were left out."


@pytest.mark.parametrize("name", ["haiti", "somalia", "lebanon"])
def test_what_is_written_as_opml_reads_back_as_the_same_feeds(name: str) -> None:
    feeds = load_watch(SEEDS / name).feeds

    back, notes = read_opml(write_opml(feeds, "A <title> & more\x00"), source="x")

    assert sorted(back, key=lambda f: f.url) == sorted(feeds, key=lambda f: f.url)
    assert notes == ()


def test_a_title_with_what_xml_has_no_place_for_is_written_without_it() -> None:
    feed = replace(feed_for("https://isle-post.example/rss", "x"), title='A\x0b"<b>\uffff&')

    back, _ = read_opml(write_opml([feed], "x"), source="x")

    assert back[0].title == 'A"<b>&'


def test_entities_that_a_list_defines_do_not_expand() -> None:
    bomb = b'<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>'
    listed = b'<opml><body><outline text="&b;&x;" xmlUrl="https://isle-post.example/rss"/></body></opml>'

    feeds, _ = read_opml(bomb + listed, source="x")

    assert "aaa" not in feeds[0].title
    assert "root:" not in feeds[0].title


def outlines(count: int) -> bytes:
    many = "".join(f'<outline xmlUrl="https://n{n}.example/rss"/>' for n in range(count))
    return f"<opml><body>{many}</body></opml>".encode()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not-a-feed"),
        (b"<html><body>no list</body></html>", "not-a-feed"),
        (b"<opml><body><outline text='empty'/></body></opml>", "not-a-feed"),
        (outlines(MAX_FEEDS + 1), "too-large"),
        (b"<opml>" + b" " * MAX_BYTES, "too-large"),
        (b"<opml>" + b"<a/>" * 60_000, "too-many-tags"),
    ],
)
def test_what_is_no_list_or_too_large_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_opml(body, source="mine.opml")
    assert caught.value.code == code
    assert "mine.opml" in caught.value.message


def test_a_list_in_another_charset_is_read() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?><opml><body><outline text="Île" xmlUrl="https://i.example/rss"/></body></opml>'

    feeds, _ = read_opml(text.encode("utf-16"), source="x")

    assert feeds[0].title == "Île"


# -- a feed from little ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "family"),
    [
        ("https://www.isle-post.example/rss", "isle-post"),
        ("https://feeds.shore.co.ke/world", "shore"),
        ("https://feeds.feedburner.com/tideline?format=xml", "tideline"),
        ("https://northern.wordpress.com/feed/", "northern"),
        ("http://127.0.0.1:8000/feed", "127-0-0-1"),
    ],
)
def test_the_publisher_is_told_by_the_host(url: str, family: str) -> None:
    assert family_of(url) == family


def test_a_feed_without_a_title_is_called_by_its_host() -> None:
    assert feed_for("https://isle-post.example/rss", " \u202e").title == "isle-post.example"


def test_an_address_that_can_not_be_polled_is_refused() -> None:
    with pytest.raises(RefusedError):
        feed_for("ftp://isle-post.example/rss", "x")


def parsed(*hours_ago: float) -> ParsedFeed:
    entries = tuple(
        ParsedEntry(str(h), "https://a.example/", "", "", NOW - timedelta(hours=h), Precision.TIME, "")
        for h in hours_ago
    )
    return ParsedFeed("rss", "", entries, None, ())


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        ((1, 11, 31), timedelta(hours=30)),  # half as long again as the longest gap
        ((100, 101, 102), timedelta(hours=150)),  # the silence until now counts too
        ((0, 0.1, 0.2), timedelta(hours=6)),
        ((1, 5_000, 9_000), timedelta(days=30)),
        ((1, 2), USUAL),
        ((), USUAL),
    ],
)
def test_how_long_a_feed_may_be_quiet_follows_from_its_entries(ages: tuple[float, ...], expected: timedelta) -> None:
    assert usual_gap(parsed(*ages), NOW) == expected
