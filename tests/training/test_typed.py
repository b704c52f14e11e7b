"""The typed missions of the corpus: they keep the rules of the format, and become what the encoder learns from."""

from __future__ import annotations

import pytest

from pipeline.model import Aspect, Stage
from tests.judgement.test_gold_file import TEXT
from training import typed
from training.corpus import Said
from training.gold_file import load

MISSIONS = typed.missions()


def test_there_are_twelve_typed_missions_with_some_six_hundred_articles() -> None:
    assert len(MISSIONS) == 12
    assert sum(len(mission.articles) for mission in MISSIONS) == 624


@pytest.mark.parametrize("mission", MISSIONS, ids=lambda mission: mission.slug)
def test_each_sentence_stands_in_its_article_where_it_is_said_to(mission: typed.Mission) -> None:
    for article in mission.articles:
        assert all(article.text[line.start : line.end] == line.text for line in article.lines)


def test_of_a_sentence_that_tells_news_and_background_the_news_is_learned() -> None:
    mission = typed.as_corpus(load(TEXT, "tamar"))
    assert mission.articles[0].lines[0].said == (Said(Aspect.MANDATE, Stage.DECIDED, "E01"),)
    assert mission.baseline.lines[0].said == (Said(Aspect.LEAD, Stage.PROPOSED, ""),)


def test_a_watch_is_drafted_from_the_baseline_article() -> None:
    assert typed.drafted(MISSIONS[1]).places == ("Narvesh",)
