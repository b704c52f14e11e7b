"""What the model makes of an article: each sentence's chance of being news, its aspects and its stages. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.reading import features
from pipeline.reading.features import Seen
from pipeline.reading.linear import ASPECTS, STAGES, Model, dot
from pipeline.reading.observe import TRAITS, Observed

_NONE = -4.0  # the score where there is no such sentence
_TITLED = 0.8  # the lexicon's score from which a title is taken to be about an aspect
_LOOK_BACK = 40  # earlier sentences that a sentence is compared with


class Scored(NamedTuple):
    """One sentence: its log-odds of news, and those of each aspect; the stages' scores without the aspect."""

    news: float
    aspects: tuple[float, ...]
    stages: tuple[float, ...]


CONTEXT = (
    "own", "before", "after", "behind_best", "behind_same", "aspect", "aspect2", "title_aspect", "said_earlier", *TRAITS
)  # fmt: skip
CLAIM = (
    "news", "aspect", "margin", "first", "decision", "second_of_vote", "pair",
    *(a.value for a in ASPECTS),
)  # fmt: skip


# Where news stands in an article differs from writer to writer more than anything else.
_LAYOUT = ("first", "second", "third")
_KEPT = tuple(i for i, name in enumerate(features.NAMES) if name not in _LAYOUT)


def of_news(seen: Seen) -> tuple[float, ...]:
    """The dense features for news."""
    vector = seen.vector
    return (*(vector[i] for i in _KEPT), *seen.aspects.values(), *seen.stages.values())


def of_label(seen: Seen) -> tuple[float, ...]:
    """The dense features for aspect and stage."""
    return (
        *seen.aspects.values(),
        *seen.stages.values(),
        float(min(len(seen.states), 3)),
        float(bool(seen.people)),
        float(bool(seen.money)),
        float(seen.decision),
    )


def first(model: Model, observed: Observed) -> list[Scored]:
    """Each sentence by itself."""
    out = []
    for seen, tokens in zip(observed.seen, observed.tokens, strict=True):
        sums = model.words(tokens)
        dense = of_label(seen)
        rest = [s + dot(w, dense) for s, w in zip(sums[1:], model.label, strict=True)]
        news = sums[0] + dot(model.news, of_news(seen))
        out.append(Scored(news, tuple(rest[: len(ASPECTS)]), tuple(rest[len(ASPECTS) :])))
    return out


def context(observed: Observed, news: Sequence[float], aspects: Sequence[Sequence[float]]) -> list[tuple[float, ...]]:
    """For each sentence, how it stands among the others of its article; in the order of ``CONTEXT``."""
    size = len(news)
    order = sorted(range(size), key=lambda i: (-news[i], i))
    ordered = [sorted(row, reverse=True)[:2] for row in aspects]
    tops = [max(range(len(ASPECTS)), key=lambda k: (row[k], -k)) for row in aspects]
    stems = [features.stems(s.sentence.text) for s in observed.seen]
    of_title = observed.title.aspects
    best = max(of_title.values())
    titled = max(range(len(ASPECTS)), key=lambda k: (of_title[ASPECTS[k].value], -k)) if best > _TITLED else -1
    by_top: dict[int, list[int]] = {}
    for i in order:
        by_top.setdefault(tops[i], []).append(i)
    out = []
    for i, z in enumerate(news):
        mine = stems[i]
        before = stems[max(0, i - _LOOK_BACK) : i]
        said = max((len(mine & other) / max(1, min(len(mine), len(other))) for other in before), default=0.0)
        out.append(
            (
                z,
                news[i - 1] if i else _NONE,
                news[i + 1] if i + 1 < size else _NONE,
                z - _best_other(order, i, news),
                z - _best_other(by_top[tops[i]], i, news),
                *ordered[i],
                float(tops[i] == titled),
                said,
                *observed.traits,
            )
        )
    return out


def _best_other(order: Sequence[int], i: int, news: Sequence[float]) -> float:
    """The best score in ``order``, which is best first, but that of ``i``."""
    if order[0] != i:
        return news[order[0]]
    return news[order[1]] if len(order) > 1 else _NONE


def news_of(model: Model, observed: Observed, scored: Sequence[Scored]) -> list[float]:
    """Each sentence's log-odds of news, seen in its article."""
    rows = context(observed, [s.news for s in scored], [s.aspects for s in scored])
    return [model.context[0] + dot(model.context[1:], row) for row in rows]


def claim(news: float, aspects: Sequence[float], k: int, rank: int, decision: bool) -> tuple[float, ...]:
    """What tells whether the claim of aspect number ``k`` is news and right; in the order of ``CLAIM``."""
    other = max(score for i, score in enumerate(aspects) if i != k)
    second = float(rank > 0)
    return (
        news,
        aspects[k],
        max(-6.0, min(6.0, aspects[k] - other)),
        1.0 - second,
        float(decision),
        second * float(decision),
        second * min(aspects[k], 0.0),
        *(float(i == k) for i in range(len(ASPECTS))),
    )


def stage_of(model: Model, scored: Scored, k: int) -> int:
    """The number of the stage that the sentence tells of aspect number ``k``."""
    totals = [s + b for s, b in zip(scored.stages, model.stage_of[k], strict=True)]
    return max(range(len(STAGES)), key=lambda j: (totals[j], -j))


def chance(odds: float) -> float:
    """Log-odds as a probability."""
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, odds))))
