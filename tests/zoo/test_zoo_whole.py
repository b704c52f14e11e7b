"""The whole zoo and all shared feeds in one run: no crash, no hang, everything stored, memory bounded."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from tests.zoo.keeper import SECONDS, all_answers
from tests.zoo.site import Answer, sends, serving

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 1.5 * 2**30  # bytes, of the process and all its workers together
FEED_FILES = {".xml", ".rss", ".atom", ".json"}


def resident(pid: int) -> int:
    """Bytes that a process and its children hold in memory, shared pages counted each time."""
    total = 0
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        total = pages * 4096
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(resident(int(child)) for child in (task / "children").read_text().split())
    return total


def met(answers: dict[str, Answer], folder: Path) -> tuple[dict[str, list[object]], int]:
    """What a process of its own made of ``answers``, and the most memory that it held."""
    feeds = [name for name in answers if not name.startswith("page-") and name != "xxe"]
    pages = [name for name in answers if name.startswith("page-")]
    with serving(answers) as site:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.zoo.whole_run"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        over, most = threading.Event(), [0]

        def watch() -> None:
            while not over.wait(0.02):
                most[0] = max(most[0], resident(process.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            asked = {"port": site.port, "feeds": feeds, "pages": pages, "folder": str(folder)}
            out, _ = process.communicate(json.dumps(asked))
        finally:
            process.kill()
            process.wait()
            over.set()
            watcher.join()
        assert process.returncode == 0
        assert site.forbidden == 0
    return json.loads(out), most[0]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc, which Linux has")
def test_the_whole_zoo_ends_with_everything_stored_and_in_bounded_memory(tmp_path: Path) -> None:
    answers = all_answers()

    told, most = met(answers, tmp_path)

    assert told.keys() == answers.keys() - {"xxe"}
    assert [name for name, (_, _, seconds) in told.items() if seconds > SECONDS] == []
    assert most < MEMORY, f"{most / 2**20:.0f} MiB"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc, which Linux has")
def test_all_shared_feeds_are_polled_over_http_with_an_outcome_and_in_bounded_memory(
    shared: Path, tmp_path: Path
) -> None:
    files = [path for path in sorted((shared / "feeds").rglob("*")) if path.suffix in FEED_FILES]
    answers = {f"shared-{number}": sends(path.read_bytes) for number, path in enumerate(files)}

    told, most = met(answers, tmp_path)

    outcomes = Counter(outcome for outcome, _, _ in told.values())
    assert sum(outcomes.values()) == len(files) >= 2_150
    assert outcomes["ok"] + outcomes["empty"] == len(files) - outcomes["not_a_feed"] - outcomes["html"]
    assert outcomes["not_a_feed"] + outcomes["html"] <= 11
    assert max(seconds for _, _, seconds in told.values()) < SECONDS
    assert most < MEMORY, f"{most / 2**20:.0f} MiB"
