"""Check gold missions against the rules of a set: ``python -m tests.judgement.checks FILE ... [--sources FOLDER]``.

Prints what each mission holds, then what is wrong; exit code 1 where something is. ``--sources`` names a folder of
texts that a writer read while writing: no run of six words may stand in both. It is the writer's own and is not
committed. Other sets are compared by the same six words: ``--against FILE_OR_FOLDER`` may be given several times.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.bench.score import score
from training.gold_file import SLOTS, GoldError, GoldMission, GoldText, load

from . import as_bench

RUN = 6  # words in a row that two texts may not share
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"\n|(?<=[.!?;:]) ")
# Names and formulas of six words that any two writers share are no copying: they are mostly capitals and figures.
_LOWER = re.compile(r"^[a-zà-ÿ]")
LOWER_WORDS = 4  # of a run's words so many must begin small for it to be prose


def words(text: str) -> list[str]:
    """The words of ``text`` as they stand."""
    return _WORD.findall(text)


def runs(text: str, size: int = RUN) -> Iterator[tuple[str, ...]]:
    """The runs of ``size`` words of each sentence of ``text`` that are prose and no mere name, in lower case."""
    for sentence in _SENTENCE_END.split(text):
        held = words(sentence)
        for i in range(len(held) - size + 1):
            run = held[i : i + size]
            if sum(bool(_LOWER.match(word)) for word in run) >= LOWER_WORDS:
                yield tuple(word.casefold() for word in run)


def texts(mission: GoldMission) -> Iterator[str]:
    """All texts of a mission, twins once."""
    for article in (mission.baseline, *mission.articles):
        if not article.twin_of:
            yield f"{article.title}\n{article.text}"


def shared(mission: GoldMission, others: Iterable[str]) -> list[str]:
    """The runs of six words that ``mission`` shares with ``others``."""
    mine = {run for text in texts(mission) for run in runs(text)}
    return sorted({" ".join(run) for text in others for run in runs(text) if run in mine})


def counts(mission: GoldMission) -> str:
    """What ``mission`` holds, in a few lines."""
    articles = mission.articles
    lengths = sorted(len(article.text.split()) for article in articles)
    kinds = Counter(article.kind for article in articles)
    sentences = Counter(sentence.kind for article in articles for sentence in article.sentences)
    slots = Counter(event.slot for event in mission.events)
    times = Counter(len(_reports(mission, event.name)) for event in mission.events)
    return (
        f"{mission.name}: {len(articles)} articles {dict(kinds)}, words {lengths[0]}-{lengths[-1]},"
        f" median {lengths[len(lengths) // 2]}\n"
        f"  {len(mission.events)} events {dict(slots.most_common())}\n"
        f"  reported by so many articles: {dict(sorted(times.items()))}; sentences {dict(sentences)}"
    )


def wrong(mission: GoldMission) -> Iterator[str]:
    """What breaks the rules of a set."""
    articles, events = mission.articles, mission.events
    if not 40 <= len(articles) <= 60:
        yield f"has {len(articles)} articles; 40 to 60 are wanted"
    if not 35 <= len(events) <= 50:
        yield f"has {len(events)} events; 35 to 50 are wanted"
    for article in articles:
        length = len(article.text.split())
        if not 85 <= length <= 370:
            yield f"article {article.name} has {length} words; 90 to 350 are wanted"
        if article.kind == "irrelevant" and any(sentence.told for sentence in article.sentences):
            yield f"article {article.name} is irrelevant and yet tells a fact"
        if article.kind != "irrelevant" and not article.twin_of and not _about(article):
            yield f"article {article.name} tells nothing of the mission; is it irrelevant?"
    share = sum(article.kind == "irrelevant" for article in articles) / len(articles)
    if not 0.13 <= share <= 0.22:
        yield f"{share:.0%} of the articles are about something else; 15 to 20 % are wanted"
    for event in events:
        told = _reports(mission, event.name)
        if not told:
            yield f"{event.name} is reported by no article"
        elif min(article.published.date().isoformat() for article in told) < event.day[:10]:
            yield f"{event.name} is reported before its day {event.day}"
    missing = sorted(set(SLOTS.values()) - {event.aspect for event in events})
    if missing:
        yield f"no event of {', '.join(missing)}: is that so?"
    order = [article.published for article in articles]
    if order != sorted(order):
        yield "articles do not stand in order of publication"
    if articles and articles[0].published < mission.baseline.published:
        yield "an article is older than the baseline"
    seen = Counter(s.text for a in articles if not a.twin_of for s in a.sentences if len(s.text.split()) >= RUN)
    for text in (text for text, times in seen.items() if times > 1):
        yield f"stands twice: {text[:90]}"
    with tempfile.TemporaryDirectory() as folder:
        found = score(as_bench.write(mission, Path(folder)), as_bench.perfect(mission))
    if found["exact"]["f1"] != 1.0:
        missed = [row["id"] for row in found["_rows"]["fn"]]
        yield f"a perfect prediction scores {found['exact']['f1']}, not 1.0: {missed} {found['duplicates']} duplicates"


def _about(article: GoldText) -> bool:
    return any(sentence.told for sentence in article.sentences)


def _reports(mission: GoldMission, event: str) -> list[GoldText]:
    return [
        article
        for article in mission.articles
        if any(told.news and told.fact == event for sentence in article.sentences for told in sentence.told)
    ]


def _others(paths: Iterable[Path], mine: str) -> Iterator[str]:
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.stem != mine and file.suffix in {".txt", ".md", ".jsonl", ".html"}:
                yield re.sub(r"^(?:[NnB][^\t]*|[X-])\t", "", file.read_text("utf-8", errors="replace"), flags=re.M)


def main() -> int:
    """Print counts and what is wrong; the exit code."""
    parser = argparse.ArgumentParser(description="Check gold missions against the rules of a set.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--sources", type=Path, help="a folder of what the writer read")
    parser.add_argument("--against", type=Path, action="append", default=[], help="a file or folder of other texts")
    asked = parser.parse_args()
    found = 0
    for path in asked.files:
        try:
            mission = load(path.read_text("utf-8"), path.stem)
        except GoldError as error:
            print(f"WRONG {error}")
            found += 1
            continue
        print(counts(mission))
        problems = list(wrong(mission))
        others = [*asked.against, *([asked.sources] if asked.sources else [])]
        problems += [f"six words shared: {run}" for run in shared(mission, _others(others, path.stem))]
        for problem in problems:
            print(f"  WRONG {problem}")
        found += len(problems)
    print(f"{found} wrong")
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
