"""The corpus as the models see it: articles observed sentence by sentence, each with its label."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.model import Article, Watch
from pipeline.reading import mission as identity
from pipeline.reading import observe, sentences
from pipeline.reading.features import Seen
from pipeline.reading.observe import Observed
from training.as_gold import article_of, watch_of
from training.corpus import Contrast, Labelled, Line, Mission

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
FEWEST = 2  # missions, or groups of contrasts, that have a word in lower case before it counts as no name


@dataclass(frozen=True, slots=True)
class Example:
    """One article: its mission, whether the reader takes it for relevant, and a label a sentence."""

    mission: int
    labelled: Labelled
    relevant: bool
    observed: Observed
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Single:
    """One contrasting sentence."""

    contrast: Contrast
    seen: Seen
    tokens: tuple[str, ...]


def common_words(missions: Sequence[Mission], contrasts: Sequence[Contrast]) -> frozenset[str]:
    """The words that stand in lower case in texts of at least ``FEWEST`` missions or groups."""
    where: dict[str, set[str]] = defaultdict(set)
    for mission in missions:
        for labelled in (mission.baseline, *mission.articles):
            for line in labelled.lines:
                _note(line.text, mission.slug, where)
    for contrast in contrasts:
        _note(contrast.text, contrast.group, where)
    return frozenset(word for word, places in where.items() if len(places) >= FEWEST)


def _note(text: str, place: str, where: dict[str, set[str]]) -> None:
    for word in _WORD.findall(text):
        if word[0].islower():
            where[word.replace("’", "'").removesuffix("'s")].add(place)


def examples(
    missions: Sequence[Mission],
    common: frozenset[str],
    watch: Callable[[Mission], Watch] = watch_of,
    article: Callable[[Labelled], Article] = article_of,
) -> list[Example]:
    """Every article of ``missions``, observed for its own mission's watch."""
    out = []
    for number, mission in enumerate(missions):
        watched = watch(mission)
        hosts = identity.identity(watched).hosts
        for labelled in mission.articles:
            read = article(labelled)
            parts = sentences.split(read.text)
            focus = identity.focus(read, tuple(part.text for part in parts), watched)
            levels = focus.levels or (0.0,) * len(parts)
            seen = observe.look_at(read, parts, levels, hosts)
            observed = observe.observe(read, seen, watched, hosts, common)
            lines = tuple(_line_of(labelled, part) for part in parts)
            out.append(Example(number, labelled, focus.relevant, observed, lines))
    return out


def _line_of(labelled: Labelled, part: sentences.Sentence) -> Line:
    """The labelled line that ``part`` shares most characters with: the reader may part sentences otherwise."""
    return max(labelled.lines, key=lambda line: min(line.end, part.end) - max(line.start, part.start))


def singles(contrasts: Sequence[Contrast], common: frozenset[str]) -> list[Single]:
    """Every contrast, observed as if published in the year that it names."""
    out = []
    for contrast in contrasts:
        year = _YEAR.search(contrast.text)
        seen = observe.headline(contrast.text, date(int(year.group()) if year else 2015, 6, 17), frozenset())
        out.append(Single(contrast, seen, observe.tokens_of(seen, frozenset(), None, common)))
    return out
