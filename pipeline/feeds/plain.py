"""Convert the markup of titles and summaries to plain text, within bounds."""

from __future__ import annotations

import html
import re
from typing import Final

from lxml import etree

from pipeline.feeds.problems import scrub
from pipeline.model.text import shorten, squeeze

MAX_FRAGMENT: Final = 200_000  # characters
MAX_FRAGMENT_TAGS: Final = 20_000
MAX_TITLE: Final = 500  # characters
MAX_SUMMARY: Final = 20_000  # characters

_MARKUP = re.compile(r"<[A-Za-z/!?]|&[#A-Za-z]")
_LONG_TAG = re.compile(r"<[^<>]{10000,}>?")  # pictures inside an attribute; libxml2 is quadratic in attributes
_WHOLE_TAG = re.compile(r"<[A-Za-z/!][^<>]*>")
_ANY_TAG = re.compile(r"<[^<>]*>?")
_BLOCKS: Final = frozenset({
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure",
    "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section",
    "table", "td", "th", "tr", "ul",
})  # fmt: skip
_UNSEEN: Final = frozenset({"script", "style", "noscript", "template", "iframe", "object", "svg", "head", "textarea"})


def one_line(fragment: str) -> str:
    """Convert a title to one line of plain text, at most 500 characters."""
    return shorten(scrub(" ".join(to_text(fragment[: 40 * MAX_TITLE]).split())), MAX_TITLE)


def paragraphs(fragment: str) -> str:
    """Convert a summary to plain text, a line for each paragraph, at most 20,000 characters."""
    text = to_text(fragment)
    lines = filter(None, (squeeze(line) for line in text.split("\n")))
    return scrub("\n".join(lines))[:MAX_SUMMARY].rstrip()


def as_html(text: str) -> str:
    """Return text that a feed calls plain as HTML; tags in it count as tags, whatever the feed calls them."""
    return text if _WHOLE_TAG.search(text) else html.escape(text, quote=False)


def to_text(fragment: str) -> str:
    """Extract the text of an HTML fragment; a fragment without markup is returned as it is.

    Scripts and styles are left out. Reads at most 200,000 characters and 20,000 tags of the fragment.
    """
    fragment = fragment[:MAX_FRAGMENT]
    if not _MARKUP.search(fragment):
        return fragment
    fragment = _LONG_TAG.sub(" ", fragment)
    if fragment.count("<") > MAX_FRAGMENT_TAGS:
        fragment = "<".join(fragment.split("<", MAX_FRAGMENT_TAGS)[:MAX_FRAGMENT_TAGS])
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(f"<div>{scrub(fragment)}</div>".encode(), parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        return html.unescape(_ANY_TAG.sub(" ", fragment))
    return "".join(_pieces(root))


def _pieces(root: etree._Element) -> list[str]:
    """Return the text under ``root`` in order, a line break at each block; a walk, since the nesting may be deep."""
    pieces: list[str] = []
    hidden: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if hidden is None:
                if tag in _UNSEEN:
                    hidden = element
                else:
                    pieces.append("\n" if tag in _BLOCKS else "")
                    pieces.append(element.text or "")
        else:
            if hidden is element:
                hidden = None
            if hidden is None:
                pieces.append("\n" if tag in _BLOCKS else "")
                pieces.append(element.tail or "")
    return pieces
