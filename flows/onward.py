"""Going on: a step that its deployment asks to takes the steps after it too, at once and in its own process.

Woken by an event, each of them would be a process of its own, which takes a second or two to begin, and an alert would
wait for three. What is told of such a run is told as of a round: it wakes nobody.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from flows import outbox
from flows.endings import BlindError
from flows.feeds import feeds_of
from flows.pages import pages_of
from flows.request import WatchRequest
from flows.resources import Resources, resources
from flows.runs import Run, recorded
from pipeline import storage
from pipeline.model import Article
from pipeline.steps import ModelReadings

Counts = dict[str, int]
Step = Callable[..., Coroutine[Any, Any, Counts]]


def pages_wait(store: storage.Store, found: Resources, now: datetime) -> bool:
    """Whether an entry waits for its page, or one that the run has asked for has come."""
    if found.pages is not None and found.pages.are_to_come:
        return True
    return bool(store.entries_to_collect(found.watch.slug, now, 1))


def articles_wait(store: storage.Store, found: Resources, now: datetime) -> bool:
    """Whether an article waits to be read, or to be read by the model in whose place the engine has read it."""
    return bool(store.articles_to_read(found.watch.slug, 1) or owed_to_model(store, found, 1))


def owed_to_model(store: storage.Store, found: Resources, limit: int) -> list[Article]:
    """Return articles that the embedded engine has read in the place of a language model that was away."""
    reader = found.reader
    if not isinstance(reader, ModelReadings):
        return []
    return store.articles_stood_in(found.watch.slug, reader.engine, reader.stand_in, limit)


def has_missed_model(run: Run) -> bool:
    """Whether the language model was away in ``run``: it is asked again by the next one."""
    return any(run.counts.get(name, 0) for name in ("articles_waiting", "articles_stood_in"))


def alerts_wait(store: storage.Store, found: Resources, now: datetime) -> bool:
    """Whether the outbox has work."""
    return outbox.work_waits(store, found.watch, now)


def goes_on(step: Step) -> Step:
    """``step``, which goes on with the steps after it where the request says so, as far as there is work for them.

    Looking at pages again is left to the rounds: it brings no news of its own, and an alert would wait for it.
    """

    @wraps(step)
    async def run(request: WatchRequest, run_id: UUID | None = None) -> Counts:
        if run_id is not None or not request.go_on:
            return await step(request, run_id)
        from flows.poll import poll  # which takes `goes_on` from here

        run_id = uuid4()
        async with resources(request) as found:
            async with (
                recorded(step.__name__, request, found, run_id) as whole,
                feeds_of(request, found) as feeds,
                pages_of(request, found) as pages,
            ):
                # As in a round, every step believes the same time.
                request = request.model_copy(update={"now": whole.now})
                await step(request, run_id)
                await _steps_after(step.__name__, request, found, whole)
                while feeds.are_to_come or pages.are_to_come:
                    if feeds.wave_is_due(others_wait=pages.are_to_come):
                        with suppress(BlindError):  # told of the whole run at its end
                            await poll(request, run_id)
                    await _steps_after("poll", request, found, whole)
            await _publish(request, run_id, whole)
        return whole.counts

    run.__signature__ = inspect.signature(step, eval_str=True)  # type: ignore[attr-defined]
    return run


async def _steps_after(name: str, request: WatchRequest, found: Resources, whole: Run) -> None:
    # Each of these modules takes `goes_on` from here.
    from flows.alert import alert
    from flows.assess import assess
    from flows.collect import collect

    steps = (("collect", collect, pages_wait), ("assess", assess, articles_wait), ("alert", alert, alerts_wait))
    names = [following for following, _, _ in steps]
    first = names.index(name) + 1 if name in names else 0
    for _, step, has_work in steps[first:]:
        if step is assess and has_missed_model(whole):
            continue
        with storage.open_store(request.data_dir, wait=found.settings.store_wait) as store:
            wanted = has_work(store, found, whole.now)
        if wanted:
            await step(request, whole.run_id)


async def _publish(request: WatchRequest, run_id: UUID, whole: Run) -> None:
    """Write the file for SQL anew for the reasons for which an event would: the board has moved, or an alert has left.

    After the run's end, so that the file holds that too.
    """
    from flows.publish import publish

    if whole.counts.get("changes") or whole.counts.get("alerts_delivered"):
        await publish(request, run_id)
