"""From text to tree: the tree is trafilatura's, whether or not it was made in the cheap way."""

from __future__ import annotations

import pytest
from lxml.html import HtmlElement
from trafilatura import load_html
from untidy_pages import TEMPLATES

from pipeline.pages import tree as module
from pipeline.pages.tree import parse_html

REPAIRED = {
    "a slash in the doctype": '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x"/>\n<html><p>Twelve</p><p>voted',
    "a doctype and no second line": "<!doctype html><html><body><p>Twelve<p>voted",
    "an empty html element": '<html lang="en"/>\n<head><title>Vote</title></head><body><p>Twelve</p></body>',
    "an empty html element on a later line": '<!-- x -->\n\n<html lang="en"/>\n<body><p>Twelve</p></body>',
    "a control character": "<html>\n<body><p>Twel\x01ve</p>\x0b</body></html>",
    "no character": "<html>\n<body><p>Twel\ufffeve\uffff</p></body></html>",
    "a control character far down": f"<html>\n<body><p>{'x' * 9_000}</p><p>Twel\x01ve</p></body></html>",
    "no character far down": f"<html>\n<body><p>{'x' * 9_000}</p><p>Twelve\uffff</p></body></html>",
    "no html element": "<p>Twelve</p>\n<p>voted</p>",
    "a declaration of XML and one text": '<?xml version="1.0" encoding="latin1"?>\n<html><p>sécurité</p></html>',
    "one paragraph": "<p>Twelve voted in favour, which is no page.</p>\n",
    "one paragraph with a mark": "<p>Twelve <b>voted</b> in favour, which is no page.</p>\n",
    "a blank that ASCII has not": '\x85\n<html lang="en"><p>Twelve</p></html>',
    "words before it": "Twelve\n<html><p>voted</p></html>",
    "nothing in it": "<html>\n</html>",
    "only the word": "html>\n",
    "a very long first line": f"<!doctype html><html><body><p>{'x' * 9_000}</p>\n</body></html>",
    "a doctype without an end": f"<!doctype html {'x' * 9_000} />\n<html><body><p>Twelve</p></body></html>",
}
SOUND = {
    "marks of the text's order": "<html>\n<body><p>Twel\u202eve \x7f\x85\x93</p></body></html>",
    "letters of all widths": "<html>\n<body><p>sécurité Совет 安全 \U0001f600</p></body></html>",
    "another charset than it has": '<html>\n<head><meta charset="latin1"></head><body><p>sécurité</p></body></html>',
    "a declaration of XML": '<?xml version="1.0" encoding="latin1"?>\n<html><body><p>sécu<b>ri</b>té</p></body></html>',
    "a form": "<html>\n<body><form><label>x</label><select><option>y</select><input><textarea>z</textarea></form>",
    "a comment": "<html>\n<body><p>Twelve<!-- x --> voted<?php y ?></p></body></html>",
    "two bodies": "<html>\n<body><p>Twelve</p></body><body><p>voted</p></body></html>",
    "no line's end after the doctype": "<!doctype html><html><body><p>Twelve</p>\n</body></html>",
} | {name: html for name, html in TEMPLATES.items() if "<html" in html}


def nodes(tree: HtmlElement | None) -> list[object]:
    """All that a tree holds."""
    if tree is None:
        return []
    whole = tree.getroottree()
    return [whole.docinfo.doctype, tree.tag, *((e.tag, e.text, e.tail, e.items(), e.sourceline) for e in whole.iter())]


@pytest.mark.parametrize("html", [*REPAIRED.values(), *SOUND.values()], ids=[*REPAIRED, *SOUND])
def test_the_tree_is_the_one_that_trafilatura_makes(html: str) -> None:
    assert nodes(parse_html(html)) == nodes(load_html(html))


@pytest.mark.parametrize("html", SOUND.values(), ids=SOUND)
def test_a_page_that_needs_no_repair_is_spared_it(html: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "load_html", lambda _: pytest.fail("the long way was taken"))

    assert parse_html(html) is not None


@pytest.mark.parametrize("name", ["one paragraph", "one paragraph with a mark"])
def test_what_is_no_html_has_no_tree(name: str) -> None:
    assert parse_html(REPAIRED[name]) is None


def test_a_reference_to_what_can_not_be_is_left_out_and_others_are_read() -> None:
    tree = parse_html("<html>\n<body><p>Twel&#1;ve vot&#x65;d&#xFFFE;&#8217;</p></body></html>")

    assert tree is not None
    assert tree.text_content().strip() == "Twelve voted’"
