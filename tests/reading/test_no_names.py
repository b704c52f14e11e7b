"""Nothing of the bench's missions stands in the rules: they are data, and any mission can be watched."""

from __future__ import annotations

import re
from pathlib import Path

PIPELINE = Path(__file__).resolve().parents[2] / "pipeline"
ROOMS = ("reading", "board", "alerts", "steps", "watches/drafting", "lab/backtest")
RULES = [path for room in ROOMS for path in sorted((PIPELINE / room).rglob("*.py"))]
NAMES_TEXT = """MSS MSSM MMAS GSF FRG UNSOH BINUH MINUSTAH AUSSOM ATMIS AMISOM UNSOS UNTMIS UNIFIL UNDOF Artibonite
    Kenscoff Ombaka Ruto Guterres Dujarric Rubio Massieu Nzuve Kabiru Landau Anand Waltz Abagnara Naqoura
    Litani Hezbollah Shabaab Muhoozi Museveni Kulayigye Diene Diène Halane Bariire Sabiid Awdheegle Burgabo
    Jubaland Somaliland Kavuma Souef Abdelatty Barrack Ardiel Lázaro Adchit Suppression Ansanm Vectus Jubba Shabelle"""
NAMES = NAMES_TEXT.split()


def test_every_room_of_the_rules_is_looked_at() -> None:
    assert {path.relative_to(PIPELINE).parts[0] for path in RULES} == {room.split("/")[0] for room in ROOMS}


def test_no_name_of_a_bench_mission_stands_in_the_rules() -> None:
    found = [
        f"{path.name}: {name}"
        for path in RULES
        if path.name != "countries.py"
        for name in NAMES
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_country_of_a_bench_mission_stands_outside_the_table_of_countries() -> None:
    words = re.compile(
        r"\b(?:Haiti|Haitian|Somalia|Somali|Mogadishu|Lebanon|Lebanese|Kenya|Kenyan|Uganda|Burundi)\b", re.IGNORECASE
    )
    found = [p.name for p in RULES if p.name != "countries.py" and words.search(p.read_text(encoding="utf-8"))]
    assert found == []
