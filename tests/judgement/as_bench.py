"""Write a gold mission in the bench's form: a folder with articles, timeline and baseline, to draft and score by."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from training.gold_file import GoldFact, GoldMission, GoldText, Told

Row = dict[str, Any]


def write(mission: GoldMission, folder: Path) -> Path:
    """Write ``mission`` under ``folder``; returns its own folder."""
    place = folder / mission.name
    place.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(article_row(mission, one), ensure_ascii=False) + "\n" for one in mission.articles)
    (place / "articles.jsonl").write_text(lines, "utf-8")
    (place / "timeline.json").write_text(json.dumps(timeline(mission), ensure_ascii=False, indent=1), "utf-8")
    seed = mission.baseline
    (place / "baseline.txt").write_text(f"{seed.title}\n\n{seed.text}\n", "utf-8")
    about = {"published": seed.published.isoformat(), "source_url": seed.source}
    (place / "baseline.json").write_text(json.dumps(about), "utf-8")
    return place


def timeline(mission: GoldMission) -> list[Row]:
    """The events as rows of ``timeline.json``."""
    urls: dict[str, list[str]] = {}
    for article in mission.articles:
        for told in _told(article, news=True):
            urls.setdefault(told.fact, []).append(article.source)
    rows = []
    for event in mission.events:
        row: Row = {"id": event.name, "date": event.day, "aspect": event.aspect.value, "stage": event.stage.value}
        row |= _typed(event) | {"subject": subject(event), "value": event.summary, "summary": event.summary}
        row |= {"urls": sorted(set(urls.get(event.name, ()))), "core": event.core}
        row |= {"aspect_alt": [a.value for a in event.aspect_alt]} if event.aspect_alt else {}
        row |= {"stage_alt": [s.value for s in event.stage_alt]} if event.stage_alt else {}
        row |= {"borderline": True} if event.borderline else {}
        rows.append(row)
    return rows


def article_row(mission: GoldMission, article: GoldText) -> Row:
    """One article as a row of ``articles.jsonl``."""
    reports: dict[str, list[str]] = {}
    background = []
    for sentence in article.sentences:
        for told in sentence.told:
            if told.news:
                reports.setdefault(told.fact, []).append(sentence.text)
            else:
                fact = mission.facts[told.fact]
                typed = {"aspect": fact.aspect.value, "stage": fact.stage.value, "value": fact.summary}
                background.append(typed | _typed(fact, told) | {"sentence": sentence.text})
    row: Row = {
        "id": f"{mission.name}-{article.name}",
        "source_url": article.source,
        "outlet": article.outlet,
        "published": article.published.isoformat(),
        "title": article.title,
        "text": article.text,
        "relevant": article.kind != "irrelevant",
        "reports": [{"event": e, "sentence": told[0], "also_sentences": told[1:]} for e, told in reports.items()],
        "background": background,
    }
    return row | ({"twin_of": f"{mission.name}-{article.twin_of}"} if article.twin_of else {})


def perfect(mission: GoldMission) -> list[Row]:
    """The predictions of one who finds each event that counts, at its first report and with its own labels."""
    out: list[Row] = []
    seen: set[str] = set()
    for article in sorted(mission.articles, key=lambda a: (a.published, a.name)):
        for sentence in article.sentences:
            for told in sentence.told:
                if told.news and told.fact not in seen:
                    seen.add(told.fact)
                    fact = mission.facts[told.fact]
                    named = {"article": f"{mission.name}-{article.name}", "quote": sentence.text}
                    out.append(named | {"aspect": fact.aspect.value, "stage": fact.stage.value})
    return out


def subject(fact: GoldFact) -> str:
    """Whom or what a fact is about, in words: its keys, else its slot."""
    return " and ".join(fact.keys) or fact.slot


def _typed(fact: GoldFact, told: Told | None = None) -> Row:
    own = told.own if told is not None else {}
    return {"slot": fact.slot, "key": " & ".join(fact.keys), "parts": [{**parts, **own} for parts in fact.parts]}


def _told(article: GoldText, *, news: bool) -> Iterable[Told]:
    return (told for sentence in article.sentences for told in sentence.told if told.news is news)
