"""The command: what it refuses before it serves, how a token is made, and the whole of it as a process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.site.build import build
from pipeline.site.web.tokens import TokenFile, whose
from tests.ask.api.asker import Asker
from tests.clients.world import make_world
from tests.site.world import write_world

ROOT = Path(__file__).resolve().parents[3]
HAITI = str(ROOT / "seeds" / "haiti")


def command(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["api", *arguments], catch_exceptions=False)


def test_a_new_token_is_printed_and_its_hash_kept(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    done = command("--tokens", str(file), "--new-token", "desk")

    assert done.exit_code == 0
    assert whose(done.stdout.strip(), TokenFile(file).load()) == "desk"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Missing argument 'DIR...'"),
        (("--new-token", "desk"), "--new-token needs the file that its hash is added to."),
        ((HAITI, "--host", "0.0.0.0"), "At 0.0.0.0 others than this machine can ask, and no token is asked for."),
        ((HAITI, "--cors", "*"), "'*' is no origin that can be let in."),
        ((HAITI, "--tokens", "/nowhere/tokens"), "/nowhere/tokens, which holds the tokens, can't be read"),
        ((HAITI, HAITI), "are both the watch 'haiti'"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_served(arguments: tuple[str, ...], told: str) -> None:
    done = command(*arguments)

    assert done.exit_code == 2
    assert told in done.output


def test_the_help_shows_how_it_is_asked() -> None:
    told = command("--help").output

    assert "curl http://127.0.0.1:8080/v1/haiti/board" in told
    assert "--new-token desk" in told


@pytest.mark.slow
def test_the_command_answers_until_it_is_told_to_stop(tmp_path: Path) -> None:
    make_world(tmp_path)
    tokens = tmp_path / "tokens"
    token = command("--tokens", str(tokens), "--new-token", "desk").stdout.strip()
    process = subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "api", HAITI, f"--data-dir={tmp_path}", "--port=0", f"--tokens={tokens}"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        url = process.stderr.readline().split()[1]
        with pytest.raises(HTTPError, match="401"):
            urlopen(url, timeout=30)
        with urlopen(Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=30) as answer:
            told = json.load(answer)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    finally:
        process.kill()

    assert [one["watch"] for one in told["watches"]] == ["haiti"]
    assert process.returncode == 0


@pytest.mark.slow
def test_each_file_that_a_run_writes_for_the_page_is_served(tmp_path: Path, serve) -> None:
    pytest.importorskip("vl_convert", reason="vl-convert-python, which draws the timeline, is not installed")
    write_world(tmp_path)
    site = build(tmp_path, "haiti", "Haiti").page.parent
    client: Asker = serve(tmp_path)
    names = [path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()]
    answers = {name: client.ask(f"/site/haiti/{name}") for name in names}

    assert len(answers) > 10
    assert "slots/term.atom" in answers
    assert [name for name, one in answers.items() if one.content != (site / name).read_bytes()] == []
