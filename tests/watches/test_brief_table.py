"""``[[brief]]`` of watch.toml: what may be written, and what is said of what may not."""

from __future__ import annotations

import shutil
from datetime import time
from pathlib import Path

import pytest

from pipeline.alerts import addresses, first_channels
from pipeline.model import BriefTimes
from pipeline.model.errors import WatchFileError
from pipeline.watches import load_watch

HAITI = Path(__file__).parents[2] / "seeds" / "haiti"


def loaded(tmp_path: Path, *lines: str) -> tuple[BriefTimes, ...]:
    """The briefs of the first watch with ``lines`` at the end of its file."""
    folder = Path(shutil.copytree(HAITI, tmp_path / "haiti", ignore=shutil.ignore_patterns("archive")))
    path = folder / "watch.toml"
    path.write_text("\n".join([path.read_text("utf-8"), "[[brief]]", *lines]), "utf-8")
    return load_watch(folder).briefs


def test_a_name_alone_is_a_brief_at_seven_each_day_to_the_console_and_a_file(tmp_path: Path) -> None:
    assert loaded(tmp_path, 'name = "morning"') == (
        BriefTimes("morning", ("console", "file"), (time(7),), (0, 1, 2, 3, 4, 5, 6), "UTC"),
    )


def test_its_times_and_days_stand_in_order_and_each_once(tmp_path: Path) -> None:
    assert loaded(
        tmp_path,
        'name = "desk"',
        'channels = ["env:DESK", "env:DESK"]',
        'at = ["16:30", "07:00", "07:00"]',
        'days = ["friday", "monday"]',
        'timezone = "Africa/Nairobi"',
    ) == (BriefTimes("desk", ("env:DESK",), (time(7), time(16, 30)), (0, 4), "Africa/Nairobi"),)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('at = ["25:00"]', "'25:00' is no time of day."),
        ('days = ["mondy"]', "unknown day 'mondy'."),
        ('timezone = "Europe/Pariss"', "unknown time zone 'Europe/Pariss'."),
        ("at = []", "'at' in [[brief]]"),
        ('when = "07:00"', "unknown key 'when' in [[brief]]."),
    ],
)
def test_what_is_wrong_is_told_with_its_words(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(WatchFileError, match=r"brief|day|zone") as raised:
        loaded(tmp_path, 'name = "desk"', line)

    assert told in str(raised.value)


def test_it_can_not_be_called_as_an_alert_rule_is(tmp_path: Path) -> None:
    with pytest.raises(WatchFileError, match="the brief 'decided' is there already, on line") as raised:
        loaded(tmp_path, 'name = "decided"')

    assert raised.value.remedy == "Give each brief its own name."


def test_its_channels_are_among_those_that_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "haiti"
    loaded(tmp_path, 'name = "desk"', 'channels = ["env:DESK"]')
    watch = load_watch(folder)

    assert first_channels(watch) == ("console", "file", "env:DESK")
    assert addresses(watch)["env:DESK"] == "env:DESK"
