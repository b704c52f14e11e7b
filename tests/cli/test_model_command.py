"""``model find``, ``model use`` and ``model test`` against stand-ins on loopback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.lab.bench.trial import trial_gold
from pipeline.reading.llm import UsualServer
from pipeline.watches import load_watch
from tests.ports import free_port
from tests.reading.llm.standin import a_fact, agrees, an_answer, serving

ROOT = Path(__file__).resolve().parents[2]
PORTUGAL = trial_gold().articles[0].reports[0].sentences[0]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ("model", *words))


def looks_at(monkeypatch: pytest.MonkeyPatch, *ports: int) -> None:
    names = ("Ollama", "llama.cpp", "vLLM")
    usual = tuple(UsualServer(name, port, f"start {name}") for name, port in zip(names, ports, strict=False))
    monkeypatch.setattr("pipeline.cli.model.USUAL", usual)


# -- find ------------------------------------------------------------------------------------


def test_each_model_that_is_found_comes_with_the_command_that_uses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(agrees) as one, serving(agrees) as other:
        one.models, other.models = ["qwen3:8b", "two words"], ["large"]
        looks_at(monkeypatch, one.port, free_port(), other.port)
        found = run("find")

    assert found.exit_code == 0
    assert found.output.splitlines() == [
        f"qwen3:8b (Ollama, port {one.port}): missionwatch model use DIR {one.endpoint} qwen3:8b",
        f"two words (Ollama, port {one.port}): missionwatch model use DIR {one.endpoint} 'two words'",
        f"large (vLLM, port {other.port}): missionwatch model use DIR {other.endpoint} large",
    ]


def test_for_scripts_there_is_a_json_object_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(agrees) as standin:
        looks_at(monkeypatch, standin.port)
        found = run("find", "--json")

    assert json.loads(found.stdout) == {"server": "Ollama", "endpoint": standin.endpoint, "model": "small"}


def test_where_nothing_answers_it_says_so_and_how_to_start_one(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = free_port(), free_port()
    looks_at(monkeypatch, *ports)

    found = run("find")

    assert found.exit_code == 1
    assert found.output.splitlines() == [
        "No server of language models answers on this machine. To start one:",
        f"  Ollama, port {ports[0]}: start Ollama",
        f"  llama.cpp, port {ports[1]}: start llama.cpp",
    ]


def test_a_server_without_a_model_one_that_wants_a_key_and_another_web_server_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(agrees) as empty, serving(agrees, "not-json") as web, serving(agrees, "401") as locked:
        empty.models = b'{"data": null}'
        looks_at(monkeypatch, empty.port, web.port, locked.port)
        found = run("find")

    assert found.exit_code == 1
    assert found.output.splitlines() == [
        f"Ollama, port {empty.port}: answers and has no model: start Ollama",
        f"vLLM, port {locked.port}: wants a key before it lists its models: "
        f"missionwatch model use DIR {locked.endpoint} NAME --key env:LLM_KEY",
    ]


# -- use -------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = shutil.ignore_patterns("archive*")
    return Path(shutil.copytree(ROOT / "seeds" / "haiti", tmp_path / "haiti", ignore=names))


def finds_the_police(form: str, given: dict[str, Any]) -> object:
    if form == "verify":
        return an_answer(given["sentence"], slot="contribution", stage="planned")
    parts = {"country": "Portugal", "figure": 150, "unit": "police"}
    return {"facts": [a_fact(PORTUGAL, slot="contribution", key="Portugal", stage="planned", parts=parts)]}


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["read", "verify"])
def test_a_model_that_answers_as_it_should_is_written_into_the_watch(folder: Path, mode: str) -> None:
    before = (folder / "watch.toml").read_bytes()
    with serving(finds_the_police) as standin:
        used = run("use", str(folder), standin.endpoint, "small", "--mode", mode)

    assert used.exit_code == 0, used.output
    assert len(standin.asked(mode)) == 1
    reader = load_watch(folder).reader
    assert (reader.endpoint, reader.model, reader.kind == "llm", reader.verify == "llm") == (
        standin.endpoint,
        "small",
        mode == "read",
        mode == "verify",
    )
    assert (folder / "watch.toml").read_bytes().startswith(before)

    assert run("use", str(folder), "--off").exit_code == 0
    assert (folder / "watch.toml").read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "mode", "says"),
    [
        (lambda *_: "Sure! Here you are.", "read", "its answer does not fit the form"),
        (lambda *_: {"facts": []}, "read", "finds 0 facts"),
        (lambda *_: {"facts": [a_fact("This sentence stands nowhere.")]}, "read", "the quote does not stand in the"),
        (lambda *_: an_answer("This sentence stands nowhere."), "verify", "what it quotes does not stand in the"),
    ],
)
def test_a_model_whose_answer_can_not_be_used_leaves_the_watch_as_it_is(
    folder: Path, script: Any, mode: str, says: str
) -> None:
    before = (folder / "watch.toml").read_bytes()
    with serving(script) as standin:
        used = run("use", str(folder), standin.endpoint, "small", "--mode", mode)

    assert used.exit_code == 2
    assert says in used.stderr
    assert "nothing was written" in used.stderr
    assert (folder / "watch.toml").read_bytes() == before


@pytest.mark.slow
def test_a_server_that_does_not_answer_is_named(folder: Path) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}/v1"

    used = run("use", str(folder), endpoint, "small")

    assert used.exit_code != 0
    assert f"The language model at {endpoint} does not answer" in used.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--off", "http://127.0.0.1:9/v1", "small"], "leave URL and NAME away"),
        (["http://127.0.0.1:9/v1"], "Give URL and NAME"),
        (["ftp://127.0.0.1/v1", "small"], "ftp"),
        (["http://127.0.0.1:9/v1", "small", "--key", "sk-123"], "key: is not of the form env:NAME"),
        (["http://127.0.0.1:9/v1", "small", "--key", "env:NO_SUCH_KEY"], "there is no such variable"),
    ],
)
def test_what_can_not_be_meant_is_told_before_anything_is_asked(folder: Path, words: list[str], says: str) -> None:
    used = run("use", str(folder), *words)

    assert used.exit_code == 2
    assert says in used.output
    assert "sk-123" not in used.output


# -- test ------------------------------------------------------------------------------------

SLOTS = [
    "contribution",
    "presence",
    "incident",
    "pledge",
    "command",
    "deployed",
    "contribution",
    "ceiling",
    "process",
    "ceiling",
    "contribution",
    "operation",
    "support",
    "shortfall",
    "contribution",
    "term",
    "term",
    "lead",
]


def knows_the_gold(form: str, given: dict[str, Any]) -> object:
    """Finds what the gold of the trial has, and of an event that was told the row that has it."""
    gold = trial_gold()
    article = next(held for held in gold.articles if held.article.title == given["title"])
    facts = []
    for report in article.reports:
        event, slot = gold.events[report.event_id], SLOTS[int(report.event_id[1:]) - 1]
        key = event.subject if slot not in ("ceiling", "deployed", "term", "lead") else ""
        again = report.event_id in ("t03", "t10") and article.name in ("trial-04", "trial-14")
        names = [row.split(" | ")[0] for row in given["board"]]
        row = next((name for name in names if again and name.startswith(slot)), None)
        relation = "repeats" if row else "new"
        said = {"slot": slot, "key": key, "stage": event.stages[0].value, "parts": {}, "day": event.date}
        facts.append(a_fact(report.sentences[0], **said, relation=relation, row=row, confidence=0.95))
    return {"facts": facts}


@pytest.mark.slow
def test_a_model_that_judges_well_is_recommended_with_its_figures_and_cost() -> None:
    with serving(knows_the_gold) as standin:
        done = run("test", standin.endpoint, "small", "--json")

    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    embedded, model = told["readers"]
    assert (told["mode"], told["use"]) == ("read", "read")
    assert told["sentence"].startswith("Use read: ")
    assert (model["reader"], model["failed"]) == ("small", 0)
    assert model["aspect_f1"] > 0.9 > embedded["aspect_f1"]
    assert model["calls"] == len(standin.requests) >= 18
    assert model["tokens_in_per_article"] == round(700 * model["calls"] / 20)
    assert (embedded["reader"], embedded["calls"]) == ("embedded engine", 0)


@pytest.mark.slow
def test_a_model_that_finds_nothing_is_to_be_left() -> None:
    with serving(agrees) as standin:
        done = run("test", standin.endpoint, "small")

    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "20 articles about an invented mission"
    assert [line.split()[0] for line in lines[2:4]] == ["embedded", "small"]
    assert lines[-1].startswith("Leave it: it judges worse than the embedded engine, an F1 of 0.00 against 0.")


@pytest.mark.slow
def test_a_model_can_be_tried_in_the_part_that_only_checks() -> None:
    with serving(agrees) as standin:
        done = run("test", standin.endpoint, "small", "--mode", "verify")

    assert done.exit_code == 0, done.output
    assert standin.asked("verify")
    assert not standin.asked("read")


@pytest.mark.slow
def test_a_trial_of_a_server_that_does_not_answer_ends_soon() -> None:
    endpoint = f"http://127.0.0.1:{free_port()}/v1"

    done = run("test", endpoint, "small")

    assert done.exit_code != 0
    assert f"The language model at {endpoint} does not answer" in done.stderr
