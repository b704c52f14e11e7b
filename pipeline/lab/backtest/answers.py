"""A language model's answers in a file, so that a figure can be made again without the model: a JSON line each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from pipeline.model.errors import UsageError
from pipeline.reading.llm import PROMPT_VERSION, Ask, Completion, Reply

MAX_LINE = 400_000  # characters of one answer's line


@dataclass(frozen=True, slots=True)
class _Answer:
    model: str
    content: str


class Answers:
    """What models answered, by the question: held in a file, which grows where answers are kept.

    It is a cache for :class:`pipeline.fetch.chat.Chat`, and plays the answers without a model as :meth:`play`.

    Args:
        path: the file; what it holds is read, where it is there.

    Raises:
        UsageError: it can't be read, or a line is no answer; names the line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: dict[UUID, _Answer] = _load(path) if path.exists() else {}

    @property
    def models(self) -> tuple[str, ...]:
        """The models whose answers are there, the first first."""
        return tuple(dict.fromkeys(answer.model for answer in self._held.values()))

    def known_answers(self, keys: Sequence[UUID]) -> Mapping[UUID, str]:
        """The answers to these questions that are there."""
        return {key: self._held[key].content for key in keys if key in self._held}

    def keep_answers(self, answers: Sequence[tuple[Ask, Completion]]) -> None:
        """Add answers to the file.

        Raises:
            UsageError: it can't be written.
        """
        lines = []
        for ask, completion in answers:
            self._held[ask.key] = _Answer(ask.model, completion.content)
            row = {"key": str(ask.key), "form": ask.form, "about": str(ask.about), "prompt": PROMPT_VERSION}
            row |= {"model": ask.model, "tokens_in": completion.tokens_in, "tokens_out": completion.tokens_out}
            lines.append(json.dumps({**row, "content": completion.content}, ensure_ascii=False) + "\n")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.writelines(lines)
        except OSError as error:
            raise UsageError(
                f"{self.path} can't be written: {error.strerror}.", remedy="Name another file with --record."
            ) from error

    async def play(self, asks: Sequence[Ask]) -> list[Reply]:
        """The answers to ``asks``, in their order.

        Raises:
            UsageError: one of them is not there; says about what.
        """
        for ask in asks:
            if ask.key not in self._held:
                raise UsageError(
                    f"{self.path} has no answer of {ask.model!r} to the question '{ask.form}' (prompt "
                    f"{PROMPT_VERSION}) about {ask.about}.",
                    remedy="Record it anew with --model URL --record FILE, or play it on the articles it is of.",
                )
        return [Reply(self._held[ask.key].content) for ask in asks]


def _load(path: Path) -> dict[UUID, _Answer]:
    held: dict[UUID, _Answer] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: can't be read as UTF-8 text: {error}", remedy="Give a file of --record.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            if len(line) > MAX_LINE:
                raise ValueError(f"the line has over {MAX_LINE:,} characters")
            row = json.loads(line)
            held[UUID(row["key"])] = _Answer(str(row["model"]), str(row["content"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f"{path}:{number}: is no recorded answer: {error!r}", remedy="A line has key, model and content."
            ) from error
    return held
