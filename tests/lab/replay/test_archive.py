"""The archive's files, what is visible when, and the clock."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.lab.replay import Archive, days, load_archive
from pipeline.lab.replay.archive import ArchivedArticle, page_key
from pipeline.model import Role
from pipeline.model.errors import WatchFileError

OUTLETS = """\
[[outlet]]
name = "The Lamp"
host = "the-lamp.test"
path = "/{year}/{slug}"
template = "broadsheet"
role = "outlet"
family = "lamp"
language = "en"
charset = "utf-8"
timezone = "America/Jamaica"

[[feed]]
slug = "lamp"
host = "lamp-feeds.test"
path = "/feed.xml"
kind = "rss"
title = "The Lamp"
role = "outlet"
family = "lamp"
language = "en"
region = "Caribbean"
expected_every = "12h"
limit = 2
content = "teaser"
charset = "utf-8"
outlets = ["The Lamp"]
"""


def line(number: int, day: int, **more: object) -> dict[str, object]:
    published = f"2025-09-{day:02}T10:00:00-05:00"
    row = {"id": f"a-{number}", "outlet": "The Lamp", "published": published}
    return {**row, "title": f"Story {number}", "text": f"Text {number}.", **more}


def write(folder: Path, *lines: dict[str, object] | str, outlets: str = OUTLETS) -> Path:
    (folder / "outlets.toml").write_text(outlets, encoding="utf-8")
    rows = [row if isinstance(row, str) else json.dumps(row) for row in lines]
    (folder / "articles.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def by_id(archive: Archive, article_id: str) -> ArchivedArticle:
    return next(article for article in archive.articles if article.article_id == article_id)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# -- the files -------------------------------------------------------------------------------


def test_archive_holds_the_75_articles_of_the_mission_and_the_awkward_ones(archive: Archive):
    ids = {article.article_id for article in archive.articles}

    assert {f"haiti-{number:03}" for number in (*range(1, 76), *range(101, 112))} <= ids


def test_every_article_of_the_mission_names_the_page_of_its_facts(archive: Archive):
    nameless = [a.article_id for a in archive.articles if a.article_id.startswith("haiti") and not a.source_url]

    assert nameless == []


def test_archive_has_every_kind_of_feed_and_eight_templates(archive: Archive):
    kinds = {source.kind for source in archive.sources}
    templates = {outlet.template for outlet in archive.outlets.values()}

    assert kinds == {"rss", "rss-content", "atom", "rdf", "json", "sitemap"}
    assert len(templates) == 8


def test_feeds_are_what_a_watch_polls(tmp_path: Path):
    (feed,) = load_archive(write(tmp_path, line(1, 1))).feeds()

    assert (feed.url, feed.title) == ("http://lamp-feeds.test/feed.xml", "The Lamp")
    assert (feed.role, feed.family, feed.expected_every) == (Role.OUTLET, "lamp", timedelta(hours=12))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"published": "2025-09-01T10:00:00"}, "no time with an offset"),
        ({"outlet": "The Lmap"}, "unknown outlet 'The Lmap'"),
        ({"titel": "x"}, "unknown key 'titel'"),
        ({"text": " "}, "needs a title and a text"),
        ({"kind": "poem"}, "kind is 'poem'"),
        ({"id": "a-1"}, "stands here twice"),
        ({"revisions": [{"at": "2025-09-01T09:00:00-05:00"}]}, "not after the one before it"),
        ({"revisions": [{"at": "2025-09-05T09:00:00-05:00", "status": 500}]}, "status is 500"),
        ({"revisions": [{"text": "x"}]}, "key 'at' is missing"),
    ],
)
def test_wrong_article_is_told_with_its_line(tmp_path: Path, wrong: dict[str, object], words: str):
    folder = write(tmp_path, line(1, 1), line(2, 2, **wrong))

    with pytest.raises(WatchFileError, match=words) as caught:
        load_archive(folder)

    assert (caught.value.path.name, caught.value.line) == ("articles.jsonl", 2)
    assert caught.value.remedy


def test_line_that_is_not_json_is_told(tmp_path: Path):
    with pytest.raises(WatchFileError, match=r"articles\.jsonl:2: is not JSON"):
        load_archive(write(tmp_path, line(1, 1), "{oops"))


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ('host = "the-lamp.test"', 'host = "the-lamp.com"', 3, "not allowed"),
        ('path = "/{year}/{slug}"', 'path = "/{yaer}"', 4, "no pattern"),
        ('template = "broadsheet"', 'template = "tabloid"', 5, "template is 'tabloid'"),
        ('timezone = "America/Jamaica"', 'timezone = "Jamaika"', 10, "unknown time zone"),
        ('kind = "rss"', 'kind = "rss3"', 16, "kind is 'rss3'"),
        ('expected_every = "12h"', 'expected_every = "often"', 22, "no period"),
        ("limit = 2", "limit = 0", 23, "limit is 0"),
        ('content = "teaser"', 'contents = "teaser"', 24, "unknown key 'contents'"),
        ('outlets = ["The Lamp"]', 'outlets = ["The Lmap"]', 26, "unknown outlet"),
        ("limit = 2", 'limit = 2\nflaws = ["ugly"]', 24, "unknown flaw 'ugly'"),
        ("limit = 2", 'limit = 2\nflaws = ["relative-links"]', 24, "own host"),
    ],
)
def test_wrong_outlet_or_feed_is_told_with_its_line(tmp_path: Path, old: str, new: str, where: int, words: str):
    assert old in OUTLETS
    folder = write(tmp_path, line(1, 1), outlets=OUTLETS.replace(old, new))

    with pytest.raises(WatchFileError, match=words) as caught:
        load_archive(folder)

    assert (caught.value.path.name, caught.value.line) == ("outlets.toml", where)


def test_broken_toml_is_told_with_its_line(tmp_path: Path):
    with pytest.raises(WatchFileError) as caught:
        load_archive(write(tmp_path, line(1, 1), outlets='[[outlet]]\nname = "The\n'))

    assert caught.value.line == 2


def test_missing_folder_is_told_with_what_an_archive_is(tmp_path: Path):
    with pytest.raises(WatchFileError, match="An archive is a folder with"):
        load_archive(tmp_path / "nowhere")


def test_two_articles_at_one_address_are_refused(tmp_path: Path):
    with pytest.raises(WatchFileError, match="a-1 and a-2 have the same address"):
        load_archive(write(tmp_path, line(1, 1), line(2, 2, title="Story 1")))


# -- what is visible when --------------------------------------------------------------------


def test_article_is_not_there_before_it_is_published(tmp_path: Path):
    archive = load_archive(write(tmp_path, line(1, 1)))

    assert archive.visible(at("2025-09-01T09:59:59-05:00")) == ()
    assert archive.articles[0].at(at("2025-09-01T09:59:59-05:00")) is None
    assert archive.visible(at("2025-09-01T10:00:00-05:00")) == archive.articles


def test_revision_shows_after_its_time_and_keeps_what_it_does_not_name(tmp_path: Path):
    revised = line(1, 1, revisions=[{"at": "2025-09-02T08:00:00-05:00", "text": "Better."}])
    (article,) = load_archive(write(tmp_path, revised)).articles

    before, after = article.at(at("2025-09-02T07:59:00-05:00")), article.at(at("2025-09-02T08:00:00-05:00"))

    assert (before.title, before.text) == ("Story 1", "Text 1.")
    assert (after.title, after.text, after.modified) == ("Story 1", "Better.", at("2025-09-02T08:00:00-05:00"))


def test_entries_are_the_newest_and_older_ones_roll_off(tmp_path: Path):
    archive = load_archive(write(tmp_path, line(1, 1), line(2, 2), line(3, 3)))

    def shown(now: str) -> list[str]:
        return [article.article_id for article, _edition in archive.entries(archive.sources[0], at(now))]

    assert shown("2025-09-02T23:30:00+00:00") == ["a-2", "a-1"]
    assert shown("2025-09-03T23:30:00+00:00") == ["a-3", "a-2"]


def test_live_blog_grows_newest_first(archive: Archive):
    blog = by_id(archive, "haiti-101")
    lengths = [len(blog.at(at(f"2025-09-30T{clock}:00-05:00")).paragraphs) for clock in ("13:20", "14:00", "18:00")]

    assert lengths == [1, 2, 6]
    assert blog.at(at("2025-09-30T18:00:00-05:00")).paragraphs[-1] == blog.text


def test_correction_replaces_the_wrong_number_and_says_so(archive: Archive):
    story = by_id(archive, "haiti-102")
    first, corrected = story.at(at("2025-10-01T08:00:00+02:00")), story.at(at("2025-10-01T23:30:00+00:00"))

    assert "as many as 5,000 soldiers" in first.text
    assert "as many as 5,500 soldiers" in corrected.text
    assert corrected.paragraphs[-1].startswith("Correction:")


def test_every_article_is_listed_by_some_feed_on_some_evening(archive: Archive):
    """Roll-off must not lose an article for a watch that polls once a day."""
    listed = {
        article.article_id
        for now in days(archive)
        for source in archive.sources
        for article, _edition in archive.entries(source, now)
    }

    assert {article.article_id for article in archive.articles} - listed == set()


def test_entries_do_roll_off_in_the_archive(archive: Archive):
    *_, last = days(archive)
    full = {source.slug for source in archive.sources if len(archive.entries(source, last)) == source.limit}

    assert {"caribbean-wire", "council-watch", "savanna"} <= full


def test_no_feed_is_empty_on_the_first_evening(archive: Archive):
    now = next(days(archive))

    assert [source.slug for source in archive.sources if not archive.entries(source, now)] == []


# -- addresses -------------------------------------------------------------------------------


def test_address_finds_its_article_with_and_without_tracking(archive: Archive):
    article = by_id(archive, "haiti-018")
    host = archive.outlets[article.outlet].host
    target = archive.target(article)

    assert target.startswith("/?p=")
    assert archive.find(host, target) is article
    assert archive.find(host, f"{target}&utm_source=feed") is article
    assert archive.find(host, "/?p=1") is None
    assert archive.find("elsewhere.test", target) is None


def test_page_key_ignores_the_last_slash():
    assert page_key("/a/b/") == page_key("/a/b?utm_medium=rss")


# -- the clock -------------------------------------------------------------------------------


def test_days_go_from_the_first_article_to_the_day_after_the_last(archive: Archive):
    evenings = [reading for reading in days(archive) if (reading.hour, reading.minute) == (23, 30)]

    assert evenings[0] == datetime(2025, 8, 24, 23, 30, tzinfo=UTC)
    assert evenings[-1] == datetime(2025, 11, 9, 23, 30, tzinfo=UTC)
    assert {later - earlier for earlier, later in pairwise(evenings)} == {timedelta(days=1)}


def test_the_clock_stops_before_each_revision_so_that_what_stood_first_is_seen(archive: Archive):
    between = [reading for reading in days(archive) if (reading.hour, reading.minute) != (23, 30)]

    assert at("2025-10-01T11:09:00+02:00") in between
    assert len(between) == 7


def test_days_go_on_after_a_time(archive: Archive):
    later = list(days(archive, at("2025-10-01T00:00:00+00:00")))

    assert later[:2] == [at("2025-10-01T11:09:00+02:00"), datetime(2025, 10, 1, 23, 30, tzinfo=UTC)]


def test_after_the_last_day_there_is_one_more(archive: Archive):
    *_, last = days(archive)

    assert list(days(archive, last)) == [last + timedelta(days=1)]


def test_clock_of_the_last_day_sees_all_articles(archive: Archive):
    *_, last = days(archive)

    assert archive.visible(last) == archive.articles
