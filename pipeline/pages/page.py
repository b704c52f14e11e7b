"""The content of a page, as a value.

Apart from how it is read: whoever stores a page need not import what reads it, which takes a while.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.model import PublishedAt


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """The content of a page.

    Attributes:
        title: the headline, or an empty string.
        text: paragraphs with an empty line between them; safe to show, never metadata.
        author: names, separated by semicolons, or an empty string.
        language: two or three letters as the page names it, or an empty string.
        published: when, and where that was read.
        canonical_url: the address that the page calls its own, absolute; else the one it came from.
        words: how many words ``text`` has.
        problems: the page's flaws, in plain English.
        site_name: what the page calls its publisher, or an empty string.
        elapsed: seconds that the extraction took; filled in by the worker.
    """

    title: str
    text: str
    author: str
    language: str
    published: PublishedAt
    canonical_url: str
    words: int
    problems: tuple[str, ...] = ()
    site_name: str = ""
    elapsed: float = 0.0
