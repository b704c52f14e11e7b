"""A real language model answers in the protocol. It is a small one: what it thinks of the news is not looked at."""

from __future__ import annotations

import json

import pytest

from pipeline.fetch.chat import Chat
from pipeline.fetch.post import Poster
from pipeline.model import ReaderChoice
from pipeline.reading.llm import Ask, Candidate, ask_about
from pipeline.reading.llm.forms import SCHEMAS
from tests.fetch.test_chat import Kept
from tests.reading.llm.small_model import is_installed, small_model
from tests.reading.worlds import a_claim, a_watch, an_article

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not is_installed(), reason="no real language model: make model"),
]

CHOICE = ReaderChoice(verify="llm", model="small", answer_tokens=300)


def ask_to_check(sentence: str) -> Ask:
    """The question about one sentence of an invented mission's council."""
    article = an_article(f"It met at noon. {sentence} Ministers welcomed it.")
    claim = a_claim(sentence, article=article)
    return ask_about(Candidate(claim, article, "It met at noon.", "Ministers welcomed it.", ()), a_watch(), CHOICE)


async def test_a_real_model_fills_in_the_form() -> None:
    """Its judgement is poor; that it is asked in its own protocol and its answers fit is what is shown."""
    asks = [
        ask_to_check(f"The council voted on Tuesday to raise the mission's ceiling to {number} people.")
        for number in ("5,550", "1,200", "900")
    ]
    with small_model() as endpoint:
        async with Poster(f"{endpoint}/chat/completions", user_agent="test", total=120) as poster:
            chat = Chat(CHOICE, poster.post, Kept())
            replies = await chat.ask(asks)

    answers = [json.loads(reply.content) for reply in replies if not reply.trouble]
    assert answers, chat.notes
    assert all(answer.keys() >= set(SCHEMAS["verify"]["required"]) for answer in answers)
    assert chat.counts["llm_tokens_in"] > 300 * len(answers)
