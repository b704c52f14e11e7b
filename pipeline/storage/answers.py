"""What language models have answered, in the store: asking the same thing again costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pipeline.llm import Ask, Completion
from pipeline.storage.part import Part


class Answers(Part):
    """The cache of answers, by the question's key."""

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
