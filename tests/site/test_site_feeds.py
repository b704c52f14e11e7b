"""The feeds of changes and the calendar, as the programs read them that they are made for."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import feedparser
import pytest
from lxml import etree

from pipeline.model import Slot
from pipeline.site.feeds import ENTRIES, atom, json_feed, slot_feeds
from pipeline.site.view import View
from tests.site.world import DEAD, DRAFT, HOSTILE, STRANGE, TAKEN_BACK, VOTE, change_of


def entry(view: View, told: object) -> feedparser.FeedParserDict:
    parsed = feedparser.parse(atom(view))
    return next(one for one in parsed.entries if one.id == f"urn:uuid:{change_of(told).change_id}")


def test_atom_is_read_without_a_complaint_and_has_each_change_once(view: View) -> None:
    parsed = feedparser.parse(atom(view))
    assert (parsed.bozo, parsed.version, len(parsed.entries)) == (False, "atom10", 12)
    assert len({one.id for one in parsed.entries}) == 12
    assert parsed.feed.updated == "2025-10-13T12:00:00Z"


def test_atom_has_all_that_its_standard_asks_for(view: View) -> None:
    root = etree.fromstring(atom(view))
    entries = root.findall("{*}entry")
    assert root.findtext("{*}author/{*}name") == "Missionwatch"  # of the feed, so no entry needs one
    for element in (root, *entries):
        names = [etree.QName(child).localname for child in element]
        assert [names.count(name) for name in ("id", "title", "updated")] == [1, 1, 1]
        assert element.findtext("{*}id").startswith("urn:uuid:")
        assert [link.get("rel") for link in element.findall("{*}link")].count("alternate") == 1
    assert {entry.find("{*}content").get("type") for entry in entries} == {"html"}


def test_an_atom_entry_says_what_became_of_what_and_links_to_the_change_and_its_source(view: View) -> None:
    found = entry(view, VOTE)
    assert found.title == (
        "Haiti, mandate: the mission's mandate: a new force (proposed) "
        "became a new force until 2 October 2026 (decided)"
    )
    assert (found.published, found.updated) == ("2025-09-30T12:00:00Z", "2025-09-30T12:00:00Z")
    assert [(link.rel, link.href) for link in found.links] == [
        ("alternate", f"index.html#c-{change_of(VOTE).change_id}"),
        ("via", "https://times.example/vote"),
    ]
    assert change_of(DRAFT).quote in found.content[0].value


def test_an_entry_that_was_taken_back_is_updated_and_a_new_one_says_so(view: View) -> None:
    found = entry(view, DEAD)
    assert found.title.startswith("Taken back: Haiti, casualties: ")
    assert (found.published, found.updated) == ("2025-10-08T12:00:00Z", "2025-10-09T12:00:00Z")
    assert TAKEN_BACK in found.content[0].value
    parsed = feedparser.parse(atom(view))
    (back,) = [one for one in parsed.entries if any(tag.term == "withdrawn" for tag in one.tags)]
    assert "This takes back what was told before" in back.content[0].value


def test_the_same_changes_give_the_same_bytes_whatever_the_hour(view: View) -> None:
    later = replace(view, now=view.now.replace(hour=23), headline="Quiet still.")
    assert (atom(later), json_feed(later)) == (atom(view), json_feed(view))


def test_hostile_words_are_text_in_both_feeds(view: View) -> None:
    found = entry(view, STRANGE)
    assert "<script" not in found.content[0].value
    (item,) = [one for one in json.loads(json_feed(view))["items"] if str(change_of(STRANGE).change_id) in one["id"]]
    assert "&lt;script&gt;" in item["content_html"]
    assert "<script" not in item["content_html"]
    assert "external_url" not in item  # javascript: is no address
    assert "\u202e" in HOSTILE
    assert b"\xe2\x80\xae" not in atom(view) + json_feed(view)


@pytest.mark.parametrize("bad", ["\x00\x08", "\ufffe\uffff", "\x1b[31m", "]]>", "\ud800"])
def test_no_character_breaks_the_atom_feed(view: View, bad: str) -> None:
    card = replace(view.cards[0], subject=f"a{bad}b", title=bad, outlet=bad, reason=bad)
    etree.fromstring(atom(replace(view, cards=(card,))))


def test_a_page_that_the_settings_name_is_where_entries_lead(view: View) -> None:
    address = "https://desk.example/{watch}/#c-{change_id}"
    wanted = f"https://desk.example/haiti/#c-{view.cards[0].id}"
    first = next(one for one in feedparser.parse(atom(view, address)).entries if view.cards[0].id in one.id)
    assert first.link == wanted
    assert wanted in [item.get("url") for item in json.loads(json_feed(view, address))["items"]]


def test_the_json_feed_has_what_a_program_needs_of_a_change(view: View) -> None:
    feed = json.loads(json_feed(view))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    (item,) = [one for one in feed["items"] if one["id"] == f"urn:uuid:{change_of(VOTE).change_id}"]
    assert item["date_published"] == "2025-09-30T12:00:00Z"
    assert item["_missionwatch"] == {
        "aspect": "mandate",
        "subject": "the mission's mandate",
        "stage": "decided",
        "value": "a new force until 2 October 2026",
        "before_stage": "proposed",
        "before_value": "a new force",
        "disputed_value": None,
        "verdict": "advances",
        "held_from": "2025-09-30",
        "confidence": 0.94,
        "sure": 0.9691,
        "origins": 2,
        "taken_back": False,
        "takes_back": None,
    }


def test_a_long_past_gives_the_latest_entries_only(view: View) -> None:
    many = tuple(replace(view.cards[0], id=str(number)) for number in range(ENTRIES + 5))
    assert len(json.loads(json_feed(replace(view, cards=many)))["items"]) == ENTRIES


def typed(view: View, told: object, slot: Slot) -> View:
    """``view`` where one change is of ``slot``."""
    wanted = str(change_of(told).change_id)
    return replace(view, cards=tuple(replace(c, slot=slot) if c.id == wanted else c for c in view.cards))


def test_each_slot_has_a_feed_of_its_own_with_its_changes_alone(view: View) -> None:
    made = slot_feeds(typed(view, VOTE, Slot.TERM))
    assert sorted(made) == sorted(f"slots/{slot}.atom" for slot in Slot)
    parsed = feedparser.parse(made["slots/term.atom"])
    assert (parsed.bozo, parsed.feed.title) == (False, "Haiti: changes of term")
    assert [one.id for one in parsed.entries] == [f"urn:uuid:{change_of(VOTE).change_id}"]
    assert parsed.entries[0].link == f"../index.html#c-{change_of(VOTE).change_id}"
    assert "term" in [tag.term for tag in parsed.entries[0].tags]


def test_the_feeds_of_slots_are_told_apart_by_their_ids(view: View) -> None:
    ids = {feedparser.parse(data).feed.id for data in slot_feeds(view).values()} | {
        feedparser.parse(atom(view)).feed.id
    }
    assert len(ids) == len(Slot) + 1


def test_the_feed_of_a_slot_without_changes_is_a_feed_and_stays_as_it_is(view: View) -> None:
    later = replace(view, now=view.now.replace(hour=23))
    other = typed(view, VOTE, Slot.TERM)
    assert feedparser.parse(atom(view, slot=Slot.LEAD)).entries == []
    assert atom(later, slot=Slot.LEAD) == atom(other, slot=Slot.LEAD) == atom(view, slot=Slot.LEAD)


def test_the_calendar_has_the_day_on_which_the_mandate_ends(view: View) -> None:
    icalendar = pytest.importorskip("icalendar", reason="icalendar is not installed")
    from pipeline.site.calendar import calendar

    (event,) = icalendar.Calendar.from_ical(calendar(view)).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2026, 10, 2), date(2026, 10, 3))
    assert str(event["summary"]) == "Haiti: mandate ends: a new force until 2 October 2026"
    assert change_of(VOTE).quote in str(event["description"])


def test_a_day_that_is_put_off_moves_the_same_event(view: View) -> None:
    icalendar = pytest.importorskip("icalendar", reason="icalendar is not installed")
    from pipeline.site.calendar import calendar

    one = view.expected[0]
    later = replace(one, day=date(2027, 1, 2), card=replace(one.card, id="another", seq=one.card.seq + 5))
    first, second = (
        icalendar.Calendar.from_ical(calendar(replace(view, expected=(day,)))).walk("VEVENT")[0] for day in (one, later)
    )
    assert first["uid"] == second["uid"]
    assert int(second["sequence"]) > int(first["sequence"])


def test_a_calendar_without_events_is_a_calendar(view: View) -> None:
    pytest.importorskip("icalendar", reason="icalendar is not installed")
    from pipeline.site.calendar import calendar

    assert calendar(replace(view, expected=())).startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
