"""A key in a feed's address reaches that feed, and nothing that is shown, stored or handed on."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from flows.cli import main
from pipeline.storage import LIVE, PUBLISHED
from tests.flows.serving.test_secrets import forms, holders, with_keyed_feeds
from tests.torture.small import make_small_watch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[2]
KEY = "fk-71d0c3e95b"  # a word that nothing else holds
# Nobody's server, and no public address: a feed that always fails.
FEEDS = f"""
[[feed]]
url = "http://127.0.0.1:9/rss?format=full&api_key={KEY}"
title = "A feed that fails"
role = "outlet"
family = "isle"
language = "en"
region = "Haiti"
expected_every = "24h"
confirmed_in = "https://isle-post.test/feeds?token={KEY}"
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What runs and commands left behind.

    Attributes:
        watch: the watch's own files, in which the key stands.
        left: the folder of all else: data, exports, and what each command printed, in a file of its name.
    """

    watch: Path
    left: Path


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A replay whose feeds all have the key, a round over a feed that fails, and each command over what they stored."""
    watch = with_keyed_feeds(make_small_watch(tmp_path_factory.mktemp("watch") / "haiti"), KEY)
    (watch / "feeds.toml").write_text(FEEDS)
    left = tmp_path_factory.mktemp("left")
    run = Commands(left, str(watch))
    run("replay", "--data-dir", str(left / "replayed"), environ={"MISSIONWATCH_LOG": "json"})
    run("run", "--once", "--data-dir", str(left / "lived"), ends=5)
    for name in ("replayed", "lived"):
        data = ("--data-dir", str(left / name))
        for words in (["board"], ["changes", "--json"], ["metrics", "--once"]):
            run(*words, *data)
        run("why", *data, f"http://127.0.0.1:9/unknown?api_key={KEY}", ends=2)
        run("doctor", "--offline", *data, ends=None)
        run("doctor", "--offline", "--json", *data, ends=None)
        run("page", *data)
        run("export", "--format", "json", "--to", str(left / f"{name}-exported"), *data)
    run("why", "--data-dir", str(left / "lived"), f"http://127.0.0.1:9/rss?format=full&api_key={KEY}")
    run("evidence", "--data-dir", str(left / "replayed"), change_in(left), "--out", str(left / "pack.zip"))
    run("feeds", "export", "--opml", str(left / "feeds.opml"))
    run("check", ends=5)
    run("check", "--json", ends=5)
    with zipfile.ZipFile(left / "pack.zip") as pack:
        pack.extractall(left / "pack")
    return Ran(watch, left)


class Commands:
    """Runs commands over a watch, and keeps what each prints in a file."""

    def __init__(self, out: Path, watch: str) -> None:
        self._out, self._watch, self._number = out, watch, 0

    def __call__(self, *words: str, ends: int | None = 0, environ: dict[str, str] | None = None) -> None:
        at = 2 if words[0] == "feeds" else 1
        asked = [*words[:at], self._watch, *words[at:]]
        if words[0] in ("replay", "run"):
            code, said = self._in_a_process(asked, environ or {})
        else:
            done = CliRunner().invoke(main, asked)
            code, said = done.exit_code, done.output
        self._number += 1
        (self._out / f"{self._number}-{words[0]}.txt").write_text(said)
        assert ends in (None, code), (words, said[-2000:])

    def _in_a_process(self, words: list[str], environ: dict[str, str]) -> tuple[int, str]:
        more = {**os.environ, "MISSIONWATCH_WORKERS": "1", **environ}
        line = [sys.executable, "-m", "tests.torture.unengined", *words]
        done = subprocess.run(line, cwd=ROOT, env=more, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def change_in(left: Path) -> str:
    with duckdb.connect(str(left / "replayed" / PUBLISHED), read_only=True) as client:
        return str(client.execute("SELECT change_id FROM changes WHERE verdict <> 'baseline' LIMIT 1").fetchall()[0][0])


def test_the_feeds_were_polled_by_their_whole_addresses(ran: Ran) -> None:
    with duckdb.connect(str(ran.left / "replayed" / PUBLISHED), read_only=True) as client:
        polls = client.execute("SELECT DISTINCT outcome, status FROM poll WHERE entries > 0").fetchall()
        urls = client.execute("SELECT DISTINCT regexp_extract(url, '\\?.*') FROM feed").fetchall()
    assert polls == [("ok", 200)]  # the archive's server knows no other address
    assert urls == [("?api_key=…",)]


def test_the_feed_that_failed_is_told_with_its_address_but_for_the_key(ran: Ran) -> None:
    with duckdb.connect(str(ran.left / "lived" / PUBLISHED), read_only=True) as client:
        ((url, reason),) = client.execute("SELECT url, last_reason FROM feed_health").fetchall()
    assert url == "http://127.0.0.1:9/rss?format=full&api_key=…"
    assert "http://127.0.0.1:9/rss?format=full&api_key=…" in reason


def test_the_key_stands_in_no_file_that_was_left(ran: Ran) -> None:
    names = {path.name for path in ran.left.rglob("*") if path.is_file()}
    assert {LIVE, PUBLISHED, "haiti.jsonl", "index.html", "feed_health.json", "feeds.opml", "pack.zip"} <= names
    assert holders(ran.left, KEY) == []


@pytest.mark.parametrize("name", [f"replayed/{LIVE}", f"replayed/{PUBLISHED}", f"lived/{LIVE}", f"lived/{PUBLISHED}"])
def test_the_key_stands_in_no_text_of_the_stores(ran: Ran, name: str) -> None:
    with duckdb.connect(str(ran.left / name), read_only=True) as client:
        columns = client.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE data_type = 'VARCHAR'"
        ).fetchall()
        asked = 'SELECT count(*) FROM "{}" WHERE contains("{}", ?)'
        held = [names for names in columns if client.execute(asked.format(*names), [KEY]).fetchall() != [(0,)]]
    assert ("feed", "url") in columns
    assert held == []


def test_the_search_would_find_it(ran: Ran) -> None:
    assert "feeds.toml: as it is" in holders(ran.watch, KEY)
    assert forms(KEY)["as it is"] == KEY.encode()
