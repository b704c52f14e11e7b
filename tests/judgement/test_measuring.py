"""What is made of gold missions: checks, figures, readers, the log of the sealed ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.lab.bench import Gold, Score, ScoredChange, baseline_watch, load_gold, score
from tests.judgement import as_bench, checks, figures, sealed
from tests.judgement.engines import GoldReader, reader
from tests.judgement.test_gold_file import TEXT
from training.gold_file import load

MISSION = load(TEXT, "tamar")


def gold(folder: Path) -> Gold:
    return load_gold(as_bench.write(MISSION, folder))


def scored(folder: Path, *told: ScoredChange) -> Score:
    return score(gold(folder), told)


RIGHT = ScoredChange(
    "tamar-001", "mandate", "decided", "The Council on Friday allowed Ostland to lead a force in Tamar for a year."
)


def test_six_words_in_a_row_are_shared_and_five_are_not() -> None:
    assert checks.shared(MISSION, ["Some observers were killed near Tarn by night."]) == []
    assert checks.shared(MISSION, ["Some observers were killed near Tarn on foot."]) == [
        "observers were killed near tarn on"
    ]


def test_a_run_that_is_mostly_names_is_no_copying() -> None:
    assert list(checks.runs("Special Representative of the Secretary General Ana Lund")) == []


def test_the_rules_of_a_set_name_what_is_missing() -> None:
    found = list(checks.wrong(MISSION))
    assert "has 3 articles; 40 to 60 are wanted" in found
    assert "no event of command, deployment, funding, lead, strength, support: is that so?" in found
    assert not [line for line in found if line.startswith("a perfect prediction")]


def test_the_interval_of_equal_values_is_that_value_and_else_holds_the_mean() -> None:
    assert figures.interval([0.5, 0.5, 0.5]) == (0.5, 0.5)
    low, high = figures.interval([0.2, 0.4, 0.6])
    assert 0.2 <= low < 0.4 < high <= 0.6


def test_the_table_of_grades_ends_with_the_mean(tmp_path: Path) -> None:
    one, none = scored(tmp_path, RIGHT), scored(tmp_path)
    table = figures.grades_table("x", [("a", one), ("b", none)])
    at = table.head.index("aspect F1")
    assert [row[0] for row in table.rows] == ["a", "b", "mean, or sum"]
    assert [row[at] for row in table.rows] == ["0.667", "0.000", "0.333"]


def test_what_is_sure_is_told_with_the_distance_of_confidence_from_what_was_right() -> None:
    (row,) = figures.sure_table(figures.measure([MISSION], "gold")).rows
    alerts, precision, recall, distance = map(float, row)
    assert (alerts, precision, recall) == (2, 1.0, 1.0)
    assert distance == pytest.approx(0.05)  # all are right, of 0.95 each


def test_a_gold_reader_reads_each_label_with_its_quote_and_tells_news_from_background(tmp_path: Path) -> None:
    articles = {held.name: held.article for held in gold(tmp_path).articles}
    watch = baseline_watch(gold(tmp_path))
    claims = GoldReader(MISSION).read(articles["tamar-001"], watch).claims
    assert [(c.aspect.value, c.background) for c in claims] == [("mandate", False), ("lead", True), ("mandate", False)]
    assert all(articles["tamar-001"].text[c.start : c.end] == c.quote for c in claims)


def test_a_gold_claim_has_the_figure_that_its_own_article_gives(tmp_path: Path) -> None:
    article = next(held.article for held in gold(tmp_path).articles if held.name == "tamar-002")
    claim = GoldReader(MISSION).read(article, baseline_watch(gold(tmp_path))).claims[0]
    assert claim.value == "2 killed, 2 injured"


@pytest.mark.parametrize("name", ["shipped", "gold"])
def test_each_reader_reads_the_same_article(name: str, tmp_path: Path) -> None:
    held = gold(tmp_path)
    article = held.articles[0].article
    assert reader(name, MISSION).read(article, baseline_watch(held)).article_id == article.article_id


def test_the_log_has_a_row_a_mission_and_their_mean_and_a_head_once(tmp_path: Path) -> None:
    rows = sealed.log_rows("shipped", [("s1", scored(tmp_path, RIGHT))], day="2027-01-02", commit="abc")
    log = tmp_path / "log.csv"
    sealed.append(rows, log)
    sealed.append(rows, log)
    lines = log.read_text("utf-8").splitlines()
    assert lines[0].startswith("date,commit,engine,mission,events,alerts,aspect_f1,")
    assert lines[1] == "2027-01-02,abc,shipped,s1,2,1,0.667,1.000,0.500,0.667,0.667,0.000,0.000"
    assert [line.split(",")[3] for line in lines[1:]] == ["s1", "mean", "s1", "mean"]


def test_the_sealed_missions_are_not_opened_in_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr("sys.argv", ["sealed"])
    assert sealed.main() == 2
    assert "not opened in CI" in capsys.readouterr().err
