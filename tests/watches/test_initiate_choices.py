"""What a person chooses of a draft."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.model import Aspect, Name, Watch
from pipeline.model.errors import UsageError
from pipeline.watches.drafting import Choices, chosen, draft_watch

ARTICLE = """Union sends observer mission to Tarsk

The African Union on Tuesday authorised the Tarsk Truce Observer Mission (TATOM) until 31 March 2026.

The mission, led by Senegal, may have up to 900 uniformed personnel.
"""


@pytest.fixture
def draft() -> Watch:
    return draft_watch(ARTICLE, published=datetime(2025, 4, 2, tzinfo=UTC), url="", slug="tarsk")


def test_without_a_choice_the_draft_stays_as_it_is(draft: Watch) -> None:
    assert chosen(draft, Choices()) == draft


def test_a_name_that_is_added_in_capitals_is_initials_and_a_short_one_needs_the_place(draft: Watch) -> None:
    names = chosen(draft, Choices(add_names=("TTM", "Tarsk Mission", "TATOM"))).names

    assert names[2:] == (Name("TTM", acronym=True, context=("Tarsk",)), Name("Tarsk Mission"))


def test_a_name_can_be_dropped_and_the_last_one_can_not(draft: Watch) -> None:
    assert [n.text for n in chosen(draft, Choices(drop_names=("tatom",))).names] == ["Tarsk Truce Observer Mission"]
    with pytest.raises(UsageError, match="No name of the mission is left"):
        chosen(draft, Choices(drop_names=("TATOM", "Tarsk Truce Observer Mission")))


def test_a_name_that_is_not_there_can_not_be_dropped(draft: Watch) -> None:
    with pytest.raises(UsageError, match="has no name 'minusma' to drop"):
        chosen(draft, Choices(drop_names=("MINUSMA",)))


def test_facts_are_dropped_by_their_numbers(draft: Watch) -> None:
    assert [f.aspect for f in draft.baseline.facts] == [Aspect.MANDATE, Aspect.LEAD, Aspect.STRENGTH]

    kept = chosen(draft, Choices(drop_facts=(2,))).baseline.facts

    assert [f.aspect for f in kept] == [Aspect.MANDATE, Aspect.STRENGTH]


@pytest.mark.parametrize("number", [0, 4])
def test_a_number_that_no_fact_has_is_refused(draft: Watch, number: int) -> None:
    with pytest.raises(UsageError, match=f"no fact {number} in the article: it has 3"):
        chosen(draft, Choices(drop_facts=(number,)))


def test_title_outlet_places_languages_and_channels_are_taken_as_given(draft: Watch) -> None:
    made = chosen(
        draft,
        Choices(" Tarsk\n watch ", "Melo Tideline", ("en", "fr"), places=("Tarsk", "Melo"), channels=("file:desk",)),
    )

    assert (made.title, made.baseline.outlet, made.languages) == ("Tarsk watch", "Melo Tideline", ("en", "fr"))
    assert made.places == ("Tarsk", "Melo")
    assert [rule.channels for rule in made.rules] == [("file:desk",)]
