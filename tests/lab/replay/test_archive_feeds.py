"""Feeds of every kind can be read by a feed reader, with all their flaws."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest

from pipeline.lab.replay import Archive, days
from pipeline.lab.replay.archive import ArchiveFeed
from pipeline.lab.replay.feeds import render_feed

VOTE_DAY = datetime(2025, 9, 30, 23, 30, tzinfo=UTC)
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "n": "http://www.google.com/schemas/sitemap-news/0.9"}


def source(archive: Archive, slug: str) -> ArchiveFeed:
    return next(feed for feed in archive.sources if feed.slug == slug)


def parse(archive: Archive, feed: ArchiveFeed, now: datetime) -> Any:
    document = render_feed(archive, feed, now)
    headers = {"content-type": document.content_type, "content-location": feed.url}
    return feedparser.parse(io.BytesIO(document.body), response_headers=headers)


def titles(archive: Archive, feed: ArchiveFeed, now: datetime) -> list[str]:
    """Titles as the reader of the feed's kind gets them."""
    body = render_feed(archive, feed, now).body
    if feed.kind == "json":
        return [item["title"] for item in json.loads(body)["items"]]
    if feed.kind == "sitemap":
        return [node.text or "" for node in ElementTree.fromstring(body).findall(".//n:title", SITEMAP)]
    return [entry.title for entry in parse(archive, feed, now).entries]


def test_every_feed_shows_its_entries_on_every_tenth_evening(archive: Archive):
    for now in list(days(archive))[::10]:
        for feed in archive.sources:
            expected = [edition.title for _article, edition in archive.entries(feed, now)]
            shown = titles(archive, feed, now)
            if "html-title" in feed.flaws:
                shown = [title.partition("</b>: ")[2].replace("&amp;", "&") for title in shown]
            assert shown == expected, (feed.slug, now)


@pytest.mark.parametrize(
    ("slug", "version"), [("lakeside", "rss20"), ("jamaica", "rss20"), ("republic", "atom10"), ("latino", "rss10")]
)
def test_feed_is_of_its_format(archive: Archive, slug: str, version: str):
    assert parse(archive, source(archive, slug), VOTE_DAY).version == version


def test_only_feeds_with_an_undefined_entity_are_ill_formed(archive: Archive):
    broken = {
        feed.slug
        for feed in archive.sources
        if feed.kind not in ("json", "sitemap") and parse(archive, feed, VOTE_DAY).bozo
    }

    assert broken == {feed.slug for feed in archive.sources if "nbsp" in feed.flaws}


def test_full_feed_carries_the_whole_text_and_a_teaser_feed_its_start(archive: Archive):
    full = parse(archive, source(archive, "jamaica"), VOTE_DAY).entries[0]
    teaser = parse(archive, source(archive, "ane"), VOTE_DAY).entries[0]

    assert full.content[0].value.count("<p>") == 6
    assert "content" not in teaser
    assert teaser.summary.endswith("…")
    assert len(teaser.summary) <= 220


def test_entry_tells_the_time_of_its_article(archive: Archive):
    for slug in ("ane", "republic", "latino", "heartland"):
        feed = source(archive, slug)
        article, _edition = archive.entries(feed, VOTE_DAY)[0]
        entry = parse(archive, feed, VOTE_DAY).entries[0]
        found = entry.get("published_parsed") or entry.updated_parsed

        assert datetime(*found[:6], tzinfo=UTC) == article.published, slug


def test_named_zone_stands_in_the_date_of_a_kenyan_feed(archive: Archive):
    body = render_feed(archive, source(archive, "lakeside"), VOTE_DAY).body

    assert b"<pubDate>Tue, 16 Sep 2025 07:00:00 EAT</pubDate>" in body


def test_relative_links_have_no_host(archive: Archive):
    body = render_feed(archive, source(archive, "hemisphere"), VOTE_DAY).body

    assert b"<link>/en/media_center/press_release.asp?sCodigo=E-" in body


def test_feed_without_dates_or_ids_has_none(archive: Archive):
    dateless = json.loads(render_feed(archive, source(archive, "policypulse"), VOTE_DAY).body)["items"]
    idless = parse(archive, source(archive, "coast"), VOTE_DAY).entries

    assert all("date_published" not in item for item in dateless)
    assert all("id" not in entry for entry in idless)


def test_two_feeds_list_the_same_page(archive: Archive):
    own = {entry.link for entry in parse(archive, source(archive, "ane"), VOTE_DAY).entries}
    aggregator = {
        entry.link.partition("?utm_source")[0]
        for entry in parse(archive, source(archive, "council-watch"), VOTE_DAY).entries
    }

    assert own & aggregator


def test_undated_article_has_no_date_and_a_day_has_no_time(archive: Archive):
    now = datetime(2025, 10, 30, 23, 30, tzinfo=UTC)
    undated = next(e for e in parse(archive, source(archive, "florida"), now).entries if "foreign forces" in e.title)
    body = render_feed(archive, source(archive, "haiti-press"), now).body

    assert "published" not in undated
    assert b"<pubDate>2025-10-29</pubDate>" in body


def test_language_of_an_entry_is_told_where_it_is_not_the_feeds(archive: Archive):
    now = datetime(2025, 10, 7, 23, 30, tzinfo=UTC)
    body = render_feed(archive, source(archive, "meso"), now).body

    assert b'<entry xml:lang="es">' in body


def test_same_entries_give_the_same_bytes_but_for_a_ticking_date(archive: Archive):
    morning, evening = datetime(2025, 9, 20, 6, tzinfo=UTC), datetime(2025, 9, 20, 7, tzinfo=UTC)
    ticking = {
        feed.slug
        for feed in archive.sources
        if render_feed(archive, feed, morning).body != render_feed(archive, feed, evening).body
    }

    assert ticking == {"savanna"}


def test_correction_changes_title_and_teaser_of_its_entry(archive: Archive):
    feed = source(archive, "geneva")
    before = parse(archive, feed, datetime(2025, 10, 1, 6, tzinfo=UTC)).entries[0]
    after = parse(archive, feed, datetime(2025, 10, 1, 12, tzinfo=UTC)).entries[0]

    assert before.id == after.id
    assert "5,000" in before.title
    assert "5,000" in before.summary
    assert "5,500" in after.title
    assert "5,500" in after.summary


def test_withdrawn_article_stays_listed(archive: Archive):
    feed = source(archive, "savanna")
    shown = titles(archive, feed, datetime(2025, 9, 28, 23, 30, tzinfo=UTC))

    assert shown[0].startswith("Autopsy on officer")
