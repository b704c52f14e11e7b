"""What went wrong, as RFC 9457 has it: ``application/problem+json``, in words that say what to do.

Nothing of the machine stands in it: no path, no traceback, no text of a library.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


class Wrong(BaseModel):
    """A parameter that can't be used."""

    parameter: str
    reason: str


class Problem(BaseModel):
    """Why there is no answer. ``remedy`` says what to do; ``errors`` which parameters are wrong."""

    model_config = ConfigDict(extra="forbid")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    remedy: str = ""
    errors: tuple[Wrong, ...] = ()


def problem(
    status: int,
    detail: str,
    *,
    remedy: str = "",
    errors: Iterable[Wrong] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer that says what went wrong."""
    told = Problem(
        title=HTTPStatus(status).phrase, status=status, detail=detail, remedy=remedy, errors=tuple(errors)
    ).model_dump(mode="json")
    body = json.dumps({name: value for name, value in told.items() if value not in ("", [])})
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(body, status, headers=kept, media_type=MEDIA_TYPE)


def wrong_parameters(found: Iterable[Mapping[str, Any]]) -> tuple[Wrong, ...]:
    """Return what validation found, a line for each parameter; of what was sent nothing is repeated."""
    return tuple(Wrong(parameter=str(one["loc"][-1]), reason=str(one["msg"])) for one in found)
