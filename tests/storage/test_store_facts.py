"""Typed facts in the store: what was written comes back, and SQL has a column for each part and one row of status."""

from __future__ import annotations

from datetime import date

from pipeline import phrasing
from pipeline.model import Change, Day, Figure, Parts, Slot, Stage, TypedFact, Verdict
from pipeline.storage import Store
from tests.storage.builders import RUN, WATCH, at, make_change, make_claim, make_judgement


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


def test_a_watch_without_a_board_has_no_status(store: Store) -> None:
    assert store.status("nobody") is None
