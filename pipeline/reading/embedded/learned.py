"""The embedded engine: a trained encoder says of each sentence what it tells, and how surely. Offline.

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
from pipeline.reading.embedded import encoder, foreign, mission, observe
from pipeline.reading.embedded.claims import Opinion, claim_of, why
from pipeline.reading.embedded.encoder import SLOTS, STAGES, Answers, Encoder
from pipeline.reading.embedded.features import Seen
from pipeline.reading.embedded.parts import Odds
from pipeline.reading.embedded.sentences import Sentence

ENGINE = "encoder-7"
SAID = 0.1  # below this there is no claim: of a hundred such on dev, five would be right
STATED = 0.35  # from so sure a sentence of a baseline states a fact: a person reads it, and what lacks is dearer
SECOND = 0.65  # from so sure a further fact of a sentence is told too: most sentences tell one
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
        """The claims of ``article``, in text order, or why there are none.

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
            reason = f"it is unlikely to be about this mission ({chance(answers.relevant):.2f})"
            return Reading(article.article_id, self.engine, False, reason, doubtful=answers.relevant > UNLIKELY)
        said = opinions(answers, model.meta.claim)
        claims = tuple(claim_of(seen[one.number], one, article, watch, engine=self.engine) for one in said)
        return Reading(article.article_id, self.engine, True, why(focus.reason, claims), claims)

    def _state(self, article: Article, parts: tuple[Sentence, ...], watch: Watch) -> Reading:
        focus = mission.focus(article, watch)
        _, seen, answers = self._heard(article, parts, watch)
        said = statements(answers)
        claims = tuple(claim_of(seen[one.number], one, article, watch, engine=self.engine) for one in said)
        return Reading(article.article_id, self.engine, True, focus.reason, claims)

    def _heard(
        self, article: Article, parts: tuple[Sentence, ...], watch: Watch
    ) -> tuple[Encoder, tuple[Seen, ...], Answers]:
        model = self._model or encoder.shipped()
        seen = observe.look_at(article, parts)
        return model, seen, model.read(observe.page(article, seen, watch))


def opinions(answers: Answers, claim: encoder.Weights) -> Iterator[Opinion]:
    """Give what the encoder says of each sentence, in text order, the surest of a sentence first.

    Args:
        answers: of the encoder.
        claim: what makes its answers a probability.
    """
    for i in range(len(answers.news)):
        background = chance(float(answers.news[i])) < BACKGROUND
        said = []
        for aspect in Aspect:
            sure = chance(claim.odds(encoder.of_claim(answers, i, aspect)))
            if sure < SAID:
                continue
            for place, slot in enumerate(_slots_of(answers, i, aspect)):
                stage = STAGES[int(np.argmax(answers.stage[i, slot]))]
                confidence = sure if place == 0 else min(sure, chance(float(answers.told[i, slot])))
                odds = f"{SLOTS[slot].value} {answers.told[i, slot]:+.1f}, news {answers.news[i]:+.1f}"
                said.append(_opinion(answers, i, slot, stage, confidence, odds, background=background))
        said.sort(key=lambda one: -one.confidence)
        yield from (one for place, one in enumerate(said) if place == 0 or one.confidence >= SECOND)


def statements(answers: Answers) -> Iterator[Opinion]:
    """Give what each sentence states, as news or as background, in text order."""
    for i in range(len(answers.news)):
        for aspect in Aspect:
            slot = max(encoder.OF_ASPECT[aspect], key=lambda k: (float(answers.stated[i, k]), -k))
            if (sure := chance(float(answers.stated[i, slot]))) >= STATED:
                stage = STAGES[int(np.argmax(answers.stage[i, slot]))]
                yield _opinion(answers, i, slot, stage, sure)


def _opinion(
    answers: Answers, i: int, slot: int, stage: Stage, confidence: float, why: str = "", *, background: bool = False
) -> Opinion:
    """Give what the encoder says of a slot, by number, in sentence ``i``."""
    name = SLOTS[slot]
    act, odds = details(answers, i, name)
    return Opinion(i, name.aspect, stage, confidence, background, name, act, odds, why)


def details(answers: Answers, i: int, slot: Slot) -> tuple[str, Odds]:
    """Give what a fact of ``slot`` in sentence ``i`` says is done, and the odds of each place to be a part of it."""
    act = max(ACTS_OF.get(slot, ("",)), key=lambda act: answers.act[i, ACTS.index(act)] if act else 0.0)
    return act, partial(answers.parts[i].of, slot)


def _slots_of(answers: Answers, i: int, aspect: Aspect) -> Sequence[int]:
    """The slots of ``aspect``, by number, that sentence ``i`` tells of: the likeliest, and others that are likely."""
    ranked = sorted(encoder.OF_ASPECT[aspect], key=lambda k: (-float(answers.told[i, k]), k))
    return [k for place, k in enumerate(ranked) if place == 0 or chance(float(answers.told[i, k])) >= SECOND]


def chance(odds: float) -> float:
    """Log-odds as a probability."""
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, odds))))
