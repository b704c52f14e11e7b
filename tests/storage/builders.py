"""Small builders of the model's values, for tests: every argument has a default that makes sense.

Ids follow from the content as in the real thing, so building a value twice gives the same value.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from pipeline.board.fold import subject_key
from pipeline.model import (
    Alert,
    AlertRule,
    Article,
    Aspect,
    Baseline,
    Change,
    Claim,
    Delivery,
    Entry,
    Fact,
    Feed,
    FetchRecord,
    Judgement,
    Name,
    PollOutcome,
    PollRecord,
    Precision,
    Reading,
    Role,
    RunRecord,
    Stage,
    Verdict,
    Watch,
)
from pipeline.model.text import content_id, text_hash

NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)
RUN = content_id("run", "test")
WATCH = "haiti"


def at(day: str, hour: int = 12) -> datetime:
    """The given hour of a day such as ``2025-09-30``, UTC."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)


def make_feed(name: str = "times", **changed: Any) -> Feed:
    url = changed.pop("url", f"https://{name}.example/feed.xml")
    values: dict[str, Any] = {
        "feed_id": content_id("feed", url),
        "url": url,
        "title": name.title(),
        "role": Role.OUTLET,
        "family": name,
        "language": "en",
        "region": "Americas",
        "expected_every": timedelta(hours=24),
        "confirmed_in": "a test",
    }
    return Feed(**{**values, **changed})


def make_fact(value: str = "led by Kenya", **changed: Any) -> Fact:
    values: dict[str, Any] = {
        "aspect": Aspect.LEAD,
        "subject": "the mission's lead",
        "stage": Stage.IN_EFFECT,
        "value": value,
        "quote": "Kenya leads the mission.",
        "start": 0,
        "since": date(2024, 6, 25),
    }
    return Fact(**{**values, **changed})


def make_watch(*feeds: Feed, facts: tuple[Fact, ...] | None = None, slug: str = WATCH) -> Watch:
    return Watch(
        slug=slug,
        title="Haiti",
        names=(Name("Multinational Security Support mission"),),
        places=("Haiti",),
        languages=("en",),
        feeds=feeds or (make_feed(),),
        baseline=Baseline(
            title="The mission so far",
            outlet="Seed Outlet",
            published=at("2025-08-24"),
            url="https://seed.example/article",
            text="Kenya leads the mission.",
            facts=(make_fact(),) if facts is None else facts,
        ),
        rules=(AlertRule("all"),),
    )


def make_entry(guid: str = "one", feed: Feed | None = None, **changed: Any) -> Entry:
    feed = feed or make_feed()
    values: dict[str, Any] = {
        "feed_id": feed.feed_id,
        "guid": guid,
        "url": f"https://{feed.family}.example/{guid}",
        "title": f"Title of {guid}",
        "summary": f"Summary of {guid}",
        "published": at("2025-09-30"),
        "precision": Precision.TIME,
        "content_hash": text_hash(guid),
        "seen_at": NOW,
    } | changed
    entry_id = content_id("entry", values["feed_id"], values["guid"], values["content_hash"])
    return Entry(**{"entry_id": entry_id, **values})


def make_poll(*entries: Entry, feed: Feed | None = None, **changed: Any) -> PollRecord:
    feed = feed or make_feed()
    polled_at = changed.get("polled_at", NOW)
    values: dict[str, Any] = {
        "poll_id": content_id("poll", feed.feed_id, polled_at.isoformat()),
        "feed_id": feed.feed_id,
        "polled_at": polled_at,
        "outcome": PollOutcome.OK,
        "reason": "",
        "next_due": polled_at + timedelta(hours=1),
        "failures": 0,
        "status": 200,
        "final_url": feed.url,
        "entries": entries,
    }
    return PollRecord(**{**values, **changed})


def make_article(entry: Entry | None = None, text: str = "The Council decided. So it is.", **changed: Any) -> Article:
    entry = entry or make_entry()
    digest = text_hash(text)
    values: dict[str, Any] = {
        "article_id": content_id("article", entry.url, digest),
        "entry_id": entry.entry_id,
        "url": entry.url,
        "outlet": "Times",
        "title": entry.title,
        "text": text,
        "published": entry.published or entry.seen_at,
        "precision": Precision.TIME,
        "published_source": "json-ld",
        "fetched_at": NOW,
        "language": "en",
        "family": "times",
        "text_hash": digest,
    }
    return Article(**{**values, **changed})


def make_fetch(entry: Entry | None = None, article: Article | None = None, **changed: Any) -> FetchRecord:
    entry = entry or make_entry()
    attempt = changed.get("attempt", 1)
    values: dict[str, Any] = {
        "fetch_id": content_id("fetch", entry.entry_id, attempt),
        "entry_id": entry.entry_id,
        "url": entry.url,
        "fetched_at": NOW,
        "outcome": "stored" if article else "failed",
        "reason": "" if article else "timeout: the page did not come",
        "attempt": attempt,
        "retry_at": None,
        "status": 200 if article else None,
        "final_url": entry.url,
        "elapsed": 0.25,
        "extract_elapsed": 0.125,
        "article": article,
    }
    return FetchRecord(**{**values, **changed})


def make_claim(article: Article | None = None, **changed: Any) -> Claim:
    article = article or make_article()
    values: dict[str, Any] = {
        "article_id": article.article_id,
        "aspect": Aspect.MANDATE,
        "stage": Stage.DECIDED,
        "subject": "the mission's mandate",
        "value": "a new force",
        "quote": article.text[:20],
        "start": 0,
        "end": min(20, len(article.text)),
        "event_date": date(2025, 9, 30),
        "confidence": 0.75,
        "why": "a verb of decision",
    } | changed
    claim_id = content_id("claim", values["article_id"], values["aspect"], values["subject"], values["value"])
    return Claim(**{"claim_id": claim_id, **values})


def make_change(claim: Claim | None = None, **changed: Any) -> Change:
    """A change, of ``claim`` where one is given; else one that only its words identify."""
    values: dict[str, Any] = {
        "watch": WATCH,
        "aspect": claim.aspect if claim else Aspect.MANDATE,
        "subject": claim.subject if claim else "the mission's mandate",
        "verdict": Verdict.NEW,
        "stage": claim.stage if claim else Stage.DECIDED,
        "value": claim.value if claim else "a new force",
        "held_from": date(2025, 9, 30),
        "known_at": at("2025-09-30"),
        "quote": claim.quote if claim else "The Council decided.",
        "reason": "the board said nothing of it",
        "confidence": 0.75,
        "claim_id": claim.claim_id if claim else None,
        "article_id": claim.article_id if claim else None,
        "event_date": claim.event_date if claim else None,
    } | changed
    values.setdefault("subject_key", subject_key(values["aspect"], values["subject"]))
    part = values["claim_id"] or (values["aspect"], values["subject_key"], values["value"], values["held_from"])
    return Change(**{"change_id": content_id("change", values["watch"], part), **values})


def make_judgement(claim: Claim, change: Change | None = None, **changed: Any) -> Judgement:
    values: dict[str, Any] = {
        "claim": claim,
        "verdict": change.verdict if change else Verdict.STALE,
        "reason": change.reason if change else "older than what the board holds",
        "change": change,
    }
    return Judgement(**{**values, **changed})


def make_reading(article: Article, *claims: Claim, engine: str = "rules-1", reason: str = "") -> Reading:
    return Reading(article.article_id, engine, relevant=bool(claims), reason=reason, claims=claims)


def make_alert(*changes: Change, channel: str = "console", planned_at: datetime = NOW) -> Alert:
    ids = tuple(change.change_id for change in changes)
    return Alert(
        alert_id=content_id("alert", WATCH, channel, *ids),
        watch=WATCH,
        rule="all",
        channel=channel,
        change_ids=ids,
        subject="Haiti: mandate decided",
        body="MANDATE: decided",
        planned_at=planned_at,
    )


def make_delivery(alert: Alert, *, attempt: int = 1, error: str = "", retry_at: datetime | None = None) -> Delivery:
    return Delivery(
        delivery_id=content_id("delivery", alert.alert_id, attempt),
        alert_id=alert.alert_id,
        channel=alert.channel,
        attempt=attempt,
        attempted_at=NOW + timedelta(minutes=attempt),
        outcome="failed" if error else "delivered",
        reason=error,
        retry_at=retry_at,
    )


def make_run(run_id: UUID = RUN, **changed: Any) -> RunRecord:
    values: dict[str, Any] = {"run_id": run_id, "flow": "monitor", "watch": WATCH, "now": NOW, "started_at": NOW}
    return RunRecord(**{**values, **changed})
