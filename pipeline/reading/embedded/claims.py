"""Make claims of what an engine predicts for sentences; common to every engine of the package. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from pipeline.model import Article, Aspect, Claim, Precision, Slot, Stage, Watch, phrasing
from pipeline.model.text import content_id
from pipeline.reading.embedded import mission, parts, tense
from pipeline.reading.embedded.features import SentenceFeatures


class Prediction(NamedTuple):
    """What an engine predicts for one sentence: aspect, stage, confidence, and whether it is background.

    Attributes:
        number: of the sentence in its article.
        confidence: 0 to 1, that it is news and of this aspect.
        slot: which of the aspect's.
        act: what is done, in a word of the slot; empty where it has none.
        odds: of a place in the sentence to be a part of the fact.
        why: what speaks for it, for the record.
    """

    number: int
    aspect: Aspect
    stage: Stage
    confidence: float
    background: bool
    slot: Slot
    act: str
    odds: parts.Odds
    why: str = ""


def make_claim(seen: SentenceFeatures, said: Prediction, article: Article, watch: Watch, *, engine: str) -> Claim:
    """Make the claim of a sentence, with its quote's place in the article.

    Its confidence is 0 where the sentence is certainly about others than the mission: compare calls that irrelevant.
    """
    aspect = said.aspect
    stage = said.stage
    if stage in (Stage.DECIDED, Stage.IN_EFFECT):
        stage = tense.pending_stage(seen.sentence.text) or stage
    published = article.published.date()
    event, precision = event_date_of(seen, published)
    fact = parts.build_fact(seen, said.slot, stage, said.act, said.odds, mission.name_of(watch), event, published)
    subject, value = phrasing.subject(fact), phrasing.value(fact, stage)
    foreign = mission.tells_of_a_sister(seen.sentence.text, mission.identity(watch))
    sentence = seen.sentence
    return Claim(
        claim_id=content_id(
            "claim", article.article_id, engine, aspect.value, stage.value, sentence.start, subject, value
        ),
        article_id=article.article_id,
        aspect=aspect,
        stage=stage,
        subject=subject,
        value=value,
        quote=sentence.text,
        start=sentence.start,
        end=sentence.end,
        event_date=event,
        event_precision=precision,
        background=said.background,
        confidence=0.0 if foreign else round(said.confidence, 4),
        why=said.why,
        fact=fact,
    )


def event_date_of(seen: SentenceFeatures, published: date) -> tuple[date | None, Precision]:
    """Return the day of the event, at most the day after publication; None where the sentence gives none."""
    if seen.recent is None:
        return None, Precision.DAY
    return min(seen.recent.day, published + timedelta(days=1)), seen.recent.precision


def explain(focus: str, claims: Sequence[Claim]) -> str:
    """Return the reason of a reading: why the article is relevant, and that it says nothing where it does."""
    return focus if claims else f"{focus}, but no sentence says anything of its status"
