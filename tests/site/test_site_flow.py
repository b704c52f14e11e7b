"""The page after a run: written with what is published, left out where it is not wanted, and never in a run's way."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import uuid4

import pytest

from flows import publish as published
from flows.run.request import WatchRequest
from pipeline.site import SITE
from pipeline.site import build as site_build
from pipeline.storage import PUBLISHED
from pipeline.watches import load_watch
from tests.conftest import ROOT


@pytest.fixture
def request_of(data_dir: Path, tmp_path: Path) -> WatchRequest:
    """A run of the first watch over a store of its own."""
    shutil.copytree(data_dir, tmp_path / "data", ignore=shutil.ignore_patterns("site"))
    return WatchRequest(folder=ROOT / "seeds" / "haiti", data_dir=tmp_path / "data")


async def test_each_publication_writes_the_page_of_its_watch(
    request_of: WatchRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISSIONWATCH_SITE", "true")
    monkeypatch.setenv("MISSIONWATCH_PAGE_URL", "https://desk.example/#c-{change_id}")
    asked = []
    monkeypatch.setattr(site_build, "build", lambda *values, **more: asked.append((values, more)))
    await published.publish.fn(request_of)
    told = {"page_url": "https://desk.example/#c-{change_id}", "rules": load_watch(ROOT / "seeds" / "haiti").rules}
    assert asked == [((request_of.data_dir, "haiti", "Haiti security mission"), told)]


async def test_the_setting_turns_it_off(request_of: WatchRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISSIONWATCH_SITE", "false")
    await published.publish.fn(request_of)
    assert not (request_of.data_dir / SITE).exists()


async def test_a_page_that_can_not_be_made_is_told_and_the_run_goes_on(
    request_of: WatchRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MISSIONWATCH_SITE", "true")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(site_build, "build", full)
    size = await published.publish.fn(request_of)
    assert size == (request_of.data_dir / PUBLISHED).stat().st_size
    told = "missionwatch: The page of haiti could not be made: OSError: [Errno 28] No space left on device\n"
    assert capsys.readouterr().err == told


async def test_a_replay_makes_no_page_of_the_days_between(
    request_of: WatchRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MISSIONWATCH_SITE", "true")
    monkeypatch.setattr(site_build, "build", lambda *_, **__: pytest.fail("a page was made"))
    watch = load_watch(ROOT / "seeds" / "haiti")
    await published.publish_store(request_of, watch, uuid4(), with_page=False)
    assert not (request_of.data_dir / SITE).exists()
