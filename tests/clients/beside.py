"""All clients at once beside a watch that writes and publishes each second: ``python -m tests.clients.beside``.

Each client opens the published file, reads and closes it over and over; one more of each keeps it open. What each
reads must be one whole publication, none older than the last that was there when it opened, and the writer must not be
held up.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.storage import PUBLISHED
from tests.clients.clients import ALL, Client, ClientError, Session
from tests.clients.tables import PAGE, shown, updated
from tests.clients.web import served
from tests.clients.world import WHOLE, make_world
from tests.clients.writer import Round

ROOT = Path(__file__).resolve().parents[2]
ALONE = 20  # rounds without clients at most, to compare with
REST = 12.0  # each client rests for so many times as long as its turn took: two cores are to be enough for all
LEAST_REST = 0.1  # seconds
LOOKS = 2.0  # seconds between two questions to a client that keeps the file open
AGAIN = 4  # tries over HTTP, where the file can be replaced between two requests


@dataclass(slots=True)
class Tally:
    """What one client met.

    Attributes:
        client: which one.
        version: what it says of itself.
        seconds: of each turn: opening, asking and closing.
        errors: what it said went wrong.
        torn: answers that are no whole publication.
        older: answers older than the last publication before it opened, or than its own answer before.
        again: turns asked once more, as the file was replaced while it was read (over HTTP only).
        kept: questions to the one that kept the file open.
        kept_errors: what that one said went wrong.
        kept_changed: its answers that differ from its first.
        kept_told: how often it said that the file has been replaced (over HTTP only).
    """

    client: Client
    version: str = ""
    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    torn: int = 0
    older: int = 0
    again: int = 0
    kept: int = 0
    kept_errors: list[str] = field(default_factory=list)
    kept_changed: int = 0
    kept_told: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """The rounds that were written without clients and beside them, and what the clients met."""

    alone: list[Round]
    beside: list[Round]
    tallies: list[Tally]


class Latest:
    """The last round that is known to be published, told between threads."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.over = threading.Event()


def whole(session: Session) -> tuple[int, bool]:
    """How many publications the open file has had, and whether it is one whole publication."""
    [[count, is_whole]] = session.ask(WHOLE)[1]
    return int(count), str(is_whole).lower() == "true"


def turns(session: Session, tally: Tally, file: str, latest: Latest) -> None:
    """Open, ask and close over and over, until the writer is done; then once more, to see the last publication."""
    seen, last = 0, False
    while not last:
        last = latest.over.is_set()
        before, started = latest.number, time.monotonic()
        answer = _turn(session, tally, file)
        took = time.monotonic() - started
        if answer is not None:
            count, is_whole = answer
            tally.seconds.append(took)
            tally.torn += not is_whole
            tally.older += count < max(seen, before + 1)  # round 0 was published too
            seen = max(seen, count)
        latest.over.wait(max(LEAST_REST, REST * took))


def _turn(session: Session, tally: Tally, file: str) -> tuple[int, bool] | None:
    for left in reversed(range(AGAIN if tally.client.by_address else 1)):
        try:
            session.open(file)
            try:
                return whole(session)
            finally:
                with suppress(ClientError):
                    session.close()
        except ClientError as error:
            if left:
                tally.again += 1
            else:
                tally.errors.append(str(error))
    return None


def keeps(session: Session, tally: Tally, first: tuple[int, bool], latest: Latest) -> None:
    """Ask again and again in the file that was opened before the writer began, until it is done."""
    while not latest.over.wait(LOOKS):
        try:
            tally.kept_changed += whole(session) != first
            tally.kept += 1
        except ClientError as error:
            if tally.client.by_address:
                tally.kept_told += 1  # its server has another file by now, and it says so
            else:
                tally.kept_errors.append(str(error))


def written(folder: Path, first: int, rounds: int, latest: Latest | None = None) -> list[Round]:
    """What the writer, a process of its own, tells of its rounds.

    Raises:
        RuntimeError: it failed.
    """
    done = []
    command = [sys.executable, "-m", "tests.clients.writer", str(folder), str(rounds), str(first)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            done.append(Round(**json.loads(line)))
            if latest is not None:
                latest.number = done[-1].number
    if process.returncode or len(done) != rounds:
        raise RuntimeError(f"the writer ended with {process.returncode} after {len(done)} of {rounds} rounds")
    return done


def measure(folder: Path, seconds: int, clients: Iterable[Client] = ALL, *, alone: int | None = None) -> Measured:
    """Write rounds without clients, ``seconds`` beside them, and again some without.

    Those without are half before and half after, so that what else the machine has to do shows in both.

    Args:
        folder: an empty folder.
        seconds: rounds beside the clients, one a second.
        clients: which; each must be installed.
        alone: rounds without them in all; a third of ``seconds`` unless told.
    """
    half = max(1, (min(ALONE, seconds // 3) if alone is None else alone) // 2)
    make_world(folder)
    written(folder, 1, 1)  # the first of all is slower: whatever reads it has to be read
    quiet = written(folder, 2, half)
    latest = Latest(1 + half)
    tallies = [Tally(client) for client in clients]
    with ExitStack() as stack:
        base = stack.enter_context(served(folder))
        threads = []
        for tally in tallies:
            file = f"{base}/{PUBLISHED}" if tally.client.by_address else str(folder / PUBLISHED)
            one, keeper = (stack.enter_context(tally.client.start()) for _ in range(2))
            tally.version = one.version()
            _turn(one, tally, file)  # the first takes longer: it imports what it needs
            keeper.open(file)
            threads.append(threading.Thread(target=turns, args=(one, tally, file, latest)))
            threads.append(threading.Thread(target=keeps, args=(keeper, tally, whole(keeper), latest)))
        for thread in threads:
            thread.start()
        try:
            beside = written(folder, 2 + half, seconds, latest)
        finally:
            latest.over.set()
            for thread in threads:
                thread.join()
    quiet += written(folder, 2 + half + seconds, half)
    return Measured(quiet, beside, tallies)


def faults(measured: Measured) -> list[str]:
    """What is wrong, in words; nothing where all is as it is to be."""
    found = []
    for tally in measured.tallies:
        name = tally.client.name
        found += [f"{name}: {error}" for error in tally.errors[:3]]
        found += [f"{name}, kept open: {error}" for error in tally.kept_errors[:3]]
        for count, what in (
            (tally.torn, "answers that are no whole publication"),
            (tally.older, "answers older than what was published when it opened"),
            (tally.kept_changed, "answers that changed while it kept the file open"),
        ):
            found += [f"{name}: {count} {what}"] if count else []
        found += [] if tally.seconds else [f"{name}: it never got an answer"]
    refused = sum(one.refused for one in (*measured.alone, *measured.beside))
    return [*found, *([f"the writer was refused {refused} times"] if refused else [])]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables, and write them into the page where asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.clients.beside", description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="how long to write beside the clients  [60]")
    parser.add_argument("--update-docs", action="store_true", help=f"write the tables into docs/clients/{PAGE.name}")
    asked = parser.parse_args(arguments)
    clients = [client for client in ALL if not client.missing]
    for client in ALL:
        if client.missing:
            print(client.missing, file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="missionwatch-beside-") as folder:
        measured = measure(Path(folder), asked.seconds, clients)
    print(shown(measured))
    wrong = faults(measured)
    print("\n".join(wrong) or "No error, no answer that is not whole or too old, no lock in the writer's way.")
    if asked.update_docs:
        PAGE.write_text(updated(PAGE.read_text("utf-8"), measured), "utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
