"""Fit the models of ``pipeline.reading.linear``: logistic regressions over masked words and dense features.

The first stage sees a sentence alone. The second, which sees its article, and the third, which tells
how sure a claim is, are fitted on first-stage scores of missions, and writers, that the first stage was not fitted on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pipeline.reading import masks, scores
from pipeline.reading.embedded import MOST_ASPECTS
from pipeline.reading.linear import ASPECTS, GAIN, SCALE, STAGES, Model
from training.examples import FOLDS, Example, Single

Array = NDArray[Any]
FEWEST = 3  # sentences that have a word or pair before it gets a weight
DENSE = 0.3  # the size of a dense feature beside that of the words
C_NEWS, C_ASPECT, C_STAGE, C_CONTEXT, C_CLAIM = 0.5, 2.0, 2.0, 0.1, 1.0  # by cross-validation over writers
OF_BACKGROUND = 0.7  # what a background sentence counts beside a sentence of news, for its stage


@dataclass(slots=True)
class Data:
    """Everything as matrices; a row is a sentence of an article, the contrasts stand apart."""

    examples: list[Example]
    vocabulary: dict[str, int]
    words: Any
    words_c: Any
    news: Array
    label: Array
    label_c: Array
    is_news: Array
    aspects: Array
    aspects_c: Array
    said: tuple[Array, Array, Array]  # row, aspect and stage of each claim
    said_c: tuple[Array, Array, Array]
    fold: Array
    where: list[tuple[int, int]]  # example and sentence of each row


def _said(lines: Sequence[Any]) -> tuple[Array, Array, Array]:
    rows = [(i, ASPECTS.index(s.aspect), STAGES.index(s.stage)) for i, line in enumerate(lines) for s in line.said]
    return tuple(np.array(column, dtype=int) for column in zip(*rows, strict=True))  # type: ignore[return-value]


def _aspects(lines: Sequence[Any]) -> Array:
    out = np.zeros((len(lines), len(ASPECTS)))
    for i, line in enumerate(lines):
        for said in line.said:
            out[i, ASPECTS.index(said.aspect)] = 1
    return out


def _matrix(grams: list[set[str]], vocabulary: dict[str, int]) -> Any:
    indices: list[int] = []
    ends = [0]
    values: list[float] = []
    for found in grams:
        rows = sorted(vocabulary[gram] for gram in found if gram in vocabulary)
        indices += rows
        values += [GAIN / np.sqrt(len(rows))] * len(rows) if rows else []
        ends.append(len(indices))
    return sp.csr_matrix((values, indices, ends), shape=(len(grams), len(vocabulary)))


def data(examples: list[Example], singles: list[Single]) -> Data:
    """The matrices of ``examples`` and ``singles``."""
    lines = [line for e in examples for line in e.lines]
    seen = [s for e in examples for s in e.observed.seen]
    grams = [set(masks.grams(tokens)) for e in examples for tokens in e.observed.tokens]
    grams_c = [set(masks.grams(s.tokens)) for s in singles]
    count: Counter[str] = Counter()
    for found in (*grams, *grams_c):
        count.update(found)
    vocabulary = {gram: i for i, gram in enumerate(sorted(g for g, n in count.items() if n >= FEWEST))}
    contrasts = [s.contrast for s in singles]
    return Data(
        examples,
        vocabulary,
        _matrix(grams, vocabulary),
        _matrix(grams_c, vocabulary),
        np.array([scores.of_news(s) for s in seen]),
        np.array([scores.of_label(s) for s in seen]),
        np.array([scores.of_label(s.seen) for s in singles]),
        np.array([line.kind in "Nn" for line in lines], dtype=int),
        _aspects(lines),
        _aspects(contrasts),
        _said(lines),
        _said(contrasts),
        np.array([e.fold for e in examples for _ in e.lines]),
        [(i, j) for i, e in enumerate(examples) for j in range(len(e.lines))],
    )


def _logistic(x: Any, y: Array, c: float) -> tuple[Array, float]:
    model = LogisticRegression(C=c, solver="liblinear", random_state=0).fit(x, y)
    return model.coef_[0], float(model.intercept_[0])


def _scaled(x: Array) -> tuple[Array, Array]:
    return x.mean(0), x.std(0) + 1e-6


def first(d: Data, keep: Array) -> Model:
    """The first-stage model on the rows ``keep`` (a mask); aspects and stages on all contrasts too."""
    columns: list[Array] = []
    bias: list[float] = []
    mean, spread = _scaled(d.news[keep])
    x = sp.hstack([d.words[keep], sp.csr_matrix((d.news[keep] - mean) / spread * DENSE)]).tocsr()
    size = len(d.vocabulary)
    coef, base = _logistic(x, d.is_news[keep], C_NEWS)
    columns.append(coef[:size])
    news = coef[size:] * DENSE / spread
    bias.append(base - float(news @ mean))

    mean, spread = _scaled(d.label)

    def joined(words: Any, dense: Array) -> Any:
        return sp.hstack([words, sp.csr_matrix((dense - mean) / spread * DENSE)]).tocsr()

    all_x, all_xc = joined(d.words, d.label), joined(d.words_c, d.label_c)
    # Sentences that tell no status count against every aspect, so that a score tells of status too.
    x = sp.vstack([all_x[keep], all_xc]).tocsr()
    label: list[Array] = []
    for k in range(len(ASPECTS)):
        coef, base = _logistic(x, np.r_[d.aspects[keep, k], d.aspects_c[:, k]], C_ASPECT)
        columns.append(coef[:size])
        label.append(coef[size:] * DENSE / spread)
        bias.append(base - float(label[-1] @ mean))

    at, aspect, stage = d.said
    at_c, aspect_c, stage_c = d.said_c
    kept = keep[at]
    one_hot = np.eye(len(ASPECTS))
    x = sp.vstack(
        [
            sp.hstack([all_x[at[kept]], sp.csr_matrix(one_hot[aspect[kept]])]),
            sp.hstack([all_xc[at_c], sp.csr_matrix(one_hot[aspect_c])]),
        ]
    ).tocsr()
    weight = np.r_[np.where(d.is_news[at[kept]] == 1, 1.0, OF_BACKGROUND), np.ones(len(at_c))]
    model = LogisticRegression(C=C_STAGE, max_iter=400).fit(x, np.r_[stage[kept], stage_c], sample_weight=weight)
    for j in range(len(STAGES)):
        coef = model.coef_[j]
        columns.append(coef[:size])
        label.append(coef[size : size + len(mean)] * DENSE / spread)
        bias.append(float(model.intercept_[j]) - float(label[-1] @ mean))
    stage_of = model.coef_[:, size + len(mean) :].T
    whole = np.rint(np.stack(columns, axis=1) * SCALE).astype(int)
    used = np.flatnonzero(np.abs(whole).sum(1) > 0)
    words = sorted(d.vocabulary, key=lambda word: d.vocabulary[word])
    return Model(
        frozenset(),
        {words[i]: row for row, i in enumerate(used)},
        tuple(tuple(int(v) for v in whole[i]) for i in used),
        _rounded(bias),
        _rounded(news),
        tuple(_rounded(row) for row in label),
        tuple(_rounded(row) for row in stage_of),
        (),
        (),
    )


def _rounded(values: Any) -> tuple[float, ...]:
    return tuple(round(float(v), 5) for v in values)


def out_of_fold(d: Data) -> list[list[scores.Scored]]:
    """First-stage scores of each example by a model that has not seen its mission."""
    out: list[list[scores.Scored]] = [[] for _ in d.examples]
    for fold in range(FOLDS):
        model = first(d, d.fold != fold)
        for i, example in enumerate(d.examples):
            if example.fold == fold:
                out[i] = scores.first(model, example.observed)
    return out


def second(d: Data, scored: list[list[scores.Scored]], folds: set[int]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The context's and the claim's weights, on the examples of ``folds``."""
    rows: list[tuple[float, ...]] = []
    target: list[int] = []
    chosen = [i for i, e in enumerate(d.examples) if e.fold in folds]
    for i in chosen:
        mine = scored[i]
        rows += scores.context(d.examples[i].observed, [s.news for s in mine], [s.aspects for s in mine])
        target += [int(line.kind in "Nn") for line in d.examples[i].lines]
    context = _dense(np.array(rows), np.array(target), C_CONTEXT)
    model = Model(frozenset(), {}, (), (), (), (), (), context, ())
    claims: list[tuple[float, ...]] = []
    right: list[int] = []
    for i in chosen:
        example = d.examples[i]
        if not example.relevant:
            continue
        news = scores.news_of(model, example.observed, scored[i])
        for seen, line, one, odds in zip(example.observed.seen, example.lines, scored[i], news, strict=True):
            order = sorted(range(len(ASPECTS)), key=lambda k: (-one.aspects[k], k))[:MOST_ASPECTS]
            for rank, k in enumerate(order):
                claims.append(scores.claim(odds, one.aspects, k, rank, seen.decision))
                right.append(int(line.kind in "Nn" and any(s.aspect is ASPECTS[k] for s in line.said)))
    return context, _dense(np.array(claims), np.array(right), C_CLAIM)


def _dense(x: Array, y: Array, c: float) -> tuple[float, ...]:
    mean, spread = _scaled(x)
    model = LogisticRegression(C=c, max_iter=2000).fit((x - mean) / spread, y)
    weights = model.coef_[0] / spread
    return _rounded([float(model.intercept_[0]) - float(weights @ mean), *weights])
