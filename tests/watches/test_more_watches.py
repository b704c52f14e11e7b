"""The watches of Somalia and Lebanon, as they are shipped: their files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.lab.replay import Archive, days, load_archive
from pipeline.model import Stage, Watch
from pipeline.watches import load_watch

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("somalia", "lebanon")
SAME_WORDS = 8  # so many words in a row in two texts are no chance
WORD = re.compile(r"\w+")


@pytest.fixture(scope="module", params=NAMES)
def folder(request: pytest.FixtureRequest) -> Path:
    return ROOT / "seeds" / str(request.param)


@pytest.fixture(scope="module")
def watch(folder: Path) -> Watch:
    return load_watch(folder)


@pytest.fixture(scope="module")
def archive(folder: Path) -> Archive:
    return load_archive(folder / "archive")


def test_it_has_at_least_25_feeds_each_with_the_place_that_confirms_it(watch: Watch) -> None:
    assert len(watch.feeds) >= 25
    assert [feed.url for feed in watch.feeds if not feed.confirmed_in.startswith("https://github.com/")] == []


def test_each_quote_is_a_whole_sentence_of_the_baseline(watch: Watch) -> None:
    text = watch.baseline.text
    for fact in watch.baseline.facts:
        end = fact.start + len(fact.quote)
        assert text[fact.start : end] == fact.quote
        assert text[fact.start - 1] in " \n"
        assert fact.quote.endswith(".")
        assert text[end : end + 1] in ("", " ", "\n")


def test_the_baseline_cites_its_article(watch: Watch) -> None:
    head = watch.baseline.text[:250]

    assert watch.baseline.title in head
    assert watch.baseline.outlet in head
    assert f"{watch.baseline.published:%B %Y}" in head


def test_its_rules_take_every_stage_once(watch: Watch) -> None:
    assert sorted(stage for rule in watch.rules for stage in rule.stages) == sorted(Stage)


def test_a_short_name_needs_the_country_in_the_same_article(watch: Watch) -> None:
    short = [
        name for name in watch.names if name.text in ("AU force", "African Union mission", "peacekeepers", "UN force")
    ]

    assert len(short) == 2
    assert [name.text for name in short if not name.context] == []


def test_the_archive_has_60_articles_of_the_mission_over_six_months(folder: Path, archive: Archive) -> None:
    mission = [article for article in archive.articles if article.article_id.startswith(folder.name)]

    assert 60 <= len(mission) <= 100
    assert 150 <= (archive.last_day - archive.first_day).days <= 200


def test_every_article_of_the_mission_names_the_page_of_its_facts(archive: Archive) -> None:
    nameless = [a.article_id for a in archive.articles if not a.source_url and not a.article_id.startswith("notice")]

    assert nameless == []


def test_every_article_is_listed_by_some_feed_on_some_evening(archive: Archive) -> None:
    readings = list(days(archive))
    listed = {a.article_id for now in readings for source in archive.sources for a, _ in archive.entries(source, now)}

    assert {article.article_id for article in archive.articles} - listed == set()
    assert [source.slug for source in archive.sources if not archive.entries(source, readings[0])] == []


def test_its_table_of_awkward_articles_names_only_what_exists(folder: Path, archive: Archive) -> None:
    text = (folder / "archive" / "README.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith(f"| {folder.name}-")]
    named = {number for row in rows for number in re.findall(r"\d{3}", row)}

    assert len(named) >= 15
    assert {f"{folder.name}-{number}" for number in named} <= {article.article_id for article in archive.articles}


def test_it_shares_no_eight_words_in_a_row_with_the_bench(folder: Path, watch: Watch) -> None:
    """The bench measures with articles that nothing else has seen; titles of real articles aside."""
    bench = {run for text in _bench() for run in _runs(text)}
    rows = [json.loads(line) for line in (folder / "archive" / "articles.jsonl").read_text("utf-8").splitlines()]
    ours = [f"{row['title']}\n{row['text']}" for row in rows]
    ours += [revision.get("text", "") for row in rows for revision in row.get("revisions", [])]
    ours.append(watch.baseline.text.replace(watch.baseline.title, ""))

    assert sorted({run for text in ours for run in _runs(text)} & bench) == []


def _bench() -> Iterator[str]:
    for path in sorted((ROOT / "tests" / "bench").glob("*/articles.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield f"{row['title']}\n{row['text']}"
    for path in sorted((ROOT / "tests" / "bench").glob("*/baseline.txt")):
        yield path.read_text("utf-8")


def _runs(text: str) -> Iterator[str]:
    words = WORD.findall(text.casefold())
    return (" ".join(words[at : at + SAME_WORDS]) for at in range(len(words) - SAME_WORDS + 1))
