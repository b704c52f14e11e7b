"""The options of commands that ask a language model beside a watch: which one, how, and from which file of answers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from pipeline.cli.common import settings
from pipeline.fetch.chat import Chat
from pipeline.fetch.post import Poster
from pipeline.lab.backtest import Answers
from pipeline.model import ReaderChoice, Response, Watch
from pipeline.model.errors import FetchError, UsageError
from pipeline.reading.llm import Ask, Completion, Reply
from pipeline.steps import AskModel
from pipeline.watches import reader_choice

F = TypeVar("F", bound=Callable[..., Any])
MODES = ("read", "verify")
MANY, MANY_TOKENS = 100_000, 10**9  # in a file that a person chose, every article is asked about


def model_options(command: F) -> F:
    """Add ``--model``, ``--model-name``, ``--model-mode`` and ``--model-key`` to a command."""
    for option in (
        click.option(
            "--model-key", default="", metavar="env:NAME", help="The environment variable that holds the server's key."
        ),
        click.option(
            "--model-mode",
            type=click.Choice(MODES),
            default="read",
            show_default=True,
            help="read: the model reads the articles. verify: it is asked about what the engine finds.",
        ),
        click.option("--model-name", default="", help="The model's name, as the server knows it."),
        click.option(
            "--model",
            default="",
            metavar="URL",
            help="Ask a language model: the base address of its server, which usually ends in /v1.",
        ),
    ):
        command = option(command)
    return command


def answer_options(command: F) -> F:
    """Add ``--record`` and ``--answers`` to a command."""
    for option in (
        click.option(
            "--answers",
            type=click.Path(path_type=Path, exists=True, dir_okay=False),
            help="Play the answers of such a file instead of asking a model.",
        ),
        click.option(
            "--record",
            type=click.Path(path_type=Path, dir_okay=False),
            help="With --model: keep its answers in this file.",
        ),
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A language model to ask, or answers of one to play.

    Attributes:
        choice: the model and how it is used.
        key: of the server; empty where it wants none.
        held: the answers of a file, to be played or added to.
        plays: whether only the file's answers are played.
    """

    choice: ReaderChoice
    key: str
    held: Answers | None
    plays: bool

    def over(self, watch: Watch) -> Watch:
        """``watch`` with this model."""
        return replace(watch, reader=self.choice)

    def ask(self) -> AskModel:
        """Return what puts the questions, and fails where no answer can be had. It needs no event loop of its own."""
        if self.plays and self.held is not None:
            return self.held.play
        chat = self.chat(patient=True)

        async def ask(asks: Sequence[Ask]) -> Sequence[Reply]:
            replies = await chat.ask(asks)
            if any(reply.away for reply in replies):
                raise self.away(chat, "Start it and try again; what it answered is in the file of --record.")
            return replies

        return ask

    def chat(self, *, patient: bool = False) -> Chat:
        """Make what puts the questions, with its counts. It can be used in one event loop after another.

        Args:
            patient: ask a server that is busy or fails again after a pause, as a run does.
        """
        agent = settings().user_agent

        async def post(payload: bytes) -> Response:
            async with Poster(
                f"{self.choice.endpoint}/chat/completions",
                user_agent=agent,
                key=self.key,
                total=self.choice.timeout_s,
            ) as poster:
                return await poster.post(payload)

        return Chat(self.choice, post, self.held or _Forgets(), pause=asyncio.sleep if patient else None)

    def away(self, chat: Chat, remedy: str) -> FetchError:
        """Return the error of a model that does not answer ``chat``."""
        told = "; ".join(chat.notes)
        return FetchError(
            "model-away", f"The language model at {self.choice.endpoint} does not answer: {told}.", remedy=remedy
        )


class _Forgets:
    """No answers of before, and none kept."""

    def known_answers(self, keys: Sequence[UUID]) -> Mapping[UUID, str]:
        """None."""
        return {}

    def keep_answers(self, answers: Sequence[tuple[Ask, Completion]]) -> None:
        """Keep none."""


def choose_model(
    url: str, name: str, mode: str, key: str, *, record: Path | None = None, answers: Path | None = None
) -> ModelChoice:
    """What the options ask for.

    Args:
        url: the server's base address; may be empty with ``answers``.
        name: of the model; may be empty with ``answers``, which name it.
        mode: one of :data:`MODES`.
        key: ``env:NAME``, or empty.
        record: keep the answers there.
        answers: play those of this file.

    Raises:
        UsageError: an option is missing or wrong; says which.
    """
    if answers is not None:
        if url or record is not None:
            raise UsageError("--answers plays a file and asks no model.", remedy="Leave --model and --record away.")
        held = Answers(answers)
        name = name or next(iter(held.models), "")
        nowhere = reader_choice(endpoint="http://127.0.0.1:9/v1", model=name, **_use(mode))
        return ModelChoice(nowhere, "", held, plays=True)
    if not name:
        raise UsageError("--model needs the model's name.", remedy="Add --model-name; 'missionwatch model find' lists.")
    limits = {"calls_per_run": MANY, "tokens_per_run": MANY_TOKENS}
    choice = reader_choice(endpoint=url, key=key, model=name, **limits, **_use(mode))
    secret = ""
    if key:
        variable = key.removeprefix("env:")
        secret = os.environ.get(variable, "") if key.startswith("env:") else ""
        if not secret:
            raise UsageError(
                f"The server's key, {key}: there is no such variable.", remedy="Write env:NAME and set NAME."
            )
    return ModelChoice(choice, secret, Answers(record) if record is not None else None, plays=False)


def _use(mode: str) -> dict[str, str]:
    return {"kind": "llm"} if mode == "read" else {"verify": "llm"}
