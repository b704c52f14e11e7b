"""The whole round with a language model: from watch.toml over the calls to the store and the run's record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest

from flows.run.clock import wall_clock
from flows.run.request import WatchRequest
from pipeline.lab.replay import ArchiveServer
from pipeline.model import RunRecord
from pipeline.storage import open_store
from tests.flows.conftest import EVENING, HAITI
from tests.reading.llm.small_model import is_installed, small_model
from tests.reading.llm.standin import an_answer, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore"),  # Prefect leaves sockets to the garbage collector
]


def a_request(tmp_path: Path, server: ArchiveServer, endpoint: str, **choice: str | int) -> WatchRequest:
    """A round over the Haiti watch that chooses the model at ``endpoint``."""
    folder = tmp_path / "haiti"
    folder.mkdir(exist_ok=True)
    for path in HAITI.iterdir():
        if path.name != "watch.toml" and not (folder / path.name).exists():
            (folder / path.name).symlink_to(path)
    keys = {"endpoint": endpoint, "model": "small", **choice}
    table = "\n[reader]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    (folder / "watch.toml").write_text((HAITI / "watch.toml").read_text("utf-8") + table, "utf-8")
    return WatchRequest(
        folder=folder, data_dir=tmp_path / "data", now=EVENING, archive_port=server.port, every_feed=True
    )


async def one_round(request: WatchRequest) -> RunRecord:
    from flows.monitor import monitor

    return await monitor(request)


def ask(request: WatchRequest, sql: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(request.data_dir / "missionwatch.duckdb"), read_only=True) as client:
        return client.sql(sql).to_arrow_table().to_pylist()


def no_news(form: str, given: dict[str, Any]) -> object:
    """Objects to everything."""
    return an_answer(given["sentence"], answer="no_change") if form == "verify" else {"facts": []}


def nods(form: str, given: dict[str, Any]) -> object:
    """Takes every sentence for news of a decided mandate."""
    return an_answer(given["sentence"])


async def test_what_the_model_objects_to_is_stored_with_its_words_and_alerts_nobody(
    tmp_path: Path, server: ArchiveServer
) -> None:
    with serving(no_news) as standin:
        request = a_request(tmp_path, server, standin.endpoint, verify="llm")
        done = await one_round(request)

    assert done.counts["llm_calls"] == len(standin.requests) > 0
    assert done.counts["llm_tokens_in"] == 700 * len(standin.requests)
    assert done.counts.get("alerts_planned", 0) == 0
    held = ask(request, "SELECT reason FROM claims WHERE reason LIKE 'the language model (small) says that%'")
    assert len(held) == len(standin.requests)
    assert {row["reason"] for row in held} == {
        "the language model (small) says that the sentence tells no change of status (0.90)"
    }
    assert ask(request, "SELECT count(*) AS n FROM chat_answer")[0]["n"] == len(standin.requests)


async def test_a_server_that_is_down_leaves_the_embedded_verdicts_and_the_round_is_partial(
    tmp_path: Path, server: ArchiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.reading.llm.retry.BACK_OFF", (0.0, 0.0, 0.0))
    request = a_request(tmp_path, server, "http://127.0.0.1:9/v1", verify="llm")

    done = await one_round(request)

    # The first question is put four times, later ones once each.
    assert (done.outcome, done.counts["llm_failed"]) == ("partial", done.counts["llm_calls"] - 3)
    assert "language model: connect: http://127.0.0.1:9/v1/chat/completions" in done.reason
    assert done.counts["changes"] > 0
    unheard = ask(request, "SELECT reason FROM changes WHERE reason LIKE '%was not heard%'")
    assert unheard
    assert "127.0.0.1" not in str(unheard)


async def test_a_key_that_is_not_set_asks_nothing_and_says_which(
    tmp_path: Path, server: ArchiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DESK_LLM_KEY", raising=False)
    with serving(nods) as standin:
        done = await one_round(a_request(tmp_path, server, standin.endpoint, verify="llm", key="env:DESK_LLM_KEY"))

    assert standin.requests == []
    assert "the environment variable DESK_LLM_KEY, which should hold its key, is not set" in done.reason


async def test_the_key_is_taken_from_the_environment_and_stored_nowhere(
    tmp_path: Path, server: ArchiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_LLM_KEY", "sk-very-secret")
    with serving(nods) as standin:
        request = a_request(tmp_path, server, standin.endpoint, verify="llm", key="env:DESK_LLM_KEY")
        await one_round(request)

    assert {headers["authorization"] for headers in standin.headers} == {"Bearer sk-very-secret"}
    assert b"sk-very-secret" not in (request.data_dir / "missionwatch.duckdb").read_bytes()


async def test_what_was_spent_today_is_read_before_anything_is_asked(tmp_path: Path, server: ArchiveServer) -> None:
    with serving(nods) as standin:
        request = a_request(tmp_path, server, standin.endpoint, verify="llm", calls_per_day=5)
        with open_store(request.data_dir) as store:
            today = wall_clock()
            store.start_run(
                RunRecord(UUID(int=1), "monitor", "haiti", EVENING, today, today, "ok", "", {"llm_calls": 5})
            )
        done = await one_round(request)

    assert (standin.requests, done.outcome) == ([], "partial")
    assert "language model: the day's 5 calls are spent" in done.reason


async def test_the_model_reads_each_relevant_article_once(tmp_path: Path, server: ArchiveServer) -> None:
    with serving(no_news) as standin:
        request = a_request(tmp_path, server, standin.endpoint, kind="llm")
        first = await one_round(request)
        again = await one_round(request)

    assert first.counts["llm_calls"] == first.counts["articles_relevant"] == len(standin.asked("read")) > 0
    assert (first.counts["claims"], again.counts.get("llm_calls", 0)) == (0, 0)
    (engine,) = {row["engine"] for row in ask(request, "SELECT DISTINCT engine FROM reading")}
    assert engine.startswith("llm:small+p2+")


async def test_articles_wait_for_the_model_that_is_to_read_them_and_are_read_when_it_is_back(
    tmp_path: Path, server: ArchiveServer
) -> None:
    away = await one_round(a_request(tmp_path, server, "http://127.0.0.1:9/v1", kind="llm"))
    with serving(no_news) as standin:
        request = a_request(tmp_path, server, standin.endpoint, kind="llm")
        back = await one_round(request)

    waiting = away.counts["articles_waiting"]
    assert waiting > 0
    assert (away.outcome, away.counts.get("articles_relevant", 0), away.counts.get("changes", 0)) == ("partial", 0, 0)
    assert f"{waiting} articles wait for the language model" in away.reason
    assert back.counts["articles_relevant"] == len(standin.asked("read")) == waiting
    assert back.counts.get("articles_waiting", 0) == 0
    with open_store(request.data_dir) as store:  # by which the alarm is raised, and called over
        assert [one.waiting for one in store.watch_history("haiti", wall_clock()).rounds] == [0, waiting]


async def test_what_the_engine_read_in_the_models_place_is_read_again_when_the_model_is_back(
    tmp_path: Path, server: ArchiveServer
) -> None:
    away = await one_round(a_request(tmp_path, server, "http://127.0.0.1:9/v1", kind="llm", patience_h=0))
    with serving(no_news) as standin:
        request = a_request(tmp_path, server, standin.endpoint, kind="llm", patience_h=0)
        await one_round(request)
        asked = len(standin.asked("read"))
        await one_round(request)

    relevant = away.counts["articles_relevant"]
    assert away.counts["changes"] > 0
    assert (asked, len(standin.asked("read"))) == (relevant, relevant)
    engines = ask(request, "SELECT engine, count(*) AS n FROM reading WHERE relevant GROUP BY engine ORDER BY engine")
    assert [(row["engine"].split(" for ")[0].split("+")[0], row["n"]) for row in engines] == [
        ("encoder-7", relevant),
        ("llm:small", relevant),
    ]


# -- a real model ----------------------------------------------------------------------------


@pytest.mark.timeout(300)
@pytest.mark.skipif(not is_installed(), reason="no real language model: make model")
async def test_a_round_with_a_real_model_ends_well_and_its_word_is_on_record(
    tmp_path: Path, server: ArchiveServer
) -> None:
    with small_model() as endpoint:
        request = a_request(tmp_path, server, endpoint, verify="llm", answer_tokens=120, calls_per_run=1, timeout_s=100)
        done = await one_round(request)

    assert done.counts["llm_calls"] == 1
    assert ask(request, "SELECT 1 FROM claims WHERE reason LIKE '%the language model (small)%'")
