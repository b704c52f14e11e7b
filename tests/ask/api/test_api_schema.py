"""The face against its own description: schemathesis asks what OpenAPI allows, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from schemathesis.engine import from_schema
from schemathesis.engine.events import NonFatalError, ScenarioFinished

from pipeline.ask.api.problems import MEDIA_TYPE
from tests.ask.api.asker import Asker
from tests.ask.api.conftest import TOKEN, TOKENS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

EACH = 20  # examples of each address in each phase
# A day that no calendar has, a cursor of another question, facets where articles are searched: a schema can't say it.
ALLOWED = ["2xx", "304", "400", "404"]


def tried(client: Asker, **headers: str) -> tuple[int, list[str]]:
    """How many cases were tried, and what each failure says."""
    config = schemathesis.Config.from_dict(
        {
            "headers": {"Host": "127.0.0.1", **headers},
            "generation": {"max-examples": EACH, "deterministic": True},
            "checks": {"positive_data_acceptance": {"expected-statuses": ALLOWED}},
        }
    )
    schema: Any = schemathesis.openapi.from_asgi(
        "/openapi.json", client.app, config=config, headers={"Host": "127.0.0.1", **headers}
    )
    cases, told = 0, []
    for event in from_schema(schema).execute():
        if isinstance(event, NonFatalError):
            told.append(str(event.info))
        if isinstance(event, ScenarioFinished):
            cases += len(event.recorder.cases)
            for checks in event.recorder.checks.values():
                told += [f"{event.label}: {one.failure_info.failure}" for one in checks if one.failure_info]
    return cases, told


def test_each_answer_is_as_the_schema_says(serve: Callable[..., Asker]) -> None:
    cases, told = tried(serve(per_minute=0))

    assert "\n\n".join(told) == ""
    assert cases > 500


def test_the_same_where_tokens_are_asked_for(serve: Callable[..., Asker]) -> None:
    cases, told = tried(serve(per_minute=0, tokens=lambda: TOKENS), Authorization=f"Bearer {TOKEN}")

    assert "\n\n".join(told) == ""
    assert cases > 500


def test_it_is_openapi_3_1_with_a_description_of_each_question(client: Asker) -> None:
    schema = client.ask("/openapi.json").json()

    assert schema["openapi"].startswith("3.1")
    assert schema["paths"]["/v1/{watch}/why"]["get"]["operationId"] == "why"
    assert list(schema["paths"]["/v1/{watch}/why"]["get"]["responses"]["404"]["content"]) == [MEDIA_TYPE]
    assert [path for path, methods in schema["paths"].items() if not methods["get"].get("description")] == []
