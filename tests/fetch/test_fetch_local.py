"""Asking a server on this machine for one page."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pipeline.fetch.local import get_local
from pipeline.model.errors import FetchError, RefusedError
from tests.ports import free_port
from tests.reading.llm.standin import agrees, serving


async def test_the_body_comes_as_it_is() -> None:
    with serving(agrees) as standin:
        standin.models = b'{"data": []}'

        assert await get_local(standin.port, "/v1/models", user_agent="test") == b'{"data": []}'


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("500", FetchError, "http-5xx"),
        ("401", RefusedError, "http-4xx"),
        ("redirect", RefusedError, "redirects"),
        ("huge", RefusedError, "too-large"),
        ("endless", RefusedError, "too-large"),
        ("hang-up", FetchError, "broken"),
        ("slow", FetchError, "timeout"),
    ],
)
async def test_what_is_no_answer_is_an_error_of_ours(fault: Any, kind: type[FetchError], code: str) -> None:
    with serving(agrees, fault) as standin, pytest.raises(kind) as failed:
        await get_local(standin.port, "/v1/models", user_agent="test", total=0.5)

    assert failed.value.code == code


async def test_a_port_where_nobody_listens_refuses_at_once() -> None:
    with pytest.raises(FetchError) as failed:
        async with asyncio.timeout(1):
            await get_local(free_port(), "/v1/models", user_agent="test")

    assert failed.value.code == "connect"
