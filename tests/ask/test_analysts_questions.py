"""Questions of analysts over the three shipped watches: by the server for assistants, over HTTP, and by SQL.

Each is asked through the SDK's own client over standard input and output, of the command as a client starts it, and is
answered by one call or two, with sentences that stand in the articles.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import pytest
from mcp import Client, StdioServerParameters

from pipeline.ask import WatchFile
from pipeline.model import escape
from pipeline.storage import PUBLISHED
from pipeline.watches import load_watch
from tests.ask.api.asker import Asker
from tests.ask.questions import Answer, Question, citations, questions
from tests.replayed import ROOT, fortnights_once, replayed_once

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

NAMES = ("haiti", "lebanon", "somalia")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with what the replays of the three watches have published."""
    folder = tmp_path_factory.mktemp("three")
    others = fortnights_once(tmp_path_factory)
    published = {name: others / name / PUBLISHED for name in NAMES[1:]}
    for name, file in {"haiti": replayed_once(tmp_path_factory).asked, **published}.items():
        (folder / "archive" / name).mkdir(parents=True)
        shutil.copyfile(file, folder / "archive" / name / PUBLISHED)
    return folder


@pytest.fixture(scope="module")
def answers(data: Path) -> dict[str, Answer]:
    """What each question is answered with, all asked of one process."""
    return asyncio.run(_asked(data))


async def _asked(data: Path) -> dict[str, Answer]:
    command = ["-m", "flows.cli", "mcp", *(f"seeds/{name}" for name in NAMES), "--archive", "--data-dir", str(data)]
    started = StdioServerParameters(
        command=sys.executable, args=command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), **os.environ}
    )
    loop, found = asyncio.get_running_loop(), {}
    async with Client(started) as client:

        def call(tool: str, arguments: Mapping[str, Any]) -> Answer:
            answer = asyncio.run_coroutine_threadsafe(client.call_tool(tool, dict(arguments)), loop).result(60)
            assert answer.structured_content is not None, answer.content
            return answer.structured_content

        for question in questions():
            found[question.asks] = await asyncio.to_thread(question.ask, call)
    return found


@pytest.fixture(scope="module")
def texts(data: Path) -> Mapping[str, str]:
    """All that may be quoted, by article; what was known at the start stands under ``None``."""
    found: dict[str, str] = {"None": ""}
    for name in NAMES:
        watch = load_watch(ROOT / "seeds" / name)
        found["None"] += "\n".join([watch.baseline.text, *(fact.quote for fact in watch.baseline.facts)])
        with duckdb.connect(str(data / "archive" / name / PUBLISHED), read_only=True) as client:
            rows = client.sql("SELECT article_id, title, text FROM articles").fetchall()
        found |= {str(article): escape.lines(f"{title}\n{text}") for article, title, text in rows}
    return found


def test_there_are_twenty_two_and_each_takes_two_calls_at_most() -> None:
    assert len(questions()) == 22
    assert {len(question.calls) for question in questions()} == {1, 2}
    assert {question.watch for question in questions()} == set(NAMES)


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.asks)
def test_the_assistant_gets_the_answer(question: Question, answers: Mapping[str, Answer]) -> None:
    assert question.is_answered_by(answers[question.asks])


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.asks)
def test_each_sentence_stands_in_its_article_and_says_whose_it_is(
    question: Question, answers: Mapping[str, Answer], texts: Mapping[str, str]
) -> None:
    quoted = [one for one in citations(answers[question.asks]) if one["quote"]]
    assert quoted
    for one in quoted:
        assert one["quote"] in texts[str(one["article_id"])]
        assert one["outlet"]
        assert one["published"]


@pytest.fixture(scope="module")
def asker(data: Path) -> Iterator[Asker]:
    """Who asks over HTTP of the three watches."""
    watches = [WatchFile(name, name.title(), data / "archive" / name) for name in NAMES]
    made = Asker.of(watches, per_minute=0)
    yield made
    made.close()


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.asks)
def test_http_gives_the_same(question: Question, asker: Asker) -> None:
    def call(tool: str, arguments: Mapping[str, Any]) -> Answer:
        answer = asker.ask(address_of(tool, arguments))
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert question.is_answered_by(question.ask(call))


def address_of(tool: str, arguments: Mapping[str, Any]) -> str:
    """The address that asks what ``tool`` asks with ``arguments``."""
    given = {{"words": "q", "where": "in", "what": "id"}.get(name, name): one for name, one in arguments.items()}
    path = f"/v1/{given.pop('watch')}/{tool}" + (f"/{given.pop('change')}" if tool == "evidence" else "")
    return f"{path}?{urlencode({name: json.dumps(one) if one is True else one for name, one in given.items()})}"


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.asks)
def test_sql_gives_the_same(question: Question, data: Path) -> None:
    with duckdb.connect(str(data / "archive" / question.watch / PUBLISHED), read_only=True) as client:
        rows = str(client.sql(question.sql).fetchall())
    assert [one for one in question.sql_holds if one not in rows] == []
