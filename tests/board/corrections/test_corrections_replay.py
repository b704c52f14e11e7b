"""Marks over real replays of a small archive, by the commands as a person would type them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import prefect_home

ROOT = Path(__file__).resolve().parents[3]
HAITI = ROOT / "seeds" / "haiti"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

VOTE = (
    "The UN Security Council on Tuesday set the ceiling of the Gang Suppression Force in Haiti at "
    "5,000 soldiers and police officers.\n\n"
    "The resolution, which the United States and Panama had submitted, turns the Multinational Security Support (MSS) "
    "mission into the new force.\n\nTwelve members voted in favour. China, Russia and Pakistan abstained.\n\n"
    "The costs of personnel are to be met from voluntary contributions, and a support office will look after supplies."
)
LATER = (
    "Kenya withdrew its 700 police officers from the Gang Suppression Force in Haiti on Thursday, the ministry in "
    "Nairobi said.\n\nThe last of them left Port-au-Prince by air in the afternoon.\n\n"
    "Kenya had sent the first of them in June 2024, and had led the mission that went before the force."
)


class Desk:
    """A watch over a small archive, and a person at a terminal."""

    def __init__(self, base: Path) -> None:
        self.base, self.folder = base, base / "haiti"
        archive = self.folder / "archive"
        archive.mkdir(parents=True)
        for name in ("watch.toml", "baseline.md", "baseline.toml", "feeds.toml"):
            (self.folder / name).write_bytes((HAITI / name).read_bytes())
        (archive / "outlets.toml").write_bytes((HAITI / "archive" / "outlets.toml").read_bytes())
        articles = [
            self._article("vote", "2025-10-01T06:30:00+02:00", "Security Council decides on Haiti", VOTE),
            self._article("more", "2025-10-03T06:30:00+02:00", "Kenya withdraws its police officers from Haiti", LATER),
        ]
        (archive / "articles.jsonl").write_text("".join(articles), "utf-8")
        prefect_home.ready(base / "prefect", "prefect.db")

    @staticmethod
    def _article(number: str, published: str, title: str, text: str) -> str:
        outlet = "Helvetia World News"
        told = {"id": number, "outlet": outlet, "published": published, "title": title, "text": text, "source_url": ""}
        return json.dumps(told) + "\n"

    def types(self, *words: str, store: str = "data") -> str:
        """A command of ``missionwatch``; what it prints."""
        group, rest = (words[:2], words[2:]) if words[0] == "marks" else (words[:1], words[1:])
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli", *group, str(self.folder), *rest, "--data-dir", str(self.base / store)],
            cwd=ROOT,
            env={**os.environ, "PREFECT_HOME": str(self.base / "prefect"), "MISSIONWATCH_AUTHOR": "ana"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def board(self, store: str = "data") -> list[tuple[Any, ...]]:
        """Each row of the board: aspect, subject, stage, value."""
        rows = [json.loads(line) for line in self.types("board", "--json", store=store).splitlines()]
        return sorted((row["aspect"], row["subject"], row["stage"], row["value"]) for row in rows)

    def ids(self) -> dict[str, str]:
        """The last change of each aspect that is not the baseline's, by the aspect."""
        rows = [json.loads(line) for line in self.types("changes", "--json").splitlines()]
        return {row["aspect"]: row["change_id"] for row in rows}


def test_marks_outlive_a_replay_on_a_fresh_store_and_the_past_read_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.types("replay")
    untouched, ids = desk.board(), desk.ids()
    assert len(ids) >= 2  # else this test would show nothing
    pinned, wrong = ids.pop("contributors"), next(iter(ids.values()))

    desk.types("mark", wrong, "wrong", "--note", "not what was voted")
    desk.types("mark", pinned, "pin", "--value", "700 police", "--note", "the ministry said so")
    outcome = desk.board()
    assert outcome != untouched
    assert any(row[3] == "700 police" for row in outcome)

    desk.types("reread", "--apply")
    assert desk.board() == outcome

    file = str(tmp_path / "marks.jsonl")
    desk.types("marks", "export", "--to", file)
    desk.types("marks", "import", file, store="fresh")
    desk.types("replay", store="fresh")
    assert desk.board("fresh") == outcome
