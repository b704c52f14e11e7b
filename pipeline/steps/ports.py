"""The interfaces by which the steps act on the world; implementations are passed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from pipeline.model import Alert, Response
from pipeline.model.errors import MissionwatchError
from pipeline.reading.llm import Ask, Reply

R = TypeVar("R")


class Fetch(Protocol):
    """Brings the response of one address; raises FetchError or RefusedError."""

    async def __call__(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, max_body: int, accept: str
    ) -> Response:
        """GET ``url``, with validators where they are known, and read at most ``max_body`` bytes."""
        ...


class Work(Protocol):
    """Runs a function of this package in a killable process; raises what it raises, WorkerError or SpreadError.

    A SpreadError says nothing of the feed or page that was to be read, so a step passes it on.
    """

    async def __call__(self, function: Callable[..., R], *args: object) -> R:
        """Call ``function(*args)`` there and bring back what it returns."""
        ...


class Deliver(Protocol):
    """Hands an alert to its channel; raises DeliveryError."""

    async def __call__(self, alert: Alert) -> None:
        """Deliver ``alert`` once."""
        ...


class AskModel(Protocol):
    """Puts questions to a language model; raises nothing: a failure is a reply with its trouble."""

    async def __call__(self, asks: Sequence[Ask]) -> Sequence[Reply]:
        """Return a reply to each of ``asks``, in their order."""
        ...


def reason_of(error: MissionwatchError) -> str:
    """Format an error as a recorded reason: its class, then what happened and what to do."""
    return f"{error.code}: {error}"
