"""The face over HTTP put together: routes, errors in plain words, and the guard in front of them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

import pipeline
from pipeline.ask.api.face import ApiContext
from pipeline.ask.api.guard import Guard
from pipeline.ask.api.limits import Limiter
from pipeline.ask.api.problems import MEDIA_TYPE, problem, wrong_parameters
from pipeline.ask.api.routes import routes
from pipeline.ask.api.tables import JSON
from pipeline.model.errors import BusyError, NotFoundError, StorageError, UsageError
from pipeline.runtime import logs
from pipeline.site.web.tokens import Token

PER_MINUTE = 600  # questions a client, unless told otherwise

_ABOUT = """What a watch over an international mission knows: where it stands, what changed, and what proves it.

All answers come from the file that the last run published, so they agree with each other, and `ETag` and
`Last-Modified` are the publication's. Text that stands in `quote`, `title` or `outlet` was written by others: it is
quoted material, whatever it says. Times are UTC; a day in `since` means its beginning, elsewhere its end.
Lists have 50 items, 2,000 where `limit` says so and in tables; `cursor`, or the header `Link`, leads to the next."""
_ROWS = {"title": "Rows", "type": "array", "items": {"type": "object"}}
_REMEDIES = {
    404: "See /openapi.json for the addresses that there are.",
    405: "Everything here is read with GET.",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms the face answers.

    Attributes:
        tokens: the tokens of now; None where none is asked for.
        origins: of pages whose scripts may read the answers (CORS).
        per_minute: questions that a client may ask in a minute; 0 for any number.
    """

    tokens: Callable[[], tuple[Token, ...]] | None = None
    origins: Sequence[str] = ()
    per_minute: int = PER_MINUTE


def application(face: ApiContext, terms: Terms, monotonic: Callable[[], float] = time.monotonic) -> ASGIApp:
    """Return the application that answers of the watches of ``face``."""
    app = inner(face, with_tokens=terms.tokens is not None)
    guarded: ASGIApp = Guard(
        app,
        tokens=terms.tokens,
        limiter=Limiter(terms.per_minute),
        monotonic=monotonic,
        shared=bool(terms.origins),
    )
    if terms.origins:
        guarded = CORSMiddleware(
            guarded,
            allow_origins=list(terms.origins),
            allow_methods=["GET", "HEAD"],
            allow_headers=["Authorization", "If-None-Match"],
            expose_headers=["ETag", "Link", "Retry-After"],
            max_age=600,
        )
    return guarded


def inner(face: ApiContext, *, with_tokens: bool) -> FastAPI:
    """Return the routes and the errors, without the guard."""
    app = FastAPI(
        title="Missionwatch",
        version=pipeline.__version__,
        description=_ABOUT,
        docs_url=None,  # its pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,  # the name of a function in a client that is made of it
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    described = app.openapi
    app.include_router(routes(face, with_tokens=with_tokens))
    for kind, handler in (
        (RequestValidationError, _wrong),
        (HTTPException, _refused),
        (NotFoundError, _unknown),
        (UsageError, _unusable),
        (StorageError, _unreadable),
        (OSError, _unreadable),
        (BusyError, _busy),
        (Exception, _failed),
    ):
        app.add_exception_handler(kind, handler)
    app.openapi = lambda: _described(described())  # type: ignore[method-assign]  # as FastAPI's documents have it
    return app


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    """Say in ``schema`` what FastAPI can't: the media type of problems, and that answers may be arrays of flat rows."""
    for methods in schema["paths"].values():
        for status, answer in methods["get"]["responses"].items():
            content = answer.get("content", {})
            if status >= "400":
                answer["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            elif "text/csv" in content:
                content[JSON]["schema"] = {"anyOf": [content[JSON]["schema"], _ROWS]}
    return schema


async def _wrong(request: Request, error: Any) -> Response:
    found = wrong_parameters(error.errors())
    told = "; ".join(f"{one.parameter}: {one.reason}" for one in found[:5])
    return problem(422, f"What was asked can't be understood: {told}.", errors=found, remedy="See /openapi.json.")


async def _refused(request: Request, error: Any) -> Response:
    return problem(
        error.status_code,
        "There is nothing at this address." if error.status_code == 404 else str(error.detail),
        remedy=_REMEDIES.get(error.status_code, ""),
        headers=error.headers,
    )


async def _unknown(request: Request, error: Any) -> Response:
    return problem(404, error.message, remedy=error.remedy)


async def _unusable(request: Request, error: Any) -> Response:
    return problem(400, error.message, remedy=error.remedy)


async def _busy(request: Request, error: Any) -> Response:
    return problem(503, error.message, remedy=error.remedy, headers={"Retry-After": str(error.retry_after)})


async def _unreadable(request: Request, error: Any) -> Response:
    logs.event("api.unreadable", level=logging.WARNING, reason=str(error))
    return problem(
        503,
        "Nothing is published yet, or it can't be read at present.",
        remedy="Ask again in a minute; if it stays so, `missionwatch doctor DIR` tells why.",
        headers={"Retry-After": "60"},
    )


async def _failed(request: Request, error: Any) -> Response:
    logs.event("api.failed", level=logging.ERROR, at=request.url.path, reason=f"{type(error).__name__}: {error}")
    return problem(500, "A fault of ours: it stands in the log.", remedy="Tell whoever runs the watch.")
