"""The receiver's answers: a look shows what is acknowledged, the button acknowledges it.

Mail scanners and chat previews fetch links, so a GET changes nothing, whoever makes it. What a link opens stays the
same however often it is opened, and pressing the button twice is pressing it once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from urllib.parse import parse_qs
from uuid import UUID

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from pipeline.alerts.acknowledgement import PLACE, is_signed
from pipeline.model import escape
from pipeline.model.errors import StorageError, StoreLockedError
from pipeline.runtime import logs
from pipeline.site.receiver import page
from pipeline.site.receiver.desk import Desk, Seen

MAX_BODY = 16 * 1024  # bytes of a form: a name and a note, percent-encoded
BODY_TIME = 10.0  # seconds for it to arrive
AGAIN = 5  # seconds after which a reader may press again
_FORM = "application/x-www-form-urlencoded"
_HEADERS = {
    "Content-Security-Policy": page.CONTENT_SECURITY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address is what lets in
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_BUSY = "The watch is writing at this moment. Please press the button again in a few seconds."
_BROKEN = "It could not be stored. Please tell whoever runs the watch; the reason stands in its log."


def receiver(desk: Desk, keys: Mapping[str, bytes]) -> Starlette:
    """The application.

    Args:
        desk: the store.
        keys: what signs the links of each watch, by its short name.
    """
    answers = _Answers(desk, keys)
    # In front of it may stand a proxy that adds a part to the path, and takes it away again or not.
    link = f"/{PLACE}/{{watch}}/{{alert_id}}/{{signature}}"
    routes = [
        Route("/health", answers.health, methods=["GET"]),
        Route("/{front:path}/health", answers.health, methods=["GET"]),
        Route(link, answers.link, methods=["GET", "POST"]),
        Route(f"/{{front:path}}{link}", answers.link, methods=["GET", "POST"]),
        Route("/{rest:path}", answers.nothing, methods=["GET", "POST"]),
    ]
    return Starlette(routes=routes)


class _Answers:
    def __init__(self, desk: Desk, keys: Mapping[str, bytes]) -> None:
        self._desk, self._keys = desk, keys

    async def health(self, request: Request) -> Response:
        return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})

    async def nothing(self, request: Request) -> Response:
        return _answer(page.unknown(), 404)

    async def link(self, request: Request) -> Response:
        watch = request.path_params["watch"]
        alert_id = _uuid(request.path_params["alert_id"])
        key = self._keys.get(watch)
        if key is None or alert_id is None or not is_signed(request.path_params["signature"], key, watch, alert_id):
            return _answer(page.unknown(), 404)
        title = self._desk.places[watch].title
        if request.method == "POST":
            return await self._press(request, watch, title, alert_id)
        return await self._look(watch, title, alert_id)

    async def _look(self, watch: str, title: str, alert_id: UUID) -> Response:
        try:
            alert = await asyncio.to_thread(self._desk.look, watch, alert_id)
        except StorageError as error:
            # The link is a true one, so the alert was told: the button is worth more than the words around it.
            _log(watch, alert_id, error)
            alert = Seen(alert_id, "", "")
        if alert is None:
            return _answer(page.unknown(), 404)
        return _answer(page.asks(title, alert) if alert.acked_at is None else page.done(title, alert, new=False))

    async def _press(self, request: Request, watch: str, title: str, alert_id: UUID) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            return _answer(page.trouble("Not understood", "Open the link in a browser, and press its button."), 415)
        try:
            given = await asyncio.wait_for(_form(request), BODY_TIME)
        except (TimeoutError, ClientDisconnect):
            return _answer(page.trouble("Too slow", "What was sent did not arrive. Please try again."), 408)
        if given is None:
            return _answer(page.trouble("Too long", "Please write a shorter note."), 413)
        by, note = given
        try:
            alert, new = await asyncio.to_thread(self._desk.acknowledge, watch, alert_id, by=by, note=note)
        except StorageError as error:
            _log(watch, alert_id, error)
            about = Seen(alert_id, "", "")
            if isinstance(error, StoreLockedError):
                told = page.asks(title, about, by=by, note=note, trouble=_BUSY)
                return _answer(told, 503, {"Retry-After": str(AGAIN)})
            return _answer(page.asks(title, about, by=by, note=note, trouble=_BROKEN), 500)
        if alert is None:
            return _answer(page.unknown(), 404)
        # Whoever pressed need not wait for the copy that SQL clients read.
        after = BackgroundTask(asyncio.to_thread, self._desk.publish, watch) if new else None
        return _answer(page.done(title, alert, new=new), background=after)


async def _form(request: Request) -> tuple[str, str] | None:
    """The name and the note that were sent; None where that is too much."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            return None
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), encoding="utf-8", errors="replace", max_num_fields=10)
    except ValueError:  # too many fields
        return None
    by, note = (fields.get(name, [""])[0] for name in ("by", "note"))
    return escape.line(by)[: page.MAX_NAME], escape.lines(note).strip()[: page.MAX_NOTE]


def _answer(
    text: str, status: int = 200, headers: Mapping[str, str] | None = None, background: BackgroundTask | None = None
) -> Response:
    return HTMLResponse(text, status, headers={**_HEADERS, **(headers or {})}, background=background)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _log(watch: str, alert_id: UUID, error: StorageError) -> None:
    logs.event("acknowledge.failed", level=logging.WARNING, watch=watch, alert=alert_id, reason=str(error))
