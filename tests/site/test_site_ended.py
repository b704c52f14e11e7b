"""The page of a mission that was replaced: what ended is grey and says with what, and a phone shows it at a glance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.site.build import build, load_view
from pipeline.site.chart import segments
from pipeline.site.view import Line, View
from tests.site.browsing import opened
from tests.site.ended import ENDED_ON, OLD_COMMANDER, SUCCESSOR, write_ended

pytestmark = pytest.mark.slow

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    held = tmp_path_factory.mktemp("ended")
    write_ended(held)
    return held


@pytest.fixture(scope="module")
def view(folder: Path) -> View:
    return load_view(folder, "haiti", "Haiti")[0]


@pytest.fixture(scope="module")
def built(folder: Path) -> str:
    pytest.importorskip("vl_convert", reason="vl-convert-python, which draws the timeline, is not installed")
    return build(folder, "haiti", "Haiti").page.resolve().as_uri()


@pytest.fixture
def page(browser: Any, built: str) -> Iterator[Any]:
    yield from opened(browser, built)


@pytest.fixture
def phone(page: Any) -> Any:
    page.set_viewport_size(PHONE)
    return page


def line_of(view: View, subject: str) -> Line:
    return next(line for _, lines in view.board for line in lines if line.card.subject == subject)


def row_of(page: Any, subject: str) -> Any:
    return page.locator("#board-rows tr", has=page.locator("th", has_text=subject))


def test_a_row_of_the_mission_ends_with_it_and_names_the_change_that_ended_it(view: View) -> None:
    line = line_of(view, "police commissioner")
    assert (line.stage, line.since, line.closed_by) == ("ended", ENDED_ON, f"c-{SUCCESSOR.change_id}")


def test_a_row_of_the_successor_stands(view: View) -> None:
    line = line_of(view, "force commander")
    assert (line.stage, line.closed_by) == ("decided", "")


def test_its_bar_in_the_timeline_ends_on_that_day(view: View) -> None:
    (bar,) = (one for one in segments(view) if one.card.id == str(OLD_COMMANDER.change_id))
    assert (bar.end, bar.stands) == (ENDED_ON, False)


def test_the_page_greys_it_and_leads_to_the_sentence_that_ended_it(page: Any) -> None:
    row = row_of(page, "police commissioner")
    assert row.get_attribute("class") == "faded"
    assert row.locator("a.faint").get_attribute("href") == f"#c-{SUCCESSOR.change_id}"


def test_the_page_greys_what_nobody_has_confirmed_and_says_since_when(page: Any) -> None:
    row = row_of(page, "how it is paid")
    assert row.get_attribute("class") == "faded"
    assert row.locator(".faint").inner_text() == "not confirmed since 24 Aug 2025"


@pytest.mark.parametrize(("day", "stage"), [("2025-10-01", "in effect"), ("2025-10-02", "ended")])
def test_the_board_of_a_day_closes_rows_as_the_store_does(page: Any, day: str, stage: str) -> None:
    page.locator("#asof input[type=date]").fill(day)
    assert row_of(page, "police commissioner").locator(".stage").inner_text() == stage


def test_the_status_card_is_on_the_first_screen_of_a_phone(phone: Any) -> None:
    card = phone.locator(".status").bounding_box()
    assert card["y"] + card["height"] <= PHONE["height"]
    assert phone.locator(".status dt").all_inner_texts()[-1] == "Last change"


def test_a_row_of_the_board_takes_two_lines_on_a_phone(phone: Any) -> None:
    heights = phone.locator("#board-rows tbody tr:not(.aspect)").evaluate_all(
        "(rows) => rows.map((row) => row.clientHeight / parseFloat(getComputedStyle(row).lineHeight))"
    )
    assert max(heights) < 3


@pytest.mark.parametrize("width", [320, 390, 760, 1280])
def test_no_word_of_the_card_and_the_board_is_broken(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    broken = """() => [...document.querySelectorAll(".status dd, .board tbody th, .board .value, .board .before")]
        .filter((cell) => cell.checkVisibility()).flatMap((cell) => [...cell.childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE)
        .flatMap((node) => [...node.data.matchAll(/[^\\s-]+/g)].filter((word) => {
          const range = document.createRange();
          range.setStart(node, word.index);
          range.setEnd(node, word.index + word[0].length);
          return new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size > 1;
        }).map((word) => word[0])))"""
    assert page.evaluate(broken) == []


def test_on_a_phone_the_timeline_says_that_it_goes_on_and_on_a_wide_screen_it_need_not(page: Any) -> None:
    hint = page.locator(".sideways")
    assert hint.is_hidden()
    page.set_viewport_size(PHONE)
    assert hint.is_visible()


def test_axe_finds_nothing_serious_in_what_is_greyed(phone: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    phone.evaluate("for (const card of document.querySelectorAll('.card')) card.style.contentVisibility = 'visible'")
    found = axe.run(phone, options={"preload": False}).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
