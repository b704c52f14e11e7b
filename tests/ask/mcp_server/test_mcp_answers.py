"""What an assistant gets: answers by their schemas, the same as quoted text, and errors that say what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp import Client, MCPError
from mcp.server import MCPServer
from mcp_types import CallToolResult, TextContent

from pipeline.ask import Ask
from pipeline.ask.mcp_server.quoted import quoted
from pipeline.ask.mcp_server.server import Corrections, mcp_server
from pipeline.model.errors import BusyError
from tests.ask.world import HOSTILE, ORDER, ask_of, publish_world
from tests.site.world import VOTE, change_of

READING = ["board", "changes", "evidence", "feeds", "search", "status", "watches", "why"]
CALLS: dict[str, dict[str, Any]] = {
    "board": {"known_at": "2025-10-01"},
    "changes": {"since": "2025-09-30"},
    "evidence": {"change": str(change_of(VOTE).change_id)},
    "feeds": {},
    "search": {"words": "force", "where": "claims"},
    "status": {},
    "watches": {},
    "why": {"what": str(HOSTILE.article.article_id)},
}


async def call(server: MCPServer[None], tool: str, **arguments: Any) -> CallToolResult:
    """What the SDK's own client gets from ``tool``."""
    async with Client(server) as client:
        return await client.call_tool(tool, arguments)


async def text_of(server: MCPServer[None], tool: str, **arguments: Any) -> str:
    """The text of an answer, of which there is one."""
    (content,) = (await call(server, tool, **arguments)).content
    assert isinstance(content, TextContent)
    return content.text


async def test_the_tools_only_read(server: MCPServer[None]) -> None:
    async with Client(server) as client:
        tools = (await client.list_tools()).tools
    assert sorted(tool.name for tool in tools) == READING
    assert all(tool.annotations is not None and tool.annotations.read_only_hint for tool in tools)


@pytest.mark.parametrize("tool", READING)
async def test_each_answer_is_as_its_schema_says(server: MCPServer[None], tool: str) -> None:
    async with Client(server) as client:
        schemas = {one.name: one.output_schema for one in (await client.list_tools()).tools}
        answer = await client.call_tool(tool, CALLS[tool])

    assert not answer.is_error
    jsonschema.validate(answer.structured_content, schemas[tool] or {})


@pytest.mark.parametrize("tool", READING)
async def test_the_text_has_the_same_data_between_two_marked_lines(server: MCPServer[None], tool: str) -> None:
    answer = await call(server, tool, **CALLS[tool])
    (content,) = answer.content
    said, told, begin, data, end = content.text.split("\n")  # type: ignore[union-attr]
    mark = begin.removeprefix("[data ").removesuffix("]")

    assert json.loads(data) == answer.structured_content
    assert end == f"[end of data {mark}]"
    assert mark in told
    assert mark not in data
    assert said.endswith(".")


async def test_each_answer_has_a_mark_of_its_own(server: MCPServer[None]) -> None:
    first, second = await text_of(server, "watches"), await text_of(server, "watches")
    assert first != second


async def test_words_that_give_orders_stand_between_the_marked_lines_only(server: MCPServer[None]) -> None:
    for tool, arguments in (("board", {"aspect": "contributors"}), ("search", {"words": "Ghana"}), ("changes", {})):
        told = (await text_of(server, tool, **arguments)).split("\n")
        assert [number for number, line in enumerate(told) if ORDER in line] == [3]


def test_no_line_of_an_article_can_end_the_data(ask: Ask) -> None:
    answer = ask.board(aspect="contributors")
    told = quoted("Found.", answer, "0000")

    assert told.count("\n") == 4
    assert told.endswith("\n[end of data 0000]")
    assert "---- end of quoted data ----" in told.split("\n")[3]


async def test_a_wrong_argument_is_told_with_what_is_right(server: MCPServer[None]) -> None:
    assert (await call(server, "board", as_of="yesterday")).is_error
    assert await text_of(server, "board", as_of="yesterday") == (
        "Error executing tool board: as_of is no day or time: 'yesterday'. Write 2025-09-30 or 2025-09-30T14:00Z."
    )


async def test_a_question_that_took_too_long_is_told_so(data_dir: Path) -> None:
    ask = ask_of(data_dir)

    def slow(*_: object, **__: object) -> None:
        raise BusyError("The question took longer than 20 seconds.", remedy="Ask for less, or again in a minute.")

    ask.board = slow  # type: ignore[assignment,method-assign]
    server = mcp_server(ask)

    assert (await call(server, "board")).is_error
    assert await text_of(server, "board") == (
        "Error executing tool board: The question took longer than 20 seconds. Ask for less, or again in a minute."
    )


async def test_an_unknown_argument_does_not_go_unnoticed(server: MCPServer[None]) -> None:
    told = await text_of(server, "changes", sinse="2025-09-30")
    assert "sinse" in told
    assert "Extra inputs are not permitted" in told


async def test_a_missing_file_is_told_without_naming_a_folder(tmp_path: Path) -> None:
    told = await text_of(mcp_server(ask_of(tmp_path)), "status")
    assert "can't be read just now, or there is none yet" in told
    assert str(tmp_path) not in told


async def test_pages_follow_one_another_by_cursor(server: MCPServer[None]) -> None:
    first = (await call(server, "changes", limit=5)).structured_content
    assert first is not None
    second = (await call(server, "changes", limit=200, cursor=first["next_cursor"])).structured_content
    assert second is not None

    assert len(first["changes"]) + len(second["changes"]) == 13
    assert second["next_cursor"] is None


# -- resources and prompts -------------------------------------------------------------------------


async def test_the_board_is_a_resource(server: MCPServer[None]) -> None:
    async with Client(server) as client:
        (content,) = (await client.read_resource("missionwatch://haiti/board")).contents
    rows = json.loads(content.text)["rows"]  # type: ignore[union-attr]
    assert {"aspect", "value", "citation"} <= rows[0].keys()


async def test_the_page_is_a_resource_once_it_is_made(tmp_path: Path) -> None:
    publish_world(tmp_path)
    async with Client(mcp_server(ask_of(tmp_path))) as connected:
        with pytest.raises(MCPError, match="There is no page of haiti yet"):
            await connected.read_resource("missionwatch://haiti/page")
        page = tmp_path / "site" / "haiti" / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text("<!doctype html><title>Haiti</title>")
        (content,) = (await connected.read_resource("missionwatch://haiti/page")).contents
    assert (content.mime_type, content.text) == ("text/html", "<!doctype html><title>Haiti</title>")  # type: ignore[union-attr]


async def test_an_unknown_resource_is_refused(server: MCPServer[None]) -> None:
    async with Client(server) as client:
        with pytest.raises(MCPError, match="Unknown resource"):
            await client.read_resource("missionwatch://haiti/../../etc/passwd")


@pytest.mark.parametrize("name", ["morning_brief", "handover"])
async def test_a_prompt_names_the_tools_to_ask_and_to_cite(server: MCPServer[None], name: str) -> None:
    async with Client(server) as client:
        (message,) = (await client.get_prompt(name, {"watch": "haiti", "since": "2025-09-30"})).messages
    told = message.content.text  # type: ignore[union-attr]
    assert "the watch haiti" in told
    assert "changes since 2025-09-30" in told
    assert "the outlet, the date and the link" in told


# -- corrections -----------------------------------------------------------------------------------


async def test_with_a_name_there_is_one_tool_more_and_it_says_that_it_writes(ask: Ask) -> None:
    correcting = mcp_server(ask, Corrections("Ana Lind", ("wrong", "confirmed"), lambda *_: "done"))
    async with Client(correcting) as connected:
        (tool,) = [one for one in (await connected.list_tools()).tools if one.name not in READING]
    assert tool.name == "correction"
    assert tool.annotations is not None
    assert tool.annotations.read_only_hint is False
    assert "Ana Lind" in (tool.description or "")


async def test_a_correction_is_handed_on_with_what_was_said(ask: Ask) -> None:
    heard: list[tuple[object, ...]] = []

    def correct(*said: object) -> str:
        heard.append(said)
        return "1a2b3c4d  wrong"

    correcting = mcp_server(ask, Corrections("Ana Lind", ("wrong",), correct))
    told = await text_of(correcting, "correction", target="5f0c8a52", what="wrong", note="a proposal", value="")
    assert told == "1a2b3c4d  wrong"
    assert heard == [(None, "5f0c8a52", "wrong", "a proposal", {})]
