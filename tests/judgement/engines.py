"""The readers that the measure compares: what is shipped, and gold claims in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pipeline.lab.backtest import given_id
from pipeline.model import Article, Claim, Reading, Watch
from pipeline.model.text import content_id
from pipeline.reading.embedded import DEFAULT, ENGINES, Reader
from training.gold_file import GoldFact, GoldMission, GoldText, Parts, Sentence, Told
from training.typed import typed_facts

from . import as_bench

TYPED_BY_HAND = 0.95  # the confidence of a gold claim: sure enough to be told at once
NAMES = ("shipped", "gold")


class GoldReader:
    """Reads what the writer of the gold has labelled: each event typed by hand, and the background.

    What is measured with it is comparing alone. Background is fed as such: a change that comes from it is false.
    """

    engine = "gold"

    def __init__(self, held: GoldMission) -> None:
        self._mission = held
        self._articles: Mapping[str, GoldText] = {f"{held.name}-{one.name}": one for one in held.articles}

    def read(self, article: Article, watch: Watch) -> Reading:
        """The gold claims of ``article``, in text order."""
        held = self._articles[given_id(article)]
        relevant = held.kind != "irrelevant"
        claims = tuple(self._claims(held, article)) if relevant else ()
        return Reading(article.article_id, self.engine, relevant, "gold", claims)

    def _claims(self, held: GoldText, article: Article) -> Sequence[Claim]:
        out: list[Claim] = []
        at = 0
        for sentence in held.sentences:
            at = article.text.index(sentence.text, at)
            out += [self._claim(sentence, told, article, at) for told in sentence.told]
        return out

    def _claim(self, sentence: Sentence, told: Told, article: Article, at: int) -> Claim:
        fact = self._mission.facts[told.fact]
        subject, value = as_bench.subject(fact), value_of(fact, told.own)
        return Claim(
            claim_id=content_id("claim", article.article_id, told.fact, at, told.news),
            article_id=article.article_id,
            aspect=fact.aspect,
            stage=fact.stage,
            subject=subject,
            value=value,
            quote=sentence.text,
            start=at,
            end=at + len(sentence.text),
            event_date=_day(fact, article) if told.news else None,
            background=not told.news,
            confidence=TYPED_BY_HAND,
            why="gold",
            fact=typed_facts(fact, told.own)[0],
        )


def reader(name: str, held: GoldMission) -> Reader:
    """The reader of that name, one of :data:`NAMES`."""
    if name == "gold":
        return GoldReader(held)
    return ENGINES[DEFAULT]()


def value_of(fact: GoldFact, own: Parts) -> str:
    """The value of a fact in words, with the figures of its parts where it has some."""
    merged = [{**parts, **own} for parts in fact.parts]
    said = ", ".join(filter(None, map(_figures, merged)))
    return said or fact.summary


def _figures(parts: Parts) -> str:
    if "amount" in parts:
        return f"{parts['amount']} {parts.get('currency', '')}".strip()
    harmed = [f"{parts[w]} {w.replace('_', ' ')}" for w in ("killed", "injured", "missing", "captured") if w in parts]
    if harmed:
        return ", ".join(harmed)
    return f"{parts['number']} {parts.get('unit', '')}".strip() if "number" in parts else ""


def _day(fact: GoldFact, article: Article) -> date | None:
    """The event's day where it is known to the day and the article could know it."""
    if len(fact.day) != len("2003-06-01"):
        return None
    day = date.fromisoformat(fact.day)
    return day if day <= article.published.date() else None
