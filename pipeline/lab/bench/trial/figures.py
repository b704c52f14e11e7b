"""What a trial came to: how well, how fast and at what cost a model judges, and whether to use it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from pipeline.lab.bench.figures import Mission
from pipeline.lab.bench.scoring import Kind
from pipeline.lab.bench.tables import Table

CLEAR = 0.05  # of the F1: about one event of the eighteen; a smaller difference is none
MANY_FAILED = 0.1  # of the answers


class Tried(NamedTuple):
    """One reader's row of a trial.

    Attributes:
        reader: its name.
        f1, precision, recall: at the grade ``aspect``.
        duplicates: events that were told twice.
        seconds: for one article, by the clock on the wall.
        articles: how many were read.
        calls: questions to a language model.
        failed: those that brought no answer that could be used.
        tokens_in, tokens_out: of all articles.
    """

    reader: str
    f1: float
    precision: float
    recall: float
    duplicates: int
    seconds: float
    articles: int
    calls: int = 0
    failed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the row for a script, rounded; tokens are those of one article."""
        return {
            "reader": self.reader,
            "aspect_f1": round(self.f1, 3),
            "precision": round(self.precision, 3),
            "recall": round(self.recall, 3),
            "duplicates": self.duplicates,
            "seconds_per_article": round(self.seconds, 3),
            "calls": self.calls,
            "failed": self.failed,
            "tokens_in_per_article": round(self.tokens_in / self.articles),
            "tokens_out_per_article": round(self.tokens_out / self.articles),
        }


class Advice(NamedTuple):
    """What to do with a model: ``use`` is ``read``, ``verify`` or empty, and ``sentence`` says why."""

    use: str
    sentence: str


def tried(reader: str, mission: Mission, seconds: float, counts: Mapping[str, int] | None = None) -> Tried:
    """Return the row of a run over the trial.

    Args:
        reader: its name.
        mission: what was measured.
        seconds: that the whole run took.
        counts: of :class:`pipeline.fetch.chat.Chat`; None where no model was asked.
    """
    held = counts or {}
    grade = mission.scored.grade("aspect")
    size = len(mission.gold.articles)
    return Tried(
        reader=reader,
        f1=grade.f1,
        precision=grade.precision,
        recall=grade.recall,
        duplicates=len(mission.scored.of(Kind.DUPLICATE)),
        seconds=seconds / size,
        articles=size,
        calls=held.get("llm_calls", 0),
        failed=held.get("llm_failed", 0) + held.get("llm_not_asked", 0),
        tokens_in=held.get("llm_tokens_in", 0),
        tokens_out=held.get("llm_tokens_out", 0),
    )


def table(*rows: Tried) -> Table:
    """Return the rows as a table, the costs for one article each."""
    return Table(
        f"{rows[0].articles} articles about an invented mission",
        ("", "aspect F1", "precision", "recall", "duplicates", "s/article", "calls", "failed", "tokens in", "out"),
        tuple(
            (
                row.reader,
                f"{row.f1:.2f}",
                f"{row.precision:.2f}",
                f"{row.recall:.2f}",
                str(row.duplicates),
                f"{row.seconds:.2f}",
                str(row.calls),
                str(row.failed),
                f"{row.tokens_in / row.articles:.0f}",
                f"{row.tokens_out / row.articles:.0f}",
            )
            for row in rows
        ),
    )


def advise(embedded: Tried, model: Tried, mode: str) -> Advice:
    """Say what to do with a model that was tried.

    Args:
        embedded: the row of the embedded engine alone.
        model: the row with the model.
        mode: how it was asked, ``read`` or ``verify``.
    """
    if model.failed > MANY_FAILED * max(model.calls, 1):
        return Advice("", f"Leave it: {model.failed} answers could not be used; docs/llm.md says why that may be.")
    if not model.calls:
        return Advice("", "Leave it: there was nothing to ask it about.")
    gain = model.f1 - embedded.f1
    figures = f"an F1 of {model.f1:.2f} against {embedded.f1:.2f}"
    if mode == "verify":
        if gain > CLEAR / 2 or (abs(gain) <= CLEAR / 2 and model.precision - embedded.precision > CLEAR):
            return Advice("verify", f"Use verify: asked about what the embedded engine finds, it mends it, {figures}.")
        return Advice("", f"Leave it: asked about what the embedded engine finds, it mends nothing, {figures}.")
    if gain > CLEAR:
        return Advice("read", f"Use read: it judges better than the embedded engine, {figures}.")
    if gain >= -CLEAR:
        return Advice(
            "verify",
            f"Use verify, if anything: it judges about as well as the embedded engine, which costs nothing, {figures}; "
            "--mode verify tells whether it helps.",
        )
    return Advice("", f"Leave it: it judges worse than the embedded engine, {figures}.")
