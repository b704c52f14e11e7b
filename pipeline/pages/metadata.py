"""Read what a page says of itself: headline, authors and publisher, by the three functions of trafilatura for that.

Its whole set of metadata takes a third of the time of an extraction. Half of that goes into what is not used here:
tags, categories, licence, and a date (:mod:`pipeline.pages.published` reads dates, with their time of day).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from lxml.html import HtmlElement
from trafilatura.metadata import META_URL, examine_meta, extract_meta_json, extract_sitename, extract_title, extract_url
from trafilatura.settings import Document

from pipeline.pages.authors import find_authors


@dataclass(frozen=True, slots=True)
class PageMetadata:
    """Headline, authors (with semicolons between) and publisher as a page names them; empty where it does not."""

    title: str = ""
    author: str = ""
    site_name: str = ""


def read_metadata(tree: HtmlElement, url: str) -> PageMetadata:
    """Read the metadata of the page ``tree``, which came from ``url``, as trafilatura's ``extract_metadata`` would."""
    try:
        found = _document(tree, url)
        found.clean_and_trim()
    except MemoryError:
        raise
    except Exception:  # a foreign extractor on hostile input: a page is worth its text even without a headline
        return PageMetadata()
    return PageMetadata(found.title or "", found.author or "", found.sitename or "")


def _document(tree: HtmlElement, url: str) -> Document:
    found = examine_meta(tree)
    if found.author and " " not in found.author:
        found.author = None
    with suppress(Exception):  # as trafilatura does: JSON-LD is often broken
        found = extract_meta_json(tree, found)
    found.title = found.title or extract_title(tree)
    found.author = found.author or find_authors(tree)
    found.sitename = found.sitename or extract_sitename(tree)
    if found.sitename:
        name = found.sitename.lstrip("@")
        found.sitename = name.title() if name and "." not in name and not name[0].isupper() else name
    elif match := META_URL.match(found.url or extract_url(tree, url) or ""):
        found.sitename = match[1]
    return found
