"""Missions with typed facts, as the corpus has its missions: ``training/typed``, in the format of the judgement sets.

They are labelled by ``training/GUIDE.md``. The watch of each is drafted from its baseline article, as in use.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.initiate import draft_watch
from pipeline.model import Slot, Watch
from training.corpus import Event, Labelled, Line, Mission, Said, joined
from training.gold_file import GoldMission, GoldText, Sentence, load

TYPED = Path(__file__).parent / "typed"


def missions(folder: Path = TYPED) -> list[Mission]:
    """All typed missions, in the order of their files' names."""
    return [as_corpus(load(path.read_text("utf-8"), path.stem)) for path in sorted(folder.glob("*.txt"))]


def as_corpus(held: GoldMission) -> Mission:
    """``held`` as the corpus has its missions."""
    events = {
        fact.name: Event(fact.name, fact.day, fact.aspect, fact.stage, " and ".join(fact.keys), fact.summary)
        for fact in held.events
    }
    mission = Mission(held.name, dict(held.head), _labelled(held, held.baseline), events)
    mission.articles = [_labelled(held, text) for text in held.articles]
    return mission


def drafted(mission: Mission) -> Watch:
    """The watch that the mission's baseline article makes, unreviewed; its facts, which no page shows, are left out."""
    seed = mission.baseline
    text = f"{seed.title}\n\n{seed.text}"
    return draft_watch(text, published=seed.published, url="", slug=mission.slug, with_facts=False)


def _labelled(held: GoldMission, text: GoldText) -> Labelled:
    bare = tuple(Line(one.kind, _said(held, one), one.text, one.paragraph) for one in text.sentences)
    lines = tuple(
        Line(line.kind, line.said, line.text, line.paragraph, start, end)
        for line, (start, end) in zip(bare, joined(bare)[1], strict=True)
    )
    twin = f"{held.name}-{text.twin_of}" if text.twin_of else ""
    name = f"{held.name}-{text.name}"
    return Labelled(name, text.published, text.outlet, text.kind, text.title, lines, twin)


def _said(held: GoldMission, sentence: Sentence) -> tuple[Said, ...]:
    """What a sentence tells, the news first."""
    is_news = sentence.kind in "Nn"
    told = sorted(sentence.told, key=lambda one: not one.news)
    facts = ((held.facts[one.fact], one) for one in told)
    said = (
        Said(fact.aspect, fact.stage, one.fact if one.news else "", Slot(fact.slot), is_news and not one.news)
        for fact, one in facts
    )
    return tuple(dict.fromkeys(said))
