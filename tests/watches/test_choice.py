"""``[reader]`` of watch.toml: what is taken, what is refused, and what is written back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.model import ReaderChoice
from pipeline.watches import WatchFileErrors, load_watch, write_watch
from tests.watches.test_load import BASELINE, FEEDS, TEXT, WATCH
from tests.watches.test_write import PARTS

HERE = WATCH.count("\n") + 2  # the line of [reader]
WHOLE = 'verify = "llm"\nendpoint = "http://127.0.0.1:11434/v1"\nmodel = "small"'


def load(folder: Path, *lines: str) -> ReaderChoice:
    """The choice of a watch whose ``[reader]`` has ``lines``; without any, there is no such table."""
    table = "\n[reader]\n" + "\n".join(lines) + "\n" if lines else ""
    for name, content in {
        "watch.toml": WATCH + table, "baseline.toml": BASELINE, "baseline.md": TEXT, "feeds.toml": FEEDS,
    }.items():  # fmt: skip
        (folder / name).write_text(content)
    return load_watch(folder).reader


def refused(folder: Path, *lines: str) -> str:
    with pytest.raises(WatchFileErrors) as caught:
        load(folder, *lines)
    (problem,) = caught.value.problems
    assert problem.line is not None
    return f"{problem.line - HERE}: {problem}"


def test_without_the_table_the_embedded_engine_reads_alone(tmp_path: Path) -> None:
    choice = load(tmp_path)

    assert choice == ReaderChoice()
    assert (choice.kind, choice.verify, choice.asks) == ("embedded", "", False)


def test_each_key_is_taken(tmp_path: Path) -> None:
    choice = load(
        tmp_path, 'kind = "llm"', WHOLE, 'key = "env:DESK_KEY"', "timeout_s = 30", "calls_per_run = 5",
        "tokens_per_run = 1000", "answer_tokens = 400", "article_tokens = 2000", "calls_at_once = 4",
        "calls_per_day = 100", "tokens_per_day = 90000", "money_per_day = 2.5", "price_in = 0.4", "price_out = 1.6",
        'currency = "EUR"', "patience_h = 2", 'first_model = "tiny"',
    )  # fmt: skip

    assert choice == ReaderChoice(
        "llm", "llm", "http://127.0.0.1:11434/v1", "small", "env:DESK_KEY", 30.0, 5, 1000, 400, 2000, 4,
        100, 90000, 2.5, 0.4, 1.6, "EUR", 2.0, "tiny",
    )  # fmt: skip


@pytest.mark.parametrize(
    "endpoint", ["http://localhost:8080/v1", "http://[::1]:8080/v1", "http://10.1.2.3/v1", "http://gpu-box:8000/v1",
                 "https://models.example.org/v1/"],
)  # fmt: skip
def test_a_key_may_go_over_https_and_to_this_machine_and_network(tmp_path: Path, endpoint: str) -> None:
    choice = load(tmp_path, 'verify = "llm"', f'endpoint = "{endpoint}"', 'model = "m"', 'key = "env:K"')

    assert choice.endpoint == endpoint.rstrip("/")


@pytest.mark.parametrize("endpoint", ["http://models.example.org/v1", "http://8.8.8.8/v1"])
def test_a_key_does_not_go_unencrypted_over_the_internet(tmp_path: Path, endpoint: str) -> None:
    said = refused(tmp_path, 'verify = "llm"', f'endpoint = "{endpoint}"', 'model = "m"', 'key = "env:K"')

    assert "the key in [reader] would travel unencrypted. Use https" in said


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (['kind = "gpt"'], '1: {}: unknown kind \'gpt\'. Write one of "embedded", "llm".'),
        (['verify = "yes"'], '1: {}: unknown verify \'yes\'. Write one of "", "llm".'),
        (['kindd = "llm"'], "1: {}: unknown key 'kindd' in [reader]. Did you mean 'kind'?"),
        (['kind = "llm"', 'model = "m"'], "'endpoint' is missing in [reader], which asks a language model."),
        (['verify = "llm"', 'endpoint = "http://a/v1"', 'model = " "'], "'model' is missing in [reader]"),
        (['endpoint = "ftp://a/v1"'], "1: {}: 'endpoint' in [reader]: 'ftp://…' is not a web address."),
        (['endpoint = "http://a/v1?key=x"'], "an endpoint has no query and no fragment."),
        (['endpoint = "http://me:pw@a/v1"'], "an address with a user name or password in it"),
        (["timeout_s = 0"], "1: {}: 'timeout_s' in [reader] must be greater than or equal to 1."),
        (["timeout_s = inf"], "'timeout_s' in [reader]"),
        (["calls_per_run = -1"], "1: {}: 'calls_per_run' in [reader] must be greater than or equal to 0."),
        (["calls_at_once = 100"], "1: {}: 'calls_at_once' in [reader] must be less than or equal to 32."),
        (["calls_per_day = -1"], "1: {}: 'calls_per_day' in [reader] must be greater than or equal to 0."),
        (["tokens_per_day = 1.5"], "'tokens_per_day' in [reader]"),
        (["money_per_day = nan"], "'money_per_day' in [reader]"),
        (["price_in = -0.4"], "1: {}: 'price_in' in [reader] must be greater than or equal to 0."),
        (["patience_h = 200"], "1: {}: 'patience_h' in [reader] must be less than or equal to 168."),
        (['currency = "euro"'], "'currency' in [reader]: 'euro' is no code of a currency. Write its three letters"),
        (["money_per_day = 2"], "'money_per_day' in [reader] bounds nothing without prices. Write price_in and"),
        ([*WHOLE.splitlines(), 'first_model = "small"'], "'first_model' in [reader] is the same as 'model'."),
        (['answer_tokens = "many"'], "'answer_tokens' in [reader]"),
    ],
)
def test_a_mistake_is_told_with_line_and_remedy(tmp_path: Path, lines: list[str], said: str) -> None:
    assert said.format(tmp_path / f"watch.toml:{HERE + 1}") in refused(tmp_path, *lines)


def test_a_key_that_is_written_out_is_refused_and_not_repeated(tmp_path: Path) -> None:
    said = refused(tmp_path, *WHOLE.splitlines(), 'key = "sk-my-secret"')

    assert "Put the key into an environment variable and name that: env:LLM_KEY." in said
    assert "sk-my-secret" not in said


@pytest.mark.parametrize(
    "choice",
    [
        ReaderChoice(),
        ReaderChoice("embedded", "llm", "http://127.0.0.1:1/v1", 'a "model"', "env:K", 5.5, 7, 0, 60, 200, 2),
        ReaderChoice(
            "llm",
            "",
            "http://127.0.0.1:1/v1",
            "m",
            calls_per_day=9,
            money_per_day=0.5,
            price_out=1.25,
            currency="KES",
            patience_h=0.0,
            first_model="tiny",
        ),
    ],
)
def test_what_is_written_loads_again(tmp_path: Path, choice: ReaderChoice) -> None:
    parts: dict[str, Any] = {**PARTS, "reader": choice}
    write_watch(tmp_path / "w", **parts)

    assert load_watch(tmp_path / "w").reader == choice
    assert ("[reader]" in (tmp_path / "w" / "watch.toml").read_text()) is (choice != ReaderChoice())
