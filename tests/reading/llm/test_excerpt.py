"""A long article cut to what a model may be sent."""

from __future__ import annotations

from pipeline.reading.embedded.sentences import split_sentences
from pipeline.reading.llm.excerpt import excerpt

LONG = " ".join(f"This is sentence number {n} of a long article." for n in range(100))
SPANS = [(sentence.start, sentence.end) for sentence in split_sentences(LONG)]


def cut(matters: set[int], most: int = 600) -> str:
    return excerpt(LONG, SPANS, matters, most)


def test_a_short_article_is_sent_as_it_stands() -> None:
    assert excerpt("It met. It voted.", [(0, 7), (8, 17)], set(), 600) == "It met. It voted."


def test_what_matters_is_sent_with_its_neighbours_and_the_top_of_the_article() -> None:
    told = cut({80})

    assert "number 80 of" in told
    assert "number 79 of" in told
    assert "number 81 of" in told
    assert told.startswith("This is sentence number 0 of")
    assert "number 40 of" not in told


def test_what_is_left_out_is_marked_and_the_rest_keeps_its_order() -> None:
    told = cut({80})

    assert told.count("[...]") == 1
    assert told.index("number 2 of") < told.index("[...]") < told.index("number 79 of")


def test_no_more_is_sent_than_was_allowed() -> None:
    assert max(len(cut({10, 50, 90}, most)) for most in (200, 600, 3_000)) <= 3_000
    assert len(cut({10, 50, 90}, 200)) <= 200
