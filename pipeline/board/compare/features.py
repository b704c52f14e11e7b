"""Extract the features by which a claim and a change are compared. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from uuid import UUID

from pipeline.board.fold import subject_key
from pipeline.language import to_english
from pipeline.model import Aspect, Change, Claim, Stage, Verdict, Watch
from pipeline.model.countries import mentions
from pipeline.model.quantities import Quantity, quantities
from pipeline.model.text import normalise

STEM = 5  # letters of a word that count: enough for "extension" and "extended", too few for their endings

_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-ZÀ-Þ][\w’'-]+")
_LEAVING = re.compile(
    r"\b(?:withdr\w+|leav\w+|left|pull\w* out|quit\w*|go\w* home|went home|depart\w+|sent home|end\w*|exit|no part"
    r"|repatriat\w+)\b"
)
_COMING = re.compile(
    r"\b(?:join\w*|send\w*|deploy\w+|arriv\w+|take part|taking part|stay\w*|remain\w*|keep\w*|contribut\w+|offer\w*)\b"
)
_STOP_TEXT = """the a an of in on to for and or as at by from with its his her their that this it is are was
    were be been has have had will who which not no but after over into up out more than says said would also they
    he she there where when under about told one two"""
_STOP = frozenset(_STOP_TEXT.split())


@dataclass(frozen=True, slots=True)
class Features:
    """The features of a claim or change; ``known`` is the day on which it was published."""

    aspect: Aspect
    stage: Stage
    key: str
    key_stems: frozenset[str]
    quote: str
    stems: frozenset[str]
    names: frozenset[str]
    states: frozenset[str]
    figures: tuple[Quantity, ...]
    said: tuple[Quantity, ...]  # the figures of the value
    direction: int
    event: date | None
    known: date
    article: UUID | None
    baseline: bool


@lru_cache(maxsize=16384)
def stems_of(text: str) -> frozenset[str]:
    """Return the words of ``text`` cut to their stems, without those that every sentence has."""
    return frozenset(w[:STEM] for w in _WORD.findall(normalise(text)) if w not in _STOP and not w.isdigit())


@lru_cache(maxsize=16384)
def _names(text: str) -> frozenset[str]:
    return frozenset(w.lower()[:STEM] for w in _NAME.findall(text))


@lru_cache(maxsize=16384)
def _states(text: str) -> frozenset[str]:
    """Return the countries that ``text`` names, by name, adjective or capital."""
    return frozenset(mention.name for mention in mentions(text))


@lru_cache(maxsize=16384)
def figures(text: str) -> tuple[Quantity, ...]:
    """Return the significant numbers of ``text``: ten and more, no years."""
    return tuple(q for q in quantities(text) if q.number >= 10 and not (1900 <= q.number <= 2060 and q.kind == "count"))


@lru_cache(maxsize=16384)
def direction(text: str) -> int:
    """Return -1 for a sentence about leaving, 1 for one about coming, 0 where it tells neither or both."""
    low = normalise(text)
    out, into = bool(_LEAVING.search(low)), bool(_COMING.search(low))
    return 0 if out == into else -1 if out else 1


def own_words(watch: Watch) -> frozenset[str]:
    """Return the stems of the mission's names and places, which every article about it has."""
    return _stems_together((watch.title, *(name.text for name in watch.names), *watch.places))


@lru_cache(maxsize=64)  # by the names alone: a watch may have thousands of feeds, which would be hashed too
def _stems_together(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(stems_of(text) for text in texts))


def features_of_claim(claim: Claim, published: date) -> Features:
    """Extract the features of ``claim``, made by an article published on ``published``."""
    key = subject_key(claim.aspect, claim.subject)
    return _features(claim, key, published, baseline=False)


def features_of_change(change: Change) -> Features:
    """Extract the features of ``change``."""
    return _features(change, change.subject_key, change.known_at.date(), baseline=change.verdict is Verdict.BASELINE)


def _features(said: Claim | Change, key: str, known: date, *, baseline: bool) -> Features:
    quote = to_english(said.quote)  # so that what one outlet says in French and another in English is one event
    return Features(
        said.aspect,
        said.stage,
        key,
        stems_of(key),
        quote,
        stems_of(quote),
        _names(quote),
        _states(quote),
        figures(quote),
        figures(said.value),
        direction(quote),
        said.event_date,
        known,
        said.article_id,
        baseline,
    )
