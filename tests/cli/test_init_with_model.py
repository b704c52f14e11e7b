"""``init --model``: a language model reads the baseline's facts, and the embedded engine where it can't."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.model import Slot
from pipeline.watches import load_watch
from tests.ports import free_port
from tests.reading.llm.standin import a_fact, serving

pytestmark = pytest.mark.slow

AUTHORISED = "The African Union on Tuesday authorised the Tarsk Truce Observer Mission (TATOM) until 31 March 2026."
DEPLOYED = "Nobody at the harbour counts them, but it must be 640 by now, its spokesman said."
SEED = f"""Union sends observer mission to Tarsk

{AUTHORISED}

The mission, led by Senegal, may have up to 900 uniformed personnel. {DEPLOYED}
"""


def run(tmp_path: Path, *words: str) -> Result:
    (tmp_path / "tarsk.txt").write_text(SEED, "utf-8")
    folder, article = str(tmp_path / "tarsk"), str(tmp_path / "tarsk.txt")
    return CliRunner().invoke(main, ["init", folder, "--article", article, "--published", "2025-04-01", *words])


def states(form: str, given: dict[str, Any]) -> object:
    assert (form, given["board"]) == ("state", [])
    return {
        "facts": [
            a_fact(DEPLOYED, slot="deployed", stage="in_effect", parts={"figure": 640, "unit": "people"}, day=None),
            a_fact(DEPLOYED, slot="required", stage="proposed", parts={"figure": 5000, "unit": "people"}, day=None),
            a_fact("They have a camp in the hills.", slot="presence", key="the hills", parts={}),
        ]
    }


def test_the_model_reads_what_the_article_states_and_each_fact_is_checked_by_its_quote(tmp_path: Path) -> None:
    with serving(states) as standin:
        done = run(tmp_path, "--model", standin.endpoint, "--model-name", "small")

    assert done.exit_code == 0, done.output
    assert "The facts were read by the language model small; each quote stands in the article." in done.stdout
    facts = load_watch(tmp_path / "tarsk").baseline.facts
    assert [fact.fact.slot for fact in facts if fact.fact] == [Slot.LEAD, Slot.DEPLOYED]
    assert facts[1].quote == DEPLOYED
    assert "640" in facts[1].value


def test_where_it_does_not_answer_the_embedded_engine_reads_and_that_is_said(tmp_path: Path) -> None:
    done = run(tmp_path, "--model", f"http://127.0.0.1:{free_port()}/v1", "--model-name", "small")

    assert done.exit_code == 0, done.output
    assert "The facts were read by the embedded engine: small gave none that can be used." in done.stdout
    assert "connect" in done.stderr
    slots = {fact.fact.slot for fact in load_watch(tmp_path / "tarsk").baseline.facts if fact.fact}
    assert {Slot.LEAD, Slot.TERM, Slot.CEILING} <= slots


def test_where_nothing_of_its_answer_stands_in_the_article_the_embedded_engine_reads(tmp_path: Path) -> None:
    with serving(lambda *_: {"facts": [a_fact("This sentence stands nowhere at all.")]}) as standin:
        done = run(tmp_path, "--model", standin.endpoint, "--model-name", "small")

    assert done.exit_code == 0, done.output
    assert "The facts were read by the embedded engine" in done.stdout
    assert "the quote does not stand in the article" in done.stderr


def test_a_name_or_key_without_a_model_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "--model-name", "small")

    assert done.exit_code == 2
    assert "--model-name and --model-key go with --model." in done.output
    assert not (tmp_path / "tarsk").exists()
