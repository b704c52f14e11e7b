"""Claims whose reader was shown the board and says how they stand to it: what its word does, and what it can't do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from pipeline.board.compare import ChangeHistory, judge
from pipeline.board.fold import Board, baseline_changes, fold
from pipeline.model import (
    Article,
    Change,
    Claim,
    Judgement,
    Reading,
    Relation,
    RelationKind,
    Slot,
    Stage,
    Verdict,
    phrasing,
)
from pipeline.model.facts import Day, Figure, Parts, TypedFact
from pipeline.model.text import content_id
from tests.reading.worlds import DAY, a_claim, a_watch, an_article

SAID = "So it was said on Tuesday."


class Mission:
    """A board that claims move, one article after another."""

    def __init__(self) -> None:
        self.watch = a_watch()
        changes = baseline_changes(self.watch)
        self.board: Board = fold(changes)
        self.history = ChangeHistory.of(changes)
        self.articles = 0

    def told(
        self,
        slot: Slot,
        key: str,
        stage: Stage,
        parts: Parts,
        relation: Relation,
        *,
        days: int = 0,
        outlet: str = "",
        confidence: float = 0.9,
        event: date | None = None,
    ) -> Judgement:
        """What comes of one claim in an article of its own."""
        self.articles += 1
        at = DAY + timedelta(days=days)
        article = an_article(f"{SAID} {self.articles}", outlet=outlet or f"Outlet {self.articles}", at=at)
        claim = a_fact_claim(article, TypedFact(slot, key, parts), stage, relation)
        return self.judge(article, replace(claim, confidence=confidence, event_date=event))[0]

    def judge(self, article: Article, *claims: Claim) -> tuple[Judgement, ...]:
        reading = Reading(article.article_id, "model", True, "names RAM", claims)
        judged, self.board = judge(reading, article, self.board, self.watch, history=self.history)
        self.history = self.history.extended(j.change for j in judged if j.change is not None)
        return judged


def a_fact_claim(article: Article, fact: TypedFact, stage: Stage, relation: Relation) -> Claim:
    claim = a_claim(SAID, article=article, aspect=fact.slot.aspect, stage=stage)
    return replace(
        claim,
        claim_id=content_id("claim", article.article_id, fact.slot, fact.key, stage),
        fact=fact,
        subject=phrasing.subject(fact),
        value=phrasing.value(fact, stage),
        relation=relation,
    )


NEW = Relation(RelationKind.NEW)
CEILING = Parts(figure=Figure.of(5550))


def moves(change: Change | None) -> Relation:
    assert change is not None
    return Relation(RelationKind.MOVES, change.change_id)


def repeats(change: Change | None) -> Relation:
    assert change is not None
    return Relation(RelationKind.REPEATS, change.change_id)


def test_what_is_new_makes_a_row_of_its_own() -> None:
    made = Mission().told(Slot.CEILING, "all", Stage.DECIDED, CEILING, NEW)
    assert (made.verdict, made.change is not None) == (Verdict.NEW, True)


def test_what_a_row_has_already_is_confirmed_by_another_origin_and_repeated_by_the_same() -> None:
    mission = Mission()
    first = mission.told(Slot.CEILING, "all", Stage.DECIDED, CEILING, NEW, outlet="Isle Post")
    same = mission.told(Slot.CEILING, "all", Stage.DECIDED, CEILING, repeats(first.change), outlet="Isle Post")
    other = mission.told(Slot.CEILING, "all", Stage.DECIDED, CEILING, repeats(first.change), outlet="Coast Gazette")
    assert (same.verdict, other.verdict) == (Verdict.REPEATS, Verdict.CONFIRMS)


def test_a_row_that_moves_becomes_what_the_claim_says() -> None:
    mission = Mission()
    first = mission.told(Slot.CEILING, "all", Stage.PROPOSED, CEILING, NEW)
    made = mission.told(Slot.CEILING, "all", Stage.DECIDED, CEILING, moves(first.change), days=3)
    assert made.verdict is Verdict.ADVANCES
    assert made.change is not None
    assert made.change.before_value == "5,550"


def test_another_figure_is_no_repetition_whatever_the_reader_says() -> None:
    mission = Mission()
    first = mission.told(Slot.CEILING, "all", Stage.DECIDED, CEILING, NEW)
    less = Parts(figure=Figure.of(4000))
    made = mission.told(Slot.CEILING, "all", Stage.DECIDED, less, repeats(first.change), days=30)
    assert made.verdict is Verdict.REVISES


def test_what_is_called_new_and_stands_on_the_board_is_not_told_twice() -> None:
    mission = Mission()
    mission.told(Slot.CEILING, "all", Stage.DECIDED, CEILING, NEW)
    assert mission.told(Slot.CEILING, "all", Stage.DECIDED, CEILING, NEW, days=1).verdict is Verdict.CONFIRMS


def test_an_answer_that_is_played_on_a_board_without_its_row_is_new_there() -> None:
    lost = Relation(RelationKind.REPEATS)
    assert Mission().told(Slot.CEILING, "all", Stage.DECIDED, CEILING, lost).verdict is Verdict.NEW


def test_what_the_board_has_moved_on_from_is_stale() -> None:
    mission = Mission()
    first = mission.told(Slot.CEILING, "all", Stage.PROPOSED, CEILING, NEW)
    mission.told(Slot.CEILING, "all", Stage.DECIDED, CEILING, moves(first.change), days=2)
    late = mission.told(Slot.CEILING, "all", Stage.PROPOSED, CEILING, NEW, days=3)
    assert late.verdict is Verdict.STALE


def test_an_article_that_is_read_after_a_later_days_report_does_not_take_the_row_back() -> None:
    mission = Mission()
    later = mission.told(Slot.CEILING, "all", Stage.DECIDED, CEILING, NEW, days=30)
    less = Parts(figure=Figure.of(4000))
    late = mission.told(Slot.CEILING, "all", Stage.DECIDED, less, moves(later.change), days=2)
    assert later.change is not None
    assert (late.verdict, late.change, late.against) == (Verdict.STALE, None, later.change.change_id)


def test_an_earlier_stage_of_what_the_row_has_is_stale() -> None:
    mission = Mission()
    first = mission.told(Slot.CEILING, "all", Stage.DECIDED, CEILING, NEW)
    late = mission.told(Slot.CEILING, "all", Stage.PROPOSED, CEILING, repeats(first.change), days=1)
    assert late.verdict is Verdict.STALE


def test_two_attacks_on_one_place_weeks_apart_are_two_changes() -> None:
    mission = Mission()
    attack = Parts(act="attacked")
    first = mission.told(Slot.OPERATION, "Tarn", Stage.IN_EFFECT, attack, NEW, event=date(2025, 9, 30))
    again = mission.told(
        Slot.OPERATION, "Tarn", Stage.IN_EFFECT, attack, moves(first.change), days=20, event=date(2025, 10, 20)
    )
    assert again.change is not None


def test_two_countries_of_one_sentence_are_two_changes_and_one_country_twice_is_one() -> None:
    mission = Mission()
    article = an_article(f"{SAID} Both will send police.")
    facts = [TypedFact(Slot.CONTRIBUTION, key, Parts(act="sends")) for key in ("Denmark", "Sweden", "Denmark")]
    claims = [
        replace(a_fact_claim(article, fact, Stage.PLANNED, NEW), claim_id=content_id("claim", n))
        for n, fact in enumerate(facts)
    ]
    assert sorted(j.verdict for j in mission.judge(article, *claims)) == [Verdict.NEW, Verdict.NEW, Verdict.REPEATS]


def test_what_the_reader_is_hardly_sure_of_is_not_told_however_many_say_so() -> None:
    mission = Mission()
    until = Parts(until=Day(date(2026, 3, 31)))
    told = [mission.told(Slot.TERM, "", Stage.DECIDED, until, NEW, confidence=0.6) for _ in range(3)]
    assert [judgement.verdict for judgement in told] == [Verdict.UNCERTAIN] * 3


def test_an_article_from_before_the_baseline_moves_nothing() -> None:
    mission = Mission()
    before = (mission.watch.baseline.published - datetime(DAY.year, DAY.month, DAY.day, tzinfo=DAY.tzinfo)).days - 9
    assert mission.told(Slot.CEILING, "all", Stage.DECIDED, CEILING, NEW, days=before).verdict is Verdict.STALE
