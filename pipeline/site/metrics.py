"""The numbers of a watch for Prometheus, read from its published file each time that somebody asks.

The run knows nothing of it: the numbers are those of the store, so they are right after a crash too, and
whoever asks often disturbs nobody. docs/operations.md has the table of them, deploy/grafana a dashboard.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock, Thread
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline import __version__
from pipeline.model import Aspect, HealthState, Verdict
from pipeline.model.errors import MissionwatchError
from pipeline.reading.llm.spending import MICRO
from pipeline.storage import WatchMetrics, read_metrics

PREFIX = "missionwatch_"
OUTCOMES = ("ok", "partial", "blind", "failed")
# As the view alerts has them; of the pending, those that have failed at least once are "retrying".
ALERT_STATES = ("pending", "retrying", "delivered", "given_up", "withdrawn")
HELD_FOR = 5.0  # seconds for which an answer is given again: two who ask at once cost one reading


@dataclass(frozen=True, slots=True)
class Spec:
    """One metric: its name without the prefix, what it means, its labels beside ``watch``."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    counts: bool = False  # a counter: only ever grows, and its name ends in _total


SPECS = (
    Spec("up", "1 where the published file could be read, else 0; all but this and build_info are then left out."),
    Spec("build_info", "Always 1; the version is a label.", ("version",)),
    Spec("feeds", "Feeds by the state that the view feed_health gives them.", ("state",)),
    Spec("feeds_due", "Feeds whose next poll is due by now."),
    Spec("feeds_silent", "Feeds that have brought nothing new for longer than is usual for them."),
    Spec("entries_total", "Entries seen in feeds, revisions counted.", counts=True),
    Spec("articles_total", "Articles stored.", counts=True),
    Spec("claims_total", "Claims by the verdict that they got.", ("verdict",), counts=True),
    Spec("changes_total", "Changes of the board by aspect, without the baseline.", ("aspect",), counts=True),
    Spec("alerts", "Alerts by state: pending, retrying, delivered, given_up (dead letters), withdrawn.", ("state",)),
    Spec("model_calls_total", "Requests to a language model, repeated ones counted.", counts=True),
    Spec("model_failures_total", "Questions to it that brought no answer, or none that is of use.", counts=True),
    Spec("model_tokens_total", "Tokens of questions (in) and answers (out).", ("direction",), counts=True),
    Spec("model_money_total", "What that cost, by the watch's own prices and in its currency.", counts=True),
    Spec("runs", "Runs in the store by flow and outcome.", ("flow", "outcome")),
    Spec("unread", "Entries and articles that wait to be fetched or read."),
    Spec("oldest_unread_timestamp_seconds", "When the oldest of them was first seen; left out where there is none."),
    Spec("last_round_timestamp_seconds", "When the last round ended, well or not."),
    Spec("watched", "1 where rounds are due; 0 where the watch is paused or archived."),
    Spec("last_good_round_timestamp_seconds", "When the last round ended that reached its end and read a feed."),
    Spec("last_round_seconds", "How long the last round took."),
    Spec("last_round_outcome", "1 for the outcome that the last round had, 0 for the others.", ("outcome",)),
    Spec("store_bytes", "Size of the store's files: live, its log, and published.", ("file",)),
    Spec("read_seconds", "How long it took to read these numbers."),
)
NAMES = tuple(PREFIX + spec.name for spec in SPECS)


class WatchNumbers(Collector):
    """What the registry asks; never raises for a store that can't be read.

    Args:
        folder: the data folder.
        watch: the watch's short name.
        clock: the machine's time.
        read: how the numbers are read.
    """

    def __init__(
        self,
        folder: Path,
        watch: str,
        clock: Callable[[], datetime],
        read: Callable[[Path, str, datetime], WatchMetrics] = read_metrics,
    ) -> None:
        self._folder, self._watch, self._clock, self._read = folder, watch, clock, read
        self._lock = Lock()
        self._held: list[Metric] = []
        self._held_until = 0.0
        self.trouble = ""

    def describe(self) -> Iterable[Metric]:
        """Nothing: the names are known without a first reading, which could be slow."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The metrics, as of now."""
        with self._lock:
            started = time.monotonic()
            if started >= self._held_until:
                self._held = self._metrics(started)
                self._held_until = time.monotonic() + HELD_FOR
            held = list(self._held)
        yield from held

    def _metrics(self, started: float) -> list[Metric]:
        try:
            measured = self._read(self._folder, self._watch, self._clock())
        except MissionwatchError as error:
            self.trouble = str(error)
            return list(families(self._watch, None))
        self.trouble = ""
        return list(families(self._watch, measured, read_seconds=time.monotonic() - started))


def families(watch: str, measured: WatchMetrics | None, *, read_seconds: float = 0.0) -> Iterator[Metric]:
    """The metrics of ``measured``; of a store that can't be read (None) only that it can't."""
    numbers = _numbers(measured, read_seconds) if measured is not None else {}
    numbers |= {"up": [((), 0.0 if measured is None else 1.0)], "build_info": [((__version__,), 1.0)]}
    for spec in SPECS:
        if spec.name not in numbers:
            continue
        kind = CounterMetricFamily if spec.counts else GaugeMetricFamily
        family = kind(PREFIX + spec.name, spec.meaning, labels=("watch", *spec.labels))
        for labels, value in numbers[spec.name]:
            family.add_metric((watch, *labels), value)
        yield family


def exposition(registry: CollectorRegistry) -> str:
    """All that ``registry`` holds, in Prometheus's text format."""
    return generate_latest(registry).decode("utf-8")


def registry_of(numbers: WatchNumbers) -> CollectorRegistry:
    """A registry of nothing but ``numbers``: this process's own memory and threads say nothing of the watch."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(numbers)
    return registry


def serve(registry: CollectorRegistry, *, host: str, port: int) -> tuple[WSGIServer, Thread]:
    """Answer ``GET /metrics`` on ``host`` and ``port`` (0: a free one) from a thread of its own.

    Raises:
        OSError: the port is taken, or is not ours to take.
    """
    return start_http_server(port, addr=host, registry=registry)


_Labelled = list[tuple[tuple[str, ...], float]]


def _numbers(measured: WatchMetrics, read_seconds: float) -> dict[str, _Labelled]:
    """The values by metric, each with its labels. States that may occur are told as 0 where they don't."""
    found: dict[str, _Labelled] = {
        "feeds": _each(measured.feeds, [state for state in HealthState if state is not HealthState.REMOVED]),
        "feeds_due": _one(measured.feeds_due),
        "feeds_silent": _one(measured.feeds_silent),
        "entries_total": _one(measured.entries),
        "articles_total": _one(measured.articles),
        "claims_total": _each(measured.claims, [verdict for verdict in Verdict if verdict is not Verdict.BASELINE]),
        "changes_total": _each(measured.changes, list(Aspect)),
        "alerts": _each(measured.alerts, ALERT_STATES),
        "model_calls_total": _one(measured.spending.calls),
        "model_failures_total": _one(measured.model_failures),
        "model_tokens_total": _each({"in": measured.spending.tokens_in, "out": measured.spending.tokens_out}, ()),
        "model_money_total": _one(measured.spending.micros / MICRO),
        "runs": [((flow, outcome), float(count)) for (flow, outcome), count in sorted(measured.runs.items())],
        "unread": _one(measured.unread),
        "store_bytes": _each(measured.sizes, ("live", "log", "published")),
        "watched": _one(measured.watched),
        "read_seconds": _one(read_seconds),
    }
    if measured.oldest_unread is not None:
        found["oldest_unread_timestamp_seconds"] = _one(measured.oldest_unread.timestamp())
    if measured.last_good_at is not None:
        found["last_good_round_timestamp_seconds"] = _one(measured.last_good_at.timestamp())
    last = measured.last_round
    if last is not None and last.finished_at is not None:
        found["last_round_timestamp_seconds"] = _one(last.finished_at.timestamp())
        found["last_round_seconds"] = _one((last.finished_at - last.started_at).total_seconds())
        found["last_round_outcome"] = _each({last.outcome: 1}, OUTCOMES)
    return found


def _one(value: float) -> _Labelled:
    return [((), float(value))]


def _each(counts: Mapping[str, int], known: Iterable[str]) -> _Labelled:
    """A value for each of ``known``, 0 where it does not occur, then for those that we did not know of."""
    names = dict.fromkeys((*known, *sorted(counts)))
    return [((name,), float(counts.get(name, 0))) for name in names]
