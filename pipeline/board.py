"""The board: where each subject of a mission stands, as a fold over the changes. Pure.

The board is never stored. ``fold(changes)`` in the order in which we knew them is the board; with
the changes known by a day it is the board as of that day. When the mission ends, what it had ends with it.
Values that are numbers are compared by meaning here too, for the rules that read and the rules that compare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from pipeline.model import Aspect, BoardRow, Change, Claim, Name, Slot, Verdict, Watch
from pipeline.model.succession import SLOTS_OF_UNTYPED, ends_with_mission, is_ending, is_succession
from pipeline.text import content_id, normalise

Key = tuple[Aspect, str]

_STOP_TEXT = """a an and as at by for from in into its new of on or that the their this to under up
    with united nations un security council mission force forces international"""
_STOP = frozenset(_STOP_TEXT.split())
_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=1024)
def subject_key(aspect: Aspect, subject: str) -> str:
    """What ``subject`` is keyed by on the board: its telling words, without articles and case.

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
        """The rows of one aspect, in the order in which their subjects came up."""
        return tuple(row for (a, _), row in self._rows.items() if a is aspect)


def apply(board: Board, change: Change) -> Board:
    """``board`` after ``change``: its row replaces that of its subject, and the row it supersedes goes.

    ``change`` is no withdrawal: what stood before is not on the board any more, so only :func:`fold` can tell it.
    """
    rows = dict(board)
    _take(rows, change)
    return _closed(rows, _succeeded((change,), board.succeeded))


def fold(changes: Iterable[Change]) -> Board:
    """The board that ``changes`` lead to, in the given order; the last one of a subject wins.

    What was withdrawn since counts as if it had never been: the row that it replaced stands again. What a mission had
    is closed by what ended it.
    """
    rows: dict[Key, BoardRow] = {}
    known = in_force(changes)
    for change in known:
        _take(rows, change)
    return _closed(rows, _succeeded(known))


def _take(rows: dict[Key, BoardRow], change: Change) -> None:
    if change.supersedes is not None:
        for key in [k for k, row in rows.items() if row.change.change_id == change.supersedes]:
            del rows[key]
    rows[change.aspect, change.subject_key] = BoardRow(change=change)


def _succeeded(changes: Iterable[Change], so_far: date | None = None) -> date | None:
    days = [c.held_from for c in changes if is_succession(_slot(c), c.stage)]
    return min(days if so_far is None else [*days, so_far], default=None)


def _closed(rows: Mapping[Key, BoardRow], succeeded: date | None) -> Board:
    """The board of ``rows``, those of them closed that the mission's end closes."""
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
    """``changes`` without those that were withdrawn and those that withdrew them, in order."""
    known = tuple(changes)
    taken_back = {change.supersedes for change in known if change.verdict is Verdict.WITHDRAWN}
    return tuple(c for c in known if c.verdict is not Verdict.WITHDRAWN and c.change_id not in taken_back)


def confirm(board: Board, change_id: UUID, origin: str, at: datetime) -> Board:
    """``board`` with one more origin for the row that ``change_id`` made; unchanged where there is none."""
    for key, row in board.items():
        if row.change.change_id == change_id:
            latest = at if row.last_confirmed is None else max(at, row.last_confirmed)
            confirmed = replace(row, origins=row.origins | {origin}, last_confirmed=latest)
            return Board({**board, key: confirmed}, board.succeeded)
    return board


def confirm_all(board: Board, confirmations: Iterable[tuple[UUID, str, datetime]]) -> Board:
    """:func:`confirm` for each (change, origin, time) of ``confirmations``, in one go."""
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


def surer(confidence: float, origins: int) -> float:
    """How sure it is, 0 to 1, what ``origins`` say independently: the odds of one claim times their number.

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
    """The baseline's facts as the board's first changes, in the baseline's order."""
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


# -- the mission's name ----------------------------------------------------------------------

BECAME = " -> "  # in a mandate's value of a version without types: the old name, then the new
SURE_OF_A_NAME = 0.6  # the confidence of a change from which its new name is the mission's too
_INITIALS = re.compile(r"^[\s,“”\"']*\(([A-Z][A-Za-z-]{1,11})\)")


def successor(told: Change | Claim) -> str:
    """The name that the mission gets by a change or claim; empty where it gets none."""
    if told.fact is not None:
        return told.fact.parts.organisation if told.fact.slot is Slot.SUCCESSOR else ""
    if told.aspect is not Aspect.MANDATE or BECAME not in told.value:
        return ""
    return told.value.split(BECAME, 1)[1].strip()


def successors(changes: Iterable[Change]) -> tuple[Name, ...]:
    """The names that the mission has got by ``changes``: what its mandate says that it becomes.

    The new name counts from the change's day on, with the initials that its sentence gives in
    brackets. Proposed names count too: articles on a draft call the mission by them.
    """
    names: dict[str, Name] = {}
    for change in changes:
        name = successor(change)
        if change.confidence < SURE_OF_A_NAME:
            continue
        if len(name.split()) < 2:
            continue
        since = min(change.held_from, change.known_at.date())
        names.setdefault(name, Name(name, valid_from=since))
        after = change.quote[change.quote.find(name) + len(name) :] if name in change.quote else ""
        if found := _INITIALS.match(after):
            names.setdefault(found[1], Name(found[1], acronym=True, valid_from=since))
    return tuple(names.values())


def with_successors(watch: Watch, changes: Iterable[Change]) -> Watch:
    """``watch`` with the names that its mission has got by ``changes``; itself where there are none."""
    known = {name.text.casefold() for name in watch.names}
    places = tuple(watch.places)
    new = tuple(
        # Short initials are somebody else's too: they count beside the mission's places only.
        replace(name, context=places) if name.acronym and len(name.text) < 5 else name
        for name in successors(changes)
        if name.text.casefold() not in known
    )
    return replace(watch, names=(*watch.names, *new)) if new else watch


# -- values by meaning -----------------------------------------------------------------------

IN_ALL = " in all"  # behind a toll that adds up more than one day's

_SMALL_TEXT = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty"""
_SMALL = {word: number for number, word in enumerate(_SMALL_TEXT.split(), start=1)} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "a dozen": 12,
}
_SCALE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "m": 1_000_000, "billion": 1e9, "bn": 1e9}
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_QUANTITY = re.compile(
    r"(?P<about>\b(?:about|around|nearly|almost|roughly|some|approximately|close to|more than|over|at least|fewer than"
    r"|less than|under|no fewer than|upwards of|an estimated|up to|at most|as many as) )?"
    r"(?P<cur>US\$|C\$|[$£€])? ?"
    rf"(?:(?P<num>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)|(?P<word>\b(?:(?:{_TENS})-(?:one|two|three|four|five|six"
    r"|seven|eight|nine)|"
    + "|".join(sorted(_SMALL, key=len, reverse=True))
    + r"|(?:a|several)(?= hundred| thousand| million))\b))"
    r"(?:[ -]?(?P<scale>hundred and fifty|hundred|thousand|million|billion|bn|m)\b)?"
    r"(?:(?: |-)?(?P<unit>per ?cent|%|percent|dollars?|euros?|pounds|months?|years?|days?|weeks?|votes?)(?!\w))?",
    re.IGNORECASE,
)


class Quantity(NamedTuple):
    """A number with what it counts in: ``money``, ``percent``, ``time``, ``votes`` or ``count``.

    ``about`` where it is said roughly; "up to 12,262" is not, whatever stands before it.
    """

    number: float
    kind: str
    about: bool
    start: int
    end: int


@lru_cache(maxsize=1024)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The numbers of ``text`` in order; years and days of a date are the caller's to leave out."""
    out = []
    for m in _QUANTITY.finditer(text):
        word, scale = (m.group("word") or "").lower(), (m.group("scale") or "").lower()
        if m.group("num"):
            number = float(m.group("num").replace(",", ""))
        elif "-" in word:
            tens, unit = word.split("-")
            number = float(_SMALL[tens] + _SMALL[unit])
        else:
            number = float(_SMALL.get(word, 3 if word == "several" else 1))
        if scale == "hundred and fifty":
            number = number * 100 + 50
        elif scale:
            number *= _SCALE[scale]
        unit = (m.group("unit") or "").lower()
        if m.group("cur") or unit.startswith(("dollar", "euro", "pound")):
            kind = "money"
        elif unit in {"%", "percent", "per cent"}:
            kind = "percent"
        elif unit.startswith(("month", "year", "day", "week")):
            kind = "time"
        else:
            kind = "votes" if unit.startswith("vote") else "count"
        out.append(Quantity(number, kind, bool(m.group("about")) and not _exact(number), m.start(), m.end()))
    return tuple(out)


_DAYS_OF = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
_LENGTH = re.compile(
    r"\b(?:(?P<half>half an?)|(?P<number>\d+|an?|" + "|".join(sorted(_SMALL, key=len, reverse=True)) + r"))"
    r"(?P<more> and a half)?[ -](?P<unit>day|week|month|year)s?\b(?P<behind> and a half)?"
)


def length_of(text: str) -> float | None:
    """The days that ``text`` says something is to last: half a year is six months; None where it names no length."""
    found = _LENGTH.search(normalise(text))
    if found is None:
        return None
    said = found["number"]
    number = 0.5 if found["half"] else float(said) if said.isdigit() else float(_SMALL.get(said, 1))
    return (number + 0.5 * bool(found["more"] or found["behind"])) * _DAYS_OF[found["unit"]]


def same_number(a: Quantity, b: Quantity) -> bool:
    """True where two numbers can mean the same: equal, within 10 % if one is said roughly, 1.2 % if one is round."""
    if a.kind != b.kind:
        return False
    if a.number == b.number:
        return True
    larger = max(abs(a.number), abs(b.number))
    rough = a.about or b.about or _round(a.number) or _round(b.number)
    return rough and larger >= 20 and abs(a.number - b.number) / larger <= (0.1 if a.about or b.about else 0.012)


def _exact(number: float) -> bool:
    """True for a number of more than three telling digits, such as 12,262: nobody rounds to that."""
    return len(f"{number:.0f}".rstrip("0")) > 3


def _round(number: float) -> bool:
    """True for a number of which only the first two digits tell anything, such as 5,500 or 11,000."""
    digits = f"{number:.0f}"
    return len(digits) >= 3 and set(digits[2:]) == {"0"}
