"""What language models have answered, in the store, and what that cost: the same question is paid for once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pipeline.reading.llm import Ask, Completion, Spending
from pipeline.reading.llm.spending import MICRO
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import Queries


class AnswerQueries(Queries):
    """The cache of answers, by the question's key, and the spending."""

    def known_answers(self, keys: Sequence[UUID]) -> dict[UUID, str]:
        """The answers to those of ``keys`` that were asked before."""
        if not keys:
            return {}
        rows = self._db.rows(
            "SELECT answer_id, content FROM chat_answer "
            "WHERE answer_id IN (SELECT CAST(unnest(CAST(? AS VARCHAR[])) AS UUID))",
            [sorted(map(str, keys))],
        )
        return {row["answer_id"]: row["content"] for row in rows}

    def model_spending(self, watch: str, day: date) -> Spending:
        """Return what the runs of ``watch`` that began on ``day``, in UTC, have spent; a run under way is not in it."""
        rows = self._db.rows(
            "SELECT calls, tokens_in, tokens_out, money FROM model_spending WHERE watch = ? AND day = ?", [watch, day]
        )
        return next((spending_of(row) for row in rows), Spending())

    def keep_answers(self, run_id: UUID, now: datetime, answers: Sequence[tuple[Ask, Completion]]) -> int:
        """Keep answers in one transaction; the number that was new.

        Args:
            run_id: the run that asked.
            now: when, by the watch's clock.
            answers: each question with what came back, which fits its form.
        """
        with self._db.transaction():
            return self._db.insert(
                "chat_answer",
                [
                    {
                        "answer_id": ask.key,
                        "run_id": run_id,
                        "form": ask.form,
                        "about": ask.about,
                        "model": ask.model,
                        "asked_at": now,
                        "tokens_in": completion.tokens_in,
                        "tokens_out": completion.tokens_out,
                        "content": completion.content,
                    }
                    for ask, completion in answers
                ],
            )


def spending_of(row: Row) -> Spending:
    """Return the spending of a row of ``model_spending``."""
    return Spending(row["calls"], row["tokens_in"], row["tokens_out"], round(row["money"] * MICRO))
