"""Texts made to be slow are read in bounded time."""

from __future__ import annotations

import time

import pytest
from worlds import a_watch, an_article

from pipeline.reading.embedded import EncodedReader

UNIT = (
    "'’-",
    "the mission ",
    "A B (",
    "10,",
    "Mission in ",
    "of the ",
    "(((((",
    "General Ab ",
    "will be ",
    "RAM, the ",
)


@pytest.mark.parametrize("unit", UNIT)
def test_a_text_of_one_repeated_piece_is_read_in_bounded_time(unit: str) -> None:
    text = "The mission in Ruritania. " + unit * (100_000 // len(unit))
    begun = time.perf_counter()
    EncodedReader().read(an_article(text), a_watch())
    assert time.perf_counter() - begun < 3.0
