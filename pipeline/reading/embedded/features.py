"""Find in one sentence what later steps ask of it: dates, figures, countries. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipeline.model import Precision, countries
from pipeline.model.quantities import Quantity, quantities
from pipeline.reading.embedded import dates
from pipeline.reading.embedded.dates import When
from pipeline.reading.embedded.sentences import Sentence

JUST_NOW = -12  # days from publication: what lies further back is no day of news


@dataclass(frozen=True, slots=True)
class Seen:
    """One sentence with what was found in it.

    Attributes:
        sentence: the sentence.
        whens: its dates.
        away: for each of them the days from the publication.
        recent: the first of these days that can be that of news.
        numbers: its figures.
        mentioned: where it names countries.
    """

    sentence: Sentence
    whens: tuple[When, ...]
    away: tuple[int, ...]
    recent: When | None
    numbers: tuple[Quantity, ...]
    mentioned: tuple[countries.Mention, ...]


def look(sentence: Sentence, published: date) -> Seen:
    """All that is found in ``sentence``, of an article published on ``published``."""
    whens = dates.find(sentence.text, published)
    away = tuple(dates.distance(when, published) for when in whens)
    past = (w for w, days in zip(whens, away, strict=True) if JUST_NOW <= days <= 1 and w.role != "until")
    return Seen(
        sentence=sentence,
        whens=whens,
        away=away,
        recent=next((when for when in past if when.precision is not Precision.YEAR), None),
        numbers=quantities(sentence.text),
        mentioned=countries.mentions(sentence.text),
    )
