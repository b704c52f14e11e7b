"""Facts with types: equal or not, as JSON and back, in words, and what they lack."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.board.compare.identity import equal, same_key
from pipeline.model import (
    Aspect,
    Change,
    Day,
    Figure,
    FigureRole,
    Movement,
    Parts,
    Precision,
    Slot,
    Stage,
    TypedFact,
    Verdict,
    phrasing,
)
from pipeline.model.text import content_id


def of(person: str) -> Parts:
    return Parts(person=person)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Anna Lund", "Lund", True), ("Anna Lund", "Lund Anna", True), ("Anna Lund", "Anna Berg", False)],
)
def test_a_person_is_one_by_a_part_of_the_name_and_in_any_order(one: str, other: str, same: bool) -> None:
    assert equal(of(one), of(other)) is same
    assert equal(of(other), of(one)) is same


OCTOBER = Day(date(2025, 10, 1), Precision.MONTH)
WHOLE = Parts(
    act="sends",
    actor="Council",
    figure=Figure(200, 300, about=True),
    unit="soldiers",
    role=FigureRole.CHANGE,
    amount=Figure.of(1_500_000),
    currency="USD",
    until=OCTOBER,
    killed=2,
    movement=Movement.POSTPONED,
)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Figure.of(900), Figure.of(900), True),
        (Figure.of(900), Figure.of(910), False),
        (Figure.of(900, about=True), Figure.of(944), True),  # within five per cent
        (Figure.of(900, about=True), Figure.of(960), False),
        (Figure(200, 300), Figure.of(250), True),
        (Figure(200, 300), Figure.of(301), False),
    ],
)
def test_figures_are_equal_within_five_per_cent_where_one_is_said_roughly(
    one: Figure, other: Figure, same: bool
) -> None:
    assert one.equals(other) is same
    assert other.equals(one) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2025-10-02", "2025-10-02", True),
        ("2025-10-02", "2025-10-03", False),
        ("2025-10-02", "2025-10", True),
        ("2025-10-02", "2025", True),
        ("2025-10", "2025-11", False),
        ("2025", "2026", False),
    ],
)
def test_days_are_equal_as_exactly_as_the_rougher_one_is_told(one: str, other: str, same: bool) -> None:
    assert Day.from_iso(one).equals(Day.from_iso(other)) is same
    assert Day.from_iso(one).iso == one


def test_parts_come_back_from_json_as_they_were() -> None:
    assert WHOLE.flat() == {
        "act": "sends",
        "actor": "Council",
        "figure_low": 200,
        "figure_high": 300,
        "figure_about": True,
        "unit": "soldiers",
        "role": "change",
        "amount_low": 1_500_000,
        "amount_high": 1_500_000,
        "currency": "USD",
        "until": "2025-10",
        "killed": 2,
        "movement": "postponed",
    }
    assert Parts.from_flat(WHOLE.flat()) == WHOLE


def test_a_part_that_a_newer_version_wrote_is_left_out() -> None:
    assert Parts.from_flat({"killed": 1, "colour": "blue"}) == Parts(killed=1)


@pytest.mark.parametrize(
    ("fact", "lacks"),
    [
        (TypedFact(Slot.CONTRIBUTION), "no country"),
        (TypedFact(Slot.CONTRIBUTION, "Norway"), ""),
        (TypedFact(Slot.PRESENCE), "no place"),
        (TypedFact(Slot.CEILING, "all"), "no figure"),
        (TypedFact(Slot.CEILING, "all", Parts(figure=Figure.of(900))), ""),
        (TypedFact(Slot.TERM), ""),
    ],
)
def test_a_fact_says_which_part_it_must_have_and_lacks(fact: TypedFact, lacks: str) -> None:
    assert fact.lacks == lacks


@pytest.mark.parametrize(
    ("slot", "one", "other", "same"),
    [
        (Slot.CONTRIBUTION, "Norway", "Norwegian", True),
        (Slot.CONTRIBUTION, "Norway", "Sweden", False),
        (Slot.SUPPORT, "fuel trucks", "trucks", True),
        (Slot.SUPPORT, "fuel", "trucks", False),
        (Slot.CEILING, "police", "police officers", True),
        (Slot.CEILING, "soldiers", "troops", True),
        (Slot.CEILING, "soldiers", "police", False),  # a kind is of a closed set
        (Slot.COMMAND, "head of mission", "special representative", True),
        (Slot.COMMAND, "head of mission", "force commander", False),
        (Slot.INCIDENT, "2025-10-18 Kenya", "2025-10-20 Kenya", True),
        (Slot.INCIDENT, "2025-10-18 Kenya", "2025-10-21 Kenya", False),
        (Slot.INCIDENT, "2025-10-18 Kenya", "2025-10-18 Ghana", False),
        (Slot.INCIDENT, "2025-10-18 Kenya", "2025-10-18", True),  # the party is not told
    ],
)
def test_keys_are_one_thing_or_not(slot: Slot, one: str, other: str, same: bool) -> None:
    assert same_key(slot, one, other) is same
    assert same_key(slot, other, one) is same


def test_two_values_are_equal_where_all_that_both_state_is_so() -> None:
    assert equal(Parts(figure=Figure.of(150), unit="soldiers"), Parts(figure=Figure.of(150), until=OCTOBER))
    assert not equal(Parts(figure=Figure.of(150)), Parts(figure=Figure.of(90)))
    assert equal(Parts(person="Anna Lund"), Parts(person="Brigadier Anna Lund"))
    assert not equal(Parts(person="Anna Lund"), Parts(person="Piet Haam"))
    assert not equal(Parts(item="four months"), Parts(item="six months"))
    assert equal(Parts(item="half a year"), Parts(item="six months"))
    assert equal(Parts(item="90 days"), Parts(item="three months"))


def test_a_difference_and_a_total_say_nothing_of_each_other() -> None:
    more = Parts(figure=Figure.of(8000), role=FigureRole.CHANGE)
    assert equal(more, Parts(figure=Figure.of(12_000)))


@pytest.mark.parametrize(
    ("fact", "stage", "subject", "value"),
    [
        (TypedFact(Slot.LEAD, "", Parts(country="Kenya")), Stage.IN_EFFECT, "lead", "Kenya"),
        (TypedFact(Slot.LEAD), Stage.IN_EFFECT, "lead", "no name"),
        (
            TypedFact(Slot.COMMAND, "force commander", Parts(person="Anna Lund", country="Norway")),
            Stage.DECIDED,
            "force commander",
            "Anna Lund of Norway",
        ),
        (TypedFact(Slot.TERM, "", Parts(until=OCTOBER, act="extended")), Stage.DECIDED, "mandate", "until Oct 2025"),
        (
            TypedFact(Slot.CEILING, "police", Parts(figure=Figure.of(1500), unit="officers")),
            Stage.DECIDED,
            "ceiling (police)",
            "1,500 officers",
        ),
        (TypedFact(Slot.DEPLOYED, "all"), Stage.IN_EFFECT, "deployed", "no figure"),
        (
            TypedFact(Slot.REQUIRED, "all", Parts(figure=Figure.of(8000), role=FigureRole.CHANGE, unit="soldiers")),
            Stage.PROPOSED,
            "required",
            "8,000 more soldiers",
        ),
        (
            TypedFact(Slot.CONTRIBUTION, "Kenya", Parts(act="withdraws")),
            Stage.REJECTED,
            "Kenya",
            "will not withdraw",
        ),
        (
            TypedFact(Slot.PLEDGE, "Canada", Parts(amount=Figure.of(40_000_000), currency="USD")),
            Stage.PLANNED,
            "Canada",
            "$40 million",
        ),
        (
            TypedFact(Slot.INCIDENT, "2025-05-30 Serica", Parts(killed=2, injured=1)),
            Stage.IN_EFFECT,
            "Serica, 30 May 2025",
            "2 killed, 1 injured",
        ),
        (TypedFact(Slot.PROCESS, "vote", Parts(movement=Movement.POSTPONED)), Stage.PLANNED, "vote", "postponed"),
    ],
)
def test_a_fact_in_words_is_made_of_its_parts_alone(fact: TypedFact, stage: Stage, subject: str, value: str) -> None:
    assert (phrasing.subject(fact), phrasing.value(fact, stage)) == (subject, value)


def a_change(fact: TypedFact, stage: Stage, **values: object) -> Change:
    change = Change(
        change_id=content_id("change", "x"),
        watch="w",
        aspect=fact.slot.aspect,
        subject=phrasing.subject(fact),
        subject_key="key",
        verdict=Verdict.REVISES,
        stage=stage,
        value=phrasing.value(fact, stage),
        held_from=date(2025, 3, 31),
        known_at=datetime(2025, 4, 1, tzinfo=UTC),
        quote="",
        reason="",
        confidence=0.9,
        fact=fact,
    )
    return replace(change, **values)


def ceiling(number: float) -> Parts:
    return Parts(figure=Figure.of(number))


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (
            a_change(
                TypedFact(Slot.CEILING, "all", ceiling(1500)),
                Stage.DECIDED,
                before_value="1,200",
                before_stage=Stage.DECIDED,
                before_parts=ceiling(1200),
            ),
            "Ceiling raised: 1,200 -> 1,500 (decided 31 Mar)",
        ),
        (
            a_change(
                TypedFact(Slot.CEILING, "all", ceiling(900)),
                Stage.DECIDED,
                before_value="1,200",
                before_stage=Stage.DECIDED,
                before_parts=ceiling(1200),
            ),
            "Ceiling cut: 1,200 -> 900 (decided 31 Mar)",
        ),
        (
            a_change(
                TypedFact(Slot.COMMAND, "force commander", Parts(person="B")),
                Stage.IN_EFFECT,
                before_value="A",
                before_stage=Stage.IN_EFFECT,
            ),
            "Force commander: A -> B (in effect 31 Mar)",
        ),
        (
            a_change(
                TypedFact(Slot.TERM, "", Parts(until=OCTOBER)),
                Stage.DECIDED,
                before_value="until Oct 2025",
                before_stage=Stage.PROPOSED,
            ),
            "Mandate: until Oct 2025, proposed -> decided 31 Mar",
        ),
        (
            a_change(TypedFact(Slot.INCIDENT, "2025-03-30 Serica", Parts(killed=2, place="Tarn")), Stage.IN_EFFECT),
            "2 killed near Tarn (Serica, 30 Mar 2025)",
        ),
        (
            a_change(TypedFact(Slot.PROCESS, "vote", Parts(movement=Movement.POSTPONED)), Stage.PLANNED),
            "Vote: postponed (planned 31 Mar)",
        ),
    ],
)
def test_a_headline_says_what_became_of_what(change: Change, line: str) -> None:
    assert phrasing.headline(change) == line


def test_every_slot_has_an_aspect() -> None:
    assert {slot.aspect for slot in Slot} == set(Aspect)
