"""Pages of docs/ of which a part is written by a command."""

from __future__ import annotations

from pathlib import Path


def rewritten(text: str, content: str, *, begin: str, end: str, page: Path) -> str:
    """``text`` with ``content`` between the lines ``begin`` and ``end``, in place of what stood there.

    Raises:
        ValueError: ``text``, which is that of ``page``, lacks one of the lines.
    """
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise ValueError(f"{page} lacks the line {begin!r} or {end!r}")
    return f"{before}{begin}\n\n{content}\n\n{end}{after}"
