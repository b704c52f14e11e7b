"""A brief as text, markdown, JSON, a page and a message: the same facts, and nothing of a feed that acts."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from pipeline.alerts.brief import as_data, as_markdown, as_message, as_text
from pipeline.alerts.message import as_text as message_text
from pipeline.site.brief import brief_page
from tests.alerts.brief.known import UNTIL, brief, health
from tests.alerts.builders import ARTICLE, change

NEW = change(1, known_at=UNTIL - timedelta(hours=2))
HOSTILE = "<script>alert(1)</script> [call](http://evil.test) *all* \u202egpj\x1b[31m"


def test_as_text_it_reads_from_top_to_bottom() -> None:
    assert as_text(brief(NEW, feeds=(health("times"), health("wire", silent_since=UNTIL - timedelta(days=9))))) == (
        """\
Haiti: brief
30 Sep 2025, 12:00 UTC to 1 Oct 2025, 12:00 UTC, as it was known then

1 change.

WHERE IT STANDS
  Phase   active
  Led by  Kenya

WHAT CHANGED
  Strength
  - Ceiling 1: 5,550 (decided 30 Sep)
      “The Council decided.”
      Times, 30 Sep 2025 12:00 UTC
      https://times.example/vote

HOW WELL IT COULD SEE
  Rounds              96; the last on 1 Oct 2025, 12:00 UTC
  Feeds               2 watched, 2 due and polled, none failing now
  Entries             30 seen, 3 new
  Articles            3 read, 1 about the mission
  Claims              4 repeats, 1 stale
  Waiting to be read  0
  Quiet for long      Wire (since 22 Sep 2025)
"""
    )


def test_a_quiet_day_is_proved_by_what_was_polled_failed_read_and_rejected() -> None:
    assert (
        "  Nothing. 2 of 2 feeds were polled, 0 failed; 3 of 30 entries were new; 3 articles were read, 1 of\n"
        "  them about the mission; their claims: 4 repeats, 1 stale.\n"
    ) in as_text(brief())


def test_no_line_of_text_is_wider_than_a_hundred_but_an_address() -> None:
    long = change(1, known_at=NEW.known_at, quote="word " * 200)

    lines = as_text(brief(long)).splitlines()

    assert [line for line in lines if len(line) > 100 and "://" not in line] == []


def test_as_markdown_each_fact_is_a_line_with_its_sentence_and_a_link_that_names_its_host() -> None:
    assert (
        "### Strength\n\n"
        "- **Ceiling 1: 5,550 (decided 30 Sep)**  \n"
        "  “The Council decided.”  \n"
        "  Times, 30 Sep 2025 12:00 UTC: [times.example](https://times.example/vote)\n"
    ) in as_markdown(brief(NEW))


def test_nothing_of_a_feed_is_a_mark_in_markdown() -> None:
    told = as_markdown(brief(change(1, known_at=NEW.known_at, quote=HOSTILE, subject=HOSTILE)))

    assert r"\*all\* gpj\[31m" in told
    assert [mark for mark in ("<script", "[call](", "*all*", "\x1b", "\u202e") if mark in told] == []


def test_nothing_of_a_feed_is_markup_in_the_page() -> None:
    page = brief_page(brief(change(1, known_at=NEW.known_at, quote=HOSTILE, subject=HOSTILE)))

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; [call](http://evil.test) *all* gpj" in page


def test_the_page_needs_no_file_beside_it_and_no_network() -> None:
    page = brief_page(brief(NEW))

    assert "default-src &#39;none&#39;; style-src &#39;sha256-" in page
    assert "prefers-color-scheme: dark" in page
    assert [tag for tag in ("<link", "<img", "<script", "@import", "url(") if tag in page] == []
    assert '<a href="https://times.example/vote" rel="noopener noreferrer">Title of vote</a>' in page


def test_an_address_that_is_none_of_the_web_is_no_link_in_the_page() -> None:
    page = brief_page(brief(NEW, articles={ARTICLE.article_id: replace(ARTICLE, url="javascript:alert(1)")}))

    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page


def test_as_json_it_has_the_same_parts_and_each_fact_its_citation() -> None:
    data = json.loads(json.dumps(as_data(brief(NEW))))

    assert (data["watch"], data["known_at"], data["headline"]) == ("haiti", UNTIL.isoformat(), "1 change.")
    assert data["status"] == {"Phase": "active", "Led by": "Kenya"}
    (fact,) = data["changes"]
    names = ("headline", "quote", "outlet", "title", "url", "published", "event_date", "article_id", "change_id")
    assert {name: fact[name] for name in names} == {
        "headline": "Ceiling 1: 5,550 (decided 30 Sep)",
        "quote": "The Council decided.",
        "outlet": "Times",
        "title": "Title of vote",
        "url": "https://times.example/vote",
        "published": "2025-09-30T12:00:00+00:00",
        "event_date": None,
        "article_id": str(ARTICLE.article_id),
        "change_id": str(NEW.change_id),
    }
    assert (data["sight"]["blind"], data["sight"]["claims"]) == (False, {"repeats": 4, "stale": 1})


def test_as_a_message_its_subject_says_what_it_is_and_its_words_are_the_same() -> None:
    message = as_message(brief(NEW))
    text = message_text(message)

    assert message.subject == "brief: Haiti: 1 change."
    assert "WHERE IT STANDS\nPhase: active\nLed by: Kenya" in text
    assert (
        'STRENGTH: Ceiling 1: 5,550 (decided 30 Sep)\n  "The Council decided."\n'
        "  Source: Times, 30 Sep 2025 12:00 UTC\n"
        '  "Title of vote"\n  https://times.example/vote\n\n'
    ) in text
    assert text.endswith("Claims: 4 repeats, 1 stale\nWaiting to be read: 0")
