"""The values of a watch's files, as they are written: what is taken, and what to write instead of what is not."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from pipeline.model import Aspect, Role, Slot, Stage
from pipeline.model.redact import without_secrets
from pipeline.model.text import shorten

_Value = TypeVar("_Value", bound=StrEnum)

MAX_TEXT = 5_000  # characters of one string; a sentence is far shorter
_DURATION = re.compile(r"(\d{1,5}) ?([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=366)
_CHANNELS = "console, file, file:NAME, env:NAME, secret:NAME, prefect:TYPE/NAME or an Apprise URL such as mailto://..."
_FILE_CHANNEL = re.compile(r"file(:[A-Za-z0-9][A-Za-z0-9._-]{0,63})?")
ENV_NAME = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
# Prefect's blocks, with the names that it allows: see flows/run/blocks.py.
SECRET_NAME = re.compile(r"secret:[a-z0-9][a-z0-9-]*")
_BLOCK_CHANNEL = re.compile(r"prefect:[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*")
_NAMED_CHANNELS = (_FILE_CHANNEL, ENV_NAME, SECRET_NAME, _BLOCK_CHANNEL)
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


def check_url(value: str) -> str:
    """A web address, without a user name or password in it."""
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or re.search(r"[\s\x00-\x1f\x7f]", value):
        raise problem(f"'{shorten(without_secrets(value), 80)}' is not a web address.", "")
    if parts.username or parts.password:
        raise problem("an address with a user name or password in it would be stored and shown.", "Leave them out.")
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z]{2,4})?", value):
        raise problem(f"'{shorten(value, 30)}' is not a language code.", "Write a code such as en, fr or ht.")
    return value


def check_slug(value: str) -> str:
    """Small letters, digits and hyphens."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", value):
        raise problem(f"'{shorten(value, 60)}' is not a slug.", "Use small letters, digits and hyphens.")
    return value


def read_duration(value: object) -> object:
    """A ``timedelta`` from ``6h`` and the like."""
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


def read_instant(value: object) -> object:
    """A UTC-aware time from a time with a zone."""
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


def check_channel(value: str) -> str:
    """An alert channel in one of its forms."""
    if value == "console" or any(form.fullmatch(value) for form in _NAMED_CHANNELS):
        return value
    if _URL_CHANNEL.fullmatch(value) and not value.startswith("file:"):
        return value
    # What stands before the first colon only: the rest may be a secret.
    shown = shorten(value.partition(":")[0], 30)
    near = difflib.get_close_matches(shown, ["console", "file", "env", "secret", "prefect"], n=1, cutoff=0.6)
    hint = f"Did you mean '{near[0]}'? " if near and near[0] != shown else ""
    raise problem(f"unknown channel form '{shown}'.", f"{hint}Write {_CHANNELS}.")


Text = Annotated[str, AfterValidator(_text)]
Url = Annotated[str, AfterValidator(check_url)]
Language = Annotated[str, AfterValidator(_language)]
Day = Annotated[date, BeforeValidator(_date)]
AspectName = Annotated[Aspect, BeforeValidator(lambda value: _choice(Aspect, value))]
StageName = Annotated[Stage, BeforeValidator(lambda value: _choice(Stage, value))]
RoleName = Annotated[Role, BeforeValidator(lambda value: _choice(Role, value))]
SlotName = Annotated[Slot, BeforeValidator(lambda value: _choice(Slot, value))]


class Table(BaseModel):
    """A TOML table: an unknown key or a wrong type is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
