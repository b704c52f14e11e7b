"""The table ``[reader]`` of ``watch.toml``: which engine reads, and the language model that may be asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator

from pipeline.model import ReaderChoice
from pipeline.model.errors import UsageError
from pipeline.model.text import shorten
from pipeline.model.urls import is_address, is_public_address
from pipeline.watches.values import ENV_NAME, SECRET_NAME, Table, check_url, problem

_CURRENCY = re.compile(r"[A-Z]{3}")


def _one_of(key: str, *allowed: str) -> Callable[[str], str]:
    """A validator that takes ``allowed`` and nothing else."""

    def check(value: str) -> str:
        if value not in allowed:
            known = ", ".join(f'"{word}"' for word in allowed)
            raise problem(f"unknown {key} '{shorten(value, 60)}'.", f"Write one of {known}.")
        return value

    return check


def _endpoint(value: str) -> str:
    if not value:
        return value
    parts = urlsplit(check_url(value))
    if parts.query or parts.fragment:
        raise problem("an endpoint has no query and no fragment.", "")
    return value.rstrip("/")


def _key(value: str) -> str:
    # What is written is not shown: it may be the key itself.
    if value and not (ENV_NAME.fullmatch(value) or SECRET_NAME.fullmatch(value)):
        raise problem(
            "is not of the form env:NAME or secret:NAME.",
            "Put the key into an environment variable and name that: env:LLM_KEY. Or into a Secret block of Prefect.",
        )
    return value


def _currency(value: str) -> str:
    if not _CURRENCY.fullmatch(value):
        raise problem(
            f"'{shorten(value, 60)}' is no code of a currency.", 'Write its three letters, for example "EUR".'
        )
    return value


def _travels_in_the_open(endpoint: str) -> bool:
    """Whether a request to ``endpoint`` leaves this machine and network without encryption, as far as it shows."""
    parts = urlsplit(endpoint)
    name = (parts.hostname or "").casefold()
    if parts.scheme == "https" or not name:
        return False
    if is_address(name):
        return is_public_address(name)
    return "." in name and not name.endswith(".localhost")


class ReaderTable(Table):
    """``[reader]``: which engine reads, and the language model that may be asked."""

    kind: Annotated[str, AfterValidator(_one_of("kind", "embedded", "llm"))] = Field("embedded", examples=['"llm"'])
    verify: Annotated[str, AfterValidator(_one_of("verify", "", "llm"))] = Field("", examples=['"llm"'])
    endpoint: Annotated[str, AfterValidator(_endpoint)] = Field("", examples=['"http://127.0.0.1:11434/v1"'])
    model: str = Field("", max_length=200, examples=['"qwen3:8b"'])
    key: Annotated[str, AfterValidator(_key)] = Field("", examples=['"env:LLM_KEY"'])
    timeout_s: float = Field(60.0, ge=1, le=600, allow_inf_nan=False, examples=["60"])
    calls_per_run: int = Field(50, ge=0, le=100_000, examples=["50"])
    tokens_per_run: int = Field(500_000, ge=0, le=1_000_000_000, examples=["500000"])
    answer_tokens: int = Field(1_500, ge=50, le=32_000, examples=["1500"])
    article_tokens: int = Field(6_000, ge=100, le=100_000, examples=["6000"])
    calls_at_once: int = Field(1, ge=1, le=32, examples=["1"])
    calls_per_day: int = Field(0, ge=0, le=1_000_000, examples=["500"])
    tokens_per_day: int = Field(0, ge=0, le=10_000_000_000, examples=["2000000"])
    money_per_day: float = Field(0.0, ge=0, le=1_000_000, allow_inf_nan=False, examples=["2.50"])
    price_in: float = Field(0.0, ge=0, le=1_000_000, allow_inf_nan=False, examples=["0.40"])
    price_out: float = Field(0.0, ge=0, le=1_000_000, allow_inf_nan=False, examples=["1.60"])
    currency: Annotated[str, AfterValidator(_currency)] = Field("USD", examples=['"EUR"'])
    patience_h: float = Field(6.0, ge=0, le=168, allow_inf_nan=False, examples=["6"])
    first_model: str = Field("", max_length=200, examples=['"qwen3:1.7b"'])

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        choice = self.choice()
        if choice.asks and not (choice.endpoint and choice.model.strip()):
            missing = "endpoint" if not choice.endpoint else "model"
            field = type(self).model_fields[missing]
            example = field.examples[0] if field.examples else "..."
            raise problem(
                f"'{missing}' is missing in [reader], which asks a language model.",
                f"Write for example {missing} = {example}",
            )
        if choice.key and _travels_in_the_open(choice.endpoint):
            raise problem(
                "the key in [reader] would travel unencrypted.",
                "Use https for the endpoint, or an address on this machine or network.",
            )
        if choice.money_per_day and not (choice.price_in or choice.price_out):
            raise problem(
                "'money_per_day' in [reader] bounds nothing without prices.",
                "Write price_in and price_out: what a million tokens of questions and of answers cost.",
            )
        if choice.first_model.strip() and choice.first_model == choice.model:
            raise problem(
                "'first_model' in [reader] is the same as 'model'.", "Name a cheaper model, or leave the key out."
            )
        return self

    def choice(self) -> ReaderChoice:
        """The choice as the steps know it."""
        return ReaderChoice(**self.model_dump())


def reader_choice(**keys: object) -> ReaderChoice:
    """The choice that a table ``[reader]`` with these keys makes, for whoever gives them in another way.

    Raises:
        UsageError: one of them is wrong; says which.
    """
    try:
        return ReaderTable.model_validate(keys).choice()
    except ValidationError as error:
        told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}".removeprefix(": ") for one in error.errors()]
        raise UsageError("\n".join(told), remedy="docs/llm.md has the keys of a language model.") from error
