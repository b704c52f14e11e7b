"""The embedded engine: a trained encoder predicts what each sentence tells, and how surely. Offline.

What stays by rule stands elsewhere and has no weight: which articles may be about the mission (``mission``), and how
what a sentence names is normalised (``mentions``, ``parts``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from pipeline.model import Article, Aspect, Reading, Slot, Stage, Watch
from pipeline.model.facts import ACTS, ACTS_OF
from pipeline.reading.embedded import encoder, encoder_input, features, foreign, mission
from pipeline.reading.embedded.claims import Prediction, explain, make_claim
from pipeline.reading.embedded.encoder import SLOTS, STAGES, Encoder, EncoderOutput
from pipeline.reading.embedded.features import SentenceFeatures
from pipeline.reading.embedded.parts import Odds
from pipeline.reading.embedded.sentences import Sentence

ENGINE = "encoder-7"
SAID = 0.1  # below this there is no claim: of a hundred such on dev, five would be right
STATED = 0.35  # from here on a sentence of a baseline states a fact: a person reviews it, and an omission costs more
SECOND = 0.65  # from here on a further fact of a sentence is a claim too: most sentences state one
UNLIKELY = -1.0  # log-odds: what is less likely to be about the mission is not shown to a language model either
BACKGROUND = 0.25  # a sentence that is news with less than this probability is background


class EncodedReader:
    """Reads with the encoder that comes with the package: no network, no state between articles.

    Args:
        model: another encoder than the shipped one.
    """

    engine = ENGINE

    def __init__(self, model: Encoder | None = None) -> None:
        self._model = model

    def read(self, article: Article, watch: Watch) -> Reading:
        """Read the claims of ``article``, in text order, or say why there are none.

        Raises:
            UsageError: the model's files do not fit this version.
        """
        return foreign.read(article, watch, self.engine, self._read)

    def state(self, article: Article, watch: Watch) -> Reading:
        """Read what ``article`` states of the mission, as news or as background: the facts of a baseline.

        Raises:
            UsageError: the model's files do not fit this version.
        """
        return foreign.read(article, watch, self.engine, self._state)

    def _read(self, article: Article, parts: tuple[Sentence, ...], watch: Watch) -> Reading:
        focus = mission.focus(article, watch)
        if not focus.relevant:
            return Reading(article.article_id, self.engine, False, focus.reason)
        model, seen, answers = self._heard(article, parts, watch)
        if focus.named:  # it is about the mission, in however few words
            answers = replace(answers, relevant=math.inf)
        if answers.relevant < model.meta.relevant:
            reason = f"it is unlikely to be about this mission ({sigmoid(answers.relevant):.2f})"
            return Reading(article.article_id, self.engine, False, reason, doubtful=answers.relevant > UNLIKELY)
        said = predict_claims(answers, model.meta.claim)
        claims = tuple(make_claim(seen[one.number], one, article, watch, engine=self.engine) for one in said)
        return Reading(article.article_id, self.engine, True, explain(focus.reason, claims), claims)

    def _state(self, article: Article, parts: tuple[Sentence, ...], watch: Watch) -> Reading:
        focus = mission.focus(article, watch)
        _, seen, answers = self._heard(article, parts, watch)
        said = predict_statements(answers)
        claims = tuple(make_claim(seen[one.number], one, article, watch, engine=self.engine) for one in said)
        return Reading(article.article_id, self.engine, True, focus.reason, claims)

    def _heard(
        self, article: Article, parts: tuple[Sentence, ...], watch: Watch
    ) -> tuple[Encoder, tuple[SentenceFeatures, ...], EncoderOutput]:
        model = self._model or encoder.load_shipped()
        seen = features.extract_all(article, parts)
        return model, seen, model.read(encoder_input.build_page(article, seen, watch))


def predict_claims(answers: EncoderOutput, claim: encoder.LogisticWeights) -> Iterator[Prediction]:
    """Yield what the encoder predicts for each sentence, in text order, the most confident of a sentence first.

    Args:
        answers: of the encoder.
        claim: what makes its answers a probability.
    """
    for i in range(len(answers.news)):
        background = sigmoid(float(answers.news[i])) < BACKGROUND
        said = []
        for aspect in Aspect:
            probability = sigmoid(claim.odds(encoder.claim_inputs(answers, i, aspect)))
            if probability < SAID:
                continue
            for place, slot in enumerate(_slots_of(answers, i, aspect)):
                stage = STAGES[int(np.argmax(answers.stage[i, slot]))]
                confidence = probability if place == 0 else min(probability, sigmoid(float(answers.told[i, slot])))
                odds = f"{SLOTS[slot].value} {answers.told[i, slot]:+.1f}, news {answers.news[i]:+.1f}"
                said.append(_prediction(answers, i, slot, stage, confidence, odds, background=background))
        said.sort(key=lambda one: -one.confidence)
        yield from (one for place, one in enumerate(said) if place == 0 or one.confidence >= SECOND)


def predict_statements(answers: EncoderOutput) -> Iterator[Prediction]:
    """Yield what each sentence states, as news or as background, in text order."""
    for i in range(len(answers.news)):
        for aspect in Aspect:
            slot = max(encoder.OF_ASPECT[aspect], key=lambda k: (float(answers.stated[i, k]), -k))
            if (probability := sigmoid(float(answers.stated[i, slot]))) >= STATED:
                stage = STAGES[int(np.argmax(answers.stage[i, slot]))]
                yield _prediction(answers, i, slot, stage, probability)


def _prediction(
    answers: EncoderOutput,
    i: int,
    slot: int,
    stage: Stage,
    confidence: float,
    why: str = "",
    *,
    background: bool = False,
) -> Prediction:
    """Return the prediction for a slot, by number, in sentence ``i``."""
    name = SLOTS[slot]
    act, odds = predict_parts(answers, i, name)
    return Prediction(i, name.aspect, stage, confidence, background, name, act, odds, why)


def predict_parts(answers: EncoderOutput, i: int, slot: Slot) -> tuple[str, Odds]:
    """Return the act of a fact of ``slot`` in sentence ``i``, and the odds of each place to be a part of it."""
    act = max(ACTS_OF.get(slot, ("",)), key=lambda act: answers.act[i, ACTS.index(act)] if act else 0.0)
    return act, partial(answers.parts[i].of, slot)


def _slots_of(answers: EncoderOutput, i: int, aspect: Aspect) -> Sequence[int]:
    """Return the slots of ``aspect``, by number, that sentence ``i`` tells of, the likeliest first."""
    ranked = sorted(encoder.OF_ASPECT[aspect], key=lambda k: (-float(answers.told[i, k]), k))
    return [k for place, k in enumerate(ranked) if place == 0 or sigmoid(float(answers.told[i, k])) >= SECOND]


def sigmoid(odds: float) -> float:
    """Convert log-odds to a probability."""
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, odds))))
