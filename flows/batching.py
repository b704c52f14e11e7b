"""Work in batches, as Prefect tasks: one task run for dozens of items, never one for each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, TypeVar

from prefect.client.schemas.objects import State, TaskRun

from flows.resources import progress
from pipeline.errors import TransientError

T = TypeVar("T")
R = TypeVar("R")


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


async def each(
    stage: str, items: Sequence[T], act: Callable[[T], Awaitable[R]], *, done_before: int = 0, total: int | None = None
) -> list[R]:
    """``act`` on every item at once, telling the progress line as each ends; results in the items' order."""
    tell = progress.get()
    done = done_before
    whole = total if total is not None else len(items)

    async def one(item: T) -> R:
        nonlocal done
        result = await act(item)
        done += 1
        tell(stage, done, whole)
        return result

    return list(await asyncio.gather(*(one(item) for item in items)))
