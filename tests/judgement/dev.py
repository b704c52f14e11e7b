"""Measure the engine on the dev missions: ``python -m tests.judgement.dev [--reader NAME] [--only MISSION]``.

Each watch is drafted from one article and used unreviewed. Words, thresholds and prompts may be chosen on these
figures, with missions left out; they are no measure of quality: that is ``make sealed``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline.lab.bench import AT_ONCE, Table, as_text, page
from training.gold_file import GoldMission, load

from .engines import NAMES
from .figures import (
    by_identity,
    by_keywords,
    grades_table,
    interval_table,
    measure,
    miss_tables,
    sure_table,
    typed_table,
)
from .recorded import MODES

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "tests" / "dev"
KEYWORDS, IDENTITY = "keywords", "identity"


def missions(folder: Path = DEV) -> list[GoldMission]:
    """The dev missions, in the order of their files' names."""
    return [load(path.read_text("utf-8"), path.stem) for path in sorted(folder.glob("*.txt"))]


def tables(held: list[GoldMission], engine: str) -> list[Table]:
    """All tables of one engine."""
    if engine in (KEYWORDS, IDENTITY):
        scored = by_keywords(held) if engine == KEYWORDS else by_identity(held)
        return [grades_table(engine, [(mission.name, one) for mission, one in scored])]
    measured = measure(held, engine)
    rows = [(one.held.name, one.mission.scored) for one in measured]
    place = ROOT / "build" / f"dev-{engine}.html"
    place.parent.mkdir(exist_ok=True)
    place.write_text(page([one.mission for one in measured], at_once=AT_ONCE), "utf-8")
    return [
        grades_table(engine, rows),
        interval_table(rows),
        sure_table(measured),
        typed_table(measured),
        *miss_tables(measured),
    ]


def main() -> int:
    """Print the tables and write the page of errors."""
    parser = argparse.ArgumentParser(description="Measure the engine on the dev missions.")
    parser.add_argument("--reader", choices=(*NAMES, KEYWORDS, IDENTITY, *MODES, "all"), default="shipped")
    parser.add_argument("--only", metavar="MISSION", action="append", help="these missions alone")
    asked = parser.parse_args()
    held = [mission for mission in missions() if not asked.only or mission.name in asked.only]
    if not held:
        print(f"No such mission in {DEV}.", file=sys.stderr)
        return 2
    chosen = (*NAMES, KEYWORDS, IDENTITY) if asked.reader == "all" else (asked.reader,)
    for engine in chosen:
        found = tables(held, engine)
        print("\n\n".join(map(as_text, found if len(chosen) == 1 else found[:2])), end="\n\n")
        if engine in (*NAMES, *MODES):
            print(f"errors: build/dev-{engine}.html\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
