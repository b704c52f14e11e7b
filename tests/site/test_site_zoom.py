"""The last 30, 90 or 365 days of the timeline over its whole width, in a browser: by mouse, keyboard and finger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.site.browsing import opened
from tests.site.world import DRAFT, LEFT, VOTE, change_of

pytestmark = pytest.mark.slow

SHOWN = ".timeline-picture:visible"


@pytest.fixture
def page(browser: Any, site: Path) -> Iterator[Any]:
    """The page from a file, in a window of its own; anything that goes wrong in it fails the test."""
    yield from opened(browser, (site / "index.html").as_uri())


def mark(told: Any) -> str:
    """The selector of a change's mark in the picture that is shown."""
    return f"{SHOWN} a[href='#c-{change_of(told).change_id}']"


def days_apart(page: Any) -> float:
    """How far the marks of two changes that are five days apart stand from each other, in pixels."""
    left, vote = (page.locator(mark(one)).bounding_box()["x"] for one in (LEFT, VOTE))
    return float(left - vote)


def test_the_last_thirty_days_have_the_whole_width(page: Any) -> None:
    of_all = days_apart(page)
    page.locator("#span input[value='30']").check()

    assert page.locator(SHOWN).count() == 1
    assert days_apart(page) > 1.5 * of_all
    assert page.locator(mark(DRAFT)).count() == 0  # of August
    assert page.locator(SHOWN).get_attribute("aria-label") == "Timeline of Haiti: 12 changes, the last 30 days"

    page.locator("#span input[value='all']").check()
    assert days_apart(page) == of_all


def test_a_time_that_is_longer_than_the_timeline_shows_all(page: Any) -> None:
    page.locator("#span input[value='365']").check()
    assert page.locator(f".span-all {SHOWN}").count() == 1


def test_without_the_script_it_zooms_too_and_cannot_be_played(browser: Any, site: Path) -> None:
    for page in opened(browser, (site / "index.html").as_uri(), java_script_enabled=False):
        of_all = days_apart(page)
        page.locator("#span input[value='30']").check()
        assert days_apart(page) > 1.5 * of_all
        assert page.locator("#span button").is_hidden()


def test_the_arrow_keys_choose_the_time_and_go_from_mark_to_mark_in_it(page: Any) -> None:
    page.locator("#span input[value='all']").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#span input[value='30']").is_checked()
    assert page.locator(f".span-30 {SHOWN}").count() == 1

    page.locator(mark(VOTE)).focus()
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.closest('.span-30') !== null")
    assert page.locator("#told .q").is_visible()
    stops = page.locator(f"{SHOWN} a").evaluate_all("(all) => all.filter((one) => one.tabIndex === 0).length")
    assert stops == 1


def test_the_day_of_the_board_is_marked_where_it_is_in_the_picture(page: Any) -> None:
    page.locator("#span input[value='30']").check()
    page.locator("#asof input[type=date]").fill("2025-10-05")
    line, left = (page.locator(one).first.bounding_box()["x"] for one in (f"{SHOWN} .asof-line", mark(LEFT)))
    assert 0 < line - left < 40  # the end of the day on which it began

    page.locator("#asof input[type=date]").fill("2025-09-01")
    assert page.locator(f"{SHOWN} .asof-line").count() == 0


def test_another_time_closes_the_sentence_that_was_shown(page: Any) -> None:
    page.locator(mark(VOTE)).focus()
    assert page.locator("#told").is_visible()
    page.evaluate("document.querySelector(\"#span input[value='30']\").click()")
    assert page.locator("#told").is_hidden()


def test_on_a_phone_it_is_chosen_by_a_finger_and_the_page_does_not_grow_wider(browser: Any, site: Path) -> None:
    for page in opened(browser, (site / "index.html").as_uri(), has_touch=True):
        page.set_viewport_size({"width": 390, "height": 820})
        for box in page.locator("#span label").all():
            assert box.bounding_box()["x"] + box.bounding_box()["width"] <= 390
        page.locator("#span label", has_text="30 days").tap()
        assert page.locator(f".span-30 {SHOWN}").count() == 1
        page.locator(f"{mark(VOTE)} path").tap()
        assert page.locator("#told").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_in_print_the_time_that_was_chosen_is_drawn_alone(page: Any) -> None:
    page.locator("#span input[value='30']").check()
    page.emulate_media(media="print")
    assert page.locator(SHOWN).count() == 1
    assert page.locator(f".span-30 {SHOWN}").count() == 1
