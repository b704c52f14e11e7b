"""The chat protocol: build the body of a request, and parse the body of a response.

It is the ``POST /v1/chat/completions`` of OpenAI with ``response_format`` of type ``json_schema``
(https://platform.openai.com/docs/api-reference/chat), which Ollama, llama.cpp and vLLM speak too. Not every server
takes all of it, and none says beforehand what it takes: what it refuses shows that (:func:`fallback_dialect`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from pipeline.model.errors import ContentError
from pipeline.reading.llm.forms import SCHEMAS
from pipeline.reading.llm.prompt import CHARS_PER_TOKEN, Ask

DIALECTS_TRIED: Final = 4  # for one question
_END_OF_REASONING = "</think>"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What of the protocol a server takes.

    Attributes:
        structure: how the form is asked for: its schema, any JSON, or the words of the prompt alone.
        limit: the parameter that bounds the answer's tokens.
        has_temperature: whether the temperature is set to 0; a model that reasons first may refuse to have it set.
    """

    structure: Literal["json_schema", "json_object", "none"] = "json_schema"
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    has_temperature: bool = True


@dataclass(frozen=True, slots=True)
class Completion:
    """What a server answered.

    Attributes:
        content: the text; empty where the model refused, or said nothing.
        tokens_in, tokens_out: what the server counted, or what we estimate where it counts none.
        cut: the text ends before the model was done.
    """

    content: str
    tokens_in: int
    tokens_out: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a question: ``content`` that fits its form, or the ``trouble``, in plain English.

    Attributes:
        away: the trouble is that no answer could be had now, not what was answered: later there may be one.
        cut: the content ends before the model was done.
    """

    content: str = ""
    trouble: str = ""
    away: bool = False
    cut: bool = False


def request_body(ask: Ask, dialect: Dialect = Dialect()) -> bytes:
    """Return the request's body: the same question in the same dialect gives the same bytes."""
    body: dict[str, Any] = {
        "model": ask.model,
        "messages": [{"role": role, "content": content} for role, content in ask.messages],
    }
    if dialect.structure == "json_schema":
        schema = {"name": ask.form, "strict": False, "schema": SCHEMAS[ask.form]}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif dialect.structure == "json_object":
        body["response_format"] = {"type": "json_object"}
    if dialect.has_temperature:
        body["temperature"] = 0
    body |= {dialect.limit: ask.answer_tokens, "stream": False}
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def fallback_dialect(dialect: Dialect, refusal: bytes) -> Dialect | None:
    """Return the dialect to try after a server refused ``dialect``; None where there is nothing plainer.

    Args:
        dialect: what was spoken.
        refusal: the beginning of the response's body. Only the names of parameters are looked for: it may repeat the
            key, so nothing of it goes further.
    """
    less = _less_structure(dialect)
    named = dialect
    if b"response_format" in refusal or b"json_schema" in refusal or b"json_object" in refusal:
        named = replace(named, structure=less)
    if b"max_tokens" in refusal or b"max_completion_tokens" in refusal:
        named = replace(named, limit="max_completion_tokens")
    if b"temperature" in refusal:
        named = replace(named, has_temperature=False)
    if named != dialect:
        return named
    if less != dialect.structure:
        return replace(dialect, structure=less)
    bare = Dialect("none", "max_completion_tokens", has_temperature=False)
    return bare if bare != dialect else None


def _less_structure(dialect: Dialect) -> Literal["json_object", "none"]:
    return "json_object" if dialect.structure == "json_schema" else "none"


def parse_completion(body: bytes, ask: Ask) -> Completion:
    """Return the answer that a response's body holds; what a model reasoned before it is left out, and was paid for.

    Raises:
        ContentError: it is no chat completion (``not-an-answer``).
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
    if not isinstance(content, str) or refusal:
        content = ""
    usage = said.get("usage")
    sent = sum(len(text) for _, text in ask.messages) // CHARS_PER_TOKEN
    return Completion(
        _without_reasoning(content),
        _count(usage, "prompt_tokens", sent),
        _count(usage, "completion_tokens", len(content) // CHARS_PER_TOKEN),
        finish not in (None, "stop"),
    )


def _without_reasoning(content: str) -> str:
    """Return ``content`` without the block of reasoning that some servers leave before the answer.

    The block's opening mark may be missing, as it stands in the model's own template; an answer begins with a brace,
    and what stands inside one is the article's.
    """
    text = content.strip()
    if text.startswith(("{", "[", "```")):
        return text
    reasoning, end, answer = text.partition(_END_OF_REASONING)
    if end:
        return answer.strip()
    return "" if reasoning.startswith("<think>") else text


def _count(usage: object, name: str, estimate: int) -> int:
    given = usage.get(name) if isinstance(usage, dict) else None
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 10**9:
        return given
    return estimate
