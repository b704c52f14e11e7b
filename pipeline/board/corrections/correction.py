"""Corrections as values: what a person says, and the anchor by which its sentence is found again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pipeline.board.fold import Key
from pipeline.model import Aspect, Change, Claim, Stage, Verdict, escape
from pipeline.model.text import content_id, format_day, shorten

MAX_AUTHOR, MAX_NOTE, MAX_WORDS = 200, 2_000, 200  # characters of a name, a note, a subject or value


class CorrectionKind(StrEnum):
    """What a correction says.

    ``RELABELLED`` gives a sentence another aspect, stage, subject or value; ``UNPINNED`` lets news change a pinned row
    again; ``UNDONE`` takes another correction back.
    """

    WRONG = "wrong"
    DUPLICATE = "duplicate"
    NOT_THIS_MISSION = "not_this_mission"
    CONFIRMED = "confirmed"
    RELABELLED = "relabelled"
    PINNED = "pinned"
    UNPINNED = "unpinned"
    UNDONE = "undone"


# What the sentence says is no news; and what it says is so, whatever the engine makes of it.
AGAINST = frozenset({CorrectionKind.WRONG, CorrectionKind.DUPLICATE, CorrectionKind.NOT_THIS_MISSION})
FOR = frozenset({CorrectionKind.CONFIRMED, CorrectionKind.RELABELLED})
PINS = frozenset({CorrectionKind.PINNED, CorrectionKind.UNPINNED})

KIND_WORDS = {
    CorrectionKind.WRONG: "marked wrong",
    CorrectionKind.DUPLICATE: "marked a duplicate",
    CorrectionKind.NOT_THIS_MISSION: "marked as not about this mission",
    CorrectionKind.CONFIRMED: "confirmed",
    CorrectionKind.RELABELLED: "relabelled",
    CorrectionKind.PINNED: "pinned",
    CorrectionKind.UNPINNED: "unpinned",
    CorrectionKind.UNDONE: "a mark was taken back",
}


@dataclass(frozen=True, slots=True)
class Anchor:
    """A sentence as it was when it was corrected: enough to find it in a new store, and by another engine.

    Attributes:
        url: canonical address of its page.
        text_hash: of the text in which it stood; in another text it is looked for by its words.
        quote, start, end: as of a claim; all of an article where the quote is empty.
        aspect, stage, subject, value, event_date: what the engine had made of it; None and empty for an article.
        claim_id, article_id, change_id: what it was in the store in which it was marked.
    """

    url: str
    text_hash: str = ""
    quote: str = ""
    start: int = -1
    end: int = -1
    aspect: Aspect | None = None
    stage: Stage | None = None
    subject: str = ""
    value: str = ""
    event_date: date | None = None
    claim_id: UUID | None = None
    article_id: UUID | None = None
    change_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What one person said once. Append-only: a later correction wins over an earlier one.

    Attributes:
        author: who.
        made_at: when, by the machine's clock, UTC.
        watch_time: when, by the watch's own clock, which in an archive stands in the past.
        note: why; may be empty.
        anchors: the sentence first, then the others that said the same when it was marked; none of a bare pin.
        aspect, stage, subject, value, since: what the person says in the engine's place; of a pin all but ``since``
            are given. None and empty where they say nothing of it.
        subject_key: of a pin: the subject, as the board keys it.
        undoes: of ``UNDONE``: the correction that is taken back.
    """

    correction_id: UUID
    watch: str
    kind: CorrectionKind
    author: str
    made_at: datetime
    watch_time: datetime
    note: str = ""
    anchors: tuple[Anchor, ...] = ()
    aspect: Aspect | None = None
    stage: Stage | None = None
    subject: str = ""
    value: str = ""
    since: date | None = None
    subject_key: str = ""
    undoes: UUID | None = None

    @property
    def first(self) -> Anchor | None:
        """The sentence or article that the person looked at; None for a bare pin and for an undo."""
        return self.anchors[0] if self.anchors else None

    @property
    def key(self) -> Key:
        """The board row of a pin.

        Raises:
            ValueError: it is no pin.
        """
        if self.kind not in PINS or self.aspect is None:
            raise ValueError(f"a mark of kind {self.kind} has no row")
        return self.aspect, self.subject_key

    @property
    def told(self) -> str:
        """The correction as reasons cite it: ``marked wrong by ana on 26 Nov 2026: a rumour``."""
        note = f": {shorten(escape.line(self.note), 300)}" if self.note.strip() else ""
        return f"{KIND_WORDS[self.kind]} by {shorten(escape.line(self.author), 60)} on {format_day(self.made_at)}{note}"


class Placed(NamedTuple):
    """A correction with one of its anchors; ``is_first`` where that is what the person looked at."""

    correction: Correction
    anchor: Anchor
    is_first: bool


@dataclass(frozen=True)
class Corrections:
    """The corrections of a watch that count; undone ones and the undos themselves are left out.

    ``in_order`` are all of them, the oldest first.
    """

    in_order: tuple[Correction, ...] = ()
    _by_url: Mapping[str, tuple[Placed, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, corrections: Iterable[Correction]) -> Corrections:
        """Build from ``corrections``, leaving out those that were undone."""
        known = sorted(corrections, key=lambda correction: (correction.made_at, str(correction.correction_id)))
        undone = {correction.undoes for correction in known if correction.kind is CorrectionKind.UNDONE}
        counts = tuple(m for m in known if m.kind is not CorrectionKind.UNDONE and m.correction_id not in undone)
        by_url: dict[str, list[Placed]] = {}
        for correction in reversed(counts):  # what was said last is met first
            for place, anchor in enumerate(correction.anchors if correction.kind not in PINS else ()):
                by_url.setdefault(anchor.url, []).append(Placed(correction, anchor, place == 0))
        return cls(counts, {url: tuple(placed) for url, placed in by_url.items()})

    def __bool__(self) -> bool:
        return bool(self.in_order)

    def on_page(self, url: str) -> tuple[Placed, ...]:
        """Return the corrections on the page ``url``, the latest first."""
        return self._by_url.get(url, ())

    def pins(self, now: datetime | None = None, changes: Iterable[Change] = ()) -> Mapping[Key, Correction]:
        """Return the pinned rows, with the correction that pinned each.

        Args:
            now: what was made at this time of the watch's clock, or will be, does not count yet; None counts all.
            changes: a pin that made one of these counts whatever the clock says: it may have been put back.
        """
        rows: dict[Key, Correction] = {}
        known = tuple(changes)
        for correction in self.turns():
            if (
                now is not None
                and correction.watch_time >= now
                and not any(is_pin_of(change, correction) for change in known)
            ):
                continue
            if correction.kind is CorrectionKind.PINNED:
                rows[correction.key] = correction
            else:
                rows.pop(correction.key, None)
        return rows

    def due(self, now: datetime, changes: Iterable[Change]) -> tuple[Correction, ...]:
        """Return the pins that are due by ``now`` and have made none of ``changes``, as after an import.

        Args:
            now: by the watch's clock.
            changes: all of the watch, those that were taken back too.
        """
        known = tuple(changes)
        return tuple(
            correction
            for correction in self.turns()
            if correction.kind is CorrectionKind.PINNED
            and correction.watch_time <= now
            and not any(is_pin_of(change, correction) for change in known)
        )

    def turns(self) -> tuple[Correction, ...]:
        """Return the pins and unpins in the order of the watch's clock."""
        found = (correction for correction in self.in_order if correction.kind in PINS)
        return tuple(
            sorted(
                found, key=lambda correction: (correction.watch_time, correction.made_at, str(correction.correction_id))
            )
        )

    def without(self, left_out: Iterable[Correction]) -> Corrections:
        """Return these corrections without ``left_out``."""
        ids = {correction.correction_id for correction in left_out}
        return (
            Corrections.of(correction for correction in self.in_order if correction.correction_id not in ids)
            if ids
            else self
        )


NO_CORRECTIONS = Corrections()


def is_pin_of(change: Change, correction: Correction) -> bool:
    """Decide whether ``change`` was made by the pin ``correction``, whatever its id: a reread may have renamed it."""
    return (
        correction.kind is CorrectionKind.PINNED
        and (change.aspect, change.subject_key) == correction.key
        and change.claim_id is None
        and change.verdict not in {Verdict.BASELINE, Verdict.WITHDRAWN}
        and (change.known_at, change.value) == (correction.watch_time, correction.value)
    )


def correction_id_of(correction: Correction) -> UUID:
    """Return the id of ``correction``: a hash of all that its author said and of what they said it of."""
    said = (
        correction.aspect,
        correction.stage,
        correction.subject,
        correction.value,
        correction.since,
        correction.subject_key,
        correction.undoes,
    )
    places = [
        part for a in correction.anchors for part in (a.url, a.text_hash, a.quote, a.start, a.aspect, a.stage, a.value)
    ]
    return content_id(
        "mark", correction.kind, correction.author, correction.made_at.isoformat(), correction.note, *said, *places
    )


def anchor_of(claim: Claim, url: str, text_hash: str, change: Change | None = None) -> Anchor:
    """Return the anchor of ``claim`` in a text of the page ``url``; ``change`` is the one that it made."""
    return Anchor(
        url=url,
        text_hash=text_hash,
        quote=claim.quote,
        start=claim.start,
        end=claim.end,
        aspect=claim.aspect,
        stage=claim.stage,
        subject=claim.subject,
        value=claim.value,
        event_date=claim.event_date,
        claim_id=claim.claim_id,
        article_id=claim.article_id,
        change_id=change.change_id if change is not None and change.verdict is not Verdict.WITHDRAWN else None,
    )
