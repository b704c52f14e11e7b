"""Read the JSON in the answer of a language model, however it is wrapped. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pipeline.model.text import shorten

MAX_ANSWER = 200_000  # characters that are looked at
MAX_ENTRIES = 200
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?")
_DECODER = json.JSONDecoder()


def last_object(content: str) -> dict[str, Any] | None:
    """Return the last JSON object of ``content`` that is not part of another: what precedes it is reasoning."""
    last = None
    for one in _values(_said(content), "{"):
        if isinstance(one, dict):
            last = one
    return last


def list_entries(content: str, name: str) -> list[Any] | None:
    """Return the entries of the list ``name`` in ``content``, as many as can be read; None where it is missing.

    The list may stand alone, without the object around it, or break off.
    """
    said = _said(content)
    found = last_object(content)
    if found is not None and isinstance(found.get(name), list):
        return list(found[name][:MAX_ENTRIES])
    begun = re.search(rf'"{re.escape(name)}"\s*:\s*\[', said)
    if begun:
        return list(_values(said[begun.end() :], "{"))[:MAX_ENTRIES]
    for one in _values(said, "["):
        if isinstance(one, list) and all(isinstance(entry, dict) for entry in one):
            return one[:MAX_ENTRIES]
    return None


def as_text(given: object) -> str:
    """Return ``given`` as text without white space around it; empty where it is none."""
    if isinstance(given, str):
        return given.strip()
    return str(given) if isinstance(given, int | float) and not isinstance(given, bool) else ""


def as_number(given: object) -> float | None:
    """Return the number that ``given`` is or begins with: "1,500 soldiers"; None where it is none."""
    if isinstance(given, bool):
        return None
    if isinstance(given, int | float):
        return float(given) if abs(given) < 1e15 else None
    found = _NUMBER.match(shorten(given.strip(), 40)) if isinstance(given, str) else None
    return float(found[0].replace(",", "")) if found else None


def _said(content: str) -> str:
    return _THINKING.sub(" ", content[:MAX_ANSWER])


def _values(text: str, opening: str) -> Iterator[Any]:
    """Yield the JSON values of ``text`` that begin with ``opening``; what breaks off is passed over."""
    at = text.find(opening)
    tried = 0
    while at >= 0 and tried < MAX_ENTRIES:
        tried += 1
        try:
            value, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            at = text.find(opening, at + 1)
            continue
        yield value
        at = text.find(opening, end)
