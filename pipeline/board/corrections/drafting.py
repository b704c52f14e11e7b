"""Make a correction from what a person points at and says of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from pipeline.board.corrections.correction import (
    MAX_AUTHOR,
    MAX_NOTE,
    PINS,
    Anchor,
    Correction,
    CorrectionKind,
    anchor_of,
    correction_id_of,
)
from pipeline.board.fold import Key
from pipeline.model import Article, Aspect, Change, Claim, Stage, Verdict
from pipeline.model.errors import UsageError
from pipeline.model.text import safe, squeeze


@dataclass(frozen=True, slots=True)
class Target:
    """What a person points at, as the store has it.

    Attributes:
        asked: the id, address or row as it was typed.
        article: that is marked, or behind what is marked.
        claim: that is marked, or that made the change which is marked.
        change: that is marked; None where a claim or an article is.
        supporters: (claim, its article's address and text hash) of those besides that say what ``change`` says.
        row: the row of the board that it is about; None for an article.
        standing: the change that made this row as it is; None where the board has no such row.
    """

    asked: str
    article: Article | None = None
    claim: Claim | None = None
    change: Change | None = None
    supporters: Sequence[tuple[Claim, str, str]] = ()
    row: Key | None = None
    standing: Change | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """What a person says in the engine's place; None and empty where they say nothing of it."""

    aspect: Aspect | None = None
    stage: Stage | None = None
    subject: str = ""
    value: str = ""
    since: date | None = None

    def __bool__(self) -> bool:
        return any((self.aspect, self.stage, self.subject, self.value, self.since))


def make_correction(
    kind: CorrectionKind,
    target: Target,
    *,
    watch: str,
    author: str,
    note: str,
    made_at: datetime,
    watch_time: datetime,
    labels: Labels = Labels(),
) -> Correction:
    """Make the correction that ``author`` states.

    Args:
        kind: anything but ``UNDONE``.
        target: what is marked.
        watch: the watch's short name.
        author: who; must not be empty.
        note: why.
        made_at: by the machine's clock, UTC-aware.
        watch_time: by the watch's own clock.
        labels: for ``RELABELLED`` and ``PINNED``.

    Raises:
        UsageError: the kind does not fit the target, or something is missing; says what to do.
    """
    bare = Correction(
        correction_id=_NONE,
        watch=watch,
        kind=kind,
        author=squeeze(safe(author))[:MAX_AUTHOR],
        made_at=made_at,
        watch_time=watch_time,
        note=safe(note).strip()[:MAX_NOTE],
    )
    if not bare.author:
        raise UsageError("A mark needs an author.", remedy="Give --author NAME, or set MISSIONWATCH_AUTHOR.")
    labels = replace(labels, subject=squeeze(safe(labels.subject)), value=squeeze(safe(labels.value)))
    correction = _pin(bare, target, labels) if kind in PINS else _of_sentence(bare, target, labels)
    return replace(correction, correction_id=correction_id_of(correction))


def make_undo(correction: Correction, *, author: str, note: str, made_at: datetime, watch_time: datetime) -> Correction:
    """Make the correction that undoes ``correction``.

    Raises:
        UsageError: ``correction`` is itself one that takes another back.
    """
    if correction.kind is CorrectionKind.UNDONE:
        raise UsageError(
            f"The mark {correction.correction_id} takes another one back, and can't be taken back itself.",
            remedy="Mark the sentence again.",
        )
    undone = Correction(
        _NONE,
        correction.watch,
        CorrectionKind.UNDONE,
        author,
        made_at,
        watch_time,
        note,
        undoes=correction.correction_id,
    )
    return replace(undone, correction_id=correction_id_of(undone))


_NONE = UUID(int=0)


def _of_sentence(bare: Correction, target: Target, labels: Labels) -> Correction:
    kind, change = bare.kind, target.change
    if change is not None and change.verdict is Verdict.BASELINE:
        raise UsageError(
            f"{target.asked} was known at the start: it stands in the watch's own baseline.toml.",
            remedy="Mend it there, or pin what is so: missionwatch mark DIR ID pin --value ... --note ...",
        )
    if change is not None and change.verdict is Verdict.WITHDRAWN:
        raise UsageError(
            f"{target.asked} is the change that takes another one back.",
            remedy=f"Name that one: {change.supersedes}.",
        )
    if labels and kind is not CorrectionKind.RELABELLED:
        raise UsageError(
            "--aspect, --stage, --subject, --value and --since go with relabel and pin.",
            remedy="Write relabel in place of the other word.",
        )
    if kind is CorrectionKind.RELABELLED and not labels:
        raise UsageError(
            "Nothing says what the sentence should count as.",
            remedy="Give --aspect, --stage, --subject, --value or --since.",
        )
    if target.claim is None and change is not None:
        raise UsageError(
            f"{target.asked} was set by a person: no sentence made it.",
            remedy="Take that mark back: `missionwatch marks undo DIR ID`, with the id that `marks list` shows.",
        )
    if target.claim is None:
        if kind is not CorrectionKind.NOT_THIS_MISSION:
            raise UsageError(
                f"{target.asked} is an article, which may say several things.",
                remedy="Name a claim or a change: `missionwatch why DIR ADDRESS` shows their ids. "
                "A whole article can be marked not-this-mission only.",
            )
        if target.article is None:
            raise UsageError(f"Nothing was read of {target.asked}.", remedy="Name a change, a claim or an article.")
        article = target.article
        return replace(bare, anchors=(Anchor(article.url, article.text_hash, article_id=article.article_id),))
    if target.article is None:
        raise UsageError(f"The article of {target.asked} is not there.", remedy="Name another.")
    first = anchor_of(target.claim, target.article.url, target.article.text_hash, change)
    if kind is CorrectionKind.CONFIRMED:
        return replace(bare, anchors=(first,))
    # Who said the same is meant too: else the next article would bring back what is taken back.
    others = tuple(anchor_of(claim, url, text_hash) for claim, url, text_hash in target.supporters)
    outcome = replace(bare, anchors=(first, *others))
    if kind is CorrectionKind.RELABELLED:
        return replace(
            outcome,
            aspect=labels.aspect,
            stage=labels.stage,
            subject=labels.subject,
            value=labels.value,
            since=labels.since,
        )
    return outcome


def _pin(bare: Correction, target: Target, labels: Labels) -> Correction:
    if target.row is None:
        raise UsageError(
            f"{target.asked} is no row of the board.",
            remedy="Name a change or a claim of it, or write the row as ASPECT/SUBJECT, as in strength/ceiling.",
        )
    aspect, key = target.row
    if labels.aspect not in (None, aspect):
        raise UsageError(f"{target.asked} is a row of {aspect}.", remedy=f"Pin {labels.aspect}/SUBJECT instead.")
    said: Change | Claim | None = target.standing or target.claim
    if bare.kind is CorrectionKind.UNPINNED:
        return replace(bare, aspect=aspect, subject_key=key, subject=said.subject if said is not None else key)
    value = labels.value or (said.value if said is not None else "")
    stage = labels.stage or (said.stage if said is not None else None)
    if not value or stage is None:
        raise UsageError(
            f"The board has no row {aspect}/{key}, so there is nothing to pin.",
            remedy="Give --value and --stage (proposed, planned, decided, in_effect, ended or rejected).",
        )
    same = said is not None and (said.value, said.stage) == (value, stage)
    if not same and not bare.note:
        raise UsageError(
            "No sentence says what you pin.", remedy="Say why it is so with --note: that stands in its place."
        )
    since = labels.since
    if since is None and same:
        standing = target.standing
        since = standing.held_from if standing is not None else target.claim.event_date if target.claim else None
    return replace(
        bare,
        aspect=aspect,
        stage=stage,
        subject=labels.subject or (said.subject if said is not None else key),
        value=value,
        since=since or bare.watch_time.date(),
        subject_key=key,
        anchors=(_quoted(said, target),) if same and said is not None else (),
    )


def _quoted(said: Change | Claim, target: Target) -> Anchor:
    """Return the anchor of the sentence that states what is pinned."""
    article = target.article
    if isinstance(said, Claim) and article is not None:
        return anchor_of(said, article.url, article.text_hash)
    if target.claim is not None and article is not None and target.claim.quote == said.quote:
        return anchor_of(target.claim, article.url, article.text_hash)
    where = article.url if article is not None and article.article_id == said.article_id else ""
    return Anchor(where, quote=said.quote, aspect=said.aspect, stage=said.stage, subject=said.subject, value=said.value)
