"""``missionwatch mcp`` as a client starts it: a process that answers on its standard output, and what it may write."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from mcp import Client, StdioServerParameters

from flows.cli import main
from pipeline.model import Aspect
from pipeline.storage import open_published, open_store, publish
from tests.ask.mcp_server.test_mcp_answers import CALLS, READING
from tests.ask.world import publish_world
from tests.board.corrections.world import CHIEF, POSTED, VOTE, World
from tests.storage.builders import NOW, RUN, at

ROOT = Path(__file__).resolve().parents[3]
HAITI = str(ROOT / "seeds" / "haiti")  # its slug is that of the world's watch


def started(data: Path, *options: str) -> StdioServerParameters:
    """How a client starts the command."""
    words = ["-m", "flows.cli", "mcp", HAITI, "--data-dir", str(data), *options]
    return StdioServerParameters(command=sys.executable, args=words, cwd=data, env={"PYTHONPATH": str(ROOT)})


def hashes(folder: Path) -> dict[str, str]:
    """What each file of a folder holds."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_no_tool_changes_a_file_whatever_the_protocols_version(tmp_path: Path, mode: Any) -> None:
    publish_world(tmp_path)
    before = hashes(tmp_path)
    async with Client(started(tmp_path), mode=mode) as client:
        assert sorted(tool.name for tool in (await client.list_tools()).tools) == READING
        for tool, arguments in CALLS.items():
            assert not (await client.call_tool(tool, arguments)).is_error
        for resource in (await client.list_resources()).resources[:1]:
            await client.read_resource(resource.uri)
    assert hashes(tmp_path) == before


@pytest.mark.slow
async def test_a_correction_does_what_the_command_mark_does(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.sync_watch(POSTED, at("2025-08-24"))
        world = World(store).reads(VOTE, CHIEF).ran(at("2025-10-05"))
        change = str(world.change(Aspect.STRENGTH).change_id)
    publish(tmp_path, RUN, NOW)

    async with Client(started(tmp_path, "--corrections", "Ana Lind")) as client:
        (tool,) = [one for one in (await client.list_tools()).tools if one.name not in READING]
        said = await client.call_tool(tool.name, {"target": change, "what": "wrong", "note": "a proposal only"})
        wrong = await client.call_tool(tool.name, {"target": change, "what": "nonsense", "note": "x"})
        told = await client.call_tool("why", {"what": change})

    assert not said.is_error, said.content
    assert wrong.is_error
    assert told.structured_content is not None
    assert [(one["kind"], one["author"], one["note"]) for one in told.structured_content["corrections"]] == [
        ("wrong", "Ana Lind", "a proposal only")
    ]
    with open_published(tmp_path) as store:
        assert [row["author"] for row in store.corrections("haiti")] == ["Ana Lind"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--tokens", "x"], "--tokens, --name and --origin are of --http."),
        (["--http", "--corrections", "Ana"], "every program of this machine could correct in that name"),
        (["--http", "--host", "0.0.0.0"], "it would let in everybody"),
        (["--http", "--tokens", "none"], "none, which holds the tokens, can't be read"),
    ],
)
def test_what_would_let_in_too_many_is_refused(tmp_path: Path, words: list[str], said: str) -> None:
    done = CliRunner().invoke(main, ["mcp", HAITI, "--data-dir", str(tmp_path), *words])
    assert done.exit_code == 2
    assert said in done.output


def test_the_help_has_the_lines_for_a_client() -> None:
    told = CliRunner().invoke(main, ["mcp", "--help"]).output
    assert '{"mcpServers": {"missionwatch": {' in told
    assert "--corrections NAME" in told
