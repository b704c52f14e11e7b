"""A watch over a past: in order, without look-ahead, with the live alert gate."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from reading.worlds import a_watch, later

from pipeline.backtest import backtest, given_id, load_articles
from pipeline.errors import UsageError
from pipeline.model import AlertRule, Aspect
from pipeline.reading import EncodedReader

TEXT = "The Security Council on Tuesday extended the mandate of the Ruritania Assistance Mission until 31 March 2026."


def line(name: str, text: str = TEXT, *, day: int = 0, outlet: str = "Isle Post") -> dict[str, str]:
    published = later(day).isoformat()
    return {"id": name, "published": published, "outlet": outlet, "title": "Ruritania mission", "text": text}


def a_file(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines), encoding="utf-8")
    return path


def test_a_change_is_written_as_the_contract_says(tmp_path: Path) -> None:
    (found,) = backtest(a_watch(), load_articles(a_file(tmp_path, line("a-1"))), EncodedReader())
    assert found.pop("confidence") > 0.75
    assert found == {
        "article": "a-1",
        "aspect": "mandate",
        "stage": "decided",
        "slot": "term",
        "key": "",
        "facts": [{"act": "extended", "actor": "Security Council", "until": "2026-03-31"}],
        "subject": "mandate",
        "value": "until 31 Mar 2026",
        "before": None,
        "headline": "Mandate: until 31 Mar 2026 (decided 30 Sep)",
        "verdict": "new",
        "quote": TEXT,
        "event_date": "2025-09-30",
    }


def test_articles_are_read_by_publication_whatever_the_files_order(tmp_path: Path) -> None:
    file = a_file(tmp_path, line("late", day=1, outlet="Harbour Times"), line("early"))
    assert [x["article"] for x in backtest(a_watch(), load_articles(file), EncodedReader())] == ["early"]


def test_what_comes_later_changes_nothing_of_what_was_found_before(tmp_path: Path) -> None:
    more = "Two soldiers of the Ruritania Assistance Mission were killed on Friday when their vehicle hit a mine."
    alone = backtest(a_watch(), load_articles(a_file(tmp_path, line("a"))), EncodedReader())
    both = backtest(a_watch(), load_articles(a_file(tmp_path, line("a"), line("b", more, day=4))), EncodedReader())
    assert both[: len(alone)] == alone
    assert len(both) == len(alone) + 1


def test_a_change_that_no_rule_takes_is_left_out(tmp_path: Path) -> None:
    watch = replace(a_watch(), rules=(AlertRule("deaths", aspects=frozenset({Aspect.CASUALTIES})),))
    assert backtest(watch, load_articles(a_file(tmp_path, line("a"))), EncodedReader()) == []


def test_the_given_id_comes_back(tmp_path: Path) -> None:
    (article,) = load_articles(a_file(tmp_path, line("a/7: x")))
    assert given_id(article) == "a/7: x"


def test_a_time_without_a_zone_is_utc(tmp_path: Path) -> None:
    (article,) = load_articles(a_file(tmp_path, line("a") | {"published": "2025-09-30T10:00:00"}))
    assert article.published.isoformat() == "2025-09-30T10:00:00+00:00"


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("{", "is not JSON"),
        ("[1]", "is no JSON object"),
        ('{"id": "a"}', "'published' is missing"),
        (json.dumps(line("b") | {"published": "yesterday"}), "'published' is no ISO 8601 time"),
        (json.dumps(line("good")), "stands in line 1 too"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, broken: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_articles(a_file(tmp_path, line("good"), broken))
    assert "articles.jsonl:2: " in str(caught.value)
    assert says in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.jsonl"):
        load_articles(tmp_path / "gone.jsonl")
