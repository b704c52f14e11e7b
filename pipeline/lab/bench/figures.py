"""The figures of a run against its gold, alone and with other missions' articles mixed in. Pure but for the runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, NamedTuple

from pipeline.board.fold import corroborated
from pipeline.lab.bench.gold import Gold
from pipeline.lab.bench.run import Run, Seen, run_watch
from pipeline.lab.bench.scoring import GRADES, SAME, Grade, Kind, Score, ScoredChange, matches, overlap, score
from pipeline.model import Article, Verdict, Watch
from pipeline.model.errors import UsageError
from pipeline.reading.embedded import Reader
from pipeline.steps import AskModel

AT_ONCE = 0.8  # the confidence from which a change is told at once; a digest tells the others
BINS = 10


@dataclass(frozen=True, slots=True)
class Cut:
    """The figures of all alerts, or of the sure ones alone, scored as if they were all that was told."""

    alerts: int
    loose: Grade
    aspect: Grade
    exact: Grade
    duplicates: int
    false: int
    from_irrelevant: int

    @classmethod
    def of(cls, scored: Score) -> Cut:
        """The figures of ``scored``."""
        return cls(
            alerts=scored.counted,
            loose=scored.grade("loose"),
            aspect=scored.grade("aspect"),
            exact=scored.grade("exact"),
            duplicates=len(scored.of(Kind.DUPLICATE)),
            false=len(scored.of(Kind.FALSE)),
            from_irrelevant=scored.false_where().get("irrelevant article", 0),
        )


@dataclass(frozen=True, slots=True)
class Mixed:
    """What changed when other missions' articles were mixed in: the alerts that are new and wrong."""

    articles: int
    from_others: tuple[ScoredChange, ...]
    from_own: tuple[ScoredChange, ...]
    aspect_f1: float

    @property
    def new_false(self) -> int:
        """How many wrong alerts the others' articles brought."""
        return len(self.from_others) + len(self.from_own)


@dataclass(frozen=True, slots=True)
class Mission:
    """All figures of one mission, and the run and the score that they were taken from."""

    gold: Gold
    run: Run
    scored: Score
    everything: Cut
    at_once: Cut
    mixed: Mixed | None = None

    @property
    def first_report(self) -> float:
        """The share of the events found that were found in the first article that reports them."""
        late = [o.late for o in self.scored.found.values()]
        return sum(at == 0 for at in late) / len(late) if late else 0.0

    @property
    def late(self) -> float:
        """How many reports of an event went by on average before it was found."""
        found = [o.late or 0 for o in self.scored.found.values()]
        return fmean(found) if found else 0.0

    @property
    def core_recall(self) -> float:
        """The share of the core events that were found, at any grade."""
        core = self.scored.core
        return len(core & self.scored.found.keys()) / len(core) if core else 0.0

    @property
    def seconds(self) -> float:
        """Processor time an article."""
        return self.run.seconds / len(self.run.articles) if self.run.articles else 0.0

    @property
    def share_at_once(self) -> float:
        """The share of the alerts that are sure enough to be told at once."""
        return self.at_once.alerts / self.everything.alerts if self.everything.alerts else 0.0

    def as_dict(self) -> dict[str, Any]:
        """The figures for a script, rounded to three digits."""
        found: dict[str, Any] = {
            "mission": self.gold.name,
            "articles": len(self.gold.articles),
            "events": len(self.scored.reported),
            "all": _cut_dict(self.everything),
            "at_once": _cut_dict(self.at_once) | {"share": self.share_at_once},
            "false_where": self.scored.false_where(),
            "core_recall": self.core_recall,
            "found_at_first_report": self.first_report,
            "mean_reports_late": self.late,
            "seconds_per_article": self.seconds,
            "missed_by_cause": dict(Counter(cause(self, event) for event in self.scored.missed)),
        }
        if self.mixed is not None:
            found["mixed"] = {
                "articles": self.mixed.articles,
                "new_false_alarms": self.mixed.new_false,
                "from_others": [told._asdict() for told in self.mixed.from_others],
                "from_own": [told._asdict() for told in self.mixed.from_own],
                "aspect_f1": self.mixed.aspect_f1,
            }
        rounded: dict[str, Any] = _rounded(found)
        return rounded


def measure(
    golds: Sequence[Gold],
    watches: Sequence[Watch],
    reader: Reader,
    *,
    at_once: float = AT_ONCE,
    ask: AskModel | None = None,
) -> list[Mission]:
    """The figures of each gold with its watch; with more than one, also mixed with the articles of the others.

    Args:
        golds: the missions.
        watches: the watch of each, in the same order.
        reader: the engine.
        at_once: the confidence from which a change is told at once, 0 to 1.
        ask: puts questions to a language model, of each mission's own articles alone; None asks none.
    """
    missions = [
        measure_one(gold, watch, reader, at_once=at_once, ask=ask) for gold, watch in zip(golds, watches, strict=True)
    ]
    if len(golds) == 1 or ask is not None:
        return missions
    out = []
    for mission in missions:
        others = [held.article for other in golds if other is not mission.gold for held in other.articles]
        mixed = mix(mission, others, reader)
        out.append(Mission(mission.gold, mission.run, mission.scored, mission.everything, mission.at_once, mixed=mixed))
    return out


def measure_one(
    gold: Gold, watch: Watch, reader: Reader, *, at_once: float = AT_ONCE, ask: AskModel | None = None
) -> Mission:
    """The figures of ``watch`` over the articles of ``gold`` alone.

    Args:
        gold: articles and the events that they report.
        watch: the mission; with ``ask``, its ``reader`` says how the model is used.
        reader: the embedded engine.
        at_once: the confidence from which a change counts as told at once.
        ask: puts questions to a language model; None asks none.

    Raises:
        UsageError: the gold has no articles.
    """
    if not gold.articles:
        raise UsageError(f"{gold.folder}: articles.jsonl has no article.", remedy="Give a gold folder with articles.")
    run = run_watch(watch, [held.article for held in gold.articles], reader, ask)
    told = [one.told() for one in run.alerts]
    scored = score(gold, told)
    sure = score(gold, [one for one in told if one.confidence >= at_once])
    return Mission(gold, run, scored, Cut.of(scored), Cut.of(sure))


def mix(mission: Mission, others: Sequence[Article], reader: Reader) -> Mixed:
    """What ``others``, articles about other missions, do to the alerts of ``mission`` when read among its own."""
    own = {held.article.article_id for held in mission.gold.articles}
    strangers = [article for article in others if article.article_id not in own]
    run = run_watch(mission.run.watch, [*(held.article for held in mission.gold.articles), *strangers], reader)
    told = [one.told() for one in run.alerts if one.article.article_id in own]
    scored = score(mission.gold, told)
    wrong = (Kind.FALSE, Kind.DUPLICATE)
    before = Counter(o.told[:4] for o in mission.scored.outcomes if o.kind in wrong)
    after = Counter(o.told[:4] for o in scored.outcomes if o.kind in wrong)
    return Mixed(
        articles=len(run.articles),
        from_others=tuple(one.told() for one in run.alerts if one.article.article_id not in own),
        from_own=tuple(ScoredChange(*key) for key in (after - before).elements()),
        aspect_f1=scored.grade("aspect").f1,
    )


class Bin(NamedTuple):
    """The claims whose confidence is from ``low`` to under ``low + 1 / BINS``; the last bin takes 1 too.

    Attributes:
        alerts, right: how many were told, and how many of these told an event for the first time, in its aspect.
        untold, would_be: how many were left out as uncertain, and how many of these would have been right.
        sure: the mean confidence of those told.
    """

    low: float
    alerts: int
    right: int
    untold: int
    would_be: int
    sure: float


def reliability(missions: Sequence[Mission]) -> list[Bin]:
    """Confidence against the share that was right (aspect grade), over ``missions``, in :data:`BINS` bins."""
    told: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    held: list[list[bool]] = [[] for _ in range(BINS)]
    for mission in missions:
        for outcome in mission.scored.outcomes:
            if outcome.kind is not Kind.BORDERLINE:
                sure = outcome.told.confidence
                told[_bin(sure)].append((sure, outcome.kind in (Kind.RIGHT, Kind.WRONG_STAGE)))
        articles = {gold.name: gold for gold in mission.gold.articles}
        found = {event for event, outcome in mission.scored.found.items() if outcome.kind is not Kind.WRONG_ASPECT}
        for one in mission.run.seen:
            if one.judgement.verdict is Verdict.UNCERTAIN:
                claim = one.told()
                events = [mission.gold.events[r.event_id] for r, _ in matches(claim, articles[claim.article])]
                right = any(claim.aspect in e.aspects and e.event_id not in found for e in events)
                held[_bin(claim.confidence)].append(right)
    return [
        Bin(
            low=i / BINS,
            alerts=len(told[i]),
            right=sum(right for _, right in told[i]),
            untold=len(held[i]),
            would_be=sum(held[i]),
            sure=fmean(sure for sure, _ in told[i]) if told[i] else 0.0,
        )
        for i in range(BINS)
    ]


class Corroborated(NamedTuple):
    """The alerts that ``origins`` told in the end ("1", "2 or more"): how many, how many right, and how sure they were.

    Attributes:
        alone: the mean confidence of the claims that made them.
        sure: the mean of :func:`pipeline.board.fold.corroborated`.
    """

    origins: str
    alerts: int
    right: int
    alone: float
    sure: float


def corroboration(missions: Sequence[Mission]) -> list[Corroborated]:
    """Whether what more origins tell is surer by as much as we say (aspect grade), over ``missions``."""
    rows: dict[str, list[tuple[float, float, bool]]] = {"1": [], "2 or more": []}
    for mission in missions:
        for one, outcome in zip(mission.run.alerts, mission.scored.outcomes, strict=True):
            if outcome.kind is not Kind.BORDERLINE:
                right = outcome.kind in (Kind.RIGHT, Kind.WRONG_STAGE)
                sure = corroborated(one.confidence, one.origins)
                rows["2 or more" if one.origins > 1 else "1"].append((one.confidence, sure, right))
    return [
        Corroborated(
            origins,
            len(told),
            sum(right for _, _, right in told),
            fmean(alone for alone, _, _ in told) if told else 0.0,
            fmean(sure for _, sure, _ in told) if told else 0.0,
        )
        for origins, told in rows.items()
    ]


def calibration_gap(bins: Sequence[Bin]) -> float:
    """The mean distance between confidence and share right over the alerts, 0 to 1 (expected calibration error)."""
    alerts = sum(b.alerts for b in bins)
    return sum(abs(b.sure * b.alerts - b.right) for b in bins) / alerts if alerts else 0.0


def cause(mission: Mission, event_id: str) -> str:
    """Why an event was missed, from what became of its sentence in the article that reports it first."""
    first = mission.scored.reported[event_id][0]
    held = next(a for a in mission.gold.articles if a.name == first)
    sentences = next(r.sentences for r in held.reports if r.event_id == event_id)
    if not mission.run.readings[held.article.article_id].relevant:
        return "its article was taken for irrelevant"
    near = [s for s in at(mission, first) if any(overlap(s.judgement.claim.quote, t) >= SAME for t in sentences)]
    if not near:
        return "no claim was read from its sentence"
    if any(one.alerted for one in near):
        return "its sentence was told for another event"
    aspects = mission.gold.events[event_id].aspects
    best = max(near, key=lambda s: (s.judgement.claim.aspect in aspects, s.confidence))
    return _CAUSES.get(best.judgement.verdict, "it moved the board and was held back")


_CAUSES = {
    Verdict.UNCERTAIN: "its claim was too weak (uncertain)",
    Verdict.STALE: "its claim was taken for old news (stale)",
    Verdict.REPEATS: "its claim was taken for told already (repeats)",
    Verdict.CONFIRMS: "its claim was taken for told already (confirms)",
    Verdict.IRRELEVANT: "its sentence was taken for irrelevant",
}


def at(mission: Mission, article: str) -> list[Seen]:
    """What was seen in the article of that name."""
    return [one for one in mission.run.seen if one.told().article == article]


def _bin(confidence: float) -> int:
    return min(int(confidence * BINS), BINS - 1)


def _cut_dict(cut: Cut) -> dict[str, Any]:
    found = asdict(cut)
    return found | {grade: getattr(cut, grade)._asdict() for grade in GRADES}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5 if 0 < abs(value) < 0.1 else 3)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
