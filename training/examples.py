"""The corpus as the encoder sees it: articles as pages, each sentence with its label."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from pipeline.model import Watch
from pipeline.reading.embedded import encoder_input, features, mission, sentences
from pipeline.reading.embedded.features import SentenceFeatures
from pipeline.reading.embedded.wordpiece import Page
from training.as_gold import article_of, watch_of
from training.corpus import Contrast, Labelled, Line, Mission

BRIEF = 0.5  # the share of articles that are learned as briefs too, and of briefs that begin with news
SENTENCES = (1, 1, 2, 3)  # of a brief
STRANGER, OPENING = 0.22, 5  # the share of articles that another mission's watch sees, and so many sentences of them
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Example:
    """One article: what the encoder sees of it, a label a sentence, and whether it is about the mission.

    Attributes:
        seen: what is found in each sentence of the page.
        read: whether the gate lets it through (``mission.focus``).
    """

    page: Page
    seen: tuple[SentenceFeatures, ...]
    lines: tuple[Line, ...]
    relevant: bool
    read: bool


@dataclass(frozen=True, slots=True)
class Single:
    """One contrasting sentence, with marks."""

    contrast: Contrast
    text: str


def examples(missions: Sequence[Mission], watch: Callable[[Mission], Watch] = watch_of) -> list[Example]:
    """Every article of ``missions`` but reprints, as it is read for its own mission's watch."""
    out = []
    for told in missions:
        watched = watch(told)
        out += [_example(labelled, watched) for labelled in told.articles if not labelled.twin_of]
    return out


def baselines(missions: Sequence[Mission], watch: Callable[[Mission], Watch]) -> list[Example]:
    """The article that each of ``missions`` begins with, as its own watch sees it."""
    return [_example(told.baseline, watch(told)) for told in missions]


def strangers(missions: Sequence[Mission], watch: Callable[[Mission], Watch], random: Random) -> list[Example]:
    """The openings of some articles as another mission's watch sees them: nothing in them is about it."""
    watches = {told.slug: watch(told) for told in missions}
    out = []
    for told in missions:
        for labelled in told.articles:
            if labelled.twin_of or random.random() > STRANGER:
                continue
            other = random.choice([slug for slug in watches if slug != told.slug])
            seen = _cut(_example(labelled, watches[other]), 0, OPENING)
            lines = tuple(replace(line, kind="X", said=()) for line in seen.lines)
            out.append(replace(seen, lines=lines, relevant=False))
    return out


def _example(labelled: Labelled, watched: Watch) -> Example:
    article = article_of(labelled)
    parts = sentences.split_sentences(article.text)
    focus = mission.focus(article, watched)
    seen = features.extract_all(article, parts)
    lines = tuple(_line_of(labelled, part) for part in parts)
    return Example(
        encoder_input.build_page(article, seen, watched), seen, lines, labelled.kind != "irrelevant", focus.relevant
    )


def briefs(held: Sequence[Example], random: Random) -> list[Example]:
    """Every second article of ``held`` as a news agency's brief: one to three sentences, some from its news on."""
    out = []
    for example in held:
        if random.random() < BRIEF:
            continue
        news = [i for i, line in enumerate(example.lines) if line.kind == "N"]
        at = random.choice(news) if news and random.random() < BRIEF else 0
        end = at + random.choice(SENTENCES)
        out.append(_cut(example, at, end))
    return out


def _cut(example: Example, at: int, end: int) -> Example:
    """``example`` with its sentences from ``at`` to before ``end`` alone."""
    page = replace(example.page, sentences=example.page.sentences[at:end], paragraphs=example.page.paragraphs[at:end])
    return replace(example, page=page, seen=example.seen[at:end], lines=example.lines[at:end])


def _line_of(labelled: Labelled, part: sentences.Sentence) -> Line:
    """The labelled line that ``part`` shares most characters with: the reader may part sentences otherwise."""
    return max(labelled.lines, key=lambda line: min(line.end, part.end) - max(line.start, part.start))


def singles(contrasts: Sequence[Contrast]) -> list[Single]:
    """Every contrast, as if published in the year that it names."""
    out = []
    for contrast in contrasts:
        year = _YEAR.search(contrast.text)
        published = date(int(year.group()) if year else 2015, 6, 17)
        out.append(Single(contrast, encoder_input.mark_single(contrast.text, published, None).text))
    return out
