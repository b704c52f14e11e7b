"""The numbers of a watch for Prometheus, and the dashboard that shows them."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import yaml
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from flows.cli import main
from pipeline.model import RunRecord
from pipeline.site.metrics import NAMES, PREFIX, SPECS, WatchNumbers, exposition, families, registry_of, serve
from pipeline.storage import WatchMetrics, open_store, publish, read_metrics
from pipeline.watches import load_watch
from tests.storage.builders import (
    NOW,
    RUN,
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
)

ROOT = Path(__file__).parents[2]
HAITI = ROOT / "seeds" / "haiti"
ENDED = NOW + timedelta(seconds=12)


@pytest.fixture
def data(tmp_path: Path, made: Path) -> Path:
    """A copy of that store."""
    return Path(shutil.copytree(made, tmp_path, dirs_exist_ok=True))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published store: two feeds, two entries of which one became an article, one change, one alert that waits."""
    first, second = make_feed("times"), make_feed("post")
    watch = replace(load_watch(HAITI), feeds=(first, second))
    read, unread = make_entry("read", first), make_entry("unread", first, seen_at=NOW - timedelta(hours=2))
    article = make_article(read)
    claim = make_claim(article)
    change = make_change(claim)
    folder = tmp_path_factory.mktemp("metrics")
    with open_store(folder) as store:
        store.sync_watch(watch, NOW)
        store.start_run(RunRecord(RUN, "monitor", watch.slug, NOW, NOW))
        store.add_polls(RUN, [make_poll(read, unread, feed=first)])
        store.add_fetches(RUN, [make_fetch(read, article)])
        store.add_assessment(
            RUN,
            watch.slug,
            [make_reading(article, claim)],
            [make_judgement(claim, change)],
            [make_alert(change)],
            [],
            {article.article_id: "times"},
        )
        asked = {"llm_calls": 4, "llm_failed": 1, "llm_tokens_in": 700, "llm_tokens_out": 80, "llm_micros": 408}
        store.finish_run(RunRecord(RUN, "monitor", watch.slug, NOW, NOW, ENDED, "ok", counts=asked))
    publish(folder, RUN, NOW)
    return folder


def told(text: str) -> dict[str, float]:
    """Samples by name and labels, the watch left out: ``name{state=ok}``."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = {name: value for name, value in sample.labels.items() if name != "watch"}
            key = ",".join(f"{name}={value}" for name, value in labels.items())
            found[sample.name.removeprefix(PREFIX) + (f"{{{key}}}" if key else "")] = sample.value
    return found


def numbers_of(folder: Path) -> WatchNumbers:
    return WatchNumbers(folder, "haiti", lambda: NOW)


def test_the_numbers_are_those_of_the_store(data: Path):
    found = told(exposition(registry_of(numbers_of(data))))

    assert found["up"] == 1
    assert found["feeds{state=ok}"] == 1
    assert found["feeds{state=never_polled}"] == 1
    assert found["feeds_due"] == 1  # the one that was never polled
    assert found["entries_total"] == 2
    assert found["articles_total"] == 1
    assert found["claims_total{verdict=new}"] + found["claims_total{verdict=revises}"] == 1
    assert sum(value for name, value in found.items() if name.startswith("changes_total")) == 1
    assert found["alerts{state=pending}"] == 1
    assert found["alerts{state=delivered}"] == 0
    assert (found["model_calls_total"], found["model_failures_total"]) == (4, 1)
    assert (found["model_tokens_total{direction=in}"], found["model_tokens_total{direction=out}"]) == (700, 80)
    assert found["model_money_total"] == 0.000408
    assert found["runs{flow=monitor,outcome=ok}"] == 1
    assert found["last_round_seconds"] == 12
    assert found["last_good_round_timestamp_seconds"] == ENDED.timestamp()
    assert (found["last_round_outcome{outcome=ok}"], found["last_round_outcome{outcome=failed}"]) == (1, 0)
    assert found["store_bytes{file=published}"] == (data / "missionwatch.duckdb").stat().st_size


def test_what_waits_is_counted_from_when_it_was_first_seen(data: Path):
    measured = read_metrics(data, "haiti", NOW)

    assert (measured.unread, measured.oldest_unread) == (1, NOW - timedelta(hours=2))


def test_of_a_store_that_can_not_be_read_only_that_is_told(tmp_path: Path):
    numbers = numbers_of(tmp_path)

    found = told(exposition(registry_of(numbers)))

    assert {name.partition("{")[0] for name in found} == {"up", "build_info"}
    assert found["up"] == 0
    assert "nothing has been published yet" in numbers.trouble


def test_the_numbers_are_there_while_a_run_has_the_store(data: Path):
    with open_store(data):
        assert told(exposition(registry_of(numbers_of(data))))["up"] == 1


def test_two_who_ask_at_once_cost_one_reading(tmp_path: Path):
    readings = []

    def read(folder: Path, watch: str, now: datetime) -> WatchMetrics:
        readings.append(watch)
        return WatchMetrics()

    registry = registry_of(WatchNumbers(tmp_path, "haiti", lambda: NOW, read))
    exposition(registry)
    exposition(registry)

    assert readings == ["haiti"]


def test_a_state_that_the_code_does_not_know_is_told_all_the_same():
    found = {
        sample.labels["state"]: sample.value
        for family in families("haiti", WatchMetrics(alerts={"asleep": 3}))
        if family.name == f"{PREFIX}alerts"
        for sample in family.samples
    }

    assert (found["asleep"], found["pending"]) == (3, 0)


def test_each_metric_of_the_table_is_told_by_a_full_store_and_no_other():
    moment = datetime(2025, 10, 1, tzinfo=UTC)
    last = RunRecord(UUID(int=1), "monitor", "haiti", moment, moment, moment, "ok")
    full = WatchMetrics(runs={("monitor", "ok"): 1}, oldest_unread=moment, last_round=last, last_good_at=moment)

    # A counter's family is named without the ending of its samples.
    names = [family.name + ("_total" if family.type == "counter" else "") for family in families("haiti", full)]

    assert names == list(NAMES)


def test_prometheus_gets_them_over_http(data: Path):
    server, thread = serve(registry_of(numbers_of(data)), host="127.0.0.1", port=0)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=10) as answer:
            assert told(answer.read().decode())["up"] == 1
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def test_the_command_prints_them_once(data: Path):
    done = CliRunner().invoke(main, ["metrics", str(HAITI), "--data-dir", str(data), "--once"])

    assert (done.exit_code, told(done.stdout)["up"]) == (0, 1)


def test_the_command_says_why_they_can_not_be_read(tmp_path: Path):
    done = CliRunner().invoke(main, ["metrics", str(HAITI), "--data-dir", str(tmp_path), "--once"])

    assert done.exit_code == 3
    assert told(done.stdout)["up"] == 0
    assert "nothing has been published yet" in done.stderr


def test_a_port_that_is_taken_is_told(data: Path):
    server, thread = serve(registry_of(numbers_of(data)), host="127.0.0.1", port=0)
    try:
        words = ["metrics", str(HAITI), "--data-dir", str(data), "--port", str(server.server_port)]
        done = CliRunner().invoke(main, words)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)

    assert done.exit_code == 2
    assert "Name another port with --port" in done.stderr


# -- what is shown of them ------------------------------------------------------------------------


def used_in(text: str) -> set[str]:
    return set(re.findall(rf"\b{PREFIX}[a-z_]+", text))


def expressions(node: object) -> list[str]:
    """Each query of a dashboard or of a file of rules."""
    if isinstance(node, dict):
        here = [str(value) for key, value in node.items() if key == "expr" or (key == "query" and "(" in str(value))]
        return here + [found for value in node.values() for found in expressions(value)]
    return [found for item in node for found in expressions(item)] if isinstance(node, list) else []


def labels_in(query: str) -> set[str]:
    """The labels that a query selects or groups by."""
    matched = {name for part in re.findall(r"\{([^}]*)\}", query) for name in re.findall(r"(\w+)\s*[=!]~?", part)}
    return matched | {name.strip() for part in re.findall(r"\bby\s*\(([^)]*)\)", query) for name in part.split(",")}


def dashboard() -> dict:
    return json.loads((ROOT / "deploy/grafana/dashboard.json").read_text())


def test_the_dashboard_asks_for_no_metric_that_the_code_does_not_tell():
    queries = expressions(dashboard())

    assert len(queries) > 10
    assert used_in("\n".join(queries)) - set(NAMES) == set()


def test_the_dashboard_shows_each_metric():
    assert set(NAMES) - used_in("\n".join(expressions(dashboard()))) == {f"{PREFIX}build_info"}


def test_the_dashboard_selects_by_labels_that_the_metrics_have():
    known = {"watch", *(label for spec in SPECS for label in spec.labels)}

    assert {label for query in expressions(dashboard()) for label in labels_in(query)} - known == set()


def test_the_rules_of_prometheus_ask_for_no_metric_that_the_code_does_not_tell():
    rules = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text())
    queries = expressions(rules)

    assert len(queries) >= 5
    assert used_in("\n".join(queries)) - set(NAMES) == set()


def test_the_page_for_operators_tells_each_metric():
    page = (ROOT / "docs/operations.md").read_text()

    assert [spec.name for spec in SPECS if f"| `{spec.name}` |" not in page] == []
