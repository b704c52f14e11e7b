"""The commands of a page, and what it says that they show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

# A block of commands, with the note before it that says why it is not run, and the block of what it shows.
_BLOCK = re.compile(
    r"(?P<note><!-- not tested: [^\n]+ -->\n)?"
    r"^```sh\n(?P<code>.*?)^```\n(?:\n```text\n(?P<shown>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """Commands of a page.

    Attributes:
        line: where they begin, from 1.
        code: the commands.
        shown: the lines that the page says they show, some of many.
    """

    line: int
    code: str
    shown: tuple[str, ...]


def blocks(page: Path) -> list[Block]:
    """The blocks of ``page`` that are to be run, in order."""
    text = page.read_text("utf-8")
    return [
        Block(text.count("\n", 0, found.start("code")) + 1, found["code"], tuple((found["shown"] or "").splitlines()))
        for found in _BLOCK.finditer(text)
        if not found["note"]
    ]


def missing(shown: tuple[str, ...], said: str) -> list[str]:
    """The lines of ``shown`` that don't stand in ``said`` in this order, however they are wrapped and spaced."""
    rest = " ".join(said.split())
    for number, line in enumerate(shown):
        _, found, rest = rest.partition(" ".join(line.split()))
        if not found:
            return list(shown[number:])
    return []
