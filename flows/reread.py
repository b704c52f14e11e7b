"""Reread: the stored past -> read again with the present engine -> the board's differences, applied if asked for."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from prefect import flow

from flows.assess import assess_batch, without_stand_in
from flows.run.clock import clock
from flows.run.context import RunContext, open_run, open_tools, watch_of
from flows.run.endings import flow_run_name
from flows.run.model_calls import language_model
from flows.run.record import Run
from flows.run.request import WatchRequest
from pipeline import steps
from pipeline.board.corrections import Corrections
from pipeline.fetch.chat import Chat
from pipeline.model import Article
from pipeline.model.errors import FetchError, UsageError
from pipeline.steps import choose_reader
from pipeline.storage import LIVE


@flow(name="reread", flow_run_name=flow_run_name, persist_result=False)
async def reread(request: WatchRequest, apply: bool = False, model: bool = False) -> steps.RereadResult:
    """Read the stored past again. Nothing is stored unless ``apply``; no alert is planned in any case.

    Args:
        request: the watch and its store.
        apply: store what the past is read as now.
        model: ask the watch's language model for a preview too; its answers are kept, so that applying asks no more.

    Raises:
        UsageError: nothing is stored there.
        FetchError: the language model is away; nothing is stored then.
    """
    if not (request.data_dir / LIVE).exists():
        raise UsageError(f"Nothing is stored in {request.data_dir} yet.", remedy="Run the watch first.")
    if not (apply or model):
        async with open_tools() as tools:
            watch = watch_of(request)
            context = RunContext(
                request,
                tools,
                watch,
                choose_reader(watch, tools.embedded),
                Run(uuid4(), clock(request)),
                tools.progress,
            )
            return await _read(context, None)
    async with open_run("reread", request) as context, language_model(context) as chat:
        made = await _read(context, chat)
        if apply:
            with context.open_store() as store:
                store.add_reread(context.run.run_id, context.slug, made)
        _count(context.run, made)
        return made


async def _read(context: RunContext, chat: Chat | None) -> steps.RereadResult:
    with context.open_store() as store:
        articles = store.articles_standing(context.slug)
        changes = store.load_changes(context.slug)
        corrections = Corrections.of(store.load_corrections(context.slug))
    waiting = without_stand_in(context)

    async def assess(batch: Sequence[Article], known: steps.AssessmentInput) -> steps.Assessment:
        made = await assess_batch(f"{len(batch)} articles again", batch, known, waiting, chat)
        if made.waiting:
            raise FetchError(
                "model-away",
                f"The language model did not answer about {len(made.waiting)} of {len(batch)} articles.",
                remedy="Nothing is stored, and what it did answer is kept: try again when it is back.",
            )
        return made

    return await steps.read_again(
        articles, changes=changes, engine=context.reader.engine, assess=assess, now=context.now, corrections=corrections
    )


def _count(run: Run, made: steps.RereadResult) -> None:
    run.count(
        articles_read=len(made.readings),
        claims=len(made.judgements),
        changes=len(made.added) + len(made.withdrawals),
        differences=len(made.differences),
    )
