"""What the page says, from the rows of the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from pipeline.site.build import load_view
from pipeline.site.chart import MARKS, SUBJECTS, domain_of, segments, spans_of, spec
from pipeline.site.page import data_of, page
from pipeline.site.view import Card, View
from pipeline.storage import open_published
from tests.site.world import (
    CEILING,
    CEILING_ODDS,
    DEAD,
    DOWN,
    DRAFT,
    LEFT,
    MONEY_ODDS,
    NOW,
    STRANGE,
    TAKEN_BACK,
    VOTE,
    Told,
    change_of,
)


def card_of(view: View, told: Told) -> Card:
    return next(card for card in view.known if card.id == str(change_of(told).change_id))


def test_the_board_goes_by_aspect_and_what_is_most_real_comes_first(view: View) -> None:
    rows = [(aspect, line.card.stage, line.sources) for aspect, lines in view.board for line in lines]
    assert rows == [
        ("lead", "ended", 1),
        ("mandate", "decided", 2),
        ("strength", "decided", 1),
        ("contributors", "planned", 1),
        ("contributors", "rejected", 1),
        ("funding", "in_effect", 1),
        ("funding", "decided", 1),
    ]


def test_it_says_whether_it_is_quiet(view: View, data_dir: Path) -> None:
    assert view.headline == "Quiet for 7 days: the last change was reported on 13 Oct 2025."
    assert (view.lately, view.disputes, view.failing, view.quiet) == (0, 1, 1, 0)


def test_a_dispute_is_open_until_the_next_change_of_its_subject(view: View) -> None:
    assert [card_of(view, one).settled for one in (CEILING_ODDS, MONEY_ODDS, VOTE)] == [False, True, None]


def test_a_change_that_was_taken_back_says_so_and_what_takes_it_back_names_it(view: View) -> None:
    taken = card_of(view, DEAD)
    assert (taken.taken_back, taken.told) == (TAKEN_BACK, "told on 1 Oct 2025, 12:01 UTC")
    back = next(card for card in view.cards if card.takes_back)
    assert back.takes_back == taken.id
    assert back.became == "officers 2025-10-08: taken back: 2 killed"


def test_a_change_that_was_not_told_says_why(view: View) -> None:
    assert card_of(view, STRANGE).told == "not told: confidence 0.55 is under the rule's 0.70"


def test_the_sentence_before_comes_with_its_source(view: View) -> None:
    card = card_of(view, VOTE)
    assert "".join(piece.text for piece in card.before_quote) == change_of(DRAFT).quote
    assert (card.before_source, card.before_url) == ("The Wire, 29 Aug 2025", "https://wire.example/draft")


def test_an_address_that_is_no_web_address_is_no_link(view: View) -> None:
    assert card_of(view, STRANGE).url == ""


def test_ill_feeds_come_first_with_the_reason(view: View) -> None:
    assert (view.feeds[0].title, view.feeds[0].state, view.feeds[0].reason) == (
        DOWN.title,
        "failing",
        "dns: no such host",
    )
    assert [feed.well for feed in view.feeds] == [False, True, True, True]


def test_what_was_read_is_counted_and_each_article_says_what_came_of_it(view: View) -> None:
    assert {name: view.totals[name] for name in ("polls", "polls failed", "articles", "claims", "changes")} == {
        "polls": 4,
        "polls failed": 1,
        "articles": 12,
        "claims": 12,
        "changes": 11,
    }
    assert [(one.outcome, one.mattered) for one in view.articles if one.url.endswith("/vote-too")] == [
        ("claims: 1 confirms", False)
    ]


def test_the_end_of_the_mandate_is_expected(view: View) -> None:
    assert [(one.day, one.ends, one.left) for one in view.expected] == [(date(2026, 10, 2), True, 347)]


def test_an_empty_store_has_a_page_too(view: View) -> None:
    nothing = replace(view, board=(), cards=(), start=(), known=(), expected=(), articles=(), feeds=(), rounds=())
    assert spec(nothing) is None
    assert "The board is empty: nothing is known yet." in page(nothing, ())


def test_the_data_of_the_script_can_not_end_their_element(view: View) -> None:
    assert "<" not in data_of(view)
    assert "\\u003cscript\\u003e" in data_of(view)


# -- the timeline ------------------------------------------------------------------------------------


def test_a_bar_lasts_until_the_next_change_and_the_last_one_until_today(view: View) -> None:
    found = {one.card.id: one for one in segments(view)}
    draft, vote = (found[str(change_of(one).change_id)] for one in (DRAFT, VOTE))
    assert (draft.start, draft.end, draft.stands) == (date(2025, 8, 29), date(2025, 9, 30), False)
    assert (vote.start, vote.end, vote.stands) == (date(2025, 9, 30), NOW.date(), True)


def test_what_was_taken_back_has_a_mark_and_no_bar(view: View) -> None:
    found = next(one for one in segments(view) if one.card.id == str(change_of(DEAD).change_id))
    assert (found.start, found.end, found.stands) == (date(2025, 10, 8), date(2025, 10, 8), False)


def test_open_and_closed_disputes_are_told_apart(view: View) -> None:
    found = {one.card.id: one.open_dispute for one in segments(view)}
    ids = [str(change_of(one).change_id) for one in (CEILING_ODDS, MONEY_ODDS, CEILING)]
    assert [found[one] for one in ids] == [True, False, None]


def test_what_began_long_before_the_watch_does_not_squeeze_the_rest(view: View) -> None:
    # The trust fund has paid since 2023; the watch knows things from 24 August 2025 on.
    assert min(one.start for one in segments(view)) == date(2025, 8, 13)


def test_of_the_last_days_a_bar_that_began_before_goes_from_edge_to_edge(view: View) -> None:
    found = {one.card.id: one for one in segments(view, days=15)}  # from 5 October on
    vote, left = (found[str(change_of(one).change_id)] for one in (VOTE, LEFT))
    assert (vote.start, vote.end, vote.began_before) == (date(2025, 10, 5), NOW.date(), True)
    assert (left.start, left.began_before) == (date(2025, 10, 5), False)
    assert str(change_of(DRAFT).change_id) not in found  # it had ended


def test_there_is_a_picture_of_each_time_that_is_shorter_than_all(view: View) -> None:
    assert spans_of(view) == (30,)  # it begins 68 days ago
    older = tuple(
        replace(card, known=card.known - timedelta(200), held=card.held - timedelta(200)) for card in view.known
    )
    assert spans_of(replace(view, known=older)) == (30, 90)


def test_the_last_days_have_the_whole_width_and_no_far_day_squeezes_them(view: View) -> None:
    ahead = replace(card_of(view, LEFT), held=date(2026, 12, 1))
    first, last = domain_of(replace(view, known=(*view.known, ahead)), days=30)
    assert (first, last) == ("2025-09-20T00:00:00Z", "2025-11-02T00:00:00Z")


def test_many_subjects_share_a_line_and_many_changes_are_drawn_in_part(view: View) -> None:
    one = card_of(view, LEFT)
    many = tuple(
        replace(one, id=f"{n}", key=f"key {n}", subject=f"subject {n}", supersedes="", known=NOW + timedelta(n))
        for n in range(MARKS + 50)
    )
    found = segments(replace(view, known=many))
    assert len(found) == MARKS
    assert len({segment.row for segment in found}) == SUBJECTS
    assert f"{len(many) - SUBJECTS + 1} other subjects" in {segment.row for segment in found}


def test_the_store_names_the_watches_that_have_a_page(data_dir: Path) -> None:
    with open_published(data_dir) as store:
        assert store.watches() == ("haiti",)
    assert load_view(data_dir, "haiti", "Haiti")[1] == ("haiti",)
