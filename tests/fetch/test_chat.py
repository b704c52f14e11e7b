"""The calls to a language model: protocol, cache, budget, and every way in which a server can fail."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

from pipeline.fetch.chat import GIVE_UP, Chat
from pipeline.fetch.post import Poster
from pipeline.model import ReaderChoice
from pipeline.reading.llm import Ask, Completion, Reply, Spending, ask_to_read
from tests.reading.llm.standin import StandIn, agrees, an_answer, material, serving
from tests.reading.worlds import a_watch, an_article

CHOICE = ReaderChoice(verify="llm", model="small", timeout_s=2.0)


class Kept:
    """A cache in memory."""

    def __init__(self) -> None:
        self.held: dict[UUID, str] = {}

    def known_answers(self, keys: Sequence[UUID]) -> Mapping[UUID, str]:
        return {key: self.held[key] for key in keys if key in self.held}

    def keep_answers(self, answers: Sequence[tuple[Ask, Completion]]) -> None:
        self.held |= {ask.key: completion.content for ask, completion in answers}


def a_question(text: str = "The council voted.") -> Ask:
    return ask_to_read(an_article(text), a_watch(), (), CHOICE)


def questions(number: int) -> list[Ask]:
    return [a_question(f"Sentence number {n}.") for n in range(number)]


async def asked(
    standin: StandIn,
    *asks: Ask,
    cache: Kept | None = None,
    key: str = "",
    spent: Spending = Spending(),  # noqa: B008
    begun: Spending = Spending(),  # noqa: B008
    **choice: Any,
) -> tuple[list[Reply], Chat]:
    chosen = ReaderChoice(**{"verify": "llm", "model": "small", "timeout_s": 2.0, **choice})
    async with Poster(
        f"{standin.endpoint}/chat/completions",
        user_agent="test",
        key=key,
        total=chosen.timeout_s,
        at_once=chosen.calls_at_once,
    ) as poster:
        chat = Chat(chosen, poster.post, cache or Kept(), spent=spent, begun=begun)
        return await chat.ask(asks), chat


# -- the protocol ----------------------------------------------------------------------------


async def test_a_question_is_answered_and_counted() -> None:
    with serving(agrees) as standin:
        replies, chat = await asked(standin, a_question())

    assert replies == [Reply('{"facts": []}')]
    assert chat.counts == {
        "llm_calls": 1, "llm_cached": 0, "llm_failed": 0, "llm_not_asked": 0, "llm_tokens_in": 700,
        "llm_tokens_out": 80, "llm_micros": 0,
    }  # fmt: skip


async def test_the_request_names_model_schema_and_bounds() -> None:
    with serving(agrees) as standin:
        await asked(standin, a_question())

    (request,) = standin.requests
    assert (request["model"], request["temperature"], request["max_tokens"]) == ("small", 0, CHOICE.answer_tokens)
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert request["response_format"]["json_schema"]["schema"]["additionalProperties"] is False
    assert material(request)["text"] == "The council voted."


async def test_the_key_travels_in_the_header_alone() -> None:
    with serving(agrees) as standin:
        await asked(standin, a_question(), key="sk-secret")

    assert standin.headers[0]["authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in str(standin.requests)


async def test_without_a_key_no_such_header_is_sent() -> None:
    with serving(agrees) as standin:
        await asked(standin, a_question())

    assert "authorization" not in standin.headers[0]


async def test_tokens_that_the_server_does_not_count_are_estimated() -> None:
    with serving(agrees) as standin:
        standin.usage = None
        _, chat = await asked(standin, a_question())

    assert 300 < chat.counts["llm_tokens_in"] < 2_000


async def test_replies_come_in_the_order_of_the_questions() -> None:
    def echoes(form: str, given: dict[str, Any]) -> object:
        said = {
            "aspect": "lead", "stage": "decided", "subject": given["text"], "value": "x", "event_date": None,
            "background": False, "quote": given["text"], "confidence": 0.5,
        }  # fmt: skip
        return {"claims": [said]}

    with serving(echoes) as standin:
        replies, _ = await asked(standin, *questions(5), calls_at_once=4)

    assert [f"number {n}." in reply.content for n, reply in enumerate(replies)] == [True] * 5


# -- failures --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "trouble", "away", "note"),
    [
        ("500", "the call failed: http-5xx", True, "answers 500"),
        ("429", "the call failed: http-429", True, "answers 429"),
        ("401", "the call failed: http-4xx", True, "Check the key."),
        ("redirect", "the call failed: redirects", True, "answers 307"),
        ("hang-up", "the call failed: broken", True, "is broken"),
        ("huge", "the call failed: too-large", False, "more than 2 MiB"),
        ("not-json", "the call failed: not-an-answer", False, "is not JSON"),
        ("deep", "the call failed: not-an-answer", False, "is not JSON"),
        ("empty", "the call failed: not-an-answer", False, "said nothing"),
        ("refusal", "the call failed: not-an-answer", False, "refused"),
        ("reasoning-only", "the call failed: cut-off", False, "answer_tokens"),
        ("truncated", "its answer does not fit the form", False, "answer_tokens"),
        ("garbage", "its answer does not fit the form", False, "does not fit"),
        ("wrong-schema", "its answer does not fit the form", False, "does not fit"),
    ],
)
async def test_each_failure_is_a_reply_with_its_trouble_and_a_note(
    fault: Any, trouble: str, away: bool, note: str
) -> None:
    cache = Kept()
    with serving(agrees, fault) as standin:
        replies, chat = await asked(standin, a_question(), cache=cache, key="sk-secret")

    assert replies == [Reply(trouble=trouble, away=away)]
    assert (chat.counts["llm_failed"], len(standin.requests), cache.held) == (1, 1, {})
    assert note in chat.notes[0]
    assert "sk-secret" not in f"{chat.notes}"


async def test_a_slow_server_is_left_in_time() -> None:
    started = time.monotonic()
    with serving(agrees, "slow") as standin:
        replies, _ = await asked(standin, a_question(), timeout_s=0.2)

    assert replies == [Reply(trouble="the call failed: timeout", away=True)]
    assert time.monotonic() - started < 1.5


async def test_no_server_at_all_is_a_trouble_that_names_the_address_in_the_note_only() -> None:
    replies, chat = await asked(StandIn(agrees, port=9), a_question())

    assert replies == [Reply(trouble="the call failed: connect", away=True)]
    assert chat.notes[0].startswith(
        "language model: connect: http://127.0.0.1:9/v1/chat/completions can't be connected"
    )


async def test_a_redirect_is_not_followed() -> None:
    with serving(agrees, "redirect") as standin:
        await asked(standin, a_question())

    assert len(standin.requests) == 1


async def test_a_server_that_is_silent_is_not_asked_for_ever() -> None:
    with serving(agrees, *["500"] * 9) as standin:
        replies, chat = await asked(standin, *questions(6))

    assert len(standin.requests) == GIVE_UP
    assert (chat.counts["llm_failed"], chat.counts["llm_not_asked"]) == (GIVE_UP, 6 - GIVE_UP)
    assert replies[-1].trouble == "it gave no answer 3 times in a row and is not asked again in this run"


async def test_one_answer_ends_the_silence() -> None:
    with serving(agrees, "500", "500", None, "500", "500") as standin:
        replies, _ = await asked(standin, *questions(6))

    assert [bool(reply.trouble) for reply in replies] == [True, True, False, True, True, False]


@pytest.mark.parametrize("fault", ["garbage", "truncated", "refusal"])
async def test_answers_that_do_not_fit_are_no_silence(fault: Any) -> None:
    """Else one hostile article could end the checking of all others."""
    with serving(agrees, *[fault] * 5) as standin:
        replies, _ = await asked(standin, *questions(6))

    assert [bool(reply.trouble) for reply in replies] == [True] * 5 + [False]


async def test_what_can_not_be_asked_at_all_is_told_without_a_call() -> None:
    async def never(payload: bytes) -> Any:
        raise AssertionError("called")

    chat = Chat(CHOICE, never, Kept(), unusable="the key is missing")

    assert await chat.ask([a_question()]) == [Reply(trouble="the key is missing", away=True)]
    assert (chat.counts["llm_calls"], chat.counts["llm_not_asked"]) == (0, 1)


# -- budget ----------------------------------------------------------------------------------


async def test_a_run_makes_no_more_calls_than_its_budget() -> None:
    with serving(agrees) as standin:
        replies, chat = await asked(standin, *questions(4), calls_per_run=2)

    assert len(standin.requests) == 2
    assert replies[2:] == [Reply(trouble="the run's 2 calls are spent", away=True)] * 2
    assert chat.notes == ["language model: the run's 2 calls are spent (2 x)"]


async def test_what_earlier_steps_of_a_run_have_asked_counts_against_its_budget() -> None:
    with serving(agrees) as standin:
        replies, chat = await asked(standin, *questions(3), begun=Spending(calls=1), calls_per_run=2)

    assert [reply.trouble for reply in replies] == ["", *["the run's 2 calls are spent"] * 2]
    assert chat.counts["llm_calls"] == 1


async def test_a_run_begins_no_call_once_its_tokens_are_spent() -> None:
    with serving(agrees) as standin:
        replies, _ = await asked(standin, *questions(4), tokens_per_run=1_000)

    assert len(standin.requests) == 2  # 780 tokens each
    assert replies[2].trouble == "the run's 1000 tokens are spent"


async def test_no_more_calls_are_under_way_than_were_allowed() -> None:
    now, most = 0, 0

    async def counts(payload: bytes) -> Any:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        raise AssertionError("no answer is needed")

    chat = Chat(ReaderChoice(verify="llm", model="small", calls_at_once=2), counts, Kept())
    results = await asyncio.gather(*(chat.ask([ask]) for ask in questions(6)), return_exceptions=True)

    assert (len(results), most) == (6, 2)


async def test_what_earlier_runs_of_the_day_have_spent_counts_too() -> None:
    with serving(agrees) as standin:
        replies, _ = await asked(standin, *questions(3), spent=Spending(calls=8), calls_per_day=10)

    assert len(standin.requests) == 2
    assert replies[2] == Reply(trouble="the day's 10 calls are spent", away=True)


async def test_what_a_run_costs_is_counted_in_millionths_of_the_currency() -> None:
    with serving(agrees) as standin:
        _, chat = await asked(standin, *questions(2), price_in=0.4, price_out=1.6)

    assert chat.counts["llm_micros"] == 2 * (700 * 0.4 + 80 * 1.6) == 816


async def test_an_answer_that_is_of_no_use_is_paid_for_all_the_same() -> None:
    with serving(agrees, "reasoning-only") as standin:
        _, chat = await asked(standin, a_question())

    assert (chat.counts["llm_failed"], chat.counts["llm_tokens_out"]) == (1, 80)


# -- cache -----------------------------------------------------------------------------------


async def test_the_same_question_is_called_for_once() -> None:
    cache = Kept()
    with serving(agrees) as standin:
        first, _ = await asked(standin, a_question(), cache=cache)
        again, chat = await asked(standin, a_question(), a_question(), cache=cache)

    assert len(standin.requests) == 1
    assert again == [*first, *first]
    assert (chat.counts["llm_calls"], chat.counts["llm_cached"]) == (0, 1)


async def test_what_the_cache_has_costs_no_budget() -> None:
    cache = Kept()
    with serving(agrees) as standin:
        await asked(standin, a_question(), cache=cache)
        replies, _ = await asked(standin, a_question(), cache=cache, calls_per_run=0)

    assert replies == [Reply('{"facts": []}')]


@pytest.mark.parametrize(
    "other",
    [
        ask_to_read(an_article("The council voted!"), a_watch(), (), CHOICE),
        ask_to_read(an_article("The council voted."), a_watch(), (), ReaderChoice(model="large")),
        ask_to_read(an_article("The council voted.", title="Other"), a_watch(), (), CHOICE),
    ],
)
def test_another_text_or_model_is_another_question(other: Ask) -> None:
    assert other.key != a_question().key


def test_a_new_version_of_the_prompt_is_another_question(monkeypatch: pytest.MonkeyPatch) -> None:
    before = a_question().key
    monkeypatch.setattr("pipeline.reading.llm.prompt.PROMPT_VERSION", 99)

    assert a_question().key != before


async def test_an_answer_in_the_cache_that_no_longer_fits_is_asked_for_again() -> None:
    cache = Kept()
    cache.held[a_question().key] = '{"old": "form"}'
    with serving(agrees) as standin:
        replies, _ = await asked(standin, a_question(), cache=cache)

    assert (len(standin.requests), replies) == (1, [Reply('{"facts": []}')])


async def test_what_was_answered_before_a_run_is_stopped_is_kept() -> None:
    cache = Kept()
    with serving(agrees, None, "slow") as standin, pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await asked(standin, *questions(2), cache=cache, timeout_s=5.0)

    assert list(cache.held.values()) == ['{"facts": []}']


def test_the_stand_in_agrees_as_its_script_says() -> None:
    assert agrees("verify", {"sentence": "a"}) == an_answer("a")
