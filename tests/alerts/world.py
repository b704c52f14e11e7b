"""The simulated month: the archive's articles and a few of our own, two channels and the one that they escalate to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from pipeline.lab.replay import Archive, load_archive
from pipeline.model import AlertRule, AlertTiming, Article, Aspect, Every, Fact, Precision, Stage, Urgent, Watch
from pipeline.model.text import content_id, text_hash
from pipeline.watches import load_watch
from tests.storage.builders import make_entry

ROOT = Path(__file__).parents[2]
HAITI = ROOT / "seeds" / "haiti"


@dataclass(frozen=True, slots=True)
class Span:
    """A time to be lived through.

    Attributes:
        start, end: the first round, and the hour before which the last one is.
        every: from one round to the next.
        kills: how often the process is killed.
    """

    start: datetime
    end: datetime
    every: timedelta
    kills: int

    def round_of(self, moment: datetime) -> int:
        """The number of the round that sees what is published at ``moment``; -1 for what was read before the first."""
        return max(-1, -((self.start - moment) // self.every))


# The month, and after it the last weekly digest, what was put back, and who was away.
MONTH = Span(datetime(2025, 9, 8, tzinfo=UTC), datetime(2025, 10, 16, tzinfo=UTC), timedelta(hours=1), 30)
DOWN = (datetime(2025, 9, 22, 12, tzinfo=UTC), datetime(2025, 9, 25, 12, tzinfo=UTC))  # the desk's channel
OFFICE_HOURS = (9, 17)  # of who reads at the desk, on working days
ESCALATES_AFTER = timedelta(hours=4)

# Each by the variable that holds its address: a port stands in no key.
DESK_AT, OFFICE_AT, DUTY_AT = "env:DESK", "env:OFFICE", "env:DUTY"
DESK = AlertRule(
    "desk",
    channels=(DESK_AT,),
    when=AlertTiming.BOTH,
    digest=Every.WEEKLY,
    digest_at=time(8),
    digest_day=0,
    timezone="Africa/Nairobi",
    quiet=(time(22), time(7)),
    urgent=Urgent(frozenset({Aspect.LEAD, Aspect.MANDATE}), frozenset({Stage.DECIDED, Stage.IN_EFFECT})),
    escalate_after=ESCALATES_AFTER,
    escalate_to=(DUTY_AT,),
    remind_before=(14, 3),
)
OFFICE = AlertRule(
    "office",
    channels=(OFFICE_AT,),
    when=AlertTiming.DIGEST,
    digest_at=time(6, 30),
    timezone="Europe/Paris",
    quiet=(time(20), time(6)),
    remind_before=(3,),
)
RULES = (DESK, OFFICE)

# What the archive lacks for this: a day that is known at the start, two outlets that disagree, a third that sides with
# one of them, and a step that is announced for a day of which nothing is heard. These are invented, outlets too.
FACT = Fact(
    aspect=Aspect.MANDATE,
    subject="MSS",
    stage=Stage.IN_EFFECT,
    value="until 2025-10-02",
    quote="The mission's mandate runs until 2 October 2025.",
    start=0,
)
EXTRA = (
    (
        datetime(2025, 9, 11, 9, tzinfo=UTC),
        "Kingston Register",
        "Jamaica will send 200 soldiers to the Multinational Security Support mission in Haiti, the defence minister "
        "said on Thursday.",
    ),
    (
        datetime(2025, 9, 12, 10, tzinfo=UTC),
        "Windward Times",
        "Jamaica will send 120 soldiers to the Multinational Security Support mission in Haiti, a spokesman for its "
        "army told reporters.",
    ),
    (
        datetime(2025, 9, 15, 14, tzinfo=UTC),
        "Antilles Scope",
        "Jamaica's parliament has decided: it will send 120 soldiers to the Multinational Security Support mission in "
        "Haiti.",
    ),
    (
        datetime(2025, 9, 28, 10, tzinfo=UTC),
        "Malecon Post",
        "The Multinational Security Support mission in Haiti will move into its new base at the airport on "
        "29 September.",
    ),
)


def watch_of_the_month() -> Watch:
    """The first watch, with the month's rules and a day to look forward to."""
    watch = load_watch(HAITI)
    known = watch.baseline
    fact = replace(FACT, start=len(known.text) + 2)
    baseline = replace(known, text=f"{known.text}\n\n{FACT.quote}", facts=(*known.facts, fact))
    return replace(watch, rules=RULES, baseline=baseline, feeds=load_archive(HAITI / "archive").feeds())


def articles_of_the_month(watch: Watch) -> list[Article]:
    """All articles as if they had been collected, in order of publication."""
    archive = load_archive(HAITI / "archive")
    feeds = {feed.title: feed for feed in watch.feeds}
    found = []
    for one in archive.articles:
        outlet = archive.outlets[one.outlet]
        feed = feeds.get(one.outlet) or next(f for f in watch.feeds if f.family == outlet.family)
        url = f"http://{outlet.host}/{one.number}"
        published = one.published.astimezone(UTC)
        entry = make_entry(one.article_id, feed, url=url, title=one.title, published=published, seen_at=published)
        found.append(
            Article(
                article_id=content_id("article", url, text_hash(one.text)),
                entry_id=entry.entry_id,
                url=url,
                outlet=one.outlet,
                title=one.title,
                text=one.text,
                published=published,
                precision=Precision.TIME,
                published_source="feed",
                fetched_at=published,
                language=one.language or outlet.language,
                role=outlet.role,
                family=outlet.family,
                text_hash=text_hash(one.text),
            )
        )
    found += _extra(found, archive)
    return sorted(found, key=lambda one: (one.published, str(one.article_id)))


def _extra(known: Iterable[Article], archive: Archive) -> list[Article]:
    """The articles of ``EXTRA``, each as its outlet's others."""
    others = {article.outlet: article for article in known}
    made = []
    for number, (published, outlet, text) in enumerate(EXTRA, start=1):
        url = f"http://{archive.outlets[outlet].host}/extra-{number}"
        made.append(
            replace(
                others[outlet],
                article_id=content_id("article", url, text_hash(text)),
                url=url,
                title=text.split(",")[0],
                text=text,
                text_hash=text_hash(text),
                published=published,
                fetched_at=published,
            )
        )
    return made
