"""What was told against what a person found: right, wrong, told twice, false, missed. Pure.

Three grades, each stricter than the one before. An alert finds an event of its article when their sentences
overlap (*loose*), its aspect is right as well (*aspect*), and its stage too (*exact*). An event is found once:
telling it again is an error, as is telling what is no event. ``tests/bench/score.py`` is the same measure as
one plain script, and a test holds the two together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from pipeline.lab.bench.gold import Gold, GoldArticle, Report
from pipeline.model.errors import UsageError

SAME = 0.5  # the share of common words from which two sentences are the same
FEWEST = 4  # common words; fewer tell nothing
GRADES = ("loose", "aspect", "exact")
_WORD = re.compile(r"\w+")


class Kind(StrEnum):
    """What an alert, or the want of one, came to."""

    RIGHT = "right"
    WRONG_STAGE = "wrong stage"
    WRONG_ASPECT = "wrong aspect"
    DUPLICATE = "duplicate"
    FALSE = "false alarm"
    MISS = "miss"
    BORDERLINE = "borderline"


_GRADE_OF = {Kind.RIGHT: 3, Kind.WRONG_STAGE: 2, Kind.WRONG_ASPECT: 1}


class ScoredChange(NamedTuple):
    """One change that was told: the article's name, the labels, the sentence, and how sure it was (0 to 1)."""

    article: str
    aspect: str
    stage: str
    quote: str
    confidence: float = 1.0


class Outcome(NamedTuple):
    """What one told change came to.

    Attributes:
        event_id: the event that it matches, None where there is none.
        late: how many articles had reported the event before, where it finds it.
        where: for a false alarm, the kind of article that it came from.
    """

    told: ScoredChange
    kind: Kind
    event_id: str | None = None
    late: int | None = None
    where: str = ""


class Grade(NamedTuple):
    """Precision, recall and their harmonic mean, 0 to 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Score:
    """The outcomes in the order told, and the timeline that they are measured against.

    Attributes:
        reported: the events that count, each with the names of the articles that report it, in order.
        core: those of them that are core.
        unlike: how many quotes do not stand verbatim in their article.
    """

    outcomes: tuple[Outcome, ...]
    reported: Mapping[str, tuple[str, ...]]
    core: frozenset[str]
    unlike: int

    @property
    def found(self) -> dict[str, Outcome]:
        """The events that were found, each with the alert that found it."""
        return {o.event_id: o for o in self.outcomes if o.event_id is not None and o.kind in _GRADE_OF}

    @property
    def missed(self) -> tuple[str, ...]:
        """The events that were reported and never told, in the order of their first reports."""
        found = self.found
        return tuple(event for event in self.reported if event not in found)

    @property
    def counted(self) -> int:
        """The alerts that count: all but those about borderline events."""
        return sum(o.kind is not Kind.BORDERLINE for o in self.outcomes)

    def of(self, kind: Kind) -> tuple[Outcome, ...]:
        """The outcomes of one kind."""
        return tuple(o for o in self.outcomes if o.kind is kind)

    def grade(self, name: str) -> Grade:
        """Precision, recall and F1 at ``loose``, ``aspect`` or ``exact``."""
        floor = GRADES.index(name) + 1
        right = sum(_GRADE_OF.get(o.kind, 0) >= floor for o in self.outcomes)
        precision = right / self.counted if self.counted else 0.0
        recall = right / len(self.reported) if self.reported else 0.0
        both = precision + recall
        return Grade(precision, recall, 2 * precision * recall / both if both else 0.0)

    def false_where(self) -> dict[str, int]:
        """How many false alarms came from which kind of article."""
        return dict(Counter(o.where for o in self.of(Kind.FALSE)))


def overlap(quote: str, sentence: str) -> float:
    """How much of the shorter text's words the other one has, 0 to 1; 0 below :data:`FEWEST` common words."""
    mine, theirs = _words(quote), _words(sentence)
    common = sum((mine & theirs).values())
    return common / min(mine.total(), theirs.total()) if common >= FEWEST else 0.0


def matches(told: ScoredChange, article: GoldArticle) -> list[tuple[Report, float]]:
    """The reports of ``article`` whose sentences the told change quotes, each with the overlap."""
    scored = ((report, max(overlap(told.quote, text) for text in report.sentences)) for report in article.reports)
    return [(report, share) for report, share in scored if share >= SAME]


def score(gold: Gold, told: Iterable[ScoredChange]) -> Score:
    """Each of ``told``, in order, against ``gold``.

    Raises:
        UsageError: a change names an article that ``gold`` does not hold.
    """
    articles = {article.name: article for article in gold.articles}
    reported: dict[str, list[str]] = {}
    # Which report is the first goes by the time as it is written, zone and all, as in the plain script. Between
    # outlets of different zones that can differ from the order in which the articles are read.
    for article in sorted(gold.articles, key=lambda a: (a.article.published.isoformat(), a.name)):
        for report in article.reports:
            if not gold.events[report.event_id].borderline:
                reported.setdefault(report.event_id, []).append(article.name)
    found: set[str] = set()
    outcomes: list[Outcome] = []
    unlike = 0
    for one in told:
        if one.article not in articles:
            raise UsageError(
                f"{gold.folder}: has no article {one.article!r}.", remedy="Give the gold of these changes."
            )
        outcome = _outcome(one, articles[one.article], gold, found, reported)
        outcomes.append(outcome)
        if outcome.kind in _GRADE_OF and outcome.event_id is not None:
            found.add(outcome.event_id)
        unlike += not verbatim(one, articles[one.article])
    core = frozenset(event for event in reported if gold.events[event].core)
    return Score(tuple(outcomes), {event: tuple(names) for event, names in reported.items()}, core, unlike)


def verbatim(told: ScoredChange, article: GoldArticle) -> bool:
    """Whether the quote stands in the article's text or title."""
    quote = told.quote.strip()
    return quote in article.article.text or quote in article.article.title


def _outcome(
    told: ScoredChange, article: GoldArticle, gold: Gold, found: set[str], reported: Mapping[str, list[str]]
) -> Outcome:
    hits = []
    for report, share in matches(told, article):
        event = gold.events[report.event_id]
        aspect = told.aspect in event.aspects
        exact = aspect and told.stage in event.stages
        hits.append(((exact, aspect, event.event_id not in found, share), event))
    if not hits:
        where = "irrelevant article" if not article.relevant else "article with news"
        return Outcome(
            told, Kind.FALSE, where=where if article.reports or not article.relevant else "article with no news"
        )
    (exact, aspect, first, _), event = max(hits, key=lambda hit: hit[0])
    if event.borderline:
        return Outcome(told, Kind.BORDERLINE, event.event_id)
    if not first:
        return Outcome(told, Kind.DUPLICATE, event.event_id)
    kind = Kind.RIGHT if exact else Kind.WRONG_STAGE if aspect else Kind.WRONG_ASPECT
    return Outcome(told, kind, event.event_id, late=reported[event.event_id].index(told.article))


@lru_cache(maxsize=8192)
def _words(text: str) -> Counter[str]:
    return Counter(word.lower() for word in _WORD.findall(text))
