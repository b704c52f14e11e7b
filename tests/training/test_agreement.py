"""How far writers agree: kappa, and the hard sentences that three of them labelled apart."""

from __future__ import annotations

from itertools import combinations

import pytest

from training.agreement import HARD, hard_pairs, kappa, labels


def test_kappa_is_one_where_all_is_the_same_and_zero_where_it_is_as_good_as_chance() -> None:
    assert kappa([("a", "a"), ("b", "b")]) == (1.0, 1.0)
    assert kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == (0.5, 0.0)


def test_sixty_sentences_were_labelled_by_three_writers() -> None:
    assert len(labels(HARD)) == 60
    assert {len(row) for row in labels(HARD)} == {3}


@pytest.mark.parametrize("question", ["news", "kind", "slot", "stage"])
def test_each_two_writers_agree_with_a_kappa_of_0_8_and_more(question: str) -> None:
    assert min(kappa(hard_pairs(HARD, a, b)[question])[1] for a, b in combinations(range(3), 2)) >= 0.8
