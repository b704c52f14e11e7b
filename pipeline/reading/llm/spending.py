"""Count what a language model costs, and decide whether a further call may be made. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pipeline.model import ReaderChoice

MICRO: Final = 1_000_000  # of a currency's unit; prices are for as many tokens


@dataclass(frozen=True, slots=True)
class Spending:
    """What was asked of a model, and what that cost.

    Attributes:
        calls: requests that were sent, repeated ones counted.
        tokens_in, tokens_out: of questions and answers.
        micros: millionths of the currency in which the watch has its prices.
    """

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    micros: int = 0

    def __add__(self, other: Spending) -> Spending:
        return Spending(
            self.calls + other.calls,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.micros + other.micros,
        )

    @property
    def tokens(self) -> int:
        """Those of questions and answers together."""
        return self.tokens_in + self.tokens_out


def price_in_micros(tokens_in: int, tokens_out: int, choice: ReaderChoice) -> int:
    """Return the price of so many tokens, in millionths of the currency."""
    return round(tokens_in * choice.price_in + tokens_out * choice.price_out)


def exhausted_budget(choice: ReaderChoice, run: Spending, earlier: Spending) -> str:
    """Name the budget that allows no further call; empty where one may be made.

    Args:
        choice: the budgets; those of a day have none where they are 0.
        run: what this run has spent.
        earlier: what was spent on this day before the run.
    """
    if run.calls >= choice.calls_per_run:
        return f"the run's {choice.calls_per_run} calls are spent"
    if run.tokens >= choice.tokens_per_run:
        return f"the run's {choice.tokens_per_run} tokens are spent"
    day = earlier + run
    if 0 < choice.calls_per_day <= day.calls:
        return f"the day's {choice.calls_per_day} calls are spent"
    if 0 < choice.tokens_per_day <= day.tokens:
        return f"the day's {choice.tokens_per_day} tokens are spent"
    if 0 < choice.money_per_day * MICRO <= day.micros:
        return f"the day's {choice.money_per_day:g} {choice.currency} are spent"
    return ""
