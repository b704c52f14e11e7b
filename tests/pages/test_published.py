"""When a page was published: each source, their order, and what can't be."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from lxml.html import document_fromstring, tostring

from pipeline.model import Precision, PublishedAt
from pipeline.pages.published import MAX_JSON_LD, published_at

SEEN = datetime(2025, 10, 2, 12, tzinfo=UTC)
FEED = datetime(2025, 9, 30, 20, 15, tzinfo=UTC)
PARAGRAPHS = "<p>The council met and agreed to send more officers to the mission in the capital.</p>" * 3


def utc(day: int, hour: int = 0, minute: int = 0, *, month: int = 9, year: int = 2025) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def page(head: str = "", body: str = "") -> str:
    return f"<!doctype html><html><head><title>Vote</title>{head}</head><body>{body}{PARAGRAPHS}</body></html>"


def json_ld(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


def news(published: object, kind: object = "NewsArticle") -> str:
    return json_ld({"@context": "https://schema.org", "@type": kind, "datePublished": published})


def og(published: str) -> str:
    return f'<meta property="article:published_time" content="{published}">'


def when(
    html: str, *, feed: datetime | None = None, precision: Precision = Precision.TIME, url: str = ""
) -> PublishedAt:
    return published_at(html, feed_published=feed, feed_precision=precision, seen_at=SEEN, url=url)


@pytest.mark.parametrize(
    "kind",
    [
        "NewsArticle",
        "Article",
        "ReportageNewsArticle",
        "LiveBlogPosting",
        ["Thing", "NewsArticle"],
        "schema:NewsArticle",
    ],
)
def test_json_ld_of_an_article_is_read(kind: object) -> None:
    found = when(page(news("2025-09-30T15:05:00-04:00", kind)), feed=FEED)

    assert found == PublishedAt(utc(30, 19, 5), Precision.TIME, "json-ld")


def test_json_ld_in_a_graph_is_read_and_its_article_goes_before_its_page() -> None:
    data = {
        "@graph": [
            {"@type": "WebPage", "datePublished": "2019-01-01T08:00:00Z"},
            {"@type": "NewsArticle", "datePublished": "2025-09-30T19:05:00Z"},
        ]
    }

    assert when(page(json_ld(data))).time == utc(30, 19, 5)


def test_json_ld_of_the_page_itself_is_read_where_no_article_is_named() -> None:
    found = when(page(json_ld({"@type": "WebPage", "datePublished": "2025-09-30T19:05:00Z"})))

    assert found == PublishedAt(utc(30, 19, 5), Precision.TIME, "json-ld")


def test_the_stories_in_a_list_of_others_do_not_date_the_page() -> None:
    others = {
        "@type": "ItemList",
        "itemListElement": [{"@type": "NewsArticle", "datePublished": "2025-01-01T00:01:00Z"}],
    }

    assert when(page(json_ld(others) + og("2025-09-30T19:05:00Z"))).source == "open-graph"


def test_a_date_in_broken_json_ld_is_still_read() -> None:
    broken = (
        '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2025-09-30T19:05:00Z",}</script>'
    )

    assert when(page(broken)) == PublishedAt(utc(30, 19, 5), Precision.TIME, "json-ld")


def test_json_ld_in_a_comment_or_cdata_is_read() -> None:
    inner = '{"@type":"NewsArticle","datePublished":"2025-09-30T19:05:00Z"}'
    script = f'<script type="application/ld+json">//<![CDATA[\n{inner}\n//]]></script>'

    assert when(page(script)).source == "json-ld"


def test_json_ld_that_is_too_large_is_left_to_htmldate_which_does_not_parse_it() -> None:
    huge = json_ld({"@type": "NewsArticle", "datePublished": "2025-09-29T19:05:00Z", "x": "y" * MAX_JSON_LD})

    assert when(page(huge), feed=FEED).source == "htmldate"


def test_json_ld_that_is_nested_without_end_is_passed_over() -> None:
    deep = f'<script type="application/ld+json">{"[" * 100_000}</script>'

    assert when(page(deep), feed=FEED).source == "feed"


def test_json_ld_goes_before_open_graph() -> None:
    found = when(page(og("2025-09-30T22:00:00Z") + news("2025-09-30T19:05:00Z")), feed=FEED)

    assert found == PublishedAt(utc(30, 19, 5), Precision.TIME, "json-ld")


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (og("2025-09-30T19:05:00+00:00"), ""),
        ('<meta name="article:published_time" content="2025-09-30T19:05:00Z">', ""),
        ('<meta itemprop="datePublished" content="2025-09-30T22:05:00+03:00">', ""),
        ("", '<span itemprop="datePublished" content="2025-09-30T19:05:00Z">Tuesday</span>'),
        ("", '<article><h1>Vote</h1><time datetime="2025-09-30T19:05:00Z">Tuesday</time></article>'),
    ],
)
def test_the_markup_of_the_page_goes_before_the_feed(head: str, body: str) -> None:
    assert when(page(head, body), feed=FEED) == PublishedAt(utc(30, 19, 5), Precision.TIME, "open-graph")


def test_the_time_of_another_storys_card_does_not_date_the_page() -> None:
    cards = '<article><time datetime="2025-09-01T10:00:00Z">x</time></article>' * 2
    own = '<article><h1>Vote</h1><time datetime="2025-09-30T19:05:00Z">Tuesday</time></article>'

    assert when(page("", cards + own)).time == utc(30, 19, 5)


def test_htmldate_finds_a_day_that_is_only_written() -> None:
    body = '<div class="post-meta"><span class="date">September 30, 2025</span></div>'

    assert when(page("", body)) == PublishedAt(utc(30), Precision.DAY, "htmldate")


def test_a_day_that_is_only_in_the_running_text_dates_no_page() -> None:
    assert when(page("", "<table><tr><td>Le 30 septembre 2025, par Ann Lee</td></tr></table>")).source == "seen"


@pytest.mark.parametrize(
    "around",
    [
        "<h1>Vote</h1><p>By Ann Lee</p><p>September 30, 2025</p>",
        "<p>30.09.2025</p><h1>Vote</h1>",
        "<h1>Vote</h1><p>am 30. 9. 2025, 10:15 Uhr</p>",
        "<h1>Isle Post</h1><p>2 October 2025</p><h1>Vote</h1><p>Published 30 September 2025</p>",
    ],
)
def test_the_day_that_is_printed_at_the_headline_goes_before_the_time_of_a_comment(around: str) -> None:
    comment = '<div class="comment"><time datetime="2025-10-01T10:40:52+02:00">1.10.25</time></div>'

    assert when(page("", around + PARAGRAPHS + comment)) == PublishedAt(utc(30), Precision.DAY, "printed")


def test_a_printed_day_takes_the_feeds_time_of_that_day() -> None:
    assert when(page("", "<h1>Vote</h1><p>30 September 2025</p>"), feed=FEED).time == FEED


def test_where_markup_and_headline_name_other_days_the_feed_decides() -> None:
    html = page(news("2025-09-12T08:00:00Z"), "<h1>Vote</h1><p>Updated 29 September 2025</p>")

    assert when(html, feed=FEED) == PublishedAt(FEED, Precision.TIME, "feed")
    assert when(html).source == "seen"


def test_the_day_of_the_address_settles_what_markup_and_headline_dispute() -> None:
    html = page(news("2025-09-12T08:00:00Z"), "<h1>Vote</h1><p>Tickets: 29 September 2025</p>")

    assert when(html, url="https://isle.test/2025/09/12/vote").source == "json-ld"


def test_one_of_the_days_at_the_headline_has_to_be_that_of_the_markup() -> None:
    html = page(news("2025-09-12T08:00:00Z"), "<h1>Vote</h1><p>Updated 29 September 2025</p><p>First 12.09.2025</p>")

    assert when(html, feed=FEED).source == "json-ld"


def test_the_printed_day_is_the_outlets_where_the_page_has_its_time_in_utc() -> None:
    found = when(page(news("2025-10-01T02:11:03Z"), "<h1>Vote</h1><p>September 30, 2025</p>"))

    assert found.time == utc(1, 2, 11, month=10).replace(second=3)
    assert found.time.date() == date(2025, 9, 30)


def test_a_day_with_two_readings_agrees_with_markup_in_either_and_dates_no_page_alone() -> None:
    printed = "<h1>Vote</h1><p>9/8/2025</p>"

    assert when(page(news("2025-09-08T10:00:00Z"), printed), feed=FEED).source == "json-ld"
    assert when(page(news("2025-08-09T10:00:00Z"), printed), feed=FEED).source == "json-ld"
    assert when(page("", printed), feed=FEED).source == "feed"


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Vote</h1><p>The council, which met on 12 September 2025 for the first time, sends more officers.</p>",
        "<h1>Vote</h1><script>12.09.2025</script><select><option>12.09.2025</option></select>",
        "<h1>Vote</h1>" + "<p>A line of the story.</p>" * 20 + "<p>12.09.2025</p>",
        "<p>12.09.2025</p>",
    ],
)
def test_a_day_in_a_sentence_out_of_sight_or_far_from_the_headline_contradicts_no_markup(body: str) -> None:
    assert when(page(news("2025-09-30T19:05:00Z"), body), feed=FEED).source == "json-ld"


def test_of_a_year_alone_no_day_is_made() -> None:
    assert when(page("", "<footer>© 2024 Isle Post</footer>")).source == "seen"


@pytest.mark.parametrize(
    "head",
    [
        news("2025-09-30T21:30:00-04:00"),
        og("Tue, 30 Sep 2025 21:30:00 -0400"),
        news("2025-09-30") + og("2025-10-01T01:30:00Z"),
    ],
)
def test_the_date_of_a_time_is_the_outlets_own_day(head: str) -> None:
    found = when(page(head))

    assert found.time == utc(1, 1, 30, month=10)
    assert found.time.date() == date(2025, 9, 30)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2025-10-01T01:30:00Z", date(2025, 9, 30)),
        ("2025-09-29T20:00:00Z", date(2025, 9, 30)),
        ("2025-10-01T01:30:00+01:00", date(2025, 10, 1)),
        ("2025-10-01T10:04:00Z", date(2025, 10, 1)),  # nowhere was that the day before
        ("2025-09-12T08:00:00Z", date(2025, 9, 12)),
    ],
)
def test_the_day_of_the_address_is_the_outlets_where_the_page_has_its_time_in_utc(written: str, day: date) -> None:
    found = when(page(news(written)), url="https://isle.test/2025/09/30/vote")

    assert found.time == datetime.fromisoformat(written)
    assert found.time.date() == day


@pytest.mark.parametrize("url", ["https://isle.test/2025/13/45/vote", "https://isle.test/1-2025-09-301", "https://[x"])
def test_an_address_without_a_day_changes_nothing(url: str) -> None:
    assert when(page(news("2025-10-01T01:30:00Z")), url=url).time.date() == date(2025, 10, 1)


def test_the_feed_is_asked_where_the_page_is_silent() -> None:
    assert when(page(), feed=FEED) == PublishedAt(FEED, Precision.TIME, "feed")


def test_a_day_of_the_feed_stays_a_day() -> None:
    assert when(page(), feed=utc(30), precision=Precision.DAY) == PublishedAt(utc(30), Precision.DAY, "feed")


def test_without_any_source_it_is_when_we_saw_it() -> None:
    assert when(page()) == PublishedAt(SEEN, Precision.TIME, "seen")


def test_an_empty_page_has_the_feeds_time() -> None:
    assert when("", feed=FEED).source == "feed"


def test_midnight_without_a_zone_is_a_day() -> None:
    assert when(page(news("2025-09-30T00:00:00"))) == PublishedAt(utc(30), Precision.DAY, "json-ld")
    assert when(page(news("2025-09-30"))) == PublishedAt(utc(30), Precision.DAY, "json-ld")


def test_midnight_with_a_zone_is_a_time() -> None:
    assert when(page(news("2025-09-30T00:00:00-04:00"))) == PublishedAt(utc(30, 4), Precision.TIME, "json-ld")


def test_a_day_of_the_page_takes_the_feeds_time_of_that_day() -> None:
    assert when(page(news("2025-09-30")), feed=FEED) == PublishedAt(FEED, Precision.TIME, "feed")


def test_a_day_takes_a_time_that_is_that_day_somewhere_on_earth() -> None:
    late_in_honolulu = utc(1, 9, 30, month=10)

    assert when(page(news("2025-09-30")), feed=late_in_honolulu).time == late_in_honolulu


def test_a_day_of_the_page_does_not_take_the_feeds_time_of_another() -> None:
    later = utc(2, 8, month=10)

    assert when(page(news("2025-09-30")), feed=later) == PublishedAt(utc(30), Precision.DAY, "json-ld")


def test_a_day_in_json_ld_takes_the_time_that_open_graph_gives_it() -> None:
    found = when(page(news("2025-09-30") + og("2025-09-30T19:05:00Z")), feed=FEED)

    assert found == PublishedAt(utc(30, 19, 5), Precision.TIME, "open-graph")


def test_a_time_without_a_zone_takes_the_feeds_where_the_two_can_be_one() -> None:
    html = page(news("2025-09-30T16:15:00"))

    assert when(html, feed=FEED) == PublishedAt(FEED, Precision.TIME, "feed")
    assert when(html) == PublishedAt(utc(30, 16, 15), Precision.TIME, "json-ld")


def test_a_time_in_a_zone_that_is_several_takes_the_feeds_where_the_two_can_be_one() -> None:
    html = page(news("Tue, 30 Sep 2025 16:15:00 IST"))

    assert when(html, feed=FEED) == PublishedAt(FEED, Precision.TIME, "feed")


def test_an_old_story_in_todays_feed_keeps_its_own_date() -> None:
    found = when(page(news("2019-05-02T10:00:00Z")), feed=FEED)

    assert found == PublishedAt(utc(2, 10, month=5, year=2019), Precision.TIME, "json-ld")


@pytest.mark.parametrize(
    "impossible", ["2031-01-01T00:00:00Z", "2025-10-04T00:00:01Z", "1970-01-01T00:00:00Z", "0001-01-01"]
)
def test_a_time_that_can_not_be_is_passed_over(impossible: str) -> None:
    assert when(page(news(impossible)), feed=FEED) == PublishedAt(FEED, Precision.TIME, "feed")


def test_an_impossible_time_of_the_feed_is_passed_over() -> None:
    assert when(page(), feed=utc(1, year=2031)).source == "seen"


def test_a_time_up_to_a_day_ahead_of_us_is_taken() -> None:
    assert when(page(news("2025-10-03T11:59:00Z"))).time == utc(3, 11, 59, month=10)


@pytest.mark.parametrize(
    "written",
    [
        "2025-09-30T19:05:00Z",
        "2025-09-30T19:05Z",
        "2025-09-30 19:05:00 +0000",
        "2025-09-30T19:05:00.123456Z",
        "2025-09-30T22:05:00+0300",
        "2025-09-30T22:05:00+3",
        "2025/09/30 19:05:00 UTC",
        "Tue, 30 Sep 2025 15:05:00 -0400",
        "Tue, 30 Sep 2025 19:05:00 GMT",
        "Tue, 30 Sep 2025 21:05:00 CEST",
        "September 30, 2025 3:05 PM EDT",
        "30 septembre 2025 19:05 UTC",
        "1759259100",
        "1759259100000",
    ],
)
def test_common_ways_to_write_a_time_are_read(written: str) -> None:
    assert when(page(news(written))) == PublishedAt(utc(30, 19, 5), Precision.TIME, "json-ld")


@pytest.mark.parametrize(
    "written", ["", "today", "2025-13-45", "2025-09-30T25:00:00Z", "2025-09-30T10:00:00+99:00", "x" * 10_000]
)
def test_what_is_not_a_time_is_passed_over(written: str) -> None:
    assert when(page(news(written)), feed=FEED).source == "feed"


@pytest.mark.parametrize("value", [None, True, {"a": 1}, [], 5])
def test_a_date_of_a_wrong_type_is_passed_over(value: object) -> None:
    assert when(page(news(value)), feed=FEED).source == "feed"


def test_the_pages_tree_is_left_as_it_was() -> None:
    tree = document_fromstring(page(body="<div class='date'>September 30, 2025</div><script>a()</script><nav>n</nav>"))
    before = tostring(tree)

    published_at(tree, feed_published=None, feed_precision=Precision.TIME, seen_at=SEEN)

    assert tostring(tree) == before
