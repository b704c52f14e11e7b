"""Print the figures of the three missions: ``python -m tests.bench [--show fp|fn|dup] [--update-docs]``."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from pipeline.lab.bench import AT_ONCE, Kind, Table, as_text, page, reliability_tables, summary_tables
from pipeline.lab.bench.figures import cause, measure_one
from pipeline.reading.embedded import EncodedReader

from .missions import MISSIONS, ROOT, drafted_from, gold, keywords_f1, measured
from .quality import QUALITY, honest_tables, updated
from .speed import mixed_speed

SHARED = Path(os.environ.get("MISSIONWATCH_SHARED") or ROOT.parent / "shared")
PAGE = ROOT / "build" / "bench.html"


def main() -> None:
    """Print the tables, write the error browser, and do what else is asked."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="The watch as drafted from one article, unreviewed."
    )
    parser.add_argument("--show", choices=("fp", "fn", "dup"), help="print these rows too: false, missed, told twice")
    parser.add_argument(
        "--update-docs", action="store_true", help=f"write the figures into {QUALITY.relative_to(ROOT)}"
    )
    asked = parser.parse_args()
    missions = measured()
    tables = summary_tables(missions, at_once=AT_ONCE)
    tables[0] = _beside(tables[0])
    print("\n\n".join(map(as_text, [*tables, *honest_tables(), reliability_tables(missions)[-1]])))
    articles, seconds = sum(len(m.run.articles) for m in missions), sum(m.run.seconds for m in missions)
    print(f"\n{articles / seconds:.0f} articles/s, all about the mission, read and compared, on one core")
    print(f"{mixed_speed():.0f} articles/s where one in twenty is about the mission")
    seed = SHARED / "seeds" / "haiti-2025-08-24.txt"
    if seed.is_file():
        real = measure_one(gold("haiti"), drafted_from(seed.read_text("utf-8"), "haiti"), EncodedReader())
        print(f"haiti from the seed article itself: aspect F1 {real.everything.aspect.f1:.3f}")
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(missions, at_once=AT_ONCE), "utf-8")
    print(f"error browser: {PAGE.relative_to(ROOT)}")
    if asked.show:
        _show(asked.show)
    if asked.update_docs:
        QUALITY.write_text(updated(QUALITY.read_text("utf-8"), missions), "utf-8")
        print(f"written: {QUALITY.relative_to(ROOT)}")


def _beside(table: Table) -> Table:
    """``table`` with the keyword yardstick's F1 beside the reader's."""
    f1 = [keywords_f1(mission) for mission in MISSIONS]
    cells = [*f1, sum(f1) / len(f1)]
    rows = tuple((*row, f"{cell:.3f}") for row, cell in zip(table.rows, cells, strict=True))
    return Table(table.title, (*table.head, "keywords' aspect F1"), rows)


def _show(what: str) -> None:
    for mission in measured():
        if what == "fn":
            for event in mission.scored.missed:
                found = mission.gold.events[event]
                row = {
                    "event": event,
                    "first_report": mission.scored.reported[event][0],
                    "because": cause(mission, event),
                }
                print(json.dumps({"mission": mission.gold.name, **row, "summary": found.summary}, ensure_ascii=False))
            continue
        for outcome in mission.scored.of(Kind.FALSE if what == "fp" else Kind.DUPLICATE):
            print(json.dumps({"mission": mission.gold.name, **outcome.told._asdict()}, ensure_ascii=False))


if __name__ == "__main__":
    main()
