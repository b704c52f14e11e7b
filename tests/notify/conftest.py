"""Sinks that are up for one test."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.notify import Channels
from tests.notify.sinks import MailSink, Sink


@pytest.fixture
def webhook() -> Iterator[Sink]:
    with Sink() as server:
        yield server


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailSink]:
    # A mail program greets with this machine's full name, for which it would ask the network.
    monkeypatch.setattr(socket, "getfqdn", lambda name="": "desk.localhost")
    with MailSink() as server:
        yield server


@pytest.fixture
def channels(tmp_path: Path) -> Channels:
    return Channels(tmp_path, {}, lambda _: None)
