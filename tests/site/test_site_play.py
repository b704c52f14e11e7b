"""How far back the page looks, and the changes played one day after another, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.browsing import opened
from tests.site.world import VOTE, change_of

pytestmark = pytest.mark.slow

STEP = 1500  # milliseconds, as site.js has it
DAY = "#asof input[type=date]"


@pytest.fixture
def page(browser: Any, site: Path) -> Iterator[Any]:
    """The page from a file, in a window of its own; anything that goes wrong in it fails the test."""
    yield from opened(browser, (site / "index.html").as_uri())


def looks_back(page: Any, days: str) -> None:
    page.locator(f"#span input[value='{days}']").check()


def test_a_shorter_time_leaves_its_changes_and_lets_the_other_marks_fade(page: Any) -> None:
    looks_back(page, "30")
    assert page.locator("#filters [name=from]").input_value() == "2025-09-20"
    left = page.locator("article.card:not([data-baseline]):visible").count()
    assert 0 < left < 12
    assert page.locator("#filters output").inner_text() == f"{left} of 12 changes"
    assert page.locator(".span-all a.off").count() > 0
    looks_back(page, "all")
    assert page.locator("#filters output").inner_text() == "12 changes"
    assert page.locator(".span-all a.off").count() == 0


def test_clearing_the_filters_looks_at_all_again(page: Any) -> None:
    looks_back(page, "90")
    page.locator("#filters button").click()
    page.wait_for_function("document.querySelector('#filters output').textContent === '12 changes'")
    assert page.locator("#span input[value='all']").is_checked()


def test_playing_shows_the_board_of_one_day_after_another_and_what_changed(page: Any) -> None:
    page.clock.install()
    page.locator("#span button").click()
    first = page.locator(DAY).input_value()
    assert page.locator("#span output").inner_text().startswith(f"{int(first[8:])} ")
    assert page.locator("#asof-told").is_visible()
    assert page.locator(".span-all .asof-line").count() > 0
    days = [first]
    for _ in range(20):
        page.clock.run_for(STEP)
        days.append(page.locator(DAY).input_value())
    played = [day for day in days if day]
    assert played == sorted(set(played))
    assert "2025-09-30" in played
    assert days[-1] == ""  # it ends with the board of today
    assert page.locator("#span button").inner_text() == "Play"
    assert page.locator("#asof-told").is_hidden()


def test_it_says_what_changed_on_the_day(page: Any) -> None:
    page.clock.install()
    page.locator(DAY).fill("2025-09-29")
    page.locator("#span button").click()
    assert page.locator(DAY).input_value() == "2025-09-30"
    assert change_of(VOTE).value in page.locator("#span output").inner_text()


def test_a_shorter_time_plays_its_days_alone(page: Any) -> None:
    page.clock.install()
    looks_back(page, "30")
    page.locator("#span button").click()
    assert page.locator(DAY).input_value() >= "2025-09-20"


def test_stopping_leaves_the_day_and_choosing_a_day_stops(page: Any) -> None:
    page.clock.install()
    page.locator("#span button").click()
    page.locator("#span button").click()
    shown = page.locator(DAY).input_value()
    page.clock.run_for(3 * STEP)
    assert page.locator(DAY).input_value() == shown != ""
    page.locator("#span button").click()
    page.locator(DAY).fill("2025-10-10")
    page.clock.run_for(3 * STEP)
    assert page.locator(DAY).input_value() == "2025-10-10"
    assert page.locator("#span button").inner_text() == "Play"
