"""The bench as a floor: the reader is far above the keyword yardstick on each mission, in bounded time."""

from __future__ import annotations

from datetime import date

import pytest

from bench.missions import MISSIONS, ROOT, articles, drafted, measured
from pipeline.backtest import backtest, replayed
from pipeline.board import baseline_changes, fold
from pipeline.model import Aspect, Stage
from pipeline.reading import RuleReader
from pipeline.seeds import load_watch

# Articles in one mission's set that are about another one.
ABOUT = {"aussom": {"haiti-037"}}


@pytest.mark.parametrize("mission", MISSIONS)
def test_the_rules_are_above_twice_the_keywords(mission: str) -> None:
    figures = measured(mission)
    assert figures["aspect"]["f1"] > max(0.5, 2 * figures["keywords"])


@pytest.mark.parametrize("mission", MISSIONS)
def test_no_alert_comes_from_an_irrelevant_article(mission: str) -> None:
    assert measured(mission)["false_where"].get("irrelevant article", 0) == 0


@pytest.mark.slow
@pytest.mark.parametrize("mission", MISSIONS)
def test_the_other_missions_articles_bring_no_alert(mission: str) -> None:
    others = [article for other in MISSIONS if other != mission for article in articles(other)]
    alone = {line["article"] for line in backtest(drafted(mission), others, RuleReader())}
    assert alone - ABOUT.get(mission, set()) == set()


def test_the_board_tells_that_one_mission_became_another_by_a_decision_and_what_was_before_is_kept() -> None:
    watch = load_watch(ROOT / "seeds" / "haiti")
    changes = [*baseline_changes(watch), *(change for _, change in replayed(watch, articles("haiti"), RuleReader()))]
    board = fold(changes)
    mandate = board[Aspect.MANDATE, "mandate"].change
    assert (mandate.value, mandate.stage) == ("Multinational Security Support -> Gang Suppression Force", Stage.DECIDED)
    assert mandate.held_from == date(2025, 9, 30)
    assert "Security Council has authorized the move" in mandate.quote
    assert "5,5" in board[Aspect.STRENGTH, "ceiling"].change.value
    assert board[Aspect.SUPPORT, "support office"].change.stage is Stage.DECIDED
    assert "Kenya" not in {row.change.value for row in board.of(Aspect.LEAD)}
    september = fold(change for change in changes if change.held_from < date(2025, 9, 1))
    assert "Kenya" in {row.change.value for row in september.of(Aspect.LEAD)}


def test_the_same_articles_give_the_same_changes_twice() -> None:
    watch, held = drafted("unifil"), articles("unifil")
    assert backtest(watch, held, RuleReader()) == backtest(watch, list(reversed(held)), RuleReader())
