"""Build the encoder's input from an article: its sentences with markers for the mission's names and for dates. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipeline.model import Article, Precision, Watch
from pipeline.reading.embedded import dates, mission
from pipeline.reading.embedded.dates import DateMention
from pipeline.reading.embedded.features import SentenceFeatures
from pipeline.reading.embedded.mission import Identity
from pipeline.reading.embedded.wordpiece import MarkedText, Page

_NAMES, _PLACES, _KIN = 3, 4, 8  # of a watch, as many as its head on a page has


def build_page(article: Article, seen: Sequence[SentenceFeatures], watch: Watch) -> Page:
    """Build the encoder's input for ``watch`` from ``article`` and the features ``seen`` of its sentences."""
    who = mission.identity(watch)
    published = article.published.date()
    names, places = ", ".join(name.text for name in watch.names[:_NAMES]), ", ".join(watch.places[:_PLACES])
    return Page(
        head=f"{names} ; {places} ; {watch.baseline.title} ; {' '.join(who.kin[:_KIN])}",
        title=mark_single(article.title, published, who).text,
        sentences=tuple(insert_markers(one.sentence.text, one.dates_found, one.days_away, who) for one in seen),
        paragraphs=tuple(one.sentence.paragraph for one in seen),
    )


def mark_single(text: str, published: date, who: Identity | None) -> MarkedText:
    """Insert markers into a single text published on that day, as :func:`insert_markers` does."""
    dates_found = dates.find_dates(text, published)
    return insert_markers(text, dates_found, [dates.days_from(when, published) for when in dates_found], who)


def insert_markers(
    text: str, dates_found: Sequence[DateMention], days_away: Sequence[int], who: Identity | None
) -> MarkedText:
    """Replace the mission's own names in ``text`` by a marker, and put one before each date that says how far it is.

    Args:
        text: a sentence or a title.
        dates_found: its dates.
        days_away: for each date the days from the publication.
        who: what the mission is known by.
    """
    spans = [(when.start, when.start, _marker(when, days)) for when, days in zip(dates_found, days_away, strict=True)]
    for names in (who.long_names, who.acronym) if who is not None else ():
        if names is not None:
            spans += [(found.start(), found.end(), "[ours]") for found in names.finditer(text)]
    out: list[str] = []
    copied: list[tuple[int, int, int]] = []
    at = length = 0
    for start, end, mark in [*sorted(spans, key=lambda span: (span[0], -span[1])), (len(text), len(text), "")]:
        if start < at:
            continue
        copied.append((length, at, start - at))
        out += [_bare(text[at:start]), f" {mark} " if mark else ""]
        length += len(out[-2]) + len(out[-1])
        at = end
    return MarkedText("".join(out), tuple(copied))


def _bare(text: str) -> str:
    """Return ``text`` without what could be taken for a marker."""
    return text.replace("[", "(")


def _marker(when: DateMention, days_away: int) -> str:
    if when.role == "until":
        return "[duntil]"
    if days_away > 1:
        return "[dahead]"
    if when.precision is Precision.YEAR:
        return "[dyear]" if days_away < 0 else "[dthisyear]"
    if when.role == "since":
        return "[dsince]"
    return "[dnow]" if days_away >= -8 else "[dlate]" if days_away >= -35 else "[dpast]"
