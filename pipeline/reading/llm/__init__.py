"""A language model as an option: what it is asked, what of its answers counts, what they do to a verdict. Pure.

The model never decides alone and never speaks freely: it fills in a form (:mod:`pipeline.reading.llm.forms`), what it
quotes must stand verbatim in the article, and where it does not answer so, the embedded engine's verdict stands. The
calls themselves are :mod:`pipeline.fetch.chat`'s.
"""

from __future__ import annotations

from pipeline.reading.llm.forms import Asked, fits, is_changed, opinion_of, reading_of
from pipeline.reading.llm.opinions import Answer, Opinion, reading_without, told, weigh
from pipeline.reading.llm.prompt import (
    PROMPT_VERSION,
    Ask,
    Candidate,
    ask_about,
    ask_to_glance,
    ask_to_read,
    ask_to_state,
    engine_name,
)
from pipeline.reading.llm.protocol import DIALECTS_TRIED, Completion, Dialect, Reply, completion_of, plainer, wire
from pipeline.reading.llm.retry import WAITED_IN_RUN, pause_before_retry
from pipeline.reading.llm.rows import ShownRow, rows_for
from pipeline.reading.llm.servers import LIST_PATH, USUAL, FoundServer, UsualServer, models_of
from pipeline.reading.llm.spending import Spending, exhausted_budget, micros_of

__all__ = [
    "DIALECTS_TRIED",
    "LIST_PATH",
    "PROMPT_VERSION",
    "USUAL",
    "WAITED_IN_RUN",
    "Answer",
    "Ask",
    "Asked",
    "Candidate",
    "Completion",
    "Dialect",
    "FoundServer",
    "Opinion",
    "Reply",
    "ShownRow",
    "Spending",
    "UsualServer",
    "ask_about",
    "ask_to_glance",
    "ask_to_read",
    "ask_to_state",
    "completion_of",
    "engine_name",
    "exhausted_budget",
    "fits",
    "is_changed",
    "micros_of",
    "models_of",
    "opinion_of",
    "pause_before_retry",
    "plainer",
    "reading_of",
    "reading_without",
    "rows_for",
    "told",
    "weigh",
    "wire",
]
