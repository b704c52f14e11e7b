"""Name runs in Prefect, and end them with what they came to in words, never well where they were blind."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from prefect import runtime
from prefect.states import Completed, Failed

from flows.run.request import WatchRequest
from flows.run.text import POLLING, ended, run_name
from pipeline.health.feeds import blindness, blindness_told
from pipeline.model import AlarmKind, RunRecord
from pipeline.model.errors import MissionwatchError

P = ParamSpec("P")
R = TypeVar("R")

BLIND: Final = "Blind"  # the name of the state, and so of its event: prefect.flow-run.Blind


class BlindError(MissionwatchError):
    """A run did what there was to do, and could read no feed.

    Args:
        message: how many feeds failed.
        done: what the run would have returned.
    """

    code = "blind"
    exit_code = 5

    def __init__(self, message: str, done: RunRecord | Mapping[str, int]) -> None:
        super().__init__(message, remedy="Is this machine online? missionwatch doctor DIR tells.")
        self.done = done


def name_of_run() -> str:
    """Return the name of the flow run that begins: its flow, its watch, and the time that it is about."""
    request = runtime.flow_run.parameters.get("request")
    folder, now = (request.folder, request.now) if isinstance(request, WatchRequest) else ("", None)
    when = now or runtime.flow_run.scheduled_start_time or datetime.now(UTC)
    return run_name(runtime.flow_run.flow_name or "run", getattr(folder, "name", ""), when)


def tells_its_end(
    step: Callable[Concatenate[WatchRequest, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[WatchRequest, P], Coroutine[Any, Any, R]]:
    """``step``, whose run ends with a message that says what it came to.

    Where it could read no feed its run ends as failed, by the name Blind, once all else is done; who called it in this
    process gets a :class:`BlindError` that holds what it did. It is not tried again: each feed has its own next poll.
    """

    @wraps(step)
    async def run(request: WatchRequest, *args: P.args, **kwargs: P.kwargs) -> R:
        done = await step(request, *args, **kwargs)
        counts = done.counts if isinstance(done, RunRecord) else done
        if not isinstance(counts, Mapping):  # a state already
            return done
        told = ended(step.__name__, counts)
        if step.__name__ in POLLING and blindness(counts) is AlarmKind.BLIND:
            data = BlindError(blindness_told(counts), done)  # type: ignore[arg-type]
            # Prefect takes a state for the run's own; who called gets the error in it.
            return Failed(name=BLIND, message=told, data=data)  # type: ignore[return-value]
        return Completed(message=told, data=done)  # type: ignore[return-value]

    signature = inspect.signature(step, eval_str=True)
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()}
    return run  # type: ignore[return-value]


async def record_of(round_: Awaitable[RunRecord]) -> RunRecord:
    """Return the record of ``round_``, a call of the flow monitor, also where it was blind."""
    try:
        return await round_
    except BlindError as blind:
        if not isinstance(blind.done, RunRecord):
            raise
        return blind.done
