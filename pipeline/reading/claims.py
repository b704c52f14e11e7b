"""A sentence made into a claim: what every engine of the package does alike. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from pipeline.model import Article, Aspect, Claim, Precision, Stage
from pipeline.reading import cues, meaning
from pipeline.reading.features import Seen
from pipeline.text import content_id


def claim_of(
    seen: Seen,
    aspect: Aspect,
    stage: Stage,
    article: Article,
    mission: str,
    *,
    engine: str,
    confidence: float,
    background: bool,
) -> Claim:
    """The claim that a sentence makes of one aspect at one stage, with its quote's place in the article."""
    published = article.published.date()
    event, precision = event_of(seen, published)
    subject = meaning.subject(seen, aspect, stage, mission, event or published)
    value = meaning.value(seen, aspect, stage, mission)
    part = seen.sentence
    why = (*cues.ASPECTS.hits(seen.plain, aspect.value)[:3], *cues.STAGES.hits(seen.plain, stage.value)[:3])
    return Claim(
        claim_id=content_id("claim", article.article_id, engine, aspect.value, stage.value, part.start, subject, value),
        article_id=article.article_id,
        aspect=aspect,
        stage=stage,
        subject=subject,
        value=value,
        quote=part.text,
        start=part.start,
        end=part.end,
        event_date=event,
        event_precision=precision,
        background=background,
        confidence=round(confidence, 4),
        why=", ".join(why),
    )


def event_of(seen: Seen, published: date) -> tuple[date | None, Precision]:
    """The day of the event, not later than the day after publication; None where the sentence gives none."""
    if seen.recent is None:
        return None, Precision.DAY
    return min(seen.recent.day, published + timedelta(days=1)), seen.recent.precision
