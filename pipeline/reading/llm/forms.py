"""The forms that a language model fills in: their JSON schemas, and how answers are read.

Models differ in how well they keep to a form. What can be understood counts: an answer between fences or after its
reasoning, a key too many, a number written as text, "in effect" for ``in_effect``, half a list. What can't is lost
alone, and the reading's reason says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from pipeline.language import anglicise_figures, to_english
from pipeline.model import Article, Claim, ReaderChoice, Reading, Relation, RelationKind, Slot, Stage, phrasing
from pipeline.model.facts import HARM, Day, Figure, FigureRole, Movement, Parts, TypedFact, usual_key
from pipeline.model.quantities import Quantity, quantities
from pipeline.model.text import content_id, safe, squeeze
from pipeline.reading.llm.answers import as_number, as_text, last_object, list_entries
from pipeline.reading.llm.opinions import Answer, ModelOpinion
from pipeline.reading.llm.prompt import MAX_CLAIMS, Ask, Form
from pipeline.reading.llm.quotes import find_quote
from pipeline.reading.llm.rows import ShownRow, find_row

MAX_QUOTE = 1_200  # characters; the longest sentence that the embedded engine knows
MIN_QUOTE = 15  # of a claim: less is no evidence
MAX_WORDS = 90  # characters of a name; a clause is no part of a fact
LONG_AGO = timedelta(days=3 * 366)  # an event before that is no event of this article's
MIN_UNCHANGED = 0.8  # so sure the first model must be that an article tells nothing: the second does not see it then
TELLING = 10  # from this number on a figure must stand in the article; smaller ones are written in many ways

_DATED = re.compile(r"^\d{4}-\d{2}-\d{2}\s*")  # before the victims: an incident's day is stated separately
_NAMES = ("act", "actor", "person", "organisation", "country", "place", "item", "unit", "currency")
_DAYS = ("day", "start", "until", "since")
_TEXT = {"type": ["string", "null"]}
_NUMBER = {"type": ["number", "null"]}
_SURE = {"type": "number", "minimum": 0, "maximum": 1}
_PARTS = {
    "type": "object",
    "properties": {
        **dict.fromkeys(_NAMES, _TEXT),
        **dict.fromkeys(_DAYS, _TEXT),
        **dict.fromkeys(("figure", "figure_high", "amount", "amount_high", *HARM), _NUMBER),
        "role": {"type": ["string", "null"], "enum": [*(role.value for role in FigureRole), None]},
        "movement": {"type": ["string", "null"], "enum": [*(movement.value for movement in Movement), None]},
    },
    "additionalProperties": False,
}
_FACT = {
    "slot": {"type": "string", "enum": [slot.value for slot in Slot]},
    "key": _TEXT,
    "stage": {"type": "string", "enum": [stage.value for stage in Stage]},
    "parts": _PARTS,
    "row": _TEXT,
    "quote": {"type": "string"},
    "confidence": _SURE,
}
_READ = {
    **_FACT,
    "relation": {"type": "string", "enum": [kind.value for kind in RelationKind]},
    "quote2": _TEXT,
    "day": _TEXT,
}
_STATE = {key: value for key, value in _READ.items() if key not in ("relation", "row")}
_VERIFY = {"answer": {"type": "string", "enum": [answer.value for answer in Answer]}, **_FACT}


def _object(properties: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(required), "additionalProperties": False}


def _facts(item: Mapping[str, Any]) -> dict[str, Any]:
    return _object({"facts": {"type": "array", "maxItems": MAX_CLAIMS, "items": item}}, ("facts",))


SCHEMAS: Mapping[Form, dict[str, Any]] = {
    "verify": _object(_VERIFY, ("answer", "slot", "stage", "confidence", "quote")),
    "read": _facts(_object(_READ, ("slot", "stage", "relation", "quote", "confidence"))),
    "state": _facts(_object(_STATE, ("slot", "stage", "quote", "confidence"))),
    "glance": _object({"changed": {"type": "boolean"}, "confidence": _SURE}, ("changed", "confidence")),
}


def is_usable(ask: Ask, content: str) -> bool:
    """Decide whether anything of ``content`` can be taken for the form of ``ask``, filled in."""
    if ask.form in ("read", "state"):
        return list_entries(content, "facts") is not None
    filled = last_object(content)
    return filled is not None and ("answer" if ask.form == "verify" else "changed") in filled


def is_changed(content: str) -> bool:
    """Decide from the form ``glance`` whether anything changed; False only where the model is sure of that."""
    filled = last_object(content) or {}
    confidence = as_number(filled.get("confidence"))
    return filled.get("changed") is not False or confidence is None or confidence < MIN_UNCHANGED


def parse_opinion(
    content: str, claim: Claim, published: date, model: str, rows: Sequence[ShownRow] = ()
) -> ModelOpinion:
    """Parse the opinion of ``claim`` in a filled-in form.

    Where it can't be understood, or quotes what does not stand in the sentence, the opinion has a trouble.
    """
    filled = last_object(content)
    answer = _word(Answer, filled.get("answer")) if filled is not None else None
    if filled is None or answer is None:
        return ModelOpinion(claim.claim_id, model, trouble="its answer does not fit the form")
    quote = as_text(filled.get("quote"))
    if quote and find_quote(quote, claim.quote) is None:
        return ModelOpinion(claim.claim_id, model, trouble="what it quotes does not stand in the sentence")
    confidence = as_number(filled.get("confidence"))
    confidence = min(max(confidence, 0.0), 1.0) if confidence is not None else 0.5
    slot, stage = _word(Slot, filled.get("slot")), _word(Stage, filled.get("stage"))
    fact = None
    if answer is Answer.CHANGE and slot is not None and claim.fact is not None:
        fact = _fact(filled, slot, stage or claim.stage, claim.event_date or published, claim.quote)
        if slot is claim.fact.slot and isinstance(fact, TypedFact) and not fact.parts.stated():
            fact = None  # it has nothing to add to what the engine typed
    row = find_row(as_text(filled.get("row")), rows)
    return ModelOpinion(
        claim_id=claim.claim_id,
        model=model,
        answer=answer,
        fact=fact if isinstance(fact, TypedFact) else None,
        stage=None if stage is claim.stage else stage,
        row=row.change_id if row is not None else None,
        confidence=round(confidence, 4),
    )


@dataclass(frozen=True, slots=True)
class ReadingRequest:
    """What a model was asked to read, and what its answer is checked against.

    Attributes:
        article: every quote must stand in its text or title.
        spans: (start, end) of the text's sentences: a quote becomes the whole sentence that holds it.
        rows: the board's rows that it was shown.
    """

    article: Article
    spans: Sequence[tuple[int, int]]
    rows: Sequence[ShownRow] = ()


def parse_reading(
    content: str, trouble: str, asked: ReadingRequest, embedded: Reading, engine: str, choice: ReaderChoice
) -> Reading:
    """Parse the reading in a filled-in form; ``embedded``, with the reason, where it has none.

    Args:
        content: the filled-in form ``read`` or ``state``; looked at only where there is no ``trouble``.
        trouble: why there is none.
        asked: the article, its sentences, and the rows that were shown.
        embedded: what the embedded engine makes of it.
        engine: the name of the model's engine.
        choice: which model.
    """
    article = asked.article
    who = ModelOpinion(article.article_id, choice.model).who
    found = None if trouble else list_entries(content, "facts")
    if found is None:
        why = trouble or "its answer does not fit the form"
        reason = f"{embedded.reason}; {who} was not heard ({why}), so this is the embedded engine's reading"
        return replace(embedded, engine=engine, reason=reason)
    claims: dict[Any, Claim] = {}
    dropped: list[str] = []
    for one in found[:MAX_CLAIMS]:
        claim = _claim(one, asked, engine)
        if isinstance(claim, str):
            dropped.append(claim)
        else:
            claims.setdefault(claim.claim_id, claim)
    if len(found) > MAX_CLAIMS:
        dropped.append(f"more than {MAX_CLAIMS} facts")
    told = "1 fact" if len(claims) == 1 else f"{len(claims)} facts"
    reason = f"{embedded.reason}; {who} finds {told}"
    if dropped:
        reason += f", and {len(dropped)} more that were dropped: {'; '.join(sorted(set(dropped)))}"
    ordered = sorted(claims.values(), key=lambda claim: (claim.start, claim.aspect.value, str(claim.claim_id)))
    return Reading(article.article_id, engine, True, reason, tuple(ordered))


def _claim(one: object, asked: ReadingRequest, engine: str) -> Claim | str:
    """Return the claim that one entry of the form makes, or why it is dropped."""
    if not isinstance(one, dict):
        return "an entry that is no object"
    article = asked.article
    slot, stage = _word(Slot, one.get("slot")), _word(Stage, one.get("stage"))
    if slot is None or stage is None:
        return "no slot or stage that there is"
    placed = _placed(as_text(one.get("quote")), article, asked.spans)
    if isinstance(placed, str):
        return placed
    quote, start, end = placed
    published = article.published.date()
    day = _day(one.get("day"))
    if day is not None and not published - LONG_AGO <= day.day <= published + timedelta(days=1):
        day = None
    beside = _placed(as_text(one.get("quote2")), article, asked.spans)
    evidence = f"{quote}\n{beside[0]}" if isinstance(beside, tuple) else quote
    fact = _fact(
        one, slot, stage, day.day if day is not None else published, evidence, f"{article.title}\n{article.text}"
    )
    if isinstance(fact, str):
        return fact
    subject, value = phrasing.subject(fact), phrasing.value(fact, stage)
    kind = _word(RelationKind, one.get("relation"))
    background = as_text(one.get("relation")) == "background"
    row = find_row(as_text(one.get("row")), asked.rows)
    confidence = as_number(one.get("confidence"))
    return Claim(
        claim_id=content_id(
            "claim", article.article_id, engine, fact.slot.aspect.value, stage.value, start, subject, value
        ),
        article_id=article.article_id,
        aspect=fact.slot.aspect,
        stage=stage,
        subject=subject,
        value=value,
        quote=quote,
        start=start,
        end=end,
        event_date=day.day if day is not None and len(day.iso) == len("2025-01-31") else None,
        background=background,
        confidence=round(min(max(confidence, 0.0), 1.0), 4) if confidence is not None else 0.5,
        why=f"also: {beside[0]}" if isinstance(beside, tuple) else "",
        fact=fact,
        relation=Relation(kind or RelationKind.NEW, row.change_id if row is not None else None),
    )


def _placed(quote: str, article: Article, spans: Sequence[tuple[int, int]]) -> tuple[str, int, int] | str:
    """Return the quote as the article has it and its place, or why it is none; (-1, -1) is the title."""
    if len(quote) < MIN_QUOTE:
        return "the quote is too short"
    found = find_quote(quote, article.text)
    if found is None:
        return (
            (article.title, -1, -1) if find_quote(quote, article.title) else "the quote does not stand in the article"
        )
    start, end = found
    start, end = next(((a, b) for a, b in spans if a <= start and end <= b), (start, end))
    return (article.text[start:end], start, end) if end - start <= MAX_QUOTE else "the quote is too long"


def _fact(
    one: Mapping[str, Any], slot: Slot, stage: Stage, day: date, evidence: str, elsewhere: str = ""
) -> TypedFact | str:
    """Return the typed fact that an entry gives, or why it is dropped: a figure that stands nowhere in the article."""
    given = one.get("parts")
    parts = _parts(given if isinstance(given, dict) else {})
    wanted = {number for number in _numbers(parts) if number >= TELLING}
    if not wanted <= _figures(evidence) and not wanted <= _figures(f"{evidence}\n{elsewhere}"):
        return "a figure that the article does not have"
    parts = _as_rough_as(evidence, parts)
    if stage is Stage.REJECTED:
        parts = replace(parts, **dict.fromkeys(HARM))  # type: ignore[arg-type]
    return TypedFact(slot, usual_key(slot, _DATED.sub("", _name(one.get("key"))), day), parts)


def _parts(given: Mapping[str, Any]) -> Parts:
    held: dict[str, Any] = {name: _name(given.get(name)) for name in _NAMES}
    held |= {name: _day(given.get(name)) for name in _DAYS}
    for name in ("figure", "amount"):
        low = as_number(given.get(name))
        high = as_number(given.get(f"{name}_high"))
        held[name] = Figure(low, max(low, high if high is not None else low)) if low is not None and low >= 0 else None
    for name in HARM:
        count = as_number(given.get(name))
        held[name] = int(count) if count else None
    held["movement"] = _word(Movement, given.get("movement"))
    return Parts(**held, role=_word(FigureRole, given.get("role")) or FigureRole.TOTAL)


def _as_rough_as(evidence: str, parts: Parts) -> Parts:
    """Return ``parts`` with those figures said roughly that the sentences say roughly: the form has no word for it."""
    said = _quantities(evidence)
    rough = {q.number for q in said if q.about} - {q.number for q in said if not q.about}

    def as_said(figure: Figure | None) -> Figure | None:
        is_rough = figure is not None and figure.low == figure.high and figure.low in rough
        return figure._replace(about=True) if figure is not None and is_rough else figure

    return replace(parts, figure=as_said(parts.figure), amount=as_said(parts.amount))


def _numbers(parts: Parts) -> list[float]:
    figures = [figure for figure in (parts.figure, parts.amount) if figure is not None]
    numbers = [number for figure in figures for number in (figure.low, figure.high)]
    return numbers + [float(count) for name in HARM if (count := getattr(parts, name))]


def _name(given: object) -> str:
    text = safe(as_text(given))
    return "" if len(text) > MAX_WORDS else text


def _word(words: Any, given: object) -> Any:
    """Return the word of a closed set that is meant, however it is written; None where none is."""
    text = as_text(given).lower().replace(" ", "_").replace("-", "_")
    return next((word for word in words if word.value == text), None)


def _day(given: object) -> Day | None:
    text = as_text(given)
    try:
        return Day.from_iso(text) if text else None
    except ValueError:
        return None


def _figures(text: str) -> set[float]:
    return {q.number for q in _quantities(text)}


def _quantities(text: str) -> list[Quantity]:
    """Return the numbers of ``text``, however they are written there: "1.200" and "1 200" are 1,200 elsewhere."""
    ways = dict.fromkeys((text, anglicise_figures(to_english(text))))
    return [q for way in ways for q in quantities(squeeze(way))]
