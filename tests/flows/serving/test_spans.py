"""How often, as a person writes it."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from flows.run.request import WatchRequest
from flows.serving.deployments import parameters_of, planned
from flows.serving.intervals import Span, spell_interval


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("5", 5.0), ("0", 0.0), ("90s", 1.5), ("30 sec", 0.5), ("2m", 2.0), ("1h", 60.0), ("1440", 1440.0)],
)
def test_a_plain_number_is_minutes_and_a_unit_may_follow(written: str, minutes: float) -> None:
    assert Span().convert(written, None, None) == minutes


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("4s", "'4s' is not between 5 seconds and a day, nor 0 for none"),
        ("25h", "'25h' is not between 5 seconds and a day"),
        ("soon", "'soon' is no span of time. Write minutes, or a number and s, m or h: 5, 10s, 1h"),
        ("-5", "'-5' is no span of time"),
    ],
)
def test_what_can_not_be_an_interval_is_refused_with_what_to_write(written: str, said: str) -> None:
    with pytest.raises(click.BadParameter, match=said):
        Span().convert(written, None, None)


@pytest.mark.parametrize(
    ("minutes", "words"), [(1 / 6, "10 seconds"), (1, "1 minute"), (1.5, "90 seconds"), (15, "15 minutes")]
)
def test_an_interval_is_told_in_words(minutes: float, words: str) -> None:
    assert spell_interval(minutes) == words


def test_ten_seconds_are_ten_seconds_in_the_schedule() -> None:
    (poll,) = (
        plan
        for plan in planned("haiti", every=15, poll_every=Span().convert("10s", None, None))
        if 0 < plan.every < 900
    )

    assert (poll.flow.name, poll.every) == ("poll", 10)
    assert 0 <= poll.offset < 10


@pytest.mark.parametrize(("poll_every", "going"), [(5, {"poll", "collect", "assess"}), (0, set())])
def test_steps_go_on_by_themselves_where_polls_are_on_a_schedule(poll_every: float, going: set[str]) -> None:
    request = WatchRequest(folder=Path("/watches/haiti"), data_dir=Path("/data"))
    plans = planned("haiti", every=15, poll_every=poll_every)

    assert {plan.flow.name for plan in plans if parameters_of(plan, request).get("go_on")} == going
