"""Who wrote a page: what trafilatura finds in the whole tree, found in a part of it."""

from __future__ import annotations

import re

import pytest
from lxml.etree import tostring
from lxml.html import HtmlElement
from trafilatura import load_html
from trafilatura.metadata import extract_author
from trafilatura.xpaths import AUTHOR_DISCARD_XPATHS, AUTHOR_XPATHS

from pipeline.pages import authors
from pipeline.pages.authors import MAY_NAME, NAMING_TAGS, find_authors

MARKUP = {
    "a link": '<p>By <a rel="author" href="/lee">Ann Lee</a></p>',
    "a line": '<div class="post"><p class="byline">By Ann Lee</p></div>',
    "two, the better one last": '<b class="writer">Bob Roe</b><p><span class="author-name">Ann Lee</span></p>',
    "an attribute for machines": '<h5 itemprop="author name">Ann Lee</h5>',
    "a component": '<section><b data-component="Byline">Ann Lee</b></section>',
    "an element of that name": "<p>By <author>Ann Lee</author></p>",
    "a child that says so": "<a><rel>me</rel> Ann Lee</a>",
    "by a reference": '<span class="auth&#111;r">Ann Lee</span>',
    "another language": '<p id="zuozhe">Ann Lee</p>',
    "in what is discarded": '<div class="sidebar"><p class="author">Bob Roe</p></div><p id="the-author">Ann Lee</p>',
    "all in what is discarded": '<div class="quote"><p><a class="author">Bob Roe</a></p></div>',
    "a time within": '<p class="byline">By <time>noon</time> Ann Lee</p>',
    "a figure around": '<figure><p class="byline">By Bob Roe</p></figure><p class="byline">By Ann Lee</p>',
    "itself discarded": '<div class="author meta-date">Bob Roe</div> <p class="author">Ann Lee</p>',
    "one in the other": '<div class="author"><div class="author">Ann Lee <span class="date">Monday</span></div></div>',
    "one too long around one": f'<div class="author">{"x " * 90}<b class="author">Ann Lee</b></div>',
    "one deep in the other and one after it": '<div id="author">x<p><i><b class="writer">y</b></i> <b class="writer">'
    f'z</b>{"x " * 90}</p></div><p class="byline">Ann Lee</p>',
    "the whole body": '<article class="author-page"><p>Ann Lee</p></article>',
    "within a tag of no name": '<p<b><span class="author">Ann Lee</span></p<b>',
    "nobody": '<p class="lead">By Ann Lee</p>',
}


def page(markup: str) -> HtmlElement:
    """The tree of a page with ``markup``."""
    head = '<html lang="en"><head><title>Vote</title></head><body class="single"><h1>Vote</h1>'
    tree = load_html(f"{head}{markup}<p>Twelve.</p>")
    assert isinstance(tree, HtmlElement)
    return tree


@pytest.mark.parametrize("markup", MARKUP.values(), ids=MARKUP)
def test_the_author_is_the_one_that_trafilatura_finds_and_the_tree_stays(markup: str) -> None:
    tree = page(markup)
    before = tostring(tree)

    assert find_authors(tree) == extract_author(tree)
    assert tostring(tree) == before


def test_an_author_is_found() -> None:
    assert find_authors(page(MARKUP["in what is discarded"])) == "Ann Lee"


def test_a_page_on_which_nothing_can_name_an_author_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authors, "extract_author", lambda _: pytest.fail("the tree was searched"))

    assert find_authors(page(MARKUP["nobody"])) is None


def test_only_what_may_name_an_author_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    searched = []
    monkeypatch.setattr(authors, "extract_author", lambda tree: searched.append(tostring(tree)))

    find_authors(page('<div id="a">x<p class="byline">Ann Lee</p></div><div>y</div>'))

    assert searched == [
        b'<html lang="en"><body class="single"><div id="a"><p class="byline">Ann Lee</p></div></body></html>'
    ]


def test_thousands_of_names_deep_in_a_page_are_found_as_trafilatura_finds_them() -> None:
    deep = "<div>" * 200 + "<p>" + '<b class="writer"></b>' * 3_000 + '<b class="writer">Ann Lee</b>' + "</div>" * 200
    tree = page(deep)

    assert find_authors(tree) == extract_author(tree) == "Ann Lee"


# -- what a new version of trafilatura must not change unnoticed -----------------------------


@pytest.mark.parametrize("expression", [*AUTHOR_XPATHS, *AUTHOR_DISCARD_XPATHS], ids=lambda e: e.path.strip()[:20])
def test_an_expression_asks_only_for_what_an_element_itself_is(expression: object) -> None:
    path = re.sub(r"'[^']*'", "''", str(expression.path))  # type: ignore[attr-defined]
    steps = [re.sub(r"\[.*\]", "", step, flags=re.DOTALL).strip() for step in re.split(r"\|(?=//)", path.strip())]
    own = r"(?:self::\w+|@[\w-]+|contains\(@[\w-]+, ''\)|re:test\(@[\w-]+, ''\)|rel)(?:='')?"

    assert all(re.fullmatch(r"\.?//(?:\*|\w+)", step) for step in steps), steps
    for predicate in re.findall(r"\[(.*?)\]", path, flags=re.DOTALL):
        assert re.fullmatch(rf"\s*{own}(?:\s+or\s+{own})*\s*", predicate), predicate


@pytest.mark.parametrize("expression", AUTHOR_XPATHS, ids=lambda e: e.path.strip()[:20])
def test_all_that_an_author_is_known_by_is_looked_for(expression: object) -> None:
    path = str(expression.path)  # type: ignore[attr-defined]
    known = [part for name in re.findall(r"'([^']*)'", path.replace("rel='me'", "")) for part in name.split("|")]
    # "author-?name" is known by "authorname", "[Aa]uthor" by "Author" and "author".
    names = [re.sub(r"\[(\w)(\w)\]", rf"\{n}", name.replace("-?", "")) for name in known for n in (1, 2)]

    assert [name for name in names if not MAY_NAME.search(name)] == []
    assert set(re.findall(r"\|//(\w+)|\b(rel)=", path)) <= {(NAMING_TAGS[0], ""), ("", NAMING_TAGS[1])} | {("", "")}
