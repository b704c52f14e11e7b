"""What routes share: the watches, and how an answer of the published file, or a file of a site, becomes a response."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlencode

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from pipeline.ask import Ask
from pipeline.ask.api import files
from pipeline.ask.api.answers import Answer, Answerer, Edition, Made, edition_of
from pipeline.ask.api.conditional import is_current, last_modified
from pipeline.ask.api.tables import CSV, JSON, Format, csv_of, rows_of
from pipeline.model.errors import NotFoundError, StorageError
from pipeline.site import SITE

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class ApiContext:
    """The questions and the files that are answered of.

    Args:
        ask: the questions.
        clock: the machine's time.
        is_private: whether tokens are asked for, so that no cache on the way may keep an answer.
    """

    ask: Ask
    clock: Callable[[], datetime]
    is_private: bool = False
    answerer: Answerer = field(default_factory=Answerer)
    reader: Answerer = field(default_factory=Answerer)  # of files: none waits for a question

    async def answer(
        self, request: Request, watch: str | None, form: Format, question: Callable[[], BaseModel], items: str
    ) -> Response:
        """Return the answer to ``question``, or that the client has it already.

        Args:
            request: its address names the question.
            watch: the watch that is asked about; None for all.
            form: of the answer.
            question: asks it, in another thread.
            items: the field of the answer that is the list, of which a table has the rows.

        Raises:
            MissionwatchError: what ``question`` raises, or there is no time for it.
        """
        key = f"{form} {_question(request)}"
        answer = await self.answerer.answer(partial(self._edition, watch), key, partial(_made, question, items, form))
        headers = {"Vary": "Accept"}
        if answer.next_cursor:
            headers["Link"] = f'<{_next(request, answer.next_cursor)}>; rel="next"'
        return self._response(request, answer, f"{answer.edition.tag}-{form}", headers)

    async def file(self, request: Request, slug: str, name: str, under: str = "") -> Response:
        """Return a file of the site of ``slug``, of its folder ``under``, or that the client has it already.

        Raises:
            NotFoundError: there is no such watch, or no such file.
        """
        folder = self.ask.watch(slug).folder
        if not files.media_type_of(name):
            raise NotFoundError("There is no such file.", remedy=f"/site/{slug}/index.html leads to those that are.")
        path = folder / SITE / slug / under / name
        try:
            answer = await self.reader.answer(partial(files.look, path), str(path), partial(files.read, path))
        except OSError:
            raise NotFoundError(
                "The watch has not written such a file.", remedy="Each run writes its page, unless `site` is false."
            ) from None
        # A page brings a policy of its own on what it loads; anything else of a site loads nothing.
        policy = {"Content-Security-Policy": "frame-ancestors 'none'"} if name.endswith(".html") else {}
        return self._response(request, answer, answer.edition.tag, policy)

    def close(self) -> None:
        """Let go of threads and files."""
        self.answerer.close()
        self.reader.close()
        self.ask.close()

    def _edition(self, watch: str | None) -> Edition:
        """Return which publication is there: of ``watch``, or of all watches, of which some may have none yet."""
        if watch is not None:
            version, modified = self.ask.edition(watch)
            return edition_of(version, modified=modified)
        found = []
        for slug in self.ask.slugs:
            with suppress(StorageError):
                found.append(self.ask.edition(slug))
        return edition_of(
            *(version for version, _ in found), modified=max((modified for _, modified in found), default=_NEVER)
        )

    def _response(self, request: Request, answer: Answer, tag: str, headers: dict[str, str]) -> Response:
        """The answer or 304. It may be kept, and must be asked for again before each use: a change is told at once."""
        quoted, modified = f'"{tag}"', answer.edition.modified
        headers |= {"ETag": quoted, "Cache-Control": "private, no-cache" if self.is_private else "no-cache"}
        if changed := last_modified(modified, self.clock()):
            headers["Last-Modified"] = changed
        sent = request.headers
        if is_current(quoted, modified, sent.get("if-none-match"), sent.get("if-modified-since")):
            return Response(status_code=304, headers=headers)
        return Response(answer.body, headers=headers | {"Content-Type": answer.media_type})


def _made(question: Callable[[], BaseModel], items: str, form: Format) -> Made:
    """Ask ``question``, and write its answer as ``form``."""
    answer = question()
    cursor = str(getattr(answer, "next_cursor", None) or "")
    if form == "json":
        return answer.model_dump_json().encode("utf-8"), JSON, cursor
    if form == "rows":
        return rows_of(answer, items), JSON, cursor
    return csv_of(answer, items), CSV, cursor


def _question(request: Request) -> str:
    """What names a question: its path and parameters, in one order, without the token; of two alike the last."""
    asked = {name: value for name, value in request.query_params.items() if name != "token"}
    return f"{request.url.path}?{urlencode(sorted(asked.items()))}"


def _next(request: Request, cursor: str) -> str:
    """The address of the next page, relative to this one: a proxy may have another path in front."""
    asked = {name: value for name, value in request.query_params.items() if name != "token"}
    return f"?{urlencode({**asked, 'cursor': cursor})}"
