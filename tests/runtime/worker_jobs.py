"""Functions that tests run in worker processes: the bad citizens, and a good one."""

from __future__ import annotations

import ctypes
import os
import sys
from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path

from pipeline.model import Precision
from pipeline.model.errors import ContentError, FetchError, WatchFileError
from pipeline.pages.extract import extract_page
from pipeline.pages.page import ExtractedPage


def double(number: int) -> int:
    return number * 2


def echo(value: object) -> object:
    return value


def pid() -> int:
    return os.getpid()


def loop_for_ever() -> None:
    while True:
        pass


def leave() -> None:
    os._exit(7)


def segfault() -> None:
    ctypes.string_at(0)


def hoard(size: int) -> int:
    return len(bytearray(size))


def talk() -> str:
    print("noise on standard output")
    os.write(1, b"more noise")
    sys.stdout.flush()
    return sys.stdin.read() if not sys.stdin.closed else ""


def read_page(body: bytes) -> ExtractedPage:
    seen = datetime(2025, 10, 2, 12, tzinfo=UTC)
    return extract_page(
        body,
        content_type="text/html",
        url="http://news.test/a",
        feed_published=seen,
        feed_precision=Precision.TIME,
        seen_at=seen,
    )


def refuse() -> None:
    raise ContentError("no-text", "http://news.test/a has no text.", remedy="Nothing to do.")


def fail_to_fetch() -> None:
    raise FetchError("http-429", "http://news.test/ asks us to wait.", retry_after=30.0)


def dislike_a_file() -> None:
    raise WatchFileError(Path("watch.toml"), 3, "unknown key", remedy="Remove it.")


def divide_by_zero() -> float:
    return 1 / 0


def recurse() -> None:
    recurse()


def foreign_value() -> object:
    return OrderedDict(a=1)


def inherited_sockets() -> list[str]:
    links = []
    for path in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(path.readlink()))
        except OSError:
            continue
    return [link for link in links if link.startswith("socket:")]
