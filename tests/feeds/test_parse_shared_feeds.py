"""The test feeds of feedparser and real feeds, where they are at hand."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.feeds.parse import parse_feed
from pipeline.model.errors import ContentError

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SHARED = Path(os.environ.get("MISSIONWATCH_SHARED") or Path(__file__).resolve().parents[3] / "shared") / "feeds"


def tally(folder: str) -> Counter[str]:
    """How many files of a folder were read, by kind, or refused, by code; anything else fails the test."""
    root = SHARED / folder
    if not root.is_dir():
        pytest.skip(f"{folder}: the shared feeds are not here; set MISSIONWATCH_SHARED to their folder")
    outcomes: Counter[str] = Counter()
    for path in sorted(root.rglob("*")):
        if path.suffix not in {".xml", ".rss", ".atom", ".json"}:
            continue
        url = f"https://courier.example/{path.name}"
        try:
            parsed = parse_feed(path.read_bytes(), content_type="application/xml", url=url, now=NOW)
        except ContentError as error:
            outcomes[error.code if path.name in error.message else "unnamed"] += 1
        else:
            outcomes[parsed.kind] += 1
            outcomes["entries"] += len(parsed.entries)
            for entry in parsed.entries:
                assert entry.link.startswith(("http://", "https://"))
                assert entry.guid
                f"{entry.guid}{entry.title}{entry.summary}".encode()
    return outcomes


def test_all_real_feeds_are_read_or_refused_with_a_reason() -> None:
    outcomes = tally("real")

    assert outcomes.pop("entries") >= 250
    assert outcomes == {"rss": 26, "atom": 17, "json": 5, "rdf": 2, "not-a-feed": 2}


def test_all_test_feeds_of_feedparser_are_read_or_refused_with_a_reason() -> None:
    outcomes = tally("feedparser")

    assert outcomes.pop("entries") >= 100
    assert sum(outcomes.values()) == 2106
    assert "unnamed" not in outcomes
    assert outcomes["not-a-feed"] + outcomes["html-instead-of-feed"] <= 9
