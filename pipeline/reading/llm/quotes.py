"""Find what a language model quotes, however it writes quotation marks, dashes and white space. Pure."""

from __future__ import annotations

_AS = str.maketrans(dict.fromkeys("“”„«»″", '"') | dict.fromkeys("‘’‚′`", "'") | dict.fromkeys("–—−‐‑", "-"))
_TRIM = " \"'.…[]"


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Find ``quote`` in ``text``; return its (start, end), or None where it does not stand there.

    It must be the same letters and figures in the same order. What may differ: kinds of quotation marks and dashes,
    white space, and marks and dots around the whole.
    """
    wanted, _ = _plain(quote)
    told, places = _plain(text)
    for way in (wanted, wanted.strip(_TRIM)):
        at = told.find(way) if way else -1
        if at >= 0:
            return places[at], places[at + len(way) - 1] + 1
    return None


def _plain(text: str) -> tuple[str, list[int]]:
    """Simplify the spelling of ``text``, and map each character of the result to its place in ``text``."""
    out: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text.translate(_AS)):
        if char.isspace():
            if not out or out[-1] == " ":
                continue
            char = " "
        out.append(char)
        places.append(place)
    while out and out[-1] == " ":
        out.pop()
        places.pop()
    return "".join(out), places
