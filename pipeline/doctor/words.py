"""What a check finds, and what all of them come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.doctor.world import World


class State(StrEnum):
    """How a thing stands."""

    OK = "ok"
    WARNING = "warning"  # works, and may not for long, or not as it should
    TROUBLE = "trouble"  # does not work, or soon won't
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: a line, and what to do where something is to be done."""

    state: State
    told: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at.

    Attributes:
        key: its name for scripts.
        title: its name for people.
        look: finds out, from the world and nothing else.
        limit: seconds, after which it counts as trouble and the next one is begun.
        online: whether it asks the network.
    """

    key: str
    title: str
    look: Callable[[World], Finding]
    limit: float = 10.0
    online: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """A check, what it found, and the seconds that it took."""

    check: Check
    finding: Finding
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """All results, in the order of the checks."""

    results: Sequence[Result] = field(default_factory=tuple)

    @property
    def worst(self) -> State:
        """Trouble where there is any, else a warning where there is any, else ok."""
        found = {result.finding.state for result in self.results}
        return next((state for state in (State.TROUBLE, State.WARNING) if state in found), State.OK)

    def count(self, state: State) -> int:
        """How many checks found ``state``."""
        return sum(result.finding.state is state for result in self.results)


class NothingToSeeError(Exception):
    """A check has nothing to look at; says why."""


def ok(told: str) -> Finding:
    """All is well."""
    return Finding(State.OK, told)


def warning(told: str, remedy: str) -> Finding:
    """It works, but somebody should look."""
    return Finding(State.WARNING, told, remedy)


def trouble(told: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(State.TROUBLE, told, remedy)


def skipped(told: str) -> Finding:
    """Nothing to look at."""
    return Finding(State.NOT_APPLICABLE, told)
