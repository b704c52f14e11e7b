"""A language model's recorded answers to the questions of the dev missions, and how they are recorded.

``answers/MODE-MISSION.jsonl`` beside this page holds what a strong reader answered, one question after another, as
``README.md`` there tells. Record another one, with any program or person that writes a file for a file:

    python -m tests.judgement.recorded MISSION --mode read --model NAME --desk FOLDER --to FILE

Each question lies in FOLDER as ``question-N.txt`` and waits for ``answer-N.txt``; what is to be done, which is the same
for all, is ``instructions.txt``.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.lab.backtest import Answers
from pipeline.lab.bench import baseline_watch, load_gold
from pipeline.lab.bench.figures import measure_one
from pipeline.model import ReaderChoice, Watch
from pipeline.reading.embedded import EncodedReader
from pipeline.reading.llm import Ask, Completion, Reply
from pipeline.steps import AskModel
from training.gold_file import load

from . import as_bench

HELD = Path(__file__).with_name("answers")
MODES = ("read", "verify")
LOOK_EVERY = 0.2  # seconds between two looks for an answer


def asking(watch: Watch, mode: str, model: str) -> Watch:
    """``watch`` with a model that reads, or that verifies."""
    choice = ReaderChoice(kind="llm" if mode == "read" else "embedded", verify="" if mode == "read" else "llm")
    return replace(watch, reader=replace(choice, model=model, endpoint="http://127.0.0.1:9/v1"))


def file_of(mode: str, mission: str) -> Path:
    """Where the recorded answers of a mission lie."""
    return HELD / f"{mode}-{mission}.jsonl"


def played(watch: Watch, mode: str, mission: str) -> tuple[Watch, AskModel]:
    """``watch`` with the model that was recorded for ``mission``, and what plays its answers.

    Raises:
        UsageError: there are none, or an answer is missing.
    """
    answers = Answers(file_of(mode, mission))
    return asking(watch, mode, (answers.models or ("nobody",))[0]), answers.play


class Desk:
    """Puts each question into a folder and waits until somebody has laid the answer beside it."""

    def __init__(self, folder: Path, answers: Answers) -> None:
        self._folder, self._answers, self._number = folder, answers, 0

    async def __call__(self, asks: Sequence[Ask]) -> list[Reply]:
        """The answers, in order; all questions lie there at once, and those that are answered already do not."""
        return list(await asyncio.gather(*map(self._one, asks)))

    async def _one(self, ask: Ask) -> Reply:
        if held := self._answers.known_answers([ask.key]):
            return Reply(held[ask.key])
        self._number += 1
        told, material = (content for _, content in ask.messages)
        (self._folder / "instructions.txt").write_text(told, "utf-8")
        place = self._folder / f"answer-{self._number}.txt"
        (self._folder / f"question-{self._number}.txt").write_text(material, "utf-8")
        while not (place.exists() and (content := place.read_text("utf-8")).strip()):  # noqa: ASYNC110 -- no event tells
            await asyncio.sleep(LOOK_EVERY)
        self._answers.keep_answers([(ask, Completion(content, (len(told) + len(material)) // 4, len(content) // 4))])
        return Reply(content)


def main() -> int:
    """Record the answers to a mission's questions; tells no score, so that nobody tunes on it."""
    parser = argparse.ArgumentParser(description="Record a reader's answers to a dev mission's questions.")
    parser.add_argument("mission", type=Path, help="the mission's text file")
    parser.add_argument("--mode", choices=MODES, required=True)
    parser.add_argument("--model", required=True, help="what the reader is called")
    parser.add_argument("--desk", type=Path, required=True, help="an empty folder for questions and answers")
    parser.add_argument("--to", type=Path, required=True, help="the file of answers, which grows")
    asked = parser.parse_args()
    asked.desk.mkdir(parents=True, exist_ok=True)
    held = load(asked.mission.read_text("utf-8"), asked.mission.stem)
    with tempfile.TemporaryDirectory() as folder:
        gold = load_gold(as_bench.write(held, Path(folder)))
        watch = asking(baseline_watch(gold), asked.mode, asked.model)
        measure_one(gold, watch, EncodedReader(), ask=Desk(asked.desk, Answers(asked.to)))
    (asked.desk / "finished.txt").write_text("There are no more questions.\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
