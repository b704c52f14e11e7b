"""A small watch with all that a page must show: changes of each stage, disputes, a recall, hostile words, ill feeds.

write_world(folder)           stores and publishes it in a data folder
write_many(folder, 2_000)     the same with as many changes as wanted
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline.model import (
    Alert,
    Article,
    Aspect,
    Change,
    Entry,
    Fact,
    Feed,
    Judgement,
    PollOutcome,
    Reading,
    RecheckResult,
    Silence,
    Stage,
    Verdict,
    Watch,
)
from pipeline.model.text import content_id
from pipeline.storage import Store, open_store, publish
from tests.storage.builders import (
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
    make_run,
    make_watch,
)

NOW = datetime(2025, 10, 20, 12, tzinfo=UTC)
HOSTILE = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\u202egpj"
TIMES, WIRE, RADIO, DOWN = (
    make_feed("times"),
    make_feed("wire", title="The Wire"),
    make_feed("radio", title="Harbour Radio"),
    make_feed("down", title=f"Gone {HOSTILE}"),
)


@dataclass(frozen=True)
class Told:
    """One article with one sentence, and what it came to."""

    entry: Entry
    article: Article
    feed: Feed
    judgement: Judgement
    reading: Reading
    origin: str


def tell(
    name: str,
    sentence: str,
    *,
    day: str,
    aspect: Aspect = Aspect.MANDATE,
    subject: str = "the mission's mandate",
    stage: Stage = Stage.DECIDED,
    value: str = "a new force",
    verdict: Verdict = Verdict.NEW,
    feed: Feed = TIMES,
    title: str = "",
    url: str = "",
    origin: str = "",
    confidence: float = 0.85,
    held: str = "",
    reason: str = "",
    before: Change | None = None,
    disputed: str | None = None,
    against: Change | None = None,
) -> Told:
    """An article of ``feed`` that says ``sentence``; with ``against`` it says again what a change told."""
    entry = make_entry(name, feed, published=at(day), seen_at=at(day, 13), title=title or sentence[:60])
    entry = replace(entry, url=url) if url else entry
    article = make_article(entry, sentence, outlet=feed.title, family=feed.family, title=entry.title)
    claim = make_claim(
        article,
        aspect=aspect,
        stage=stage,
        subject=subject,
        value=value,
        quote=sentence,
        start=0,
        end=len(sentence),
        confidence=confidence,
        event_date=None,
    )
    change = None
    if against is None:
        change = make_change(
            claim,
            verdict=verdict,
            held_from=date.fromisoformat(held or day),
            known_at=at(day),
            confidence=confidence,
            reason=reason or "the board had nothing like it",
            disputed_value=disputed,
            **_before(before),
        )
        judgement = make_judgement(claim, change)
    else:
        judgement = make_judgement(claim, verdict=Verdict.CONFIRMS, against=against.change_id, reason="says the same")
    return Told(entry, article, feed, judgement, make_reading(article, claim), origin or feed.family)


def _before(change: Change | None) -> dict[str, object]:
    if change is None:
        return {}
    return {
        "before_stage": change.stage,
        "before_value": change.value,
        "before_subject": change.subject,
        "before_since": change.held_from,
        "supersedes": change.change_id,
    }


def change_of(told: Told) -> Change:
    """The change that an article made."""
    assert told.judgement.change is not None
    return told.judgement.change


DRAFT = tell(
    "draft",
    "The United States put forward a draft that would make a new force of the mission.",
    day="2025-08-29",
    stage=Stage.PROPOSED,
    feed=WIRE,
    reason="the board had nothing on the mandate",
)
VOTE = tell(
    "vote",
    "The Security Council voted on Tuesday for a new force until 2 October 2026.",
    day="2025-09-30",
    value="a new force until 2 October 2026",
    verdict=Verdict.ADVANCES,
    before=change_of(DRAFT),
    confidence=0.94,
    reason="what was proposed has been decided",
)
VOTE_TOO = tell(
    "vote-too", "A new force was approved by the Council.", day="2025-10-01", feed=RADIO, against=change_of(VOTE)
)
CEILING = tell(
    "ceiling",
    "The force may have up to 5,550 uniformed personnel.",
    day="2025-09-30",
    aspect=Aspect.STRENGTH,
    subject="the ceiling",
    value="5,550 personnel",
    feed=WIRE,
    confidence=0.88,
)
CEILING_ODDS = tell(
    "ceiling-odds",
    "The resolution sets a ceiling of 5,000, a diplomat said.",
    day="2025-10-02",
    aspect=Aspect.STRENGTH,
    subject="the ceiling",
    value="5,550 personnel",
    verdict=Verdict.DISPUTES,
    feed=RADIO,
    before=change_of(CEILING),
    disputed="5,000 personnel",
    confidence=0.66,
    reason="the board has 5,550 from the wire",
)
MONEY = tell(
    "money",
    "Canada pledged $60 million to the trust fund.",
    day="2025-09-10",
    aspect=Aspect.FUNDING,
    subject="Canada",
    value="$60 million",
    stage=Stage.PLANNED,
    feed=WIRE,
)
MONEY_ODDS = tell(
    "money-odds",
    "Canada's pledge is $40 million, its ministry said.",
    day="2025-09-11",
    aspect=Aspect.FUNDING,
    subject="Canada",
    value="$60 million",
    stage=Stage.PLANNED,
    verdict=Verdict.DISPUTES,
    before=change_of(MONEY),
    disputed="$40 million",
)
MONEY_SETTLED = tell(
    "money-settled",
    "Canada corrected itself: it gives $60 million.",
    day="2025-09-14",
    aspect=Aspect.FUNDING,
    subject="Canada",
    value="$60 million",
    verdict=Verdict.REVISES,
    before=change_of(MONEY_ODDS),
)
LEFT = tell(
    "left",
    "Kenya handed over command of the mission in Port-au-Prince.",
    day="2025-10-05",
    aspect=Aspect.LEAD,
    subject="the mission's lead",
    value="led by Kenya",
    stage=Stage.ENDED,
    verdict=Verdict.REVERSES,
    confidence=0.72,
)
DEAD = tell(
    "dead",
    "Two officers were killed near the port.",
    day="2025-10-08",
    aspect=Aspect.CASUALTIES,
    subject="officers 2025-10-08",
    value="2 killed",
    stage=Stage.IN_EFFECT,
    feed=RADIO,
)
STRANGE = tell(
    "strange",
    f"Guatemala will send 150 soldiers {HOSTILE}.",
    day="2025-10-12",
    aspect=Aspect.CONTRIBUTORS,
    subject=f"Guatemala {HOSTILE}",
    value=f"150 soldiers {HOSTILE}",
    stage=Stage.PLANNED,
    feed=RADIO,
    title=f"Soldiers {HOSTILE}",
    url="javascript:document.title='owned'",
    confidence=0.55,
)
REFUSED = tell(
    "refused",
    "Brazil will not send police officers.",
    day="2025-10-13",
    aspect=Aspect.CONTRIBUTORS,
    subject="Brazil",
    value="no police officers",
    stage=Stage.REJECTED,
    feed=WIRE,
)
TOLD = (DRAFT, MONEY, MONEY_ODDS, MONEY_SETTLED, VOTE, CEILING, VOTE_TOO, CEILING_ODDS, LEFT, DEAD, STRANGE, REFUSED)
TAKEN_BACK = "the page says that nobody was killed"


def held_back(told: Told, verdict: Verdict, reason: str, similarity: float = 0.0, **claim: object) -> Told:
    """``told``, an article that says again what a change told, with another verdict on it."""
    said = replace(told.judgement.claim, **claim)  # type: ignore[arg-type]
    judgement = replace(told.judgement, claim=said, verdict=verdict, reason=reason, similarity=similarity)
    return replace(told, judgement=judgement, reading=replace(told.reading, claims=(said,)))


UNSURE = held_back(
    tell("unsure", "A new force could be voted on soon, it is said.", day="2025-10-14", against=change_of(VOTE)),
    Verdict.UNCERTAIN,
    "too weak to tell (0.32, needs 0.50)",
    confidence=0.32,
)
RESTATED = held_back(
    tell(
        "restated",
        "The force, which the Council voted for, is new.",
        day="2025-10-15",
        against=change_of(VOTE),
        feed=WIRE,
    ),
    Verdict.STALE,
    "restates what has been known since 30 Sep 2025",
    0.86,
)
REPEATED = held_back(
    tell("repeated", "Up to 5,550 may serve.", day="2025-10-16", against=change_of(CEILING), feed=WIRE),
    Verdict.REPEATS,
    "the board has had this since 30 Sep 2025 from wire",
    0.71,
)
HELD = (UNSURE, RESTATED, REPEATED)
OFF_TOPIC = make_entry("off-topic", RADIO, published=at("2025-10-17"), seen_at=at("2025-10-17", 13), title="A regatta")
REFUSED_PAGE = make_entry(
    "no-page", WIRE, published=at("2025-10-18"), seen_at=at("2025-10-18", 13), title="Not to be had"
)
NOT_YET = make_entry("not-yet", TIMES, published=at("2025-10-19"), seen_at=at("2025-10-19", 13), title="Just in")


def watch() -> Watch:
    """The watch, which knew at the start who leads the mission and who pays for it."""
    funding = make_fact(
        "the trust fund pays",
        aspect=Aspect.FUNDING,
        subject="the trust fund",
        quote="A trust fund pays for the mission.",
        since=date(2023, 10, 2),
    )
    lead: Fact = make_fact()
    return make_watch(TIMES, WIRE, RADIO, DOWN, facts=(lead, funding))


def withdrawal(of: Change) -> Change:
    """What takes ``of`` back."""
    return replace(
        of,
        change_id=content_id("withdrawal", of.change_id),
        verdict=Verdict.WITHDRAWN,
        known_at=at("2025-10-09"),
        reason=TAKEN_BACK,
        supersedes=of.change_id,
        claim_id=None,
    )


def write_held(folder: Path) -> None:
    """The world, and beside it what was held back, a page that is not about the mission, and two that are not there."""
    write_world(folder, (*TOLD, *HELD), more=True)


def _more(store: Store) -> None:
    for feed, entry in ((RADIO, OFF_TOPIC), (WIRE, REFUSED_PAGE), (TIMES, NOT_YET)):
        store.add_polls(RUN, [make_poll(entry, feed=feed, polled_at=NOW - timedelta(minutes=1))])
    regatta = make_article(
        OFF_TOPIC, "Eight boats set out from the harbour on Friday.", outlet=RADIO.title, family="radio"
    )
    refused = make_fetch(REFUSED_PAGE, outcome="refused", reason="http-4xx: 404 (Not Found)", status=404)
    store.add_fetches(RUN, [make_fetch(OFF_TOPIC, regatta), refused])
    reading = make_reading(regatta, reason="it does not name the mission")
    store.add_assessment(RUN, WATCH, [reading], [], [], [], {regatta.article_id: "radio"})


def write_world(folder: Path, told: tuple[Told, ...] = TOLD, *, more: bool = False) -> None:
    """Store and publish the watch in ``folder``; ``more`` adds pages that brought no claim."""
    with open_store(folder) as store:
        store.start_run(make_run(now=NOW))
        store.sync_watch(watch(), at("2025-08-24"))
        for feed in (TIMES, WIRE, RADIO):
            ours = [one.entry for one in told if one.feed is feed]
            store.add_polls(RUN, [make_poll(*ours, feed=feed, polled_at=NOW)])
        failed = make_poll(
            feed=DOWN, polled_at=NOW, outcome=PollOutcome.FAILED, reason="dns: no such host", failures=7, status=None
        )
        store.add_polls(RUN, [failed])
        store.add_fetches(RUN, [make_fetch(one.entry, one.article) for one in told])
        alerts = _alerts(told)
        silences = [Silence(change_of(STRANGE).change_id, "confidence 0.55 is under the rule's 0.70")]
        store.add_assessment(
            RUN,
            WATCH,
            [one.reading for one in told],
            [one.judgement for one in told],
            alerts,
            silences,
            {one.article.article_id: one.origin for one in told},
        )
        store.add_deliveries(RUN, [make_delivery(alert) for alert in alerts])
        if more:
            _more(store)
        store.add_assessment(RUN, WATCH, [], [], [], [], {}, RecheckResult(withdrawals=(withdrawal(change_of(DEAD)),)))
        counts = {"feeds_due": 4, "feeds_failed": 1, "entries_new": len(told), "articles_new": len(told), "claims": 12}
        store.finish_run(make_run(now=NOW, finished_at=NOW, outcome="partial", reason="1 feed failed", counts=counts))
    publish(folder, RUN, NOW)


def _alerts(told: tuple[Told, ...]) -> list[Alert]:
    return [make_alert(change_of(one), planned_at=NOW) for one in told if one in (VOTE, CEILING, DEAD)]


def write_many(folder: Path, changes: int) -> None:
    """Store and publish a watch with about as many ``changes`` as wanted: the world, and numbers that go up and up."""
    aspects = (Aspect.STRENGTH, Aspect.DEPLOYMENT, Aspect.FUNDING, Aspect.CONTRIBUTORS, Aspect.SUPPORT)
    many: list[Told] = list(TOLD)
    last: dict[str, Change] = {}
    stages = tuple(Stage)
    for number in range(changes - len(TOLD) + 1):
        subject = f"contingent {number % 40}"
        day = (date(2024, 1, 1) + timedelta(days=number // 4)).isoformat()
        one = tell(
            f"many-{number}",
            f"The contingent from district {number % 40} has {1_000 + number} people at its posts, the office said, "
            "after a week in which the roads around the port and the northern hills were closed to all traffic.",
            day=day,
            aspect=aspects[number % len(aspects)],
            subject=subject,
            value=f"{1_000 + number} people",
            stage=stages[number % len(stages)],
            verdict=Verdict.REVISES if subject in last else Verdict.NEW,
            before=last.get(subject),
            feed=(TIMES, WIRE, RADIO)[number % 3],
        )
        last[subject] = change_of(one)
        many.append(one)
    write_world(folder, tuple(many))
