"""Readings, claims, verdicts and changes in the store, and the board over them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import duckdb

from pipeline.model import Alert, Aspect, Change, Claim, Judgement, Reading, RecheckResult, Silence, Stage, Verdict
from pipeline.model.errors import StorageError, UsageError
from pipeline.model.text import content_id
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import (
    claim_of,
    claim_row,
    fact_of,
    fact_row,
    id_list,
    parts_of,
    parts_text,
    verdict_id,
)
from pipeline.storage.queries.recalls import RecallQueries
from pipeline.storage.queries.support import STANDING, add_support
from pipeline.storage.schema import literal
from pipeline.storage.views import query

Moment = date | datetime | str


@dataclass(frozen=True, slots=True)
class AssessmentCounts:
    """What an assessment added: only rows that were not there."""

    readings: int = 0
    claims: int = 0
    verdicts: int = 0
    changes: int = 0
    alerts: int = 0
    silences: int = 0


class ChangeQueries(RecallQueries):
    """What was read and decided."""

    def load_changes(self, watch: str) -> list[Change]:
        """Every change of ``watch`` in the order in which the board took them, for ``board.fold``."""
        rows = self._db.rows("SELECT * FROM change WHERE watch = ? ORDER BY seq", [watch])
        return [change_of(row) for row in rows]

    def load_confirmations(self, watch: str, among: Collection[UUID] | None = None) -> list[tuple[UUID, str, datetime]]:
        """(change, origin, time) of each origin that made, confirmed or repeated a change's row.

        Args:
            watch: the watch's short name.
            among: these changes only; all where None.

        Returns:
            An origin of a change counts once; the time is that of the change's last confirmation.
        """
        if among is not None and not among:
            return []
        chosen = "" if among is None else f"AND p.change_id IN {id_list(among)}"
        # As lists: a row of its own for each would be a hundred thousand of them.
        rows = self._db.rows(
            f"""
            SELECT p.change_id, list(DISTINCT s.source) AS origins, max(s.published) AS published
            FROM {STANDING}
            WHERE p.watch = ? {chosen} GROUP BY p.change_id ORDER BY min(s.published), p.change_id""",  # noqa: S608 -- ids
            [watch],
        )
        return [(row["change_id"], origin, row["published"]) for row in rows for origin in sorted(row["origins"])]

    def load_uncertain(self, watch: str, since: datetime) -> list[tuple[Claim, str, datetime]]:
        """(claim, origin, publication time) of the claims since ``since`` that were too weak to move the board."""
        rows = self._db.rows(
            "SELECT * FROM claim_waiting WHERE watch = ? AND published >= CAST(? AS TIMESTAMPTZ) "
            "ORDER BY published, article_id, quote_start, claim_id",
            [watch, since],
        )
        return [(claim_of(row), row["source"], row["published"]) for row in rows]

    def add_assessment(
        self,
        run_id: UUID,
        watch: str,
        readings: Sequence[Reading],
        judgements: Sequence[Judgement],
        alerts: Sequence[Alert],
        silences: Sequence[Silence],
        origins: Mapping[UUID, str],
        revised: RecheckResult = RecheckResult(),  # noqa: B008 -- frozen
    ) -> AssessmentCounts:
        """Store an assessment in one transaction: a change is never there without its pending alert.

        Args:
            run_id: the run that assessed.
            watch: the watch's short name.
            readings: in the order in which the articles were read.
            judgements: in the order in which the board took them.
            alerts: what is due about the changes.
            silences: the changes that make no alert, and why.
            origins: who first wrote each article, by article id.
            revised: what was taken back before the judgements were made; its changes come first.
        """
        claims = [claim for reading in readings for claim in reading.claims]
        claims += [judgement.claim for judgement in judgements]
        changes = [*revised.withdrawals, *(j.change for j in judgements if j.change is not None)]
        key = self._key(watch)
        with self._db.transaction():
            self._add_revised(run_id, watch, revised)
            self._db.insert(
                "article_origin",
                [{"article_id": article_id, "origin": origin} for article_id, origin in origins.items()],
                on_conflict="(article_id) DO UPDATE SET origin = excluded.origin",
            )
            last = self._db.value("SELECT coalesce(max(seq), 0) FROM change WHERE seq > 0")
            counts = AssessmentCounts(
                readings=self._db.insert("reading", [reading_row(run_id, watch, reading, key) for reading in readings]),
                claims=self._db.insert("claim", [claim_row(claim) for claim in claims]),
                verdicts=self._db.insert("verdict", [verdict_row(run_id, watch, j, key) for j in judgements]),
                changes=self._db.insert("change", change_rows(changes, run_id, last + 1)),
                alerts=self._add_alerts(run_id, (*revised.alerts, *alerts)),
                silences=self._db.insert("silence", [silence_row(run_id, watch, silence, key) for silence in silences]),
            )
            add_support(self._db, watch, judgements, changes, origins.keys(), key)
            return counts

    def board(self, watch: str, *, as_of: Moment | None = None, known_at: Moment | None = None) -> list[Row]:
        """Rows of the board: now, as it stood on a day, as it was known at a time, or both.

        Args:
            watch: the watch's short name.
            as_of: what held by the end of this day.
            known_at: what could be known by then; a day means its end.

        Raises:
            UsageError: a time is given in words that can't be read.
        """
        if as_of is None and known_at is None:
            return self._db.rows("SELECT * FROM board WHERE watch = ?", [watch])
        return self._asked("board", watch, as_of, known_at)

    def status(self, watch: str, *, as_of: Moment | None = None, known_at: Moment | None = None) -> Row | None:
        """Where the mission stands, in one row; None where its board is empty. The arguments are those of ``board``.

        Raises:
            UsageError: a time is given in words that can't be read.
        """
        rows = self._asked("status", watch, as_of, known_at)
        return rows[0] if rows else None

    def status_basis(
        self, watch: str, *, as_of: Moment | None = None, known_at: Moment | None = None
    ) -> dict[str, list[UUID]]:
        """Return the changes on which each part of :meth:`status` rests, by its name; the arguments are the same.

        Raises:
            UsageError: a time is given in words that can't be read.
        """
        rows = self._asked("status_basis", watch, as_of, known_at)
        found = ((name, ids) for row in rows for name, ids in row.items() if name != "watch" and ids)
        return {name: list(ids) if isinstance(ids, list) else [ids] for name, ids in found}

    def _asked(self, name: str, watch: str, as_of: Moment | None, known_at: Moment | None) -> list[Row]:
        """Return the rows of ``watch`` that a query of the board gives, now or as it was."""
        sql = query(name, as_of=_moment(as_of), known_at=_moment(known_at))
        try:
            return self._db.rows(f"SELECT * FROM ({sql}) WHERE watch = ?", [watch])  # noqa: S608 -- quoted
        except StorageError as error:
            if isinstance(error.__cause__, duckdb.ConversionException):
                asked = " or ".join(f"'{moment}'" for moment in (as_of, known_at) if moment is not None)
                raise UsageError(
                    f"{asked} is not a time.", remedy="Write a day (2025-09-30) or a time (2025-09-30T18:00:00Z)."
                ) from None
            raise

    def changes(self, watch: str, since: datetime) -> list[Row]:
        """Rows of the view ``changes`` that could be known since ``since``, without the baseline, in order."""
        return self._db.rows(
            "SELECT * FROM changes WHERE watch = ? AND known_at >= CAST(? AS TIMESTAMPTZ) AND verdict <> 'baseline' "
            "ORDER BY seq",
            [watch, since],
        )


def change_rows(changes: Iterable[Change], run_id: UUID | None, first_seq: int) -> list[Row]:
    """The rows of ``changes``, numbered in the given order."""
    return [
        {
            "change_id": change.change_id,
            "seq": seq,
            "run_id": run_id,
            "watch": change.watch,
            "aspect": change.aspect,
            "subject": change.subject,
            "subject_key": change.subject_key,
            "verdict": change.verdict,
            "stage": change.stage,
            "value": change.value,
            "held_from": change.held_from,
            "known_at": change.known_at,
            "quote": change.quote,
            "reason": change.reason,
            "confidence": change.confidence,
            "before_stage": change.before_stage,
            "before_value": change.before_value,
            "before_subject": change.before_subject,
            "before_since": change.before_since,
            "supersedes": change.supersedes,
            "claim_id": change.claim_id,
            "article_id": change.article_id,
            "event_date": change.event_date,
            "disputed_value": change.disputed_value,
            **fact_row(change.fact),
            "before_parts": None if change.before_parts is None else parts_text(change.before_parts),
        }
        for seq, change in enumerate(changes, first_seq)
    ]


def change_of(row: Row) -> Change:
    """Return the change in a row of the table ``change``."""
    values = {name: row[name] for name in Change.__slots__ if name not in ("fact", "before_parts")}
    values["fact"], values["before_parts"] = fact_of(row), parts_of(row["before_parts"])
    values["aspect"] = Aspect(row["aspect"])
    values["verdict"] = Verdict(row["verdict"])
    values["stage"] = Stage(row["stage"])
    values["before_stage"] = Stage(row["before_stage"]) if row["before_stage"] else None
    return Change(**values)


def reading_row(run_id: UUID, watch: str, reading: Reading, key: str = "") -> Row:
    """The row of reading, for its table; ``key`` is what ids are made of, where it is not ``watch``."""
    return {
        "reading_id": content_id("reading", key or watch, reading.article_id, reading.engine),
        "run_id": run_id,
        "watch": watch,
        "article_id": reading.article_id,
        "engine": reading.engine,
        "relevant": reading.relevant,
        "reason": reading.reason,
        "claims": len(reading.claims),
    }


def verdict_row(run_id: UUID, watch: str, judgement: Judgement, key: str = "") -> Row:
    """The row of judgement, for its table; ``key`` is what ids are made of, where it is not ``watch``."""
    return {
        "verdict_id": verdict_id(key or watch, judgement.claim),
        "run_id": run_id,
        "watch": watch,
        "claim_id": judgement.claim.claim_id,
        "verdict": judgement.verdict,
        "reason": judgement.reason,
        "against": judgement.against,
        "similarity": judgement.similarity,
        "change_id": judgement.change.change_id if judgement.change else None,
    }


def silence_row(run_id: UUID, watch: str, silence: Silence, key: str = "") -> Row:
    """The row of silence, for its table; ``key`` is what ids are made of, where it is not ``watch``."""
    return {
        "silence_id": content_id("silence", key or watch, silence.change_id, silence.reason),
        "run_id": run_id,
        "watch": watch,
        "change_id": silence.change_id,
        "reason": silence.reason,
        "mute_id": silence.mute_id,
    }


def _moment(moment: Moment | None) -> str | None:
    """Return ``moment`` as an SQL string; None for none."""
    if moment is None:
        return None
    return literal(moment.isoformat() if isinstance(moment, date) else str(moment))
