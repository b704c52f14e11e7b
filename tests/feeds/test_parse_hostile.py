"""Feeds that mean harm: bounded in time, and harmless in what comes out."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.feeds.parse import parse_feed
from pipeline.feeds.plain import one_line, paragraphs
from pipeline.model import ParsedFeed
from pipeline.model.errors import ContentError

NOW = datetime(2026, 3, 6, tzinfo=UTC)
SECONDS = 5.0  # generous for a busy machine; each of these takes 10 s to minutes where nothing bounds it


def parse(body: bytes, content_type: str = "application/xml") -> ParsedFeed:
    return parse_feed(body, content_type=content_type, url="https://courier.example/feed", now=NOW)


def item(inner: str) -> bytes:
    text = f"<rss version='2.0'><channel><item><link>https://c.example/a</link>{inner}</item></channel></rss>"
    return text.encode()


def timed(body: bytes) -> ParsedFeed | str:
    """What the body gave: the feed, or the code of its refusal; it fails where that takes long."""
    started = time.perf_counter()
    try:
        return parse(body)
    except ContentError as error:
        return error.code
    finally:
        assert time.perf_counter() - started < SECONDS


def attributes(count: int) -> str:
    return " ".join(f'a{n}="1"' for n in range(count))


def test_a_style_attribute_of_100_kb_costs_nothing() -> None:
    parsed = timed(item(f'<description>&lt;p style="{"a" * 100_000}"&gt;Voted.&lt;/p&gt;</description>'))

    assert isinstance(parsed, ParsedFeed)
    assert parsed.entries[0].summary == "Voted."


def test_fifty_thousand_opened_comments_cost_nothing() -> None:
    assert isinstance(timed(item("<description>" + "&lt;!--" * 50_000 + "</description>")), ParsedFeed)


def test_a_tag_of_forty_thousand_attributes_is_refused() -> None:
    assert timed(f"<rss {attributes(40_000)}><channel/></rss>".encode()) == "too-many-tags"


def test_more_tags_than_any_feed_has_are_refused() -> None:
    assert timed(b"<rss><channel>" + b"<a>" * 160_000) == "too-many-tags"


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0"' + b' encoding="' * 100_000,
        b'<?xml version="1.0"?>' + b' encoding="' * 100_000 + b"<rss version='2.0'/>",
        b"<?xml " + b" " * 1_000_000,
        b"\n" * 500_000 + b"<rss version='2.0'/>",
        b"<!DOCTYPE rss [" + b"\n" * 500_000 + b"]><rss version='2.0'/>",
        b"<!DOCTYPE a [>" * 50_000,
        b"<!a[>" * 50_000,
        b"<!--" * 100_000,
        b"<![" * 40_000,
        b"<" * 140_000,
        b"<rss><channel><item><title>" + b"&#x" * 100_000,
        b"\x00" * 1_000_000,
        b"<\x00" * 100_000,
        b"{" * 1_000_000,
        b'{"version": ' + b"9" * 100_000 + b"}",
    ],
    ids=range(15),
)
def test_input_on_which_a_search_could_run_away_ends_soon(body: bytes) -> None:
    assert timed(body) is not None


@pytest.mark.slow
@pytest.mark.parametrize("nested", ["<item><title>", "<a>", "<a b='"])
def test_the_deepest_nesting_that_is_let_through_is_read_in_bounded_time(nested: str) -> None:
    count = 149_000 // nested.count("<")
    started = time.perf_counter()
    parse(("<rss version='2.0'><channel>" + nested * count).encode())

    assert time.perf_counter() - started < 4 * SECONDS


def test_entities_of_the_document_type_never_expand() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 8))
    body = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{laughs}]>'.encode() + item("<title>x &l7; y</title>")
    parsed = timed(body)

    assert isinstance(parsed, ParsedFeed)
    assert len(parsed.entries[0].title) < 100


def test_a_file_that_an_entity_names_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("the secret")
    head = f'<!DOCTYPE rss [<!ENTITY f SYSTEM "{(tmp_path / "secret").as_uri()}">]>'.encode()

    for body in (
        head + item("<title>a &f;</title>"),
        head + b"<urlset><url><loc>https://a.example/&f;</loc></url></urlset>",
    ):
        assert "the secret" not in repr(parse(body))


@pytest.mark.parametrize("body", [b"/dev/zero", b"/etc/passwd", b"http://127.0.0.1/feed", b"file:///etc/passwd"])
def test_a_body_that_is_a_path_or_an_address_is_never_opened(body: bytes) -> None:
    assert timed(body) == "not-a-feed"


def test_a_body_over_five_mebibytes_is_too_large_and_one_of_just_that_is_read() -> None:
    body = b"<rss version='2.0'/>"

    assert timed(body.ljust(5 * 1024 * 1024 + 1)) == "too-large"
    assert isinstance(timed(body.ljust(5 * 1024 * 1024)), ParsedFeed)


def test_scripts_and_forged_marks_in_a_title_do_not_come_out() -> None:
    title = "Vote &lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; \u202e\u200bdone\nnow"
    parsed = parse(item(f"<title>{title}</title>"))

    assert parsed.entries[0].title == "Vote done now"


def test_a_lone_surrogate_in_json_does_not_reach_the_store() -> None:
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "\ud800", "url": "https://a.example/", "title": "a\ud800b\u0000", "language": "\udfff"}],
    }
    (entry,) = parse(json.dumps(body).encode()).entries

    for value in (entry.guid, entry.title, entry.language):
        value.encode("utf-8")
    assert entry.title == "a?b"


def test_long_fields_are_cut() -> None:
    body = item(
        f"<title>{'word ' * 9_000}</title><description>{'word ' * 90_000}</description><guid>{'g' * 9_000}</guid>"
    )
    (entry,) = parse(body).entries

    assert len(entry.title) <= 500
    assert len(entry.summary) <= 20_000
    assert len(entry.guid) == 32


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("a < b & c", "a < b & c"),
        ("AT&amp;T &copy; &#8217;", "AT&T © ’"),
        ("<p>One<br>two</p><p>three", "One\ntwo\nthree"),
        ("<style>p{}</style><b>Seen</b><noscript>not</noscript> too", "Seen too"),
        ("x<!-- hidden -->y", "xy"),
        ("<a href='data:" + "A" * 20_000 + "'>link</a>", "link"),
        ("", ""),
        ("<", "<"),
        ("<b></b>", ""),
    ],
)
def test_markup_becomes_text(fragment: str, text: str) -> None:
    assert paragraphs(fragment) == text


def test_markup_nested_deeper_than_a_parser_goes_is_read_or_dropped_in_bounded_time() -> None:
    started = time.perf_counter()
    paragraphs("<div>" * 30_000 + "deep")
    paragraphs("<p>x" * 30_000)

    assert time.perf_counter() - started < SECONDS


def test_a_title_is_one_line() -> None:
    assert one_line("<p>A\n\nvote</p><p>today</p>") == "A vote today"


PIECES = [
    "<rss version='2.0'>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<link>", "&", "&amp;", "<![CDATA[",
    "]]>", "<!--", "-->", "<?xml", "?>", "<!DOCTYPE", "[", "]>", "<feed>", "<entry>", "<urlset>", "<url>", "<loc>",
    "http://a/", "\x00", "é", "<a b='", "{", '"', "<html>", ":", "<pubDate>", "1", " ", "\ufeff", "<x:y>",
]  # fmt: skip
READ_OR_REFUSED = {"read", "empty", "not-a-feed", "html-instead-of-feed"}


def outcome(body: bytes, content_type: str = "application/xml") -> str:
    try:
        parse(body, content_type)
    except ContentError as error:
        return error.code
    return "read"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_scrambled_feeds_are_read_or_refused_and_nothing_else(pieces: list[str], codec: str) -> None:
    assert outcome("".join(pieces).encode(codec, "replace")) in READ_OR_REFUSED


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_are_read_or_refused_and_nothing_else(body: bytes, content_type: str) -> None:
    assert outcome(body, content_type) in READ_OR_REFUSED
