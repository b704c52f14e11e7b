"""The page in a browser: what is seen, and what can be done with it by mouse, finger and keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.storage import open_published
from tests.site.browsing import opened
from tests.site.world import CEILING, CEILING_ODDS, DEAD, DRAFT, STRANGE, TAKEN_BACK, VOTE, change_of

pytestmark = pytest.mark.slow

SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def page(browser: Any, site: Path) -> Iterator[Any]:
    """The page from a file, in a window of its own; anything that goes wrong in it fails the test."""
    yield from opened(browser, (site / "index.html").as_uri())


def rows_of(page: Any) -> list[list[str]]:
    """The board as it is shown: aspect, subject, stage, value, origins."""
    script = """() => [...document.querySelectorAll("#board-rows tbody")].flatMap((body) =>
        [...body.querySelectorAll("tr:not(.aspect)")].map((row) => [
            body.querySelector(".aspect").textContent, row.querySelector("th").textContent,
            row.querySelector(".stage").textContent, row.querySelector(".value").textContent,
            row.querySelector("td.n").textContent]))"""
    found: list[list[str]] = page.evaluate(script)
    return found


def shown_cards(page: Any) -> list[str]:
    """The ids of the changes that are shown."""
    script = "() => [...document.querySelectorAll('article.card:not([hidden])')].map((card) => card.id)"
    found: list[str] = page.evaluate(script)
    return found


def seen(locator: Any) -> str:
    """The words of an element, whether or not it has been scrolled to: what is far off the browser leaves out."""
    return " ".join(locator.text_content().split())


def anchor(told: Any) -> str:
    return f"c-{change_of(told).change_id}"


def test_the_board_comes_first_and_says_what_is_so_how_sure_and_what_was_before(page: Any) -> None:
    assert page.locator("main > section").first.get_attribute("id") == "board"
    mandate = page.locator("#board-rows tr", has_text="the mission's mandate")
    assert [seen(cell) for cell in mandate.locator("th, td").all()] == [
        "the mission's mandate",
        "decided a new force until 2 October 2026",
        "30 Sep 2025",
        "very sure 0.97",
        "2",
        "a new force (proposed)",
    ]


def test_a_dispute_is_seen_on_the_board_and_in_the_head(page: Any) -> None:
    assert page.locator("tr.disputed .dispute").inner_text() == "sources disagree: 5,000 personnel"
    assert page.locator(".headline .odds").inner_text() == "1 open dispute"


def test_the_end_of_the_mandate_is_expected(page: Any) -> None:
    assert page.locator(".expected li").inner_text() == (
        "2 Oct 2026 (in 347 days): the mission's mandate: a new force until 2 October 2026 ends why"
    )


def test_the_board_as_of_a_day_is_the_stores_own(page: Any, data_dir: Path) -> None:
    for axis, day in [
        (a, d) for a in ("held", "known") for d in ("2025-09-12", "2025-10-01", "2025-10-08", "2025-10-20")
    ]:
        page.locator(f"#asof input[value={axis}]").check()
        page.locator("#asof input[type=date]").fill(day)
        with open_published(data_dir) as store:
            rows = store.board("haiti", **{"as_of" if axis == "held" else "known_at": day})
        wanted = {(r["aspect"], r["stage"].replace("_", " "), str(r["sources"])) for r in rows}
        assert {(row[0], row[2], row[4]) for row in rows_of(page)} == wanted, (axis, day)
        assert len(rows_of(page)) == len(rows)


def test_as_of_a_day_in_september_the_force_is_a_proposal_and_now_leads_back(page: Any) -> None:
    before = rows_of(page)
    page.locator("#asof input[type=date]").fill("2025-09-12")
    assert ["mandate", "the mission's mandate", "proposed", "a new force", "1"] in rows_of(page)
    assert page.locator("#asof-told").inner_text() == "The board as it stood at the end of 12 Sep 2025: 4 rows."
    assert page.locator(".span-all .asof-line").count() == 6  # one in each lane
    page.locator("#asof button").click()
    assert rows_of(page) == before
    assert page.locator(".span-all .asof-line").count() == 0


def test_resting_on_a_mark_of_the_timeline_shows_its_sentence(page: Any) -> None:
    page.locator(f".span-all a[href='#{anchor(VOTE)}']").hover()
    assert page.locator("#told .q").inner_text() == f"“{change_of(VOTE).quote}”"
    page.mouse.move(5, 5)
    assert page.locator("#told").is_hidden()


def test_the_first_tab_offers_the_way_past_the_head_and_the_keyboard_reaches_each_control(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # seen once it is there
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#board"
    reached: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.name || document.activeElement.tagName"))
    wanted = {"day", "axis", "now", "text", "aspect", "stage", "subject", "from", "to", "disputed"}
    assert wanted <= set(reached)


def test_the_arrow_keys_go_from_mark_to_mark_and_enter_leads_to_the_change(page: Any) -> None:
    marks = page.locator(".span-all a")
    assert marks.evaluate_all("(all) => all.filter((one) => one.tabIndex === 0).length") == 1
    page.locator(f".span-all a[href='#{anchor(DRAFT)}']").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"#{anchor(VOTE)}"
    assert page.locator("#told").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#told").is_hidden()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == f"#{anchor(VOTE)}"


def test_a_finger_sees_the_sentence_first_and_then_the_change(browser: Any, site: Path) -> None:
    for page in opened(browser, (site / "index.html").as_uri(), has_touch=True):
        page.locator(f".span-all a[href='#{anchor(VOTE)}'] path").tap()
        assert page.locator("#told").is_visible()
        assert page.evaluate("location.hash") == ""
        page.locator("#told a").tap()
        page.wait_for_function(f"location.hash === '#{anchor(VOTE)}'")


def test_each_stage_has_a_shape_and_open_and_closed_disputes_look_different(page: Any) -> None:
    script = """(all) => new Set(all.map((one) => one.querySelector("path").getAttribute("d"))).size"""
    assert page.locator(".span-all a").evaluate_all(script) == 6
    signs = page.locator(".span-all text.fill-odds").all_text_contents()
    assert sorted(signs) == ["(≠)", "≠"]


def test_a_change_shows_both_sentences_the_words_that_matter_and_the_reason(page: Any) -> None:
    card = page.locator(f"#{anchor(VOTE)}")
    assert seen(card.locator(".old blockquote")) == change_of(DRAFT).quote
    assert seen(card.locator(".new blockquote")) == change_of(VOTE).quote
    assert card.locator(".new mark").all_text_contents() == ["a new force until 2 October 2026"]
    assert "very sure 0.97, 2 independent origins" in seen(card)
    assert "advances: what was proposed has been decided" in seen(card)
    link = card.locator(".new .src a")
    assert (link.get_attribute("href"), link.get_attribute("rel")) == (
        "https://times.example/vote",
        "noopener noreferrer",
    )


def test_what_was_taken_back_is_struck_and_says_why(page: Any) -> None:
    card = page.locator(f"#{anchor(DEAD)}")
    assert "back" in card.get_attribute("class")
    assert TAKEN_BACK in seen(card.locator(".backwhy"))


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("text", "SETS a Ceiling", (CEILING_ODDS,)),
        ("aspect", "mandate", (DRAFT, VOTE)),
        ("stage", "rejected", None),
        ("subject", "the ceiling", (CEILING, CEILING_ODDS)),
        ("from", "2025-10-12", None),
        ("to", "2025-08-30", (DRAFT,)),
    ],
)
def test_filters_leave_what_they_ask_for(page: Any, field: str, value: str, told: Any) -> None:
    control = page.locator(f"#filters [name={field}]")
    (control.select_option if field in ("aspect", "stage", "subject") else control.fill)(value)
    found = [one for one in shown_cards(page) if page.locator(f"#{one}").get_attribute("data-baseline") is None]
    if told is None:
        assert 0 < len(found) < 4
    else:
        assert set(found) == {anchor(one) for one in told}
    assert page.locator("#filters output").inner_text() == f"{len(found)} of 12 changes"
    page.locator("#filters button").click()
    page.evaluate(SETTLED)
    assert page.locator("#filters output").inner_text() == "12 changes"


def test_a_change_that_is_linked_to_is_shown_in_spite_of_the_filters(page: Any) -> None:
    page.locator("#filters [name=text]").fill("no such word")
    assert shown_cards(page) == []
    page.evaluate(f"location.hash = '#{anchor(VOTE)}'")
    page.wait_for_function(f"!document.getElementById('{anchor(VOTE)}').hidden")


def test_hostile_words_are_shown_and_do_nothing(page: Any) -> None:
    card = page.locator(f"#{anchor(STRANGE)}")
    assert "<script>document.title='owned'</script><img src=x" in seen(card.locator(".became"))
    assert "\u202e" not in page.content()
    assert card.locator(".new .src a").count() == 0  # its address is no web address
    assert page.title() == "Haiti: where the mission stands"
    assert page.evaluate("[...document.images].length") == 0
    page.locator(f".span-all a[href='#{anchor(STRANGE)}']").hover()
    assert page.locator("#told img, #told script").count() == 0
    page.locator("#asof input[type=date]").fill("2025-10-20")
    assert page.locator("#board-rows img, #board-rows script").count() == 0
    assert page.title() == "Haiti: where the mission stands"


def test_it_asks_for_its_own_files_and_nothing_else(page: Any, site: Path) -> None:
    assert {asked.rpartition("/")[2] for asked in page.asked} == {"index.html", "site.css", "site.js"}
    assert all(asked.startswith(site.as_uri()) for asked in page.asked)


def test_an_ordinary_web_server_serves_it_as_well(browser: Any, address: str) -> None:
    for page in opened(browser, address.replace("/haiti/", "/")):
        page.wait_for_url("**/haiti/index.html")  # the only watch: the home page leads on to it
        assert page.locator("#filters").is_visible()
        assert all(asked.startswith("http://127.0.0.1:") for asked in page.asked)


def test_without_its_script_all_of_it_can_be_read(browser: Any, site: Path) -> None:
    for page in opened(browser, (site / "index.html").as_uri(), java_script_enabled=False):
        assert page.locator("article.card").count() == 14
        assert page.locator("#filters").is_hidden()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_serious(browser: Any, site: Path, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    for page in opened(browser, (site / "index.html").as_uri(), color_scheme=scheme):
        page.set_viewport_size({"width": width, "height": 800})
        page.locator("#asof input[type=date]").fill("2025-10-10")
        # What is off the screen is left out by the browser until somebody scrolls: axe is to see it.
        page.evaluate("for (const card of document.querySelectorAll('.card')) card.style.contentVisibility = 'visible'")
        found = axe.run(page, options={"preload": False}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_on_a_phone_nothing_sticks_out_and_the_board_is_read_downwards(browser: Any, site: Path) -> None:
    for page in opened(browser, (site / "index.html").as_uri()):
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        subject, since, now = (
            page.locator(f"#board-rows {cell}").first for cell in ("tbody th[scope=row]", "td.date", "td.now")
        )
        assert subject.bounding_box()["y"] == pytest.approx(since.bounding_box()["y"], abs=4)
        assert now.bounding_box()["y"] > subject.bounding_box()["y"]
        assert (
            page.locator(".span-all .timeline-picture").bounding_box()["width"] > 800
        )  # within its own scrolling frame


def test_in_the_dark_it_is_dark(browser: Any, site: Path) -> None:
    for page in opened(browser, (site / "index.html").as_uri(), color_scheme="dark"):
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"
        paper = page.locator(".span-all .fill-paper").first
        assert paper.evaluate("(one) => getComputedStyle(one).fill") == "rgb(20, 23, 27)"


def test_in_print_all_changes_are_there_with_their_addresses_and_no_controls(page: Any) -> None:
    page.emulate_media(media="print")
    assert page.locator("#filters").is_hidden()
    assert page.locator("nav").is_hidden()
    link = page.locator(f"#{anchor(VOTE)} .new .src a")
    assert "https://times.example/vote" in link.evaluate("(one) => getComputedStyle(one, '::after').content")
    assert page.pdf()[:5] == b"%PDF-"
