"""The bench: its scorer is the plain script's equal, and its error browser shows all and asks for nothing."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from bench.missions import HERE, MISSIONS, articles, drafted, gold, measured
from bench.score import ASPECTS, STAGES
from bench.score import score as plain_score
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.lab.backtest import backtest
from pipeline.lab.bench import AT_ONCE, Kind, Score, ScoredChange, load_gold, page, reliability, score
from pipeline.lab.bench.figures import measure_one
from pipeline.model.errors import UsageError
from pipeline.reading.embedded import EncodedReader

pytestmark = pytest.mark.slow

SENTENCE = "The Security Council approved a force of 5,550 for the island on Tuesday."


def in_the_plain_form(scored: Score) -> dict[str, object]:
    """The figures of ``scored`` under the names that the plain script gives them."""
    late = [outcome.late for outcome in scored.found.values()]
    where = scored.false_where() | ({"quote is not verbatim": scored.unlike} if scored.unlike else {})
    return {
        "events_reported": len(scored.reported),
        "predictions": scored.counted,
        **{g: {n: round(v, 3) for n, v in scored.grade(g)._asdict().items()} for g in ("loose", "aspect", "exact")},
        "duplicates": len(scored.of(Kind.DUPLICATE)),
        "false": len(scored.of(Kind.FALSE)),
        "false_where": where,
        "core_recall": round(len(scored.core & scored.found.keys()) / len(scored.core), 3),
        "found_at_first_report": late.count(0),
    }


def in_the_plain_words(told: list[ScoredChange], mission: str) -> dict[str, object]:
    found = plain_score(HERE / mission, [one._asdict() for one in told])
    return {name: found[name] for name in in_the_plain_form(score(gold(mission), told))}


def made_up(mission: str, seed: int) -> list[ScoredChange]:
    """Alerts of every kind, in a random order: right ones, wrong labels, repeats, part quotes, inventions."""
    chance = random.Random(seed)
    out = []
    for held in gold(mission).articles:
        sentences = [s for report in held.reports for s in report.sentences] + held.article.text.split(". ")[:2]
        for sentence in sentences:
            event = chance.choice([gold(mission).events[r.event_id] for r in held.reports] or [None])
            kept = event is not None and chance.random() < 0.6
            aspect = event.aspects[0].value if event and kept else chance.choice(ASPECTS)
            stage = event.stages[0].value if event and chance.random() < 0.6 else chance.choice(STAGES)
            quote = chance.choice(
                [sentence, sentence[: len(sentence) // 2], f"{sentence} It was said.", "No such words"]
            )
            out += [ScoredChange(held.name, aspect, stage, quote)] * chance.choice([0, 1, 1, 2])
    chance.shuffle(out)
    return out


@pytest.mark.parametrize("at", range(len(MISSIONS)), ids=MISSIONS)
def test_the_scorer_gives_the_plain_scripts_figures_for_the_reader(at: int) -> None:
    mission = measured()[at]
    told = [one.told() for one in mission.run.alerts]
    assert in_the_plain_form(mission.scored) == in_the_plain_words(told, MISSIONS[at])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("mission", MISSIONS)
def test_the_scorer_gives_the_plain_scripts_figures_for_made_up_alerts(mission: str, seed: int) -> None:
    told = made_up(mission, seed)
    assert {o.kind for o in score(gold(mission), told).outcomes} >= set(Kind) - {Kind.MISS, Kind.BORDERLINE}
    assert in_the_plain_form(score(gold(mission), told)) == in_the_plain_words(told, mission)


def test_the_bench_tells_what_backtest_tells() -> None:
    told = [one.told()[:4] for one in measured()[1].run.alerts]
    lines = backtest(drafted("aussom"), articles("aussom"), EncodedReader())
    assert told == [(line["article"], line["aspect"], line["stage"], line["quote"]) for line in lines]


def test_each_alert_and_each_uncertain_claim_stands_in_one_bin() -> None:
    bins = reliability(measured())
    uncertain = sum(one.judgement.verdict == "uncertain" for m in measured() for one in m.run.seen)
    assert sum(b.alerts for b in bins) == sum(m.everything.alerts for m in measured())
    assert sum(b.untold for b in bins) == uncertain
    assert [b.low for b in bins] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]


# -- a gold folder of our own ---------------------------------------------------------------------


def own_gold(folder: Path, *, title: str = "Council votes", text: str = SENTENCE) -> Path:
    folder.mkdir()
    event = {"id": "E1", "date": "2030-01-01", "aspect": "strength", "stage": "decided", "subject": "ceiling"}
    article = {
        "id": "a-1",
        "published": "2030-01-02T00:00:00Z",
        "outlet": "<i>Post</i>",
        "title": title,
        "text": text,
        "relevant": True,
        "reports": [{"event": "E1", "sentence": SENTENCE}],
    }
    (folder / "timeline.json").write_text(json.dumps([event | {"value": "5,550", "summary": "</script>"}]))
    (folder / "articles.jsonl").write_text(json.dumps(article) + "\n")
    (folder / "baseline.json").write_text(json.dumps({"published": "2029-12-01T00:00:00Z", "facts": []}))
    (folder / "baseline.txt").write_text((HERE / "unifil" / "baseline.txt").read_text())
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["bench", *map(str, words)])


def test_an_alert_finds_an_event_once_and_telling_it_again_is_a_duplicate(tmp_path: Path) -> None:
    held = load_gold(own_gold(tmp_path / "own"))
    right, again = (ScoredChange("a-1", "strength", stage, SENTENCE) for stage in ("decided", "planned"))
    assert [o.kind for o in score(held, [right, again]).outcomes] == [Kind.RIGHT, Kind.DUPLICATE]
    assert [o.kind for o in score(held, [again]).outcomes] == [Kind.WRONG_STAGE]


def test_a_gold_folder_with_an_unknown_event_is_refused_with_its_article(tmp_path: Path) -> None:
    folder = own_gold(tmp_path / "own")
    (folder / "timeline.json").write_text("[]")
    with pytest.raises(UsageError, match=r"articles\.jsonl: article 'a-1': reports the unknown event 'E1'"):
        load_gold(folder)


def test_the_command_prints_the_three_grades_and_the_speed(tmp_path: Path) -> None:
    done = run(own_gold(tmp_path / "own"), "--reliability")
    assert done.exit_code == 0, done.output
    assert all(word in done.output for word in ("loose F1", "aspect F1", "exact F1", "articles/s", "Reliability"))


def test_the_commands_json_has_the_figures_of_each_mission(tmp_path: Path) -> None:
    done = run(own_gold(tmp_path / "own"), "--json", "--at-once", "0.9")
    figures = json.loads(done.output)
    assert (figures["at_once_from"], figures["missions"][0]["events"]) == (0.9, 1)
    assert figures["missions"][0]["all"]["aspect"].keys() == {"precision", "recall", "f1"}


def test_one_watch_for_two_missions_is_refused(tmp_path: Path) -> None:
    golds = [own_gold(tmp_path / name) for name in ("one", "two")]
    done = run(*golds, "--watch", HERE.parents[3] / "seeds" / "haiti")
    assert (done.exit_code, "2 GOLD_DIR and 1 --watch" in done.output) == (2, True)


def test_a_folder_without_gold_is_told_by_name(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.exit_code, "timeline.json" in done.output) == (2, True)


def test_a_baseline_article_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    folder = own_gold(tmp_path / "own")
    (folder / "baseline.txt").unlink()
    done = run(folder)
    assert (done.exit_code, "--watch" in done.output) == (2, True)


# -- the error browser ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> str:
    return page(measured(), at_once=AT_ONCE)


def marks(html: str, kind: Kind) -> int:
    return html.count(f'<b class="badge">{kind.value}</b>')


@pytest.mark.parametrize("kind", [Kind.RIGHT, Kind.WRONG_STAGE, Kind.WRONG_ASPECT, Kind.DUPLICATE, Kind.FALSE])
def test_each_alert_is_marked_in_words(browser: str, kind: Kind) -> None:
    assert marks(browser, kind) == sum(len(mission.scored.of(kind)) for mission in measured())


def test_each_miss_is_marked_where_it_is_reported_first(browser: str) -> None:
    missed = sum(len(mission.scored.missed) for mission in measured())
    assert browser.count("<dt>missed because</dt>") == missed
    assert marks(browser, Kind.MISS) >= missed


def test_the_browser_asks_for_nothing_from_outside(browser: str) -> None:
    assert "default-src &#39;none&#39;" in browser
    assert (
        re.findall(r"<(?:link|img|iframe|object|embed|base|form)\b|<script [^>]*src|\bstyle=|\bon\w+=\"", browser) == []
    )
    assert re.findall(r"@import|url\(|fetch\(|XMLHttp", browser.split("<body>")[0]) == []


def test_what_an_article_holds_can_not_act_in_the_browser(tmp_path: Path) -> None:
    bad = "<script>alert(1)</script>\u202e"
    held = load_gold(own_gold(tmp_path / "own", title=bad, text=f"{bad} {SENTENCE}"))
    html = page([measure_one(held, drafted("unifil"), EncodedReader())], at_once=AT_ONCE)
    assert (html.count("<script>"), html.count("</script>"), "\u202e" in html) == (1, 1, False)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<i>Post</i>" not in html


def test_the_command_writes_the_browser_where_it_is_told(tmp_path: Path) -> None:
    target = tmp_path / "new" / "errors.html"
    done = run(own_gold(tmp_path / "own"), "--html", target)
    assert (done.exit_code, target.read_text().startswith("<!doctype html>")) == (0, True)
