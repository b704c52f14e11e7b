"""From a page to its article: the text alone, its metadata, and refusals with their reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from untidy_pages import ARTICLE, CLUTTER, HEADLINE, TEMPLATES

from pipeline.model import Precision, PublishedAt
from pipeline.model.errors import ContentError
from pipeline.pages.extract import MAX_BYTES, count_words, extract_page
from pipeline.pages.page import ExtractedPage

URL = "https://gazette.test/news/1?utm_source=feed"
SEEN = datetime(2025, 10, 2, 12, tzinfo=UTC)
FEED = datetime(2025, 9, 30, 20, 15, tzinfo=UTC)
BODY = "".join(f"<p>{p}</p>" for p in ARTICLE)


def extract(html: str | bytes, content_type: str = "text/html; charset=utf-8") -> ExtractedPage:
    return extract_page(
        html if isinstance(html, bytes) else html.encode(),
        content_type=content_type,
        url=URL,
        feed_published=FEED,
        feed_precision=Precision.TIME,
        seen_at=SEEN,
    )


def refusal(html: str | bytes, content_type: str = "text/html; charset=utf-8") -> ContentError:
    with pytest.raises(ContentError) as caught:
        extract(html, content_type)
    assert URL in str(caught.value)
    return caught.value


# -- the text --------------------------------------------------------------------------------


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_paragraph_of_the_article_is_kept_and_nothing_around_it(template: str) -> None:
    page = extract(TEMPLATES[template])

    assert [p for p in ARTICLE if p not in page.text] == []
    assert [c for c in CLUTTER if c in page.text] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_gives_the_headline(template: str) -> None:
    assert extract(TEMPLATES[template]).title == HEADLINE


def test_paragraphs_stand_apart_by_an_empty_line() -> None:
    assert "\n\n".join(ARTICLE) in extract(TEMPLATES["divs"]).text


def test_metadata_is_never_in_the_text() -> None:
    text = extract(TEMPLATES["modern"]).text

    assert "---" not in text
    assert "sitename" not in text
    assert "gazette.test" not in text


def test_what_could_forge_the_screen_is_taken_out() -> None:
    hostile = BODY.replace("Haiti", "Hai\u202eti\u200b&#x1b;[31m", 1)

    page = extract(f"<html><head><title>Vote\u202e</title></head><body><article>{hostile}</article></body></html>")

    assert "\u202e" not in page.text + page.title
    assert "\x1b" not in page.text


def test_a_table_of_figures_stays_a_table() -> None:
    table = "<table><tr><td>Kenya</td><td>1,000</td></tr><tr><td>Jamaica</td><td>24</td></tr></table>"

    text = extract(f"<html><body><article><h1>{HEADLINE}</h1>{BODY}{table}</article></body></html>").text

    assert "| Kenya | 1,000 |" in text


@pytest.mark.parametrize("reference", ["&#x1b;", "&#1;", "&#xFFFE;", "&#0", "&#xD800;", "&#x110000;"])
def test_a_reference_to_a_character_that_can_not_be_does_not_cost_the_page_its_text(reference: str) -> None:
    html = f"<html><body><article>{BODY.replace('Haiti', f'Hai{reference}ti', 1)}</article></body></html>"

    assert ARTICLE[0] in extract(html).text


def test_words_are_counted() -> None:
    page = extract(TEMPLATES["divs"])

    assert page.words == len(page.text.split())


def test_words_are_counted_in_scripts_without_spaces() -> None:
    assert count_words("安全保障理事会は火曜日承認した") >= 7


# -- metadata --------------------------------------------------------------------------------


def test_author_language_site_and_time_are_read() -> None:
    page = extract(TEMPLATES["modern"])

    assert (page.author, page.language, page.site_name) == ("Jane Doe", "en", "The Eastern Gazette")
    assert page.published == PublishedAt(datetime(2025, 9, 30, 19, 5, tzinfo=UTC), Precision.TIME, "json-ld")
    assert page.problems == ()


def test_the_feeds_time_is_taken_where_the_page_has_none() -> None:
    assert extract(TEMPLATES["divs"]).published == PublishedAt(FEED, Precision.TIME, "feed")


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ('<link rel="canonical" href="https://gazette.test/world/force">', "https://gazette.test/world/force"),
        ('<link rel="shortlink canonical" href="/world/force">', "https://gazette.test/world/force"),
        ('<link rel="canonical" href="javascript:alert(1)">', URL),
        ('<link rel="canonical" href="http://[broken">', URL),
        ('<link rel="canonical" href="file:///etc/passwd">', URL),
        ("", URL),
    ],
)
def test_the_canonical_address_is_absolute_and_of_the_web(link: str, canonical: str) -> None:
    html = f"<html><head><title>{HEADLINE}</title>{link}</head><body><article>{BODY}</article></body></html>"

    assert extract(html).canonical_url == canonical


def test_the_language_is_read_from_open_graph_where_the_page_has_no_other() -> None:
    head = f'<title>{HEADLINE}</title><meta property="og:locale" content="es_DO">'

    assert extract(f"<html><head>{head}</head><body><article>{BODY}</article></body></html>").language == "es"


def test_letters_that_are_put_together_are_made_one() -> None:
    assert "sécurité" in extract(f"<html><body>{BODY}<p>Le Conseil de se\u0301curite\u0301 a vote\u0301.</p>").text


# -- little text -----------------------------------------------------------------------------


def structured(body: str) -> str:
    data = json.dumps({"@type": "NewsArticle", "headline": HEADLINE, "articleBody": body})
    return f'<html><head><script type="application/ld+json">{data}</script></head><body><p>Log in.</p></body></html>'


def test_a_page_without_text_gives_what_its_json_ld_holds() -> None:
    page = extract(structured("\n".join(ARTICLE)))

    assert all(p in page.text for p in ARTICLE)


def test_markup_and_half_characters_in_json_ld_do_not_reach_the_text() -> None:
    html = structured(f"<p>{ARTICLE[0]} \ud800</p><p>&quot;{ARTICLE[1]}&quot;</p>")

    text = extract(html).text

    assert "<p>" not in text
    assert text.encode("utf-8")


def test_a_page_of_few_words_has_no_text() -> None:
    error = refusal("<html><head><title>x</title></head><body><article><p>Only a teaser.</p></article></body></html>")

    assert error.code == "no-text"
    assert "fewer than 25" in str(error)


def test_twenty_five_words_are_an_article_and_twenty_four_are_none() -> None:
    words = [f"word{n}" for n in range(25)]

    assert extract(f"<html><body><article><p>{' '.join(words)}</p></article></body></html>").text == " ".join(words)
    assert refusal(f"<html><body><article><p>{' '.join(words[1:])}</p></article></body></html>").code == "no-text"


# -- guards ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"", "text/html", "empty"),
        (b" \n ", "text/html", "empty"),
        (b"<html>" + b"x" * MAX_BYTES, "text/html", "too-large"),
        (b"%PDF-1.7 ...", "text/html", "not-html"),
        (b"\x89PNG\r\n", "", "not-html"),
        (b"<p>x</p>", "application/pdf", "not-html"),
        (b"<p>x</p>", "image/svg+xml", "not-html"),
        (b'{"a": 1}', "application/json", "not-html"),
        (b"no markup at all, only words", "text/html", "not-html"),
        (b"<p>x" * 50_001, "text/html", "too-many-tags"),
    ],
)
def test_what_is_no_page_is_refused_with_its_reason(body: bytes, content_type: str, code: str) -> None:
    assert refusal(body, content_type).code == code


@pytest.mark.parametrize("attribute", ["a{}=1", "a{}='>'", 'a{}="<"', 'a{}="<b>"', "a{}"])
def test_a_tag_with_very_many_attributes_is_refused_before_its_tree_is_made(attribute: str) -> None:
    attributes = " ".join(attribute.format(i) for i in range(40_000))

    assert refusal(f"<html><body><div {attributes}>x</div>{BODY}</body></html>").code == "too-many-tags"


@pytest.mark.parametrize(
    "before",
    [
        "<script>'</script>",
        '<STYLE>"</STYLE>',
        '<!-- <a b=" -->',
        '<title><a b="</title>',
        '<textarea><a b="</textarea>',
        "a < b ",
        '< "',
        "<p title='>'>",
        '<p title="<">',
        "</script>",
        "<b>",
    ],
)
def test_what_stands_before_a_tag_with_very_many_attributes_does_not_hide_it(before: str) -> None:
    attributes = " ".join(f'a{n}=">"' for n in range(8_000))

    assert refusal(f"<html><body>{BODY}{before}<div {attributes}>x</div></body></html>").code == "too-many-tags"


@pytest.mark.parametrize(
    "tag", ['<div class="search-text"">', '<div "style="width: 1px">', '<link type=" as="script">']
)
def test_a_stray_quote_in_a_tag_costs_a_page_none_of_its_text(tag: str) -> None:
    html = f"<html><body><article>{tag}{BODY * 12}</article></body></html>"

    assert [p for p in ARTICLE if p not in extract(html).text] == []


@pytest.mark.parametrize("quote", ['"', "'", ""])
def test_a_very_long_value_costs_a_page_none_of_its_text(quote: str) -> None:
    html = f"<html><body>{BODY}<a data-ids={quote}{'x' * 2_000_000}{quote}>y</a></body></html>"

    assert ARTICLE[0] in extract(html).text


def test_markup_in_a_script_counts_for_no_element() -> None:
    html = f"<html><head><script>x = '{'<p>' * 60_000}'</script></head><body>{BODY}</body></html>"

    assert ARTICLE[0] in extract(html).text


def test_attributes_in_a_script_are_none() -> None:
    code = f"x='<div {'a=1 ' * 600}>'"

    assert extract(f"<html><head><script>{code}</script></head><body>{BODY}</body></html>").words > 80


def test_thousands_of_scripts_that_are_never_closed_are_no_endless_search() -> None:
    # Looked for from each of them, an end takes 20 seconds to be not found.
    assert refusal("<html><body>" + "<script>" * 20_000 + "x" * 2_500_000).code == "no-text"


def test_quotes_that_are_never_closed_cost_a_page_none_of_its_text() -> None:
    assert ARTICLE[0] in extract(f"<html><body>{BODY}" + '<a href="' * 300_000).text


def test_a_large_script_is_no_long_tag() -> None:
    code = "if(a<b&&c){x='" + "y" * 200_000 + "'}"

    assert extract(f"<html><head><script>{code}</script></head><body>{BODY}</body></html>").words > 80


def test_deep_nesting_ends_with_a_reason() -> None:
    assert refusal("<html><body>" + "<div>" * 40_000 + BODY).code == "no-text"


def test_huge_json_ld_is_left_out_and_told() -> None:
    data = '{"@type":"NewsArticle","x":[' + "1," * 1_200_000 + "1]}"

    page = extract(f'<html><head><script type="application/ld+json">{data}</script></head><body>{BODY}</body></html>')

    assert ARTICLE[0] in page.text
    assert page.problems == ("JSON-LD: 1 blocks are too large to be read",)


def test_nul_characters_and_a_wrong_charset_do_no_harm() -> None:
    body = f"<html>\0<body>\0{BODY}<p>Le Conseil de sécurité a créé une force.</p></body></html>".encode("cp1252")

    page = extract(body, "text/html; charset=utf-8")

    assert ARTICLE[0] in page.text
    assert "créé" in page.text


def test_characters_that_can_not_be_read_are_told() -> None:
    body = f"<html><body>{BODY}<p>{'é' * 200}</p>".encode() + b"\xff</body></html>"

    assert extract(body).problems == ("charset: 1 characters can't be read as utf-8",)


@pytest.mark.parametrize(
    "body", [b"\x00\x01\x02" * 1000, bytes(range(256)) * 40, b"<" * 1000, b"<!", b"<html/>", b"<?xml"]
)
def test_noise_is_refused_and_never_raises_anything_else(body: bytes) -> None:
    assert refusal(body, "text/html").code in {"not-html", "no-text"}


@pytest.mark.slow
def test_a_paragraph_for_every_allowed_tag_ends_within_the_deadline() -> None:
    assert extract("<html><body>" + "<p>x" * 49_000).words == 49_000


# -- the headline ----------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["Vote doubles force", "Vote doubles force | Isle Gazette", "VOTE DOUBLES FORCE"])
def test_a_headline_is_no_sentence_of_the_article(title: str) -> None:
    html = f"<html><head><title>{title}</title></head><body><article><h1>Vote doubles force</h1>{BODY}</article>"

    assert extract(html).text.startswith(ARTICLE[0])


def test_a_first_paragraph_whose_words_the_title_goes_on_from_stays() -> None:
    title = "Vote doubles force in the isle"
    body = f"<article><p>Vote doubles force</p>{BODY}</article>"
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"

    assert extract(html).text.startswith("Vote doubles force\n\n")


def test_a_page_without_a_title_keeps_its_first_paragraph() -> None:
    assert extract(f"<html><body><article>{BODY}</article></body></html>").text.startswith(ARTICLE[0])


def test_a_first_paragraph_that_only_begins_like_the_title_stays() -> None:
    first = "Vote doubles force, and the ministers of the isle who asked for it are pleased to have it at last."
    title = "Vote doubles force, and then some more happened in the isle on that day"
    html = f"<html><head><title>{title}</title></head><body><article><p>{first}</p>{BODY}</article></body></html>"

    assert extract(html).text.startswith(first)
