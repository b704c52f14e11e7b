"""An invented mission, its watch, and articles about it, for the tests of judgement."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from pipeline.model import AlertRule, Article, Aspect, Baseline, Claim, Fact, Name, Precision, Reading, Stage, Watch
from pipeline.model.text import content_id

START = datetime(2025, 6, 1, tzinfo=UTC)
DAY = datetime(2025, 9, 30, 18, 0, tzinfo=UTC)  # a Tuesday
LEAD = "The Ruritania Assistance Mission (RAM) is led by Norway."


def a_watch() -> Watch:
    """The Ruritania Assistance Mission, led by Norway; the Ruritania Office of Elections (UNORE) is a sister."""
    return Watch(
        slug="ruritania",
        title="Ruritania Assistance Mission",
        names=(
            Name("Ruritania Assistance Mission"),
            Name("RAM", acronym=True, context=("Ruritania",), not_context=("memory chip",)),
        ),
        places=("Ruritania",),
        languages=("en",),
        feeds=(),
        baseline=Baseline(
            title="Where the mission stands",
            outlet="Old Post",
            published=START,
            url="",
            text=LEAD,
            facts=(Fact(Aspect.LEAD, "RAM", Stage.IN_EFFECT, "Norway", LEAD, 0),),
        ),
        rules=(AlertRule("every change"),),
        sister_missions=(Name("UNORE", acronym=True),),
    )


def an_article(
    text: str, *, title: str = "Ruritania mission", outlet: str = "Isle Post", at: datetime = DAY
) -> Article:
    """An article of ``outlet`` published ``at``."""
    return Article(
        article_id=content_id("article", outlet, text, at),
        entry_id=content_id("entry", outlet, text, at),
        url="https://isle-post.example/1",
        outlet=outlet,
        title=title,
        text=text,
        published=at,
        precision=Precision.TIME,
        published_source="feed",
        fetched_at=at,
    )


def a_claim(
    quote: str,
    *,
    article: Article,
    aspect: Aspect = Aspect.STRENGTH,
    stage: Stage = Stage.DECIDED,
    subject: str = "ceiling",
    value: str = "",
    event: date | None = None,
    background: bool = False,
    confidence: float = 0.9,
) -> Claim:
    """A claim that ``article`` makes with ``quote``; the value is the quote where none is given."""
    start = article.text.find(quote)
    return Claim(
        claim_id=content_id("claim", article.article_id, aspect.value, stage.value, quote, subject, value),
        article_id=article.article_id,
        aspect=aspect,
        stage=stage,
        subject=subject,
        value=value or quote,
        quote=quote,
        start=start,
        end=start + len(quote),
        event_date=event,
        background=background,
        confidence=confidence,
    )


def a_reading(article: Article, *claims: Claim, relevant: bool = True) -> Reading:
    """What a reader made of ``article``."""
    return Reading(article.article_id, "test", relevant, "names RAM" if relevant else "names another mission", claims)


def later(days: int) -> datetime:
    """``DAY`` and so many days."""
    return DAY + timedelta(days=days)


NOBODY = UUID(int=0)
