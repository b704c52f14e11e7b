"""What the Prefect UI shows of a run: progress, the board, what changed, and where it is published.

Only where a server is named: the one that an embedded run starts for itself ends with the run, and nobody sees it.
An artifact is a service to the eye: one that can't be made is told in the log, and holds no run up.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.artifacts import Artifact, LinkArtifact, MarkdownArtifact, ProgressArtifact, TableArtifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import ArtifactUpdate
from prefect.context import FlowRunContext, tags
from prefect.logging import get_logger

from flows.run.artifact_text import CHANGES_SHOWN, board_rows, changes_markdown, key, percent, round_markdown
from flows.run.context import Progress
from flows.run.record import Run
from flows.run.request import WatchRequest
from flows.run.server import server_named
from pipeline.alerts.compose import AT_ONCE, compose_message
from pipeline.alerts.rules import uncertain_changes
from pipeline.model import Verdict, Watch
from pipeline.model.errors import StorageError
from pipeline.runtime.settings import load_settings
from pipeline.storage import open_published

LIMIT = 15.0  # seconds for all artifacts of one call, after which the run goes on without
PAUSE = 2.0  # seconds between two updates of the progress; each is an event in the server's feed
_logger = get_logger("missionwatch")


# -- a round ---------------------------------------------------------------------------------------


@asynccontextmanager
async def show_run_progress(watch: Watch, purpose: str, progress: Progress) -> AsyncIterator[Progress]:
    """Show the block's progress on the page of the flow run that it stands in.

    The run gets the tags ``missionwatch``, the watch's short name and ``purpose``. Does nothing where no server is
    named.

    Args:
        watch: what is watched.
        purpose: what the run is for, in a word: ``round``.
        progress: is told too.

    Yields:
        What is to be told how far a step is.
    """
    context = FlowRunContext.get()
    if not server_named() or context is None or context.flow_run is None:
        yield progress
        return
    run = context.flow_run
    wanted = {"missionwatch", watch.slug, purpose}
    bar = _Bar(key("progress", watch.slug), run.id, progress)
    beat = asyncio.create_task(bar.beat())
    ended = "stopped"
    try:
        if missing := wanted - set(run.tags):  # started by hand: a deployment's runs have them from the start
            await _quietly("tags", lambda: _tag(run.id, [*run.tags, *sorted(missing)]))
        with tags("missionwatch", watch.slug):
            yield bar
        ended = "done"
    finally:
        beat.cancel()
        await asyncio.gather(beat, return_exceptions=True)
        await _quietly("progress", lambda: bar.end(ended))


async def show_round(run: Run, request: WatchRequest, watch: Watch) -> None:
    """Show what a round that is over came to: each number that makes quiet provable, and each trouble."""
    if not server_named() or run.record is None:
        return
    when = f"{run.record.now:%d %b %Y %H:%M} UTC"
    text = round_markdown(f"{watch.title}: round of {when}", run.counts, run.notes, str(_published(request.data_dir)))
    about = f"What the round of {when} polled, read and found"
    made = MarkdownArtifact(key=key("round", watch.slug), description=about, markdown=text)
    await _quietly("round", lambda: _make([made]))


# -- the published file ----------------------------------------------------------------------------


async def published_changes(request: WatchRequest, watch: Watch) -> frozenset[UUID] | None:
    """Return the changes that the published file holds, before it is written anew; None where nothing is shown."""
    if not server_named():
        return None
    return await asyncio.to_thread(_known, request, watch)


async def show_published(request: WatchRequest, watch: Watch, told: frozenset[UUID] | None) -> None:
    """Show the board as it now is published, the changes that are not among ``told``, and where the file lies."""
    if told is None:
        return

    async def make() -> None:
        await _make(await asyncio.to_thread(_artifacts, request, watch, told))

    await _quietly("board", make)


def _artifacts(request: WatchRequest, watch: Watch, told: frozenset[UUID]) -> list[Artifact]:
    path = _published(request.data_dir)
    with open_published(request.data_dir) as store:
        board = store.board(watch.slug)
        known = store.load_changes(watch.slug)
        new = [one for one in known if one.change_id not in told and one.verdict is not Verdict.BASELINE]
        before = {one.change_id: one for one in known}
        behind = [*new, *(before[one.supersedes] for one in new if one.supersedes in before)]
        articles = store.articles_of({one.article_id for one in behind if one.article_id is not None})
    slug, title = watch.slug, watch.title
    made: list[Artifact] = [
        TableArtifact(key=key("board", slug), description=f"{title}: the board", table=board_rows(board))
    ]
    if new:
        origins = {row["change_id"]: row["sources"] for row in board}
        message = compose_message(
            new[:CHANGES_SHOWN],
            articles=articles,
            before=before,
            origins=origins,
            kind=AT_ONCE,
            watch=watch,
            uncertain=uncertain_changes(new, watch.rules, origins),
            folder=str(request.folder),
            page_url=load_settings(os.environ).page_url,
        )
        text = changes_markdown(message, title, len(new))
        made.append(MarkdownArtifact(key=key("changes", slug), description=f"{title}: what changed", markdown=text))
    about = "The file for SQL clients: duckdb -readonly FILE"
    made.append(LinkArtifact(key=key("published", slug), description=about, link=path.as_uri(), link_text=str(path)))
    return made


def _known(request: WatchRequest, watch: Watch) -> frozenset[UUID]:
    try:
        with open_published(request.data_dir) as store:
            return frozenset(one.change_id for one in store.load_changes(watch.slug))
    except StorageError:  # nothing is published yet, or a file of another version is about to be replaced
        return frozenset()


def _published(data_dir: Path) -> Path:
    return (data_dir / "missionwatch.duckdb").resolve()


# -- Prefect ---------------------------------------------------------------------------------------


class _Bar:
    """A progress artifact that follows the stages; it is updated by the beat, not by each item."""

    def __init__(self, name: str, run_id: UUID, outer: Progress) -> None:
        self._key, self._run_id, self._outer = name, run_id, outer
        self._id: UUID | None = None
        self._percent, self._told = 0.0, ""
        self._shown = ""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Take note; the beat tells."""
        self._outer(stage, done, total)
        found = percent(stage, done, total)
        if found is not None:
            self._percent = max(self._percent, found)  # a bar that runs backwards tells nothing
            self._told = f"{stage}: {done} of {total}"

    async def beat(self) -> None:
        """Tell the server, whenever there is something new, until cancelled."""
        while True:
            await asyncio.sleep(PAUSE)
            if self._told != self._shown:
                await _quietly("progress", self._show)

    async def end(self, how: str) -> None:
        """Tell the end; a round that had nothing to do shows no bar."""
        if not self._told:
            return
        if how == "done":
            self._percent = 100.0
        self._told = f"{how}; last {self._told}"
        await self._show()

    async def _show(self) -> None:
        told, reached = self._told, self._percent
        if self._id is None:
            made = ProgressArtifact(key=self._key, description=told, progress=reached, flow_run_id=self._run_id)
            self._id = (await made.acreate()).id
        else:
            async with get_client() as client:
                await client.update_artifact(self._id, ArtifactUpdate(description=told, data=reached))
        self._shown = told


async def _make(artifacts: Sequence[Artifact]) -> None:
    context = FlowRunContext.get()
    page = context.flow_run.id if context is not None and context.flow_run is not None else None
    async with get_client() as client:
        for artifact in artifacts:
            await artifact.model_copy(update={"flow_run_id": page}).acreate(client)


async def _tag(run_id: UUID, wanted: Sequence[str]) -> None:
    async with get_client() as client:
        await client.update_flow_run(run_id, tags=wanted)


async def _quietly(what: str, act: Callable[[], Any]) -> None:
    """Do ``act`` within :data:`LIMIT`; where it fails, say so in the log and go on."""
    try:
        async with asyncio.timeout(LIMIT):
            await act()
    except Exception as error:
        _logger.warning("The run's %s could not be shown in Prefect: %s", what, type(error).__name__)
