"""What a new user does with the installed command: an example, a watch of their own, a replay, a round, documents."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.wheel.build import call

ARTICLE = """A force for the Sahel

The Sahel Stabilisation Force will deploy 2,000 soldiers to Tarn in June, the African Union said on Saturday.

Ghana leads the Sahel Stabilisation Force. Its mandate runs until 31 December 2025.
"""
# Of the top-level domain that never resolves (RFC 6761): a round is made, and no feed can be reached.
FEED = """
[[feed]]
url = "https://feeds.invalid/feed.xml"
title = "Nobody"
role = "outlet"
family = "nobody"
language = "en"
region = "global"
expected_every = "24h"
"""
DAYS_END = "2025-06-11"
STEPS = ("version", "example", "check", "init", "run", "replay", "brief", "docs")


def use(command: Path, folder: Path) -> Iterator[tuple[str, subprocess.CompletedProcess[str], float]]:
    """Do each of :data:`STEPS` in ``folder``; what came of it, and the seconds that it took."""
    (folder / "article.txt").write_text(ARTICLE, "utf-8")
    init = ("init", "sahel", "--article", "article.txt", "--published", "2025-03-01", "--yes")
    for step, words in (
        ("version", ("--version",)),
        ("example", ("example", "lebanon")),
        ("check", ("check", "lebanon", "--offline")),
        ("init", (*init, "--feeds-from", "region:kenya")),
        ("run", ("run", "sahel", "--once")),
        ("replay", ("replay", "lebanon")),
        ("brief", ("brief", "lebanon", "--archive", "--since", "2025-06-03", "--until", "2025-06-10")),
        ("docs", ("docs", "briefs")),
    ):
        if step == "replay":
            _shorten(folder / "lebanon" / "archive" / "articles.jsonl")
        if step == "run":
            (folder / "sahel").mkdir(exist_ok=True)
            (folder / "sahel" / "feeds.toml").write_text(FEED, "utf-8")
        started = time.monotonic()
        yield step, call(command, *words, folder=folder), time.monotonic() - started


def _shorten(articles: Path) -> None:
    """Leave the first days of an archive: that it is replayed is to be seen, and not all that comes of it."""
    lines = articles.read_text("utf-8").splitlines(keepends=True)
    articles.write_text("".join(line for line in lines if json.loads(line)["published"] < DAYS_END), "utf-8")
