"""The views and macros for those who ask: who says so, who promised, what was held back, how it runs, searches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from pipeline.model import Aspect, PollOutcome, Role, Silence, Stage, Verdict
from pipeline.storage import Store
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    at,
    make_alert,
    make_article,
    make_change,
    make_claim,
    make_entry,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
    make_run,
    make_watch,
)

Row = tuple[object, ...]
FEEDS = {name: make_feed(name, role=Role.WIRE if name == "wire" else Role.OUTLET) for name in ("times", "wire", "un")}
FEEDS["un"] = replace(FEEDS["un"], role=Role.ISSUING_BODY)
VOTE = at("2025-09-30", 18)


def rows(store: Store, sql: str) -> list[Row]:
    return [tuple(row.values()) for row in store._db.rows(sql)]


def article_of(name: str, published: datetime, title: str = "The vote", **more: object):
    """An article of the feed ``name``, and the entry that gave it."""
    entry = make_entry(f"{name}-{published:%d%H}", FEEDS[name], title=title, published=published)
    article = make_article(
        entry, f"The Council decided, says {name} at {published}.", outlet=name.title(), family=name,
        role=FEEDS[name].role, **more,
    )  # fmt: skip
    return entry, article


def add_claims(store: Store, name: str, published: datetime, *judged: tuple, title: str = "The vote") -> None:
    """Store an article with claims: (words of the claim, words of its change or the verdict and what it meets)."""
    entry, article = article_of(name, published, title)
    store.add_polls(RUN, [make_poll(entry, feed=FEEDS[name], polled_at=published)])
    store.add_fetches(RUN, [make_fetch(entry, article)])
    claims = [make_claim(article, **keywords) for keywords, _ in judged]
    judgements = [
        make_judgement(claim, make_change(claim, **after)) if isinstance(after, dict)
        else make_judgement(claim, verdict=after[0], against=after[1], reason="as it was")
        for claim, (_, after) in zip(claims, judged, strict=True)
    ]  # fmt: skip
    origin = {article.article_id: "wire" if name == "times" and published > VOTE else name}
    store.add_assessment(RUN, WATCH, [make_reading(article, *claims)], judgements, [], [], origin)


def change_id(store: Store, value: str):
    return store._db.value("SELECT change_id FROM change WHERE value = ? AND seq > 0", [value])


@pytest.fixture(scope="module")
def told(shared_store: Store) -> Store:
    """A decision that the wire has first, the Times an hour later from the wire, the UN a day later."""
    store = shared_store
    store.start_run(make_run())
    store.sync_watch(make_watch(*FEEDS.values()), NOW)
    force = {"value": "a force of 5,550"}
    add_claims(store, "wire", VOTE, (force, {"known_at": VOTE}))
    made = change_id(store, "a force of 5,550")
    add_claims(store, "times", VOTE + timedelta(hours=1), (force, (Verdict.REPEATS, made)))
    add_claims(store, "un", VOTE + timedelta(hours=24), (force, (Verdict.CONFIRMS, made)))
    add_claims(
        store, "times", at("2025-10-05"),
        ({"value": "weak", "confidence": 0.2}, (Verdict.UNCERTAIN, None)), title="Kenya's Élite police withdraw",
    )  # fmt: skip
    return store


# -- evidence --------------------------------------------------------------------------------------


def test_evidence_tells_who_had_it_first_and_how_much_later_the_others(told: Store) -> None:
    found = "says, outlet, origin, place, is_first, hours_later, lead_h"
    assert rows(told, f"SELECT {found} FROM evidence WHERE value = 'a force of 5,550' ORDER BY published") == [
        ("made", "Wire", "wire", 1, True, 0.0, 24.0),
        ("repeats", "Times", "wire", 1, False, 1.0, 24.0),  # a reprint: the wire's lead is over the next origin
        ("confirms", "Un", "un", 2, False, 24.0, None),
    ]


def test_the_seed_article_is_evidence_of_the_baseline(told: Store) -> None:
    asked = "SELECT says, outlet, role, is_first, quote FROM evidence WHERE says = 'baseline'"
    assert rows(told, asked) == [("baseline", "Seed Outlet", "baseline", True, "Kenya leads the mission.")]


def test_the_sources_of_each_row_of_the_board_are_the_origins_in_evidence(told: Store) -> None:
    asked = """SELECT b.value, b.sources, count(DISTINCT e.origin) FILTER (e.stands)::BIGINT
               FROM board b LEFT JOIN evidence e USING (change_id) GROUP BY b.value, b.sources ORDER BY b.value"""
    assert rows(told, asked) == [("a force of 5,550", 2, 2), ("led by Kenya", 1, 1)]


def test_the_day_of_evidence_is_that_of_utc(told: Store) -> None:
    told._db.run("SET TimeZone = 'Pacific/Kiritimati'")
    try:
        assert rows(told, "SELECT day FROM evidence WHERE says = 'made'") == [(date(2025, 9, 30),)]
    finally:
        told._db.run("SET TimeZone = 'UTC'")


# -- pledges ---------------------------------------------------------------------------------------

TROOPS, MONEY = Aspect.CONTRIBUTORS, Aspect.FUNDING


def pledge(subject: str, stage: Stage, value: str, aspect: Aspect = TROOPS, **more: object):
    return make_change(aspect=aspect, subject=subject, stage=stage, value=value, quote=value, **more)


@pytest.fixture
def promised(store: Store) -> Store:
    """Promises of all kinds."""
    withdrawn = pledge("Peru", Stage.PLANNED, "80 soldiers")
    changes = [
        pledge("Guatemala", Stage.PLANNED, "150 soldiers"),
        pledge("Jamaica", Stage.PROPOSED, "some help"),
        pledge("Jamaica", Stage.PLANNED, "24 soldiers"),
        pledge("Jamaica", Stage.IN_EFFECT, "23 soldiers", Aspect.DEPLOYMENT, held_from=date(2025, 10, 2)),
        pledge("Chad", Stage.DECIDED, "400 soldiers"),
        pledge("Chad", Stage.REJECTED, "no soldiers"),
        pledge("Kenya", Stage.IN_EFFECT, "700 police"),
        withdrawn,
        pledge("Canada", Stage.PLANNED, "$60.5 million", MONEY),
        pledge("Canada", Stage.IN_EFFECT, "paid $40 million", MONEY),
    ]
    takes_back = pledge("Peru", Stage.REJECTED, "taken back", verdict=Verdict.WITHDRAWN, supersedes=withdrawn.change_id)
    for change in [*changes, takes_back]:
        claim = make_claim(aspect=change.aspect, subject=change.subject, value=change.value)
        store.add_assessment(RUN, WATCH, [], [make_judgement(claim, change)], [], [], {})
    return store


def test_a_promise_is_open_kept_or_taken_back(promised: Store) -> None:
    asked = "SELECT kind, subject, stage, figure, state, settled_on, came_figure FROM pledges ORDER BY kind, subject"
    assert rows(promised, asked) == [
        ("money", "Canada", "planned", 60_500_000.0, "kept", date(2025, 9, 30), 40_000_000.0),
        ("troops", "Chad", "decided", 400.0, "taken_back", date(2025, 9, 30), None),
        ("troops", "Guatemala", "planned", 150.0, "open", None, None),
        ("troops", "Jamaica", "planned", 24.0, "kept", date(2025, 10, 2), 23.0),
    ]


def test_what_was_never_promised_or_was_withdrawn_is_no_pledge(promised: Store) -> None:
    assert rows(promised, "SELECT subject FROM pledges WHERE subject IN ('Kenya', 'Peru')") == []


def test_a_figure_in_words_is_taken_from_an_article_that_has_it_in_digits(store: Store) -> None:
    entry, article = article_of("times", VOTE)
    store.add_polls(RUN, [make_poll(entry, feed=FEEDS["times"])])
    store.add_fetches(RUN, [make_fetch(entry, article)])
    words = make_claim(article, aspect=TROOPS, subject="Guatemala", stage=Stage.PLANNED, value="a hundred and fifty")
    digits = make_claim(article, aspect=TROOPS, subject="Guatemala", stage=Stage.PLANNED, value="150 soldiers")
    made = make_change(words)
    again = make_judgement(digits, verdict=Verdict.REPEATS, against=made.change_id, reason="the same")
    store.add_assessment(RUN, WATCH, [], [make_judgement(words, made), again], [], [], {})
    assert rows(store, "SELECT value, figure FROM pledges") == [("a hundred and fifty", 150.0)]


@pytest.mark.parametrize(
    ("phrase", "figure"),
    [
        ("5,550 personnel", 5550.0),
        ("$40 million", 40e6),
        ("1.5 billion euros", 1.5e9),
        ("2 killed, 8 injured", 2.0),
        ("Between 900 and 1,000", 900.0),
        ("700, and more", 700.0),
        ("a hundred", None),
        ("", None),
    ],
)
def test_the_first_figure_of_a_phrase_is_a_number(shared_store: Store, phrase: str, figure: float | None) -> None:
    assert shared_store._db.value("SELECT figure(?)", [phrase]) == figure


# -- held back -------------------------------------------------------------------------------------


def test_what_made_no_alert_is_told_with_its_reason_and_its_day(store: Store) -> None:
    store.start_run(make_run())
    page, silent = make_entry("page"), make_entry("dull")
    dull = make_article(silent, "Nothing of it.", title="Sport")
    change = make_change(value="told to nobody")
    store.add_polls(RUN, [make_poll(page, silent)])
    store.add_fetches(RUN, [make_fetch(page, outcome="refused", reason="robots"), make_fetch(silent, dull)])
    weak = make_claim(dull, value="weak", confidence=0.25)
    store.add_assessment(
        RUN, WATCH, [make_reading(dull, reason="names none of the places")],
        [make_judgement(weak, verdict=Verdict.UNCERTAIN, reason="too weak"), make_judgement(make_claim(dull), change)],
        [], [Silence(change.change_id, "no rule takes it")], {},
    )  # fmt: skip
    assert rows(store, "SELECT day, what, verdict, reason, value, told FROM held_back ORDER BY what") == [
        (NOW.date(), "article", "off_topic", "names none of the places", None, "Sport"),
        (NOW.date(), "change", "new", "no rule takes it", "told to nobody", "The Council decided."),
        (NOW.date(), "claim", "uncertain", "too weak", "weak", "Nothing of it."),
        (NOW.date(), "page", "refused", "robots", None, "Title of page"),
    ]


def test_what_was_told_is_not_held_back(store: Store) -> None:
    change = make_change()
    store.add_assessment(RUN, WATCH, [], [make_judgement(make_claim(), change)], [make_alert(change)], [], {})
    assert rows(store, "SELECT * FROM held_back") == []


# -- how it runs -----------------------------------------------------------------------------------


def test_a_watch_has_a_clock_of_its_own_and_a_today(store: Store) -> None:
    late = at("2025-10-03", 23)
    store.start_run(replace(make_run(), now=late, finished_at=NOW, outcome="partial"))
    assert rows(store, "SELECT watch, seed_outlet, clock, today, rounds, last_outcome, feeds FROM watches") == [
        ("haiti", "Seed Outlet", late, date(2025, 10, 3), 1, "partial", 1)
    ]


def test_a_watch_that_never_ran_has_a_row_too(store: Store) -> None:
    assert rows(store, "SELECT clock, today, rounds, changes, alerts FROM watches") == [(None, None, 0, 0, 0)]


def test_a_day_adds_up_its_runs_and_leaves_out_what_is_no_watching(store: Store) -> None:
    runs = [
        ("monitor", at("2025-10-01", 1), {"feeds_due": 3, "articles_new": 2, "changes": 1}, "ok"),
        ("poll", at("2025-10-01", 23), {"feeds_due": 3, "feeds_failed": 1}, "partial"),
        ("reread", at("2025-10-01", 12), {"changes": 99}, "ok"),
        ("monitor", at("2025-10-02", 1), {}, "ok"),
    ]
    for flow, now, counts, outcome in runs:
        store.start_run(make_run(run_id=make_claim(value=f"{flow}{now}").claim_id, flow=flow, now=now, counts=counts,
                                 outcome=outcome))  # fmt: skip
    asked = "SELECT day, runs, runs_not_ok, polls, polls_failed, articles, changes FROM days"
    assert rows(store, asked) == [(date(2025, 10, 1), 2, 1, 6, 1, 2, 1), (date(2025, 10, 2), 1, 0, 0, 0, 0, 0)]


def test_a_feed_s_yield_goes_from_polls_to_changes(told: Store) -> None:
    asked = "SELECT feed, polls, entries, articles, relevant, claims, changes, requests FROM feed_yield ORDER BY feed"
    assert rows(told, asked) == [
        ("Times", 2, 2, 2, 2, 2, 0, 4),
        ("Un", 1, 1, 1, 1, 1, 0, 2),
        ("Wire", 1, 1, 1, 1, 1, 1, 2),
    ]


def test_a_change_that_two_alerts_tell_is_one_change_and_its_claim_one_claim(store: Store) -> None:
    entry, article = article_of("times", VOTE)
    store.sync_watch(make_watch(FEEDS["times"]), NOW)
    store.add_polls(RUN, [make_poll(entry, feed=FEEDS["times"])])
    store.add_fetches(RUN, [make_fetch(entry, article)])
    claim = make_claim(article)
    change = make_change(claim)
    alerts = [make_alert(change), make_alert(change, channel="file")]
    store.add_assessment(RUN, WATCH, [make_reading(article, claim)], [make_judgement(claim, change)], alerts, [], {})
    assert rows(store, "SELECT claims, changes, alerts FROM feed_yield WHERE feed = 'Times'") == [(1, 1, 2)]


def test_a_feed_that_brings_nothing_has_a_row_with_what_it_cost(store: Store) -> None:
    store.add_polls(RUN, [make_poll(outcome=PollOutcome.FAILED, reason="timeout", size=None)])
    asked = "SELECT polls, polls_failed, entries, relevant, bytes, bytes_per_relevant FROM feed_yield"
    assert rows(store, asked) == [(1, 1, 0, 0, 0, None)]


def test_a_message_in_two_parts_of_a_digest_counts_once_for_its_change(store: Store) -> None:
    change = make_change()
    part, digest = make_alert(change), make_alert(change, channel="digest")
    store.add_assessment(RUN, WATCH, [], [make_judgement(make_claim(), change)], [part, digest], [], {})
    store._db.insert("digest_part", [{"alert_id": part.alert_id, "digest_id": digest.alert_id}])
    assert rows(store, "SELECT alerts FROM changes WHERE seq > 0") == [(1,)]


# -- macros ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("thing", "values"),
    [
        ("mandate", ["a force of 5,550"]),  # an aspect
        ("MISSION'S mandaté", ["a force of 5,550"]),  # words of a subject, whatever their case and accents
        ("mission's lead", ["led by Kenya"]),
        ("nobody", []),
    ],
)
def test_a_timeline_takes_an_aspect_or_words_of_a_subject(told: Store, thing: str, values: list[str]) -> None:
    assert [row["value"] for row in told._db.rows("SELECT value FROM timeline(?)", [thing])] == values


@pytest.mark.parametrize(
    ("words", "found"),
    [("kenya elite", 1), ("WITHDRAW kenya", 1), ("kenya vote", 0), ("vote", 3), ("", 4)],
)
def test_articles_are_found_by_all_words_of_their_titles(told: Store, words: str, found: int) -> None:
    assert len(told._db.rows("SELECT title FROM find_articles(?)", [words])) == found
