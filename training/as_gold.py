"""A corpus mission as the product has its missions: a watch, and articles."""

from __future__ import annotations

import re

from pipeline.model import AlertRule, Article, Baseline, Fact, Name, Precision, Watch
from pipeline.model.text import content_id, text_hash
from training.corpus import Labelled, Mission

_NAMED = re.compile(r"^(.*?)(?:\(([^()]+)\))?$")


def article_of(labelled: Labelled) -> Article:
    """``labelled`` as an article that ``pipeline.lab.backtest`` reads; the given id is the label's."""
    text = labelled.text
    return Article(
        article_id=content_id("article", labelled.article, text),
        entry_id=content_id("entry", labelled.article),
        url="",
        outlet=labelled.outlet,
        title=labelled.title,
        text=text,
        published=labelled.published,
        precision=Precision.TIME,
        published_source=f"backtest:{labelled.article}",
        fetched_at=labelled.published,
        text_hash=text_hash(text),
    )


def _names(mission: Mission) -> tuple[Name, ...]:
    out: list[Name] = []
    for part in (mission.head.get("mission", ""), *mission.head.get("also", "").split(";")):
        match = _NAMED.match(part.strip())
        if match is None:
            continue
        if match[1].strip():
            long = match[1].strip()
            out.append(Name(long, acronym=long.isupper() and " " not in long))
        if match[2]:
            out.append(Name(match[2].strip(), acronym=" " not in match[2].strip()))
    return tuple(dict.fromkeys(out))


def watch_of(mission: Mission) -> Watch:
    """The watch that the mission's head and its labelled baseline make; it knows no sister missions."""
    seed = mission.baseline
    facts: list[Fact] = []
    lead = mission.head.get("lead", "")
    for line in seed.lines:
        for said in line.said:
            subject = lead if said.aspect.value == "lead" else said.aspect.value
            value = lead if said.aspect.value == "lead" else line.text
            facts.append(Fact(said.aspect, subject, said.stage, value, line.text, line.start))
    places = tuple(dict.fromkeys(p.strip() for p in re.split("[;,]", mission.head.get("place", "")) if p.strip()))
    names = _names(mission)
    return Watch(
        slug=mission.slug,
        title=names[0].text,
        names=names,
        places=places,
        languages=("en",),
        feeds=(),
        baseline=Baseline(seed.title, seed.outlet, seed.published, "", seed.text, tuple(facts)),
        rules=(AlertRule("every change"),),
    )
