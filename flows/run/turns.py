"""What a scheduled or woken run does that finds another at work in its data folder, or its watch paused."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from prefect import runtime
from prefect.states import Completed

from flows.run.request import WatchRequest
from pipeline.model.errors import NotWatchedError, StoreLockedError
from pipeline.storage import hold_run

P = ParamSpec("P")
R = TypeVar("R")


def leaves_to_holder(
    step: Callable[Concatenate[WatchRequest, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[WatchRequest, P], Coroutine[Any, Any, R]]:
    """``step``, which ends well where it was scheduled or woken and another run keeps the folder for ``store_wait``.

    That is no failure, so it must not look like one: only the holder adds work, it tells of what it adds, and a
    round takes all that waits. What is left over is swept up by the next round. Nor is it a failure where the watch is
    paused or archived. A person who calls the command still gets the error, since they wanted it done now.
    """

    @wraps(step)
    async def run(request: WatchRequest, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await step(request, *args, **kwargs)
        except NotWatchedError as error:
            if runtime.deployment.id is None:
                raise
            return Completed(name="NotWatched", message=str(error))  # type: ignore[return-value]
        except StoreLockedError as error:
            if runtime.deployment.id is None or not _is_held(request):
                raise
            # Prefect takes a state for the run's own; nobody else sees it.
            return Completed(name="Left", message=f"Left to the run that is at work. {error}")  # type: ignore[return-value]

    # Prefect looks the names in annotations up where the wrapper is defined: give it the types themselves.
    signature = inspect.signature(step, eval_str=True)
    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {name: one.annotation for name, one in signature.parameters.items()}
    return run  # type: ignore[return-value]


def _is_held(request: WatchRequest) -> bool:
    """Whether another run works in the folder; else it was the store's own lock, which is a fault."""
    try:
        with hold_run(request.data_dir, wait=0):
            return False
    except StoreLockedError:
        return True
