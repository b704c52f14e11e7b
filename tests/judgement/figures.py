"""Figures of a set of missions: each, their mean with its bootstrap interval, misses by cause and by slot."""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import fmean

from pipeline.lab.backtest import given_id
from pipeline.lab.bench import Kind, Mission, Table, baseline_watch, load_gold, score
from pipeline.lab.bench.figures import AT_ONCE, calibration_gap, cause, measure_one, reliability
from pipeline.lab.bench.scoring import GRADES, Score, ScoredChange
from tests.bench.keywords import keyword_lines
from training.gold_file import GoldMission

from . import as_bench, engines, parts, recorded
from .by_identity import gold_told

DRAWS = 2000  # of missions, for an interval
WITHIN = 0.95


@dataclass(frozen=True, slots=True)
class Measured:
    """One mission with what an engine made of it."""

    held: GoldMission
    mission: Mission


def measure(missions: Iterable[GoldMission], engine: str) -> list[Measured]:
    """Each mission as ``engine`` reads it, by a watch drafted from its baseline article and unreviewed."""
    out = []
    with tempfile.TemporaryDirectory() as folder:
        for held in missions:
            gold = load_gold(as_bench.write(held, Path(folder)))
            watch, ask = baseline_watch(gold), None
            if engine in recorded.MODES:
                watch, ask = recorded.played(watch, engine, held.name)
            out.append(Measured(held, measure_one(gold, watch, engines.reader(engine, held), ask=ask)))
    return out


def by_keywords(missions: Iterable[GoldMission]) -> list[tuple[GoldMission, Score]]:
    """Each mission as the keyword yardstick of the bench tells it: rules a sentence at a time, and no memory."""
    out = []
    with tempfile.TemporaryDirectory() as folder:
        for held in missions:
            gold = load_gold(as_bench.write(held, Path(folder)))
            lines = keyword_lines([one.article for one in gold.articles], baseline_watch(gold))
            told = [ScoredChange(row["article"], row["aspect"], row["stage"], row["quote"]) for row in lines]
            out.append((held, score(gold, told)))
    return out


def by_identity(missions: Iterable[GoldMission]) -> list[tuple[GoldMission, Score]]:
    """Each mission's gold claims as comparing by identity tells them."""
    out = []
    with tempfile.TemporaryDirectory() as folder:
        for held in missions:
            out.append((held, score(load_gold(as_bench.write(held, Path(folder))), gold_told(held))))
    return out


def interval(values: Sequence[float], draws: int = DRAWS) -> tuple[float, float]:
    """The bootstrap interval of the mean of ``values`` (Efron 1979): missions are drawn with replacement, seeded."""
    random = Random(1979)  # the same each time
    means = sorted(fmean(random.choices(values, k=len(values))) for _ in range(draws))
    beyond = int(draws * (1 - WITHIN) / 2)
    return means[beyond], means[-1 - beyond]


def grades_table(title: str, rows: Sequence[tuple[str, Score]]) -> Table:
    """F1, precision and recall at each grade, duplicates and false alarms, a row a mission, and their mean."""
    head = ["mission", "events", "alerts"]
    for grade in GRADES:
        head += [f"{grade} F1", "P", "R"]
    head += ["dup", "false", "from irrelevant"]
    cells, numbers = [], []
    for name, scored in rows:
        each = [value for grade in GRADES for value in _f1_first(scored, grade)]
        numbers.append(each)
        counts = [len(scored.of(Kind.DUPLICATE)), len(scored.of(Kind.FALSE))]
        counts.append(scored.false_where().get("irrelevant article", 0))
        cells.append((name, str(len(scored.reported)), str(scored.counted), *_three(each), *map(str, counts)))
    events, alerts = sum(len(s.reported) for _, s in rows), sum(s.counted for _, s in rows)
    twice, false = (sum(len(s.of(kind)) for _, s in rows) for kind in (Kind.DUPLICATE, Kind.FALSE))
    strange = sum(s.false_where().get("irrelevant article", 0) for _, s in rows)
    means = [fmean(column) for column in zip(*numbers, strict=True)]
    cells.append(("mean, or sum", str(events), str(alerts), *_three(means), str(twice), str(false), str(strange)))
    return Table(title, tuple(head), tuple(cells))


def interval_table(rows: Sequence[tuple[str, Score]]) -> Table:
    """The mean aspect and exact F1 with their intervals, and each again with one mission left out."""
    cells = []
    for grade in ("aspect", "exact"):
        values = [scored.grade(grade).f1 for _, scored in rows]
        low, high = interval(values)
        without = [
            f"{fmean(v for j, v in enumerate(values) if j != i):.3f}" if len(values) > 1 else "-"
            for i in range(len(values))
        ]
        cells.append((grade, f"{fmean(values):.3f}", f"{low:.3f} - {high:.3f}", *without))
    names = [f"without {name}" for name, _ in rows]
    return Table(
        f"Mean F1, its {WITHIN:.0%} interval over missions, and the mean with one mission left out",
        ("grade", "mean", "interval", *names),
        tuple(cells),
    )


def sure_table(measured: Sequence[Measured]) -> Table:
    """What is sure enough to be told at once, all missions together, and whether the confidence means something."""
    missions = [one.mission for one in measured]
    events = sum(len(one.scored.reported) for one in missions)
    alerts = sum(one.at_once.alerts for one in missions)
    right = sum(round(one.at_once.aspect.precision * one.at_once.alerts) for one in missions)
    gap = calibration_gap(reliability(missions))
    cells = (str(alerts), f"{right / max(alerts, 1):.3f}", f"{right / max(events, 1):.3f}", f"{gap:.3f}")
    return Table(
        f"Told at once, from a confidence of {AT_ONCE}, and the mean distance of confidence from the share right",
        ("alerts", "aspect P", "R", "distance"),
        (cells,),
    )


def typed_table(measured: Sequence[Measured], *, totals: bool = False) -> Table:
    """Of sure claims whose slot is right, how many have all typed parts right."""
    rows = []
    for one in measured:
        articles = [gold.article for gold in one.mission.gold.articles]
        names = {a.article_id: given_id(a).removeprefix(f"{one.held.name}-") for a in articles}
        readings = [(names[key], reading) for key, reading in one.mission.run.readings.items() if key in names]
        claims = [(name, claim) for name, reading in readings for claim in reading.claims if not claim.background]
        rows.append((one.held.name, list(parts.compared(one.held, claims))))
    return parts.parts_table(rows, totals=totals)


def miss_tables(measured: Sequence[Measured]) -> list[Table]:
    """Misses by cause, by slot and by kind of mission."""
    causes = [Counter(cause(one.mission, event) for event in one.mission.scored.missed) for one in measured]
    names = [one.held.name for one in measured]
    every = sorted(set().union(*causes), key=lambda c: -sum(found[c] for found in causes))
    by_cause = tuple((c, *(str(found[c]) for found in causes), str(sum(f[c] for f in causes))) for c in every)
    told: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for one in measured:
        for event in one.mission.scored.reported:
            told[one.held.facts[event].slot] += 1
            found[one.held.facts[event].slot] += event in one.mission.scored.found
    by_slot = tuple((s, str(n), str(found[s]), f"{found[s] / n:.2f}") for s, n in told.most_common())
    kinds: dict[str, list[Mission]] = defaultdict(list)
    for one in measured:
        for flag in sorted(one.held.flags):
            kinds[flag].append(one.mission)
    by_kind = tuple(
        (
            kind,
            str(len(held)),
            *(
                f"{fmean(getattr(m.everything.aspect, part) for m in held):.3f}"
                for part in ("f1", "precision", "recall")
            ),
        )
        for kind, held in sorted(kinds.items())
    )
    return [
        Table("Misses by cause", ("an event was missed because", *names, "together"), by_cause),
        Table("Events by slot, found at any grade", ("slot", "events", "found", "share"), by_slot),
        Table("By kind of mission", ("kind", "missions", "aspect F1", "P", "R"), by_kind),
    ]


def _f1_first(scored: Score, grade: str) -> tuple[float, float, float]:
    held = scored.grade(grade)
    return held.f1, held.precision, held.recall


def _three(values: Iterable[float]) -> list[str]:
    return [f"{value:.3f}" for value in values]
