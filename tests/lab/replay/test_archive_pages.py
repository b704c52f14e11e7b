"""Pages are as messy as real ones, and the article can still be got out of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
import trafilatura
from lxml import html as lxml_html

from pipeline.lab.replay import Archive, boilerplate, days
from pipeline.lab.replay.archive import ArchivedArticle
from pipeline.lab.replay.pages import html_charset, json_ld, render_page, shown_date

TEMPLATES = ("amp", "broadsheet", "gallery", "live", "office", "paywall", "portal", "radio", "tables", "wordpress")
# These show title, date line or menu inside the text's own block, so some of it comes along.
LOOSE_PRECISION = {"radio": 0.85, "tables": 0.82, "gallery": 0.85}


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def template_of(archive: Archive, article: ArchivedArticle) -> str:
    return article.kind if article.kind in TEMPLATES else archive.outlets[article.outlet].template


def last(archive: Archive) -> datetime:
    *_, now = days(archive)
    return now


def decoded(archive: Archive, article: ArchivedArticle, now: datetime) -> str:
    page = render_page(archive, article, now)
    assert page is not None
    return page.body.decode(archive.outlets[article.outlet].charset)


def structured(page: str) -> dict[str, Any]:
    block = re.search(r'type="application/ld\+json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert block is not None
    return json.loads(block[1])


def by_id(archive: Archive, article_id: str) -> ArchivedArticle:
    return next(article for article in archive.articles if article.article_id == article_id)


@pytest.mark.parametrize("template", TEMPLATES)
def test_extracted_text_is_the_article_without_what_surrounds_it(archive: Archive, template: str):
    now = last(archive)
    articles = [
        article
        for article in archive.articles
        if template_of(archive, article) == template and article.kind != "video" and article.at(now).status == 200
    ]
    recalls, precisions, leaks = [], [], []
    for article in articles:
        document = trafilatura.bare_extraction(decoded(archive, article, now), fast=True, with_metadata=True)
        assert document is not None, article.article_id
        gold, found = words(article.at(now).text), words(document.text)
        shared = (gold & found).total()
        recalls.append(shared / gold.total())
        precisions.append(shared / found.total())
        headlines = [other.title for other in archive.articles if other is not article]
        leaks += [
            (article.article_id, part)
            for part in (*boilerplate.sentences(), *headlines)
            if part in document.text and part not in article.at(now).text
        ]

    assert leaks == []
    assert min(recalls) >= 0.98
    assert sum(precisions) / len(precisions) >= LOOSE_PRECISION.get(template, 0.99)


def test_pages_carry_the_boilerplate_that_extraction_must_leave_out(archive: Archive):
    now = last(archive)
    everything = "\n".join(decoded(archive, article, now) for article in archive.articles).replace("&#39;", "'")

    assert [part for part in boilerplate.sentences() if part not in everything] == []


def test_related_box_shows_other_headlines_of_the_archive(archive: Archive):
    now = last(archive)
    article = by_id(archive, "haiti-048")
    page = lxml_html.fromstring(decoded(archive, article, now))
    links = [link.text_content() for link in page.xpath("//section[@class='related']//a")]

    assert len(links) == 5
    assert set(links) <= {other.at(now).title for other in archive.articles if other is not article}


def test_related_box_knows_nothing_of_the_future(archive: Archive):
    article = by_id(archive, "haiti-008")

    assert "farewell to Corporal" in decoded(archive, article, last(archive))
    assert "farewell to Corporal" not in decoded(archive, article, datetime.fromisoformat("2025-09-01T23:30:00+00:00"))


@pytest.mark.parametrize(
    ("article_id", "content_type", "declared"),
    [
        ("haiti-048", "text/html; charset=UTF-8", b'charset="utf-8"'),
        ("haiti-106", "text/html", b"charset=iso-8859-1"),
        ("haiti-017", "text/html", b"charset=windows-1252"),
        ("haiti-059", "text/html; charset=UTF-16", "charset=utf-16".encode("utf-16-le")),
        ("haiti-019", "text/html; charset=iso-8859-1", b"charset=windows-1252"),
        ("haiti-033", "text/html", b"\xef\xbb\xbf<!DOCTYPE"),
    ],
)
def test_charset_stands_where_the_outlet_puts_it(archive: Archive, article_id: str, content_type: str, declared: bytes):
    page = render_page(archive, by_id(archive, article_id), last(archive))

    assert page.content_type == content_type
    assert declared in page.body


def test_page_names_python_charsets_as_the_web_does():
    assert [html_charset(name) for name in ("utf-8-sig", "cp1252", "latin-1", "utf-16")] == [
        "utf-8",
        "windows-1252",
        "iso-8859-1",
        "utf-16",
    ]


def test_letters_that_a_charset_lacks_become_references(archive: Archive):
    page = render_page(archive, by_id(archive, "haiti-011"), last(archive))

    assert "—" in by_id(archive, "haiti-011").text
    assert b"SAN FRANCISCO &#8212; More" in page.body


def test_title_with_markup_is_escaped_in_page_and_structured_data(archive: Archive):
    evil = '</script><script>alert(1)</script> & "x"'
    model = by_id(archive, "haiti-048")
    hostile = ArchivedArticle("evil", model.outlet, model.published, title=evil, text=f"{evil}\n\nMore.")

    page = decoded(archive, hostile, last(archive))

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert structured(page)["headline"] == evil


def test_json_ld_can_not_end_its_element():
    assert "<" not in json_ld({"x": "</script>"})


@pytest.mark.parametrize("template", ["broadsheet", "amp", "paywall", "wordpress", "live", "gallery"])
def test_structured_data_tells_the_time(archive: Archive, template: str):
    article = next(
        a for a in archive.articles if template_of(archive, a) == template and a.article_id.startswith("haiti")
    )
    value = structured(decoded(archive, article, last(archive)))
    node = next(n for n in value["@graph"] if n["@type"] == "NewsArticle") if "@graph" in value else value

    assert datetime.fromisoformat(node["datePublished"]) == article.published


def test_live_blog_has_an_update_for_each_entry(archive: Archive):
    value = structured(decoded(archive, by_id(archive, "haiti-101"), last(archive)))

    assert value["@type"] == "LiveBlogPosting"
    assert [update["datePublished"][11:16] for update in value["liveBlogUpdate"]] == [
        "15:55",
        "15:20",
        "14:45",
        "14:20",
        "13:40",
        "13:15",
    ]


def test_paywalled_page_shows_a_teaser_and_keeps_the_text_in_its_structured_data(archive: Archive):
    article = by_id(archive, "haiti-022")
    page = decoded(archive, article, last(archive))
    visible = lxml_html.fromstring(page).xpath("string(//article)")

    assert len(visible.split()) < 40
    assert structured(page)["articleBody"] == article.text


def test_page_without_a_date_tells_none(archive: Archive):
    page = decoded(archive, by_id(archive, "haiti-109"), last(archive))

    assert "Published:" not in page
    assert "2025-10-11" not in page
    assert "11 October" not in page


def test_page_with_a_day_tells_no_time(archive: Archive):
    article = by_id(archive, "haiti-108")
    shown = shown_date(article.published, archive.outlets[article.outlet].zone, article.date_shown)

    assert (shown.iso, shown.long) == ("2025-10-29", "Wednesday, 29 October 2025")
    assert "Wednesday, 29 October 2025<" in decoded(archive, article, last(archive))


def test_video_page_gives_no_text_to_speak_of(archive: Archive):
    page = decoded(archive, by_id(archive, "haiti-110"), last(archive))
    document = trafilatura.bare_extraction(page, fast=True)

    assert "<video" in page
    assert document is None or words(document.text).total() < 20


def test_withdrawn_page_is_gone_after_its_time(archive: Archive):
    article = by_id(archive, "haiti-103")
    before = render_page(archive, article, datetime.fromisoformat("2025-09-28T15:00:00+03:00"))
    after = render_page(archive, article, datetime.fromisoformat("2025-09-28T23:30:00+00:00"))

    assert (before.status, after.status) == (200, 410)
    assert b"Oduor" in before.body
    assert b"Oduor" not in after.body


def test_comments_of_an_article_are_the_same_each_time():
    assert boilerplate.comments("haiti-001") == boilerplate.comments("haiti-001")
    assert len({boilerplate.comments(f"haiti-{number:03}") for number in range(30)}) > 10
