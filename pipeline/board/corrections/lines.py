"""Read and write corrections as a file of JSON lines: labelled examples, and input for another store. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.board.corrections.correction import FOR, MAX_AUTHOR, MAX_NOTE, PINS, Anchor, Correction, CorrectionKind
from pipeline.model import Article, Aspect, Stage
from pipeline.model.errors import UsageError
from pipeline.model.text import safe
from pipeline.reading.embedded.sentences import split_sentences

MAX_LINE, MAX_LINES = 400_000, 100_000  # characters of a line, and lines of a file
MAX_ANCHORS = 2_000

_Words = Annotated[str, Field(max_length=4_000)]  # as the engine may have it: a clause
_Quote = Annotated[str, Field(max_length=4_000)]


class _Given(BaseModel):
    # What is there besides (context, the article's outlet) is for those who learn from the file.
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Labels(_Given):
    aspect: Aspect | None = None
    stage: Stage | None = None
    subject: _Words = ""
    value: _Words = ""
    event_date: date | None = None


class _Place(_Given):
    url: Annotated[str, Field(max_length=4_000)]
    text_hash: Annotated[str, Field(max_length=64)] = ""
    quote: _Quote = ""
    start: Annotated[int, Field(ge=-1)] = -1
    end: Annotated[int, Field(ge=-1)] = -1
    engine: _Labels = _Labels()
    claim_id: UUID | None = None
    article_id: UUID | None = None
    change_id: UUID | None = None


class _Person(_Labels):
    subject_key: _Words = ""


class _Line(_Given):
    mark_id: UUID
    watch: Annotated[str, Field(min_length=1, max_length=200)]
    kind: CorrectionKind
    author: Annotated[str, Field(min_length=1, max_length=MAX_AUTHOR)]
    made_at: AwareDatetime
    watch_time: AwareDatetime
    note: Annotated[str, Field(max_length=MAX_NOTE)] = ""
    person: _Person = _Person()
    undoes: UUID | None = None
    sentences: Annotated[list[_Place], Field(max_length=MAX_ANCHORS)] = []

    @model_validator(mode="after")
    def _is_whole(self) -> _Line:
        if self.kind is CorrectionKind.UNDONE and self.undoes is None:
            raise ValueError("a mark of kind undone must say what it undoes")
        if self.kind in PINS and (self.person.aspect is None or not self.person.subject_key):
            raise ValueError("a pin must have person.aspect and person.subject_key")
        if self.kind is CorrectionKind.PINNED and (self.person.stage is None or not self.person.value):
            raise ValueError("a pin must have person.stage and person.value")
        if self.kind not in PINS and self.kind is not CorrectionKind.UNDONE and not self.sentences:
            raise ValueError("sentences is empty: nothing tells what was marked")
        if self.kind in FOR and not (self.sentences[0].quote and self.sentences[0].engine.aspect):
            raise ValueError("the first of sentences must have its quote and the engine's labels")
        return self


@dataclass(frozen=True, slots=True)
class Example:
    """A correction with the articles, as far as they are still kept, in which its sentences stand.

    Attributes:
        articles: by address: those in which the correction's sentences stand.
    """

    correction: Correction
    articles: Mapping[str, Article]


def correction_as_line(example: Example) -> dict[str, Any]:
    """Return the line of one correction, as docs/marks.md documents it."""
    correction = example.correction
    return {
        "mark_id": str(correction.correction_id),
        "watch": correction.watch,
        "kind": correction.kind.value,
        "author": correction.author,
        "made_at": correction.made_at.isoformat(),
        "watch_time": correction.watch_time.isoformat(),
        "note": correction.note,
        "person": {
            **_labels(correction.aspect, correction.stage, correction.subject, correction.value, correction.since),
            "subject_key": correction.subject_key,
        },
        "undoes": str(correction.undoes) if correction.undoes else None,
        "sentences": [_place(anchor, example.articles.get(anchor.url)) for anchor in correction.anchors],
    }


def correction_from_line(text: str, where: str) -> Correction:
    """Parse the correction in one line of a file.

    Args:
        text: the line.
        where: file and line, for errors.

    Raises:
        UsageError: it is no such line; names ``where`` and what is wrong.
    """
    if len(text) > MAX_LINE:
        raise UsageError(f"{where}: the line is longer than {MAX_LINE:,} characters.", remedy=_REMEDY)
    try:
        found = _Line.model_validate(json.loads(text))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the line"
        message = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{where}: {place}: {message[0].lower()}{message[1:]}.", remedy=_REMEDY) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: is not JSON: {error}.", remedy=_REMEDY) from None
    person = found.person
    return Correction(
        correction_id=found.mark_id,
        watch=found.watch,
        kind=found.kind,
        author=safe(found.author),
        made_at=found.made_at,
        watch_time=found.watch_time,
        note=safe(found.note),
        anchors=tuple(map(_anchor, found.sentences)),
        aspect=person.aspect,
        stage=person.stage,
        subject=safe(person.subject),
        value=safe(person.value),
        since=person.event_date,
        subject_key=safe(person.subject_key),
        undoes=found.undoes,
    )


_REMEDY = "The file should be one that `missionwatch marks export` has written; docs/marks.md has its format."


def _anchor(place: _Place) -> Anchor:
    engine = place.engine
    return Anchor(
        url=place.url,
        text_hash=place.text_hash,
        quote=place.quote,
        start=place.start,
        end=place.end,
        aspect=engine.aspect,
        stage=engine.stage,
        subject=engine.subject,
        value=engine.value,
        event_date=engine.event_date,
        claim_id=place.claim_id,
        article_id=place.article_id,
        change_id=place.change_id,
    )


def _place(anchor: Anchor, article: Article | None) -> dict[str, Any]:
    before, after = _around(anchor, article)
    return {
        "url": anchor.url,
        "text_hash": anchor.text_hash,
        "quote": anchor.quote,
        "start": anchor.start,
        "end": anchor.end,
        "engine": _labels(anchor.aspect, anchor.stage, anchor.subject, anchor.value, anchor.event_date),
        "before": before,
        "after": after,
        "article": None
        if article is None
        else {
            "title": article.title,
            "outlet": article.outlet,
            "published": article.published.isoformat(),
            "language": article.language,
        },
        "claim_id": _id(anchor.claim_id),
        "article_id": _id(anchor.article_id),
        "change_id": _id(anchor.change_id),
    }


def _around(anchor: Anchor, article: Article | None) -> tuple[str, str]:
    """Return the sentences before and after that of ``anchor``; empty where the text is not kept."""
    if article is None or anchor.start < 0 or article.text[anchor.start : anchor.end] != anchor.quote:
        return "", ""
    sentences = split_sentences(article.text)
    at = next((s.number for s in sentences if s.start <= anchor.start < s.end), None)
    if at is None:
        return "", ""
    return sentences[at - 1].text if at else "", sentences[at + 1].text if at + 1 < len(sentences) else ""


def _labels(aspect: Aspect | None, stage: Stage | None, subject: str, value: str, day: date | None) -> dict[str, Any]:
    return {
        "aspect": aspect.value if aspect else None,
        "stage": stage.value if stage else None,
        "subject": subject,
        "value": value,
        "event_date": day.isoformat() if day else None,
    }


def _id(value: UUID | None) -> str | None:
    return str(value) if value is not None else None
