"""Whoever waits for a lock may say so: once, and for whom."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.model.errors import StoreLockedError
from pipeline.storage import hold_run
from pipeline.storage.files import lock


def test_who_waits_for_longer_than_a_moment_hears_once_which_process_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "A_MOMENT", 0)
    told: list[int | None] = []
    with hold_run(tmp_path, wait=0), pytest.raises(StoreLockedError), hold_run(tmp_path, wait=0.1, waits=told.append):
        pass
    assert told == [os.getpid()]


def test_who_gets_it_at_once_hears_nothing(tmp_path: Path) -> None:
    told: list[int | None] = []
    with hold_run(tmp_path, wait=1, waits=told.append):
        pass
    assert told == []
