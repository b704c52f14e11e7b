"""Redact secrets in addresses: the one place that decides what is secret. Pure.

Logs, the store and all that is made of it (pages, exports, evidence), messages, events and what commands print show
addresses through here. The whole address stays in the watch's own files, where polling takes it from.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_plus, urlsplit, urlunsplit

HIDDEN: Final = "…"

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?$|^pwd$|secret|token|api[-_.]?key|(^|[-_.])key$|auth(?!ors?([-_.]|$))|credential|signature|^sig$|^jwt$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\b([A-Za-z][A-Za-z0-9+.-]{1,30})://[^\s\"'<>]+")
_SHOWN_SCHEMES = frozenset({"http", "https"})
_BETWEEN = re.compile(r"([&;])")


def is_secret_name(name: str) -> bool:
    """Return whether a parameter or field called ``name`` sounds like a password or a key."""
    return _SECRET_NAME.search(unquote_plus(name)) is not None


def without_secrets(text: str) -> str:
    """Return ``text`` with each address in it cut to what may be shown.

    Of addresses other than HTTP's, which are those of chats and mailboxes, only the scheme stays; of HTTP's all but
    name and password, and the values of parameters that sound like a key, in the query and behind the ``#``.
    """
    return _ADDRESS.sub(lambda found: _redact_address(found[0], found[1]), text) if "://" in text else text


def holds_secret(url: str) -> bool:
    """Return whether an address holds what :func:`without_secrets` hides."""
    return without_secrets(url) != url


def _redact_address(address: str, scheme: str) -> str:
    if scheme.lower() not in _SHOWN_SCHEMES:
        return f"{scheme}://{HIDDEN}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return f"{scheme}://{HIDDEN}"
    _, at, host = parts.netloc.rpartition("@")
    where = f"{HIDDEN}@{host}" if at else host
    query, fragment = _redact_pairs(parts.query), _redact_pairs(parts.fragment)
    if (where, query, fragment) == (parts.netloc, parts.query, parts.fragment):
        return address  # as it was written
    return urlunsplit((parts.scheme, where, parts.path, query, fragment))


def _redact_pairs(text: str) -> str:
    return "".join(_redact_pair(part) for part in _BETWEEN.split(text))


def _redact_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    return f"{name}={HIDDEN}" if equals and value and is_secret_name(name) else pair
