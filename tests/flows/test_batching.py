"""Work in batches, as Prefect tasks that Prefect does not look into."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from flows.run.tasks import batch_task, batches
from pipeline.model.errors import FetchError, RefusedError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore"),  # Prefect leaves sockets to the garbage collector
]


@dataclass
class Heavy:
    """Counts who looks into it: Prefect reads each field of a dataclass that a task is given, and what is in it."""

    looks: list[str] = field(default_factory=list)

    def __getattribute__(self, name: str) -> object:
        if name == "inside":
            object.__getattribute__(self, "looks").append(name)
            return ()
        return object.__getattribute__(self, name)

    inside: tuple[int, ...] = ()


@batch_task("weigh")
async def weigh(label: str, heavy: Heavy, trouble: list[Exception], *, factor: int) -> int:
    if trouble:
        raise trouble.pop()
    return factor


async def test_a_batch_is_given_its_arguments_as_they_are_and_nobody_looks_into_them() -> None:
    heavy = Heavy()

    assert await weigh("one", heavy, [], factor=7) == 7
    assert heavy.looks == []


async def test_a_batch_is_tried_again_where_the_world_may_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    trouble: list[Exception] = [FetchError("timeout", "no answer")]

    assert await weigh("two", Heavy(), trouble, factor=3) == 3
    assert trouble == []


async def test_a_batch_that_is_refused_is_not_tried_again() -> None:
    trouble: list[Exception] = [RefusedError("robots", "no"), RefusedError("robots", "not at all")]

    with pytest.raises(RefusedError, match="not at all"):
        await weigh("three", Heavy(), trouble, factor=3)
    assert len(trouble) == 1


def test_the_last_batch_holds_what_is_left() -> None:
    assert [list(part) for part in batches(range(5), 2)] == [[0, 1], [2, 3], [4]]
