"""Take the steps of a round one after the other, in one run, as far as there is work for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from flows.run.context import RunContext
from flows.run.record import log_step
from pipeline.storage import Store


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a round.

    Attributes:
        name: as in logs and in the record of runs.
        act: does it.
        has_work: tells whether there is anything to do; a step with nothing to do is not taken.
        once: whether it is taken once a round; else again whenever slow feeds or pages have come.
    """

    name: str
    act: Callable[[RunContext], Awaitable[None]]
    has_work: Callable[[RunContext, Store], bool]
    once: bool = False


async def take_steps(context: RunContext, first: Step, following: Sequence[Step]) -> None:
    """Take ``first``, and the steps ``following`` it until nothing is to come of what it asked for.

    A slow feed or page holds up nobody: the steps take what has come, and are taken again for the rest.

    Args:
        context: the run.
        first: the step that was scheduled, woken or called; it is taken whether there is work or not.
        following: those after it, in order.
    """
    context.is_followed = True
    async with context.open_feeds() as feeds, context.open_pages() as pages:
        await take(first, context)
        while True:
            for step in following:
                with context.open_store() as store:
                    wanted = step.has_work(context, store)
                if wanted:
                    await take(step, context)
            if not (feeds.are_pending or pages.are_pending):
                return
            if feeds.wave_is_due(others_wait=pages.are_pending):
                await take(first, context)
            following = [step for step in following if not step.once]


async def take(step: Step, context: RunContext) -> None:
    """Take one step, and log what it came to."""
    with log_step(context.run, step.name):
        await step.act(context)
