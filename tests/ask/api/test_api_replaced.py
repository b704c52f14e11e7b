"""What is published is replaced while it is read, and nobody notices: no error, and no answer of two publications."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pipeline.ask import WatchFile
from pipeline.ask.api.server import ApiServer, server_for
from pipeline.site.files import write
from tests.ask.api.asker import LATER
from tests.clients.world import make_world, publish_round, write_round

pytestmark = pytest.mark.slow

CALLS, CLIENTS = 1_000, 4
ROUNDS = 150  # at most, so that all changes stand on one page
PATHS = ("/v1/haiti/changes?limit=200", "/v1/haiti/changes?limit=200&format=csv", "/site/haiti/summary.json")


def write_file(folder: Path, number: int) -> None:
    """A file of the site that tells whether it is whole: as many lines as its first one says."""
    write(folder / "site" / "haiti" / "summary.json", f"{number * 50:6d}\n".encode() * number * 50)


@contextmanager
def publishing(folder: Path) -> Iterator[list[int]]:
    """Write and publish one round after the other until the block ends; how many it were."""
    done, stop = [0], threading.Event()

    def go_on() -> None:
        while not stop.is_set() and done[0] < ROUNDS:
            number = done[0] + 1
            write_round(folder, number, wait=30)
            publish_round(folder, number, wait=30)
            write_file(folder, number + 1)
            done[0] = number

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


def ask(server: ApiServer, first: int) -> Counter[str]:
    """Ask each CLIENTS-th question, over one connection; what came of them."""
    told: Counter[str] = Counter()
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=60)
    for number in range(first, CALLS, CLIENTS):
        path = PATHS[number % len(PATHS)]
        connection.request("GET", path)
        came = connection.getresponse()
        body = came.read()
        told["whole" if came.status == 200 and is_whole(path, body) else f"{came.status} {path} {body[:200]!r}"] += 1
    connection.close()
    return told


def is_whole(path: str, body: bytes) -> bool:
    """Whether an answer is one publication: round N is the publication N + 1 and has N changes."""
    if path.startswith("/site"):
        lines = body.splitlines()
        return len(lines) == int(lines[0])
    if path.endswith("csv"):
        return body.endswith(b"\r\n")
    told = json.loads(body)
    return len(told["changes"]) == told["about"]["publication"] - 1


@pytest.mark.timeout(300)
def test_a_thousand_calls_beside_a_publisher_are_answered_whole(tmp_path: Path) -> None:
    make_world(tmp_path)
    write_file(tmp_path, 1)
    watch = WatchFile("haiti", "Haiti", tmp_path)
    with (
        server_for([watch], clock=lambda: LATER, port=0, per_minute=0) as server,
        publishing(tmp_path) as rounds,
        ThreadPoolExecutor(CLIENTS) as clients,
    ):
        told = sum(clients.map(lambda first: ask(server, first), range(CLIENTS)), Counter[str]())

    assert told == {"whole": CALLS}
    assert rounds[0] >= 5
