"""A message as plain text, markdown, HTML and JSON."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from apprise.conversion import markdown_to_html
from hypothesis import given
from hypothesis import strategies as st

from pipeline.alerts.html import as_html
from pipeline.alerts.message import Message, Section, as_markdown, as_text, from_json, safe_url, subject_of, to_json
from tests.notify.samples import HOSTILE, message, section

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
ALLOWED_TAGS = {
    *("html", "head", "meta", "title", "body", "div", "h1", "h2", "p", "b", "ol", "li", "br", "blockquote", "span", "a")
}


class Tags(HTMLParser):
    """The tags and links of a page, and the text that it shows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_plain_text_says_what_became_both_sentences_and_where_it_stands() -> None:
    assert as_text(message(intro="Told at once.", closing="Alert 1")).split("\n") == [
        "Told at once.",
        "",
        "MANDATE: Isle force: until 2 October 2025 (in effect) became until 2 October 2026 (decided)",
        '  Before: "The mandate ends on 2 October 2025." (baseline, 01 Aug 2025)',
        '  Now:    "The Council extended the force\'s mandate by a year."',
        "  Verdict: revises, since 30 Sep 2025",
        "  How sure: very sure (0.91); 2 independent origins",
        "  Source: Isle Post, first written by Harbour Wire, 30 Sep 2025 18:05 UTC",
        '  "Council extends the force"',
        "  https://isle.example/2025/mandate?a=1&b=2",
        "  Why: missionwatch why seeds/isle 'https://isle.example/2025/mandate?a=1&b=2'",
        "",
        "Alert 1",
    ]


def test_the_markdown_says_the_same() -> None:
    assert as_markdown(message(section(trail="missionwatch why seeds/isle 7"))) == (
        "**MANDATE**: Isle force: until 2 October 2025 \\(in effect\\) became until 2 October 2026 \\(decided\\)\n"
        "\n"
        "> Before: “The mandate ends on 2 October 2025.” \\(baseline, 01 Aug 2025\\)\n"
        ">\n"
        "> Now: “The Council extended the force's mandate by a year.”\n"
        "\n"
        "- Verdict: revises, since 30 Sep 2025\n"
        "- How sure: very sure \\(0.91\\); 2 independent origins\n"
        "- Source: Isle Post, first written by Harbour Wire, 30 Sep 2025 18:05 UTC\n"
        "- [Council extends the force \\(isle.example\\)](https://isle.example/2025/mandate?a=1&b=2)\n"
        "- Why: `missionwatch why seeds/isle 7`"
    )


def test_a_message_of_two_changes_begins_with_a_short_list() -> None:
    two = message(section(), Section("Lead", "Isle force: A became B"))

    assert as_text(two).split("\n")[:3] == [
        "In short:",
        "  1. MANDATE: Isle force: until 2 October 2025 (in effect) became until 2 October 2026 (decided)",
        "  2. LEAD: Isle force: A became B",
    ]
    assert "\n2. **LEAD**: Isle force: A became B\n" in as_markdown(two)
    assert as_html(two).count("<li ") == 2


def test_a_message_of_one_change_has_no_list() -> None:
    assert "In short" not in as_text(message()) + as_markdown(message()) + as_html(message())


def test_a_link_to_the_trail_stands_beside_the_command() -> None:
    told = message(section(trail="why 7", trail_url="https://watch.example/7"))

    assert "  Why: why 7 or https://watch.example/7" in as_text(told)
    assert "- Why: `why 7` or [the trail \\(watch.example\\)](https://watch.example/7)" in as_markdown(told)
    assert "https://watch.example/7" in Tags(as_html(told)).links


def hostile() -> Message:
    every = dict.fromkeys(("heading", "became", "before_quote", "after_quote", "source", "title", "trail"), HOSTILE)
    return message(section(**every, notes=(HOSTILE,), url="javascript:alert(1)"), section(), subject=HOSTILE)


def test_plain_text_keeps_no_control_and_no_direction_marks() -> None:
    told = as_text(hostile())

    assert not {"\x1b", "\u202e"} & set(told)
    assert "<script>alert(1)</script> [Council](http://evil.example)" in told


def test_a_feed_cannot_put_a_mark_a_link_or_a_call_into_markdown() -> None:
    told = as_markdown(hostile())
    ours = re.sub(r"`+[^\n]*`+", "", told)  # what stands as code does nothing

    assert not {"\x1b", "\u202e"} & set(told)
    assert re.findall(r"(?<!\\)\[", ours) == ["["]  # the link of the second section, which is ours
    assert "\\[Council\\]\u2060\\(http://evil.example\\)" in ours
    assert "\\*\\*bold\\*\\*" in ours
    assert "@everyone" not in ours


def test_what_a_chat_makes_of_the_markdown_has_no_tag_or_link_of_a_feed() -> None:
    page = Tags(markdown_to_html(as_markdown(hostile())))

    assert page.tags <= {"p", "strong", "blockquote", "ul", "ol", "li", "a", "code", "br"}
    assert page.links == ["https://isle.example/2025/mandate?a=1&b=2"]
    assert "<\u2060script>alert(1)<\u2060/script> [Council]\u2060(http://evil.example) **bold**" in page.text


def test_a_trail_with_backticks_stays_code() -> None:
    assert "- Why: ``why `rm` now``" in as_markdown(message(section(trail="why `rm` now")))


def test_a_feed_cannot_put_a_tag_or_a_script_into_html() -> None:
    page = Tags(as_html(hostile()))

    assert page.tags <= ALLOWED_TAGS
    assert page.links == ["https://isle.example/2025/mandate?a=1&b=2"]
    assert "<script>alert(1)</script>" in page.text
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text


def test_the_html_asks_nothing_of_the_network() -> None:
    page = as_html(message(section(), section()))

    assert Tags(page).attributes == {"lang", "charset", "name", "content", "style", "href", "rel"}
    assert "url(" not in page


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://isle.example/a_b?x=1", "https://isle.example/a_b?x=1"),
        ('https://isle.example/"><b>', "https://isle.example/%22%3E%3Cb%3E"),
        ("https://isle.example/a)b", "https://isle.example/a%29b"),
        ("https://isle.example@evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://[half", ""),
        ("", ""),
    ],
)
def test_only_a_web_address_becomes_a_link(url: str, target: str) -> None:
    assert safe_url(url) == target


@given(st.builds(section, became=ANY_TEXT, after_quote=ANY_TEXT, title=ANY_TEXT, url=ANY_TEXT, source=ANY_TEXT))
def test_no_text_at_all_makes_a_tag_in_html(one: Section) -> None:
    assert Tags(as_html(message(one))).tags <= ALLOWED_TAGS


@given(ANY_TEXT, ANY_TEXT)
def test_what_is_quoted_stays_on_its_line_of_text(quote: str, title: str) -> None:
    plain = message(section(after_quote="q", title="t"))
    told = message(section(after_quote=f"q{quote}", title=f"t{title}"))

    assert as_text(told).count("\n") == as_text(plain).count("\n")


@given(
    st.builds(
        Message, ANY_TEXT, ANY_TEXT, st.lists(st.builds(section, became=ANY_TEXT), max_size=3).map(tuple), ANY_TEXT
    )
)
def test_a_message_comes_back_from_json_as_it_was(told: Message) -> None:
    assert from_json(to_json(told)) == told


def test_the_json_of_a_newer_version_is_read_without_what_is_new() -> None:
    data = json.loads(to_json(message())) | {"version": 2, "mood": "calm"}
    data["sections"][0]["picture"] = "x.png"

    assert from_json(json.dumps(data)) == message()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"subject": "a", "sections": [{"heading": "b"}]}', '{"sections": []}']
)
def test_json_that_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no message|Expecting value"):
        from_json(text)


def test_a_subject_has_at_most_90_characters_and_still_says_how_many_more() -> None:
    subject = subject_of("word " * 40, more=12)

    assert len(subject) <= 90
    assert subject.endswith("… (+12)")
