"""Print what the reader makes of each mission: ``python -m tests.bench [--show fp|fn|dup]``."""

from __future__ import annotations

import argparse
import json

from .missions import MISSIONS, measured

HEAD = (
    "mission",
    "alerts",
    "events",
    "loose F1",
    "aspect F1",
    "exact F1",
    "precision",
    "recall",
    "dup",
    "false",
    "irrelevant",
    "ms/article",
    "keywords F1",
)


def main() -> None:
    """Print the table, and the rows of one kind of error where asked."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="The watch as drafted from one article, unreviewed."
    )
    parser.add_argument("--show", choices=("fp", "fn", "dup"), help="print these rows too")
    show = parser.parse_args().show
    rows, held = [], {}
    for mission in MISSIONS:
        figures = held[mission] = measured(mission)
        rows.append(
            (
                mission,
                figures["predictions"],
                figures["events_reported"],
                figures["loose"]["f1"],
                figures["aspect"]["f1"],
                figures["exact"]["f1"],
                figures["aspect"]["precision"],
                figures["aspect"]["recall"],
                figures["duplicates"],
                figures["false"],
                figures["false_where"].get("irrelevant article", 0),
                round(figures["seconds"] * 1000, 1),
                figures["keywords"],
            )
        )
    averages = [round(sum(row[i] for row in rows) / len(rows), 3) for i in range(1, len(HEAD))]
    for row in (HEAD, *rows, ("average", *averages)):
        print("  ".join(f"{cell!s:>11}" for cell in row))
    for mission, figures in held.items() if show else ():
        for row in figures["_rows"][show]:
            print(json.dumps({"mission": mission, **row}, ensure_ascii=False))


if __name__ == "__main__":
    main()
