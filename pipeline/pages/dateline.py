"""Find the days that a page prints at its headline: a witness beside its markup."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from itertools import islice
from operator import itemgetter

from htmldate.extractors import try_date_expr
from lxml.html import HtmlElement

from pipeline.model.text import squeeze

_BEFORE = 3  # texts before the headline in which a day is looked for
_AFTER = 15  # texts after it: a standfirst, an author, buttons to share
_MAX_TEXT = 80  # characters; a longer text is a sentence, and its days are those of events
_MAX_HEADLINES = 20
_UNSEEN = ("script", "style", "noscript", "template", "textarea", "option", "title")
_TEXTS = f"::text()[normalize-space()][not({' or '.join(f'parent::{tag}' for tag in _UNSEEN)})]"
_SPACED = re.compile(r"(?<=\d\.)\s+(?=\d)")  # as in "4. 2. 2022"
_SLASHED = re.compile(r"(?<!\d)\d\d?/\d\d?/(?=\d)")
_WORD = re.compile(r"\w+")


def printed_days(tree: HtmlElement, earliest: datetime, latest: datetime) -> tuple[tuple[date, ...], ...]:
    """Return the days that are printed at the headline of a page, the nearest first.

    Each is a tuple of its readings, which are two where "8/11/2023" may be of August or of November.

    Args:
        tree: the page's tree, which is left as it is.
        earliest, latest: days outside of these are no dates of a page; without a zone.
    """
    headline = _headline(tree)
    if headline is None:
        return ()
    # Positions along the axis: of all texts before, put in order first, they would cost the square.
    before = headline.xpath(f"preceding{_TEXTS}[position() <= {_BEFORE}]")[::-1]
    after = headline.xpath(f"following{_TEXTS}[position() <= {_AFTER}]")
    texts = sorted((*enumerate(after), *enumerate(before)), key=itemgetter(0))
    found = (_days(squeeze(text), earliest, latest) for _, text in texts)
    return tuple(days for days in found if days)


def _headline(tree: HtmlElement) -> HtmlElement | None:
    """Return the ``h1`` that shares the most words with the page's title, or None where there is none."""
    title = _words(tree.findtext(".//title") or "")
    headlines = islice(tree.iter("h1"), _MAX_HEADLINES)
    return max(headlines, key=lambda h1: len(title & _words(h1.text_content())), default=None)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def _days(text: str, earliest: datetime, latest: datetime) -> tuple[date, ...]:
    """Return the readings of the day that a short text holds: none where it holds no day, two where that is unclear."""
    found = None
    if len(text) <= _MAX_TEXT:
        text = _SPACED.sub("", text)
        with suppress(Exception):  # this library reads hostile text with many rules
            found = try_date_expr(text, "%Y-%m-%d", False, earliest, latest)
    if not found:
        return ()
    day = date.fromisoformat(found)
    if _SLASHED.search(text) and day.day <= 12 and day.day != day.month:
        return day, day.replace(month=day.day, day=day.month)
    return (day,)
