"""Writing a watch: what is written loads again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import AlertRule, Aspect, Day, Fact, Feed, Figure, Name, Parts, Role, Slot, Stage, TypedFact
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id
from pipeline.watches import load_watch, write_watch

URL = "https://example.org/feed.xml"
TEXT = 'The "mission" is led\\run by Kenya.\n\nIt is short of people.'
PARTS: dict[str, Any] = {
    "title": 'A "mission" \\ one\ttab',
    "names": [
        Name("Gang Suppression Force", valid_from=date(2025, 8, 28), valid_to=date(2026, 10, 2)),
        Name("GSF", acronym=True, context=("Haiti", "Haïti"), not_context=("flotilla",)),
    ],
    "sister_missions": [Name("BINUH", acronym=True)],
    "places": ["Port-au-Prince"],
    "languages": ["en", "ht"],
    "source_title": "A headline\x07",
    "outlet": "An outlet",
    "published": datetime(2025, 8, 24, 5, 30, tzinfo=UTC),
    "url": "https://example.org/story",
    "text": TEXT,
    "facts": [
        Fact(
            Aspect.LEAD,
            "MSS",
            Stage.IN_EFFECT,
            "Kenya",
            'The "mission" is led\\run by Kenya.',
            0,
            date(2024, 6, 25),
            TypedFact(Slot.LEAD, "", Parts(country="Kenya", figure=Figure.of(900), until=Day(date(2025, 10, 2)))),
        ),
        Fact(Aspect.STRENGTH, "MSS", Stage.IN_EFFECT, "short", "It is short of people.", 36),
    ],
    "feeds": [
        Feed(content_id("feed", URL), URL, "World", Role.WIRE, "a", "en", "global", timedelta(hours=36), "an OPML list")
    ],
    "rules": [AlertRule("lead", frozenset({Aspect.LEAD}), frozenset({Stage.DECIDED}), 0.75, ("file:desk",))],
}


def test_what_is_written_loads_again(tmp_path: Path) -> None:
    paths = write_watch(tmp_path / "New Watch", **PARTS)

    watch = load_watch(tmp_path / "New Watch")
    assert [path.name for path in paths] == ["watch.toml", "baseline.toml", "baseline.md", "feeds.toml"]
    assert (watch.slug, watch.title) == ("new-watch", PARTS["title"])
    assert (watch.places, watch.languages) == (("Port-au-Prince",), ("en", "ht"))
    assert list(watch.names) == PARTS["names"]
    assert list(watch.sister_missions) == PARTS["sister_missions"]
    assert list(watch.feeds) == PARTS["feeds"]
    assert list(watch.rules) == PARTS["rules"]
    assert list(watch.baseline.facts) == PARTS["facts"]
    assert (watch.baseline.title, watch.baseline.outlet) == ("A headline\x07", "An outlet")
    assert (watch.baseline.published, watch.baseline.url) == (PARTS["published"], PARTS["url"])
    assert watch.baseline.text == TEXT


def test_the_slug_stays_when_the_folder_is_moved(tmp_path: Path) -> None:
    write_watch(tmp_path / "haiti", **PARTS)
    (tmp_path / "haiti").rename(tmp_path / "other")

    assert load_watch(tmp_path / "other").slug == "haiti"


def test_a_watch_without_rules_gets_one_that_takes_every_change(tmp_path: Path) -> None:
    write_watch(tmp_path / "w", **{**PARTS, "rules": [], "feeds": [], "url": "", "facts": []})

    watch = load_watch(tmp_path / "w")
    assert watch.rules == (AlertRule("everything", frozenset(), frozenset(), 0.5, ("console", "file")),)
    assert (watch.feeds, watch.baseline.url, watch.baseline.facts) == ((), "", ())


def test_line_ends_of_the_article_become_plain_ones(tmp_path: Path) -> None:
    fact = Fact(Aspect.LEAD, "MSS", Stage.IN_EFFECT, "Kenya", "led by\r\nKenya", 0)

    write_watch(tmp_path / "w", **{**PARTS, "text": "It is led by\r\nKenya\r\n", "facts": [fact]})

    assert load_watch(tmp_path / "w").baseline.text == "It is led by\nKenya"


def test_a_watch_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / "feeds.toml").write_text("mine")

    with pytest.raises(UsageError, match=r"has a feeds\.toml already"):
        write_watch(folder, **PARTS)

    assert [path.name for path in folder.iterdir()] == ["feeds.toml"]
    assert (folder / "feeds.toml").read_text() == "mine"


def test_other_files_of_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text("mine")

    write_watch(tmp_path, **PARTS)

    assert (tmp_path / "article.txt").read_text() == "mine"


def test_values_that_make_no_watch_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    fact = Fact(Aspect.LEAD, "MSS", Stage.IN_EFFECT, "Kenya", "Nobody said so.", 0)

    with pytest.raises(UsageError, match=r"No watch can be made for .*baseline\.toml:13: the quote does not stand"):
        write_watch(tmp_path / "w", **{**PARTS, "facts": [fact]})

    assert not (tmp_path / "w").exists()


def test_a_folder_that_is_a_file_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("x")

    with pytest.raises(UsageError, match="is not a folder"):
        write_watch(tmp_path / "w", **PARTS)


def test_a_folder_that_cannot_be_made_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("x")

    with pytest.raises(UsageError, match="can't be written: Not a directory"):
        write_watch(tmp_path / "w" / "inner", **PARTS)
