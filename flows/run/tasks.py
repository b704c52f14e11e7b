"""Work in batches, as Prefect tasks: one task run for dozens of items, never one for each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from pipeline.model.errors import TransientError

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """``items`` in runs of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


async def is_transient(task: object, run: TaskRun, state: State[Any]) -> bool:
    """Prefect's question "shall I try again?", answered by the error's type alone."""
    try:
        await state.aresult()
    except TransientError:
        return True
    except Exception:
        return False
    return False


class _Sealed:
    """The arguments of a call, in a box that Prefect does not look into.

    It walks through every list and dataclass that a task is given, twice, in search of futures. Of 2,000 feeds, 50 at a
    time, each batch with the whole watch beside it, that made 29 seconds where polling them takes 2.
    """

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.args, self.kwargs = args, kwargs


def batch_task(
    stage: str,
) -> Callable[
    [Callable[Concatenate[str, P], Coroutine[Any, Any, R]]], Callable[Concatenate[str, P], Coroutine[Any, Any, R]]
]:
    """Make a Prefect task of a function that does a batch; the function's first argument says which.

    A batch is tried again where the world may have changed, by the error's type. Nothing of it is kept by Prefect.

    Args:
        stage: what the task run's name begins with.
    """

    def made(
        act: Callable[Concatenate[str, P], Coroutine[Any, Any, R]],
    ) -> Callable[Concatenate[str, P], Coroutine[Any, Any, R]]:
        @task(
            name=act.__name__,
            task_run_name=f"{stage} {{label}}",
            retries=2,
            retry_delay_seconds=2,
            retry_condition_fn=is_transient,
            cache_policy=NO_CACHE,
            persist_result=False,
        )
        async def run(label: str, sealed: _Sealed) -> R:
            return await act(label, *sealed.args, **sealed.kwargs)

        @wraps(act)
        async def call(label: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
            return await run(label, _Sealed(args, kwargs))

        return call

    return made


async def each(
    stage: str, items: Sequence[T], act: Callable[[T], Awaitable[R]], tell: Callable[[str, int, int], None]
) -> list[R]:
    """Do ``act`` on every item at once and ``tell`` as each ends; return the results in the items' order."""
    done, whole = 0, len(items)

    async def one(item: T) -> R:
        nonlocal done
        result = await act(item)
        done += 1
        tell(stage, done, whole)
        return result

    return list(await asyncio.gather(*(one(item) for item in items)))
