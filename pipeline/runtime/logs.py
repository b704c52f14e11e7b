"""Structured logs: one line of JSON for each thing that happened, for whoever collects logs.

Built on the standard library: what libraries log comes out in the same form, and nothing has to be installed.
Without :func:`start` nothing is logged, and a person reads the sentences that the command prints.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import TextIO

from pipeline.model import escape
from pipeline.model.redact import HIDDEN, is_secret_name, without_secrets
from pipeline.model.text import shorten

NAME = "missionwatch"
MAX_VALUE = 1_000  # characters of one value

_SHORTEST_SECRET = 4  # characters; to hide each "a" of a text would make it unreadable

_bound: ContextVar[Mapping[str, object]] = ContextVar("log_fields", default=MappingProxyType({}))
_logger = logging.getLogger(NAME)
_logger.addHandler(logging.NullHandler())


class JsonLines(logging.Formatter):
    """A record as one line of JSON: ``at``, ``level``, ``event``, what is bound, then its own fields.

    Args:
        secrets: texts that must never be shown, wherever they stand.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = frozenset(secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """Never show ``secrets`` either, from now on."""
        self._secrets |= frozenset(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        ours = record.name == NAME or record.name.startswith(f"{NAME}.")
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", record.getMessage()) if ours else "library.log",
        }
        line |= getattr(record, "bound", None) or _bound.get()
        if not ours:
            line |= {"logger": record.name, "message": record.getMessage()}
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            line |= {"error": record.exc_info[0].__name__, "traceback": self.formatException(record.exc_info)}
        return escape.json_line({name: self._told(name, value) for name, value in line.items()}, str)

    def _told(self, name: str, value: object) -> object:
        if is_secret_name(name):
            return HIDDEN
        if value is None or isinstance(value, (bool, int, float)):
            return value
        if isinstance(value, datetime):
            return value.isoformat()
        if isinstance(value, timedelta):
            return round(value.total_seconds(), 3)
        if isinstance(value, Mapping):
            return {str(key): self._told(str(key), item) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self._told("", item) for item in value]
        text = value.isoformat() if isinstance(value, date) else str(value)
        if name == "traceback":  # is cut at its front: what was raised stands at its end
            return _without(text, self._secrets)[-4 * MAX_VALUE :]
        return shorten(masked(text, self._secrets), MAX_VALUE)


def start(*, stream: TextIO | None = None, secrets: Iterable[str] = ()) -> logging.Handler:
    """Log as lines of JSON from now on, our own events and the warnings of libraries.

    Args:
        stream: where the lines go; standard error where None.
        secrets: texts that must never be shown, e.g. the addresses of alert channels.

    Returns:
        What :func:`stop` takes.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(secrets))
    _logger.setLevel(logging.INFO)
    # Ours has the handler itself: a library that sets up its own logging takes away what the root has.
    _logger.addHandler(handler)
    _logger.propagate = False
    logging.getLogger().addHandler(handler)
    return handler


def hide(handler: logging.Handler, secrets: Iterable[str]) -> None:
    """Let ``handler``, which :func:`start` gave, never show ``secrets`` either."""
    if isinstance(handler.formatter, JsonLines):
        handler.formatter.hide(secrets)


def stop(handler: logging.Handler) -> None:
    """Undo :func:`start`."""
    logging.getLogger().removeHandler(handler)
    _logger.removeHandler(handler)
    _logger.propagate = True
    _logger.setLevel(logging.NOTSET)


def event(name: str, /, *, level: int = logging.INFO, **fields: object) -> None:
    """Log that ``name`` happened, with what is bound and ``fields``.

    A handler that knows nothing of fields gets them as text behind the name.

    Args:
        name: what happened, noun and verb: ``run.ended``.
        level: of :mod:`logging`.
        fields: values; a mapping or a list is told as one.
    """
    if _logger.isEnabledFor(level):
        text = without_secrets("; ".join(f"{key}: {value}" for key, value in fields.items()))
        extra = {"event": name, "fields": fields, "bound": dict(_bound.get())}
        _logger.log(level, "%s %s", name, shorten(text, MAX_VALUE), extra=extra)


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Tell ``fields`` with each event of the block, and of the tasks that it starts."""
    token = _bound.set({**_bound.get(), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def secrets_of(channels: Iterable[str], environ: Mapping[str, str]) -> frozenset[str]:
    """What must never stand in a log: the addresses of alert channels, and the variables that hold some."""
    found = set()
    for channel in channels:
        if channel.startswith("env:"):
            found.add(environ.get(channel.removeprefix("env:"), "").strip())
        elif "://" in channel:
            found.add(channel)
    return frozenset(found - {""})


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return ``text`` without ``secrets``, and with each address in it cut to what may be shown."""
    return without_secrets(_without(text, secrets))


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
