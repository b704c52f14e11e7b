"""Masks: what is left of a sentence when no name is in it."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.reading import masks, observe

TEXT = "the soldiers of mission will leave in and on them a has with voted council"
COMMON = frozenset(TEXT.split())


def masked(text: str) -> str:
    seen = observe.headline(text, date(2025, 9, 30), frozenset({"Fiji"}))
    return " ".join(observe.tokens_of(seen, frozenset({"Fiji"}), None, COMMON))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Soldiers of Norway will leave Suva.", "soldiers of LAND will leave HOST"),
        ("Zorblat has voted", "NAME has voted"),
        ("The Council voted", "the council voted"),
        ("the MINUZ mission of General Ana Zorblat", "the ACR mission of general NAME"),
        ("1,200 soldiers and 7 of them", "NUM3 soldiers and NUM1 of them"),
        ("the African Union will leave on 12 June 2019", "the ORG will leave on DPAST"),
        ("THE COUNCIL VOTED WITH ZORBLAT", "the council voted with NAME"),
        ("leave in mid-August", "leave in mid DLATE"),
    ],
)
def test_names_figures_and_dates_become_placeholders(text: str, tokens: str) -> None:
    assert masked(text) == tokens


def test_a_long_sentence_is_cut() -> None:
    assert len(masked("leave " * 500).split()) == masks.MAX_TOKENS
