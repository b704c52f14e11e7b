"""Label a twentieth of the articles a second time: ``python -m tests.judgement.second draw|compare FILE ...``.

``draw`` prints every twentieth article of each gold file without its labels, a line a sentence, for somebody who has
not seen them. ``compare`` holds what came back against the gold and prints Cohen's kappa for each question. The
second labels are one line a sentence: mission-article, number of the sentence, kind, slot and stage, parted by tabs.
"""

from __future__ import annotations

import argparse
import lzma
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from training.agreement import kappa
from training.gold_file import GoldMission, GoldText, load

EVERY = 20


def opened(path: Path) -> GoldMission:
    """The mission in ``path``, a text file or one that is compressed."""
    name = path.name.removesuffix(".xz").removesuffix(".txt")
    return load(_text(path), name)


def drawn(mission: GoldMission) -> list[GoldText]:
    """Every twentieth article of ``mission``, from its eighth on, twins left out."""
    own = [article for article in mission.articles if not article.twin_of]
    return own[7::EVERY]


def unlabelled(mission: GoldMission) -> Iterator[str]:
    """The drawn articles without labels, each with what was known before."""
    yield f"# {mission.name}: {mission.head.get('title', '')}"
    yield f"baseline of {mission.baseline.published:%d %b %Y}: {mission.baseline.text}".replace("\n", " ")
    for article in drawn(mission):
        earlier = [a for a in mission.articles if a.published < article.published]
        known = [f.summary for f in mission.events if any(_tells(a, f.name) for a in earlier)]
        yield f"\n== {mission.name}-{article.name} | {article.published:%d %b %Y} | {article.outlet} | {article.title}"
        yield f"told by earlier articles: {'; '.join(known[-12:])}"
        for number, sentence in enumerate(article.sentences, start=1):
            yield f"{number}\t{sentence.text}"


def pairs(missions: Iterable[GoldMission], second: Path) -> dict[str, list[tuple[str, str]]]:
    """The paired labels by question: news, kind, and slot and stage where both see a fact."""
    rows = [line.split("\t") for line in _text(second).splitlines() if line.strip() and line[0] != "#"]
    given = {(row[0], int(row[1])): [*row[2:], "", ""][:3] for row in rows}
    out: dict[str, list[tuple[str, str]]] = {"news": [], "kind": [], "slot": [], "stage": []}
    for mission in missions:
        for article in drawn(mission):
            for number, sentence in enumerate(article.sentences, start=1):
                if (label := given.get((f"{mission.name}-{article.name}", number))) is None:
                    continue
                kind, slot, stage = label
                out["news"].append((str(sentence.kind in "Nn"), str(kind in "Nn")))
                out["kind"].append((sentence.kind.upper(), kind.upper()))
                told = [mission.facts[one.fact] for one in sentence.told]
                if told and slot:
                    # A sentence may tell several facts: the one that the second writer has named, if it is there.
                    mine = next((fact for fact in told if fact.slot == slot), told[0])
                    out["slot"].append((mine.slot, slot))
                    out["stage"].append((mine.stage.value, stage))
    return out


def _text(path: Path) -> str:
    raw = path.read_bytes()
    return (lzma.decompress(raw) if path.suffix == ".xz" else raw).decode("utf-8")


def _tells(article: GoldText, name: str) -> bool:
    return any(told.fact == name and told.news for sentence in article.sentences for told in sentence.told)


def main() -> int:
    """Draw, or compare."""
    parser = argparse.ArgumentParser(description="Label a twentieth of the articles a second time.")
    parser.add_argument("what", choices=("draw", "compare"))
    parser.add_argument("files", nargs="+", type=Path, help="gold files, .txt or .txt.xz")
    parser.add_argument("--second", type=Path, help="the second labels, for compare")
    asked = parser.parse_args()
    missions = [opened(path) for path in asked.files]
    if asked.what == "draw":
        print("\n\n".join("\n".join(unlabelled(mission)) for mission in missions))
        return 0
    if asked.second is None:
        parser.error("compare needs --second FILE")
    for question, found in pairs(missions, asked.second).items():
        agreed, corrected = kappa(found)
        print(f"{question:6} {len(found):4} pairs  agreement {agreed:.3f}  kappa {corrected:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
