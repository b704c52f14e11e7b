"""Word pieces and windows: longest match first, no sentence cut in two, the title before each window."""

from __future__ import annotations

from reading.worlds import a_watch, an_article

from pipeline.reading import observe, sentences
from pipeline.reading.observe import Observed
from pipeline.reading.pieces import MAX_WINDOW, PARAGRAPH, PLACEHOLDERS, SENTENCE, TITLE, UNKNOWN, Pieces

WORDS = ("peace", "##keeper", "##s", "peacekeep", "vote", "##d", "the", "'", "s", "cafe")
VOCABULARY = (UNKNOWN, TITLE, PARAGRAPH, SENTENCE, *PLACEHOLDERS, *WORDS)
PIECES = Pieces({piece: i for i, piece in enumerate(VOCABULARY)})


def said(*tokens: str, most: int = 100) -> list[str]:
    return [VOCABULARY[i] for i in PIECES.ids(tokens, most)]


def observed(text: str) -> Observed:
    article = an_article(text, title="the vote")
    parts = sentences.split(text)
    return observe.observe(
        article,
        observe.look_at(article, parts, [0.0] * len(parts), frozenset()),
        a_watch(),
        frozenset(),
        frozenset({"the", "vote"}),
    )


def test_the_longest_piece_is_taken_first() -> None:
    assert said("peacekeepers") == [UNKNOWN]  # "peacekeep" is the longest, and nothing goes on with "ers"
    assert said("peaces") == ["peace", "##s"]


def test_a_word_of_no_known_pieces_is_unknown_and_a_placeholder_is_itself() -> None:
    assert said("zzz", "OURS", "voted") == [UNKNOWN, "OURS", "vote", "##d"]


def test_accents_and_case_are_taken_off_and_signs_stand_alone() -> None:
    assert said("Café's") == ["cafe", "'", "s"]


def test_no_more_pieces_than_asked_for() -> None:
    assert said("voted", "voted", most=3) == ["vote", "##d", "vote"]


def test_a_window_begins_with_the_title_and_marks_paragraphs_and_sentences() -> None:
    (window,) = PIECES.windows(observed("The vote. The vote.\n\nThe vote."))
    assert [VOCABULARY[i] for i in window.ids] == [
        TITLE, "the", "vote", PARAGRAPH, "the", "vote", SENTENCE, "the", "vote", PARAGRAPH, "the", "vote",
    ]  # fmt: skip
    assert window.spans == ((3, 6), (6, 9), (9, 12))


def test_a_long_article_is_read_in_windows_that_cut_no_sentence() -> None:
    windows = PIECES.windows(observed("\n".join(["The " + "vote " * 60 + "the vote."] * 12)))
    assert len(windows) > 1
    assert all(len(window.ids) <= MAX_WINDOW for window in windows)
    assert [n for window in windows for n in window.numbers] == list(range(12))
    assert {window.ids[:3] for window in windows} == {windows[0].ids[:3]}


def test_an_article_without_a_sentence_has_no_window() -> None:
    assert PIECES.windows(observed("")) == ()
