"""The cache of a language model's answers in the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from pipeline.llm import Ask, Completion
from pipeline.storage import open_store
from pipeline.storage.connection import open_connection
from pipeline.storage.migrations import MIGRATIONS, migrate
from pipeline.text import content_id

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


@pytest.mark.parametrize("count", [5])
def test_a_store_from_before_the_cache_gets_it(tmp_path: Path, count: int) -> None:
    db = open_connection(tmp_path / "live.duckdb")
    migrate(db, MIGRATIONS[:count])
    db.close()

    with open_store(tmp_path) as store:
        assert store.keep_answers(RUN, NOW, [(ASK, SAID)]) == 1
