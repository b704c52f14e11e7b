"""Find in a sentence what later steps need of it: dates, figures, countries. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.model import Article, Precision, countries
from pipeline.model.quantities import Quantity, quantities
from pipeline.reading.embedded import dates
from pipeline.reading.embedded.dates import DateMention
from pipeline.reading.embedded.sentences import Sentence

JUST_NOW = -12  # days from publication: what lies further back is no day of news


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """One sentence with the dates, figures and countries found in it.

    Attributes:
        sentence: the sentence.
        dates_found: its dates.
        days_away: for each of them the days from the publication.
        recent: the first of these days that can be that of news.
        numbers: its figures.
        countries_found: where it names countries.
    """

    sentence: Sentence
    dates_found: tuple[DateMention, ...]
    days_away: tuple[int, ...]
    recent: DateMention | None
    numbers: tuple[Quantity, ...]
    countries_found: tuple[countries.Mention, ...]


def extract_features(sentence: Sentence, published: date) -> SentenceFeatures:
    """Find the dates, figures and countries of ``sentence``, in an article published on ``published``."""
    dates_found = dates.find_dates(sentence.text, published)
    days_away = tuple(dates.days_from(when, published) for when in dates_found)
    past = (w for w, days in zip(dates_found, days_away, strict=True) if JUST_NOW <= days <= 1 and w.role != "until")
    return SentenceFeatures(
        sentence=sentence,
        dates_found=dates_found,
        days_away=days_away,
        recent=next((when for when in past if when.precision is not Precision.YEAR), None),
        numbers=quantities(sentence.text),
        countries_found=countries.mentions(sentence.text),
    )


def extract_all(article: Article, parts: Sequence[Sentence]) -> tuple[SentenceFeatures, ...]:
    """Extract the features of each sentence of ``article``."""
    return tuple(extract_features(part, article.published.date()) for part in parts)
