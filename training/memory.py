"""Measure the memory alone, and fit its weights: ``python -m training.memory [--fit | --words]``.

The claims of the corpus are given to ``pipeline.compare.judge`` as a reader without error would give them, in
order of publication. Two labels with one event id tell of one event, which is to be told once; a label ``B`` is old
news, which is never to be told. It is given in two ways: marked as background, and mistaken for news.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from pipeline import phrasing
from pipeline.alerts import worth_alerting
from pipeline.board import baseline_changes, fold
from pipeline.compare import Memory, judge, likeness
from pipeline.compare.likeness import KIN, alike, chance, old_signs, signs
from pipeline.compare.marks import marks_of_change, marks_of_claim, own_words, stems_of
from pipeline.compare.memory import SAME, one_footing
from pipeline.dedupe import OriginIndex, origin_of
from pipeline.model import Article, Aspect, Change, Claim, Precision, Reading, Slot, Stage, Watch
from pipeline.reading import features, mission, parts
from pipeline.reading.features import Seen
from pipeline.reading.sentences import Sentence
from pipeline.text import content_id
from training.as_gold import article_of, watch_of
from training.corpus import Labelled, Mission, Said, missions, sentences

SURE = 0.9  # the confidence of every claim: the reader is taken to be sure
WRONG = 0.4  # what a pair counts whose aspect and stage are mistaken
PACES = (1, 4)  # a busy mission has four times as much news as those of the corpus, each told as often
SMALL = 0.05  # weights under this are left out
VARIANTS = {
    "exact": "a reader without error",
    "mistaken": "a reader that takes all old news for news",
    "errs": "a reader that errs on every third claim",
}


@dataclass(frozen=True, slots=True)
class Given:
    """A claim of the corpus, with aspect and stage as labelled and as mistaken, and its event; empty for old news."""

    claim: Claim
    guessed: Claim
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


def told(corpus: Mission, pace: int = 1) -> Told:
    """The claims of ``corpus`` as a reader without error makes them, by article in order of publication.

    At a ``pace`` of 4 all that happened in four months happens in one, as when a mission is at the centre of the news.
    """
    start = min(labelled.published for labelled in corpus.articles)
    watch = watch_of(corpus)
    hosts = mission.identity(watch).hosts
    index = OriginIndex()
    out = []
    for labelled in sorted(corpus.articles, key=lambda a: (a.published, a.article)):
        article = article_of(labelled)
        article = replace(article, origin=origin_of(article, index))
        article = replace(article, published=start + (article.published - start) / pace)
        index.add(article.article_id, article.origin, article.text)
        out.append((article, tuple(_given(labelled, article, watch, hosts))))
    return Told(watch, tuple(out))


def _given(labelled: Labelled, article: Article, watch: Watch, hosts: frozenset[str]) -> Iterable[Given]:
    published = labelled.published.date()
    moved = article.published.date() - published
    before: Said | None = None
    for number, line in enumerate(labelled.lines):
        if line.kind not in {"N", "n", "B"}:
            continue
        part = Sentence(line.text, line.start, line.end, line.paragraph, number)
        seen = features.look(part, 2.0, published, hosts)
        day, precision = _event_day(seen, published)
        day = day + moved if day else None
        for said in line.said:
            blank = Claim(
                claim_id=content_id("claim", article.article_id, said.aspect, said.stage, line.start, said.event),
                article_id=article.article_id,
                aspect=said.aspect,
                stage=said.stage,
                subject="",
                value="",
                quote=line.text,
                start=line.start,
                end=line.end,
                event_date=day,
                event_precision=precision,
                background=line.kind == "B",
                confidence=SURE,
            )
            claim = _filled(blank, seen, watch, article.published.date())
            wrong = replace(blank, aspect=before.aspect, stage=before.stage) if before is not None else blank
            before = said
            yield Given(
                claim, _filled(wrong, seen, watch, article.published.date()), said.event if line.kind != "B" else ""
            )


def _filled(claim: Claim, seen: Seen, watch: Watch, published: date) -> Claim:
    """``claim`` with the subject and the value that the reader gives to its aspect and stage."""
    name = watch.names[0].text
    slot = next(slot for slot in Slot if slot.aspect is claim.aspect)  # these labels have aspects alone
    fact = parts.fact_of(seen, slot, claim.stage, name, claim.event_date, published)
    return replace(claim, subject=phrasing.subject(fact), value=phrasing.value(fact, claim.stage), fact=fact)


def _event_day(seen: Seen, published: date) -> tuple[date | None, Precision]:
    if seen.recent is None:
        return None, Precision.DAY
    return min(seen.recent.day, published + timedelta(days=1)), seen.recent.precision


def _as_read(given: Given, variant: str) -> Claim:
    """The claim of a reader: without error, or one that takes old news for news, or one that errs at times.

    A third of what the last one reads has the aspect and the stage of the claim before it, and a third of the old news
    passes for news; which third depends on the claim alone.
    """
    claim = given.claim
    if variant == "mistaken":
        return replace(claim, background=False)
    if variant == "errs":
        chosen = claim.claim_id.int
        claim = given.guessed if chosen % 3 == 0 else claim
        return replace(claim, background=claim.background and chosen // 3 % 3 != 0)
    return claim


def measure(world: Told, variant: str) -> tuple[Tally, list[tuple[str, Change | Claim, object]]]:
    """What the memory makes of ``world`` as the reader of ``variant`` reads it.

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
        claims = tuple(_as_read(g, variant) for g in given)
        reading = Reading(article.article_id, "gold", True, "labelled", claims)
        verdicts, board = judge(reading, article, board, world.watch, memory=memory)
        made = [v.change for v in verdicts if v.change is not None]
        by_id |= {change.change_id: change for change in made}
        memory = memory.remember(made)
        for verdict in verdicts:
            event = events[verdict.claim.claim_id]
            aspect = first[event].aspect if event else verdict.claim.aspect
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


# -- fitting -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim and a change that was known by then: are they one event?"""

    mission: str
    within: bool
    signs: Mapping[str, float]
    same: bool
    weight: float


def pairs(corpus: Mission, pace: int) -> list[Pair]:
    """Every claim of ``corpus`` with every change that the memory would hold, were it without error.

    A reader is not without error: each claim and each change is given a second time, with less weight, with the
    aspect and the stage that the rules guess.
    """
    world = told(corpus, pace)
    own = own_words(world.watch)
    known = [(marks_of_change(change), None, "") for change in baseline_changes(world.watch)]
    reported: set[str] = set()
    out: list[Pair] = []
    for article, given in world.articles:
        day = article.published.date()
        for g in given:
            mine = marks_of_claim(g.claim, day)
            wrong = marks_of_claim(g.guessed, day)
            for theirs, theirs_wrong, event in known:
                if not g.event:
                    continue
                same = event == g.event
                within = mine.article == theirs.article
                for a, b, weight in ((mine, theirs, 1.0), (wrong, theirs, WRONG), (mine, theirs_wrong, WRONG)):
                    if b is None or (weight < 1 and a == mine and b == theirs) or b.aspect not in KIN[a.aspect]:
                        continue
                    if (a.stage is Stage.REJECTED) is not (b.stage is Stage.REJECTED):
                        continue
                    out.append(Pair(corpus.slug, within, dict(signs(a, b, own)), same, weight))
            if g.event and g.event not in reported:
                reported.add(g.event)
                known.append((mine, wrong, g.event))
    return out


def old_pairs(corpus: Mission, pace: int) -> list[Pair]:
    """Each claim that tells of no known event with the known matter that is most alike: is it old news?"""
    world = told(corpus, pace)
    own = own_words(world.watch)
    known = [marks_of_change(change) for change in baseline_changes(world.watch)]
    reported: set[str] = set()
    out: list[Pair] = []
    for article, given in world.articles:
        day = article.published.date()
        claims = [(marks_of_claim(g.claim, day), g.event) for g in given if g.event not in reported]
        for mine, event in claims:
            near = [m for m in known if m.aspect is mine.aspect and one_footing(m.stage, mine.stage)]
            if near and not any(chance(mine, theirs, own) >= SAME for theirs in near):
                best = max(near, key=lambda theirs: alike(mine, theirs, own))
                out.append(Pair(corpus.slug, False, dict(old_signs(mine, best, own)), not event, 1.0))
        for mine, event in claims:
            if event and event not in reported:
                reported.add(event)
                known.append(mine)
    return out


def fit(gathered: list[Pair], *, strength: float, folds: int = 8) -> dict[str, float]:
    """The weights of a logistic regression on ``gathered``; prints what it comes to on missions left out."""
    try:
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import GroupKFold, cross_val_predict
    except ImportError:
        sys.exit("Training needs scikit-learn: .venv/bin/uv pip install scikit-learn")
    vectors = DictVectorizer(sparse=False)
    x = vectors.fit_transform([pair.signs for pair in gathered])
    y = [pair.same for pair in gathered]
    weights = [pair.weight for pair in gathered]
    model = LogisticRegression(C=strength, fit_intercept=False, max_iter=3000)
    guesses = cross_val_predict(
        model,
        x,
        y,
        groups=[pair.mission for pair in gathered],
        cv=GroupKFold(folds),
        params={"sample_weight": weights},
    )
    for name, chosen in (("as guessed", {WRONG}), ("as labelled", set(weights) - {WRONG})):
        mine = [(bool(g), p.same) for g, p in zip(guesses, gathered, strict=True) if p.weight in chosen]
        if mine:
            right, said, same = sum(g and s for g, s in mine), sum(g for g, _ in mine), sum(s for _, s in mine)
            print(f"  {name}: {len(mine)} pairs, {same} true: precision {right / said:.3f}, recall {right / same:.3f}")
    model.fit(x, y, sample_weight=weights)
    found = zip(vectors.get_feature_names_out(), model.coef_[0], strict=True)
    return {name: round(float(w), 2) for name, w in sorted(found, key=lambda f: -abs(f[1])) if abs(w) >= SMALL}


def learn(corpora: list[Mission]) -> dict[str, dict[str, float]]:
    """The three tables of ``pipeline.compare.likeness``."""
    gathered = [pair for corpus in corpora for pace in PACES for pair in pairs(corpus, pace)]
    print("two articles: one event?")
    across = fit([pair for pair in gathered if not pair.within], strength=3.0)
    print("one article: one event?")
    within = fit([pair for pair in gathered if pair.within], strength=3.0)
    likeness.ACROSS, likeness.WITHIN = across, within
    told_of = [pair for corpus in corpora for pace in PACES for pair in old_pairs(corpus, pace)]
    old = sum(pair.same for pair in told_of)
    even = (len(told_of) - old) / old
    print(f"no known event: old news? ({old} old counted as {len(told_of) - old})")
    balanced = [replace(pair, weight=even if pair.same else 1.0) for pair in told_of]
    both = fit(balanced, strength=0.3)
    print("the same, from the claim alone: this the reader has weighed already, so it is taken off")
    alone = fit([replace(pair, signs=_claims_own(pair.signs)) for pair in balanced], strength=0.3)
    beyond = {name: round(both.get(name, 0.0) - alone.get(name, 0.0), 2) for name in dict.fromkeys((*both, *alone))}
    return {"ACROSS": across, "WITHIN": within, "OLD": {n: w for n, w in beyond.items() if abs(w) >= SMALL}}


def _claims_own(found: Mapping[str, float]) -> dict[str, float]:
    """The signs that need no memory: the reader sees them too."""
    return {n: size for n, size in found.items() if n == "bias" or n.startswith("is_")}


def print_words(corpora: list[Mission]) -> None:
    """Print the stems that stand in one sentence of a hundred, and in one of 250, by the number of sentences."""
    found = Counter(
        stem for corpus in corpora for _, line in sentences(corpus.articles) for stem in stems_of(line.text)
    )
    for title, least, most in (("COMMON", 100, sys.maxsize), ("OFTEN", 40, 99)):
        print(title, *sorted(s for s, n in found.items() if least <= n <= most and len(s) > 1 and s.isascii()))


def main() -> None:
    """Print the measure, or fit the weights and print them."""
    parser = argparse.ArgumentParser(prog="python -m training.memory", description=__doc__.split("\n")[0])
    parser.add_argument("--show", choices=("again", "old", "missed"), help="print these errors too")
    parser.add_argument("--fit", action="store_true", help="fit the weights and print them")
    parser.add_argument("--words", action="store_true", help="print the common stems of pipeline/compare/stems.py")
    asked = parser.parse_args()
    if asked.words:
        print_words(missions())
        return
    if asked.fit:
        for name, weights in learn(missions()).items():
            print(f"{name}: dict[str, float] = {weights}")
        return
    for pace in PACES:
        worlds = [told(corpus, pace) for corpus in missions()]
        for variant, title in VARIANTS.items():
            total = Tally()
            for world in worlds:
                tally, errors = measure(world, variant)
                total += tally
                for kind, what, other in errors:
                    if kind == asked.show:
                        print(variant, world.watch.slug, what, other)
            print(f"{title}, at {pace} times the pace of the corpus")
            print(report(total))


if __name__ == "__main__":
    main()
