"""The addresses: each puts one question of :class:`pipeline.ask.Ask`, or serves a file of a watch's site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Security
from fastapi.security import APIKeyQuery, HTTPBasic, HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from pipeline.ask import DEFAULT_LIMIT, model
from pipeline.ask.api.face import ApiContext
from pipeline.ask.api.problems import Problem
from pipeline.ask.api.tables import Format, format_of
from pipeline.model import Aspect, Slot, Stage, Verdict

_DAY_OR_TIME = r"^(19|20|21)\d\d-[01]\d-[0-3]\d([T ][0-2]\d:[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-][01]\d:[0-5]\d)?)?$"
MOST = 2_000  # items of a page: a spreadsheet follows no link to the next
_SLUG = r"^[a-z0-9][a-z0-9-]{0,62}$"

Moment = Annotated[
    str | None,
    Field(
        pattern=_DAY_OR_TIME,
        description="A day or a time, UTC where no zone is given.",
        examples=["2025-09-30", "2025-09-30T14:00Z"],
    ),
]
Key = Annotated[str | None, Field(max_length=200, description="A country, a post, a place; whatever its case.")]
Slug = Annotated[str, Path(pattern=_SLUG, description="The watch's short name.", examples=["haiti"])]


class Asked(BaseModel):
    """Parameters of every question. Unknown ones are refused, since a misspelled one must not be ignored."""

    model_config = ConfigDict(extra="forbid")

    format: Annotated[
        Format | None,
        Field(description="In place of the header Accept. `csv` and `rows`, a JSON array of flat rows, are tables."),
    ] = None
    token: Annotated[
        str | None,
        Field(max_length=200, description="The token, for clients that can send no header. Addresses end up in logs."),
    ] = None

    def arguments(self) -> dict[str, Any]:
        """Return what the question itself is asked with."""
        return self.model_dump(exclude={"format", "token"}, exclude_none=True)


class Paged(Asked):
    """What lists have."""

    cursor: Annotated[str | None, Field(max_length=400, description="`next_cursor` of the page before.")] = None
    limit: Annotated[
        int | None,
        Field(
            ge=1, le=MOST, description=f"Items of a page: {DEFAULT_LIMIT} where nothing is said, of a table {MOST:,}."
        ),
    ] = None


class Facets(Paged):
    """What of the mission."""

    aspect: Aspect | None = None
    slot: Slot | None = None
    key: Key = None


class StatusAsked(Asked):
    """Parameters of status."""

    as_of: Moment = None
    known_at: Moment = None


class BoardAsked(Facets):
    """Parameters of board."""

    as_of: Moment = None
    known_at: Moment = None
    stage: Stage | None = None
    disputed: Annotated[bool | None, Field(description="Only rows on which sources disagree, or only others.")] = None


class ChangesAsked(Facets):
    """Parameters of changes."""

    since: Moment = None
    until: Moment = None
    known_at: Moment = None
    by: Annotated[
        Literal["known", "held"] | None,
        Field(description="Whether since and until mean when it could be known (the default), or since when it holds."),
    ] = None
    verdict: Verdict | None = None


class WhyAsked(Asked):
    """Parameters of why."""

    id: Annotated[str, Field(min_length=1, max_length=2_048, description="An id, eight digits of it, or an address.")]
    known_at: Moment = None

    def arguments(self) -> dict[str, Any]:
        """Return what the question itself is asked with."""
        given = super().arguments()
        given["what"] = given.pop("id")
        return given


class SearchAsked(Facets):
    """Parameters of search."""

    q: Annotated[
        str, Field(min_length=1, max_length=200, description="Words, or parts of words, that must all be there.")
    ]
    where: Annotated[Literal["articles", "claims"], Field(alias="in", description="What is searched.")] = "articles"
    since: Moment = None
    until: Moment = None
    known_at: Moment = None
    verdict: Verdict | None = None

    def arguments(self) -> dict[str, Any]:
        """Return what the question itself is asked with."""
        given = super().arguments()
        given["words"] = given.pop("q")
        return given


class EvidenceAsked(Paged):
    """Parameters of evidence."""

    known_at: Moment = None


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Problem, "description": _MEANINGS[status]} for status in statuses}


_MEANINGS = {
    400: "The question can't be answered as it was asked.",
    401: "A token is needed.",
    404: "There is no such thing.",
    414: "The address is too long.",
    421: "Without tokens only this machine is answered.",
    422: "A parameter is wrong.",
    429: "Too many questions: Retry-After says when to ask again.",
    500: "A fault of ours.",
    503: "Nothing is published yet, it can't be read at present, or the question takes too long.",
}
_ALWAYS = _problems(414, 421, 422, 429, 500, 503)
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "What the client has is still right."}}


def routes(face: ApiContext, *, with_tokens: bool) -> APIRouter:
    """Return the addresses under which ``face`` answers; ``with_tokens`` says in the schema that they are needed."""
    schemes = (HTTPBearer(auto_error=False), HTTPBasic(auto_error=False), APIKeyQuery(name="token", auto_error=False))
    whole = APIRouter(responses=_ALWAYS)
    asked = APIRouter(
        dependencies=[Security(scheme) for scheme in schemes] if with_tokens else [],
        responses={**_NOT_MODIFIED, **(_problems(401) if with_tokens else {})},
    )
    _add_health(whole)
    _add_front(whole)
    _add_questions(asked, face)
    _add_files(asked, face)
    whole.include_router(asked)
    return whole


def _add_health(router: APIRouter) -> None:
    @router.get("/health", tags=["service"], response_class=PlainTextResponse)
    async def health() -> Response:
        """Say that the service is up; needs no token and tells nothing of a watch."""
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


def _add_front(router: APIRouter) -> None:
    @router.get("/", include_in_schema=False)
    async def front() -> Response:
        return RedirectResponse("v1/watches")


def _csv(
    description: str = "The answer; as a table its list, a citation's fields beside the others.",
) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": description}}


def _add_questions(router: APIRouter, face: ApiContext) -> None:
    found = {**_problems(400, 404), **_csv()}

    @router.get("/v1/watches", tags=["questions"], response_model=model.Watches, responses=_csv())
    async def watches(request: Request, asked: Annotated[Asked, Query()]) -> Response:
        """List the watches that are answered of, and how each stands."""
        return await face.answer(request, None, form_of(request, asked), face.ask.watches, "watches")

    @router.get("/v1/{watch}/status", tags=["questions"], response_model=model.Status, responses=found)
    async def status(request: Request, watch: Slug, asked: Annotated[StatusAsked, Query()]) -> Response:
        """Tell where the mission stands, line by line, with the sentences that each rests on."""
        return await put(request, watch, face.ask.status, asked, "facts")

    @router.get("/v1/{watch}/board", tags=["questions"], response_model=model.Board, responses=found)
    async def board(request: Request, watch: Slug, asked: Annotated[BoardAsked, Query()]) -> Response:
        """Tell the board: now, as it stood on a day (`as_of`), as it was known at a time (`known_at`), or both."""
        return await put(request, watch, face.ask.board, asked, "rows")

    @router.get("/v1/{watch}/changes", tags=["questions"], response_model=model.Changes, responses=found)
    async def changes(request: Request, watch: Slug, asked: Annotated[ChangesAsked, Query()]) -> Response:
        """Tell what changed, in the order in which the board took it."""
        return await put(request, watch, face.ask.changes, asked, "changes")

    @router.get("/v1/{watch}/why", tags=["questions"], response_model=model.Why, responses=found)
    async def why(request: Request, watch: Slug, asked: Annotated[WhyAsked, Query()]) -> Response:
        """Tell what came of an article, entry, claim, change or alert, and why; as a table its changes."""
        return await put(request, watch, face.ask.why, asked, "changes")

    @router.get("/v1/{watch}/search", tags=["questions"], response_model=model.Found, responses=found)
    async def search(request: Request, watch: Slug, asked: Annotated[SearchAsked, Query()]) -> Response:
        """Find articles, or claims with their verdicts, the newest first."""
        return await put(request, watch, face.ask.search, asked, asked.where)

    @router.get("/v1/{watch}/evidence/{change}", tags=["questions"], response_model=model.Evidence, responses=found)
    async def evidence(
        request: Request,
        watch: Slug,
        change: Annotated[str, Path(pattern=r"^[0-9a-fA-F-]{8,36}$", description="Its id, or eight digits of it.")],
        asked: Annotated[EvidenceAsked, Query()],
    ) -> Response:
        """Tell who says what a change says, and who had it first."""
        return await put(request, watch, face.ask.evidence, asked, "evidence", change=change)

    @router.get("/v1/{watch}/feeds", tags=["questions"], response_model=model.Feeds, responses=found)
    async def feeds(request: Request, watch: Slug, asked: Annotated[Paged, Query()]) -> Response:
        """Tell how well the watch can see: its feeds, those first that need a look, and the last rounds and days."""
        return await put(request, watch, face.ask.feeds, asked, "feeds")

    async def put(
        request: Request, watch: str, question: Callable[..., BaseModel], asked: Asked, items: str, **more: str
    ) -> Response:
        face.ask.watch(watch)
        arguments, form = {"watch": watch, **more, **asked.arguments()}, form_of(request, asked)
        if form != "json" and isinstance(asked, Paged):
            arguments.setdefault("limit", MOST)
        return await face.answer(request, watch, form, lambda: question(**arguments), items)

    def form_of(request: Request, asked: Asked) -> Format:
        return format_of(asked.format, request.headers.get("accept", ""))


def _add_files(router: APIRouter, face: ApiContext) -> None:
    said: dict[int | str, dict[str, Any]] = {
        200: {
            "content": {kind: {"schema": {"type": "string"}} for kind in _FILE_TYPES},
            "description": "The file as the last run wrote it.",
        },
        **_problems(404),
    }

    @router.get("/site/{watch}/{name}", tags=["files"], response_class=Response, responses=said)
    async def file(
        request: Request,
        watch: Slug,
        name: Annotated[
            str,
            Path(
                max_length=80,
                description="`index.html` is the page; `why.html`, `changes.atom`, `changes.json` (JSON Feed), "
                "`expected.ics` and `summary.json` stand beside it.",
                examples=["changes.atom"],
            ),
        ],
        asked: Annotated[FileAsked, Query()],
    ) -> Response:
        """Serve a file of the watch's site: the page, its feeds, its calendar."""
        return await face.file(request, watch, name)

    @router.get("/site/{watch}/slots/{name}", tags=["files"], response_class=Response, responses=said)
    async def slot_file(
        request: Request,
        watch: Slug,
        name: Annotated[
            str, Path(max_length=80, description="What changed in one slot, for feed readers.", examples=["term.atom"])
        ],
        asked: Annotated[FileAsked, Query()],
    ) -> Response:
        """Serve the feed of one slot."""
        return await face.file(request, watch, name, "slots")


_FILE_TYPES = ("text/html", "application/atom+xml", "application/feed+json", "text/calendar")


class FileAsked(BaseModel):
    """Parameters of a file; a page is led to with others of its own."""

    token: Annotated[str | None, Field(max_length=200, description="The token, for feed readers and calendars.")] = None
