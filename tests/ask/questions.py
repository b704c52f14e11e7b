"""The questions of ``questions.toml``: how each is asked, and whether an answer holds what it must."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("questions.toml")
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One question; its fields are told at the head of the file."""

    asks: str
    watch: str
    calls: tuple[tuple[str, Mapping[str, Any]], ...]
    items: str
    holds: Mapping[str, Any]
    quotes: str
    sql: str
    sql_holds: tuple[str, ...]

    def ask(self, call: Callable[[str, Mapping[str, Any]], Answer]) -> Answer:
        """The answer to its last call; ``call`` takes a tool and its arguments."""
        answers: list[Answer] = []
        for tool, arguments in self.calls:
            filled = {name: _filled(value, answers) for name, value in arguments.items()}
            answers.append(call(tool, {"watch": self.watch, **filled}))
        return answers[-1]

    def is_answered_by(self, answer: Answer) -> bool:
        """Whether one of the items that it asks for holds what it must, and the sentence is there."""
        return any(holds(item, self.holds) for item in answer[self.items]) and any(
            self.quotes in citation["quote"] for citation in citations(answer)
        )


def questions() -> tuple[Question, ...]:
    """All of them, in order."""
    return tuple(
        Question(
            **{
                **one,
                "calls": tuple((call["tool"], call["arguments"]) for call in one["calls"]),
                "sql_holds": tuple(one["sql_holds"]),
            }
        )
        for one in tomllib.loads(FILE.read_text("utf-8"))["question"]
    )


def holds(found: Any, wanted: Any) -> bool:
    """Whether ``found`` has what is ``wanted``: of an object each part, of a text the words, else the same value."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(holds(found.get(name), one) for name, one in wanted.items())
    if isinstance(wanted, str):
        return isinstance(found, str) and wanted in found
    return bool(found == wanted)


def citations(answer: Any) -> Iterator[Answer]:
    """Each citation in an answer."""
    if isinstance(answer, Mapping):
        if "quote" in answer:
            yield answer
        for one in answer.values():
            yield from citations(one)
    elif isinstance(answer, list):
        for one in answer:
            yield from citations(one)


def _filled(value: Any, answers: Sequence[Answer]) -> Any:
    """``value``; where it is ``$1.rows.0.change_id``, that part of the first answer."""
    if not (isinstance(value, str) and value.startswith("$")):
        return value
    number, *path = value[1:].split(".")
    found: Any = answers[int(number) - 1]
    for step in path:
        found = found[int(step)] if isinstance(found, list) else found[step]
    return found
