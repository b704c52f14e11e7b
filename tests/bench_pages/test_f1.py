"""The measure of extraction on real pages, and the measure of the measure."""

from __future__ import annotations

import pytest
from measure import compare, measure, pages_folder, report


def test_the_same_text_scores_one() -> None:
    assert compare("one two three four five", "One, two.".lower() + " three four five") == (1.0, 1.0)


def test_what_is_missing_costs_recall_and_what_is_added_precision() -> None:
    assert compare("a b c d e f", "a b c d") == (1.0, 1 / 3)
    assert compare("a b c d", "a b c d e f") == (1 / 3, 1.0)


def test_an_empty_text_scores_nothing() -> None:
    assert compare("a b c d", "") == (0.0, 0.0)


@pytest.mark.slow
def test_real_pages_become_text_with_an_f1_of_at_least_0_955(capsys: pytest.CaptureFixture[str]) -> None:
    folder = pages_folder()
    if folder is None:
        pytest.skip("the shared pages are not here: set MISSIONWATCH_SHARED to the folder that holds pages/")

    score = measure(folder)
    with capsys.disabled():
        print(f"\n{report(score)}")

    assert score.pages == 181
    assert all("http" in reason for reason in score.refused.values())
    assert score.f1 >= 0.955
