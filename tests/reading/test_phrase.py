"""What a sentence comes to in a few words."""

from __future__ import annotations

import pytest

from pipeline.reading.phrase import LIMIT, gist, toll


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("The force will stay until June, the minister told a radio talk show.", "The force will stay until June"),
        ("Officials said on Monday that the last platoon has left.", "the last platoon has left"),
        ("According to the mission, two more ships have arrived in port.", "two more ships have arrived in port"),
        ("The council (of fifteen) extended the mandate by a year.", "The council extended the mandate by a year"),
        ("“It stays,” he said.", "It stays"),
    ],
)
def test_who_said_so_and_asides_are_left_out(sentence: str, value: str) -> None:
    assert gist(sentence) == value


def test_the_clause_with_the_telling_word_is_chosen() -> None:
    text = "The talks went on for two days; the ministers approved a force of observers."

    assert gist(text, ("approved",)) == "the ministers approved a force of observers"


def test_a_value_fits_a_line_of_the_board() -> None:
    assert len(gist("word " * 200)) <= LIMIT


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("Two soldiers were killed and eight others injured when a bridge gave way.", "2 killed, 8 injured"),
        ("The blast killed three peacekeepers and wounded eleven.", "3 killed, 11 injured"),
        ("A police officer of the mission has died in a road accident.", "1 killed"),
        ("With Sunday's crash, three officers have been killed since the mission began in June.", "3 killed in all"),
        ("So far, two soldiers of the mission have died.", "2 killed in all"),
        ("An officer was killed on Sunday, the third since the mission began.", "1 killed"),
        ("An observer is missing after the storm.", ""),
        ("The mission stands at 420 people.", ""),
    ],
)
def test_the_toll_is_counted_by_what_stands_beside_each_harm(sentence: str, value: str) -> None:
    assert toll(sentence) == value
