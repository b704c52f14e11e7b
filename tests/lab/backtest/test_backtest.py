"""A watch over a past: in order, without look-ahead, with the live alert gate."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from reading.worlds import a_watch, later

from pipeline.lab.backtest import Answers, backtest, backtest_asking, given_id, load_articles
from pipeline.model import AlertRule, Article, Aspect, ReaderChoice, Watch
from pipeline.model.errors import UsageError
from pipeline.reading.embedded import EncodedReader
from pipeline.reading.llm import Ask, Completion, Reply
from tests.reading.llm.standin import a_fact

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


# -- a language model's answers, recorded and played -----------------------------------------

SENT = "Denmark will send 40 police officers to the Ruritania Assistance Mission, its minister said."
FACT = a_fact(
    SENT, slot="contribution", key="Denmark", stage="planned", parts={"act": "sends", "figure": 40, "unit": "police"}
)


def asking(watch: Watch) -> Watch:
    return replace(watch, reader=ReaderChoice(kind="llm", model="small"))


async def recorded(tmp_path: Path) -> tuple[list[Article], Path]:
    """An article, and the file in which a model's answer about it is kept."""
    articles = load_articles(a_file(tmp_path, line("a-1") | {"text": SENT}))
    answers = Answers(tmp_path / "answers.jsonl")

    async def model(asks: Sequence[Ask]) -> list[Reply]:
        content = json.dumps({"facts": [FACT]})
        answers.keep_answers([(ask, Completion(content, 700, 80)) for ask in asks])
        return [Reply(content) for _ in asks]

    await backtest_asking(asking(a_watch()), articles, EncodedReader(), model)
    return articles, tmp_path / "answers.jsonl"


async def test_recorded_answers_are_played_without_the_model(tmp_path: Path) -> None:
    articles, file = await recorded(tmp_path)
    (found,) = await backtest_asking(asking(a_watch()), articles, EncodedReader(), Answers(file).play)
    assert (found["slot"], found["key"], found["stage"], found["value"]) == (
        "contribution", "Denmark", "planned", "sends, 40 police",
    )  # fmt: skip


async def test_an_answer_is_played_on_another_board_too(tmp_path: Path) -> None:
    articles, file = await recorded(tmp_path)
    base = a_watch()
    bare = asking(replace(base, baseline=replace(base.baseline, facts=())))
    (found,) = await backtest_asking(bare, articles, EncodedReader(), Answers(file).play)
    assert found["headline"] == "Denmark: sends, 40 police (planned 30 Sep)"


async def test_a_missing_answer_is_an_error_that_names_file_and_question(tmp_path: Path) -> None:
    _, file = await recorded(tmp_path)
    others = load_articles(a_file(tmp_path, line("b-1") | {"text": f"{SENT} So it said."}))
    with pytest.raises(UsageError, match=r"answers\.jsonl has no answer of 'small' to the question 'read'"):
        await backtest_asking(asking(a_watch()), others, EncodedReader(), Answers(file).play)


def test_a_broken_line_of_answers_is_named(tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text('{"key": "x"}\n', "utf-8")
    with pytest.raises(UsageError, match=r"answers\.jsonl:1: is no recorded answer"):
        Answers(file)
