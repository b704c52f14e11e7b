"""Text into sentences: each is a slice of the text, without datelines and clocks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reading.embedded.sentences import MAX_SENTENCE, MAX_SENTENCES, split_sentences


def texts(text: str) -> list[str]:
    return [s.text for s in split_sentences(text)]


def test_abbreviations_and_initials_do_not_end_a_sentence() -> None:
    assert texts("Gen. J. Smith met Mr. Doe at St. Mary on Sept. 3. He left.") == [
        "Gen. J. Smith met Mr. Doe at St. Mary on Sept. 3.",
        "He left.",
    ]


def test_a_closing_quote_belongs_to_its_sentence() -> None:
    assert texts('"We stay." That was all.') == ['"We stay."', "That was all."]


def test_a_dateline_is_no_part_of_the_sentence() -> None:
    assert texts("NEW TOWN, Ruritania — A vote was held.") == ["A vote was held."]


def test_the_clock_of_a_live_page_is_no_part_of_the_sentence() -> None:
    assert texts("10:40 The vote is under way.") == ["The vote is under way."]


def test_an_acronym_with_a_dash_is_kept() -> None:
    assert texts("RAM-led patrols began on Monday.") == ["RAM-led patrols began on Monday."]


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_every_sentence_is_a_slice_of_the_text(text: str) -> None:
    assert all(s.text == text[s.start : s.end] and s.text for s in split_sentences(text))


def test_a_page_without_end_is_read_in_bounds() -> None:
    found = split_sentences("Word. " * 5_000 + "x" * 50_000)
    assert len(found) == MAX_SENTENCES
    assert max(len(s.text) for s in split_sentences("x" * 50_000)) == MAX_SENTENCE
