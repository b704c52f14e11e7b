"""The embedded engine: rules over sentences, with weights, offline and deterministic."""

from __future__ import annotations

import math

from pipeline.model import Article, Aspect, Claim, Reading, Stage, Watch
from pipeline.reading import cues, features, mission, sentences
from pipeline.reading.claims import claim_of
from pipeline.reading.features import Seen
from pipeline.reading.lexicon import plain

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
_W = tuple(WEIGHTS[name] for name in features.NAMES)
THRESHOLD = 0.40  # the log-odds' probability at which a sentence is taken for news; becomes confidence 0.5
RANK_STEP, RANK_MOST = 0.35, 1.2  # an article has few news: each better sentence counts against a sentence
CLAIM_FLOOR = 0.01  # below this a sentence is no claim at all
_ASPECT_FLOOR = 1.0
VOTED_ASPECT = 2.0  # the score that a further aspect needs in a sentence on a vote: one vote can change several
SECOND_ASPECT, SECOND_PART = 2.6, 0.75  # the score, and the part of the best one, that a further aspect needs
_DECISIVE = frozenset({Aspect.MANDATE, Aspect.STRENGTH, Aspect.SUPPORT, Aspect.LEAD, Aspect.COMMAND, Aspect.FUNDING})


class RuleReader:
    """Reads by rules: no model, no network, no state between articles."""

    engine = "rules-1"

    def read(self, article: Article, watch: Watch) -> Reading:
        """The claims of ``article``, in text order, or why there are none."""
        parts = sentences.split(article.text)
        focus = mission.focus(article, tuple(s.text for s in parts), watch)
        if not focus.relevant:
            return Reading(article.article_id, self.engine, False, focus.reason)
        who = mission.identity(watch)
        published = article.published.date()
        title = features.stems(article.title)
        carried, paragraph = 0.0, -1
        seen: list[Seen] = []
        for part, level in zip(parts, focus.levels, strict=True):
            if part.paragraph != paragraph:
                carried, paragraph = carried * 0.7, part.paragraph
            seen.append(features.look(part, len(parts), level, carried, title, published, who.hosts))
            carried = max(carried * 0.85, level)
        mood = _mood(article.title, seen)
        name = watch.names[0].text if watch.names else watch.title
        claims: list[Claim] = []
        odds = [_odds(one.vector) for one in seen]
        ranked = sorted(range(len(seen)), key=lambda i: (-odds[i], i))
        for rank, i in enumerate(ranked):
            odds[i] -= min(RANK_STEP * rank, RANK_MOST)
        for one, o in zip(seen, odds, strict=True):
            claims += _claims(one, o, article, name, mood, self.engine)
        reason = focus.reason if claims else f"{focus.reason}, but no sentence says anything of its status"
        return Reading(article.article_id, self.engine, True, reason, tuple(claims))


def _mood(title: str, seen: list[Seen]) -> Stage | None:
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


def _odds(vector: tuple[float, ...]) -> float:
    return sum(w * x for w, x in zip(_W, vector, strict=True))


def _confidence(p: float) -> float:
    """Probability to confidence: the threshold becomes one half, the ends stay."""
    return 0.5 * p / THRESHOLD if p < THRESHOLD else 0.5 + 0.5 * (p - THRESHOLD) / (1 - THRESHOLD)


def aspects(seen: Seen) -> list[tuple[Aspect, float]]:
    """The aspects that a sentence speaks of with their scores, best first."""
    return sorted(
        ((Aspect(label), score) for label, score in seen.aspects.items()), key=lambda item: (-item[1], item[0].value)
    )


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


def _claims(seen: Seen, odds: float, article: Article, name: str, mood: Stage | None, engine: str) -> list[Claim]:
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
        how = stage(seen, aspect, mood)
        sure = _confidence(p) * (1.0 if rank == 0 else 0.9)
        if seen.level == mission.SISTER:
            sure = 0.0  # compare calls what is certainly not about this mission irrelevant
        background = p < (THRESHOLD if seen.old else THRESHOLD / 3)
        out.append(claim_of(seen, aspect, how, article, name, engine=engine, confidence=sure, background=background))
    return out
