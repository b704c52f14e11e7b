"""How far labellers agree: ``python -m training.agreement``.

``training/second/`` holds articles that were labelled again, by somebody who had not seen the first
labels; ``training/agreement.tsv`` holds sixty hard sentences that three writers labelled apart by the
guide. Printed are raw agreement and Cohen's kappa (Cohen 1960, "A coefficient of agreement for
nominal scales"): news or not, the kind of sentence, and aspect or slot and stage where both see a claim.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

from training.corpus import Line, load_second, missions

SECOND = Path(__file__).parent / "second"
HARD = Path(__file__).parent / "agreement.tsv"
WRITERS = 3


def kappa(pairs: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Raw agreement and Cohen's kappa of paired labels; 0 and 0 for none."""
    if not pairs:
        return 0.0, 0.0
    agreed = sum(a == b for a, b in pairs) / len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[label] * second[label] for label in first) / len(pairs) ** 2
    return agreed, (agreed - chance) / (1 - chance) if chance < 1 else 1.0


def main() -> int:
    """Print the agreement; 1 where there is nothing to compare."""
    held = {article.article: article for mission in missions() for article in mission.articles}
    news, kinds, aspects, stages, articles = [], [], [], [], 0
    for name, lines in load_second(SECOND):
        if name not in held:
            print(f"{name}: no such article any more")
            continue
        first = held[name].lines
        if [line.text for line in first] != [line.text for line in lines]:
            print(f"{name}: the texts differ; left out")
            continue
        articles += 1
        for mine, theirs in zip(first, lines, strict=True):
            a, b = _kind(mine), _kind(theirs)
            kinds.append((a, b))
            news.append((str(a == "news"), str(b == "news")))
            if mine.said and theirs.said:
                pairs = {(s.aspect, s.stage) for s in theirs.said}
                best = next((s for s in mine.said if (s.aspect, s.stage) in pairs), mine.said[0])
                other = best if (best.aspect, best.stage) in pairs else theirs.said[0]
                aspects.append((best.aspect.value, other.aspect.value))
                stages.append((best.stage.value, other.stage.value))
    print(f"{articles} articles, {len(kinds)} sentences labelled twice")
    for title, pairs in (("news or not", news), ("kind", kinds), ("aspect", aspects), ("stage", stages)):
        agreed, corrected = kappa(pairs)
        print(f"  {title:12} {len(pairs):5} pairs  agreement {agreed:.3f}  kappa {corrected:.3f}")
    print(f"{len(labels(HARD))} hard sentences labelled apart by {WRITERS} writers")
    for one, other in combinations(range(WRITERS), 2):
        for title, pairs in hard_pairs(HARD, one, other).items():
            agreed, corrected = kappa(pairs)
            told = f"agreement {agreed:.3f}  kappa {corrected:.3f}"
            print(f"  {one + 1} and {other + 1}, {title:6} {len(pairs):3} pairs  {told}")
    return int(not articles)


def labels(path: Path) -> list[tuple[str, ...]]:
    """The labels of each hard sentence, a column a writer: kind, slot and stage, parted by spaces."""
    rows = (line.split("\t") for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return [tuple(row[2 : 2 + WRITERS]) for row in rows]


def hard_pairs(path: Path, one: int, other: int) -> dict[str, list[tuple[str, str]]]:
    """The paired labels of two writers, by question; slot and stage where both see a fact."""
    pairs = [(row[one].split(), row[other].split()) for row in labels(path)]
    both = [(a, b) for a, b in pairs if len(a) == len(b) == len(("kind", "slot", "stage"))]
    return {
        "news": [(str(a[0] == "N"), str(b[0] == "N")) for a, b in pairs],
        "kind": [(a[0], b[0]) for a, b in pairs],
        "slot": [(a[1], b[1]) for a, b in both],
        "stage": [(a[2], b[2]) for a, b in both],
    }


def _kind(line: Line) -> str:
    return {"N": "news", "n": "news", "B": "background"}.get(line.kind, line.kind)


if __name__ == "__main__":
    sys.exit(main())
