"""Missions with typed facts, as the corpus has its missions: ``training/typed``, in the format of the judgement sets.

They are labelled by ``training/GUIDE.md``. The watch of each is drafted from its baseline article, as in use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.model import HARM, Day, Figure, FigureRole, Movement, Parts, Slot, TypedFact, Watch
from pipeline.watches.drafting import draft_watch
from training.corpus import Event, Labelled, Line, Mission, Said, joined
from training.gold_file import GoldFact, GoldMission, GoldText, Sentence, load

TYPED = Path(__file__).parent / "typed"
_DAYS = {"date": "day", "from": "start", "until": "until", "since": "since"}


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
    """What a sentence tells, the news first; what it tells of one slot at one stage is one, of as many facts."""
    is_news = sentence.kind in "Nn"
    out: dict[Said, tuple[TypedFact, ...]] = {}
    for one in sorted(sentence.told, key=lambda one: not one.news):
        fact = held.facts[one.fact]
        event = one.fact if one.news else ""
        said = Said(fact.aspect, fact.stage, event, Slot(fact.slot), is_news and not one.news)
        out[said] = (*out.get(said, ()), *typed_facts(fact, one.own))
    return tuple(replace(said, facts=facts) for said, facts in out.items())


def typed_facts(fact: GoldFact, own: Mapping[str, str]) -> tuple[TypedFact, ...]:
    """The facts that ``fact`` is, one for each of its keys; ``own`` are the parts that one article tells otherwise."""
    keys = fact.keys or ("",)
    parts = fact.parts if len(fact.parts) == len(keys) else fact.parts[:1] * len(keys)
    return tuple(
        TypedFact(Slot(fact.slot), key, _parts({**each, **own})) for key, each in zip(keys, parts, strict=True)
    )


def _parts(held: Mapping[str, str]) -> Parts:
    values: dict[str, object] = {}
    for name, text in held.items():
        if name in ("number", "amount"):
            low, _, high = text.partition("-")
            values["figure" if name == "number" else name] = Figure(float(low), float(high or low))
        elif name in _DAYS:
            values[_DAYS[name]] = Day.from_iso(text)
        elif name in HARM:
            values[name] = int(float(text.split("-")[0]))
        elif name == "role":
            values[name] = FigureRole(text) if text in set(FigureRole) else FigureRole.TOTAL
        elif name == "movement":
            values[name] = Movement(text)
        else:
            values[name] = text
    return Parts(**values)  # type: ignore[arg-type]
