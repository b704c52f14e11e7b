"""Apply corrections to a reading and to the verdicts of its claims. Pure.

A person wins over the engine: a claim marked wrong is held back, a confirmed one counts whatever the engine makes of
its sentence, and a pinned row stays as the person set it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from pipeline.board.compare import ChangeHistory, judge
from pipeline.board.compare.likeness import RANK
from pipeline.board.corrections.correction import AGAINST, FOR, Anchor, Correction, CorrectionKind, Corrections, Placed
from pipeline.board.fold import Board, Key, subject_key
from pipeline.model import Article, Change, Claim, Judgement, Reading, Verdict, Watch
from pipeline.model.text import content_id, normalise

MIN_QUOTE = 15  # characters from which a sentence inside a longer one counts as the same

_HELD_AS = {
    CorrectionKind.WRONG: Verdict.IRRELEVANT,
    CorrectionKind.NOT_THIS_MISSION: Verdict.IRRELEVANT,
    CorrectionKind.DUPLICATE: Verdict.REPEATS,
}
# A person's confirmation is news even where the engine takes the claim for old or for another matter.
_OVERRULED = frozenset({Verdict.STALE, Verdict.UNCERTAIN, Verdict.IRRELEVANT})


@dataclass(frozen=True, slots=True)
class CorrectedReading:
    """A reading with its article's corrections applied.

    Attributes:
        reading: with the claims that persons make beside the engine's.
        held_back: the judgements of the claims that are not to be compared with the board.
        confirmed: of the claims that count because a person says so, the correction, by the claim's id.
    """

    reading: Reading
    held_back: tuple[Judgement, ...] = ()
    confirmed: Mapping[UUID, Correction] = field(default_factory=dict)

    @property
    def ids(self) -> frozenset[UUID]:
        """The ids of the claims that a person has decided on."""
        return frozenset((*self.confirmed, *(judgement.claim.claim_id for judgement in self.held_back)))


def apply_corrections(reading: Reading, article: Article, corrections: Corrections) -> CorrectedReading:
    """Return ``reading`` with the corrections of its page applied; ``reading`` itself where there are none."""
    page = corrections.on_page(article.url)
    if not page:
        return CorrectedReading(reading)
    people, overruled = _people(page, article)
    claims: list[Claim] = []
    held: list[Judgement] = []
    confirmed: dict[UUID, Correction] = {}
    for claim in reading.claims:
        placed = _meant(claim, reading.claims, page, article)
        claims.append(claim)
        if placed is None:
            continue
        correction = placed.correction
        if correction.kind in AGAINST:
            held.append(Judgement(claim, _HELD_AS[correction.kind], correction.told))
            continue
        if placed.is_first and correction.correction_id not in overruled:
            # The sentence as it is now, where its very words are not there any more.
            now = _said(correction, placed.anchor, claim.article_id, claim.quote, claim.start, claim.end)
            if now is not None:
                people.setdefault(correction.correction_id, (correction, now))
        said = (
            people.get(correction.correction_id) if placed.is_first else None
        )  # what others said the same is held back
        if said is not None and _labels(said[1]) == _labels(claim) and correction not in confirmed.values():
            claims[-1] = replace(claim, confidence=1.0, background=False)
            confirmed[claim.claim_id] = correction
        else:
            held.append(Judgement(claim, Verdict.REPEATS, f"{correction.told} (told as the person reads it)"))
    added = [(correction, claim) for correction, claim in people.values() if correction not in confirmed.values()]
    confirmed |= {claim.claim_id: correction for correction, claim in added}
    if confirmed and not reading.relevant:
        decided = {judgement.claim.claim_id for judgement in held} | confirmed.keys()
        why = f"not about this mission: {reading.reason}"
        held += [Judgement(c, Verdict.IRRELEVANT, why) for c in claims if c.claim_id not in decided]
    told = (*claims, *(claim for _, claim in added))
    reason = reading.reason
    if confirmed and not reading.relevant:
        reason = f"{reason}; {next(iter(confirmed.values())).told}"
    reading = replace(reading, claims=told, relevant=reading.relevant or bool(confirmed), reason=reason)
    return CorrectedReading(reading, tuple(held), confirmed)


def judge_corrected(
    corrected: CorrectedReading,
    article: Article,
    board: Board,
    watch: Watch,
    *,
    history: ChangeHistory,
    reprinted: str = "",
    pins: Mapping[Key, Correction] | None = None,
) -> tuple[tuple[Judgement, ...], Board]:
    """Judge the claims that no correction holds back, as :func:`pipeline.board.compare.judge` does.

    Args:
        corrected: what a reader made of ``article``, after its corrections.
        article, board, watch, history, reprinted: see there.
        pins: the rows that only a person may change. A claim that would is held back, with what it would have said.

    Returns:
        The judgements in text order, those of ``corrected.held_back`` among them, and the board after them.
    """
    ids = {judgement.claim.claim_id for judgement in corrected.held_back}
    reading = replace(corrected.reading, claims=tuple(c for c in corrected.reading.claims if c.claim_id not in ids))
    judged, board = _judge(reading, article, board, watch, history, reprinted, pins or {})
    done: list[Judgement] = list(corrected.held_back)
    for judgement in judged:
        correction = corrected.confirmed.get(judgement.claim.claim_id)
        found = judgement
        if correction is not None and judgement.verdict in _OVERRULED and judgement.against not in _pinned(board, pins):
            # Without the history of what was told before, since a person says that this is news.
            alone = replace(reading, claims=(judgement.claim,))
            (found,), board = _judge(alone, article, board, watch, ChangeHistory(), "", pins or {})
        done.append(_told(found, correction) if correction is not None else found)
    return tuple(sorted(done, key=lambda j: (j.claim.start, j.claim.aspect.value, str(j.claim.claim_id)))), board


def pin_row(correction: Correction, board: Board) -> Change:
    """Return the change by which ``correction`` pins its row of ``board``; its note stands in a sentence's place.

    Where the correction has a sentence, as where somebody pins what the board says already, that is quoted.

    Raises:
        ValueError: it is no pin.
    """
    aspect, key = correction.key
    row = board.get((aspect, key))
    before = row.change if row is not None else None
    stage = correction.stage or (before.stage if before is not None else None)
    if stage is None:
        raise ValueError(f"the mark {correction.correction_id} pins a row that is not there and gives no stage")
    quoted = correction.first
    is_quoted = quoted is not None and before is not None and before.quote == quoted.quote
    if before is None:
        verdict = Verdict.NEW
    elif before.stage is stage:
        verdict = Verdict.REVISES
    else:
        verdict = Verdict.ADVANCES if RANK[stage] > RANK[before.stage] else Verdict.REVERSES
    return Change(
        change_id=content_id("pin", correction.correction_id),
        watch=correction.watch,
        aspect=aspect,
        subject=correction.subject,
        subject_key=key,
        verdict=verdict,
        stage=stage,
        value=correction.value,
        held_from=correction.since or correction.watch_time.date(),
        known_at=correction.watch_time,
        quote=quoted.quote if quoted is not None else correction.note,
        reason=correction.told,
        confidence=1.0,
        before_stage=before.stage if before is not None else None,
        before_value=before.value if before is not None else None,
        before_subject=before.subject if before is not None else None,
        before_since=before.held_from if before is not None else None,
        article_id=before.article_id if before is not None and is_quoted else None,
    )


def touches(placed: Placed, claim: Claim, article: Article) -> bool:
    """Decide whether ``placed`` is about ``claim`` of ``article``, or about a claim at the same place.

    Of one sentence several claims may be made: who has the same subject is found by :func:`apply_corrections`.
    """
    correction, anchor, is_first = placed
    if anchor.url != article.url:
        return False
    if correction.kind is CorrectionKind.NOT_THIS_MISSION and is_first:
        return True  # nothing in the article is
    said = {anchor.aspect, correction.aspect} if correction.kind is CorrectionKind.RELABELLED else {anchor.aspect}
    return claim.aspect in said and _overlap(anchor, claim, article.text_hash)


def _overlap(anchor: Anchor, claim: Claim, text_hash: str) -> bool:
    if anchor.text_hash == text_hash and anchor.start >= 0 and claim.start >= 0:
        return anchor.start < claim.end and claim.start < anchor.end
    mine, theirs = normalise(claim.quote), normalise(anchor.quote)
    if mine == theirs:
        return True
    shorter, longer = sorted((mine, theirs), key=len)
    return len(shorter) >= MIN_QUOTE and shorter in longer


def _meant(claim: Claim, beside: Sequence[Claim], page: Iterable[Placed], article: Article) -> Placed | None:
    """Return the latest correction of ``claim``; among claims of one sentence the same subject decides."""
    for placed in page:
        if not touches(placed, claim, article):
            continue
        if placed.correction.kind is CorrectionKind.NOT_THIS_MISSION and placed.is_first:
            return placed
        if _subject(placed.anchor, claim) or not any(
            _subject(placed.anchor, other) and touches(placed, other, article) for other in beside
        ):
            return placed
    return None


def _subject(anchor: Anchor, claim: Claim) -> bool:
    return anchor.aspect is claim.aspect and subject_key(claim.aspect, claim.subject) == subject_key(
        claim.aspect, anchor.subject
    )


def _people(page: Sequence[Placed], article: Article) -> tuple[dict[UUID, tuple[Correction, Claim]], frozenset[UUID]]:
    """Return the claims that persons make on ``page``, by correction, and the corrections overruled since."""
    people: dict[UUID, tuple[Correction, Claim]] = {}
    overruled: set[UUID] = set()
    for number, placed in enumerate(page):
        if placed.correction.kind not in FOR or not placed.is_first:
            continue
        claim, anchor = claim_of_person(placed.correction, article), placed.anchor
        if claim is None or anchor.aspect is None:
            continue
        engines = replace(claim, aspect=anchor.aspect, subject=anchor.subject)
        if any(touches(p, c, article) and _same_thing(p, c) for p in page[:number] for c in (engines, claim)):
            overruled.add(placed.correction.correction_id)
        else:
            people[placed.correction.correction_id] = placed.correction, claim
    return people, frozenset(overruled)


def _same_thing(placed: Placed, claim: Claim) -> bool:
    return (placed.correction.kind is CorrectionKind.NOT_THIS_MISSION and placed.is_first) or _subject(
        placed.anchor, claim
    )


def claim_of_person(correction: Correction, article: Article) -> Claim | None:
    """Return the claim that the author of ``correction`` makes; None where its sentence is not in ``article``.

    Its id depends on what it says and not on an engine, so that it stays the same whoever reads.
    """
    anchor = correction.first
    if anchor is None or anchor.aspect is None or anchor.stage is None or not anchor.quote:
        return None
    start = anchor.start
    if start >= 0 and article.text[start : anchor.end] != anchor.quote:
        start = article.text.find(anchor.quote)
        if start < 0:
            return None
    if start < 0 and anchor.quote not in article.title:
        return None
    end = start + len(anchor.quote) if start >= 0 else -1
    return _said(correction, anchor, article.article_id, anchor.quote, start, end)


def _said(correction: Correction, anchor: Anchor, article_id: UUID, quote: str, start: int, end: int) -> Claim | None:
    """Build the claim of a corrected sentence: the engine's labels, overridden by the person's."""
    aspect, stage = correction.aspect or anchor.aspect, correction.stage or anchor.stage
    subject, value = correction.subject or anchor.subject, correction.value or anchor.value
    day = correction.since or anchor.event_date
    if aspect is None or stage is None:
        return None
    return Claim(
        claim_id=content_id(
            "claim by a person", article_id, aspect.value, stage.value, start, quote, subject, value, day
        ),
        article_id=article_id,
        aspect=aspect,
        stage=stage,
        subject=subject,
        value=value,
        quote=quote,
        start=start,
        end=end,
        event_date=day,
        confidence=1.0,
    )


def _labels(claim: Claim) -> tuple[object, ...]:
    return claim.aspect, claim.stage, claim.subject, claim.value, claim.event_date


def _pinned(board: Board, pins: Mapping[Key, Correction] | None) -> frozenset[UUID]:
    """Return the changes that made the pinned rows."""
    return frozenset(row.change.change_id for key, row in board.items() if key in (pins or {}))


def _judge(
    reading: Reading,
    article: Article,
    board: Board,
    watch: Watch,
    history: ChangeHistory,
    reprinted: str,
    pins: Mapping[Key, Correction],
) -> tuple[tuple[Judgement, ...], Board]:
    """Judge with the engine, holding back each claim that would change a pinned row."""
    kept: list[Judgement] = []
    while True:
        judged, after = judge(reading, article, board, watch, history=history, reprinted=reprinted)
        blocked = {j.claim.claim_id: pin for j in judged if (pin := _pin_of(j.change, pins)) is not None}
        if not blocked:
            return (*judged, *kept), after
        for judgement in judged:
            if (pin := blocked.get(judgement.claim.claim_id)) is not None and judgement.change is not None:
                row = board.get(pin.key)
                kept.append(
                    Judgement(
                        judgement.claim,
                        Verdict.STALE,
                        f"{pin.told}; else the board would say '{judgement.change.value}' ({judgement.reason})",
                        row.change.change_id if row is not None else None,
                        judgement.similarity,
                    )
                )
        # Once more without them: what they would have changed, the claims beside them may not meet.
        reading = replace(reading, claims=tuple(c for c in reading.claims if c.claim_id not in blocked))


def _pin_of(change: Change | None, pins: Mapping[Key, Correction]) -> Correction | None:
    return pins.get((change.aspect, change.subject_key)) if change is not None else None


def _told(judgement: Judgement, correction: Correction) -> Judgement:
    """Return ``judgement`` with the confirmation named in its reason and its change's."""
    change = judgement.change
    return replace(
        judgement,
        reason=f"{judgement.reason}; {correction.told}",
        change=None if change is None else replace(change, reason=f"{change.reason}; {correction.told}"),
    )
