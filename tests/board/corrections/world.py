"""A small watch with a store, an engine that reads what a test says, and a person who marks.

A world lives as the flows make it live: it reads with the marks that the store has, tells alerts, and reads again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pipeline import steps
from pipeline.board.corrections import (
    Correction,
    CorrectionKind,
    Corrections,
    Example,
    Labels,
    correction_as_line,
    correction_from_line,
    make_undo,
)
from pipeline.board.fold import fold
from pipeline.cli.corrections import NO_LABELS, record_correction, store_correction
from pipeline.model import AlertRule, Article, Aspect, Change, Claim, Reading, RunRecord, Stage, Verdict, Watch, escape
from pipeline.model.text import content_id
from pipeline.storage import Store
from tests.storage.builders import (
    NOW,
    RUN,
    at,
    make_article,
    make_claim,
    make_delivery,
    make_entry,
    make_feed,
    make_fetch,
    make_poll,
    make_watch,
)

# When Ana begins to mark: after all that comes and all that runs.
MARKED = at("2025-11-01")

FEEDS = (make_feed("times"), make_feed("post"), make_feed("radio"))
POSTED: Watch = replace(make_watch(*FEEDS), rules=(AlertRule("all", channels=("console",)),))
DECIDED = "The Council decided on a force of 5,500 people."
LED = "A general from Chad took command of the mission on Monday."
SAID = "Diplomats said that Chad may send a battalion of 400 soldiers."
VISIT = "Ministers of the region met in the capital for two days."

CEILING = {"aspect": Aspect.STRENGTH, "stage": Stage.DECIDED, "subject": "the ceiling", "value": "5,500 people"}
GENERAL = {"aspect": Aspect.COMMAND, "stage": Stage.IN_EFFECT, "subject": "the commander", "value": "a general of Chad"}
OFFER = {
    "aspect": Aspect.CONTRIBUTORS,
    "stage": Stage.PLANNED,
    "subject": "Chad",
    "value": "400 soldiers",
    "confidence": 0.4,
}


def article(name: str, *sentences: str, day: str = "2025-09-28", feed: str = "times", **changed: Any) -> Article:
    """An article of one of the feeds, of some day."""
    entry = make_entry(name, make_feed(feed), published=at(day), seen_at=at(day, 13))
    values = {"family": feed, "outlet": feed.title(), "fetched_at": at(day, 13)}
    # Of its own, so that no article is a reprint of another.
    rest = (f"Of {name} number {number} the {name} {number * 7} told {name} more." for number in range(12))
    return make_article(entry, " ".join((*sentences, VISIT, *rest)), **{**values, **changed})


VOTE = article("vote", DECIDED)
CHIEF = article("chief", LED, day="2025-09-29")
TALK = article("talk", SAID, day="2025-09-30")


Said = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Engine:
    """Reads what the test says: sentences with what is claimed by them. Its name is in its claims' ids."""

    def __init__(self, name: str, script: Mapping[str, Said], *, relevant: bool = True) -> None:
        self.engine = name
        self.script = script
        self._relevant = relevant

    def read(self, article: Article, watch: Watch) -> Reading:
        found = [
            self._claim(article, quote, values)
            for quote, said in self.script.items()
            if quote in article.text
            for values in ([said] if isinstance(said, Mapping) else said)
        ]
        reason = "" if self._relevant else "no name of the mission"
        return Reading(article.article_id, self.engine, self._relevant, reason, tuple(found))

    def _claim(self, article: Article, quote: str, values: Mapping[str, Any]) -> Claim:
        start = article.text.find(quote)
        given = {"quote": quote, "start": start, "end": start + len(quote), "event_date": None, "confidence": 0.9}
        claim = make_claim(article, **{**given, **values})
        return replace(claim, claim_id=content_id("claim", self.engine, claim.claim_id))


FIRST = Engine("first", {DECIDED: CEILING, LED: GENERAL, SAID: OFFER})
SECOND = Engine("second", {DECIDED: CEILING, LED: GENERAL, SAID: OFFER})


@dataclass
class World:
    """One store, and what is done with it.

    Before its first run a watch's time is the machine's, which the store looks up: here the machine's clock is the
    world's own, and goes on by a minute at each look.
    """

    store: Store
    watch: Watch = POSTED
    time: datetime = MARKED
    results: list[steps.CorrectionOutcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.clock = self.look

    def look(self) -> datetime:
        """What the clock says now."""
        self.time += timedelta(minutes=1)
        return self.time

    def reads(self, *articles: Article, engine: Engine = FIRST) -> World:
        """Articles come and are read, as in a run that is later than the last."""
        now = self.next_run
        entries = [make_entry(one.url.rsplit("/", 1)[1], make_feed(one.family)) for one in articles]
        for one, entry in zip(articles, entries, strict=True):
            entry = replace(entry, entry_id=one.entry_id, seen_at=one.fetched_at)
            self.store.add_polls(RUN, [make_poll(entry, feed=make_feed(one.family), polled_at=one.fetched_at)])
            self.store.add_fetches(RUN, [make_fetch(entry, one, fetched_at=one.fetched_at)])
        changes = self.store.load_changes(self.watch.slug)
        known = steps.AssessmentInput(
            changes=changes,
            confirmations=self.store.load_confirmations(self.watch.slug),
            texts=self.store.texts_like(
                self.watch.slug, min(a.published for a in articles) - timedelta(21), (a.article_id for a in articles)
            ),
            uncertain=self.store.load_uncertain(self.watch.slug, min(a.published for a in articles) - timedelta(14)),
            corrections=self.corrections,
        )
        made = steps.assess(articles, known=known, reader=engine, watch=self.watch, now=now)
        self.store.add_assessment(
            RUN, self.watch.slug, made.readings, made.judgements, made.alerts, made.silences, made.origins
        )
        return self

    def ran(self, now: datetime) -> World:
        """A run ended well: from now on this is the watch's time."""
        run = content_id("run", now.isoformat())
        self.store.start_run(RunRecord(run, "monitor", self.watch.slug, now, now))
        for correction in self.corrections.due(now, self.store.load_changes(self.watch.slug)):
            made = steps.plan_correction(
                correction, self.store.correction_context(self.watch.slug, correction), self.watch, now
            )
            self.store.add_outcome(self.watch.slug, made, late=True)
        self.store.finish_run(RunRecord(run, "monitor", self.watch.slug, now, now, now, "ok"))
        return self

    def told(self) -> World:
        """All that waits is delivered."""
        for pending in self.store.alerts_due(self.watch.slug, self.time, 99):
            self.store.add_deliveries(RUN, [make_delivery(pending.alert)])
        assert self.waiting() == []
        return self

    def says(
        self, kind: CorrectionKind, asked: object, note: str = "so it is", labels: Labels = NO_LABELS
    ) -> steps.CorrectionOutcome:
        """Ana marks something."""
        outcome = record_correction(self.store, self.watch, kind, str(asked), author="ana", note=note, labels=labels)
        self.results.append(outcome)
        return outcome

    def undoes(self, outcome: steps.CorrectionOutcome) -> steps.CorrectionOutcome:
        """Ana takes a mark back."""
        moment = self.look()
        now = self.store.last_run_now(self.watch.slug) or moment
        correction = make_undo(outcome.correction, author="ana", note="", made_at=moment, watch_time=now)
        return store_correction(self.store, self.watch, correction, now)[0]

    async def rereads(self, engine: Engine = SECOND, *, apply: bool = True) -> steps.RereadResult:
        """The past is read again by another engine."""
        now = self.next_run

        async def assess(batch: Sequence[Article], known: steps.AssessmentInput) -> steps.Assessment:
            return steps.assess(batch, known=known, reader=engine, watch=self.watch, now=now)

        made = await steps.read_again(
            self.store.articles_standing(self.watch.slug),
            changes=self.store.load_changes(self.watch.slug),
            engine=engine.engine,
            assess=assess,
            now=now,
            corrections=self.corrections,
        )
        if apply:
            self.store.add_reread(content_id("reread", engine.engine), self.watch.slug, made)
        return made

    @property
    def next_run(self) -> datetime:
        """The watch's time at its next run."""
        return max(NOW, (self.store.last_run_now(self.watch.slug) or NOW) + timedelta(hours=1))

    @property
    def corrections(self) -> Corrections:
        return Corrections.of(self.store.load_corrections(self.watch.slug))

    @property
    def board(self) -> dict[str, tuple[str, str]]:
        """Of each row but the baseline's: stage and value, by ``aspect/key``. It is the view, and the fold."""
        changes = self.store.load_changes(self.watch.slug)
        folded = {row.change.change_id: row.change.value for row in fold(changes).values()}
        seen = {row["change_id"]: row["value"] for row in self.store.board(self.watch.slug)}
        assert folded == seen
        return {
            f"{aspect.value}/{key}": (row.change.stage.value, row.change.value)
            for (aspect, key), row in fold(changes).items()
            if row.change.verdict is not Verdict.BASELINE
        }

    def change(self, aspect: Aspect) -> Change:
        """The last change of an aspect that stands."""
        board = fold(self.store.load_changes(self.watch.slug))
        return [row.change for (found, _), row in board.items() if found is aspect][-1]

    def claim(self, aspect: Aspect) -> Any:
        """The id of the last claim of an aspect."""
        return self.store._db.value(
            "SELECT claim_id FROM claim WHERE aspect = ? ORDER BY article_id DESC LIMIT 1", [aspect.value]
        )

    def verdicts(self, aspect: Aspect) -> list[tuple[str, str]]:
        """Verdict and reason of each claim of an aspect, in order of publication."""
        rows = self.store._db.rows(
            "SELECT verdict, reason FROM claims WHERE aspect = ? ORDER BY published, quote_start, claim_id",
            [aspect.value],
        )
        return [(row["verdict"], row["reason"]) for row in rows]

    def waiting(self) -> list[str]:
        """The subjects of the alerts that are not delivered."""
        return [row["subject"] for row in self.store.outbox(self.watch.slug)]

    def lines(self) -> str:
        """All marks as a file."""
        corrections = self.store.load_corrections(self.watch.slug)
        articles = self.store.articles_at({a.url for correction in corrections for a in correction.anchors})
        return "".join(
            escape.json_line(correction_as_line(Example(correction, articles))) + "\n" for correction in corrections
        )

    def imports(self, text: str) -> World:
        """The marks of a file."""
        for number, line in enumerate(text.splitlines(), start=1):
            correction: Correction = correction_from_line(line, f"marks.jsonl:{number}")
            store_correction(self.store, self.watch, correction, self.store.last_run_now(self.watch.slug))
        return self
