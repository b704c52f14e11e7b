"""How sure a claim of the encoder is: a logistic regression on missions that the encoder has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.linear_model import LogisticRegression

from pipeline.model import Aspect
from pipeline.reading.embedded.encoder import Encoder, EncoderMeta, LogisticWeights, claim_inputs
from training.examples import Example

# An alert is right where its article reports the event, by any of its sentences, so an unsure claim is right more often
# than its own label says, and a sure one can be the second to tell an event. Chosen on dev for the least distance of
# confidence from the share that is right (``make dev``).
SLOPE, SHIFT = 0.75, 0.15  # of the log-odds
C = 0.3  # the regression's inverse strength of regularisation
RELEVANT = 2.0  # log-odds: an article that is about the mission with less than seven chances in eight is left out


def fitted(model: Encoder, held: Sequence[Example]) -> EncoderMeta:
    """What goes with ``model``, with the weights of claims fitted on the articles ``held``."""
    rows: list[tuple[float, ...]] = []
    right: list[bool] = []
    for example in held:
        if not example.read or not example.page.sentences:
            continue
        answers = model.read(example.page)
        for i, line in enumerate(example.lines):
            told = {said.aspect for said in line.said if line.kind in "Nn" and not said.recalled}
            for aspect in Aspect:
                rows.append(claim_inputs(answers, i, aspect))
                right.append(aspect in told)
    return replace(model.meta, claim=_fit(rows, right), relevant=RELEVANT)


def _fit(rows: Sequence[Sequence[float]], truth: Sequence[bool]) -> LogisticWeights:
    x = np.array(rows)
    mean, spread = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=C, max_iter=3000).fit((x - mean) / spread, truth)
    weights = SLOPE * model.coef_[0] / spread
    bias = SLOPE * model.intercept_[0] - weights @ mean + SHIFT
    return LogisticWeights(tuple(round(float(v), 5) for v in (bias, *weights)))
