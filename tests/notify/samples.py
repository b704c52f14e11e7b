"""Changes, articles and messages as the tests of words and channels need them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from pipeline.alerts.message import Message, Section, as_text, to_json
from pipeline.model import Alert, Article, Aspect, Baseline, Change, Precision, Stage, Verdict, Watch
from pipeline.model.text import content_id

NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)
ALERT_ID = UUID("00000000-0000-5000-8000-000000000001")
OLD_ID, NEW_ID = content_id("change", 1), content_id("change", 2)
OLD_ARTICLE, NEW_ARTICLE = content_id("article", 1), content_id("article", 2)
WATCH = Watch("isle", "Isle force", (), (), ("en",), (), Baseline("t", "o", NOW, "", "", ()), ())

# What a feed may try on whoever reads it.
HOSTILE = "\x1b[2J<script>alert(1)</script> [Council](http://evil.example) **bold** @everyone `x` \u202etxt.exe"

OLD = Change(
    change_id=OLD_ID,
    watch="isle",
    aspect=Aspect.MANDATE,
    subject="Isle force",
    subject_key="isle force",
    verdict=Verdict.BASELINE,
    stage=Stage.IN_EFFECT,
    value="until 2 October 2025",
    held_from=date(2024, 10, 2),
    known_at=datetime(2025, 8, 1, tzinfo=UTC),
    quote="The mandate ends on 2 October 2025.",
    reason="",
    confidence=1.0,
)
NEW = replace(
    OLD,
    change_id=NEW_ID,
    verdict=Verdict.REVISES,
    stage=Stage.DECIDED,
    value="until 2 October 2026",
    held_from=date(2025, 9, 30),
    known_at=NOW,
    quote="The Council extended the force's mandate by a year.",
    confidence=0.914,
    before_stage=Stage.IN_EFFECT,
    before_value="until 2 October 2025",
    supersedes=OLD_ID,
    article_id=NEW_ARTICLE,
    event_date=date(2025, 9, 30),
)


def article(article_id: UUID = NEW_ARTICLE, **values: object) -> Article:
    base = Article(
        article_id=article_id,
        entry_id=content_id("entry", article_id),
        url="https://isle.example/2025/mandate?a=1&b=2",
        outlet="Isle Post",
        title="Council extends the force",
        text="The Council extended the force's mandate by a year.",
        published=datetime(2025, 9, 30, 18, 5, tzinfo=UTC),
        precision=Precision.TIME,
        published_source="feed",
        fetched_at=NOW,
        family="isle",
        origin="Harbour Wire",
    )
    return replace(base, **values)


def section(**values: object) -> Section:
    base = Section(
        heading="Mandate",
        became="Isle force: until 2 October 2025 (in effect) became until 2 October 2026 (decided)",
        before_quote="The mandate ends on 2 October 2025.",
        after_quote="The Council extended the force's mandate by a year.",
        notes=("Verdict: revises, since 30 Sep 2025", "How sure: very sure (0.91); 2 independent origins"),
        source="Isle Post, first written by Harbour Wire, 30 Sep 2025 18:05 UTC",
        title="Council extends the force",
        url="https://isle.example/2025/mandate?a=1&b=2",
        trail="missionwatch why seeds/isle 'https://isle.example/2025/mandate?a=1&b=2'",
        before_source="baseline, 01 Aug 2025",
        facts=(("aspect", "mandate"), ("confidence", 0.91), ("origins", 2), ("disputed_value", None)),
    )
    return replace(base, **values)


def message(*sections: Section, **values: str) -> Message:
    return replace(Message("Isle force: mandate decided: a year more", "", sections or (section(),), ""), **values)


def alert(channel: str, told: Message | None = None) -> Alert:
    told = told or message()
    return Alert(
        alert_id=ALERT_ID,
        watch="isle",
        rule="decided",
        channel=channel,
        change_ids=(NEW_ID,),
        subject=told.subject,
        body=as_text(told),
        planned_at=NOW,
        message=to_json(told),
    )
