"""What the encoder is shown of an article: marks for the mission's names and for dates, and what the watch is."""

from __future__ import annotations

import pytest
from worlds import a_watch, an_article

from pipeline.reading.embedded import encoder_input, features, sentences


def shown(text: str, title: str = "News") -> tuple[str, ...]:
    article = an_article(text, title=title)
    parts = sentences.split_sentences(text)
    page = encoder_input.build_page(article, features.extract_all(article, parts), a_watch())
    return (page.head, page.title, *(" ".join(sentence.text.split()) for sentence in page.sentences))


def test_the_head_has_the_missions_names_places_baseline_and_further_names() -> None:
    names, places, headline, further = shown("It rained.")[0].split(" ; ")
    assert (names, places) == ("Ruritania Assistance Mission, RAM", "Ruritania")
    assert (headline, further) == ("Where the mission stands", "Ruritania")


def test_the_missions_own_names_are_a_mark_long_ones_in_any_case() -> None:
    assert shown("RAM and the Ruritania assistance mission.")[2] == "[ours] and the [ours] ."


@pytest.mark.parametrize(
    ("date", "mark"),
    [
        ("on Monday", "on [dnow] Monday"),
        ("on 2 September", "on [dlate] 2 September"),
        ("in March 2025", "in [dpast] March 2025"),
        ("in 2019", "in [dyear] 2019"),
        ("in 2025", "in [dthisyear] 2025"),
        ("since May", "since [dsince] May"),
        ("until March 2026", "until [duntil] March 2026"),
        ("on 1 December", "on [dahead] 1 December"),
    ],
)
def test_a_date_has_a_mark_before_it_that_tells_how_far_it_is(date: str, mark: str) -> None:
    assert shown(f"They met {date}.")[2] == f"They met {mark}."


def test_the_title_has_marks_too() -> None:
    assert (
        " ".join(shown("It rained.", title="RAM to end in March 2026")[1].split())
        == "[ours] to end in [dahead] March 2026"
    )


def test_no_text_can_pass_for_a_mark() -> None:
    assert shown("The [ours] of the gang.")[2] == "The (ours] of the gang."
