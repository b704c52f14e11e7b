"""The view model_spending, as the migration of that name left it."""

from __future__ import annotations

from pipeline.storage.views import make_view
from pipeline.storage.views_analysts import day_of

_COUNTS = ("llm_calls", "llm_cached", "llm_failed", "llm_tokens_in", "llm_tokens_out")

# By the wall clock, and not the watch's own: a replayed day of another year is paid for today.
MODEL_SPENDING = make_view(
    "model_spending",
    "One row for each watch and day on which a language model was asked: how often, and what that cost.",
    f"""
SELECT watch, {day_of("started_at")},
       {", ".join(f"coalesce(sum(counts['{name}']), 0)::BIGINT" for name in _COUNTS)},
       coalesce(sum(counts['llm_micros']), 0) / 1e6
FROM run WHERE counts['llm_calls'] > 0 OR counts['llm_cached'] > 0 GROUP BY ALL ORDER BY ALL""",  # noqa: S608 -- constants
    ("watch", "The watch's short name."),
    ("day", "The day, UTC, by the wall clock, on which its runs began."),
    ("calls", "Requests that were sent, repeated ones counted."),
    ("cached", "Questions that had been answered before, and cost nothing."),
    ("failed", "Questions that brought no answer, or none that is of use."),
    ("tokens_in", "Tokens of the questions, as counted by the server, else estimated."),
    ("tokens_out", "Tokens of the answers, those of no use counted."),
    ("money", "What they cost by the prices of the watch's file, in its currency; 0 where it has none."),
)
