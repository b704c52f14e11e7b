"""The sets that the measure stands on: dev keeps the rules, sealed is closed, and both are whole."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from tests.judgement.checks import shared, wrong
from tests.judgement.dev import DEV, missions
from tests.judgement.sealed import SEALED
from tests.judgement.second import pairs
from training.agreement import kappa
from training.corpus import missions as corpus
from training.gold_file import GoldMission

DEV_MISSIONS = missions()
KINDS = {"unnamed": 2, "renamed": 1, "naval": 1, "civilian": 1}  # so many of each half at least


def test_there_are_six_dev_missions_and_six_sealed_ones() -> None:
    assert len(DEV_MISSIONS) == 6
    assert len(list(SEALED.glob("s*.txt.xz"))) == 6


@pytest.mark.parametrize("mission", DEV_MISSIONS, ids=lambda mission: mission.name)
def test_a_dev_mission_keeps_the_rules_of_a_set(mission: GoldMission) -> None:
    assert [problem for problem in wrong(mission) if not problem.startswith("no event of")] == []


@pytest.mark.parametrize("kind", KINDS)
def test_dev_has_missions_of_each_kind(kind: str) -> None:
    assert sum(kind in mission.flags for mission in DEV_MISSIONS) >= KINDS[kind]


def test_no_dev_mission_shares_six_words_in_a_row_with_the_corpus() -> None:
    texts = [f"{a.title}\n{a.text}" for held in corpus() for a in (held.baseline, *held.articles)]
    assert {mission.name: shared(mission, texts) for mission in DEV_MISSIONS if shared(mission, texts)} == {}


def test_the_sealed_missions_are_stored_compressed() -> None:
    for path in SEALED.glob("*.xz"):
        assert path.read_bytes()[:6] == b"\xfd7zXZ\x00"
        assert lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(path.read_bytes(), max_length=0) == b""
    assert not list(SEALED.glob("*.txt"))


@pytest.mark.parametrize(("question", "at_least"), [("news", 0.8), ("kind", 0.8), ("slot", 0.8), ("stage", 0.75)])
def test_two_who_label_dev_apart_agree(question: str, at_least: float) -> None:
    found = pairs(DEV_MISSIONS, Path(DEV, "second.tsv"))[question]
    assert len(found) > 100
    assert kappa(found)[1] >= at_least
