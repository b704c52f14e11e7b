"""The embedded engine: rules find what stands in a sentence, a linear model tells what it comes to. Offline."""

from __future__ import annotations

from pipeline.model import Article, Claim, Reading, Watch
from pipeline.reading import linear, mission, observe, scores, sentences
from pipeline.reading.claims import claim_of
from pipeline.reading.features import Seen
from pipeline.reading.linear import ASPECTS, STAGES, Model

ENGINE = "rules+linear-1"
CLAIM_FLOOR = 0.04  # below this a sentence is no claim at all
BACKGROUND = 0.15  # a sentence that is news with less than this probability is background
BACKGROUND_OLD = 0.30  # the same where all its dates lie far back
MOST_ASPECTS = 3  # of one sentence


class EmbeddedReader:
    """Reads with the model that comes with the package: no network, no state between articles.

    Args:
        model: another model than the shipped one.
    """

    engine = ENGINE

    def __init__(self, model: Model | None = None) -> None:
        self._model = model

    def read(self, article: Article, watch: Watch) -> Reading:
        """The claims of ``article``, in text order, or why there are none.

        Raises:
            UsageError: the model's file does not fit this version.
        """
        model = self._model or linear.shipped()
        parts = sentences.split(article.text)
        focus = mission.focus(article, tuple(s.text for s in parts), watch)
        if not focus.relevant:
            return Reading(article.article_id, self.engine, False, focus.reason)
        hosts = mission.identity(watch).hosts
        observed = observe.observe(article, parts, focus.levels, watch, hosts, model.common)
        scored = scores.first(model, observed)
        news = scores.news_of(model, observed, scored)
        name = watch.names[0].text if watch.names else watch.title
        claims: list[Claim] = []
        for seen, one, odds in zip(observed.seen, scored, news, strict=True):
            for k, sure in likely(model, seen, one, odds):
                claims.append(
                    claim_of(
                        seen,
                        ASPECTS[k],
                        STAGES[scores.stage_of(model, one, k)],
                        article,
                        name,
                        engine=ENGINE,
                        # compare calls what is certainly not about this mission irrelevant
                        confidence=0.0 if seen.level == mission.SISTER else sure,
                        background=scores.chance(odds) < (BACKGROUND_OLD if seen.old else BACKGROUND),
                    )
                )
        reason = focus.reason if claims else f"{focus.reason}, but no sentence says anything of its status"
        return Reading(article.article_id, self.engine, True, reason, tuple(claims))


def likely(model: Model, seen: Seen, scored: scores.Scored, odds: float) -> list[tuple[int, float]]:
    """The aspects of one sentence by number, with how sure each claim is, the best first."""
    order = sorted(range(len(ASPECTS)), key=lambda k: (-scored.aspects[k], k))[:MOST_ASPECTS]
    out = []
    for rank, k in enumerate(order):
        row = scores.claim(odds, scored.aspects, k, rank, seen.decision)
        sure = scores.chance(model.claim[0] + linear.dot(model.claim[1:], row))
        if sure >= CLAIM_FLOOR:
            out.append((k, sure))
    return out
