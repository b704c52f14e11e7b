"""Wrap strangers' text for a language model: JSON between markers that it can neither leave nor imitate."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping

from pipeline.model.text import bytes_hash

# Chat templates are made of tokens in angle or square brackets (<|im_end|>, <start_of_turn>, [INST]), and some
# servers read such a token also where it stands inside a message. As a JSON escape it is no token.
_TEMPLATE = frozenset("<>[]")
# Controls, direction and zero-width marks, the invisible tag characters, lone surrogates, private use, separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def wrap_material(material: Mapping[str, object]) -> str:
    """Wrap ``material`` as one line of JSON between two lines that are the same marker.

    The mark holds a hash of that line, so no text can hold the mark of the message that it stands in. Inside strings
    all that is invisible, and the brackets of chat templates, are JSON escapes: the text that JSON gives back is the
    same, character for character.
    """
    line = _STRING.sub(lambda match: _escaped(match.group()), json.dumps(material, ensure_ascii=False))
    mark = f"=== material {bytes_hash(line.encode('utf-8'))[:16]} ==="
    return f"{mark}\n{line}\n{mark}"


def unwrap_material(message: str) -> object:
    """Unwrap what :func:`wrap_material` put into ``message``; for tests and for inspecting a request."""
    return json.loads(message.split("\n")[1])


def _escaped(text: str) -> str:
    if text.isascii() and not _TEMPLATE.intersection(text) and "\x7f" not in text:
        return text
    return "".join(
        _as_escape(char) if char in _TEMPLATE or unicodedata.category(char) in _HIDDEN else char for char in text
    )


def _as_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
