"""The servers of language models that people run at home: where they listen, and what they serve. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.model.errors import ContentError

LIST_PATH = "/v1/models"
MAX_MODELS = 100  # of one server
MAX_NAME = 200  # characters; a watch's file takes no longer name


class UsualServer(NamedTuple):
    """A program that serves models, the port that it takes where it is told no other, and how it is started."""

    name: str
    port: int
    start: str


USUAL = (
    UsualServer("Ollama", 11434, "ollama serve, then: ollama pull qwen3:8b"),
    UsualServer("llama.cpp", 8080, "llama-server -m model.gguf -c 8192 --port 8080"),
    UsualServer("LM Studio", 1234, "lms server start, then: lms load"),
    UsualServer("vLLM", 8000, "vllm serve MODEL"),
)


@dataclass(frozen=True, slots=True)
class FoundServer:
    """A server that answered.

    Attributes:
        usual: the program that has this port by default; another may stand there.
        models: the names of its models, as it gives them.
        wants_key: whether it lists them only to who has a key.
    """

    usual: UsualServer
    models: tuple[str, ...] = ()
    wants_key: bool = False

    @property
    def endpoint(self) -> str:
        """Its base address, as a watch's file has it."""
        return f"http://127.0.0.1:{self.usual.port}/v1"


def parse_models(body: bytes) -> tuple[str, ...]:
    """Return the names in the list of models that a server gives.

    Raises:
        ContentError: ``body`` is no such list; something else than a server of models stands there.
    """
    try:
        rows = json.loads(body)["data"] or []  # Ollama without a model gives null
        names = [row["id"] for row in rows]
    except (ValueError, RecursionError, LookupError, TypeError) as error:
        raise ContentError("not-an-answer", "The response is no list of models.") from error
    return tuple(dict.fromkeys(name for name in names if _can_be_typed(name)))[:MAX_MODELS]


def _can_be_typed(name: object) -> bool:
    """Decide whether a model of that name can be given to a command and stand in a watch's file."""
    return (
        isinstance(name, str)
        and 0 < len(name.strip()) == len(name) <= MAX_NAME
        and name.isprintable()
        and name[0] != "-"
    )
