"""What a server says that it serves."""

from __future__ import annotations

import json

import pytest

from pipeline.model.errors import ContentError
from pipeline.reading.llm import parse_models


def listed(*names: object) -> bytes:
    return json.dumps({"object": "list", "data": [{"id": name} for name in names]}).encode()


def test_the_names_of_a_list_come_in_its_order_and_once() -> None:
    assert parse_models(listed("qwen3:8b", "a/b", "qwen3:8b")) == ("qwen3:8b", "a/b")


def test_a_server_without_a_model_may_write_null_for_its_list() -> None:
    assert parse_models(b'{"object": "list", "data": null}') == ()


@pytest.mark.parametrize("name", ["", " x", "a\nb", "a\x1b[2J", "\ud800", "\u202ex", "--off", "x" * 201, 7, None])
def test_a_name_that_can_not_be_typed_is_left_out(name: object) -> None:
    assert parse_models(listed(name, "good")) == ("good",)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"7", b'{"data": 7}', b'{"data": [7]}', b"\xff", b"[" * 99_999]
)
def test_what_is_no_list_of_models_is_refused(body: bytes) -> None:
    with pytest.raises(ContentError, match="no list of models"):
        parse_models(body)
