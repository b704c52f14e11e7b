"""Leave one mission out: the rules' weights fitted on two missions of the bench, and the third scored.

The encoder has seen no mission of the bench; the rules' sentence weights were fitted on all three. These figures
take that help away: for each mission they are fitted anew on the other two, by ridge logistic regression (Newton's
method; Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2009, section 4.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.bench import Mission
from pipeline.bench.figures import measure_one
from pipeline.bench.scoring import SAME, overlap
from pipeline.reading import EncodedReader, features, mission, observe, sentences

from .missions import MISSIONS, drafted, gold

RIDGE = 1.0  # pulls each weight but the bias to zero
STEPS = 30  # of Newton's method; it has settled after ten


def rows(name: str) -> tuple[list[tuple[float, ...]], list[bool]]:
    """What the rules see of each sentence of a mission's relevant articles, and whether the gold calls it news."""
    watch = drafted(name)
    hosts = mission.identity(watch).hosts
    seen: list[tuple[float, ...]] = []
    news: list[bool] = []
    for held in gold(name).articles:
        parts = sentences.split(held.article.text)
        focus = mission.focus(held.article, tuple(part.text for part in parts), watch)
        if not focus.relevant:
            continue
        told = [sentence for report in held.reports for sentence in report.sentences]
        for one in observe.look_at(held.article, parts, focus.levels, hosts):
            seen.append(one.vector)
            news.append(any(overlap(one.sentence.text, sentence) >= SAME for sentence in told))
    return seen, news


def fitted(names: Sequence[str]) -> tuple[float, ...]:
    """The weights of ``features.NAMES`` from these missions."""
    both = [rows(name) for name in names]
    x: NDArray[Any] = np.array([row for seen, _ in both for row in seen])
    y: NDArray[Any] = np.array([told for _, news in both for told in news], float)
    ridge = np.full(x.shape[1], RIDGE)
    ridge[features.NAMES.index("bias")] = 1e-6
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (chance - y) + ridge * weights
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + np.diag(ridge)
        weights = weights - np.linalg.solve(curve, slope)
    return tuple(round(float(w), 2) for w in weights)


@cache
def left_out() -> tuple[Mission, ...]:
    """The figures of each mission with the rules' weights of the other two."""
    return tuple(
        measure_one(gold(m), drafted(m), EncodedReader(weights=fitted([o for o in MISSIONS if o != m])))
        for m in MISSIONS
    )
