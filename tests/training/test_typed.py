"""The typed missions of the corpus: they keep the rules of the format, and become what the encoder learns from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.model import Aspect, Day, Slot, Stage
from tests.judgement.test_gold_file import TEXT
from training import typed
from training.corpus import Said
from training.gold_file import load

MISSIONS = typed.missions()


def test_there_are_typed_missions_of_some_fifty_articles_each() -> None:
    assert len(MISSIONS) >= 12
    assert {48 <= len(mission.articles) <= 60 for mission in MISSIONS} == {True}


@pytest.mark.parametrize("mission", MISSIONS, ids=lambda mission: mission.slug)
def test_each_sentence_stands_in_its_article_where_it_is_said_to(mission: typed.Mission) -> None:
    for article in mission.articles:
        assert all(article.text[line.start : line.end] == line.text for line in article.lines)


def test_of_a_sentence_that_tells_news_and_background_both_are_learned_the_news_first() -> None:
    mission = typed.as_corpus(load(TEXT, "tamar"))
    news, recalled = mission.articles[0].lines[0].said
    assert replace(news, facts=()) == Said(Aspect.MANDATE, Stage.DECIDED, "E01", Slot.TERM)
    assert replace(recalled, facts=()) == Said(Aspect.LEAD, Stage.PROPOSED, "", Slot.LEAD, recalled=True)
    (known,) = mission.baseline.lines[0].said
    assert replace(known, facts=()) == Said(Aspect.LEAD, Stage.PROPOSED, "", Slot.LEAD)


def test_what_is_learned_has_the_parts_of_its_fact() -> None:
    news, _ = typed.as_corpus(load(TEXT, "tamar")).articles[0].lines[0].said
    (fact,) = news.facts
    assert fact.parts.until == Day(date(2004, 5, 9))


def test_a_watch_is_drafted_from_the_baseline_article() -> None:
    assert typed.drafted(MISSIONS[1]).places == ("Narvesh",)
