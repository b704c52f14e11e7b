"""Measure the engine on the sealed missions: ``make sealed``, which is ``python -m tests.judgement.sealed``.

Their texts are stored compressed and are opened here alone, in memory and in a folder that is gone afterwards. Printed
are totals a mission and the runs of words that they share with training; each run is appended to the log beside them.
Nobody who builds the engine reads more: what has been looked at while building is a regression test, not a measure.
"""

from __future__ import annotations

import argparse
import csv
import lzma
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean

from pipeline.lab.bench import Kind, Score, as_text
from training.corpus import contrasts
from training.corpus import missions as corpus
from training.gold_file import GoldMission, load
from training.typed import missions as typed_corpus

from .checks import RUN, counts, shared, wrong
from .dev import KEYWORDS, ROOT
from .dev import missions as dev
from .engines import NAMES
from .figures import by_keywords, grades_table, interval_table, measure, sure_table, typed_table

SEALED = ROOT / "tests" / "sealed"
LOG = SEALED / "log.csv"
COLUMNS = ("date", "commit", "engine", "mission", "events", "alerts")
FIGURES = ("aspect_f1", "aspect_precision", "aspect_recall", "exact_f1", "loose_f1", "duplicates", "from_irrelevant")


def missions(folder: Path = SEALED) -> list[GoldMission]:
    """The sealed missions, opened: by the names of their files, which tell nothing of them."""
    return [
        load(lzma.decompress(path.read_bytes()).decode("utf-8"), path.name.removesuffix(".txt.xz"))
        for path in sorted(folder.glob("*.txt.xz"))
    ]


def other_texts() -> Iterator[str]:
    """What is trained on, or may be looked at: the corpus, the contrasts, dev, the bench."""
    for mission in (*corpus(), *typed_corpus()):
        for article in (mission.baseline, *mission.articles):
            yield f"{article.title}\n{article.text}"
    for single in contrasts():
        yield single.text
    for held in dev():
        for text in (held.baseline, *held.articles):
            yield f"{text.title}\n{text.text}"
    for path in sorted((ROOT / "tests" / "bench").glob("*/articles.jsonl")):
        yield path.read_text("utf-8").replace('", "', "\n").replace("\\n", "\n")


def log_rows(engine: str, rows: Sequence[tuple[str, Score]], *, day: str, commit: str) -> list[dict[str, str]]:
    """The rows of the log that one engine's run makes, the mean last."""
    out = []
    for name, scored in rows:
        values = [
            scored.grade("aspect").f1,
            scored.grade("aspect").precision,
            scored.grade("aspect").recall,
            scored.grade("exact").f1,
            scored.grade("loose").f1,
            float(len(scored.of(Kind.DUPLICATE))),
            float(scored.false_where().get("irrelevant article", 0)),
        ]
        out.append((name, len(scored.reported), scored.counted, values))
    means = [fmean(column) for column in zip(*(values for *_, values in out), strict=True)]
    out.append(("mean", sum(row[1] for row in out), sum(row[2] for row in out), means))
    return [
        dict(zip(COLUMNS, (day, commit, engine, name, str(events), str(alerts)), strict=True))
        | {figure: f"{value:.3f}" for figure, value in zip(FIGURES, values, strict=True)}
        for name, events, alerts, values in out
    ]


def append(rows: Sequence[dict[str, str]], path: Path = LOG) -> None:
    """Append ``rows`` to the log, with its head where it is new."""
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, (*COLUMNS, *FIGURES), lineterminator="\n")
        if new:
            writer.writeheader()
        writer.writerows(rows)


def main() -> int:
    """Open, measure, print the totals, log."""
    parser = argparse.ArgumentParser(description="Measure the engine on the sealed missions, and log it.")
    parser.add_argument("--reader", choices=(*NAMES, KEYWORDS, "all"), default="shipped")
    parser.add_argument("--note", default="", help="a word for the log beside the commit, such as an issue's number")
    asked = parser.parse_args()
    if os.environ.get("CI"):
        print("The sealed missions are not opened in CI: what is measured often is tuned on.", file=sys.stderr)
        return 2
    held = missions()
    if not held:
        print(f"No sealed mission in {SEALED}.", file=sys.stderr)
        return 2
    texts = list(other_texts())
    for mission in held:
        broken, runs = len(list(wrong(mission))), shared(mission, texts)
        print(counts(mission))
        print(
            f"  runs of {RUN} words shared with training, dev and bench: {len(runs)}; rules of a set broken: {broken}"
        )
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=9"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    commit = " ".join(filter(None, (git.stdout.strip() or "unknown", asked.note)))
    day = datetime.now(UTC).date().isoformat()  # noqa: TID251 - the log tells when it was
    for engine in (*NAMES, KEYWORDS) if asked.reader == "all" else (asked.reader,):
        if engine == KEYWORDS:
            rows, further = [(mission.name, scored) for mission, scored in by_keywords(held)], []
        else:
            measured = measure(held, engine)
            rows = [(one.held.name, one.mission.scored) for one in measured]
            further = [sure_table(measured), typed_table(measured, totals=True)]
        print("\n" + "\n\n".join(map(as_text, (grades_table(engine, rows), interval_table(rows), *further))))
        append(log_rows(engine, rows, day=day, commit=commit))
    print(f"\nlogged: {LOG.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
