"""Poll 2,000 feeds for a month in minutes, and say how it went: ``python -m tests.bench_polling.month``."""

from __future__ import annotations

import argparse
import time

from pipeline.lab.bench import as_text
from tests.bench_polling.simulation import DAYS, FEEDS, simulate
from tests.bench_polling.tables import PAGE, summary, updated


def main() -> None:
    """Simulate, print the tables, and write them into the page where that is asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench_polling.month", description=__doc__)
    parser.add_argument("--feeds", type=int, default=FEEDS)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--update-docs", action="store_true", help=f"write the tables into docs/{PAGE.name}")
    asked = parser.parse_args()
    started = time.monotonic()
    month = simulate(asked.feeds, asked.days)
    print("\n\n".join(map(as_text, summary(month))))
    print(f"\nsimulated in {time.monotonic() - started:.0f} s")
    if asked.update_docs:
        PAGE.write_text(updated(PAGE.read_text("utf-8"), month), "utf-8")
        print(f"written: docs/{PAGE.name}")


if __name__ == "__main__":
    main()
