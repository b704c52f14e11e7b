"""The embedded engine: rules and a trained encoder, each with its own say. Offline.

The two err in different ways: the rules were written by people who had the field's words in mind, the encoder learned
from a corpus. Where both are sure they are seldom wrong; the confidence is the mean of their log-odds.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Sequence

import numpy as np

from pipeline.model import Article, Aspect, Reading, Watch
from pipeline.reading import encoder, foreign, mission, observe, rules
from pipeline.reading.claims import Opinion, claim_of, why
from pipeline.reading.dense import ASPECTS, STAGES
from pipeline.reading.encoder import Encoder, Heard
from pipeline.reading.features import Seen
from pipeline.reading.sentences import Sentence

ENGINE = "rules+encoder-5"
MOST_ASPECTS = 3  # of one sentence
FLOOR = 0.04  # below this the encoder has no claim
SAID = 0.1  # below this the two together have none: of a hundred such on the bench, four would be right
OPENING, HOPELESS = 2, -3.5  # sentences that the encoder reads anyway; others from this log-odds of the rules on
UNSAID = -3.5  # the log-odds of a claim that one of the two does not make
UNNAMED = -0.8  # added where no sentence of the article names or describes the mission
LOOSE = -0.6  # added to a sentence that does not refer to it, where fewer than FEW do more than that
FEW = 2
AGREED = 0.3  # added to the mean: two that err in different ways are surer together than each alone
DESCRIBED, REFERRED = 2.0, 1.0  # the ties of sentences that describe the mission, or refer to it: ``mission.Focus``
CERTAIN = 0.995  # no confidence is taken for more than this, nor its contrary for less
HEADED, UNHEADED = 0.4, -0.2  # added to an aspect that the headline speaks of, and to others where it speaks of one
FURTHER = 0.8  # what the confidence of a sentence's second aspect counts: most sentences tell of one
OWN_STAGE = 0.85  # from so sure on the encoder's stage counts, else that of the rules
BACKGROUND = 0.15  # a sentence that is news with less than this probability is background
BACKGROUND_OLD = 0.30  # the same where all its dates lie far back


class EncodedReader:
    """Reads with rules and the encoder that comes with the package: no network, no state between articles.

    Args:
        model: another encoder than the shipped one.
        weights: others than the fitted ones of the rules, see ``rules.opinions``.
    """

    engine = ENGINE

    def __init__(self, model: Encoder | None = None, weights: Sequence[float] = rules.FITTED) -> None:
        self._model = model
        self._weights = weights

    def read(self, article: Article, watch: Watch) -> Reading:
        """The claims of ``article``, in text order, or why there are none.

        Raises:
            UsageError: the model's files do not fit this version.
        """
        return foreign.read(article, watch, self.engine, self._read)

    def _read(self, article: Article, parts: tuple[Sentence, ...], watch: Watch) -> Reading:
        focus = mission.focus(article, tuple(s.text for s in parts), watch)
        if not focus.relevant:
            return Reading(article.article_id, self.engine, False, focus.reason)
        model = self._model or encoder.shipped()
        hosts = mission.identity(watch).hosts
        seen = observe.look_at(article, parts, focus.levels, hosts)
        numbers = worth_reading(rules.odds_of_news(seen, self._weights))
        observed = observe.observe(article, seen, watch, hosts, model.meta.common, numbers)
        heard = model.hear(observed)
        ruled = rules.opinions(article.title, seen, self._weights)
        learned = tuple(opinions(heard, seen, model))
        said = joined(ruled, learned, heard, ties(focus.levels), rules.headed(observed.title))
        claims = tuple(
            claim_of(seen[one.number], one, article, watch, engine=self.engine)
            for one in said
            if one.confidence >= SAID
        )
        return Reading(article.article_id, self.engine, True, why(focus.reason, claims), claims)


def worth_reading(odds: Sequence[float]) -> list[int]:
    """The numbers of the sentences that the encoder reads: the opening, and what the rules do not take for hopeless."""
    return [number for number, one in enumerate(odds) if number < OPENING or one > HOPELESS]


def best(heard: Heard, i: int) -> list[int]:
    """The numbers of the aspects that sentence ``i`` most likely tells of, the best first."""
    return sorted(range(len(ASPECTS)), key=lambda k: (-float(heard.aspect[i, k]), k))[:MOST_ASPECTS]


def opinions(heard: Heard, seen: Sequence[Seen], model: Encoder) -> Iterator[Opinion]:
    """What the encoder says of each sentence, in text order."""
    for i, one in enumerate(seen):
        if heard.news[i] <= encoder.UNREAD:
            continue
        news = chance(model.meta.news.odds(encoder.of_news(heard, i)))
        background = news < (BACKGROUND_OLD if one.old else BACKGROUND)
        for place, k in enumerate(best(heard, i)):
            sure = chance(model.meta.claim.odds(encoder.of_claim(heard, i, k, place)))
            if sure >= FLOOR:
                stage = STAGES[int(np.argmax(heard.stage[i, k]))]
                yield Opinion(i, ASPECTS[k], stage, sure, background)


def ties(levels: Sequence[float]) -> tuple[float, ...]:
    """The log-odds that each sentence's tie to the mission adds: most where the article hardly speaks of it."""
    named = sum(level >= DESCRIBED for level in levels)
    whole = 0.0 if named else UNNAMED
    return tuple(whole + (LOOSE if named < FEW and level < REFERRED else 0.0) for level in levels)


def joined(
    ruled: Sequence[Opinion],
    learned: Sequence[Opinion],
    heard: Heard,
    tied: Sequence[float],
    headed: Container[Aspect] | None = None,
) -> list[Opinion]:
    """The opinions of both as one: in text order, the surest of a sentence first.

    Args:
        ruled: what the rules say.
        learned: what the encoder says.
        heard: the encoder's answers.
        tied: for each sentence the log-odds of :func:`ties`.
        headed: the aspects that the headline speaks of; None where it speaks of none.
    """
    by_rule = {(said.number, said.aspect): said for said in ruled}
    by_model = {(said.number, said.aspect): said for said in learned}
    out = []
    for key in by_rule.keys() | by_model.keys():
        one, other = by_rule.get(key), by_model.get(key)
        titled = 0.0 if headed is None else HEADED if key[1] in headed else UNHEADED
        sure = chance((_odds(one) + _odds(other)) / 2 + AGREED + tied[key[0]] + titled)
        said = one or by_model[key]
        if other is not None and _sure_of_stage(heard, *key):
            said = other
        background = all(said.background for said in (one, other) if said is not None)
        out.append(said._replace(confidence=sure, background=background))
    out.sort(key=lambda said: (said.number, -said.confidence, said.aspect.value))
    first = {said.number: n for n, said in reversed(list(enumerate(out)))}
    return [
        said if first[said.number] == n else said._replace(confidence=FURTHER * said.confidence)
        for n, said in enumerate(out)
    ]


def _sure_of_stage(heard: Heard, number: int, aspect: Aspect) -> bool:
    return float(heard.stage[number, ASPECTS.index(aspect)].max()) >= math.log(OWN_STAGE)


def _odds(said: Opinion | None) -> float:
    if said is None:
        return UNSAID
    sure = min(max(said.confidence, 1 - CERTAIN), CERTAIN)
    return math.log(sure / (1 - sure))


def chance(odds: float) -> float:
    """Log-odds as a probability."""
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, odds))))
