"""What a page's tree would hold: counted as the parser reads it, and bounded in time whatever it is given."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring
from untidy_pages import TEMPLATES

from pipeline.pages.cost import Cost, cost_of
from pipeline.pages.tree import parse_html


def test_elements_and_the_squares_of_their_attributes_are_counted() -> None:
    assert cost_of('<html lang="en"><body><p id="a" class="b" title="c">x<br>y</p></body></html>') == Cost(4, 1 + 9)


@pytest.mark.parametrize("template", TEMPLATES)
def test_as_much_is_counted_as_the_tree_holds(template: str) -> None:
    elements = list(document_fromstring(TEMPLATES[template]).iter("*"))

    assert cost_of(TEMPLATES[template]) == Cost(len(elements), sum(len(e.attrib) ** 2 for e in elements))


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ('<div class="search-text"" id="a">', 3),
        ('<div "style="width: 1px" id="a">', 2),
        ("<div a='x' a='y'>", 1),
        ("<div a='>' b=\"<p c='d'>\">", 2),
        ('<div a=" b c d e">', 1),
        ("<!-- <p a='--><div a b>", 2),
    ],
)
def test_attributes_are_those_that_the_parser_sees(tag: str, attributes: int) -> None:
    assert cost_of(f"<html><body>{tag}x</div></body></html>").attribute_pairs == attributes**2


@pytest.mark.parametrize("page", ["", "no markup", "<!-- x -->", "<", "\0", "\ud800"])
def test_what_has_no_element_costs_next_to_nothing(page: str) -> None:
    assert cost_of(page).attribute_pairs == 0


def test_an_attribute_of_very_many_is_counted_as_soon_as_any() -> None:
    # As a tree they take minutes.
    attributes = " ".join(f"a{n}" for n in range(300_000))

    assert cost_of(f"<html><body><div {attributes}>").attribute_pairs == 300_000**2


def test_a_tree_has_a_depth_at_which_the_parser_ends() -> None:
    tree = parse_html("<html>\n<body>" + "<div>" * 40_000)

    assert tree is not None
    assert len(list(tree.iter())) == 256
