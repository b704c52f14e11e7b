"""What marks do to a reading, and to the verdicts of its claims. Pure.

A person wins over the engine: what they mark as wrong is held back, what they confirm counts whatever the engine makes
of the sentence, and what they pin stays as they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from pipeline.board.board import Board, Key, subject_key
from pipeline.board.compare import Memory, judge
from pipeline.board.compare.likeness import RANK
from pipeline.board.corrections.mark import AGAINST, FOR, Anchor, Mark, MarkKind, Marks, Placed
from pipeline.model import Article, Change, Claim, Judgement, Reading, Verdict, Watch
from pipeline.model.text import content_id, normalise

MIN_WORDS = 15  # characters of a sentence that is found inside a longer one, or the other way round

_HELD_AS = {
    MarkKind.WRONG: Verdict.IRRELEVANT,
    MarkKind.NOT_THIS_MISSION: Verdict.IRRELEVANT,
    MarkKind.DUPLICATE: Verdict.REPEATS,
}
# What a person says is so is news, even where the engine has it for old, or for something else.
_OVERRULED = frozenset({Verdict.STALE, Verdict.UNCERTAIN, Verdict.IRRELEVANT})


@dataclass(frozen=True, slots=True)
class Heeded:
    """A reading after its article's marks.

    Attributes:
        reading: with the claims that persons make beside the engine's.
        held_back: the judgements of the claims that are not to be compared with the board.
        sure: of the claims that count because a person says so, the mark, by the claim's id.
    """

    reading: Reading
    held_back: tuple[Judgement, ...] = ()
    sure: Mapping[UUID, Mark] = field(default_factory=dict)

    @property
    def ids(self) -> frozenset[UUID]:
        """The claims of which a person has decided."""
        return frozenset((*self.sure, *(judgement.claim.claim_id for judgement in self.held_back)))


def heed(reading: Reading, article: Article, marks: Marks) -> Heeded:
    """``reading`` of ``article`` as the marks of its page want it; itself where there are none."""
    page = marks.on_page(article.url)
    if not page:
        return Heeded(reading)
    people, overruled = _people(page, article)
    claims: list[Claim] = []
    held: list[Judgement] = []
    sure: dict[UUID, Mark] = {}
    for claim in reading.claims:
        placed = _meant(claim, reading.claims, page, article)
        claims.append(claim)
        if placed is None:
            continue
        mark = placed.mark
        if mark.kind in AGAINST:
            held.append(Judgement(claim, _HELD_AS[mark.kind], mark.told))
            continue
        if placed.is_first and mark.mark_id not in overruled:
            # The sentence as it is now, where its very words are not there any more.
            now = _said(mark, placed.anchor, claim.article_id, claim.quote, claim.start, claim.end)
            if now is not None:
                people.setdefault(mark.mark_id, (mark, now))
        said = people.get(mark.mark_id) if placed.is_first else None  # what others said the same is held back
        if said is not None and _labels(said[1]) == _labels(claim) and mark not in sure.values():
            claims[-1] = replace(claim, confidence=1.0, background=False)
            sure[claim.claim_id] = mark
        else:
            held.append(Judgement(claim, Verdict.REPEATS, f"{mark.told} (told as the person reads it)"))
    added = [(mark, claim) for mark, claim in people.values() if mark not in sure.values()]
    sure |= {claim.claim_id: mark for mark, claim in added}
    if sure and not reading.relevant:
        decided = {judgement.claim.claim_id for judgement in held} | sure.keys()
        why = f"not about this mission: {reading.reason}"
        held += [Judgement(c, Verdict.IRRELEVANT, why) for c in claims if c.claim_id not in decided]
    told = (*claims, *(claim for _, claim in added))
    reason = reading.reason
    if sure and not reading.relevant:
        reason = f"{reason}; {next(iter(sure.values())).told}"
    reading = replace(reading, claims=told, relevant=reading.relevant or bool(sure), reason=reason)
    return Heeded(reading, tuple(held), sure)


def judge_heeding(
    heeded: Heeded,
    article: Article,
    board: Board,
    watch: Watch,
    *,
    memory: Memory,
    reprinted: str = "",
    pins: Mapping[Key, Mark] | None = None,
) -> tuple[tuple[Judgement, ...], Board]:
    """As :func:`pipeline.board.compare.judge`, of the claims that no mark holds back.

    Args:
        heeded: what a reader made of ``article``, after its marks.
        article, board, watch, memory, reprinted: see there.
        pins: the rows that only a person may change. A claim that would is held back, with what it would have said.

    Returns:
        The judgements in text order, those of ``heeded.held_back`` among them, and the board after them.
    """
    ids = {judgement.claim.claim_id for judgement in heeded.held_back}
    reading = replace(heeded.reading, claims=tuple(c for c in heeded.reading.claims if c.claim_id not in ids))
    judged, board = _judge(reading, article, board, watch, memory, reprinted, pins or {})
    done: list[Judgement] = list(heeded.held_back)
    for judgement in judged:
        mark = heeded.sure.get(judgement.claim.claim_id)
        found = judgement
        if mark is not None and judgement.verdict in _OVERRULED and judgement.against not in _pinned(board, pins):
            # Without the memory of what was told before, since a person says that this is news.
            alone = replace(reading, claims=(judgement.claim,))
            (found,), board = _judge(alone, article, board, watch, Memory(), "", pins or {})
        done.append(_told(found, mark) if mark is not None else found)
    return tuple(sorted(done, key=lambda j: (j.claim.start, j.claim.aspect.value, str(j.claim.claim_id)))), board


def pinned(mark: Mark, board: Board) -> Change:
    """The change by which ``mark`` pins its row of ``board``: a person is its source, its note stands for a sentence.

    Where the mark has a sentence, as where somebody pins what the board says already, that is quoted.

    Raises:
        ValueError: it is no pin.
    """
    aspect, key = mark.key
    row = board.get((aspect, key))
    before = row.change if row is not None else None
    stage = mark.stage or (before.stage if before is not None else None)
    if stage is None:
        raise ValueError(f"the mark {mark.mark_id} pins a row that is not there and gives no stage")
    quoted = mark.first
    is_quoted = quoted is not None and before is not None and before.quote == quoted.quote
    if before is None:
        verdict = Verdict.NEW
    elif before.stage is stage:
        verdict = Verdict.REVISES
    else:
        verdict = Verdict.ADVANCES if RANK[stage] > RANK[before.stage] else Verdict.REVERSES
    return Change(
        change_id=content_id("pin", mark.mark_id),
        watch=mark.watch,
        aspect=aspect,
        subject=mark.subject,
        subject_key=key,
        verdict=verdict,
        stage=stage,
        value=mark.value,
        held_from=mark.since or mark.watch_time.date(),
        known_at=mark.watch_time,
        quote=quoted.quote if quoted is not None else mark.note,
        reason=mark.told,
        confidence=1.0,
        before_stage=before.stage if before is not None else None,
        before_value=before.value if before is not None else None,
        before_subject=before.subject if before is not None else None,
        before_since=before.held_from if before is not None else None,
        article_id=before.article_id if before is not None and is_quoted else None,
    )


def touches(placed: Placed, claim: Claim, article: Article) -> bool:
    """Whether ``placed`` is said of ``claim``, which stands in ``article``, or of a claim at the same place.

    Of one sentence several claims may be made: who has the same subject is found by :func:`heed`.
    """
    mark, anchor, is_first = placed
    if anchor.url != article.url:
        return False
    if mark.kind is MarkKind.NOT_THIS_MISSION and is_first:
        return True  # nothing in the article is
    said = {anchor.aspect, mark.aspect} if mark.kind is MarkKind.RELABELLED else {anchor.aspect}
    return claim.aspect in said and _overlap(anchor, claim, article.text_hash)


def _overlap(anchor: Anchor, claim: Claim, text_hash: str) -> bool:
    if anchor.text_hash == text_hash and anchor.start >= 0 and claim.start >= 0:
        return anchor.start < claim.end and claim.start < anchor.end
    mine, theirs = normalise(claim.quote), normalise(anchor.quote)
    if mine == theirs:
        return True
    shorter, longer = sorted((mine, theirs), key=len)
    return len(shorter) >= MIN_WORDS and shorter in longer


def _meant(claim: Claim, beside: Sequence[Claim], page: Iterable[Placed], article: Article) -> Placed | None:
    """What was said last of ``claim``; of several claims of one sentence, those with the mark's subject are meant."""
    for placed in page:
        if not touches(placed, claim, article):
            continue
        if placed.mark.kind is MarkKind.NOT_THIS_MISSION and placed.is_first:
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


def _people(page: Sequence[Placed], article: Article) -> tuple[dict[UUID, tuple[Mark, Claim]], frozenset[UUID]]:
    """The claims that persons make on ``page``, by the mark; and the marks against which something was said later."""
    people: dict[UUID, tuple[Mark, Claim]] = {}
    overruled: set[UUID] = set()
    for number, placed in enumerate(page):
        if placed.mark.kind not in FOR or not placed.is_first:
            continue
        claim, anchor = claim_by(placed.mark, article), placed.anchor
        if claim is None or anchor.aspect is None:
            continue
        engines = replace(claim, aspect=anchor.aspect, subject=anchor.subject)
        if any(touches(p, c, article) and _same_thing(p, c) for p in page[:number] for c in (engines, claim)):
            overruled.add(placed.mark.mark_id)
        else:
            people[placed.mark.mark_id] = placed.mark, claim
    return people, frozenset(overruled)


def _same_thing(placed: Placed, claim: Claim) -> bool:
    return (placed.mark.kind is MarkKind.NOT_THIS_MISSION and placed.is_first) or _subject(placed.anchor, claim)


def claim_by(mark: Mark, article: Article) -> Claim | None:
    """The claim that the author of ``mark`` makes of ``article``; None where its sentence does not stand there.

    Its id depends on what it says and not on an engine, so that it stays the same whoever reads.
    """
    anchor = mark.first
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
    return _said(mark, anchor, article.article_id, anchor.quote, start, end)


def _said(mark: Mark, anchor: Anchor, article_id: UUID, quote: str, start: int, end: int) -> Claim | None:
    """What the author of ``mark`` says by the sentence ``quote``: what the engine had made of it, with their labels."""
    aspect, stage = mark.aspect or anchor.aspect, mark.stage or anchor.stage
    subject, value = mark.subject or anchor.subject, mark.value or anchor.value
    day = mark.since or anchor.event_date
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


def _pinned(board: Board, pins: Mapping[Key, Mark] | None) -> frozenset[UUID]:
    """The changes that made the rows which are pinned."""
    return frozenset(row.change.change_id for key, row in board.items() if key in (pins or {}))


def _judge(
    reading: Reading,
    article: Article,
    board: Board,
    watch: Watch,
    memory: Memory,
    reprinted: str,
    pins: Mapping[Key, Mark],
) -> tuple[tuple[Judgement, ...], Board]:
    """The engine's verdicts, without those by which a pinned row would change."""
    kept: list[Judgement] = []
    while True:
        judged, after = judge(reading, article, board, watch, memory=memory, reprinted=reprinted)
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


def _pin_of(change: Change | None, pins: Mapping[Key, Mark]) -> Mark | None:
    return pins.get((change.aspect, change.subject_key)) if change is not None else None


def _told(judgement: Judgement, mark: Mark) -> Judgement:
    """``judgement`` whose reason, and its change's, also tells who confirmed the claim."""
    change = judgement.change
    return replace(
        judgement,
        reason=f"{judgement.reason}; {mark.told}",
        change=None if change is None else replace(change, reason=f"{change.reason}; {mark.told}"),
    )
