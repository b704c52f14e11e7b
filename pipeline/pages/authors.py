"""Find who wrote a page, where no metadata says so: trafilatura's ``extract_author``, on the few elements it needs.

It copies the tree and then asks each element by up to eight regular expressions, called back from XPath: as much as
half an extraction. All that they ask about is an element's own name and attributes. So one look at the attributes
finds the elements that may name an author, and trafilatura gets these alone, each within its ancestors.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from copy import deepcopy

from lxml.etree import SubElement
from lxml.html import HtmlElement
from trafilatura.metadata import extract_author

# In each name and value that trafilatura's AUTHOR_XPATHS look for; tests/pages/test_authors.py holds it to that.
MAY_NAME = re.compile(
    "uthor|yline|byl|BBL|user-?name|zuozhe|bianji|xiaobian|channel-name|submitted-by|posted-by|journalist-name"
    "|screenname|writer"
)
NAMING_TAGS = ("author", "rel")  # elements that they look for by name


def find_authors(tree: HtmlElement) -> str | None:
    """Find the authors that the page ``tree``, which is left unchanged, names."""
    if next(tree.iter(*NAMING_TAGS), None) is not None:
        return extract_author(tree)
    may_name = MAY_NAME.search
    naming = [element for element in tree.iter("*") if may_name(" ".join(element.values()))]
    if not naming:
        return None
    part = tree
    if naming[0] is not tree:
        with suppress(ValueError):  # a page's tags may have names that the parser gives and nobody may set: p<b
            part = _only(tree, naming)
    return extract_author(part)


def _only(tree: HtmlElement, elements: Iterable[HtmlElement]) -> HtmlElement:
    """Copy ``tree`` with only ``elements`` (descendants, in order) and, without their text, their ancestors.

    Each node is met once, however deep the elements lie.

    Raises:
        ValueError: an ancestor has a name that no element may be given.
    """
    root = tree.makeelement(tree.tag, dict(tree.attrib))
    copies: dict[HtmlElement, HtmlElement | None] = {tree: root}  # None: within an element that was copied whole
    for element in elements:
        path = []
        node = element
        while node not in copies:
            path.append(node)
            node = node.getparent()
        copy = copies[node]
        if copy is None:
            copies.update(dict.fromkeys(path))
            continue
        for ancestor in reversed(path[1:]):
            copy = copies[ancestor] = SubElement(copy, ancestor.tag, dict(ancestor.attrib))
        copy.append(deepcopy(element))
        copies[element] = None
    return root
