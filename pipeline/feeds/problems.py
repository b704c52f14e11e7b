"""Collect the flaws of one feed in plain English, each kind once, counted, with the first examples."""

from __future__ import annotations

from typing import Final

from pipeline.model.text import safe, shorten

_EXAMPLES: Final = 3
_KINDS: Final = 40


class Problems:
    """Collects flaws; however many entries share one, it is one line."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, list[str]]] = {}

    def note(self, what: str, example: str = "") -> None:
        """Record a flaw.

        Args:
            what: a sentence; the same sentence counts up.
            example: the entry or value that shows it.
        """
        if what not in self._seen and len(self._seen) >= _KINDS:
            what, example = "There are more kinds of flaws than are listed here.", ""
        count, examples = self._seen.get(what, (0, []))
        example = shorten(scrub(example), 80)
        if example and len(examples) < _EXAMPLES:
            examples.append(example)
        self._seen[what] = (count + 1, examples)

    def lines(self) -> tuple[str, ...]:
        """Return the flaws in the order in which they were met."""
        return tuple(_line(what, count, examples) for what, (count, examples) in self._seen.items())


def _line(what: str, count: int, examples: list[str]) -> str:
    told = [f"{count:,} times"] if count > 1 else []
    if examples:
        told.append(("e.g. " if count > len(examples) else "") + "; ".join(examples))
    return f"{what} ({': '.join(told)})" if told else what


def scrub(text: str) -> str:
    """Remove from ``text`` the marks that could forge what a person sees, and lone surrogates."""
    return safe(text).encode("utf-8", "replace").decode("utf-8")


def display_url(url: str) -> str:
    """Shorten an address for a message."""
    return scrub(url if len(url) <= 200 else f"{url[:199]}…")
