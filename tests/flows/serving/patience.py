"""Asking a real server until it answers: it does much of its work after it has said yes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError

from tests.flows.serving.server import PrefectServer

LIMIT = 120.0  # seconds for what takes ten on an idle machine


def until(found: Callable[[], Any], what: str, meanwhile: Callable[[], object] = lambda: None) -> Any:
    """What ``found`` gives, as soon as it gives something.

    Args:
        found: what is asked again and again.
        what: what is waited for, in words, for who reads that it did not come.
        meanwhile: done before each further question.
    """
    deadline = time.monotonic() + LIMIT
    while not (result := found()):
        assert time.monotonic() < deadline, f"not within {LIMIT:.0f} s: {what}"
        meanwhile()
        time.sleep(0.25)
    return result


def call(server: PrefectServer, method: str, path: str, body: object = None) -> Any:
    """The answer of the API; a server that is busy with its database is asked again, as Prefect's client does."""
    for _ in range(40):
        try:
            return server.call(method, path, body)
        except HTTPError as error:
            if error.code != 503:
                raise AssertionError(f"{method} {path}: {error.code} {error.read().decode()}") from error
            time.sleep(0.5)
    raise AssertionError(f"{method} {path}: 503 for twenty seconds")
