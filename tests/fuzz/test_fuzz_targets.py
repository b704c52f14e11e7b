"""The targets of ``make fuzz``, briefly: their seeds, and what hypothesis makes of bytes and of the seeds."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS


@cache
def seeds(name: str) -> list[bytes]:
    """Those of a target, made once and not before a test asks: the zoo's feeds take a second, even the small ones."""
    return TARGETS[name].seeds()


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_seeds(name: str) -> None:
    assert len(seeds(name)) >= 4
    for seed in seeds(name):
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", ["feed", "page", "dates"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_target_takes_any_bytes_and_damaged_seeds(name: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(seeds(name)))
    at = data.draw(st.integers(0, len(seed)))

    TARGETS[name].run(data.draw(st.binary(max_size=60)))
    TARGETS[name].run(seed[:at] + data.draw(st.binary(max_size=12)) + seed[at + data.draw(st.integers(0, 9)) :])
