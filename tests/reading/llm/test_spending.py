"""What a model costs, and when no further call is made."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.model import ReaderChoice
from pipeline.reading.llm import Spending, exhausted_budget, price_in_micros


@pytest.mark.parametrize(
    ("keys", "run", "earlier", "said"),
    [
        ({}, Spending(49), Spending(10_000), ""),
        ({}, Spending(50), Spending(), "the run's 50 calls are spent"),
        ({"tokens_per_run": 900}, Spending(1, 800, 100), Spending(), "the run's 900 tokens are spent"),
        ({"calls_per_day": 100}, Spending(3), Spending(96), ""),
        ({"calls_per_day": 100}, Spending(4), Spending(96), "the day's 100 calls are spent"),
        (
            {"tokens_per_day": 5_000},
            Spending(1, 500, 500),
            Spending(9, 3_000, 1_000),
            "the day's 5000 tokens are spent",
        ),
        ({"money_per_day": 2.5}, Spending(1, micros=499_999), Spending(9, micros=2_000_000), ""),
        (
            {"money_per_day": 2.5},
            Spending(1, micros=500_000),
            Spending(9, micros=2_000_000),
            "the day's 2.5 USD are spent",
        ),
        ({"money_per_day": 1, "currency": "EUR"}, Spending(), Spending(micros=1_000_000), "the day's 1 EUR are spent"),
    ],
)
def test_no_call_is_made_once_a_budget_is_spent(
    keys: dict[str, Any], run: Spending, earlier: Spending, said: str
) -> None:
    assert exhausted_budget(ReaderChoice(**keys), run, earlier) == said


def test_the_price_is_of_a_million_tokens_each_way() -> None:
    assert price_in_micros(1_000_000, 500_000, ReaderChoice(price_in=0.4, price_out=1.6)) == 1_200_000


def test_without_prices_nothing_costs_anything() -> None:
    assert price_in_micros(1_000_000, 1_000_000, ReaderChoice()) == 0
