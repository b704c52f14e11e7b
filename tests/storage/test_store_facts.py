"""Typed facts in the store: what was written comes back, and SQL has a column for each part and one row of status."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.model import Article, Change, Day, Figure, Parts, Slot, Stage, TypedFact, Verdict, phrasing
from pipeline.storage import Store
from pipeline.storage.connection import Row
from tests.storage.builders import (
    RUN,
    WATCH,
    at,
    make_article,
    make_change,
    make_claim,
    make_entry,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
)


def fact(slot: Slot, key: str = "", **parts: object) -> TypedFact:
    return TypedFact(slot, key, Parts(**parts))


def a_change(typed: TypedFact, stage: Stage = Stage.IN_EFFECT, day: int = 1, **changed: object) -> Change:
    return make_change(
        aspect=typed.slot.aspect,
        subject=phrasing.subject(typed),
        subject_key=f"{typed.slot} {typed.key}",
        stage=stage,
        value=phrasing.value(typed, stage),
        held_from=date(2025, 9, day),
        fact=typed,
        **changed,
    )


def add(store: Store, *changes: Change) -> None:
    made = [make_judgement(make_claim(value=str(c)), c) for c in changes]
    store.add_assessment(RUN, WATCH, [], made, [], [], {})


def read(store: Store, day: str) -> Article:
    """An article of ``day`` that was read and says nothing of the mission."""
    entry = make_entry(day, published=at(day))
    article = make_article(entry, f"Of {day}.")
    store.add_polls(RUN, [make_poll(entry)])
    store.add_fetches(RUN, [make_fetch(entry, article)])
    store.add_assessment(RUN, WATCH, [make_reading(article)], [], [], [], {})
    return article


CEILING = fact(Slot.CEILING, "all", figure=Figure.of(1500), unit="soldiers")


def test_a_change_comes_back_with_its_typed_fact_and_what_was_before(store: Store) -> None:
    change = a_change(CEILING, Stage.DECIDED, before_parts=Parts(figure=Figure.of(1200)))
    add(store, change)
    (found,) = (c for c in store.load_changes(WATCH) if c.verdict is not Verdict.BASELINE)
    assert (found.fact, found.before_parts) == (CEILING, Parts(figure=Figure.of(1200)))


def test_the_board_and_the_changes_have_a_column_for_each_part(store: Store) -> None:
    add(store, a_change(CEILING, Stage.DECIDED, before_parts=Parts(figure=Figure.of(1200))))
    (row,) = (r for r in store.board(WATCH) if r["slot"] == "ceiling")
    assert (row["key"], row["figure_low"], row["figure_high"], row["unit"]) == ("all", 1500, 1500, "soldiers")
    (told,) = store.changes(WATCH, at("2000-01-01"))
    assert (told["figure_low"], told["before_figure_low"]) == (1500, 1200)


def test_the_board_of_a_day_has_them_too(store: Store) -> None:
    add(store, a_change(CEILING, Stage.DECIDED, day=20))
    assert [r["slot"] for r in store.board(WATCH, as_of="2025-09-19") if r["slot"] == "ceiling"] == []
    assert [r["figure_high"] for r in store.board(WATCH, as_of="2025-09-20") if r["slot"] == "ceiling"] == [1500]


def test_the_status_says_where_the_mission_stands_in_one_row(store: Store) -> None:
    add(
        store,
        a_change(fact(Slot.LEAD, country="Kenya")),
        a_change(fact(Slot.COMMAND, "force commander", person="Anna Lund"), Stage.DECIDED),
        a_change(fact(Slot.TERM, until=Day(date(2026, 10, 2)), act="extended"), Stage.DECIDED),
        a_change(CEILING, Stage.DECIDED),
        a_change(fact(Slot.DEPLOYED, "all", figure=Figure.of(989))),
        a_change(fact(Slot.CONTRIBUTION, "Guatemala", act="sends", figure=Figure.of(150))),
        a_change(fact(Slot.CONTRIBUTION, "Kenya", act="sends", figure=Figure.of(735))),
        a_change(fact(Slot.CONTRIBUTION, "Chad", act="sends"), Stage.PLANNED),
        a_change(fact(Slot.INCIDENT, "2025-09-01 Kenya", killed=1), day=1),
        a_change(fact(Slot.INCIDENT, "2025-09-07 Kenya", killed=2), day=7),
    )
    row = store.status(WATCH)
    assert row is not None
    assert (row["phase"], row["lead"], row["force_commander"]) == ("active", "Kenya", "Anna Lund")
    assert (row["mandate_until"], row["ceiling"], row["deployed"]) == ("2026-10-02", 1500, 989)
    assert (row["contributors"], row["dead"]) == ("Kenya 735, Guatemala 150", 3)


def test_a_mission_whose_mandate_is_over_has_ended(store: Store) -> None:
    add(store, a_change(fact(Slot.TERM, act="ends"), Stage.ENDED))
    row = store.status(WATCH)
    assert row is not None
    assert row["phase"] == "ended"


def test_a_force_that_is_only_talked_of_is_planned(store: Store) -> None:
    add(store, a_change(fact(Slot.CONTRIBUTION, "Chad", act="offers", figure=Figure.of(90)), Stage.PROPOSED))
    row = store.status(WATCH)
    assert row is not None
    assert (row["phase"], row["contributors"], row["ceiling"]) == ("planned", None, None)


def dead(store: Store, *changes: Change) -> object:
    add(store, *changes)
    row = store.status(WATCH)
    assert row is not None
    return row["dead"]


def an_incident(day: int, stage: Stage = Stage.IN_EFFECT, **harm: int) -> Change:
    return a_change(fact(Slot.INCIDENT, f"2025-09-{day:02} Kenya", **harm), stage, day)


def a_toll(killed: int, day: int, stage: Stage = Stage.IN_EFFECT, key: str = "") -> Change:
    return a_change(fact(Slot.TOLL, key, killed=killed), stage, day)


def test_the_dead_are_those_of_all_incidents_who_died_of_wounds_too(store: Store) -> None:
    assert dead(store, an_incident(1, killed=2, injured=5), an_incident(7, died_of_wounds=1)) == 3


def test_two_parties_of_one_day_are_two_incidents(store: Store) -> None:
    other = a_change(fact(Slot.INCIDENT, "2025-09-01 Chad", killed=4), day=1)
    assert dead(store, an_incident(1, killed=2), other) == 6


def test_a_sum_since_the_mission_began_counts_with_the_incidents_after_it(store: Store) -> None:
    assert dead(store, an_incident(1, killed=2), a_toll(20, 5), an_incident(7, killed=1)) == 21


def test_a_sum_that_is_less_than_the_incidents_on_the_board_is_one_of_a_time(store: Store) -> None:
    assert dead(store, an_incident(1, killed=9), an_incident(2, killed=9), a_toll(10, 5, key="2025-09")) == 18


@pytest.mark.parametrize("stage", [Stage.REJECTED, Stage.PROPOSED])
def test_what_was_denied_or_is_not_confirmed_is_never_counted_as_deaths(store: Store, stage: Stage) -> None:
    assert dead(store, an_incident(1, stage, killed=7), a_toll(50, 2, stage), an_incident(3, killed=1)) == 1


def test_that_nobody_was_hurt_is_no_death(store: Store) -> None:
    assert dead(store, an_incident(1, Stage.REJECTED), an_incident(2, killed=0, injured=0)) == 0


def of_slot(rows: list[Row], slot: str) -> Row:
    (found,) = (row for row in rows if row["slot"] == slot)
    return found


def test_what_the_mission_had_is_closed_by_the_sentence_that_ended_it_and_only_from_that_day_on(store: Store) -> None:
    over = a_change(fact(Slot.TERM, act="ends"), Stage.ENDED, day=20, quote="The mandate ended on Saturday.")
    add(store, a_change(fact(Slot.LEAD, country="Kenya")), over)
    lead = of_slot(store.board(WATCH), "lead")
    assert (lead["value"], lead["stage"], lead["since"]) == ("Kenya", "ended", date(2025, 9, 20))
    assert (lead["closed_by"], lead["closed_quote"]) == (over.change_id, "The mandate ended on Saturday.")
    for day, stage in (("2025-09-19", "in_effect"), ("2025-09-20", "ended")):
        assert of_slot(store.board(WATCH, as_of=day), "lead")["stage"] == stage
        in_sql = store._db.rows(f"SELECT stage FROM board_as_of('{day}') WHERE slot = 'lead'")
        assert in_sql == [{"stage": stage}]


def test_a_mission_that_was_replaced_leads_nobody_until_its_successor_has_a_lead(store: Store) -> None:
    add(
        store,
        a_change(fact(Slot.LEAD, country="Kenya")),
        a_change(fact(Slot.SUCCESSOR, organisation="New Force"), Stage.DECIDED, day=10),
        a_change(CEILING, Stage.DECIDED, day=10),
        a_change(fact(Slot.SUCCESSOR, organisation="New Force"), day=20, known_at=at("2025-10-02")),
    )
    row = store.status(WATCH)
    assert row is not None
    assert (row["lead"], row["ceiling"], row["successor"]) == (None, 1500, "New Force")


# The seed article of the tests is of 24 August 2025.
@pytest.mark.parametrize(("read_on", "since"), [("2025-11-22", None), ("2025-11-23", date(2025, 8, 24))])
def test_a_row_of_the_baseline_is_unconfirmed_once_articles_of_ninety_days_have_not_said_it(
    store: Store, read_on: str, since: date | None
) -> None:
    read(store, read_on)
    assert [row["unconfirmed_since"] for row in store.board(WATCH)] == [since]


def test_what_an_article_has_confirmed_since_is_not_unconfirmed(store: Store) -> None:
    (start,) = store.load_changes(WATCH)
    article = read(store, "2025-11-01")
    confirms = make_judgement(make_claim(article), verdict=Verdict.CONFIRMS, against=start.change_id)
    store.add_assessment(RUN, WATCH, [], [confirms], [], [], {article.article_id: "times"})
    read(store, "2025-12-01")
    assert [row["unconfirmed_since"] for row in store.board(WATCH)] == [None]


def test_the_board_of_a_day_knows_nothing_of_what_was_read_later(store: Store) -> None:
    read(store, "2025-12-01")
    for asked in ("as_of", "known_at"):
        (row,) = store.board(WATCH, **{asked: "2025-10-01"})
        assert row["unconfirmed_since"] is None
        in_sql = store._db.rows(f"SELECT unconfirmed_since FROM board_{asked}('2025-12-01')")
        assert in_sql == [{"unconfirmed_since": date(2025, 8, 24)}]


def test_a_row_of_an_article_is_never_unconfirmed(store: Store) -> None:
    add(store, a_change(CEILING, Stage.DECIDED))
    read(store, "2026-09-01")
    assert of_slot(store.board(WATCH), "ceiling")["unconfirmed_since"] is None


def test_a_watch_without_a_board_has_no_status(store: Store) -> None:
    assert store.status("nobody") is None
