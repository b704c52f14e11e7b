"""What rules with weights make of an article's sentences. Pure and deterministic, with no model."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipeline.model import Article, Aspect, Reading, Stage, Watch
from pipeline.reading import cues, features, foreign, mission, observe
from pipeline.reading.claims import Opinion, claim_of, why
from pipeline.reading.features import Seen
from pipeline.reading.lexicon import plain
from pipeline.reading.sentences import Sentence

# What each feature counts for "this sentence is news about the mission" (log-odds): logistic fits on the bench's
# missions, rounded. Fitted on two missions and scored on the third, the mean aspect-grade F1 is about 0.03 lower.
WEIGHTS: dict[str, float] = {
    "bias": -4.2, "first": 0.7, "second": 1.0, "third": 0.1, "position": -0.8, "after_half": -0.5, "level3": 0.5,
    "level2": 0.5, "level1": 0.2, "level0": -0.4, "carried": 0.3, "recent": 0.3, "old": -2.8, "since_old": 2.6,
    "future": 0.0, "news": 0.3, "background": -0.0, "question": -1.7, "speech": 1.4, "past_perfect": -0.3,
    "history": -2.0, "perfect": 0.0, "aspect": 1.4, "aspect2": 0.6, "stage": 1.7, "number": 0.2, "titled": -0.2,
    "title_overlap": 1.3, "short": 0.4, "pronoun": 0.1, "late_named": -0.0, "states": 0.4, "people": 0.4, "money":
    -1.0, "act": 0.1,
}  # fmt: skip
FITTED = tuple(WEIGHTS[name] for name in features.NAMES)
THRESHOLD = 0.40  # the log-odds' probability at which a sentence is taken for news; becomes confidence 0.5
RANK_STEP, RANK_MOST = 0.35, 1.2  # an article has few news: each better sentence counts against a sentence
CLAIM_FLOOR = 0.01  # below this a sentence is no claim at all
_ASPECT_FLOOR = 1.0
VOTED_ASPECT = 2.0  # the score that a further aspect needs in a sentence on a vote: one vote can change several
SECOND_ASPECT, SECOND_PART = 2.6, 0.75  # the score, and the part of the best one, that a further aspect needs
_DECISIVE = frozenset({Aspect.MANDATE, Aspect.STRENGTH, Aspect.SUPPORT, Aspect.LEAD, Aspect.COMMAND, Aspect.FUNDING})


class RuleReader:
    """Reads by rules alone."""

    engine = "rules-4"

    def read(self, article: Article, watch: Watch) -> Reading:
        """The claims of ``article``, in text order, or why there are none."""
        return foreign.read(article, watch, self.engine, self._read)

    def _read(self, article: Article, parts: tuple[Sentence, ...], watch: Watch) -> Reading:
        focus = mission.focus(article, tuple(s.text for s in parts), watch)
        if not focus.relevant:
            return Reading(article.article_id, self.engine, False, focus.reason)
        seen = observe.look_at(article, parts, focus.levels, mission.identity(watch).hosts)
        claims = tuple(
            claim_of(seen[said.number], said, article, watch, engine=self.engine)
            for said in opinions(article.title, seen)
        )
        return Reading(article.article_id, self.engine, True, why(focus.reason, claims), claims)


def odds_of_news(seen: Sequence[Seen], weights: Sequence[float] = FITTED) -> list[float]:
    """The log-odds that each sentence is news, each taken by itself."""
    return [sum(w * x for w, x in zip(weights, one.vector, strict=True)) for one in seen]


def opinions(title: str, seen: Sequence[Seen], weights: Sequence[float] = FITTED) -> list[Opinion]:
    """What the rules say of the sentences ``seen`` of an article, in text order.

    Args:
        title: of the article.
        seen: its sentences.
        weights: of ``features.NAMES``; others than the fitted ones to measure how much the fit flatters.
    """
    mood = _mood(title, seen)
    odds = odds_of_news(seen, weights)
    for rank, i in enumerate(sorted(range(len(seen)), key=lambda i: (-odds[i], i))):
        odds[i] -= min(RANK_STEP * rank, RANK_MOST)
    return [said for number, one in enumerate(seen) for said in _opinions(number, one, odds[number], mood)]


def _mood(title: str, seen: Sequence[Seen]) -> Stage | None:
    """The stage that title and opening set for the article: sentences on a decided text say what was decided."""
    opening = plain(" . ".join([title, *(s.sentence.text for s in seen[:3])]))
    scores = cues.STAGES.score(opening)
    decided = scores["decided"] + 1.5 * sum(1 for s in seen[:4] if s.decision)
    proposed = scores["proposed"]
    if decided >= 3.0 and decided > proposed + 0.5:
        return Stage.DECIDED
    if proposed >= 3.0 and proposed > decided + 0.5:
        return Stage.PROPOSED
    return None


def _confidence(p: float) -> float:
    """Probability to confidence: the threshold becomes one half, the ends stay."""
    return 0.5 * p / THRESHOLD if p < THRESHOLD else 0.5 + 0.5 * (p - THRESHOLD) / (1 - THRESHOLD)


def aspects(seen: Seen) -> list[tuple[Aspect, float]]:
    """The aspects that a sentence speaks of with their scores, best first."""
    return sorted(
        ((Aspect(label), score) for label, score in seen.aspects.items()), key=lambda item: (-item[1], item[0].value)
    )


def headed(title: Seen) -> frozenset[Aspect] | None:
    """The aspects that a headline speaks of, or None: an article tells first what its headline says."""
    ranked = aspects(title)
    needed = max(_ASPECT_FLOOR, SECOND_PART * ranked[0][1])
    return frozenset(aspect for aspect, score in ranked if score >= needed) or None


def stage(seen: Seen, aspect: Aspect, mood: Stage | None) -> Stage:
    """How real the sentence says that its content is."""
    scores = {Stage(label): score for label, score in seen.stages.items()}
    if aspect is Aspect.CASUALTIES:
        scores[Stage.IN_EFFECT] += 1.5
    if aspect is Aspect.DEPLOYMENT:
        scores[Stage.IN_EFFECT] += 0.4
    if aspect is Aspect.FUNDING:
        scores[Stage.PLANNED] += 0.3
    if mood is not None and aspect in _DECISIVE:
        scores[mood] += 1.0
        if mood is Stage.DECIDED:
            scores[mood] += 0.6 * scores[Stage.PLANNED]
    if not any(scores.values()):
        return Stage.IN_EFFECT if aspect in (Aspect.DEPLOYMENT, Aspect.CASUALTIES, Aspect.STRENGTH) else Stage.PLANNED
    return max(scores, key=lambda s: scores[s])


def _opinions(number: int, seen: Seen, odds: float, mood: Stage | None) -> list[Opinion]:
    ranked = aspects(seen)
    if ranked[0][1] < _ASPECT_FLOOR:
        return []
    p = 1.0 / (1.0 + math.exp(-odds))
    if p < CLAIM_FLOOR:
        return []
    out = []
    for rank, (aspect, score) in enumerate(ranked[:3]):
        needed = VOTED_ASPECT if seen.decision else max(SECOND_ASPECT, SECOND_PART * ranked[0][1])
        if rank and (aspect not in _DECISIVE or score < needed):
            continue
        sure = _confidence(p) * (1.0 if rank == 0 else 0.9)
        background = p < (THRESHOLD if seen.old else THRESHOLD / 3)
        out.append(Opinion(number, aspect, stage(seen, aspect, mood), sure, background))
    return out
