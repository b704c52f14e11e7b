"""Each format that a feed may have, by a small sample."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.feeds.parse import parse_feed
from pipeline.model import ParsedFeed, Precision
from pipeline.model.errors import ContentError

NOW = datetime(2026, 3, 6, tzinfo=UTC)
URL = "https://courier.example/news/feed.xml"
LINK = "https://courier.example/news/gsf"
TENTH = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)

RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Lakeside Courier</title><language>en-gb</language><ttl>90</ttl>
<item><title>Force of 5,500 &amp;amp; more approved</title><link>https://courier.example/news/gsf?utm_source=rss</link>
<guid isPermaLink="false">c-1</guid><pubDate>Thu, 05 Mar 2026 10:00:00 GMT</pubDate>
<description>&lt;p&gt;The Council &lt;b&gt;voted&lt;/b&gt;.&lt;/p&gt;&lt;p&gt;Late.&lt;/p&gt;</description></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://courier.example/news/"><title>Courier</title>
<entry><title type="html">&lt;i&gt;Force&lt;/i&gt; approved</title><id>tag:c,1</id><link rel="self" href="self"/>
<link rel="alternate" href="gsf"/><published>2026-03-05T13:00:00+03:00</published>
<updated>2026-03-05T20:00:00Z</updated>
<content type="html">&lt;p&gt;The Council voted.&lt;/p&gt;</content></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel rdf:about="x"><title>Courier</title><link>https://courier.example/</link>
<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency></channel>
<item rdf:about="https://courier.example/news/gsf"><title>Force approved</title>
<link>https://courier.example/news/gsf</link><dc:date>2026-03-05T10:00:00Z</dc:date></item></rdf:RDF>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Courier",
        "language": "fr",
        "items": [
            {
                "id": 7,
                "url": "gsf",
                "title": "A < B",
                "content_html": "<p>The Council voted.</p>",
                "date_published": "2026-03-05T10:00:00Z",
            }
        ],
    }
).encode()
NEWS_SITEMAP = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><image:image><image:loc>https://courier.example/p.jpg</image:loc><image:title>A photo</image:title></image:image>
<loc>https://courier.example/news/gsf</loc><news:news><news:publication><news:name>Courier</news:name>
<news:language>en</news:language></news:publication><news:publication_date>2026-03-05T10:00:00Z</news:publication_date>
<news:title>Force approved</news:title></news:news></url></urlset>"""


def parse(body: bytes, content_type: str = "application/xml") -> ParsedFeed:
    return parse_feed(body, content_type=content_type, url=URL, now=NOW)


def rss(items: str) -> ParsedFeed:
    return parse(f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode())


@pytest.mark.parametrize(
    ("body", "kind", "guid", "title"),
    [
        (RSS, "rss", "c-1", "Force of 5,500 & more approved"),
        (ATOM, "atom", "tag:c,1", "Force approved"),
        (RDF, "rdf", "https://courier.example/news/gsf", "Force approved"),
        (JSON, "json", "7", "A < B"),
        (NEWS_SITEMAP, "sitemap", LINK, "Force approved"),
    ],
)
def test_each_format_gives_the_same_kind_of_entry(body: bytes, kind: str, guid: str, title: str) -> None:
    parsed = parse(body)

    assert (parsed.kind, parsed.problems, len(parsed.entries)) == (kind, (), 1)
    entry = parsed.entries[0]
    assert (entry.guid, entry.link, entry.title, entry.published) == (guid, LINK, title, TENTH)


def test_a_summary_is_plain_text_with_a_line_for_each_paragraph() -> None:
    assert parse(RSS).entries[0].summary == "The Council voted.\nLate."


@pytest.mark.parametrize("body", [ATOM, JSON])
def test_where_there_is_no_summary_the_content_stands_in(body: bytes) -> None:
    assert parse(body).entries[0].summary == "The Council voted."


@pytest.mark.parametrize(
    ("body", "ttl"),
    [(RSS, timedelta(minutes=90)), (RDF, timedelta(hours=6)), (ATOM, None), (JSON, None), (NEWS_SITEMAP, None)],
)
def test_the_life_that_a_feed_names_is_read(body: bytes, ttl: timedelta | None) -> None:
    assert parse(body).ttl == ttl


@pytest.mark.parametrize(
    "given", ["<ttl>0</ttl>", "<ttl>-5</ttl>", "<ttl>soon</ttl>", f"<ttl>{'9' * 30}</ttl>", "<ttl>²</ttl>"]
)
def test_a_life_that_makes_no_sense_is_none(given: str) -> None:
    assert rss(given).ttl is None


@pytest.mark.parametrize(("body", "language"), [(RSS, "en-gb"), (JSON, "fr"), (NEWS_SITEMAP, "en")])
def test_an_entry_has_the_language_of_its_feed(body: bytes, language: str) -> None:
    assert parse(body).entries[0].language == language


def test_a_plain_sitemap_gives_pages_without_titles() -> None:
    body = b"<urlset><url><loc>https://courier.example/a</loc><lastmod>2026-03-05</lastmod></url></urlset>"
    (entry,) = parse(body).entries

    assert (entry.title, entry.published, entry.precision) == ("", datetime(2026, 3, 5, tzinfo=UTC), Precision.DAY)


def test_a_sitemap_that_declares_no_prefixes_is_read_all_the_same() -> None:
    inner = "<image:loc>https://courier.example/p.jpg</image:loc><news:title>Vote</news:title><x:y>z</x:y>"
    (entry,) = parse(f"<urlset><url>{inner}<loc>{LINK}</loc></url></urlset>".encode()).entries

    assert (entry.link, entry.title) == (LINK, "Vote")


def test_an_index_of_sitemaps_is_told_with_the_first_that_it_lists() -> None:
    parsed = parse(b"<sitemapindex><sitemap><loc>https://courier.example/s1.xml</loc></sitemap></sitemapindex>")

    assert parsed.entries == ()
    assert "https://courier.example/s1.xml" in parsed.problems[0]


def test_of_a_large_sitemap_the_newest_pages_are_kept() -> None:
    pages = "".join(
        f"<url><loc>https://c.example/{n}</loc><lastmod>{2000 + n // 100}-01-01</lastmod></url>" for n in range(2_500)
    )
    parsed = parse(f"<urlset>{pages}</urlset>".encode())

    assert len(parsed.entries) == 2_000
    assert parsed.entries[0].published == datetime(2024, 1, 1, tzinfo=UTC)
    assert "2,500 entries" in parsed.problems[0]


# -- what is no feed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"<!DOCTYPE html><title>Log in</title>", "html-instead-of-feed"),
        (b"<HTML lang='en'><body>x</body></HTML>", "html-instead-of-feed"),
        (b"<!-- a --><?x?><html><body><p>x</body></html>", "html-instead-of-feed"),
        (b"<body><p>Just a moment...</p></body>", "html-instead-of-feed"),
        (b"<opml version='2.0'><body><outline xmlUrl='https://a.example'/></body></opml>", "not-a-feed"),
        (b"<note><to>you</to></note>", "not-a-feed"),
        (b"Not found", "not-a-feed"),
        (b"\x1f\x8b\x08\x00\x00\x00", "not-a-feed"),
        (b"%PDF-1.7 <<>>", "not-a-feed"),
        (b'{"a": 1}', "not-a-feed"),
        (b'{"version": 7, "items": []}', "not-a-feed"),
        (b'{"version": "https://jsonfeed.org/version/1", ', "not-a-feed"),
        (b'{"a":' * 100_000, "not-a-feed"),
        (b"[1, 2]", "not-a-feed"),
    ],
)
def test_what_is_no_feed_is_told_apart_and_named(body: bytes, code: str) -> None:
    with pytest.raises(ContentError, match=r"courier\.example") as caught:
        parse(body, "text/html")

    assert caught.value.code == code
    assert caught.value.remedy


@pytest.mark.parametrize(
    "body",
    [
        b'<rss version="2.0"><channel><title>T</title></channel></rss>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"/>',
        b'{"version": "https://jsonfeed.org/version/1", "items": []}',
        b"<urlset/>",
    ],
)
def test_a_feed_without_entries_is_a_feed_without_problems(body: bytes) -> None:
    parsed = parse(body)

    assert (parsed.entries, parsed.problems) == ((), ())


# -- flaws -----------------------------------------------------------------------------------


def test_a_broken_feed_gives_the_entries_before_the_break_and_says_where_it_is() -> None:
    broken = RSS.replace(b"</channel></rss>", b"<item><title>Half an entry</title><desc")
    parsed = parse(broken)

    assert [entry.guid for entry in parsed.entries] == ["c-1"]
    assert "not well-formed" in parsed.problems[0]
    assert "Half an entry" in parsed.problems[1]


def test_a_warning_before_the_feed_is_skipped_and_told() -> None:
    parsed = parse(b"PHP Warning: <b>mysql</b> gone\n" + RSS)

    assert [entry.guid for entry in parsed.entries] == ["c-1"]
    assert "before the feed's first tag" in parsed.problems[0]


def test_blanks_and_a_byte_order_mark_before_the_feed_are_no_flaw() -> None:
    assert parse(b"\xef\xbb\xbf\n\n" + RSS).problems == ()


@pytest.mark.parametrize("link", ["", "<link>javascript:alert(1)</link>", "<link>data:text/html,x</link>"])
def test_an_entry_without_a_usable_link_is_skipped_and_named(link: str) -> None:
    parsed = rss(f"<item><title>Vote</title>{link}</item><item><link>/b</link></item>")

    assert [entry.link for entry in parsed.entries] == ["https://courier.example/b"]
    assert parsed.problems == ("An entry has no link that can be used and was skipped. (Vote)",)


def test_many_entries_with_one_flaw_are_one_problem_with_their_count() -> None:
    parsed = rss("".join(f"<item><title>No {n}</title></item>" for n in range(9)))

    assert parsed.problems == (
        "An entry has no link that can be used and was skipped. (9 times: e.g. No 0; No 1; No 2)",
    )


def test_a_guid_that_is_an_address_serves_as_the_link() -> None:
    (entry,) = rss("<item><title>V</title><guid>https://courier.example/v</guid></item>").entries

    assert entry.link == "https://courier.example/v"


@pytest.mark.parametrize("guid", ["1", "a/b", "urn:x", "Vote 7"])
def test_an_id_stays_as_the_feed_has_it(guid: str) -> None:
    (entry,) = rss(f"<item><guid>{guid}</guid><link>gsf</link></item>").entries

    assert (entry.guid, entry.link) == (guid, LINK)


@pytest.mark.parametrize("base", ["https://courier.example/news/", "/news/", "./"])
def test_a_link_is_taken_against_the_base_that_the_feed_names(base: str) -> None:
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry xml:base="{base}"><link href="gsf"/></entry></feed>'

    assert [entry.link for entry in parse(feed.encode()).entries] == [LINK]


def test_an_entry_without_an_id_has_its_link_for_one() -> None:
    (entry,) = rss("<item><title>V</title><link>https://courier.example/v</link></item>").entries

    assert entry.guid == "https://courier.example/v"


@pytest.mark.parametrize("links", ["<feedburner:origLink>/real</feedburner:origLink>"])
def test_the_address_behind_a_counting_redirect_is_preferred(links: str) -> None:
    namespace = "xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'"
    (entry,) = rss(f"<item {namespace}><link>https://feeds.example/~r/1</link>{links}</item>").entries

    assert entry.link == "https://courier.example/real"


def test_at_most_two_thousand_entries_are_read_and_the_rest_is_told() -> None:
    parsed = rss("".join(f"<item><link>/{n}</link></item>" for n in range(2_001)))

    assert len(parsed.entries) == 2_000
    assert parsed.problems == ("The feed has 2,001 entries; 2,000 were read.",)


# -- charsets --------------------------------------------------------------------------------

TITLE = "Haïti – « vote » à Genève"


@pytest.mark.parametrize(
    ("codec", "declared", "content_type"),
    [
        ("utf-8", "", "text/xml"),
        ("utf-8", "", ""),
        ("utf-8", "", "text/html; charset=iso-8859-1"),
        ("utf-8", "iso-8859-1", "application/xml"),
        ("utf-8-sig", "", "text/plain"),
        ("cp1252", "windows-1252", "application/xml"),
        ("cp1252", "iso-8859-1", "text/xml"),
        ("cp1252", "", "application/rss+xml; charset=windows-1252"),
        ("cp1252", "utf-8", "application/xml"),
        ("cp1252", "", ""),
        ("utf-16", "utf-16", "application/xml"),
        ("utf-16-le", "", "application/xml"),
        ("utf-16-be", "utf-16", ""),
        ("utf-32", "", ""),
    ],
)
def test_a_title_is_read_in_the_charset_of_its_bytes(codec: str, declared: str, content_type: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    text = (
        f"{declaration}<rss version='2.0'><channel><item><title>{TITLE}</title><link>/a</link></item></channel></rss>"
    )
    (entry,) = parse(text.encode(codec), content_type).entries

    assert entry.title == TITLE


def test_a_few_broken_bytes_do_not_spoil_the_rest_of_a_utf8_feed() -> None:
    text = f"<rss version='2.0'><channel><item><title>{TITLE}</title><link>/a</link></item></channel></rss>" + " " * 200
    parsed = parse(text.encode().replace(b"vote", b"vo\xffte"))

    assert parsed.entries[0].title == TITLE.replace("vote", "vo\ufffdte")
    assert parsed.problems == ("Some bytes are not UTF-8; they were replaced.",)


@pytest.mark.parametrize("charset", ["utf-7", "zlib", "base64", "unicode_escape", "idna", "no-such-charset"])
def test_a_charset_that_is_none_of_the_web_is_not_obeyed(charset: str) -> None:
    parsed = parse(RSS.replace(b"utf-8", charset.encode()), f"text/xml; charset={charset}")

    assert [entry.guid for entry in parsed.entries] == ["c-1"]
    assert "charset that we do not know" in parsed.problems[0]


def test_an_atom_entry_with_no_link_but_its_own_has_that_one() -> None:
    entry = b'<entry><title>Force approved</title><id>tag:c,1</id><link rel="self" href="gsf"/></entry>'

    (found,) = parse(b'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>' + entry + b"</feed>").entries

    assert found.link == LINK


@pytest.mark.parametrize("version", ["1", "1.1", " 1.0 ", 1, 1.1])
def test_a_json_feed_may_write_its_version_short(version: object) -> None:
    feed = {"version": version, "title": "T", "items": [{"id": "1", "url": LINK, "title": "Force approved"}]}

    assert [entry.link for entry in parse(json.dumps(feed).encode()).entries] == [LINK]


@pytest.mark.parametrize("version", ["2", "1.1.3", "version 1", 7, None, True])
def test_json_of_another_version_is_no_feed(version: object) -> None:
    with pytest.raises(ContentError) as caught:
        parse(json.dumps({"version": version, "items": []}).encode())

    assert caught.value.code == "not-a-feed"
