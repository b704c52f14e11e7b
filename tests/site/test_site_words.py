"""The words that matter in a sentence."""

from __future__ import annotations

import pytest

from pipeline.model.text import format_day, pluralise
from pipeline.site.words import marked
from tests.storage.builders import at


def marks(sentence: str, value: str, cues: str = "") -> list[str]:
    return [piece.text for piece in marked(sentence, value, cues) if piece.marked]


def test_a_value_that_stands_in_its_sentence_is_marked_as_it_stands() -> None:
    assert marks("The force may have up to 5,550 uniformed personnel, it said.", "5,550 uniformed personnel") == [
        "5,550 uniformed personnel"
    ]


def test_of_another_wording_the_telling_words_are_marked_and_neighbours_are_one_mark() -> None:
    sentence = "Up to 5,550 Kenyan police may serve in the capital from the new year, and police only."
    assert marks(sentence, "5,550 police from Kenya") == ["5,550", "police", "police"]
    assert marks("It became the Gang Suppression Force on Tuesday.", "Support -> Gang Suppression Force") == [
        "Gang Suppression Force"
    ]


def test_a_value_that_is_nearly_the_whole_sentence_marks_its_numbers_only() -> None:
    sentence = "On Monday soldiers of Guatemala arrived with 20 vehicles."
    assert marks(sentence, "soldiers of Guatemala arrived with 20 vehicles") == ["20"]
    assert marks(sentence, "On Monday soldiers…") == ["Monday soldiers"]


def test_what_the_reader_went_by_is_marked_too_where_it_stands_as_a_word() -> None:
    sentence = "A draft resolution put before the Security Council would create a new force."
    assert marks(sentence, "", "draft, resolution, security council, draft, would, put be, or") == [
        "draft resolution",
        "Security Council would",
    ]
    assert marks("The Council voted for a new force.", "a new force", "voted, new") == ["voted", "a new force"]


@pytest.mark.parametrize("value", ["", "…", "nothing of the kind", "İİİ", "a" * 500])
def test_the_pieces_are_the_sentence_whatever_the_value(value: str) -> None:
    sentence = "İstanbul: 5,550 soldiers, “as of now” <b>bold</b>."
    assert "".join(piece.text for piece in marked(sentence, value, f"{value}, now, as of")) == sentence


def test_days_and_numbers_are_written_as_people_write_them() -> None:
    assert format_day(at("2025-09-03")) == "3 Sep 2025"
    assert [pluralise(number, "change") for number in (1, 2_000)] == ["1 change", "2,000 changes"]
    assert pluralise(2, "entry", "entries") == "2 entries"
