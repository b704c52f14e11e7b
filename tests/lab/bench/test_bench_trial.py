"""The trial of a language model: its articles, and what is made of the figures."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import main
from pipeline.lab.bench import as_text
from pipeline.lab.bench.scoring import ScoredChange, verbatim
from pipeline.lab.bench.trial import Tried, advise, table, trial_gold
from tests.reading.llm.standin import agrees, serving

TRIAL = str(Path(__file__).parents[3] / "pipeline" / "lab" / "bench" / "trial")
EMBEDDED = Tried("embedded engine", f1=0.80, precision=0.80, recall=0.80, duplicates=0, seconds=0.1, articles=20)


def model(f1: float, **more: float) -> Tried:
    held = EMBEDDED._replace(reader="small", f1=f1, calls=20, tokens_in=40_000, tokens_out=2_000)
    return held._replace(**more)


# -- the articles ----------------------------------------------------------------------------


def test_there_are_twenty_articles_and_eighteen_events() -> None:
    gold = trial_gold()

    assert (len(gold.articles), len(gold.events)) == (20, 18)
    assert sum(not article.relevant for article in gold.articles) == 2
    assert len({event.aspects[0] for event in gold.events.values()}) == 9
    assert {event.stages[0].value for event in gold.events.values()} >= {"proposed", "planned", "decided", "in_effect"}


def test_each_event_is_reported_and_two_are_told_again_in_other_words() -> None:
    reports = Counter(report.event_id for article in trial_gold().articles for report in article.reports)

    assert reports.keys() == trial_gold().events.keys()
    assert sorted(event for event, times in reports.items() if times > 1) == ["t03", "t10"]


def test_each_sentence_of_the_gold_stands_in_its_article() -> None:
    for article in trial_gold().articles:
        for report in article.reports:
            for sentence in report.sentences:
                assert verbatim(ScoredChange(article.name, "", "", sentence), article), (article.name, sentence)


# -- the advice ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "tried", "use", "says"),
    [
        ("read", model(0.90), "read", "Use read: it judges better than the embedded engine, an F1 of 0.90"),
        ("read", model(0.82), "verify", "Use verify, if anything"),
        ("read", model(0.60), "", "Leave it: it judges worse than the embedded engine, an F1 of 0.60 against 0.80"),
        ("read", model(0.95, failed=5), "", "Leave it: 5 answers could not be used"),
        ("verify", model(0.85), "verify", "Use verify: "),
        ("verify", model(0.79, precision=0.95), "verify", "Use verify: "),
        ("verify", model(0.80), "", "Leave it: asked about what the embedded engine finds, it mends nothing"),
        ("verify", model(0.80, calls=0), "", "Leave it: there was nothing to ask it about."),
    ],
)
def test_the_advice_is_one_sentence(mode: str, tried: Tried, use: str, says: str) -> None:
    advice = advise(EMBEDDED, tried, mode)

    assert advice.use == use
    assert advice.sentence.startswith(says)


def test_the_table_has_a_row_a_reader_with_the_cost_of_one_article() -> None:
    assert as_text(table(EMBEDDED, model(0.9, seconds=2.5))).splitlines() == [
        "20 articles about an invented mission",
        "                   aspect F1  precision  recall  duplicates  s/article  calls  failed  tokens in  out",
        "  embedded engine       0.80       0.80    0.80           0       0.10      0       0          0    0",
        "  small                 0.90       0.80    0.80           0       2.50     20       0       2000  100",
    ]


@pytest.mark.slow
def test_bench_asks_a_model_and_plays_what_it_answered(tmp_path: Path) -> None:
    kept = str(tmp_path / "answers.jsonl")
    with serving(agrees) as standin:
        asked = CliRunner().invoke(
            main, ["bench", TRIAL, "--json", "--model", standin.endpoint, "--model-name", "small", "--record", kept]
        )
    played = CliRunner().invoke(main, ["bench", TRIAL, "--json", "--answers", kept])

    assert (asked.exit_code, played.exit_code) == (0, 0), asked.output + played.output
    told = [json.loads(done.output)["missions"][0]["all"]["alerts"] for done in (asked, played)]
    assert told == [0, 0]  # it finds nothing in any article
    assert len(standin.asked("read")) >= 18
