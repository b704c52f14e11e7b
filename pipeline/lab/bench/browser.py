"""The error browser: one page that shows each alert, miss and silence in its article. Pure, but for the template.

The page asks for nothing from outside: style and script stand in it and are named by hash in its security
policy, so that no text of an article can act, whatever it holds.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.lab.bench.figures import Mission, cause, reliability
from pipeline.lab.bench.gold import Event, GoldArticle
from pipeline.lab.bench.run import Seen
from pipeline.lab.bench.scoring import Kind, Outcome, overlap
from pipeline.lab.bench.tables import Table, error_tables, reliability_tables, summary_tables
from pipeline.model import Aspect, Change, escape
from pipeline.model.text import safe
from pipeline.reading.embedded import sentences

TEMPLATES = Path(__file__).resolve().parent / "templates"
NOT_TOLD = "not told"
KINDS = (*(kind.value for kind in Kind), NOT_TOLD)
_WORST = (Kind.FALSE, Kind.DUPLICATE, Kind.MISS, Kind.WRONG_ASPECT, Kind.WRONG_STAGE, Kind.RIGHT, Kind.BORDERLINE)
ROWS_SHOWN = 4  # rows of the board beside a miss


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said below a sentence: ``facts`` are (name, value) in the order shown."""

    kind: str
    aspect: str
    head: str
    facts: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Piece:
    """A sentence, or what stands between two, and its marks."""

    text: str
    start: int
    marks: list[Mark] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The worst of its marks, which gives it its colour."""
        kinds = {mark.kind for mark in self.marks}
        return next((kind.value for kind in _WORST if kind.value in kinds), "")


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article as shown: paragraphs of pieces, and apart what was not told of it."""

    name: str
    title: Piece
    outlet: str
    published: str
    relevant: bool
    reading: str
    paragraphs: tuple[tuple[Piece, ...], ...]
    silent: tuple[tuple[str, Mark], ...]


def page(missions: Sequence[Mission], *, at_once: float) -> str:
    """The error browser of ``missions`` as one HTML page.

    Args:
        missions: what was measured.
        at_once: the confidence from which a change is told at once.
    """
    style, script = (safe((TEMPLATES / name).read_text("utf-8")) for name in ("bench.css", "bench.js"))
    tables: list[Table] = [*summary_tables(missions, at_once=at_once, speed=False), *error_tables(missions)]
    views = [(m, _counts(m), _articles(m)) for m in missions]
    return _environment().get_template("bench.html").render(
        policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'",
        style=Markup(style),  # noqa: S704 - our own file, which holds no text from outside
        script=Markup(script),  # noqa: S704
        summary=tables,
        reliability=reliability_tables(missions),
        bins=reliability(missions),
        missions=views,
        kinds=KINDS,
        aspects=[aspect.value for aspect in Aspect],
        at_once=at_once,
    )  # fmt: skip


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["slug"] = lambda text: str(text).replace(" ", "-")
    environment.finalize = escape.for_template
    return environment


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _counts(mission: Mission) -> dict[str, int]:
    """How many of which kind: a miss once, however many articles report it."""
    found = {kind: len(mission.scored.of(kind)) for kind in Kind} | {Kind.MISS: len(mission.scored.missed)}
    return {kind.value: number for kind, number in found.items() if number}


def _articles(mission: Mission) -> list[ArticleView]:
    outcomes = dict(zip((id(one) for one in mission.run.alerts), mission.scored.outcomes, strict=True))
    seen: dict[str, list[Seen]] = {}
    for one in mission.run.seen:
        seen.setdefault(one.told().article, []).append(one)
    return [_article(mission, held, seen.get(held.name, []), outcomes) for held in mission.gold.articles]


def _article(mission: Mission, held: GoldArticle, seen: Sequence[Seen], outcomes: dict[int, Outcome]) -> ArticleView:
    article = held.article
    title = Piece(article.title, -1)
    paragraphs = _pieces(article.text)
    pieces = [piece for paragraph in paragraphs for piece in paragraph]
    silent = []
    for one in seen:
        if one.alerted:
            where = _holding(pieces, one.judgement.claim.start) or title
            where.marks.append(_alert(mission, one, outcomes[id(one)]))
        else:
            silent.append((one.judgement.claim.quote, _silence(one)))
    for event_id, sentence, marked in _misses(mission, held):
        where = _near(pieces, article.text, sentence) or title
        where.marks.append(_miss(mission, held, mission.gold.events[event_id], marked))
    reading = mission.run.readings[article.article_id]
    return ArticleView(
        name=held.name,
        title=title,
        outlet=article.outlet,
        published=f"{article.published:%Y-%m-%d %H:%M}",
        relevant=held.relevant,
        reading=("read as relevant: " if reading.relevant else "read as irrelevant: ") + reading.reason,
        paragraphs=paragraphs,
        silent=tuple(silent),
    )


def _pieces(text: str) -> tuple[tuple[Piece, ...], ...]:
    """The text as paragraphs of sentences, with all that stands between them."""
    paragraphs: list[list[Piece]] = []
    end = 0
    for part in sentences.split_sentences(text):
        gap = text[end : part.start]
        if not paragraphs or "\n" in gap:
            paragraphs.append([])
        if gap.strip():
            paragraphs[-1].append(Piece(gap.strip(), end))
        paragraphs[-1].append(Piece(part.text, part.start))
        end = part.end
    if rest := text[end:].strip():
        paragraphs.append([Piece(rest, end)])
    return tuple(map(tuple, paragraphs))


def _holding(pieces: Sequence[Piece], start: int) -> Piece | None:
    return next((p for p in pieces if start >= 0 and p.start <= start < p.start + len(p.text)), None)


def _near(pieces: Sequence[Piece], text: str, sentence: str) -> Piece | None:
    """The piece that holds ``sentence``, else the one that shares most words with it."""
    if found := _holding(pieces, text.find(sentence)):
        return found
    best = max(pieces, key=lambda piece: overlap(piece.text, sentence), default=None)
    return best if best is not None and overlap(best.text, sentence) > 0 else None


def _misses(mission: Mission, held: GoldArticle) -> list[tuple[str, str, bool]]:
    """(event, sentence, whether this is its first report) of the missed events that the article reports."""
    missed = set(mission.scored.missed)
    out = []
    for report in held.reports:
        if report.event_id in missed:
            missed.discard(report.event_id)
            first = mission.scored.reported[report.event_id][0] == held.name
            out.append((report.event_id, report.sentences[0], first))
    return out


def _alert(mission: Mission, one: Seen, outcome: Outcome) -> Mark:
    claim, facts = one.judgement.claim, []
    if outcome.event_id is not None:
        facts.append(("gold event", _event(mission.gold.events[outcome.event_id])))
    if outcome.kind is Kind.DUPLICATE and outcome.event_id is not None:
        by = mission.scored.found[outcome.event_id].told
        facts.append(("found before", f"{by.article}: “{by.quote}”"))
    if outcome.late:
        facts.append(("late", f"{outcome.late} earlier report{'s' if outcome.late > 1 else ''} went by"))
    if outcome.where:
        facts.append(("from", outcome.where))
    facts += _judged(one)
    return Mark(outcome.kind.value, claim.aspect.value, _head(one), tuple(facts))


def _silence(one: Seen) -> Mark:
    return Mark(NOT_TOLD, one.judgement.claim.aspect.value, _head(one), (*_judged(one), ("why not told", one.silence)))


def _miss(mission: Mission, held: GoldArticle, event: Event, first: bool) -> Mark:
    rows = mission.run.boards[held.article.article_id]
    known = [row.change for aspect in event.aspects for row in rows.of(aspect)][-ROWS_SHOWN:]
    facts = [("gold event", _event(event))]
    if first:
        facts.append(("missed because", cause(mission, event.event_id)))
    facts.append(("the board then", "; ".join(map(_row, known)) or f"nothing on {event.aspects[0].value}"))
    head = f"{event.aspects[0].value}, {event.stages[0].value.replace('_', ' ')}"
    return Mark(Kind.MISS.value, event.aspects[0].value, head if first else f"{head} (reported again)", tuple(facts))


def _judged(one: Seen) -> list[tuple[str, str]]:
    claim, change = one.judgement.claim, one.judgement.change
    against = "nothing like it"
    if one.against is not None:
        against = f"{_row(one.against)}: “{one.against.quote}” (likeness {one.judgement.similarity:.2f})"
    elif change is not None and change.before_stage is not None:
        against = f"{change.before_subject}: {change.before_value} ({change.before_stage.value.replace('_', ' ')})"
    facts = [
        ("verdict", f"{one.judgement.verdict.value}: {one.judgement.reason}"),
        ("the board then", against),
        ("read as", f"{claim.subject}: {claim.value}" + (f", {claim.event_date}" if claim.event_date else "")),
    ]
    return [*facts, ("because of", claim.why)] if claim.why else facts


def _head(one: Seen) -> str:
    claim = one.judgement.claim
    return f"{claim.aspect.value}, {claim.stage.value.replace('_', ' ')}, confidence {one.confidence:.2f}"


def _event(event: Event) -> str:
    labels = f"{'/'.join(event.aspects)}, {'/'.join(event.stages)}".replace("in_effect", "in effect")
    return f"{event.event_id} ({event.date}; {labels}) {event.subject}: {event.value}. {event.summary}"


def _row(change: Change) -> str:
    return f"{change.subject}: {change.value} ({change.stage.value.replace('_', ' ')} since {change.held_from})"
