"""How sure a claim of the encoder is: two logistic regressions on missions that the encoder has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.reading.both import best
from pipeline.reading.dense import ASPECTS
from pipeline.reading.encoder import Encoder, Meta, Weights, of_claim, of_news
from training.examples import Example

C = 0.3  # the regressions' inverse strength of regularisation


def fitted(model: Encoder, held: Sequence[Example]) -> Meta:
    """What goes with ``model``, with the weights of news and claims fitted on the articles ``held``."""
    news: list[tuple[float, ...]] = []
    claims: list[tuple[float, ...]] = []
    is_news: list[bool] = []
    is_right: list[bool] = []
    for example in held:
        if not example.relevant:
            continue
        heard = model.hear(example.observed)
        for i, line in enumerate(example.lines):
            told = line.kind in "Nn"
            news.append(of_news(heard, i))
            is_news.append(told)
            for place, k in enumerate(best(heard, i)):
                claims.append(of_claim(heard, i, k, place))
                is_right.append(told and any(said.aspect is ASPECTS[k] for said in line.said))
    return replace(model.meta, news=_fit(news, is_news), claim=_fit(claims, is_right))


def _fit(rows: Sequence[Sequence[float]], truth: Sequence[bool]) -> Weights:
    x = np.array(rows)
    mean, spread = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=C, max_iter=3000).fit((x - mean) / spread, truth)
    weights = model.coef_[0] / spread
    return Weights(tuple(round(float(v), 5) for v in (model.intercept_[0] - weights @ mean, *weights)))
