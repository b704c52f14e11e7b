"""Check the corpus: balance, leakage from the bench, duplicates, forbidden names: ``python -m training.checks``.

Exit code 1 where something is wrong; the counts are the data card's (``training/README.md``).
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.model import Aspect, Stage
from training import typed
from training.corpus import Mission, contrasts, missions

DEV = Path(__file__).parents[1] / "tests" / "dev"
BENCH = Path(__file__).parents[1] / "tests" / "bench"
SHARED_WORDS = 8  # so many words in a row in two texts are no chance
WORD = re.compile(r"\w+")
# The bench's missions and those of 2023 and later must stay unseen.
FORBIDDEN = re.compile(
    r"\b(?:Haiti\w*|Somali\w*|Mogadishu|Leban\w+|Beirut|MSS|GSF|ATMIS|AUSSOM|AMISOM|UNIFIL|UNSOS|BINUH|UNDOF|202[3-9])\b"
)


def grams(text: str, size: int = SHARED_WORDS) -> Iterator[tuple[str, ...]]:
    """The runs of ``size`` words of ``text``, in lower case."""
    words = [word.lower() for word in WORD.findall(text)]
    return zip(*(words[n:] for n in range(size)), strict=False)


def bench_texts() -> Iterator[str]:
    """Titles and texts of the articles and baselines of the bench and of the dev missions."""
    for path in sorted(BENCH.glob("*/articles.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield f"{row['title']}\n{row['text']}"
    for path in sorted(BENCH.glob("*/baseline.txt")):
        yield path.read_text("utf-8")
    for mission in typed.missions(DEV):
        for labelled in (mission.baseline, *mission.articles):
            yield f"{labelled.title}\n{labelled.text}"


def leaks(texts: Iterable[str]) -> list[str]:
    """The runs of words that ``texts`` share with the bench, apart from what any two texts of the field share."""
    bench = {gram for text in bench_texts() for gram in grams(text)}
    return sorted({" ".join(gram) for text in texts for gram in grams(text) if gram in bench})


def repeated(held: list[Mission]) -> list[str]:
    """Sentences of eight words and more that stand twice in the corpus, twins apart."""
    seen: Counter[str] = Counter(
        line.text
        for mission in held
        for article in mission.articles
        if article.kind != "twin"
        for line in article.lines
        if len(line.text.split()) >= SHARED_WORDS
    )
    seen.update(sentence.text for sentence in contrasts())
    return sorted(text for text, times in seen.items() if times > 1)


def main() -> int:
    """Print the counts and what is wrong; the exit code."""
    held, singles = [*missions(), *typed.missions()], contrasts()
    articles = [article for mission in held for article in mission.articles]
    lines = [line for article in articles for line in article.lines]
    kinds = Counter(article.kind for article in articles)
    print(f"missions {len(held)} ({sum(m.head.get('real') == 'yes' for m in held)} real), articles {len(articles)}")
    print(f"  by kind: {dict(kinds.most_common())}")
    print(f"  words an article: {sum(len(line.text.split()) for line in lines) / len(articles):.0f} on average")
    print(f"sentences {len(lines)}: {dict(Counter(line.kind for line in lines).most_common())}")
    print(f"events {sum(len(m.events) for m in held)}, contrasting sentences {len(singles)}")
    said = Counter((s.aspect, s.stage) for line in (*lines, *singles) for s in line.said)
    print(f"{'':14}" + "".join(f"{stage.value:>11}" for stage in Stage))
    for aspect in Aspect:
        print(f"{aspect.value:14}" + "".join(f"{said[aspect, stage]:>11}" for stage in Stage))
    texts = [f"{a.title}\n{a.text}" for a in articles] + [m.baseline.text for m in held] + [s.text for s in singles]
    wrong = {
        f"runs of {SHARED_WORDS} words shared with the bench": leaks(texts),
        "sentences that stand twice": repeated(held),
        "forbidden names": sorted({m.group() for text in texts for m in FORBIDDEN.finditer(text)}),
    }
    for name, found in wrong.items():
        print(f"{name}: {len(found)}" + "".join(f"\n    {item[:140]}" for item in found[:20]))
    return int(any(wrong.values()))


if __name__ == "__main__":
    sys.exit(main())
