"""The views as the migrations ``typed_facts`` and ``succession`` made them: typed columns, and what has ended."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.model.succession import ENDINGS, ENDS_WITH_MISSION, HOLDING, SLOTS_OF_UNTYPED
from pipeline.storage.schema import literal
from pipeline.storage.views import (
    AS_OF_ORDER,
    BOARD,
    View,
    board_query,
    by_end_of,
    define_macros,
    held_by,
    in_force,
    known_by,
    make_view,
)
from pipeline.storage.views_analysts import day_of
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
    """``query`` with the typed columns of its change behind its own, and the change's number."""
    return f"""
SELECT q.*, f.slot, f.key, {_columns("f")}, f.parts, f.seq
FROM ({query}) q JOIN change f ON f.change_id = q.{change}"""  # noqa: S608 -- queries of this package


_SLOT = (
    ("slot", "What of the mission, more closely than the aspect; null for what was read before facts had types."),
    ("key", "Which one of the slot: a country, a post, a place; empty where it has one only."),
)
_TYPED = (*_SLOT, *_MEANINGS.items(), ("parts", "All of them as a JSON object."))
_BEFORE = tuple((f"before_{name}", f"Before: {meaning[0].lower()}{meaning[1:]}") for name, meaning in _MEANINGS.items())


def _own(view: View) -> tuple[tuple[str, str], ...]:
    return tuple((column.name, column.comment) for column in view.columns)


UNCONFIRMED_AFTER = 90  # days for which a row of the baseline may stand though nobody has said so again


def _one_of(words: Iterable[str]) -> str:
    return ", ".join(map(literal, sorted(words)))


_IS_ENDING = " OR ".join(f"slot = {literal(slot)} AND stage = {literal(stage)}" for slot, stage in ENDINGS.items())
_SLOT_OR = " ".join(f"WHEN {literal(aspect)} THEN {literal(slot)}" for aspect, slot in SLOTS_OF_UNTYPED.items())
_ROW = (*(column.name for column in BOARD.columns), "slot", "key", *_MEANINGS, "parts")
_OPEN = "b.closed_by IS NULL AND b.stage NOT IN ('ended', 'rejected')"


def _as_closed() -> str:
    """The columns of a row ``b`` that ``e`` may have closed. By name: DuckDB writes a list in REPLACE in any order."""
    closed = {
        "stage": "CASE WHEN e.change_id IS NULL THEN b.stage ELSE 'ended' END",
        "since": "coalesce(e.since, b.since)",
    }
    return ", ".join(f"{closed.get(name, f'b.{name}')} AS {name}" for name in _ROW)


def typed_board_query(known: str = "true", read: str = "true", **conditions: str) -> str:
    """The board with typed columns, what ended with the mission closed, and what nobody has confirmed named so.

    ``pipeline.board.fold.fold`` closes by the same rule, which stands in ``pipeline.model.succession``. How old a
    row's last confirmation is, is measured against the newest article that was read: a watch that reads nothing learns
    nothing.

    Args:
        known: condition on ``change``: which changes count.
        read: condition on ``article``: which of them had been read by then.
        **conditions: the further arguments of :func:`pipeline.storage.views.board_query`.
    """
    names = ", ".join(column.name for column in BOARD.columns)
    inner = f"SELECT * FROM ({board_query(known=known, **conditions)}) AS told({names})"  # noqa: S608 -- from this package
    return f"""
WITH {in_force(known)},
board_rows AS ({_typed(inner)}),
ending AS (
    SELECT * FROM board_rows WHERE {_IS_ENDING}
    QUALIFY row_number() OVER (PARTITION BY watch ORDER BY since, known_at, change_id) = 1
),
succession AS (
    SELECT watch, min(held_from) AS decided_on FROM known
    WHERE slot = 'successor' AND stage IN ({_one_of(HOLDING)}) GROUP BY watch
),
newest AS (
    SELECT r.watch, max(a.published) AS read_to FROM reading r JOIN article a USING (article_id)
    WHERE {read} GROUP BY r.watch
),
closed AS (
    SELECT {_as_closed()}, b.seq, e.change_id AS closed_by, e.quote AS closed_quote
    FROM board_rows b
    LEFT JOIN succession s USING (watch)
    LEFT JOIN ending e ON e.watch = b.watch AND e.change_id <> b.change_id
        AND coalesce(b.slot, CASE b.aspect {_SLOT_OR} END) IN ({_one_of(ENDS_WITH_MISSION)})
        AND b.stage IN ({_one_of(HOLDING)}) AND b.since < least(e.since, s.decided_on)
)
SELECT {", ".join(f"b.{name}" for name in _ROW)}, b.closed_by, b.closed_quote,
       CASE WHEN b.verdict = 'baseline' AND {_OPEN}
                 AND epoch_us(n.read_to) - epoch_us(b.confirmed_at) > {UNCONFIRMED_AFTER} * 86400000000
            THEN {day_of("b.confirmed_at")} END AS unconfirmed_since
FROM closed b LEFT JOIN newest n USING (watch)
ORDER BY b.watch, b.aspect, b.since, b.seq"""  # noqa: S608 -- constants and queries of this package


_ENDS = (
    (
        "closed_by",
        "The change by which the mission ended or was replaced, and the row with it; null where it stands.",
    ),
    ("closed_quote", "The sentence that says so; the row is ended since that day."),
    (
        "unconfirmed_since",
        f"For a row of the baseline that nobody has confirmed for {UNCONFIRMED_AFTER} days: the day of its last "
        "confirmation, up to the newest article read; else null.",
    ),
)
_BOARD = make_view(
    BOARD.name,
    BOARD.comment,
    typed_board_query(support=QUICK_SUPPORT, articles=ARTICLES),
    *_own(again(BOARD)),
    *_TYPED,
    *_ENDS,
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
    as_of = typed_board_query(
        known=held_by("t"), read=by_end_of("t"), order=AS_OF_ORDER, support=QUICK_SUPPORT, articles=ARTICLES
    )
    known_at = typed_board_query(
        known=known_by("t"),
        read=known_by("t", "published"),
        supported=known_by("t", "published"),
        support=QUICK_SUPPORT,
        articles=ARTICLES,
    )
    return [
        *_BOARD.ddl(),
        *_CHANGES.ddl(),
        *FACTS.ddl(),
        *status_view(_BOARD.query).ddl(),
        *define_macros(as_of, known_at),
    ]
