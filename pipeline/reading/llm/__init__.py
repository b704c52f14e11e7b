"""A language model as an option: questions, answers, and what these do to a verdict. Pure.

The model never decides alone and never speaks freely: it fills in a form (:mod:`pipeline.reading.llm.forms`), what it
quotes must stand verbatim in the article, and where it does not answer so, the embedded engine's verdict stands. The
calls themselves are :mod:`pipeline.fetch.chat`'s.
"""

from __future__ import annotations

from pipeline.reading.llm.forms import ReadingRequest, is_changed, is_usable, parse_opinion, parse_reading
from pipeline.reading.llm.opinions import Answer, ModelOpinion, reading_without, weigh, with_opinion
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
from pipeline.reading.llm.protocol import (
    DIALECTS_TRIED,
    Completion,
    Dialect,
    Reply,
    fallback_dialect,
    parse_completion,
    request_body,
)
from pipeline.reading.llm.retry import WAITED_IN_RUN, pause_before_retry
from pipeline.reading.llm.rows import ShownRow, select_rows
from pipeline.reading.llm.servers import LIST_PATH, USUAL, FoundServer, UsualServer, parse_models
from pipeline.reading.llm.spending import Spending, exhausted_budget, price_in_micros

__all__ = [
    "DIALECTS_TRIED",
    "LIST_PATH",
    "PROMPT_VERSION",
    "USUAL",
    "WAITED_IN_RUN",
    "Answer",
    "Ask",
    "Candidate",
    "Completion",
    "Dialect",
    "FoundServer",
    "ModelOpinion",
    "ReadingRequest",
    "Reply",
    "ShownRow",
    "Spending",
    "UsualServer",
    "ask_about",
    "ask_to_glance",
    "ask_to_read",
    "ask_to_state",
    "engine_name",
    "exhausted_budget",
    "fallback_dialect",
    "is_changed",
    "is_usable",
    "parse_completion",
    "parse_models",
    "parse_opinion",
    "parse_reading",
    "pause_before_retry",
    "price_in_micros",
    "reading_without",
    "request_body",
    "select_rows",
    "weigh",
    "with_opinion",
]
