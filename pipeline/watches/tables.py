"""The tables of a watch's files, as they are written: strict, frozen, and with an example for each key.

An example stands in the remedy of every message about its key, so each must itself be valid.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationInfo, field_validator

from pipeline import model
from pipeline.model.text import content_id, normalise, shorten
from pipeline.watches.alerting import AlertTable, BriefTable
from pipeline.watches.choice import ReaderTable
from pipeline.watches.values import (
    AspectName,
    Day,
    Language,
    RoleName,
    SlotName,
    StageName,
    Table,
    Text,
    Url,
    check_slug,
    problem,
    read_duration,
    read_instant,
    suggest,
)

__all__ = ["BaselineFile", "FeedsFile", "WatchFile", "nearest_sentence", "same_address", "suggest", "table_at"]

_RANGES = ("figure", "amount")  # parts that are written as low and high
_SENTENCE = re.compile(r"[^\s.!?][^.!?\n]*[.!?]*")


class NameTable(Table):
    """``[[name]]`` or ``[[sister_mission]]``."""

    text: Text = Field(examples=['"Gang Suppression Force"'])
    acronym: bool = Field(False, examples=["true"])
    valid_from: Day | None = Field(None, examples=["2025-08-28"])
    valid_to: Day | None = Field(None, examples=["2025-10-02"])
    context: list[Text] = Field([], examples=['["Haiti"]'])
    not_context: list[Text] = Field([], examples=['["flotilla"]'])

    @field_validator("valid_to")
    @classmethod
    def _ends_after_it_begins(cls, value: date | None, info: ValidationInfo) -> date | None:
        begin = info.data.get("valid_from")
        if value and begin and value < begin:
            raise problem(f"valid_to {value} is before valid_from {begin}.", "Swap the two, or mend one.")
        return value

    def name(self) -> model.Name:
        """The name as the rules know it."""
        return model.Name(
            self.text, self.acronym, self.valid_from, self.valid_to, tuple(self.context), tuple(self.not_context)
        )


class WatchFile(Table):
    """``watch.toml``."""

    slug: Annotated[str, AfterValidator(check_slug)] | None = Field(None, examples=['"haiti"'])
    formerly: list[Annotated[str, AfterValidator(check_slug)]] = Field([], max_length=50, examples=['["haiti-mss"]'])
    title: Text = Field(examples=['"Haiti: the security mission"'])
    places: list[Text] = Field([], examples=['["Haiti"]'])
    languages: list[Language] = Field(["en"], min_length=1, examples=['["en", "fr"]'])
    name: list[NameTable] = Field(min_length=1, examples=['a table: [[name]] with text = "..."'])
    sister_mission: list[NameTable] = Field([], examples=['a table: [[sister_mission]] with text = "..."'])
    alert: list[AlertTable] = Field([], examples=['a table: [[alert]] with name = "..."'])
    brief: list[BriefTable] = Field([], max_length=20, examples=['a table: [[brief]] with name = "..."'])
    reader: ReaderTable = Field(ReaderTable.model_validate({}), examples=['a table: [reader] with kind = "..."'])


class SharedFile(Table):
    """``alerts.toml`` in the folder that holds the folders of watches: rules that each of them has."""

    alert: list[AlertTable] = Field([], examples=['a table: [[alert]] with name = "..."'])


class SourceTable(Table):
    """``[source]``: the seed article."""

    title: Text = Field(examples=['"The headline"'])
    outlet: Text = Field(examples=['"The outlet"'])
    published: Annotated[datetime, BeforeValidator(read_instant)] = Field(examples=["2025-08-24T00:00:00+03:00"])
    url: Url | None = Field(None, examples=['"https://example.org/story"'])


class FactTable(Table):
    """``[[fact]]``: needs the validation context ``{"text": baseline text}``."""

    aspect: AspectName = Field(examples=['"lead"'])
    subject: Text = Field(examples=['"MSS"'])
    stage: StageName = Field(examples=['"in_effect"'])
    value: Text = Field(examples=['"Kenya"'])
    quote: Text = Field(examples=['"A sentence of baseline.md."'])
    since: Day | None = Field(None, examples=["2024-06-25"])
    slot: SlotName | None = Field(None, examples=['"lead"'])
    key: str = Field("", examples=['"force commander"'])
    parts: dict[str, str | int | float | bool] = Field({}, examples=['{ country = "Kenya" }'])

    @field_validator("parts")
    @classmethod
    def _are_typed(cls, value: dict[str, str | int | float | bool]) -> dict[str, str | int | float | bool]:
        known = {f.name for f in fields(model.Parts)} | {
            f"{n}_{end}" for n in _RANGES for end in ("low", "high", "about")
        }
        if unknown := sorted(set(value) - known):
            raise problem(f"'{unknown[0]}' is no part.", suggest(unknown[0], sorted(known)))
        try:
            model.Parts.from_flat(value)
        except ValueError as error:
            raise problem(
                f"{error}.", 'Write { until = "2025-10-02", figure_low = 2500, unit = "personnel" }.'
            ) from error
        return value

    @field_validator("quote")
    @classmethod
    def _stands_in_the_text(cls, value: str, info: ValidationInfo) -> str:
        text: str | None = (info.context or {}).get("text")
        if text is None or value in text:
            return value
        remedy = "Copy a sentence of baseline.md as it stands there."
        if near := nearest_sentence(value, text):
            remedy = f'Copy the sentence as it stands there; the nearest is "{near}"'
        raise problem("the quote does not stand in baseline.md.", remedy)

    def fact(self, text: str) -> model.Fact:
        """The fact with its place in ``text``."""
        typed = model.TypedFact(self.slot, self.key, model.Parts.from_flat(self.parts)) if self.slot else None
        return model.Fact(
            self.aspect, self.subject, self.stage, self.value, self.quote, text.index(self.quote), self.since, typed
        )


class BaselineFile(Table):
    """``baseline.toml``."""

    source: SourceTable = Field(examples=["a table: [source] with title, outlet and published"])
    fact: list[FactTable] = Field([], examples=['a table: [[fact]] with aspect = "..."'])


class FeedTable(Table):
    """``[[feed]]``."""

    url: Url = Field(examples=['"https://example.org/feed.xml"'])
    title: Text = Field(examples=['"The outlet: world"'])
    role: RoleName = Field(examples=['"outlet"'])
    family: Text = Field(examples=['"the-publisher"'])
    language: Language = Field(examples=['"en"'])
    region: Text = Field(examples=['"Caribbean"'])
    expected_every: Annotated[timedelta, BeforeValidator(read_duration)] = Field(examples=['"6h"'])
    confirmed_in: str = Field("", examples=['"https://example.org/rss"'])

    def feed(self) -> model.Feed:
        """The feed, with its id."""
        return model.Feed(
            feed_id=content_id("feed", self.url),
            url=self.url,
            title=self.title,
            role=self.role,
            family=self.family,
            language=self.language,
            region=self.region,
            expected_every=self.expected_every,
            confirmed_in=self.confirmed_in,
        )


class FeedsFile(Table):
    """``feeds.toml``."""

    feed: list[FeedTable] = Field([], max_length=5_000, examples=['a table: [[feed]] with url = "..."'])


def nearest_sentence(quote: str, text: str) -> str:
    """The sentence of ``text`` that is most like ``quote``, in at most 200 characters; empty where none is."""
    sentences = {normalise(found): found for found in _SENTENCE.findall(text)[:2_000] if len(found) <= 1_000}
    near = difflib.get_close_matches(normalise(quote[:1_000]), list(sentences), n=1, cutoff=0.4)
    return shorten(sentences[near[0]], 200) if near else ""


def same_address(url: str) -> str:
    """``url`` in a form in which two spellings of one feed are equal."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}{query}"


def table_at(kind: type[BaseModel], path: tuple[Any, ...]) -> type[BaseModel]:
    """The table at ``path`` inside ``kind``: indexes are passed over."""
    for part in path:
        field = kind.model_fields.get(part) if isinstance(part, str) else None
        if field is None:
            continue
        inner = field.annotation
        inner = next(iter(getattr(inner, "__args__", ()) or ()), inner)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            kind = inner
    return kind
