"""The cache of a language model's answers in the store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from pipeline.model import RunRecord
from pipeline.model.text import content_id
from pipeline.reading.llm import Ask, Completion, Spending
from pipeline.storage import open_store
from tests.storage.earlier import unpack

RUN, NOW = UUID(int=7), datetime(2025, 9, 30, 12, tzinfo=UTC)
ASK = Ask(
    "verify",
    content_id("claim", 1),
    "small",
    (("system", "a"), ("user", "b")),
    100,
    content_id("m", 1),
    content_id("w", 1),
)
SAID = Completion('{"quote": "Cité \U0001f600"}', 700, 80)


def test_an_answer_is_found_again_by_its_question(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.keep_answers(RUN, NOW, [(ASK, SAID)]) == 1
    with open_store(tmp_path) as store:
        assert store.known_answers([ASK.key, uuid4()]) == {ASK.key: SAID.content}
        assert store.known_answers([]) == {}


def test_the_first_answer_to_a_question_stays(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.keep_answers(RUN, NOW, [(ASK, SAID)])

        assert store.keep_answers(RUN, NOW, [(ASK, Completion("{}", 1, 1))]) == 0
        assert store.known_answers([ASK.key]) == {ASK.key: SAID.content}


def test_what_is_kept_tells_model_form_time_and_tokens(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.keep_answers(RUN, NOW, [(ASK, SAID)])

        (row,) = store._db.rows("SELECT run_id, form, about, model, asked_at, tokens_in, tokens_out FROM chat_answer")
    assert tuple(row.values()) == (RUN, "verify", ASK.about, "small", NOW, 700, 80)


def test_a_store_from_before_the_cache_gets_it(tmp_path: Path) -> None:
    with open_store(unpack("views", tmp_path)) as store:
        assert store.keep_answers(RUN, NOW, [(ASK, SAID)]) == 1


def a_run(number: int, hour: int, watch: str = "haiti", **counts: int) -> RunRecord:
    """A run that began at ``hour`` of the day, or so many hours later."""
    at = datetime(2025, 9, 30, tzinfo=UTC) + timedelta(hours=hour)
    return RunRecord(UUID(int=number), "monitor", watch, NOW, at, at, "ok", counts=counts)


def test_what_a_day_has_cost_is_the_sum_of_its_runs(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        for run in (
            a_run(1, 0, llm_calls=3, llm_tokens_in=2_000, llm_tokens_out=300, llm_micros=1_280),
            a_run(2, 23, llm_calls=1, llm_failed=1, llm_cached=4),
            a_run(3, 24, llm_calls=9),
            a_run(4, 12, "other", llm_calls=7),
            a_run(5, 13, articles_new=2),
        ):
            store.start_run(run)

        assert store.model_spending("haiti", NOW.date()) == Spending(4, 2_000, 300, 1_280)
        assert store.model_spending("haiti", NOW.date() - timedelta(days=1)) == Spending()
        assert [
            tuple(row.values()) for row in store._db.rows("SELECT * FROM model_spending WHERE watch = 'haiti'")
        ] == [
            ("haiti", date(2025, 9, 30), 4, 4, 1, 2_000, 300, 0.00128),
            ("haiti", date(2025, 10, 1), 9, 0, 0, 0, 0, 0.0),
        ]
