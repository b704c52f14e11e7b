"""Going on: a step that its deployment asks to takes the steps after it too, at once and in its own process.

Woken by an event, each of them would be a process of its own, which takes a second or two to begin, and an alert would
wait for three. What is told of such a run is told as of a round: it wakes nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flows.run import outbox
from flows.run.context import Resources, resources
from flows.run.endings import BlindError
from flows.run.feeds import feeds_of
from flows.run.pages import pages_of
from flows.run.record import Run, recorded
from flows.run.request import WatchRequest
from pipeline import storage
from pipeline.model import Article
from pipeline.steps import ModelReadings

Counts = dict[str, int]
Step = Callable[..., Coroutine[Any, Any, Counts]]
Publish = Callable[[WatchRequest, UUID], Coroutine[Any, Any, int]]


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


def goes_on(request: WatchRequest, run_id: UUID | None) -> bool:
    """Return whether the run takes the steps after it too: its request says so, and it is no part of a round."""
    return run_id is None and request.go_on


async def take_steps(request: WatchRequest, first: Step, following: Sequence[Step], publish: Publish) -> Counts:
    """Take ``first`` and the steps ``following`` it, as far as there is work for them; return what they counted.

    Looking at pages again is left to the rounds: it brings no news of its own, and an alert would wait for it.

    Args:
        request: what the run was asked to do.
        first: the step that was scheduled, woken or called.
        following: the steps after it, in order.
        publish: called with the request and the run's id where there is something new to publish.
    """
    run_id, name = uuid4(), first.__name__
    async with resources(request) as found:
        async with (
            recorded(name, request, found, run_id) as whole,
            feeds_of(request, found) as feeds,
            pages_of(request, found) as pages,
        ):
            # As in a round, every step believes the same time.
            request = request.model_copy(update={"now": whole.now})
            await first(request, run_id)
            await _take(following, request, found, whole)
            while feeds.are_to_come or pages.are_to_come:
                if feeds.wave_is_due(others_wait=pages.are_to_come):
                    with suppress(BlindError):  # told of the whole run at its end
                        await first(request, run_id)
                await _take(following, request, found, whole)
        # For the reasons for which an event would: the board has moved, or an alert has left. After the run's end, so
        # that the file holds that too.
        if whole.counts.get("changes") or whole.counts.get("alerts_delivered"):
            await publish(request, run_id)
    return whole.counts


async def _take(following: Sequence[Step], request: WatchRequest, found: Resources, whole: Run) -> None:
    for step in following:
        if step.__name__ == "assess" and has_missed_model(whole):
            continue
        with storage.open_store(request.data_dir, wait=found.settings.store_wait) as store:
            wanted = HAS_WORK[step.__name__](store, found, whole.now)
        if wanted:
            await step(request, whole.run_id)


# By the name of a step: whether there is work for it.
HAS_WORK: Mapping[str, Callable[[storage.Store, Resources, datetime], bool]] = {
    "collect": pages_wait,
    "assess": articles_wait,
    "alert": alerts_wait,
}
