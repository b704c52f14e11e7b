"""What the checks may ask of the world; :mod:`pipeline.doctor.real` answers, in tests a table does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pipeline.health.heartbeat import LockState, Pulse
from pipeline.model import Feed, Watch
from pipeline.runtime.settings import Settings
from pipeline.storage import StoreCondition


@dataclass(frozen=True, slots=True)
class Package:
    """A library: its version here (None: not there), the versions that are wanted, and whether it fits."""

    name: str
    found: str | None
    wanted: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Disk:
    """The place of the data folder.

    Attributes:
        is_there: the folder exists; all else is then said of it, else of the nearest folder above that exists.
        fault: why nothing can be written there; empty where it can.
        free, total: bytes.
        files_left: files that can still be made; None where the file system does not count them.
        kind: of the file system, e.g. ext4; empty where it is not known.
    """

    is_there: bool
    fault: str
    free: int
    total: int
    files_left: int | None
    kind: str


@dataclass(frozen=True, slots=True)
class FeedSight:
    """What asking a feed came to. ``clock`` is its server's time; ``fault`` is empty where it works."""

    feed: Feed
    seconds: float
    entries: int = 0
    clock: datetime | None = None
    fault: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ClusterSight:
    """What asking a cluster came to.

    Attributes:
        workers, threads: how many it has.
        others: addresses of workers that run other code than this machine, with what they run or why it is not known.
        fault: why nothing can be known; empty where it answers.
    """

    workers: int = 0
    threads: int = 0
    others: tuple[str, ...] = ()
    fault: str = ""


class World(Protocol):
    """Everything that a check may look at. What can't be found out raises, and the check's result says so."""

    folder: Path  # of the watch
    data_dir: Path

    def now(self) -> datetime:
        """The machine's time."""
        ...

    def python(self) -> Package:
        """The interpreter."""
        ...

    def packages(self) -> Sequence[Package]:
        """The libraries on which the work stands."""
        ...

    def settings(self) -> tuple[Settings, Mapping[str, str]]:
        """The settings, and where each that is set comes from."""
        ...

    def watch(self) -> Watch:
        """The watch."""
        ...

    def zones(self, names: Sequence[str]) -> Sequence[str]:
        """Those of the time zones ``names`` that can't be loaded."""
        ...

    def reader(self) -> str:
        """Load the reading engine's model files, and read a sentence; the engine's name and version."""
        ...

    def disk(self) -> Disk:
        """The place of the data folder."""
        ...

    def store(self) -> StoreCondition:
        """The store's files."""
        ...

    def pulse(self) -> Pulse:
        """The runs that the store knows of."""
        ...

    def feed_states(self) -> Mapping[str, int]:
        """How many feeds are in which state of the view feed_health, as of the last round."""
        ...

    def writer(self) -> LockState:
        """Who has the store open."""
        ...

    def runner(self) -> LockState:
        """Who runs in the data folder."""
        ...

    def addresses(self, host: str) -> Sequence[str]:
        """The addresses of ``host``."""
        ...

    def authorities(self) -> tuple[int, str]:
        """How many certificate authorities are trusted, and where they come from."""
        ...

    def environ(self) -> Mapping[str, str]:
        """The environment."""
        ...

    def feeds(self, feeds: Sequence[Feed]) -> Sequence[FeedSight]:
        """Ask ``feeds``, as a poll would, and store nothing."""
        ...

    def channel(self, channel: str) -> tuple[str, str] | None:
        """What is wrong with an alert channel and what to do; None where nothing is known to be."""
        ...

    def cluster(self, address: str) -> ClusterSight:
        """The Dask cluster whose scheduler is at ``address``."""
        ...

    def ack_key(self) -> None:
        """See that the key which signs acknowledgement links can be used; raises where it can't."""
        ...

    def get(self, url: str) -> tuple[int, float]:
        """The status that ``url`` answers, and the seconds that it took."""
        ...
