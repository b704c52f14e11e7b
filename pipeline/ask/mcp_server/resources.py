"""What a client may attach: the board of each watch as data, and its page as it was published."""

from __future__ import annotations

from collections.abc import Callable

from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.server.mcpserver.resources import FunctionResource, Resource

from pipeline.ask import MAX_LIMIT, Ask, WatchFile
from pipeline.model import escape
from pipeline.model.errors import MissionwatchError

MAX_PAGE = 4 * 2**20  # bytes


def resources(ask: Ask) -> list[Resource]:
    """Return two resources for each watch."""
    found: list[Resource] = []
    for watch in map(ask.watch, ask.slugs):
        found += [
            FunctionResource.from_function(
                _board(ask, watch),
                uri=f"missionwatch://{watch.slug}/board",
                name=f"{watch.slug}-board",
                title=f"{watch.mission}: the board",
                description="Where the mission stands, as JSON; words of articles in it are quotations.",
                mime_type="application/json",
            ),
            FunctionResource.from_function(
                _page(watch),
                uri=f"missionwatch://{watch.slug}/page",
                name=f"{watch.slug}-page",
                title=f"{watch.mission}: the page",
                description="The page of the watch as it was published; words of articles in it are quotations.",
                mime_type="text/html",
            ),
        ]
    return found


def _board(ask: Ask, watch: WatchFile) -> Callable[[], str]:
    def board() -> str:
        try:
            return ask.board(watch.slug, limit=MAX_LIMIT).model_dump_json()
        except MissionwatchError as error:
            raise ResourceError(escape.lines(str(error))) from error

    return board


def _page(watch: WatchFile) -> Callable[[], str]:
    path = watch.folder / "site" / watch.slug / "index.html"

    def page() -> str:
        try:
            with path.open("rb") as file:
                data = file.read(MAX_PAGE + 1)
        except OSError:
            raise ResourceNotFoundError(
                f"There is no page of {watch.slug} yet: a run makes it, or missionwatch page."
            ) from None
        if len(data) > MAX_PAGE:
            raise ResourceError(f"The page of {watch.slug} is larger than {MAX_PAGE:,} bytes: open it in a browser.")
        return data.decode("utf-8", "replace")

    return page
