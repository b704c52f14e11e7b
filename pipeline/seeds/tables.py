"""The tables of a watch's files, as they are written: strict, frozen, and with an example for each key.

An example stands in the remedy of every message about its key, so each must itself be valid.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from pipeline import model
from pipeline.model import Aspect, Role, Stage
from pipeline.text import content_id, normalise, shorten

_Value = TypeVar("_Value", bound=StrEnum)

MAX_TEXT = 5_000  # characters of one string; a sentence is far shorter
_DURATION = re.compile(r"(\d{1,5}) ?([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=366)
_SENTENCE = re.compile(r"[^\s.!?][^.!?\n]*[.!?]*")
_CHANNELS = "console, file, file:NAME, env:NAME or an Apprise URL such as mailto://..."
_FILE_CHANNEL = re.compile(r"file(:[A-Za-z0-9][A-Za-z0-9._-]{0,63})?")
_ENV_CHANNEL = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_URL_CHANNEL = re.compile(r"[a-z][a-z0-9+.-]*://\S+")


def problem(message: str, remedy: str) -> PydanticCustomError:
    """An error that a validator raises: what is wrong and what to write instead."""
    return PydanticCustomError("watch", "{message}", {"message": message, "remedy": remedy})


def suggest(word: str, known: Iterable[str]) -> str:
    """``Did you mean 'X'?`` for the nearest of ``known``, then the list of them."""
    choices = sorted(known)
    near = difflib.get_close_matches(word.casefold(), choices, n=1, cutoff=0.6)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    return f"{hint}Known: {', '.join(choices)}."


def _choice(kind: type[_Value], value: object) -> object:
    if not isinstance(value, str):
        return value  # the type check that follows tells it
    if value not in set(kind):
        raise problem(f"unknown {kind.__name__.lower()} '{shorten(value, 60)}'.", suggest(value, kind))
    return kind(value)


def _text(value: str) -> str:
    if not value.strip():
        raise problem("is empty.", "")
    if len(value) > MAX_TEXT:
        raise problem(f"is longer than {MAX_TEXT} characters.", "")
    return value


def _url(value: str) -> str:
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise problem(f"'{shorten(value, 80)}' is not a web address.", "")
    if parts.username or parts.password:
        raise problem("an address with a user name or password in it would be stored and shown.", "Leave them out.")
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", value):
        raise problem(f"'{shorten(value, 30)}' is not a language code.", "Write a code such as en, fr or ht.")
    return value


def _slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", value):
        raise problem(f"'{shorten(value, 60)}' is not a slug.", "Use small letters, digits and hyphens.")
    return value


def _duration(value: object) -> object:
    if not isinstance(value, str):
        raise problem("is not a duration.", "")
    match = _DURATION.fullmatch(value.strip())
    if not match:
        raise problem(f"'{shorten(value, 30)}' is not a duration.", "Write a number and m, h, d or w.")
    length = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if not _SHORTEST <= length <= _LONGEST:
        raise problem(f"'{value}' is out of range.", "Write something from 5m to 366d.")
    return length


def _date(value: object) -> object:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise problem(f"'{shorten(value, 30)}' is not a date.", "") from None
    if isinstance(value, datetime) or not isinstance(value, date):
        raise problem("is not a date.", "")
    return value


def _instant(value: object) -> object:
    found = value
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value.strip())
        except ValueError:
            raise problem(f"'{shorten(value, 40)}' is not a time.", "") from None
    if not isinstance(found, datetime):
        raise problem("has no time of day.", "")
    if found.tzinfo is None:
        raise problem("has no time zone.", "")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise problem("is out of range.", "") from None


def _channel(value: str) -> str:
    if value == "console" or _FILE_CHANNEL.fullmatch(value) or _ENV_CHANNEL.fullmatch(value):
        return value
    if _URL_CHANNEL.fullmatch(value) and not value.startswith("file:"):
        return value
    # What stands before the first colon only: the rest may be a secret.
    shown = shorten(value.partition(":")[0], 30)
    near = difflib.get_close_matches(shown, ["console", "file", "env"], n=1, cutoff=0.6)
    hint = f"Did you mean '{near[0]}'? " if near and near[0] != shown else ""
    raise problem(f"unknown channel form '{shown}'.", f"{hint}Write {_CHANNELS}.")


Text = Annotated[str, AfterValidator(_text)]
Url = Annotated[str, AfterValidator(_url)]
Language = Annotated[str, AfterValidator(_language)]
Day = Annotated[date, BeforeValidator(_date)]
AspectName = Annotated[Aspect, BeforeValidator(lambda value: _choice(Aspect, value))]
StageName = Annotated[Stage, BeforeValidator(lambda value: _choice(Stage, value))]
RoleName = Annotated[Role, BeforeValidator(lambda value: _choice(Role, value))]


class Table(BaseModel):
    """A TOML table: an unknown key or a wrong type is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


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


class AlertTable(Table):
    """``[[alert]]``."""

    name: Text = Field(examples=['"decided"'])
    aspects: list[AspectName] = Field([], examples=['["lead", "mandate"]'])
    stages: list[StageName] = Field([], examples=['["decided", "in_effect"]'])
    min_confidence: float = Field(0.5, ge=0, le=1, examples=["0.5"])
    channels: list[Annotated[str, AfterValidator(_channel)]] = Field(
        ["console", "file"], min_length=1, examples=['["console", "file"]']
    )

    def rule(self) -> model.AlertRule:
        """The rule as the planner knows it; a channel that is written twice counts once."""
        return model.AlertRule(
            name=self.name,
            aspects=frozenset(self.aspects),
            stages=frozenset(self.stages),
            min_confidence=self.min_confidence,
            channels=tuple(dict.fromkeys(self.channels)),
        )


class WatchFile(Table):
    """``watch.toml``."""

    slug: Annotated[str, AfterValidator(_slug)] | None = Field(None, examples=['"haiti"'])
    title: Text = Field(examples=['"Haiti: the security mission"'])
    places: list[Text] = Field([], examples=['["Haiti"]'])
    languages: list[Language] = Field(["en"], min_length=1, examples=['["en", "fr"]'])
    name: list[NameTable] = Field(min_length=1, examples=['a table: [[name]] with text = "..."'])
    sister_mission: list[NameTable] = Field([], examples=['a table: [[sister_mission]] with text = "..."'])
    alert: list[AlertTable] = Field([], examples=['a table: [[alert]] with name = "..."'])


class SourceTable(Table):
    """``[source]``: the seed article."""

    title: Text = Field(examples=['"The headline"'])
    outlet: Text = Field(examples=['"The outlet"'])
    published: Annotated[datetime, BeforeValidator(_instant)] = Field(examples=["2025-08-24T00:00:00+03:00"])
    url: Url | None = Field(None, examples=['"https://example.org/story"'])


class FactTable(Table):
    """``[[fact]]``: needs the validation context ``{"text": baseline text}``."""

    aspect: AspectName = Field(examples=['"lead"'])
    subject: Text = Field(examples=['"MSS"'])
    stage: StageName = Field(examples=['"in_effect"'])
    value: Text = Field(examples=['"Kenya"'])
    quote: Text = Field(examples=['"A sentence of baseline.md."'])
    since: Day | None = Field(None, examples=["2024-06-25"])

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
        return model.Fact(
            self.aspect, self.subject, self.stage, self.value, self.quote, text.index(self.quote), self.since
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
    expected_every: Annotated[timedelta, BeforeValidator(_duration)] = Field(examples=['"6h"'])
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
