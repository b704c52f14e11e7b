"""The board: where each subject of a mission stands, as a fold over the changes. Pure.

The board is never stored. ``fold(changes)`` in the order in which we knew them is the board; with
the changes known by a day it is the board as of that day. When the mission ends, what it had ends with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from pipeline.model import Aspect, BoardRow, Change, Slot, Verdict, Watch
from pipeline.model.succession import SLOTS_OF_UNTYPED, ends_with_mission, is_ending, is_succession
from pipeline.model.text import content_id, normalise

Key = tuple[Aspect, str]

_STOP_TEXT = """a an and as at by for from in into its new of on or that the their this to under up
    with united nations un security council mission force forces international"""
_STOP = frozenset(_STOP_TEXT.split())
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=1024)
def subject_key(aspect: Aspect, subject: str) -> str:
    """Return the key of ``subject`` on the board: its significant words, without articles and case.

    Things that are one thing under any wording get one key: the support office, the ceiling.
    """
    text = normalise(subject)
    words = _WORD.findall(text)
    if aspect is Aspect.SUPPORT and "support" in words and "office" in words:
        return "support office"
    if aspect is Aspect.STRENGTH and ("ceiling" in words or "cap" in words):
        return "ceiling"
    kept = [w for w in words if w not in _STOP] or words
    return " ".join(dict.fromkeys(kept)) or aspect.value


class Board(Mapping[Key, BoardRow]):
    """An immutable mapping from (aspect, subject key) to the row that stands there.

    ``succeeded`` is the day on which a successor was first settled, None where none is: see ``model.succession``.
    """

    __slots__ = ("_rows", "succeeded")

    def __init__(self, rows: Mapping[Key, BoardRow] | None = None, succeeded: date | None = None) -> None:
        self._rows: dict[Key, BoardRow] = dict(rows or {})
        self.succeeded = succeeded

    def __getitem__(self, key: Key) -> BoardRow:
        return self._rows[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"Board({len(self._rows)} rows)"

    def of(self, aspect: Aspect) -> tuple[BoardRow, ...]:
        """Return the rows of one aspect, in the order in which their subjects came up."""
        return tuple(row for (a, _), row in self._rows.items() if a is aspect)


def apply(board: Board, change: Change) -> Board:
    """Return ``board`` after ``change``: its row replaces that of its subject, and the row it supersedes goes.

    ``change`` is no withdrawal: what stood before is not on the board any more, so only :func:`fold` can tell it.
    """
    rows = dict(board)
    _put(rows, change)
    return _close_ended(rows, _first_succession((change,), board.succeeded))


def fold(changes: Iterable[Change]) -> Board:
    """Fold ``changes`` into the board, in the given order; the last one of a subject wins.

    What was withdrawn since counts as if it had never been: the row that it replaced stands again. What a mission had
    is closed by what ended it.
    """
    rows: dict[Key, BoardRow] = {}
    known = in_force(changes)
    for change in known:
        _put(rows, change)
    return _close_ended(rows, _first_succession(known))


def _put(rows: dict[Key, BoardRow], change: Change) -> None:
    if change.supersedes is not None:
        for key in [k for k, row in rows.items() if row.change.change_id == change.supersedes]:
            del rows[key]
    rows[change.aspect, change.subject_key] = BoardRow(change=change)


def _first_succession(changes: Iterable[Change], so_far: date | None = None) -> date | None:
    days = [c.held_from for c in changes if is_succession(_slot(c), c.stage)]
    return min(days if so_far is None else [*days, so_far], default=None)


def _close_ended(rows: Mapping[Key, BoardRow], succeeded: date | None) -> Board:
    """Return the board of ``rows``, closing those that end with the mission."""
    endings = [row.change for row in rows.values() if is_ending(_slot(row.change), row.change.stage)]
    ending = min(endings, key=lambda c: (c.held_from, c.known_at, c.change_id), default=None)

    def closing(change: Change) -> Change | None:
        if ending is None or change is ending or not ends_with_mission(_slot(change), change.stage):
            return None
        return ending if change.held_from < min(ending.held_from, succeeded or ending.held_from) else None

    return Board({key: replace(row, closed=closing(row.change)) for key, row in rows.items()}, succeeded)


def _slot(change: Change) -> Slot | None:
    return change.fact.slot if change.fact is not None else SLOTS_OF_UNTYPED.get(change.aspect)


def in_force(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return ``changes`` in order, without those withdrawn and the withdrawals themselves."""
    known = tuple(changes)
    taken_back = {change.supersedes for change in known if change.verdict is Verdict.WITHDRAWN}
    return tuple(c for c in known if c.verdict is not Verdict.WITHDRAWN and c.change_id not in taken_back)


def confirm(board: Board, change_id: UUID, origin: str, at: datetime) -> Board:
    """Return ``board`` with one more origin for the row that ``change_id`` made; unchanged where there is none."""
    for key, row in board.items():
        if row.change.change_id == change_id:
            latest = at if row.last_confirmed is None else max(at, row.last_confirmed)
            confirmed = replace(row, origins=row.origins | {origin}, last_confirmed=latest)
            return Board({**board, key: confirmed}, board.succeeded)
    return board


def confirm_all(board: Board, confirmations: Iterable[tuple[UUID, str, datetime]]) -> Board:
    """Confirm each (change, origin, time) of ``confirmations``, as :func:`confirm` does."""
    said: dict[UUID, tuple[set[str], datetime]] = {}
    for change_id, origin, at in confirmations:
        origins, latest = said.setdefault(change_id, (set(), at))
        origins.add(origin)
        said[change_id] = (origins, max(at, latest))
    rows = dict(board)
    for key, row in board.items():
        if row.change.change_id in said:
            origins, latest = said[row.change.change_id]
            latest = latest if row.last_confirmed is None else max(latest, row.last_confirmed)
            rows[key] = replace(row, origins=row.origins | origins, last_confirmed=latest)
    return Board(rows, board.succeeded)


def corroborated(confidence: float, origins: int) -> float:
    """Return the confidence, 0 to 1, when ``origins`` say so independently: the odds of one claim times their number.

    Of 27 changes of the bench that more than one origin told, 26 were right; among the powers of the number that may
    multiply the odds, the first is as likely as any (the log-likelihood is flat from 0.8 to 1.6).

    Args:
        confidence: of the claim that made the row.
        origins: how many independent origins say so.
    """
    if origins < 2 or not 0.0 < confidence < 1.0:
        return confidence
    return confidence * origins / (1.0 - confidence + confidence * origins)


def baseline_changes(watch: Watch) -> tuple[Change, ...]:
    """Return the baseline's facts as the board's first changes, in the baseline's order."""
    baseline = watch.baseline
    return tuple(
        Change(
            change_id=content_id("baseline", watch.key, fact.aspect.value, fact.subject, fact.value),
            watch=watch.slug,
            aspect=fact.aspect,
            subject=fact.subject,
            subject_key=subject_key(fact.aspect, fact.subject),
            verdict=Verdict.BASELINE,
            stage=fact.stage,
            value=fact.value,
            held_from=fact.since or baseline.published.date(),
            known_at=baseline.published,
            quote=fact.quote,
            reason=f"known at the start, from {baseline.outlet or baseline.title}",
            confidence=1.0,
            fact=fact.fact,
        )
        for fact in baseline.facts
    )
