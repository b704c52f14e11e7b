"""Word pieces and windows: longest match first, no sentence cut in two, watch and title before each window."""

from __future__ import annotations

from pipeline.reading.embedded.wordpiece import MARKS, MAX_WINDOW, UNKNOWN, MarkedText, Page, Tokenizer

WORDS = ("peace", "##keeper", "##s", "peacekeep", "vote", "##d", "the", "'", "s", "cafe", ".", "ruritania")
VOCABULARY = (UNKNOWN, *MARKS, *WORDS)
PIECES = Tokenizer({piece: i for i, piece in enumerate(VOCABULARY)})


def said(text: str, most: int = 100) -> list[str]:
    return [VOCABULARY[i] for i in PIECES.ids(text, most)]


def page(*sentences: str, paragraphs: tuple[int, ...] = ()) -> Page:
    return Page("Ruritania", "The vote", tuple(map(MarkedText, sentences)), paragraphs or (0,) * len(sentences))


def test_the_longest_piece_is_taken_first() -> None:
    assert said("peacekeepers") == [UNKNOWN]  # "peacekeep" is the longest, and nothing goes on with "ers"
    assert said("peaces") == ["peace", "##s"]


def test_a_word_of_no_known_pieces_is_unknown_and_a_mark_is_itself() -> None:
    assert said("zzz [ours] voted") == [UNKNOWN, "[ours]", "vote", "##d"]


def test_accents_and_case_are_taken_off_and_signs_stand_alone() -> None:
    assert said("Café's") == ["cafe", "'", "s"]


def test_no_more_pieces_than_asked_for() -> None:
    assert said("voted voted", most=3) == ["vote", "##d", "vote"]


def test_a_window_begins_with_watch_and_title_and_marks_paragraphs_and_sentences() -> None:
    (window,) = PIECES.windows(page("The vote.", "The vote.", "The vote.", paragraphs=(0, 0, 1)))
    head = ["[watch]", "ruritania", "[title]", "the", "vote"]
    assert [VOCABULARY[i] for i in window.ids] == [
        *head, "[paragraph]", "the", "vote", ".", "[sentence]", "the", "vote", ".", "[paragraph]", "the", "vote", ".",
    ]  # fmt: skip
    assert window.spans == ((5, 9), (9, 13), (13, 17))


def test_a_long_article_is_read_in_windows_that_cut_no_sentence() -> None:
    windows = PIECES.windows(page(*["The " + "vote " * 60 + "the vote."] * 12))
    assert len(windows) > 1
    assert all(len(window.ids) <= MAX_WINDOW for window in windows)
    assert [number for window in windows for number in window.numbers] == list(range(12))
    assert len({window.ids[:5] for window in windows}) == 1


def test_a_sentence_alone_has_no_watch() -> None:
    window = PIECES.single("The vote.")
    assert [VOCABULARY[i] for i in window.ids] == ["[title]", "[paragraph]", "the", "vote", "."]
    assert window.spans == ((1, 5),)


def test_each_piece_knows_where_its_word_stands_in_the_sentence() -> None:
    sentence = MarkedText("The [ours] voted Café", ((0, 0, 4), (11, 8, 10)))  # of "The EU was voted Café", say
    (window,) = PIECES.windows(Page("Ruritania", "The vote", (sentence,), (0,)))
    assert window.places == (((0, 3), (-1, -1), (8, 13), (8, 13), (14, 18)),)
