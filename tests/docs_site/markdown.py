"""Small pieces of Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CODE = re.compile(r"(`[^`]*`)")
_OPTION = re.compile(r"(?<![\w`-])--[a-z][a-z-]*")
_PAGE = re.compile(r"\bdocs/([a-z-]+\.md)")
# Signs of markup in what is none; an underscore within a word is none to begin with.
_SIGNS = re.compile(r"[*<]|(?<![^\W_])_|_(?![^\W_])")


def line(text: str) -> str:
    """Plain ``text`` of help or a docstring as Markdown on one line: options are code, pages of docs/ are links.

    What stands between back-ticks stays code. The links are those of a page in docs/reference/.
    """
    parts = _CODE.split(" ".join(text.replace("``", "`").split()))
    parts[::2] = [
        _PAGE.sub(r"[\1](../\1)", _OPTION.sub(r"`\g<0>`", _SIGNS.sub(r"\\\g<0>", part))) for part in parts[::2]
    ]
    return "".join(parts)


def cell(text: str) -> str:
    """:func:`line` for a cell of a table, which a bar would end."""
    return line(text).replace("|", "\\|")


def fence(text: str, language: str) -> str:
    """``text`` as a block of code."""
    return f"```{language}\n{text}\n```\n"


def table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def generated(title: str, content: str) -> str:
    """A whole page that is written from the code."""
    note = "<!-- Written from the code by `python -m tests.docs_site --update-docs`; do not edit by hand. -->"
    return re.sub(r"\n{3,}", "\n\n", f"# {title}\n\n{note}\n\n{content.strip()}\n")
