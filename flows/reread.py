"""Reread: the stored past -> read again with the present engine -> the board's differences, applied if asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from prefect import flow

from flows.assess import assess_batch
from flows.run.context import Resources, clock, resources
from flows.run.endings import name_of_run
from flows.run.model_calls import language_model
from flows.run.record import Run, recorded
from flows.run.request import WatchRequest
from pipeline import steps
from pipeline.board.corrections import Marks
from pipeline.fetch.chat import Chat
from pipeline.model import Article
from pipeline.model.errors import FetchError, UsageError
from pipeline.storage import LIVE, open_store


@flow(name="reread", flow_run_name=name_of_run, persist_result=False)
async def reread(
    request: WatchRequest, apply: bool = False, run_id: UUID | None = None, model: bool = False
) -> steps.Reread:
    """Read the stored past again. Nothing is stored unless ``apply``; no alert is planned in any case.

    Args:
        request: the watch and its store.
        apply: store what the past is read as now.
        run_id: of the run that is recorded.
        model: ask the watch's language model for a preview too; its answers are kept, so that applying asks no more.

    Raises:
        UsageError: nothing is stored there.
        FetchError: the language model is away; nothing is stored then.
    """
    if not (request.data_dir / LIVE).exists():
        raise UsageError(f"Nothing is stored in {request.data_dir} yet.", remedy="Run the watch first.")
    async with resources(request) as found:
        if not (apply or model):
            return await _read(request, found, clock(request), None)
        async with (
            recorded("reread", request, found, run_id) as run,
            language_model(request, found, run, run.now) as chat,
        ):
            made = await _read(request, found, run.now, chat)
            if apply:
                with open_store(request.data_dir, wait=found.settings.store_wait) as store:
                    store.add_reread(run.run_id, found.watch.slug, made)
            _count(run, made)
            return made


async def _read(request: WatchRequest, found: Resources, now: datetime, chat: Chat | None) -> steps.Reread:
    slug = found.watch.slug
    with open_store(request.data_dir, wait=found.settings.store_wait) as store:
        articles = store.articles_standing(slug)
        changes = store.load_changes(slug)
        marks = Marks.of(store.load_marks(slug))

    patient = replace(found.watch, reader=replace(found.watch.reader, patience_h=math.inf))  # nobody stands in

    async def assess(batch: Sequence[Article], known: steps.Known) -> steps.Assessment:
        told = f"{len(batch)} articles again"
        made = await assess_batch(told, batch, known, replace(found, watch=patient), now, chat)
        if made.waiting:
            raise FetchError(
                "model-away",
                f"The language model did not answer about {len(made.waiting)} of {len(batch)} articles.",
                remedy="Nothing is stored, and what it did answer is kept: try again when it is back.",
            )
        return made

    return await steps.read_again(
        articles, changes=changes, engine=found.reader.engine, assess=assess, now=now, marks=marks
    )


def _count(run: Run, made: steps.Reread) -> None:
    run.count(
        articles_read=len(made.readings),
        claims=len(made.judgements),
        changes=len(made.added) + len(made.withdrawals),
        differences=len(made.differences),
    )
