"""What in a sentence can be a part of a fact, and which of it is."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.model import Day, Figure, FigureRole, Slot, Stage, TypedFact
from pipeline.reading.embedded import features, parts
from pipeline.reading.embedded.mentions import Mention, mentions
from pipeline.reading.embedded.sentences import split_sentences

PUBLISHED = date(2025, 9, 10)  # a Wednesday


def seen(text: str) -> features.SentenceFeatures:
    (sentence,) = split_sentences(text)
    return features.extract_features(sentence, PUBLISHED)


def found(text: str, kind: str) -> list[Mention]:
    return [one for one in mentions(seen(text)) if one.kind == kind]


def typed(text: str, slot: Slot, roles: dict[str, str], *, stage: Stage = Stage.DECIDED, act: str = "") -> TypedFact:
    """The fact where the encoder takes the words of ``roles`` for those parts, and nothing else for any."""

    def odds(role: str, start: int, end: int) -> float:
        words = roles.get(role, "")
        at = text.find(words) if words else -1
        return 3.0 if words and at <= start and end <= at + len(words) else -3.0

    return parts.build_fact(seen(text), slot, stage, act, odds, "Ruritania Assistance Mission", None, PUBLISHED)


def test_numbers_dates_countries_and_words_are_mentions_with_their_place() -> None:
    text = "Kenya sends 400 police in June."
    assert [text[one.start : one.end] for one in found(text, "number")] == ["400"]
    assert [text[one.start : one.end] for one in found(text, "date")] == ["June"]
    assert [one.value for one in found(text, "country")] == ["Kenya"]
    assert [one.value for one in found(text, "name")] == ["Kenya", "June"]
    assert [one.value for one in found(text, "word")] == ["sends", "400", "police", "in"]


@pytest.mark.parametrize(
    "text", ["A mine killed a soldier.", "The blast killed another officer.", "It killed a Belgian."]
)
def test_one_person_without_a_number_is_one(text: str) -> None:
    assert [one.value.number for one in found(text, "number")] == [1]


def test_a_part_is_what_the_encoder_takes_for_it_in_a_normal_form() -> None:
    text = "Of its 900 soldiers Kenya will send 400 police to the mission until 30 June."
    fact = typed(text, Slot.CONTRIBUTION, {"key": "Kenya", "figure": "400", "until": "30 June"}, act="sends")
    assert fact.key == "Kenya"
    assert (fact.parts.figure, fact.parts.unit, fact.parts.act) == (Figure.of(400), "police", "sends")
    assert fact.parts.until == Day(date(2026, 6, 30))


def test_what_nothing_is_likely_to_be_is_left_out() -> None:
    fact = typed("Kenya will send 400 police.", Slot.CONTRIBUTION, {})
    assert (fact.key, fact.parts.figure) == ("", None)


def test_a_name_is_the_words_that_stand_together_with_the_small_ones_between() -> None:
    text = "The Council asked the Community of the Western States to lead the team on Monday."
    fact = typed(text, Slot.LEAD, {"organisation": "Community of the Western States"})
    assert fact.parts.organisation == "Community of the Western States"


def test_a_successor_is_a_name_of_a_mission_and_not_this_ones() -> None:
    text = "The Council turned the Ruritania Assistance Mission into a Harbour Protection Force on Monday."
    assert typed(text, Slot.SUCCESSOR, {}).parts.organisation == "Harbour Protection Force"
    assert typed("The Mission will be replaced by the UN.", Slot.SUCCESSOR, {}).parts.organisation == ""


def test_a_sum_has_its_currency_and_a_difference_is_none_of_all() -> None:
    pledge = typed("Japan gave $4 million.", Slot.PLEDGE, {"key": "Japan", "amount": "$4 million"})
    assert (pledge.parts.amount, pledge.parts.currency) == (Figure.of(4_000_000), "USD")
    more = typed("Kenya sends 300 more police.", Slot.CONTRIBUTION, {"figure": "300"})
    assert more.parts.role is FigureRole.CHANGE


def test_an_incident_is_known_by_its_day_and_the_party() -> None:
    fact = typed("A mine killed two Kenyan soldiers.", Slot.INCIDENT, {"key": "Kenyan", "killed": "two"})
    assert (fact.key, fact.parts.killed) == ("2025-09-10 Kenya", 2)


def test_who_was_not_hurt_is_counted_nowhere() -> None:
    text = "Nobody of the 12 was hurt."
    assert typed(text, Slot.INCIDENT, {"injured": "12"}, stage=Stage.REJECTED).parts.injured is None
