"""The chat protocol: a question as the body of a request, a response's body as the text that was answered.

It is the ``POST /v1/chat/completions`` of OpenAI with ``response_format`` of type ``json_schema``
(https://platform.openai.com/docs/api-reference/chat), which Ollama, llama.cpp and vLLM speak too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pipeline.errors import ContentError
from pipeline.llm.forms import SCHEMAS
from pipeline.llm.prompt import CHARS_PER_TOKEN, Ask


@dataclass(frozen=True, slots=True)
class Completion:
    """What a server answered: the text, and the tokens that it counted, or that we estimate where it counts none."""

    content: str
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a question: ``content`` that fits its form, or the ``trouble``, in plain English.

    ``away`` where the model could not be asked now: the question can be put again later.
    """

    content: str = ""
    trouble: str = ""
    away: bool = False


def wire(ask: Ask) -> bytes:
    """The request's body: the same question gives the same bytes."""
    body = {
        "model": ask.model,
        "messages": [{"role": role, "content": content} for role, content in ask.messages],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": ask.form, "strict": False, "schema": SCHEMAS[ask.form]},
        },
        "temperature": 0,
        "max_tokens": ask.answer_tokens,
        "stream": False,
    }
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def completion_of(body: bytes, ask: Ask) -> Completion:
    """The answer that a response's body holds.

    Raises:
        ContentError: it is no chat completion (``not-an-answer``), or not a whole one (``cut-off``).
    """
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ContentError("not-an-answer", "The response is not JSON.") from error
    try:
        choice = said["choices"][0]
        message, finish = choice["message"], choice.get("finish_reason")
        content = message["content"]
        refusal = message.get("refusal")
    except (LookupError, TypeError, AttributeError) as error:
        raise ContentError("not-an-answer", "The response is no chat completion.") from error
    if refusal or not isinstance(content, str) or not content.strip():
        raise ContentError("not-an-answer", "The model refused, or said nothing.")
    if finish not in (None, "stop"):
        raise ContentError(
            "cut-off", "The answer is not whole.", remedy="Raise answer_tokens, or the server's context length."
        )
    usage = said.get("usage")
    sent = sum(len(text) for _, text in ask.messages) // CHARS_PER_TOKEN
    return Completion(
        content,
        _count(usage, "prompt_tokens", sent),
        _count(usage, "completion_tokens", len(content) // CHARS_PER_TOKEN),
    )


def _count(usage: object, name: str, estimate: int) -> int:
    given = usage.get(name) if isinstance(usage, dict) else None
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 10**9:
        return given
    return estimate
