"""Writes and publishes each second, as a watch would that never rests: ``python -m tests.clients.writer FOLDER 60 1``.

It waits for nobody: a lock that a client held would be seen as a round refused. A line of JSON for each round.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.model.errors import StoreLockedError
from tests.clients.world import publish_round, write_round

EVERY = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Round:
    """One round: its number, how long it took to write and to publish, and how late that was done.

    Attributes:
        number: of the round.
        write_s: seconds from opening the store to having closed it.
        publish_s: seconds to publish it.
        late_s: seconds from the moment at which the round was due to its publication.
        refused: whether somebody held the live file.
    """

    number: int
    write_s: float
    publish_s: float
    late_s: float
    refused: bool


def write(folder: Path, first: int, rounds: int):
    """Write and publish ``rounds`` rounds, one each second; yields each when it is done."""
    begun = time.monotonic()
    for count in range(rounds):
        number, due = first + count, begun + count * EVERY
        time.sleep(max(0.0, due - time.monotonic()))
        started = time.monotonic()
        refused = False
        try:
            write_round(folder, number)
        except StoreLockedError:
            refused = True
            write_round(folder, number, wait=60)
        written = time.monotonic()
        try:
            publish_round(folder, number)
        except StoreLockedError:
            refused = True
            publish_round(folder, number, wait=60)
        ended = time.monotonic()
        yield Round(number, written - started, ended - written, ended - due, refused)


def main(folder: str, seconds: str, first: str) -> None:
    """Write, and say each round."""
    for done in write(Path(folder), int(first), int(seconds)):
        print(json.dumps(asdict(done)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
