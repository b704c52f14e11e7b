"""Measure the memory alone, and fit its weights: ``python -m training.memory [--fit]``.

The claims of the corpus are given to ``pipeline.compare.judge`` as a reader without error would give them, in
order of publication. Two labels with one event id tell of one event, which is to be told once; a label ``B`` is old
news, which is never to be told. It is given in two ways: marked as background, and mistaken for news.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from pipeline.alerts import worth_alerting
from pipeline.board import baseline_changes, fold
from pipeline.compare import Memory, judge
from pipeline.dedupe import OriginIndex, origin_of
from pipeline.model import Article, Aspect, Change, Claim, Precision, Reading, Watch
from pipeline.reading import features, meaning, mission
from pipeline.reading.features import Seen
from pipeline.reading.sentences import Sentence
from pipeline.text import content_id
from training.as_gold import article_of, watch_of
from training.corpus import Labelled, Mission, missions

SURE = 0.9  # the confidence of every claim: the reader is taken to be without error


@dataclass(frozen=True, slots=True)
class Given:
    """A claim of the corpus and the event that it reports; empty for old news."""

    claim: Claim
    event: str


@dataclass(frozen=True, slots=True)
class Told:
    """One mission as the memory gets it: its watch, and each article with its claims."""

    watch: Watch
    articles: tuple[tuple[Article, tuple[Given, ...]], ...]


@dataclass(slots=True)
class Tally:
    """What became of the claims: counts by aspect."""

    events: Counter[Aspect] = field(default_factory=Counter)
    found: Counter[Aspect] = field(default_factory=Counter)
    late: Counter[Aspect] = field(default_factory=Counter)
    again: Counter[Aspect] = field(default_factory=Counter)
    old: Counter[Aspect] = field(default_factory=Counter)

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(
            self.events + other.events,
            self.found + other.found,
            self.late + other.late,
            self.again + other.again,
            self.old + other.old,
        )

    def f1(self, aspect: Aspect | None = None) -> float:
        """Of one aspect, or of all: precision and recall of events told once."""
        right, told, events = (
            sum(c.values()) if aspect is None else c[aspect]
            for c in (self.found, self.found + self.again + self.old, self.events)
        )
        return 2 * right / (told + events) if told + events else 0.0


def told(corpus: Mission) -> Told:
    """The claims of ``corpus`` as a reader without error makes them, by article in order of publication."""
    watch = watch_of(corpus)
    hosts = mission.identity(watch).hosts
    index = OriginIndex()
    out = []
    for labelled in sorted(corpus.articles, key=lambda a: (a.published, a.article)):
        article = article_of(labelled)
        article = replace(article, origin=origin_of(article, index))
        index.add(article.article_id, article.origin, article.text)
        out.append((article, tuple(_given(labelled, article, watch, hosts))))
    return Told(watch, tuple(out))


def _given(labelled: Labelled, article: Article, watch: Watch, hosts: frozenset[str]) -> Iterable[Given]:
    published = article.published.date()
    title = features.stems(article.title)
    for number, line in enumerate(labelled.lines):
        if line.kind not in {"N", "n", "B"}:
            continue
        part = Sentence(line.text, line.start, line.end, line.paragraph, number)
        seen = features.look(part, len(labelled.lines), 2.0, 2.0, title, published, hosts)
        day, precision = _event_day(seen, published)
        for said in line.said:
            name = watch.names[0].text
            subject = meaning.subject(seen, said.aspect, said.stage, name, day or published)
            value = meaning.value(seen, said.aspect, said.stage, name)
            claim = Claim(
                claim_id=content_id("claim", article.article_id, said.aspect, said.stage, line.start, said.event),
                article_id=article.article_id,
                aspect=said.aspect,
                stage=said.stage,
                subject=subject,
                value=value,
                quote=line.text,
                start=line.start,
                end=line.end,
                event_date=day,
                event_precision=precision,
                background=line.kind == "B",
                confidence=SURE,
            )
            yield Given(claim, said.event if line.kind != "B" else "")


def _event_day(seen: Seen, published: date) -> tuple[date | None, Precision]:
    if seen.recent is None:
        return None, Precision.DAY
    return min(seen.recent.day, published + timedelta(days=1)), seen.recent.precision


def measure(world: Told, *, mistaken: bool) -> tuple[Tally, list[tuple[str, Change | Claim, object]]]:
    """What the memory makes of ``world``; ``mistaken`` gives old news as if it were news.

    Returns:
        The tally, and the errors as (kind, what, with what): ``again``, ``old`` and ``missed``.
    """
    changes = list(baseline_changes(world.watch))
    board, memory = fold(changes), Memory.of(changes)
    tally, errors = Tally(), list[tuple[str, Change | Claim, object]]()
    first: dict[str, Claim] = {}
    seen: dict[str, Change] = {}
    swallowed: dict[str, object] = {}
    by_id = {change.change_id: change for change in changes}
    for article, given in world.articles:
        events = {g.claim.claim_id: g.event for g in given}
        fresh = {g.event for g in given if g.event} - first.keys()
        for g in given:
            if g.event:
                first.setdefault(g.event, g.claim)
        claims = tuple(replace(g.claim, background=False) if mistaken else g.claim for g in given)
        reading = Reading(article.article_id, "gold", True, "labelled", claims)
        verdicts, board = judge(reading, article, board, world.watch, memory=memory)
        made = [v.change for v in verdicts if v.change is not None]
        by_id |= {change.change_id: change for change in made}
        memory = memory.remember(made)
        for verdict in verdicts:
            event, aspect = events[verdict.claim.claim_id], verdict.claim.aspect
            if verdict.change is None or not worth_alerting(verdict.change, world.watch)[0]:
                if event and event not in seen:
                    swallowed.setdefault(event, (verdict, by_id.get(verdict.against) if verdict.against else None))
            elif not event:
                tally.old[aspect] += 1
                errors.append(("old", verdict.change, None))
            elif event in seen:
                tally.again[aspect] += 1
                errors.append(("again", verdict.change, seen[event]))
            else:
                seen[event] = verdict.change
                tally.found[aspect] += 1
                tally.late[aspect] += event not in fresh
    for event, claim in first.items():
        tally.events[claim.aspect] += 1
        if event not in seen:
            errors.append(("missed", claim, swallowed.get(event)))
    return tally, errors


def report(tally: Tally) -> str:
    """The figures of ``tally`` in a line, and by aspect."""
    sums = [sum(c.values()) for c in (tally.events, tally.found, tally.late, tally.again, tally.old)]
    lines = ["events {}, told {} (late {}), again {}, old news {}".format(*sums) + f": F1 {tally.f1():.3f}"]
    for aspect in Aspect:
        missed = tally.events[aspect] - tally.found[aspect]
        lines.append(
            f"  {aspect.value:13} F1 {tally.f1(aspect):.3f}  events {tally.events[aspect]:4}  missed {missed:3}"
            f"  again {tally.again[aspect]:3}  old {tally.old[aspect]:4}"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the measure, or fit the weights and print them."""
    parser = argparse.ArgumentParser(prog="python -m training.memory", description=__doc__.split("\n")[0])
    parser.add_argument("--show", choices=("again", "old", "missed"), help="print these errors too")
    show = parser.parse_args().show
    worlds = [told(corpus) for corpus in missions()]
    for mistaken in (False, True):
        total = Tally()
        for world in worlds:
            tally, errors = measure(world, mistaken=mistaken)
            total += tally
            for kind, what, other in errors:
                if kind == show:
                    print(world.watch.slug, what, other)
        print("old news mistaken for news" if mistaken else "old news known as background")
        print(report(total))


if __name__ == "__main__":
    main()
