"""The views as the migration ``typed_facts`` made them: what a row says, typed, beside its words."""

from __future__ import annotations

from pipeline.storage.views import (
    AS_OF_ORDER,
    BOARD,
    View,
    board_query,
    define_macros,
    held_by,
    known_by,
    make_view,
)
from pipeline.storage.views_speed import ARTICLES, CHANGES_QUICK, QUICK_SUPPORT, again
from pipeline.storage.views_status import status_view

_TEXTS = ("act", "actor", "person", "organisation", "country", "place", "item")
_MEANINGS = {
    "act": "What is done, in a word of the slot: sends, withdraws, appointed, extended, ends.",
    "actor": "Who asks, offers, drafts or refuses.",
    "person": "A person's name.",
    "organisation": "An organisation's name.",
    "country": "A country's name.",
    "place": "A place's name.",
    "item": "What it is about, in a few words.",
    "figure_low": "The number, or the lower end of a range.",
    "figure_high": "The number, or the upper end of a range.",
    "unit": "What the number counts: soldiers, police, ships.",
    "role": "change where the number is a difference, percent where it is a share; null for a total.",
    "amount": "The sum, in units of its currency.",
    "currency": "Its currency, ISO 4217.",
    "until": "Until when: a day, month or year.",
    "movement": "How it moved, where that is no stage: postponed, suspended, resumed, reaffirmed.",
    "killed": "People of the mission killed.",
    "injured": "Injured.",
    "missing": "Missing.",
    "captured": "Captured.",
}
_NUMBERS = {"figure_low": "figure_low", "figure_high": "figure_high", "amount": "amount_low"}
_COUNTS = ("killed", "injured", "missing", "captured")


def _part(column: str, parts: str) -> str:
    path = f"{parts} ->> '$.{_NUMBERS.get(column, column)}'"
    if column in _NUMBERS:
        return f"CAST({path} AS DOUBLE)"
    return f"CAST({path} AS BIGINT)" if column in _COUNTS else path


def _columns(alias: str, parts: str = "parts", before: str = "") -> str:
    return ", ".join(f"{_part(column, f'{alias}.{parts}')} AS {before}{column}" for column in _MEANINGS)


def _typed(query: str, change: str = "change_id") -> str:
    """``query`` with the typed columns of its change behind its own."""
    return f"""
SELECT q.*, f.slot, f.key, {_columns("f")}, f.parts
FROM ({query}) q JOIN change f ON f.change_id = q.{change}"""  # noqa: S608 -- queries of this package


_SLOT = (
    ("slot", "What of the mission, more closely than the aspect; null for what was read before facts had types."),
    ("key", "Which one of the slot: a country, a post, a place; empty where it has one only."),
)
_TYPED = (*_SLOT, *_MEANINGS.items(), ("parts", "All of them as a JSON object."))
_BEFORE = tuple((f"before_{name}", f"Before: {meaning[0].lower()}{meaning[1:]}") for name, meaning in _MEANINGS.items())


def _own(view: View) -> tuple[tuple[str, str], ...]:
    return tuple((column.name, column.comment) for column in view.columns)


def typed_board_query(**conditions: str) -> str:
    """The board with typed columns; the arguments are those of :func:`pipeline.storage.views.board_query`."""
    names = ", ".join(column.name for column in BOARD.columns)
    inner = f"SELECT * FROM ({board_query(**conditions)}) AS told({names})"  # noqa: S608 -- from this package
    return f"{_typed(inner)} ORDER BY q.watch, q.aspect, q.since, f.seq"


_BOARD = make_view(
    BOARD.name, BOARD.comment, typed_board_query(support=QUICK_SUPPORT, articles=ARTICLES), *_own(again(BOARD)), *_TYPED
)
_NAMES = ", ".join(column.name for column in CHANGES_QUICK.columns)
_CHANGES = make_view(
    CHANGES_QUICK.name,
    CHANGES_QUICK.comment,
    f"""
SELECT q.*, f.slot, f.key, {_columns("f")}, f.parts, {_columns("f", "before_parts", "before_")}
FROM (SELECT * FROM ({CHANGES_QUICK.query}) AS told({_NAMES})) q JOIN change f USING (change_id)
ORDER BY q.seq""",  # noqa: S608 -- queries of this package
    *_own(CHANGES_QUICK),
    *_TYPED,
    *_BEFORE,
)
FACTS = make_view(
    "facts",
    "What each change says, typed: a row for each part of each of its facts.",
    """
SELECT c.change_id, c.watch, c.slot, c.key, 1 AS n, p.key AS part, c.parts ->> ('$.' || p.key) AS value
FROM change c, json_each(c.parts) p
WHERE c.parts IS NOT NULL
ORDER BY c.seq, p.id""",
    ("change_id", "The change."),
    ("watch", "The watch's short name."),
    ("slot", "What of the mission the fact is about."),
    ("key", "Which one of the slot."),
    ("n", "The number of the fact in its change, from 1 on."),
    ("part", "The part's name: figure_low, unit, country, until, killed and so on."),
    ("value", "What it says, as text."),
)


def typed_views_ddl() -> list[str]:
    """The statements that bring the views and macros to this shape, with their comments."""
    as_of = typed_board_query(known=held_by("t"), order=AS_OF_ORDER, support=QUICK_SUPPORT, articles=ARTICLES)
    known_at = typed_board_query(
        known=known_by("t"), supported=known_by("t", "published"), support=QUICK_SUPPORT, articles=ARTICLES
    )
    return [
        *_BOARD.ddl(),
        *_CHANGES.ddl(),
        *FACTS.ddl(),
        *status_view(_BOARD.query).ddl(),
        *define_macros(as_of, known_at),
    ]
