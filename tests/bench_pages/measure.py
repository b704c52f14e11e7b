"""How well pages become text, on 181 real news pages with their article bodies.

The measure is that of the public article extraction benchmark from which the pages come: for each
page, the multiset of word 4-grams of the text against the ground truth's; precision and recall are
averaged over pages, and F1 is made of the averages. Run as ``python -m tests.bench_pages.measure``.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from pipeline.model import Precision
from pipeline.model.errors import ContentError
from pipeline.pages.extract import extract_page

_SEEN = datetime(2026, 1, 1, tzinfo=UTC)
_WORD = re.compile(r"\w+", re.UNICODE)


@dataclass(frozen=True)
class Score:
    """Averages over pages, and the pages that were refused with their reasons."""

    pages: int
    precision: float
    recall: float
    refused: dict[str, str]
    by_page: dict[str, tuple[float, float]]
    seconds: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def pages_folder() -> Path | None:
    """The folder of shared pages: under MISSIONWATCH_SHARED, or beside the checkout; None if absent."""
    shared = Path(os.environ.get("MISSIONWATCH_SHARED") or Path(__file__).resolve().parents[3] / "shared")
    return shared / "pages" if (shared / "pages" / "ground-truth.json").exists() else None


def measure(folder: Path) -> Score:
    truth = json.loads((folder / "ground-truth.json").read_text("utf-8"))
    by_page: dict[str, tuple[float, float]] = {}
    refused: dict[str, str] = {}
    started = perf_counter()
    for name, gold in truth.items():
        body = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
        text = ""
        try:
            text = extract_page(
                body,
                content_type="text/html",
                url=gold["url"],
                feed_published=None,
                feed_precision=Precision.TIME,
                seen_at=_SEEN,
            ).text
        except ContentError as error:
            refused[name] = str(error)
        by_page[name] = compare(gold["articleBody"], text)
    precision = sum(p for p, _ in by_page.values()) / len(by_page)
    recall = sum(r for _, r in by_page.values()) / len(by_page)
    return Score(len(truth), precision, recall, refused, by_page, perf_counter() - started)


def compare(gold: str, text: str) -> tuple[float, float]:
    """Precision and recall of the 4-grams of ``text``; two empty texts agree."""
    expected, found = grams(gold), grams(text)
    common = (expected & found).total()
    precision = common / found.total() if found else float(not expected)
    recall = common / expected.total() if expected else float(not found)
    return precision, recall


def grams(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    if 0 < len(words) < 4:
        return Counter([tuple(words)])
    return Counter(tuple(words[i : i + 4]) for i in range(len(words) - 3))


def report(score: Score) -> str:
    worst = sorted(score.by_page, key=lambda n: sum(score.by_page[n]))[:8]
    lines = [
        f"{score.pages} pages, {score.pages / score.seconds:.0f} pages/s",
        f"F1 {score.f1:.3f}  precision {score.precision:.3f}  recall {score.recall:.3f}",
        f"refused: {len(score.refused)}",
        *(f"  {reason}" for reason in score.refused.values()),
        "worst:",
        *(f"  {n[:12]} precision {score.by_page[n][0]:.2f} recall {score.by_page[n][1]:.2f}" for n in worst),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    where = pages_folder()
    if where is None:
        sys.exit("The shared pages are not here: set MISSIONWATCH_SHARED to the folder that holds pages/.")
    print(report(measure(where)))
