"""Lines of JSON for whoever collects logs: what is in them, and what never is."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.runtime import logs

SECRET = "hunter2-hunter2"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logs.start(stream=stream, secrets=[SECRET])
    yield stream
    logs.stop(handler)


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_a_line_with_its_time_level_name_and_fields(out: io.StringIO):
    logs.event("run.ended", outcome="ok", seconds=1.5, counts={"feeds": 3})

    (line,) = lines(out)
    assert datetime.fromisoformat(line.pop("at")).tzinfo is not None
    assert line == {"level": "info", "event": "run.ended", "outcome": "ok", "seconds": 1.5, "counts": {"feeds": 3}}


def test_what_is_bound_stands_in_each_line_of_the_block_and_in_none_after(out: io.StringIO):
    with logs.bound(watch="haiti", run=UUID(int=7)):
        with logs.bound(stage="poll"):
            logs.event("a")
        logs.event("b")
    logs.event("c")

    a, b, c = lines(out)
    assert (a["watch"], a["stage"], a["run"]) == ("haiti", "poll", str(UUID(int=7)))
    assert ("stage" in b, "watch" in c) == (False, False)


def test_a_warning_of_a_library_comes_as_a_line_too(out: io.StringIO):
    logging.getLogger("some.library").warning("odd: %s", "x")

    (line,) = lines(out)
    assert (line["event"], line["logger"], line["message"], line["level"]) == (
        "library.log",
        "some.library",
        "odd: x",
        "warning",
    )


def test_a_library_that_sets_up_its_own_logging_does_not_silence_ours(out: io.StringIO):
    import logging.config

    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False, "root": {"handlers": []}})
    logs.event("still.here")

    assert [line["event"] for line in lines(out)] == ["still.here"]


def test_times_spans_and_paths_are_told_as_text_that_can_be_read_back(out: io.StringIO):
    logs.event("x", at_time=datetime(2025, 10, 1, tzinfo=UTC), wait=timedelta(minutes=2), file=Path("a/b"))

    (line,) = lines(out)
    assert (line["at_time"], line["wait"], line["file"]) == ("2025-10-01T00:00:00+00:00", 120.0, "a/b")


def test_an_error_is_told_with_where_it_was_raised(out: io.StringIO):
    try:
        raise ValueError("no")
    except ValueError:
        logging.getLogger("missionwatch").exception("broke")

    (line,) = lines(out)
    assert (line["event"], line["error"]) == ("broke", "ValueError")
    assert line["traceback"].endswith("ValueError: no")


def test_without_a_start_nothing_is_logged(capsys: pytest.CaptureFixture[str]):
    logs.event("x")

    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "fields",
    [
        {"note": f"sent to {SECRET} at last"},
        {"deep": {"list": [f"x{SECRET}y"]}},
        {"password": SECRET[::-1]},
        {"api_key": SECRET[::-1]},
        {"counts": {"token": SECRET[::-1]}},
        {"note": f"mailtos://ann:{SECRET[::-1]}@mail.example failed"},
        {"note": f"https://ann:{SECRET[::-1]}@feeds.example/x?y=1 answers 401"},
        {"note": f"https://feeds.example/rss?format=1&apikey={SECRET[::-1]}"},
        {"note": f"slack://{SECRET[::-1]}/B/C"},
    ],
)
def test_no_secret_is_told(out: io.StringIO, fields: dict):
    logs.event("x", **fields)

    assert SECRET not in out.getvalue()
    assert SECRET[::-1] not in out.getvalue()


def test_of_an_address_of_the_web_all_that_is_no_secret_stays():
    assert logs.without_secrets("see https://a.example/rss?page=2&key=abc#x now") == (
        "see https://a.example/rss?page=2&key=…#x now"
    )


def test_the_secrets_of_a_watch_are_its_addresses_and_the_variables_that_hold_some():
    found = logs.secrets_of(["console", "file:x", "env:DESK", "env:NONE", "json://a:b@c/"], {"DESK": "slack://T/B"})

    assert found == {"slack://T/B", "json://a:b@c/"}


@given(st.text())
def test_whatever_is_told_is_one_line_of_json(text: str):
    stream = io.StringIO()
    handler = logs.start(stream=stream)
    try:
        logs.event("x", text=text, more={text: [text]})
    finally:
        logs.stop(handler)

    assert stream.getvalue().count("\n") == 1
    assert json.loads(stream.getvalue())["event"] == "x"


def test_a_handler_that_knows_nothing_of_fields_gets_them_as_text(caplog: pytest.LogCaptureFixture):
    logs.event("run.note", level=logging.WARNING, note="feed 'Post': timeout at https://ana:pw@post.example/")

    assert caplog.messages == ["run.note note: feed 'Post': timeout at https://…@post.example/"]
