"""The board as a model is shown it: which rows, in which words, and which row a name calls."""

from __future__ import annotations

from datetime import timedelta

from pipeline.board.fold import subject_key
from pipeline.model import BoardRow, Change, Slot, Stage, Verdict, phrasing
from pipeline.model.facts import Figure, Parts, TypedFact
from pipeline.model.text import content_id
from pipeline.reading.llm import select_rows
from pipeline.reading.llm.rows import MOST, find_row
from tests.reading.worlds import DAY, an_article


def a_change(
    slot: Slot, key: str, *, stage: Stage = Stage.DECIDED, parts: Parts | None = None, days_ago: int = 30
) -> Change:
    """A change of the board that a claim of that slot and key has made."""
    fact = TypedFact(slot, key, parts or Parts())
    known = DAY - timedelta(days=days_ago)
    subject = phrasing.subject(fact)
    return Change(
        change_id=content_id("change", slot, key, stage, days_ago),
        watch="ruritania",
        aspect=slot.aspect,
        subject=subject,
        subject_key=subject_key(slot.aspect, subject),
        verdict=Verdict.NEW,
        stage=stage,
        value=phrasing.value(fact, stage),
        held_from=known.date(),
        known_at=known,
        quote="It was said.",
        reason="",
        confidence=0.9,
        fact=fact,
    )


def rows(*changes: Change) -> list[BoardRow]:
    return [BoardRow(change) for change in changes]


def many(number: int) -> list[Change]:
    return [a_change(Slot.PRESENCE, f"Village {n}", days_ago=100 + n) for n in range(number)]


def test_a_row_is_a_line_with_its_name_its_stage_its_value_and_its_day() -> None:
    (row,) = select_rows(
        an_article("Quiet."), rows(a_change(Slot.CEILING, "police", parts=Parts(figure=Figure.of(900))))
    )

    assert row.line == "ceiling/police | decided | 900 | 2025-08-31"


def test_a_pending_row_says_so_in_its_name() -> None:
    (row,) = select_rows(an_article("Quiet."), rows(a_change(Slot.TERM, "", stage=Stage.PROPOSED)))

    assert row.name == "term (proposed)"


def test_what_the_article_names_is_shown_however_old_it_is() -> None:
    old = a_change(Slot.CONTRIBUTION, "Denmark", days_ago=900)
    shown = select_rows(an_article("The Danes came home."), rows(old, *many(60)))

    assert "contribution/Denmark" in [row.name for row in shown]


def test_of_a_long_board_the_latest_are_shown_and_no_more_than_fit() -> None:
    shown = select_rows(an_article("Village after village."), rows(*many(200)))

    assert len(shown) == MOST
    assert "presence/Village 0" in [row.name for row in shown]
    assert "presence/Village 199" not in [row.name for row in shown]


def test_of_a_quiet_article_only_the_last_changes_and_the_single_rows_are_shown() -> None:
    lead = a_change(Slot.LEAD, "", days_ago=900)
    shown = select_rows(an_article("Nobody met."), rows(lead, *many(60)))

    assert (shown[0].name, len(shown)) == ("lead", 13)


def test_a_name_calls_its_row_also_with_another_stage_behind_it() -> None:
    proposed = a_change(Slot.TERM, "", stage=Stage.PROPOSED, days_ago=9)
    decided = a_change(Slot.TERM, "", days_ago=20)
    shown = select_rows(an_article("Quiet."), rows(decided, proposed))

    assert find_row("term", shown) == decided
    assert find_row("Term (Proposed)", shown) == proposed
    assert find_row("term (planned)", shown) == proposed
    assert find_row("ceiling/all", shown) is None
