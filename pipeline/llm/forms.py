"""The forms that a language model fills in: their JSON schemas, and what of a filled-in form counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.board import quantities
from pipeline.language import english, figures_in_english
from pipeline.llm.opinions import Opinion
from pipeline.llm.prompt import MAX_CLAIMS, Ask, Form
from pipeline.model import Article, Aspect, Claim, Precision, ReaderChoice, Reading, Stage
from pipeline.text import content_id, safe, shorten, squeeze

MAX_ANSWER = 200_000  # characters of a filled-in form
MAX_QUOTE = 1_200  # characters; the longest sentence that the embedded engine knows
MIN_QUOTE = 15  # of a claim: less is no evidence
MAX_WORDS = 200  # characters of a subject or value
LONG_AGO = timedelta(days=3 * 366)  # an event before that is no event of this article's

_ASPECT = {"type": "string", "enum": [aspect.value for aspect in Aspect]}
_STAGE = {"type": "string", "enum": [stage.value for stage in Stage]}
_SURE = {"type": "number", "minimum": 0, "maximum": 1}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }


SCHEMAS: Mapping[Form, dict[str, Any]] = {
    "verify": _object(
        {
            "is_about_mission": {"type": "boolean"},
            "is_news": {"type": "boolean"},
            "aspect": _ASPECT,
            "stage": _STAGE,
            "already_known": {"type": "boolean"},
            "confidence": _SURE,
            "quote": {"type": "string"},
        }
    ),
    "read": _object(
        {
            "claims": {
                "type": "array",
                "maxItems": MAX_CLAIMS,
                "items": _object(
                    {
                        "aspect": _ASPECT,
                        "stage": _STAGE,
                        "subject": {"type": "string"},
                        "value": {"type": "string"},
                        "event_date": {"type": ["string", "null"]},
                        "background": {"type": "boolean"},
                        "quote": {"type": "string"},
                        "confidence": _SURE,
                    }
                ),
            }
        }
    ),
}

_Sure = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Filled(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Answer(_Filled):
    """The form ``verify``, filled in."""

    is_about_mission: bool
    is_news: bool
    aspect: Aspect
    stage: Stage
    already_known: bool
    confidence: _Sure
    quote: str


class FoundClaim(_Filled):
    """One claim of the form ``read``."""

    aspect: Aspect
    stage: Stage
    subject: str
    value: str
    event_date: str | None
    background: bool
    quote: str
    confidence: _Sure


class _Found(_Filled):
    claims: list[FoundClaim] = Field(max_length=MAX_CLAIMS)


_Form = TypeVar("_Form", bound=_Filled)


def fits(ask: Ask, content: str) -> bool:
    """Whether ``content`` is the form of ``ask``, filled in as its schema wants it."""
    return _filled(Answer if ask.form == "verify" else _Found, content) is not None


def opinion_of(content: str, claim: Claim, model: str) -> Opinion:
    """The opinion that a filled-in form gives of ``claim``.

    Whatever is not exactly such a form, or quotes what does not stand in the sentence, is an opinion with a trouble.
    """
    answer = _filled(Answer, content)
    if answer is None:
        return Opinion(claim.claim_id, model, trouble="its answer does not fit the form")
    quote = answer.quote.strip()
    if len(quote) < min(MIN_QUOTE, len(claim.quote)) or quote not in claim.quote:
        return Opinion(claim.claim_id, model, trouble="what it quotes does not stand in the sentence")
    return Opinion(
        claim_id=claim.claim_id,
        model=model,
        is_about_mission=answer.is_about_mission,
        is_news=answer.is_news,
        already_known=answer.already_known,
        aspect=None if answer.aspect is claim.aspect else answer.aspect,
        stage=None if answer.stage is claim.stage else answer.stage,
        confidence=answer.confidence,
    )


def reading_of(
    content: str, trouble: str, article: Article, embedded: Reading, spans: Sequence[tuple[int, int]], engine: str,
    choice: ReaderChoice,
) -> Reading:  # fmt: skip
    """What a model made of ``article``, or ``embedded`` with the reason why that stands in.

    Args:
        content: the filled-in form ``read``; looked at only where there is no ``trouble``.
        trouble: why there is none.
        article: every quote must stand verbatim in its text or title.
        embedded: what the embedded engine makes of it.
        spans: (start, end) of the text's sentences: a quote becomes the whole sentence that holds it.
        engine: the name of the model's engine.
        choice: which model.
    """
    who = Opinion(article.article_id, choice.model).who
    found = None if trouble else _filled(_Found, content)
    if found is None:
        why = trouble or "its answer does not fit the form"
        reason = f"{embedded.reason}; {who} was not heard ({why}), so this is the embedded engine's reading"
        return replace(embedded, engine=engine, reason=reason)
    claims: dict[Any, Claim] = {}
    dropped: list[str] = []
    for one in found.claims:
        claim = _claim(one, article, spans, engine)
        if isinstance(claim, str):
            dropped.append(claim)
        else:
            claims.setdefault(claim.claim_id, claim)
    reason = f"{embedded.reason}; {who} finds {len(claims)} claims"
    if dropped:
        reason += f", and {len(dropped)} more that were dropped: {'; '.join(sorted(set(dropped)))}"
    ordered = sorted(claims.values(), key=lambda claim: (claim.start, claim.aspect.value, str(claim.claim_id)))
    return Reading(article.article_id, engine, True, reason, tuple(ordered))


def _claim(one: FoundClaim, article: Article, spans: Sequence[tuple[int, int]], engine: str) -> Claim | str:
    """The claim, or why it is dropped."""
    subject, value = (shorten(safe(text), MAX_WORDS) for text in (one.subject, one.value))
    quote = one.quote.strip()
    if not subject or not value:
        return "no subject or no value"
    if not MIN_QUOTE <= len(quote) <= MAX_QUOTE:
        return "the quote is too short or too long"
    start = article.text.find(quote)
    end = start + len(quote)
    if start >= 0:
        start, end = next(((a, b) for a, b in spans if a <= start and end <= b), (start, end))
        quote = article.text[start:end]
    elif quote in article.title:
        start, end = -1, -1
    else:
        return "the quote does not stand in the article"
    if not _figures(value) <= _figures(quote):
        return "a figure that its quote does not have"
    published = article.published.date()
    day = _day(one.event_date)
    if day is not None and not published - LONG_AGO <= day <= published + timedelta(days=1):
        day = None
    return Claim(
        claim_id=content_id(
            "claim", article.article_id, engine, one.aspect.value, one.stage.value, start, subject, value
        ),
        article_id=article.article_id,
        aspect=one.aspect,
        stage=one.stage,
        subject=subject,
        value=value,
        quote=quote,
        start=start,
        end=end,
        event_date=day,
        event_precision=Precision.DAY,
        background=one.background,
        confidence=round(one.confidence, 4),
        why="",
    )


def _filled(form: type[_Form], content: str) -> _Form | None:
    if len(content) > MAX_ANSWER:
        return None
    try:
        return form.model_validate_json(content)
    except (ValidationError, ValueError):  # lone surrogates make a ValueError of their own
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text else None
    except ValueError:
        return None


def _figures(text: str) -> set[float]:
    """The telling numbers of ``text``: ten and more, no years."""
    return {
        q.number
        for way in dict.fromkeys((text, figures_in_english(english(text))))  # "1.200" and "1 200" are 1,200 elsewhere
        for q in quantities(squeeze(way))
        if q.number >= 10 and not 1990 <= q.number <= 2060
    }
