"""The page that tells why: each page that was read, told or held back, with its scores; and the way to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.site.build import build, load_view
from pipeline.site.page import page as board_page
from pipeline.site.why import START, Account, accounts_of, alone, why_page
from pipeline.storage import open_published
from tests.site.browsing import opened
from tests.site.world import (
    DEAD,
    DRAFT,
    NOT_YET,
    NOW,
    OFF_TOPIC,
    REFUSED_PAGE,
    REPEATED,
    RESTATED,
    STRANGE,
    UNSURE,
    VOTE,
    VOTE_TOO,
    change_of,
    watch,
)

RULES = watch().rules


@pytest.fixture(scope="module")
def accounts(held_dir: Path) -> tuple[Account, ...]:
    return load_view(held_dir, "haiti", "Haiti")[2]


@pytest.fixture(scope="module")
def html(held_dir: Path) -> str:
    view, _, accounts = load_view(held_dir, "haiti", "Haiti")
    return why_page(view, accounts, RULES)


def at(told: Any) -> str:
    """The place of an article's account."""
    return f"a-{told.article.article_id}"


# -- what is on it -----------------------------------------------------------------------------------


def test_what_was_held_back_stands_beside_what_was_told_the_latest_first(accounts: tuple[Account, ...]) -> None:
    found = {one.anchor: one.outcome for one in accounts}
    wanted = {
        at(VOTE): "changed the board",
        at(STRANGE): "changed the board",
        at(UNSURE): "held back",
        at(RESTATED): "held back",
        at(REPEATED): "held back",
        f"e-{REFUSED_PAGE.entry_id}": "could not be read",
        f"e-{NOT_YET.entry_id}": "waits",
    }
    assert {place: found[place] for place in wanted} == wanted
    assert [one.outcome for one in accounts if one.title == OFF_TOPIC.title] == ["not about the mission"]
    times = [one.at for one in accounts if one.at is not None]
    assert times == sorted(times, reverse=True)


def test_each_says_where_it_ended_and_why(accounts: tuple[Account, ...]) -> None:
    ends = {one.anchor: one.ends for one in accounts}
    assert "uncertain (too weak to tell (0.32, needs 0.50))" in ends[at(UNSURE)]
    assert ends[f"e-{REFUSED_PAGE.entry_id}"] == "Its page was refused for good: http-4xx: 404 (Not Found)."
    assert ends[f"e-{NOT_YET.entry_id}"] == "The entry is known and its page has not been fetched yet."


def test_what_was_known_at_the_start_has_its_place_too(accounts: tuple[Account, ...]) -> None:
    last = accounts[-1]
    assert (last.anchor, {one.verdict for one in last.told.branches}) == (START, {"baseline"})


def test_what_was_held_back_long_ago_is_left_out_and_what_changed_the_board_is_not(held_dir: Path) -> None:
    with open_published(held_dir) as store:
        trails = store.recent_trails("haiti", NOW - timedelta(days=2), 400)
    found = {one.anchor for one in accounts_of(trails)}
    assert at(UNSURE) not in found
    assert {at(DRAFT), at(VOTE), f"e-{NOT_YET.entry_id}"} <= found


def test_of_what_was_held_back_there_are_so_many_and_no_more(held_dir: Path) -> None:
    with open_published(held_dir) as store:
        trails = store.recent_trails("haiti", NOW - timedelta(days=30), 2)
    others = [one.anchor for one in accounts_of(trails) if not one.changed]
    assert others == [f"e-{NOT_YET.entry_id}", f"e-{REFUSED_PAGE.entry_id}", START]


def test_the_board_leads_to_the_reason_of_each_change_and_article(held_dir: Path) -> None:
    view, _, accounts = load_view(held_dir, "haiti", "Haiti")
    text = board_page(view, "", {one.anchor for one in accounts})
    assert f'href="why.html#w-{change_of(VOTE).change_id}"' in text
    assert f'href="why.html#{at(UNSURE)}"' in text
    assert 'href="why.html#a-' not in board_page(view, "")


def test_the_thresholds_of_the_alert_rules_stand_once_above_all(html: str) -> None:
    assert html.count("<b>all</b> tells from a confidence of 0.50 on, at once from 0.70.") == 1


def test_each_link_within_it_leads_to_a_place_that_is_there(html: str) -> None:
    places = {part.partition('"')[0] for part in html.split(' id="')[1:]}
    links = {part.partition('"')[0] for part in html.split('href="#')[1:]}
    assert links <= places
    assert f"w-{change_of(DEAD).change_id}" in places


def test_no_word_of_a_feed_is_markup_in_it(html: str) -> None:
    assert html.count("<script") == 1  # our own
    assert "<img" not in html
    assert "javascript:" not in html
    assert "\u202e" not in html


def test_a_page_that_stands_alone_asks_for_no_file(accounts: tuple[Account, ...]) -> None:
    told = next(one.told for one in accounts if one.anchor == at(REPEATED))
    text = alone(told, asked="https://wire.example/repeated", ends="It was read.", title="Haiti <b>")
    assert "src=" not in text
    assert "<link" not in text
    assert "Haiti &lt;b&gt;" in text
    assert "<svg" in text


# -- in a browser ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def held_site(held_dir: Path) -> Path:
    pytest.importorskip("vl_convert", reason="vl-convert-python, which draws the timeline, is not installed")
    return build(held_dir, "haiti", "Haiti", rules=RULES).page.parent


@pytest.fixture
def page(browser: Any, held_site: Path) -> Iterator[Any]:
    yield from opened(browser, (held_site / "why.html").as_uri())


def shown(page: Any) -> list[str]:
    script = "() => [...document.querySelectorAll('details.account:not([hidden])')].map((one) => one.id)"
    found: list[str] = page.evaluate(script)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [
        "https://times.example/unsure",
        "http://www.times.example/unsure/#comments",
        str(UNSURE.judgement.claim.claim_id),
        str(UNSURE.entry.entry_id),
        "could be VOTED on soon",
    ],
)
def test_an_address_an_id_or_words_find_what_became_of_it(page: Any, asked: str) -> None:
    page.locator("#filters [name=text]").fill(asked)
    assert shown(page) == [at(UNSURE)]
    assert page.locator(f"#{at(UNSURE)}").get_attribute("open") is not None
    score = page.locator(f"#{at(UNSURE)} .score.under").first
    assert score.inner_text().strip().startswith("confidence of the reading 0.32, threshold 0.55: not reached")


@pytest.mark.slow
def test_what_is_not_there_says_whom_to_ask(page: Any) -> None:
    page.locator("#filters [name=text]").fill("https://nowhere.example/")
    assert shown(page) == []
    assert "ask `missionwatch why`" in page.locator("#filters output").inner_text()


@pytest.mark.slow
def test_outcomes_can_be_chosen(page: Any) -> None:
    page.locator("#filters [name=outcome]").select_option("held back")
    assert shown(page) == [at(REPEATED), at(RESTATED), at(UNSURE), at(VOTE_TOO)]


@pytest.mark.slow
def test_a_change_leads_from_the_board_to_its_reason_and_on_to_the_one_before(browser: Any, held_site: Path) -> None:
    for page in opened(browser, (held_site / "index.html").as_uri()):
        page.locator(f"#c-{change_of(VOTE).change_id}").scroll_into_view_if_needed()
        page.locator(f"#c-{change_of(VOTE).change_id} a[href^='why.html']").click()
        page.wait_for_url("**/why.html#w-*")
        assert page.locator(f"#{at(VOTE)}").get_attribute("open") is not None
        page.locator(f"#{at(VOTE)} .cmp a").first.click()
        page.wait_for_function(f"document.getElementById('{at(DRAFT)}').open")


@pytest.mark.slow
def test_the_keyboard_opens_and_closes_an_account(page: Any) -> None:
    summary = page.locator(f"#{at(VOTE)} > summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator(f"#{at(VOTE)}").get_attribute("open") is not None
    assert summary.evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"
    page.keyboard.press("Space")
    assert page.locator(f"#{at(VOTE)}").get_attribute("open") is None


@pytest.mark.slow
def test_why_asks_for_its_own_files_and_nothing_else(page: Any, held_site: Path) -> None:
    assert {asked.rpartition("/")[2] for asked in page.asked} == {"why.html", "site.css", "why.js"}


@pytest.mark.slow
def test_without_its_script_each_account_can_be_opened(browser: Any, held_site: Path) -> None:
    for page in opened(browser, (held_site / "why.html").as_uri(), java_script_enabled=False):
        assert page.locator("#filters").is_hidden()
        page.locator(f"#{at(UNSURE)} > summary").click()
        assert page.locator(f"#{at(UNSURE)} .steps").first.is_visible()


@pytest.mark.slow
def test_why_on_a_phone_does_not_stick_out(browser: Any, held_site: Path) -> None:
    for page in opened(browser, (held_site / "why.html").as_uri()):
        page.set_viewport_size({"width": 360, "height": 740})
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") == 360


@pytest.mark.slow
def test_why_in_print_has_what_the_filters_leave_opened(page: Any) -> None:
    page.locator("#filters [name=outcome]").select_option("held back")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#filters").is_hidden()
    assert page.locator("details.account[open]").count() == 4
    assert page.pdf()[:5] == b"%PDF-"


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_serious_in_why(browser: Any, held_site: Path, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    for page in opened(browser, (held_site / "why.html").as_uri(), color_scheme=scheme):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found = axe.run(page, options={"preload": False}).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


@pytest.mark.slow
def test_a_page_that_stands_alone_is_styled_in_spite_of_its_policy(
    browser: Any, accounts: tuple[Account, ...], tmp_path: Path
) -> None:
    told = next(one.told for one in accounts if one.anchor == at(REPEATED))
    (tmp_path / "alone.html").write_text(alone(told, asked="x", ends="It was read.", title="Haiti"), "utf-8")
    for page in opened(browser, (tmp_path / "alone.html").as_uri(), color_scheme="dark"):
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"
        assert len(page.asked) == 1
