"""Corrections in the store: what they are about, what rests on it, and what came of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pipeline.board.fold import Board, Key, fold, in_force, subject_key
from pipeline.model import Article, Aspect, Change, Claim, Stage, Verdict
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id
from pipeline.storage.connection import Row
from pipeline.storage.queries.articles import ArticleQueries
from pipeline.storage.queries.base import claim_of, claim_row, id_list, url_key
from pipeline.storage.queries.changes import ChangeQueries, change_rows, silence_row, verdict_row
from pipeline.storage.queries.mutes import MuteQueries
from pipeline.storage.queries.outbox import OutboxQueries
from pipeline.storage.queries.reread import JUDGED_AGAIN
from pipeline.storage.queries.support import STANDING, rebuild_support
from pipeline.storage.queries.why import LONGEST, LOOSE, LOOSE_SQL

if TYPE_CHECKING:  # they bring half of the package with them, and reading a board needs none of it
    from pipeline.board.corrections import Anchor, Correction, Target
    from pipeline.steps import CorrectionContext, CorrectionOutcome, RecheckInput

SHORTEST_ID = 6  # hex digits by which a thing may be named
_ID = re.compile(rf"[0-9a-f][0-9a-f-]{{{SHORTEST_ID - 1},35}}", re.IGNORECASE)


class CorrectionQueries(ArticleQueries, ChangeQueries, OutboxQueries):
    """What persons say of what was read."""

    def clock(self) -> datetime:
        """The machine's clock."""
        now: datetime = self._db.value("SELECT now()")
        return now

    def load_corrections(self, watch: str) -> list[Correction]:
        """Every correction of ``watch``, in the order in which they were made, those that were taken back too."""
        rows = self._db.rows("SELECT * FROM mark WHERE watch = ? ORDER BY made_at, mark_id", [watch])
        if not rows:
            return []
        anchors: dict[UUID, list[Row]] = {}
        for row in self._db.rows(
            "SELECT a.* FROM mark_anchor a JOIN mark m USING (mark_id) WHERE m.watch = ? ORDER BY a.mark_id, a.place",
            [watch],
        ):
            anchors.setdefault(row["mark_id"], []).append(row)
        return [_correction_of(row, anchors.get(row["mark_id"], ())) for row in rows]

    def corrections(self, watch: str) -> list[Row]:
        """Rows of the view ``marks`` of ``watch``, the oldest first."""
        return self._db.rows("SELECT * FROM marks WHERE watch = ?", [watch])

    def find_correction(self, watch: str, asked: str) -> Correction:
        """The correction whose id is ``asked`` or begins with it.

        Raises:
            UsageError: no correction has such an id, or more than one.
        """
        wanted = asked.strip().lower()
        found = [
            m for m in self.load_corrections(watch) if _ID.fullmatch(wanted) and str(m.correction_id).startswith(wanted)
        ]
        if len(found) != 1:
            trouble = "begins the ids of several marks" if found else "is the id of no mark"
            raise UsageError(
                f"'{asked}' {trouble} of the watch {watch}.",
                remedy="`missionwatch marks list DIR` shows the ids; their first 6 signs or more are enough.",
            )
        return found[0]

    # -- what is marked ----------------------------------------------------------------------

    def find_target(self, watch: str, asked: str) -> Target:
        """What a person points at by an id of a change, claim or article, an address, or ``ASPECT/SUBJECT``.

        Raises:
            UsageError: nothing is known of it, or more than one thing; says what was looked for.
        """
        from pipeline.board.corrections import Target

        asked = asked.strip()
        changes = {change.change_id: change for change in self.load_changes(watch)}
        board = fold(changes.values())
        if (row := _row_of(asked, board)) is not None:
            standing = board[row].change if row in board else None
            return self._with_article(Target(asked, row=row, standing=standing, claim=self._claim_of(standing)))
        if _ID.fullmatch(asked):
            change, claim, article_id = self._by_prefix(watch, asked.lower(), changes)
        else:
            change, claim, article_id = None, None, self._newest_at(watch, asked)
        if article_id is not None:
            return Target(asked, article=self.articles_of([article_id]).get(article_id))
        if change is None and claim is None:
            raise UsageError(
                f"Nothing is known of {asked[:200] or 'what is asked for'}: it is no change, claim, article or row of "
                f"the board of the watch {watch}.",
                remedy="`missionwatch changes DIR --json` and `missionwatch why DIR ADDRESS` show ids.",
            )
        if change is not None and claim is None:
            claim = self._claim_of(change)
        row = (change.aspect, change.subject_key) if change is not None else self._row_of_claim(watch, claim, changes)
        return self._with_article(
            Target(
                asked,
                claim=claim,
                change=change,
                supporters=self._supporters(watch, change, claim),
                row=row,
                standing=board[row].change if row is not None and row in board else None,
            )
        )

    def _by_prefix(
        self, watch: str, prefix: str, changes: dict[UUID, Change]
    ) -> tuple[Change | None, Claim | None, UUID | None]:
        found = [change for change_id, change in changes.items() if str(change_id).startswith(prefix)]
        starts = "starts_with(CAST({} AS VARCHAR), ?) LIMIT 2"
        claims = self._db.rows(
            f"""
            SELECT k.* FROM claim k JOIN verdict v USING (claim_id)
            WHERE v.watch = ? AND {starts.format("claim_id")}""",  # noqa: S608 -- a constant
            [watch, prefix],
        )
        articles = self._db.rows(
            "SELECT article_id FROM article WHERE " + starts.format("article_id"),  # noqa: S608 -- a constant
            [prefix],
        )
        if len(found) + len(claims) + len(articles) > 1:
            raise UsageError(f"{prefix} begins the ids of several things.", remedy="Give more of the id.")
        return (
            found[0] if found else None,
            claim_of(claims[0]) if claims else None,
            articles[0]["article_id"] if articles else None,
        )

    def _newest_at(self, watch: str, url: str) -> UUID | None:
        if not url or len(url) > LONGEST:
            return None
        found: UUID | None = self._db.value(
            f"""
            SELECT a.article_id FROM article a JOIN reading r ON r.article_id = a.article_id AND r.watch = ?
            WHERE {LOOSE_SQL.format("a.url")} = ? ORDER BY a.fetched_at DESC, a.article_id LIMIT 1""",  # noqa: S608
            [watch, re.sub(LOOSE, "", url.lower())],
        )
        return found

    def _claim_of(self, change: Change | None) -> Claim | None:
        if change is None or change.claim_id is None:
            return None
        rows = self._db.rows(f"SELECT * FROM claim WHERE claim_id IN {id_list([change.claim_id])}")  # noqa: S608 -- ids
        return claim_of(rows[0]) if rows else None

    def _row_of_claim(self, watch: str, claim: Claim | None, changes: dict[UUID, Change]) -> Key | None:
        if claim is None:
            return None
        made = self._db.value("SELECT change_id FROM verdict WHERE watch = ? AND claim_id = ?", [watch, claim.claim_id])
        if made in changes:
            return changes[made].aspect, changes[made].subject_key
        return claim.aspect, subject_key(claim.aspect, claim.subject)

    def _supporters(self, watch: str, change: Change | None, claim: Claim | None) -> list[tuple[Claim, str, str]]:
        if change is None:
            return []
        rows = self._db.rows(
            f"""
            SELECT k.*, a.url, a.text_hash FROM {STANDING}
            JOIN claim k ON k.claim_id = p.claim_id JOIN article a ON a.article_id = p.article_id
            WHERE p.watch = ? AND p.change_id IN {id_list([change.change_id])}
            ORDER BY a.published, a.article_id, k.quote_start, k.claim_id""",  # noqa: S608 -- ids
            [watch],
        )
        found = [(claim_of(row), row["url"], row["text_hash"]) for row in rows]
        return [one for one in found if claim is None or one[0].claim_id != claim.claim_id]

    def _with_article(self, target: Target) -> Target:
        said = target.claim or target.change or target.standing
        article_id = said.article_id if said is not None else None
        return target if article_id is None else replace(target, article=self.articles_of([article_id]).get(article_id))

    # -- what rests on it --------------------------------------------------------------------

    def correction_context(self, watch: str, correction: Correction) -> CorrectionContext:
        """Load what the store holds about the sentences of ``correction``."""
        from pipeline.steps import CorrectionContext, RecordedClaim

        corrections = self.load_corrections(watch)
        anchors = [
            *correction.anchors,
            *(a for m in corrections if m.correction_id == correction.undoes for a in m.anchors),
        ]
        changes = self.load_changes(watch)
        said = self._said_at(watch, {anchor.url for anchor in anchors if anchor.url})
        about = {one for row in said for one in (row["change_id"], row["against"]) if one is not None}
        standing = [change.change_id for change in in_force(changes)]
        alerts = self.alerts_about(watch, about)
        told = about | {change_id for sent in alerts for change_id in sent.alert.change_ids}
        behind = {c.article_id for c in changes if c.article_id is not None and c.change_id in told}
        behind |= {row["article_id"] for row in said}
        return CorrectionContext(
            changes=changes,
            corrections=corrections,
            said=[
                RecordedClaim(claim_of(row), Verdict(row["verdict"]), row["change_id"], row["against"]) for row in said
            ],
            support=self._support(watch, about),
            articles=self.articles_of(behind),
            alerts=alerts,
            confirmations=self.load_confirmations(watch, standing),
            origins=self.origins_of(watch),
            mutes=MuteQueries(self._db).load_mutes(watch),
        )

    def load_told(self, watch: str, urls: Iterable[str], changes: Sequence[Change]) -> RecheckInput:
        """Return what was told from the pages ``urls``, to whom, and what else says so.

        Args:
            watch: the watch's short name.
            urls: canonical addresses of pages.
            changes: every change of the watch, in order.
        """
        from pipeline.steps import RecheckInput

        evidence = self.evidence_at(watch, urls)
        alerts = self.alerts_about(watch, {one.change_id for one in evidence})
        alerted = {change_id for sent in alerts for change_id in sent.alert.change_ids}
        behind = {change.article_id for change in changes if change.change_id in alerted and change.article_id}
        behind |= {one.claim.article_id for one in evidence}
        return RecheckInput(evidence, changes, alerts, self.articles_of(behind))

    def _said_at(self, watch: str, urls: Collection[str]) -> list[Row]:
        if not urls:
            return []
        keys = ", ".join(str(url_key(url)) for url in sorted(urls))
        rows = self._db.rows(
            f"""
            SELECT k.*, v.verdict, v.change_id, v.against, a.url FROM article a
            JOIN claim k ON k.article_id = a.article_id JOIN verdict v ON v.claim_id = k.claim_id AND v.watch = ?
            WHERE a.url_key IN ({keys}) ORDER BY a.published, a.article_id, k.quote_start, k.claim_id""",  # noqa: S608
            [watch],
        )
        return [row for row in rows if row["url"] in urls]

    def _support(self, watch: str, about: Collection[UUID]) -> list[tuple[UUID, UUID]]:
        if not about:
            return []
        rows = self._db.rows(
            f"SELECT p.change_id, p.claim_id FROM {STANDING} WHERE p.watch = ? AND p.change_id IN {id_list(about)}",  # noqa: S608
            [watch],
        )
        return [(row["change_id"], row["claim_id"]) for row in rows]

    # -- what came of it ---------------------------------------------------------------------

    def add_outcome(self, watch: str, made: CorrectionOutcome, *, late: bool = False) -> bool:
        """Store a correction with all that came of it, in one transaction; False where it was there: then nothing is.

        Args:
            watch: the watch's short name.
            made: what came of the correction.
            late: the correction is there, and what comes of it only now.
        """
        correction = made.correction
        run_id, key = correction.correction_id, self._key(watch)
        with self._db.transaction():
            if not self._db.insert("mark", [_correction_row(watch, correction)]) and not late:
                return False
            self._db.insert(
                "mark_anchor", [_anchor_row(correction, n, anchor) for n, anchor in enumerate(correction.anchors)]
            )
            self._add_revised(run_id, watch, made.revised)
            last = self._db.value("SELECT coalesce(max(seq), 0) FROM change WHERE seq > 0")
            self._db.insert("claim", [claim_row(judgement.claim) for judgement in made.judgements])
            self._db.insert(
                "verdict", [verdict_row(run_id, watch, j, key) for j in made.judgements], on_conflict=JUDGED_AGAIN
            )
            self._db.insert("change", change_rows(made.changes, run_id, last + 1))
            self._add_alerts(run_id, (*made.revised.alerts, *made.alerts))
            self._db.insert("silence", [silence_row(run_id, watch, silence, key) for silence in made.silences])
            if made.changes or made.judgements:
                rebuild_support(self._db)
        return True

    def articles_at(self, urls: Iterable[str]) -> dict[str, Article]:
        """The newest article of each of ``urls`` that is there, by address."""
        newest = self.articles_by_url(urls)
        held = self.articles_of(article_id for article_id, _ in newest.values())
        return {url: held[article_id] for url, (article_id, _) in newest.items() if article_id in held}


def _row_of(asked: str, board: Board) -> Key | None:
    """The row that ``asked`` names as ``ASPECT/SUBJECT``; by the subject's own key first, as `x (proposed)` has."""
    name, slash, subject = asked.partition("/")
    name, subject = name.strip().lower(), subject.strip().lower()
    if not slash or not subject or name not in {aspect.value for aspect in Aspect}:
        return None
    aspect = Aspect(name)
    return (aspect, subject) if (aspect, subject) in board else (aspect, subject_key(aspect, subject))


def _correction_row(watch: str, correction: Correction) -> Row:
    return {
        "mark_id": correction.correction_id,
        "watch": watch,
        "kind": correction.kind,
        "author": correction.author,
        "made_at": correction.made_at,
        "watch_time": correction.watch_time,
        "note": correction.note,
        "aspect": correction.aspect,
        "stage": correction.stage,
        "subject": correction.subject,
        "value": correction.value,
        "since": correction.since,
        "subject_key": correction.subject_key,
        "undoes": correction.undoes,
    }


def _anchor_row(correction: Correction, place: int, anchor: Anchor) -> Row:
    return {
        "anchor_id": content_id("mark-anchor", correction.correction_id, place),
        "mark_id": correction.correction_id,
        "place": place,
        "url": anchor.url,
        "text_hash": anchor.text_hash,
        "quote": anchor.quote,
        "quote_start": anchor.start,
        "quote_end": anchor.end,
        "aspect": anchor.aspect,
        "stage": anchor.stage,
        "subject": anchor.subject,
        "value": anchor.value,
        "event_date": anchor.event_date,
        "claim_id": anchor.claim_id,
        "article_id": anchor.article_id,
        "change_id": anchor.change_id,
    }


def _correction_of(row: Row, anchors: Sequence[Row]) -> Correction:
    from pipeline.board.corrections import Anchor, Correction, CorrectionKind

    return Correction(
        correction_id=row["mark_id"],
        watch=row["watch"],
        kind=CorrectionKind(row["kind"]),
        author=row["author"],
        made_at=row["made_at"],
        watch_time=row["watch_time"],
        note=row["note"],
        anchors=tuple(
            Anchor(
                url=a["url"],
                text_hash=a["text_hash"],
                quote=a["quote"],
                start=a["quote_start"],
                end=a["quote_end"],
                aspect=_aspect(a["aspect"]),
                stage=_stage(a["stage"]),
                subject=a["subject"],
                value=a["value"],
                event_date=a["event_date"],
                claim_id=a["claim_id"],
                article_id=a["article_id"],
                change_id=a["change_id"],
            )
            for a in anchors
        ),
        aspect=_aspect(row["aspect"]),
        stage=_stage(row["stage"]),
        subject=row["subject"],
        value=row["value"],
        since=row["since"],
        subject_key=row["subject_key"],
        undoes=row["undoes"],
    )


def _aspect(value: str | None) -> Aspect | None:
    return Aspect(value) if value else None


def _stage(value: str | None) -> Stage | None:
    return Stage(value) if value else None
