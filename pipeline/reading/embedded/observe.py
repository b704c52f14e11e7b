"""An article as the encoder sees it: its sentences with what is found in each, and the marks in their words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pipeline.model import Article, Precision, Watch
from pipeline.reading.embedded import dates, features, mission
from pipeline.reading.embedded.dates import When
from pipeline.reading.embedded.features import Seen
from pipeline.reading.embedded.mission import Identity
from pipeline.reading.embedded.pieces import Marked, Page
from pipeline.reading.embedded.sentences import Sentence

_NAMES, _PLACES, _KIN = 3, 4, 8  # of a watch, as many as its head on a page has


def page(article: Article, seen: Sequence[Seen], watch: Watch) -> Page:
    """Show ``article``, in whose sentences ``seen`` was found, as the encoder reads it for ``watch``."""
    who = mission.identity(watch)
    published = article.published.date()
    names, places = ", ".join(name.text for name in watch.names[:_NAMES]), ", ".join(watch.places[:_PLACES])
    return Page(
        head=f"{names} ; {places} ; {watch.baseline.title} ; {' '.join(who.kin[:_KIN])}",
        title=alone(article.title, published, who).text,
        sentences=tuple(marked(one.sentence.text, one.whens, one.away, who) for one in seen),
        paragraphs=tuple(one.sentence.paragraph for one in seen),
    )


def alone(text: str, published: date, who: Identity | None) -> Marked:
    """Mark a title, or a sentence without an article, as if ``published`` on that day; see :func:`marked`."""
    whens = dates.find(text, published)
    return marked(text, whens, [dates.distance(when, published) for when in whens], who)


def marked(text: str, whens: Sequence[When], away: Sequence[int], who: Identity | None) -> Marked:
    """Put marks into ``text``: the mission's own names are one, and a date has one before it that tells how far it is.

    Args:
        text: a sentence or a title.
        whens: its dates.
        away: for each date the days from the publication.
        who: what the mission is known by.
    """
    spans = [(when.start, when.start, _mark(when, days)) for when, days in zip(whens, away, strict=True)]
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
    return Marked("".join(out), tuple(copied))


def look_at(article: Article, parts: Sequence[Sentence]) -> tuple[Seen, ...]:
    """Find what is in each sentence of ``article``."""
    return tuple(features.look(part, article.published.date()) for part in parts)


def _bare(text: str) -> str:
    """``text`` without what could be taken for a mark."""
    return text.replace("[", "(")


def _mark(when: When, away: int) -> str:
    if when.role == "until":
        return "[duntil]"
    if away > 1:
        return "[dahead]"
    if when.precision is Precision.YEAR:
        return "[dyear]" if away < 0 else "[dthisyear]"
    if when.role == "since":
        return "[dsince]"
    return "[dnow]" if away >= -8 else "[dlate]" if away >= -35 else "[dpast]"
