"""Choose the rows of the board that a language model is shown for an article, each with a name. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.model import Article, BoardRow, Change, Slot, Stage, countries
from pipeline.model.phrasing import STAGE_WORDS
from pipeline.model.text import normalise, shorten

MOST = 36  # rows that are shown
RECENT = 12  # of these, at least so many of those that changed last
_ALWAYS = frozenset({Slot.LEAD, Slot.TERM, Slot.SUCCESSOR, Slot.CEILING, Slot.DEPLOYED})
_HOLDS = frozenset({Stage.DECIDED, Stage.IN_EFFECT})


class ShownRow(NamedTuple):
    """A row of the board with the name that a model calls it by."""

    name: str
    change: Change

    @property
    def line(self) -> str:
        """The row as one line: its name, its stage, what it says, and since when."""
        change = self.change
        said = shorten(change.disputed_value or change.value, 120)
        return f"{self.name} | {STAGE_WORDS[change.stage]} | {said} | {change.held_from.isoformat()}"


def row_name(change: Change) -> str:
    """Name a row by its slot and key, so that an answer which names it can be played on another board.

    ``ceiling/police``, ``lead``; the stage stands behind where it is pending or refused, since such a row stands
    beside the one that holds: ``term (proposed)``.
    """
    fact = change.fact
    name = change.aspect.value if fact is None else fact.slot.value
    key = change.subject if fact is None else fact.key
    named = f"{name}/{shorten(key, 60)}" if key else name
    return named if change.stage in _HOLDS else f"{named} ({STAGE_WORDS[change.stage]})"


def select_rows(article: Article, rows: Iterable[BoardRow]) -> tuple[ShownRow, ...]:
    """Select the rows that ``article`` may be about, in the order of the slots.

    Rows that occur once, those whose country, place, person or thing the article names, and those that changed
    last; where they are too many, the newest.
    """
    changes = [row.change for row in rows]
    whole = f"{article.title}\n{article.text}"
    text = normalise(whole)
    newest = sorted(changes, key=lambda change: (change.known_at, str(change.change_id)), reverse=True)
    states = {mention.name for mention in countries.mentions(whole)}
    matters = [c for c in newest if _is_always(c) or _is_named(c, text, states)]
    chosen = list(dict.fromkeys([*newest[:RECENT], *matters]))[:MOST]
    order = list(Slot)
    chosen.sort(key=lambda c: (order.index(c.fact.slot) if c.fact is not None else len(order), c.known_at))
    return tuple(ShownRow(row_name(change), change) for change in chosen)


def find_row(name: str, rows: Sequence[ShownRow]) -> Change | None:
    """Find the change behind the row called ``name``; None where there is none.

    The stage behind the name may be left out, or be another one: then the row that changed last is meant.
    """
    wanted = normalise(name)
    bare = wanted.partition(" (")[0]
    exact = [row.change for row in rows if normalise(row.name) == wanted]
    near = exact or [row.change for row in rows if normalise(row.name).partition(" (")[0] == bare]
    return max(near, key=lambda change: change.known_at, default=None)


def _is_always(change: Change) -> bool:
    return change.fact is not None and change.fact.slot in _ALWAYS


def _is_named(change: Change, text: str, states: set[str]) -> bool:
    fact = change.fact
    said = (
        [change.subject] if fact is None else [fact.key, fact.parts.person, fact.parts.place, fact.parts.organisation]
    )
    for words in filter(None, said):
        named = {mention.name for mention in countries.mentions(words)}
        if not named.isdisjoint(states):
            return True
        if any(len(word) > 3 and word in text for word in normalise(words).split()):
            return True
    return False
