"""A newcomer's ten minutes: from an article of a mission that the repository does not know to a first board.

The commands and the article are those of docs/watches.md, word for word; the outlet is a small one on loopback.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from pipeline.cli.clock import wall_clock
from tests.outlet import Outlet, serving

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "watches.md").read_text("utf-8")
HEADING = "## Ten minutes, from an article to a board"
LIMIT = 300  # seconds for all commands, on a machine that does much else: ten minutes are for reading, too

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def fenced(kind: str) -> str:
    """The first block of ``kind`` under the page's heading."""
    part = PAGE.split(HEADING, 1)[1].split("\n## ", 1)[0]
    found = re.search(rf"^```{kind}\n(.*?)^```", part, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def of_today(outlet: Outlet, now: datetime) -> None:
    """What the outlet tells on the day on which the test runs."""
    until = f"{now + timedelta(days=200):%-d %B %Y}"
    outlet.welcomes()
    outlet.tells(
        "Fishing season opens in Melo",
        "The fishing season opened in Melo on the morning tide with a blessing of the boats. Prices for cod were up by "
        "a tenth on last year, the harbour master said. The catch of the first day came to forty tonnes, most of it "
        "sold at auction before noon to buyers from three countries along the coast.",
        published=now - timedelta(hours=5),
    )
    outlet.tells(
        "Council renews observers' stay in Tarsk",
        "The African Union Peace and Security Council extended the mandate of the Tarsk Truce Observer Mission "
        f"(TATOM) until {until}.",
        "All members voted in favour at the session in Addis Ababa, a statement said.",
        "The mission was sent to watch the truce between the government and the northern front.",
        published=now - timedelta(hours=3),
    )
    outlet.tells(
        "Ghana takes over command of Tarsk observers",
        "Major General Kofi Boateng of Ghana now commands the Tarsk Truce Observer Mission (TATOM), the mission said.",
        "He succeeds Brigadier General Awa Sarr, who has gone home to Dakar. The handover took place in Melo.",
        published=now - timedelta(hours=2),
    )


def called(command: str, folder: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    words = shlex.split(command)
    assert words[0] == "missionwatch"
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *words[1:]],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def board_of(shown: str) -> dict[tuple[str, str], str]:
    """The values of a board as it is shown, by aspect and subject; an aspect stands in the first of its rows."""
    rows: dict[tuple[str, str], str] = {}
    aspect = ""
    for line in shown.splitlines():
        cells = [cell.strip() for cell in line.split("│")[1:-1]]
        if len(cells) > 3:
            aspect = cells[0] or aspect
            rows[aspect, cells[1]] = cells[2]
    return rows


def test_from_an_article_of_an_unknown_mission_to_a_first_board(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "tarsk.txt").write_text(fenced("text"), "utf-8")
    now = wall_clock().replace(microsecond=0)
    told: dict[str, subprocess.CompletedProcess[str]] = {}
    with serving(Outlet()) as outlet:
        of_today(outlet, now)
        environ = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PREFECT_HOME": str(tmp_path / "prefect"),
            "MISSIONWATCH_OWN_SERVERS": outlet.grant,
            "MISSIONWATCH_SITE": "true",
        }
        began = monotonic()
        for command in fenced("sh").splitlines():
            told[command.split()[1]] = done = called(command, tmp_path, environ)
            assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        seconds = monotonic() - began
    with capsys.disabled():
        print(f"\nA newcomer's commands, from an article to a board: {seconds:.0f} s")

    # What init shows is what the page says that it shows.
    shown = re.split(r"`init` shows what\s+it found:\n\n", PAGE)[1].split("\n\n")[0].splitlines()
    assert told["init"].stdout.splitlines()[: len(shown)] == [line.removeprefix("    ") for line in shown]
    assert "ok       Melo Tideline: rss, 3 entries, the newest of 2 hours ago" in told["check"].stdout
    rows = board_of(told["board"].stdout)
    assert rows["lead", "lead"] == "Senegal (not confirmed since 2025-04-02)"
    assert rows["strength", "ceiling"] == "900 personnel (not confirmed since 2025-04-02)"
    assert rows["mandate", "mandate"] == f"until {now + timedelta(days=200):%-d %b %Y}"
    assert rows["command", "force commander"] == "Kofi Boateng of Ghana"
    assert "extended the mandate of the Tarsk Truce Observer Mission" in told["changes"].stdout
    assert (tmp_path / "missionwatch-data" / "site" / "tarsk" / "index.html").is_file()
    assert (tmp_path / "missionwatch-data" / "alerts" / "tarsk.jsonl").read_text("utf-8").count("\n") >= 1
    assert seconds < LIMIT
