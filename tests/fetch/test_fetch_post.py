"""Posting to the one address that the operator configured."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.fetch.post import REFUSAL_BODY, Poster
from pipeline.model.errors import FetchError, RefusedError
from tests.reading.llm.standin import STRUCTURE, StandIn, agrees, serving

BODY = json.dumps(
    dict.fromkeys(STRUCTURE, 1)
    | {
        "messages": [{"content": ""}, {"content": '=\n{"sentence": "a"}\n='}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "verify", "schema": {}}},
    }
).encode()


async def posted(standin: StandIn, path: str = "/v1/chat/completions", **options: Any) -> bytes:
    address = f"http://127.0.0.1:{standin.port}{path}"
    async with Poster(address, user_agent="test", **{"total": 2.0, **options}) as poster:
        return (await poster.post(BODY)).body


async def test_loopback_can_be_asked_because_the_operator_said_so() -> None:
    with serving(agrees) as standin:
        answer = json.loads(await posted(standin))

    assert answer["choices"][0]["finish_reason"] == "stop"
    assert standin.headers[0]["content-type"] == "application/json"
    assert standin.headers[0]["user-agent"] == "test"


@pytest.mark.parametrize(
    ("fault", "kind", "code", "status"),
    [
        ("500", FetchError, "http-5xx", 500),
        ("429", FetchError, "http-429", 429),
        ("401", RefusedError, "http-4xx", 401),
        ("redirect", RefusedError, "redirects", 307),
        ("huge", RefusedError, "too-large", 200),
        ("endless", RefusedError, "too-large", 200),
        ("hang-up", FetchError, "broken", None),
    ],
)
async def test_each_failure_has_its_class(fault: Any, kind: type[Exception], code: str, status: int | None) -> None:
    with serving(agrees, fault) as standin, pytest.raises(kind) as caught:
        await posted(standin, key="sk-secret")

    error: Any = caught.value
    assert (error.code, error.status) == (code, status)
    assert "sk-secret" not in str(error)


async def test_of_a_refused_request_the_beginning_of_the_reason_is_read() -> None:
    with serving(agrees, "refusal-endless") as standin:
        assert len(await posted(standin)) == REFUSAL_BODY == 8192


@pytest.mark.parametrize(
    ("value", "seconds"), [("", None), ("7", 7), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("x", None)]
)
async def test_how_long_to_wait_is_told(value: str, seconds: float | None) -> None:
    with serving(agrees, "429") as standin:
        standin.retry_after = value
        with pytest.raises(FetchError) as caught:
            await posted(standin)

    assert caught.value.retry_after == seconds


async def test_an_answer_that_is_longer_than_allowed_is_not_read() -> None:
    with serving(agrees) as standin, pytest.raises(RefusedError, match="sends more than"):
        await posted(standin, max_body=100)


async def test_a_wrong_path_says_what_to_look_at() -> None:
    with serving(agrees) as standin, pytest.raises(RefusedError, match=r"answers 404.*usually ends in /v1"):
        await posted(standin, path="/chat/completions")


async def test_the_time_holds_for_the_whole_answer() -> None:
    with serving(agrees, "slow") as standin, pytest.raises(FetchError, match=r"did not answer in full within 0\.2 s"):
        await posted(standin, total=0.2)


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(agrees) as standin:
        assert await posted(standin)


async def test_it_must_be_entered_first() -> None:
    with pytest.raises(RuntimeError, match="enter it before post"):
        await Poster("http://127.0.0.1:9", user_agent="test", total=1.0).post(b"{}")
