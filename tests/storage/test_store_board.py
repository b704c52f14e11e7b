"""The board: a view over the changes, now, as of a day, and as known at a time."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from pipeline.board.fold import corroborated, fold
from pipeline.model import Aspect, Change, Silence, Stage, Verdict
from pipeline.model.errors import UsageError
from pipeline.storage import AssessmentCounts, Store
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    at,
    make_alert,
    make_article,
    make_change,
    make_claim,
    make_delivery,
    make_entry,
    make_fact,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
    make_watch,
)


def add(store: Store, *changes: Change) -> None:
    """Store changes as if each had been made by a claim."""
    store.add_assessment(RUN, WATCH, [], [make_judgement(make_claim(value=str(c)), c) for c in changes], [], [], {})


def told(rows: list[dict]) -> set[tuple[str, str, str]]:
    return {(row["aspect"], row["value"], row["stage"]) for row in rows}


# A short history of Haiti: proposed in August, decided on 30 September, known on 1 October;
# on 2 October the lead ended, by which the baseline's row goes.
KENYA = ("lead", "led by Kenya", "in_effect")
PROPOSED = make_change(
    value="a new force", stage=Stage.PROPOSED, held_from=date(2025, 8, 28), known_at=at("2025-08-28")
)
DECIDED = make_change(
    value="a new force of 5,550",
    verdict=Verdict.ADVANCES,
    held_from=date(2025, 9, 30),
    known_at=at("2025-10-01"),
    supersedes=PROPOSED.change_id,
    before_value="a new force",
    before_stage=Stage.PROPOSED,
)


@pytest.fixture(scope="module")
def history(shared_store: Store) -> Store:
    """A store with that history, to be read only."""
    baseline = shared_store.load_changes(WATCH)[0]
    ended = make_change(
        aspect=Aspect.LEAD,
        subject="the new lead",
        value="led by nobody",
        verdict=Verdict.REVISES,
        held_from=date(2025, 10, 2),
        known_at=at("2025-10-03"),
        supersedes=baseline.change_id,
    )
    add(shared_store, PROPOSED, DECIDED, ended)
    return shared_store


def test_the_baseline_is_the_first_board(store: Store) -> None:
    row = store.board(WATCH)[0]
    expected = {
        "aspect": "lead",
        "value": "led by Kenya",
        "stage": "in_effect",
        "since": date(2024, 6, 25),
        "sources": 1,
        "confirmed_at": at("2025-08-24"),
        "quote": "Kenya leads the mission.",
        "url": "https://seed.example/article",
        "outlet": "Seed Outlet",
        "verdict": "baseline",
        "is_disputed": False,
    }
    assert {name: row[name] for name in expected} == expected


def test_changes_come_back_as_they_went_in_and_in_their_order(store: Store) -> None:
    full = make_change(
        make_claim(),
        before_stage=Stage.PROPOSED,
        before_value="b",
        before_subject="s",
        before_since=date(2025, 1, 1),
        disputed_value="d",
        supersedes=PROPOSED.change_id,
    )
    changes = [make_change(subject=f"thing {n}", value=f"{n}") for n in range(20)] + [full]
    add(store, *changes[:1])
    add(store, *changes[1:7])
    add(store, *changes[7:])
    assert store.load_changes(WATCH)[1:] == changes


def test_now_the_last_change_of_each_subject_stands(history: Store) -> None:
    assert told(history.board(WATCH)) == {
        ("mandate", "a new force of 5,550", "decided"),
        ("lead", "led by nobody", "decided"),
    }


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2024-06-24", set()),
        ("2025-08-27", {KENYA}),
        ("2025-09-01", {KENYA, ("mandate", "a new force", "proposed")}),
        ("2025-09-30", {KENYA, ("mandate", "a new force of 5,550", "decided")}),
        ("2025-10-02", {("lead", "led by nobody", "decided"), ("mandate", "a new force of 5,550", "decided")}),
    ],
)
def test_as_of_a_day_the_board_tells_what_held_by_its_end(history: Store, day: str, expected: set) -> None:
    for written in (f"'{day}'", f"DATE '{day}'", f"TIMESTAMP '{day} 23:00:00'", f"TIMESTAMPTZ '{day} 23:00:00+00:00'"):
        assert told(history._db.rows(f"FROM board_as_of({written})")) == expected, written
    for asked in (day, date.fromisoformat(day), at(day)):
        assert told(history.board(WATCH, as_of=asked)) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-08-23", set()),
        ("2025-08-24", {KENYA}),
        ("2025-09-30", {KENYA, ("mandate", "a new force", "proposed")}),
        ("2025-10-01T11:59:59", {KENYA, ("mandate", "a new force", "proposed")}),
        ("2025-10-01T12:00:00", {KENYA, ("mandate", "a new force of 5,550", "decided")}),
        ("2025-10-01T14:00:00+02:00", {KENYA, ("mandate", "a new force of 5,550", "decided")}),
        ("2025-10-01T13:59:59+02:00", {KENYA, ("mandate", "a new force", "proposed")}),
        ("2025-10-01", {KENYA, ("mandate", "a new force of 5,550", "decided")}),
    ],
)
def test_as_known_at_a_time_the_board_tells_what_could_be_known(history: Store, moment: str, expected: set) -> None:
    assert told(history._db.rows(f"FROM board_known_at('{moment}')")) == expected
    assert told(history.board(WATCH, known_at=moment)) == expected
    if len(moment) == 10:
        assert told(history._db.rows(f"FROM board_known_at(DATE '{moment}')")) == expected
        assert told(history.board(WATCH, known_at=date.fromisoformat(moment))) == expected
    else:
        assert told(history.board(WATCH, known_at=datetime.fromisoformat(moment))) == expected


def test_both_times_can_be_asked_for_at_once(history: Store) -> None:
    assert told(history.board(WATCH, as_of="2025-09-30", known_at="2025-09-30")) == {
        KENYA,
        ("mandate", "a new force", "proposed"),
    }


def test_a_client_in_another_time_zone_gets_the_same_board(history: Store) -> None:
    before = history._db.rows("SELECT change_id FROM board_known_at('2025-10-01 12:00:00')")
    history._db.run("SET TimeZone = 'America/Port-au-Prince'")
    assert history._db.rows("SELECT change_id FROM board_known_at('2025-10-01 12:00:00')") == before
    known = history._db.rows("SELECT change_id FROM board_known_at(TIMESTAMPTZ '2025-10-01 08:00:00-04:00')")
    history._db.run("SET TimeZone = 'UTC'")
    assert known == before


def test_a_correction_with_an_earlier_day_still_replaces_what_it_corrects(store: Store) -> None:
    wrong = make_change(value="on 5 October", held_from=date(2025, 10, 5))
    right = make_change(
        value="on 2 October", held_from=date(2025, 10, 2), verdict=Verdict.REVISES, supersedes=wrong.change_id
    )
    add(store, wrong, right)
    for rows in (store.board(WATCH), store.board(WATCH, as_of="2025-12-01"), store.board(WATCH, as_of="2025-10-03")):
        assert ("mandate", "on 2 October", "decided") in told(rows)
        assert len(rows) == 2


def test_what_is_learned_late_of_the_past_is_last_now_but_not_as_of_a_day(store: Store) -> None:
    later = make_change(value="1,000 deployed", held_from=date(2025, 9, 20), known_at=at("2025-09-20"))
    earlier = make_change(value="900 deployed", held_from=date(2025, 9, 10), known_at=at("2025-09-22"))
    add(store, later, earlier)
    assert ("mandate", "900 deployed", "decided") in told(store.board(WATCH))
    assert ("mandate", "900 deployed", "decided") in told(store.board(WATCH, as_of="2025-09-15"))
    assert ("mandate", "1,000 deployed", "decided") in told(store.board(WATCH, as_of="2025-09-25"))
    assert ("mandate", "1,000 deployed", "decided") in told(store._db.rows("FROM board_as_of('2025-09-25')"))


def test_a_superseded_row_stays_among_the_changes(history: Store) -> None:
    rows = history._db.rows("SELECT value, superseded_by IS NOT NULL AS gone FROM changes ORDER BY seq")
    assert [(row["value"], row["gone"]) for row in rows] == [
        ("led by Kenya", True),
        ("a new force", True),
        ("a new force of 5,550", False),
        ("led by nobody", False),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_the_board_is_the_fold_of_the_changes(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    changes: list[Change] = []
    for number in range(40):
        change = make_change(
            subject=f"thing {dice.randrange(6)}",
            value=f"value {number}",
            held_from=date(2025, 9, 1) + timedelta(days=dice.randrange(30)),
            known_at=at("2025-09-01") + timedelta(hours=number),
        )
        if changes and dice.random() < 0.4:
            change = replace(change, supersedes=dice.choice(changes[-8:]).change_id)
        changes.append(change)
    add(store, *changes)
    folded = fold(store.load_changes(WATCH))
    assert {row["change_id"] for row in store.board(WATCH)} == {row.change.change_id for row in folded.values()}
    early = at("2025-09-02")
    folded = fold(change for change in store.load_changes(WATCH) if change.known_at <= early)
    known = {row["change_id"] for row in store.board(WATCH, known_at=early)}
    assert known == {row.change.change_id for row in folded.values()}


def test_sources_count_independent_origins_and_confirmed_at_the_last_of_them(store: Store) -> None:
    entries = [make_entry(str(n), published=at("2025-09-30") + timedelta(hours=n)) for n in range(4)]
    articles = [make_article(entry, f"Text {entry.guid}.") for entry in entries]
    claims = [make_claim(article) for article in articles]
    change = make_change(claims[0])
    store.add_polls(RUN, [make_poll(*entries)])
    store.add_fetches(RUN, [make_fetch(*pair) for pair in zip(entries, articles, strict=True)])
    judgements = [
        make_judgement(claims[0], change),
        make_judgement(claims[1], verdict=Verdict.CONFIRMS, against=change.change_id),
        make_judgement(claims[2], verdict=Verdict.REPEATS, against=change.change_id),
        make_judgement(claims[3], verdict=Verdict.STALE, against=change.change_id),
    ]
    origins = dict(zip((a.article_id for a in articles), ("times", "afp", "afp", "bbc"), strict=True))
    store.add_assessment(RUN, WATCH, [], judgements, [], [], origins)
    row = next(row for row in store.board(WATCH) if row["aspect"] == "mandate")
    assert (row["sources"], row["confirmed_at"], row["outlet"]) == (2, at("2025-09-30", hour=14), "Times")
    assert row["confidence"] == pytest.approx(corroborated(change.confidence, 2))
    assert store.load_confirmations(WATCH) == [
        (change.change_id, "afp", at("2025-09-30", hour=14)),  # an origin counts once, at the last time of any
        (change.change_id, "times", at("2025-09-30", hour=14)),
    ]
    early = store._db.rows("SELECT sources FROM board_known_at('2025-09-30 12:30:00') WHERE aspect = 'mandate'")
    assert early == [{"sources": 1}]


def test_sure_the_name_of_before_says_what_confidence_says(store: Store) -> None:
    add(store, make_change())

    rows = store._db.rows("SELECT confidence, sure FROM board")

    assert len(rows) > 1
    assert [row["sure"] for row in rows] == [row["confidence"] for row in rows]


def test_a_row_is_disputed_while_sources_disagree(store: Store) -> None:
    add(store, make_change(verdict=Verdict.DISPUTES, value="5,500", disputed_value="5,550"))
    row = next(row for row in store.board(WATCH) if row["aspect"] == "mandate")
    assert (row["is_disputed"], row["value"], row["disputed_value"]) == (True, "5,500", "5,550")


def test_a_time_that_can_t_be_read_is_a_usage_error(store: Store) -> None:
    with pytest.raises(UsageError, match=r"'last week' is not a time.*2025-09-30"):
        store.board(WATCH, as_of="last week")
    with pytest.raises(UsageError):
        store.board(WATCH, known_at="'); DROP TABLE change; --")
    assert len(store.load_changes(WATCH)) == 1


def test_changes_since_a_time_leave_out_the_baseline(history: Store) -> None:
    values = [row["value"] for row in history.changes(WATCH, at("2025-10-01"))]
    assert values == ["a new force of 5,550", "led by nobody"]
    assert len(history.changes(WATCH, at("2000-01-01"))) == 3


def test_two_watches_do_not_mix(store: Store) -> None:
    store.sync_watch(make_watch(make_feed("other"), facts=(make_fact("led by Uganda"),), slug="aussom"), NOW)
    assert told(store.board("aussom")) == {("lead", "led by Uganda", "in_effect")}
    assert told(store.board(WATCH)) == {KENYA}


def test_an_assessment_that_is_added_twice_is_there_once(store: Store) -> None:
    article = make_article()
    claim, stale = make_claim(article), make_claim(article, value="old news")
    change = make_change(claim)
    assessment = (
        [make_reading(article, claim, stale)],
        [make_judgement(claim, change), make_judgement(stale)],
        [make_alert(change)],
        [Silence(change.change_id, "too weak")],
        {article.article_id: "times"},
    )
    tables = ("reading", "claim", "verdict", "change", "alert", "alert_change", "silence", "article_origin")
    assert store.add_assessment(RUN, WATCH, *assessment) == AssessmentCounts(1, 2, 2, 1, 1, 1)
    before = [store._db.rows(f"SELECT * FROM {table}") for table in tables]
    assert store.add_assessment(RUN, WATCH, *assessment) == AssessmentCounts()
    assert [store._db.rows(f"SELECT * FROM {table}") for table in tables] == before


def test_a_change_is_never_there_without_its_alert(store: Store) -> None:
    change = make_change(make_claim())
    broken = replace(make_alert(change), planned_at=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="without a zone"):
        store.add_assessment(RUN, WATCH, [], [make_judgement(make_claim(), change)], [broken], [], {})
    assert len(store.load_changes(WATCH)) == 1
    assert store.counts(WATCH)["claims"] == 0


def test_every_claim_is_told_with_its_verdict_and_why(store: Store) -> None:
    claim = make_claim()
    store.add_assessment(RUN, WATCH, [make_reading(make_article(), claim)], [make_judgement(claim)], [], [], {})
    rows = store._db.rows("SELECT verdict, reason, quote, quote_start FROM claims")
    assert rows == [
        {
            "verdict": "stale",
            "reason": "older than what the board holds",
            "quote": "The Council decided.",
            "quote_start": 0,
        }
    ]


def test_the_changes_view_tells_what_became_of_each(store: Store) -> None:
    sent, quiet = make_change(make_claim()), make_change(make_claim(value="weak"), subject="another")
    alert = make_alert(sent)
    judgements = [make_judgement(make_claim(), sent), make_judgement(make_claim(value="weak"), quiet)]
    store.add_assessment(RUN, WATCH, [], judgements, [alert], [Silence(quiet.change_id, "too weak")], {})
    store.add_deliveries(RUN, [make_delivery(alert)])
    rows = store.changes(WATCH, at("2000-01-01"))
    assert [(row["alerts"], row["delivered_at"], row["silence"]) for row in rows] == [
        (1, NOW + timedelta(minutes=1), None),
        (None, None, "too weak"),
    ]


def test_signs_that_begin_the_ids_of_two_changes_mark_neither(store: Store) -> None:
    ids = [UUID(f"aaaaaaaa-0000-4000-8000-00000000000{n}") for n in (1, 2)]
    add(store, *(make_change(change_id=one, subject=f"thing {one}") for one in ids))

    with pytest.raises(UsageError, match="aaaaaaaa begins the ids of several things"):
        store.find_target(WATCH, "aaaaaaaa")
    assert store.find_target(WATCH, str(ids[1])).change.change_id == ids[1]
