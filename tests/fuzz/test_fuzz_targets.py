"""The targets of ``make fuzz``, briefly: their seeds, and what hypothesis makes of bytes and of the seeds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_its_seeds(name: str) -> None:
    seeds = TARGETS[name].seeds()

    assert len(seeds) >= 4
    for seed in seeds:
        TARGETS[name].run(seed)


@pytest.mark.parametrize("name", ["feed", "page", "dates"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_target_takes_any_bytes_and_damaged_seeds(name: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(SEEDS[name]))
    at = data.draw(st.integers(0, len(seed)))

    TARGETS[name].run(data.draw(st.binary(max_size=60)))
    TARGETS[name].run(seed[:at] + data.draw(st.binary(max_size=12)) + seed[at + data.draw(st.integers(0, 9)) :])


SEEDS = {name: target.seeds() for name, target in TARGETS.items()}
