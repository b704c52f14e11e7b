"""Headline, authors and publisher of a page: trafilatura's, without the rest of its metadata."""

from __future__ import annotations

import pytest
from trafilatura import load_html
from trafilatura.metadata import extract_metadata

from pipeline.pages.metadata import PageMetadata, read_metadata

URL = "https://www.outlet.test/2025/09/vote"
PAGES = {
    "open graph": '<meta property="og:title" content="Vote doubles force">'
    '<meta property="og:site_name" content="isle post"><meta name="author" content="Ann Lee">',
    "json-ld": '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Vote doubles force", '
    '"author": {"@type": "Person", "name": "Ann Lee"}, "publisher": {"@type": "Organization", "name": "Isle Post"}}'
    "</script>",
    "broken json-ld": "<title>Vote doubles force | isle.test</title>"
    '<script type="application/ld+json">{"a": [</script>',
    "a handle for a site": '<meta name="twitter:site" content="@islepost"><title>Vote</title>',
    "only an address": "<title></title>",
    "one word for an author": '<meta name="author" content="admin"><title>Vote doubles force</title>',
}


@pytest.mark.parametrize("head", PAGES.values(), ids=PAGES)
def test_a_page_says_of_itself_what_trafilatura_says_of_it(head: str) -> None:
    tree = load_html(f"<html><head>{head}</head><body><p>Twelve members voted in favour.</p></body></html>")
    theirs = extract_metadata(tree, URL)

    assert read_metadata(tree, URL) == PageMetadata(theirs.title or "", theirs.author or "", theirs.sitename or "")


def test_a_headline_and_its_authors_are_found() -> None:
    found = read_metadata(load_html(f"<html><head>{PAGES['open graph']}</head><body><p>x</p></body></html>"), URL)

    assert found == PageMetadata("Vote doubles force", "Ann Lee", "Isle Post")


def test_a_page_on_which_the_extractor_breaks_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("not a page")

    monkeypatch.setattr("pipeline.pages.metadata.examine_meta", broken)

    assert read_metadata(load_html("<html><body><p>x</p></body></html>"), URL) == PageMetadata()
