"""What of the protocol is left out after a refusal, what of an answer counts, and when a question is put again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.reading.llm import Dialect, fallback_dialect, parse_completion, pause_before_retry, request_body
from tests.fetch.test_chat import a_question
from tests.reading.llm.standin import completion


@pytest.mark.parametrize(
    ("refusal", "then"),
    [
        (
            b"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
            Dialect(limit="max_completion_tokens"),
        ),
        (b"temperature does not support 0 with this model", Dialect(has_temperature=False)),
        (b"response_format.type must be text or json_object", Dialect("json_object")),
        (b'{"loc": ["body", "temperature"]}, {"loc": ["body", "max_tokens"]}',
         Dialect(limit="max_completion_tokens", has_temperature=False)),
        (b"", Dialect("json_object")),
        (b"\xff\x00 no text", Dialect("json_object")),
    ],
)  # fmt: skip
def test_what_a_refusal_names_is_left_out_else_the_structure(refusal: bytes, then: Dialect) -> None:
    assert fallback_dialect(Dialect(), refusal) == then


def test_without_a_name_the_plainer_forms_come_in_order_and_end() -> None:
    tried: list[Dialect | None] = [Dialect()]
    while tried[-1] is not None:
        tried.append(fallback_dialect(tried[-1], b""))

    assert tried[1:] == [
        Dialect("json_object"), Dialect("none"), Dialect("none", "max_completion_tokens", has_temperature=False), None,
    ]  # fmt: skip


def test_a_name_that_is_left_out_already_is_not_left_out_again() -> None:
    bare = Dialect("none", "max_completion_tokens", has_temperature=False)

    assert fallback_dialect(bare, b"response_format, max_completion_tokens, temperature") is None


def test_the_plainest_request_has_messages_and_a_bound_alone() -> None:
    request = json.loads(request_body(a_question(), Dialect("none", "max_completion_tokens", has_temperature=False)))

    assert request.keys() == {"model", "messages", "max_completion_tokens", "stream"}


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ('<think>The board has {a row}.</think>\n{"claims": []}', '{"claims": []}'),
        ('The board has {a row}.</think>{"claims": []}', '{"claims": []}'),  # the template wrote the opening mark
        ('{"quote": "he said </think> and left"}', '{"quote": "he said </think> and left"}'),
        ('```json\n{"quote": "</think>"}\n```', '```json\n{"quote": "</think>"}\n```'),
        ("<think>It never ends", ""),
        (" \n", ""),
        (None, ""),
    ],
)
def test_of_an_answer_what_comes_after_the_reasoning_counts(said: str | None, counts: str) -> None:
    assert parse_completion(json.dumps(completion(said)).encode(), a_question()).content == counts


@pytest.mark.parametrize(
    ("finish", "cut"), [("stop", False), (None, False), ("length", True), ("content_filter", True)]
)
def test_an_answer_that_the_model_did_not_end_itself_is_marked(finish: Any, cut: bool) -> None:
    assert parse_completion(json.dumps(completion("{", finish=finish)).encode(), a_question()).cut is cut


@pytest.mark.parametrize(
    ("failures", "asked", "left", "jitter", "pause"),
    [
        (1, None, 60, 0.5, 1),
        (2, None, 60, 0.5, 4),
        (3, None, 60, 0.5, 16),
        (4, None, 60, 0.5, None),
        (3, None, 60, 0.0, 8),
        (3, None, 60, 1.0, 24),
        (1, 30.0, 60, 0.5, 30),
        (3, 2.0, 60, 0.5, 16),
        (1, 60.0, 60, 0.5, 60),
        (1, 61.0, 60, 0.5, None),
        (3, None, 10, 0.5, None),
    ],
)
def test_the_pauses_grow_and_are_no_shorter_than_was_asked_for(
    failures: int, asked: float | None, left: float, jitter: float, pause: float | None
) -> None:
    assert pause_before_retry(failures, asked, left=left, jitter=jitter) == pause
