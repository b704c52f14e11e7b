"""Items for review: changes that stand and claims that were held back, as long as nobody has marked them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pipeline.model import Change
from pipeline.storage.connection import Row
from pipeline.storage.queries.corrections import CorrectionQueries

UNSURE = 0.7  # a change under this confidence is told as uncertain; see pipeline.alerts.compose


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One change or claim, as it is shown to a person.

    Attributes:
        what: ``change`` or ``claim``.
        before: what the board said, None where it said nothing or a claim made no change.
        why: what in the sentence led to it, with commas between.
        reason: of the verdict.
    """

    what: str
    id: UUID
    aspect: str
    subject: str
    stage: str
    value: str
    quote: str
    why: str
    outlet: str
    url: str
    known_at: datetime
    confidence: float
    verdict: str
    reason: str
    before: Change | None = None


# Of a sentence that counts as marked, whatever it was called when it was.
_MARKED = """EXISTS (
    SELECT 1 FROM mark_anchor x JOIN mark m USING (mark_id)
    WHERE m.watch = t.watch AND x.url = t.url AND (x.quote = t.quote OR m.kind = 'not_this_mission' AND x.place = 0)
    AND (x.quote = '' OR x.aspect = t.aspect OR m.aspect = t.aspect OR m.kind = 'not_this_mission')
    AND m.mark_id NOT IN (SELECT undoes FROM mark WHERE undoes IS NOT NULL))"""

_CHANGES = f"""
SELECT t.*, k.why FROM changes t JOIN claim k USING (claim_id)
WHERE t.watch = ? AND t.known_at >= CAST(? AS TIMESTAMPTZ) AND t.verdict NOT IN ('baseline', 'withdrawn')
AND NOT EXISTS (SELECT 1 FROM change w WHERE w.verdict = 'withdrawn' AND w.supersedes = t.change_id)
AND NOT {_MARKED}"""  # noqa: S608 -- a constant

_WAITING = f"""
SELECT t.* FROM claims t
WHERE t.watch = ? AND t.published >= CAST(? AS TIMESTAMPTZ) AND t.verdict = 'uncertain'
AND NOT {_MARKED}"""  # noqa: S608 -- a constant


class ReviewQueries(CorrectionQueries):
    """What nobody has looked at yet."""

    def to_review(self, watch: str, since: datetime, *, unsure_only: bool, limit: int) -> list[ReviewItem]:
        """What is to be looked at, the latest first: changes that stand, and claims that were too weak to make one.

        Args:
            watch: the watch's short name.
            since: what was published before is left out.
            unsure_only: changes of which the engine was sure are left out.
            limit: so many at most.
        """
        before = _before(self.load_changes(watch))
        found = [_change(row, before) for row in self._db.rows(_CHANGES, [watch, since])]
        if unsure_only:
            found = [item for item in found if item.confidence < UNSURE]
        found += [_claim(row) for row in self._db.rows(_WAITING, [watch, since])]
        return sorted(found, key=lambda item: (item.known_at, str(item.id)), reverse=True)[:limit]


def _before(changes: Iterable[Change]) -> Mapping[UUID, Change]:
    """The change that each one followed, where the board had the subject."""
    last: dict[tuple[str, str], Change] = {}
    by_id: dict[UUID, Change] = {}
    out: dict[UUID, Change] = {}
    for change in changes:
        place = (change.aspect, change.subject_key)
        earlier = by_id.get(change.supersedes) if change.supersedes is not None else last.get(place)
        if earlier is not None:
            out[change.change_id] = earlier
        last[place] = by_id[change.change_id] = change
    return out


def _change(row: Row, before: Mapping[UUID, Change]) -> ReviewItem:
    return ReviewItem(
        "change",
        row["change_id"],
        row["aspect"],
        row["subject"],
        row["stage"],
        row["value"] or "",
        row["quote"] or "",
        row["why"] or "",
        row["outlet"] or "",
        row["url"] or "",
        row["known_at"],
        row["confidence"],
        row["verdict"],
        row["reason"] or "",
        before.get(row["change_id"]),
    )


def _claim(row: Row) -> ReviewItem:
    return ReviewItem(
        "claim",
        row["claim_id"],
        row["aspect"],
        row["subject"],
        row["stage"],
        row["value"] or "",
        row["quote"] or "",
        row["why"] or "",
        row["outlet"] or "",
        row["url"] or "",
        row["published"],
        row["confidence"],
        row["verdict"],
        row["reason"] or "",
    )
