"""A small watch to be killed often: ten articles of the first watch's archive, of the three days of its change."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

HAITI = Path(__file__).parents[2] / "seeds" / "haiti"
# One that says nothing of the mission, one without a text, one that is revised, and those that bring changes.
ARTICLES = frozenset(f"haiti-{n}" for n in ("039", "040", "041", "043", "044", "046", "047", "048", "102", "110"))


def make_small_watch(folder: Path, articles: frozenset[str] = ARTICLES) -> Path:
    """Make the watch in ``folder`` and return it: the first watch's files, with ``articles`` alone in its archive."""
    archive = folder / "archive"
    archive.mkdir(parents=True)
    for name in ("watch.toml", "baseline.toml", "baseline.md", "feeds.toml"):
        shutil.copyfile(HAITI / name, folder / name)
    lines = (HAITI / "archive" / "articles.jsonl").read_text("utf-8").splitlines()
    kept = [line for line in lines if json.loads(line)["id"] in articles]
    outlets = {json.loads(line)["outlet"] for line in kept}
    (archive / "articles.jsonl").write_text("\n".join(kept) + "\n", "utf-8")
    tables = re.split(r"(?m)^(?=\[\[)", (HAITI / "archive" / "outlets.toml").read_text("utf-8"))
    used = [t for t in tables if t.startswith("[[feed]]") and any(f'"{name}"' in t for name in outlets)]
    wanted = {name for table in used for name in re.findall(r'"([^"]+)"', table.split("outlets =", 1)[1])}
    used += [t for t in tables if t.startswith("[[outlet]]") and _name(t) in wanted]
    (archive / "outlets.toml").write_text("".join(used), "utf-8")
    return folder


def _name(table: str) -> str:
    found = re.search(r'(?m)^name = "([^"]+)"', table)
    return found[1] if found else ""
