"""A gold folder: the articles about one mission, what each reports as news, and the timeline that it makes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.lab.backtest import given_id, load_articles
from pipeline.model import Article, Aspect, Stage, Watch
from pipeline.model.errors import UsageError
from pipeline.watches.drafting import draft_watch

MAX_FILE = 64 * 2**20  # bytes of one file of a gold folder
MAX_BASELINE = 2 * 2**20  # bytes of the baseline article


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the timeline.

    Attributes:
        aspects, stages: the labels that are right for it, the given one first.
        core: one of the weightier events.
        borderline: whether finding it counts neither way.
    """

    event_id: str
    date: str
    aspects: tuple[Aspect, ...]
    stages: tuple[Stage, ...]
    subject: str
    value: str
    summary: str
    core: bool
    borderline: bool


@dataclass(frozen=True, slots=True)
class Report:
    """An event that an article reports as news, and the sentences that say so, the plainest first."""

    event_id: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """An article with what a person found in it."""

    article: Article
    relevant: bool
    reports: tuple[Report, ...]

    @property
    def name(self) -> str:
        """The id that the gold folder gives to it."""
        return given_id(self.article)


@dataclass(frozen=True, slots=True)
class Gold:
    """One mission's gold: ``articles`` in the order in which they are read, ``events`` by id."""

    name: str
    folder: Path
    articles: tuple[GoldArticle, ...]
    events: Mapping[str, Event]


def load_gold(folder: Path) -> Gold:
    """The gold of ``folder``: ``articles.jsonl`` and ``timeline.json``.

    Raises:
        UsageError: a file is missing or not what it should be; names the file and the row.
    """
    timeline = _json(folder / "timeline.json")
    if not isinstance(timeline, list):
        raise UsageError(f"{folder / 'timeline.json'}: is no JSON list.", remedy="Give a list of events.")
    events = {e.event_id: e for e in (_event(folder / "timeline.json", row) for row in timeline)}
    path = folder / "articles.jsonl"
    rows = {}
    for line in _text(path, MAX_FILE).splitlines():
        if line.strip() and isinstance(row := _parsed(path, line), dict):
            rows[row.get("id")] = row
    held = []
    for article in load_articles(path):
        row = rows[given_id(article)]
        reports = tuple(_report(path, row, item, events) for item in _list(row.get("reports")))
        held.append(GoldArticle(article, row.get("relevant") is not False, reports))
    held.sort(key=lambda a: (a.article.published, a.name))
    return Gold(folder.resolve().name, folder, tuple(held), events)


def baseline_watch(gold: Gold) -> Watch:
    """The watch that the baseline article of ``gold`` makes, unreviewed.

    The article is ``baseline.txt``, or the file that ``baseline.json`` names as ``article``, from the folder.

    Raises:
        UsageError: there is no such article, or it has no date.
    """
    facts = _json(gold.folder / "baseline.json")
    named = facts.get("article") if isinstance(facts, dict) else None
    own = gold.folder / "baseline.txt"
    path = own if own.is_file() or not isinstance(named, str) else gold.folder / named
    if not path.is_file():
        raise UsageError(
            f"{path}: there is no baseline article.",
            remedy=f"Put its text into {own}, or give a watch that is made already with --watch.",
        )
    try:
        published = datetime.fromisoformat(facts["published"])
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"{gold.folder / 'baseline.json'}: 'published' is no ISO 8601 time.",
            remedy="Write 2025-08-24T00:00:00+00:00.",
        ) from error
    published = published if published.tzinfo else published.replace(tzinfo=UTC)
    url = facts.get("source_url")
    text = _text(path, MAX_BASELINE).removeprefix("# ")  # a Markdown page is a title line and paragraphs too
    return draft_watch(text, published=published, url=url if isinstance(url, str) else "", slug=gold.name)


def _event(path: Path, row: object) -> Event:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise UsageError(f"{path}: an event is no object with an id.", remedy="See tests/bench for the form.")
    try:
        aspects = tuple(Aspect(label) for label in (row.get("aspect"), *_list(row.get("aspect_alt"))))
        stages = tuple(Stage(label) for label in (row.get("stage"), *_list(row.get("stage_alt"))))
    except ValueError as error:
        raise UsageError(f"{path}: event {row['id']}: {error}.", remedy="Use the words of docs/design.md.") from error
    texts = {name: str(row.get(name) or "") for name in ("date", "subject", "value", "summary")}
    return Event(
        event_id=row["id"],
        aspects=aspects,
        stages=stages,
        core=row.get("core") is not False,
        borderline=row.get("borderline") is True,
        **texts,
    )


def _report(path: Path, row: Mapping[str, Any], item: object, events: Mapping[str, Event]) -> Report:
    where = f"{path}: article {row.get('id')!r}"
    if not isinstance(item, dict) or not isinstance(item.get("sentence"), str):
        raise UsageError(f"{where}: a report has no sentence.", remedy="Give the event and its sentence.")
    if item.get("event") not in events:
        raise UsageError(f"{where}: reports the unknown event {item.get('event')!r}.", remedy="See timeline.json.")
    return Report(item["event"], (item["sentence"], *map(str, _list(item.get("also_sentences")))))


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []


def _json(path: Path) -> Any:
    return _parsed(path, _text(path, MAX_FILE))


def _parsed(path: Path, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: is not JSON: {error}.", remedy="See tests/bench for the form.") from error


def _text(path: Path, limit: int) -> str:
    try:
        if path.stat().st_size > limit:
            raise UsageError(f"{path}: has over {limit // 2**20} MB.", remedy="Give a smaller file.")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: can't be read as UTF-8 text: {error}.",
            remedy="A gold folder holds articles.jsonl, timeline.json and baseline.json.",
        ) from error
