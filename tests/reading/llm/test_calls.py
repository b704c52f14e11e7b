"""How often a server is asked, and how, that is slow, away, choosy or garrulous, and what comes back of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from pipeline.fetch.chat import Chat
from pipeline.fetch.post import Poster
from pipeline.model import ReaderChoice
from pipeline.reading.llm import WAITED_IN_RUN, Ask, Reply, is_usable
from tests.fetch.test_chat import Kept, a_question, questions
from tests.reading.llm.standin import StandIn, agrees, serving

NOTHING = '{"facts": []}'
FAILED = "the call failed: "


@dataclass
class Pauses:
    """Takes the pauses that a chat would make, and lets the time of its clock go by."""

    taken: list[float] = field(default_factory=list)
    time: float = 1_000.0

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        self.time += seconds


async def asked(
    standin: StandIn, *asks: Ask, pauses: Pauses | None = None, cache: Kept | None = None, **choice: Any
) -> tuple[list[Reply], Chat]:
    """The replies of a chat that makes no real pause, and whose random numbers are all 0.5."""
    chosen = ReaderChoice(**{"kind": "llm", "model": "small", "timeout_s": 2.0, **choice})
    pauses = pauses or Pauses()
    async with Poster(
        f"{standin.endpoint}/chat/completions", user_agent="test", key="sk-secret", total=chosen.timeout_s
    ) as poster:
        chat = Chat(chosen, poster.post, cache or Kept(), pause=pauses, jitter=lambda: 0.5, clock=lambda: pauses.time)
        return await chat.ask(asks), chat


# -- a server that is away -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("faults", "retry_after", "waited", "reply"),
    [
        (["500"], "", [1], Reply(NOTHING)),
        (["429"], "", [1], Reply(NOTHING)),
        (["429"], "30", [30], Reply(NOTHING)),
        (["503"], "0", [1], Reply(NOTHING)),
        (["429", "503"], "30", [30, 30], Reply(NOTHING)),
        (["hang-up", "500", "429"], "", [1, 4, 16], Reply(NOTHING)),
        (["500"] * 4, "", [1, 4, 16], Reply(trouble=f"{FAILED}http-5xx", away=True)),
        (["429"] * 4, "25", [25, 25], Reply(trouble=f"{FAILED}http-429", away=True)),  # a third is over a minute
        (["429"], "3600", [], Reply(trouble=f"{FAILED}http-429", away=True)),
        (["401"], "", [], Reply(trouble=f"{FAILED}http-4xx", away=True)),
        (["redirect"], "", [], Reply(trouble=f"{FAILED}redirects", away=True)),
        (["huge"], "", [], Reply(trouble=f"{FAILED}too-large")),
    ],
)
async def test_a_server_that_fails_is_asked_again_after_a_pause(
    faults: list[Any], retry_after: str, waited: list[float], reply: Reply
) -> None:
    pauses = Pauses()
    with serving(agrees, *faults) as standin:
        standin.retry_after = retry_after
        replies, chat = await asked(standin, a_question(), pauses=pauses)

    assert (pauses.taken, replies) == (waited, [reply])
    assert len(standin.requests) == chat.counts["llm_calls"] == len(waited) + 1
    assert chat.counts["llm_failed"] == int(bool(reply.trouble))


async def test_a_slow_server_is_asked_again() -> None:
    pauses = Pauses()
    with serving(agrees, "slow") as standin:
        replies, _ = await asked(standin, a_question(), pauses=pauses, timeout_s=0.3)

    assert (pauses.taken, replies) == ([1], [Reply(NOTHING)])


async def test_a_server_that_is_down_is_asked_four_times_then_once_a_question_then_no_more() -> None:
    pauses = Pauses()
    replies, chat = await asked(StandIn(agrees, port=9), *questions(5), pauses=pauses)

    assert (pauses.taken, chat.counts["llm_calls"]) == ([1, 4, 16], 4 + 1 + 1)
    assert [reply.away for reply in replies] == [True] * 5
    assert (chat.counts["llm_failed"], chat.counts["llm_not_asked"]) == (3, 2)


async def test_a_server_that_names_a_date_is_asked_no_sooner() -> None:
    pauses = Pauses()
    with serving(agrees, "429") as standin:
        standin.retry_after = "Fri, 01 Jan 2100 00:00:00 GMT"
        replies, _ = await asked(standin, *questions(2), pauses=pauses)

    assert (pauses.taken, len(standin.requests)) == ([], 1)
    assert replies[1] == Reply(trouble="its server asks to be called later than this run waits", away=True)


async def test_once_the_time_that_a_server_named_is_over_it_is_asked_again_in_the_same_run() -> None:
    pauses = Pauses()
    with serving(agrees, "429") as standin:
        standin.retry_after = "90"
        async with Poster(f"{standin.endpoint}/chat/completions", user_agent="test", total=2.0) as poster:
            chat = Chat(
                ReaderChoice(kind="llm", model="small"), poster.post, Kept(), pause=pauses, clock=lambda: pauses.time
            )
            (first,) = await chat.ask([a_question()])
            pauses.time += 89
            (second,) = await chat.ask([a_question()])
            pauses.time += 2
            (third,) = await chat.ask([a_question()])

    assert ([first.away, second.away], third) == ([True, True], Reply(NOTHING))
    assert len(standin.requests) == 2


async def test_a_run_waits_for_no_longer_than_a_minute_in_all() -> None:
    pauses = Pauses()
    with serving(agrees, *["503", None] * 10) as standin:
        standin.retry_after = "20"
        replies, _ = await asked(standin, *questions(10), pauses=pauses)

    assert sum(pauses.taken) == WAITED_IN_RUN == 60
    assert [reply.away for reply in replies] == [False] * 3 + [True] * 7


async def test_tries_count_against_the_budget_of_calls() -> None:
    with serving(agrees, *["500"] * 4) as standin:
        replies, _ = await asked(standin, a_question(), calls_per_run=2)

    assert (len(standin.requests), replies[0].away) == (2, True)


# -- a server that does not take all of the protocol ------------------------------------------


def shape(request: dict[str, Any]) -> tuple[str, str, bool]:
    """What of the protocol a request uses: structure, limit, temperature."""
    structure = request.get("response_format", {"type": "none"})["type"]
    (limit,) = {"max_tokens", "max_completion_tokens"} & set(request)
    return structure, limit, "temperature" in request


FULL = ("json_schema", "max_tokens", True)


@pytest.mark.parametrize(
    ("refuses", "names_it", "shapes"),
    [
        (set(), True, [FULL]),
        ({"json_schema"}, True, [FULL, ("json_object", "max_tokens", True)]),
        (
            {"response_format"},
            True,
            [FULL, ("json_object", "max_tokens", True), ("none", "max_tokens", True)],
        ),
        ({"max_tokens"}, True, [FULL, ("json_schema", "max_completion_tokens", True)]),
        ({"temperature"}, True, [FULL, ("json_schema", "max_tokens", False)]),
        (
            {"max_tokens", "temperature"},
            True,
            [FULL, ("json_schema", "max_completion_tokens", True), ("json_schema", "max_completion_tokens", False)],
        ),
        ({"json_schema"}, False, [FULL, ("json_object", "max_tokens", True)]),
        (
            {"temperature"},
            False,
            [
                FULL,
                ("json_object", "max_tokens", True),
                ("none", "max_tokens", True),
                ("none", "max_completion_tokens", False),
            ],
        ),
    ],
)
async def test_what_a_server_refuses_is_left_out_at_once_and_for_the_rest_of_the_run(
    refuses: set[str], names_it: bool, shapes: list[tuple[str, str, bool]]
) -> None:
    pauses = Pauses()
    with serving(agrees) as standin:
        standin.refuses, standin.names_it = frozenset(refuses), names_it
        replies, chat = await asked(standin, *questions(3), pauses=pauses)

    assert [shape(request) for request in standin.requests] == [*shapes, shapes[-1], shapes[-1]]
    assert (replies, pauses.taken, chat.notes) == ([Reply(NOTHING)] * 3, [], [])


async def test_a_server_that_refuses_everything_is_asked_in_four_ways_and_its_words_are_not_repeated() -> None:
    with serving(agrees) as standin:
        standin.refuses = frozenset({"model"})
        replies, chat = await asked(standin, a_question())

    assert len(standin.requests) == 4
    assert replies == [Reply(trouble=f"{FAILED}http-4xx")]
    assert "answers 400. Does the server know the model" in chat.notes[0]
    assert "sk-secret" not in f"{chat.notes}{replies}"


async def test_one_question_that_is_refused_in_every_way_teaches_nothing() -> None:
    """One article may be too long for the server: that must not take the schema from the others."""
    with serving(agrees) as standin:
        standin.refuses = frozenset({"model"})
        async with Poster(f"{standin.endpoint}/chat/completions", user_agent="test", total=2.0) as poster:
            chat = Chat(ReaderChoice(kind="llm", model="small"), poster.post, Kept())
            await chat.ask([a_question("It is far too long.")])
            standin.refuses = frozenset()
            replies = await chat.ask([a_question()])

    assert (shape(standin.requests[-1]), replies) == (FULL, [Reply(NOTHING)])


async def test_of_an_endless_refusal_only_the_beginning_is_read() -> None:
    with serving(agrees, "refusal-endless") as standin:
        replies, _ = await asked(standin, a_question())

    assert (len(standin.requests), replies) == (2, [Reply(NOTHING)])


# -- what an answer may look like -------------------------------------------------------------


@pytest.mark.parametrize("fault", ["garbage", "fenced", "abroad", "half", "wrong-schema", "truncated"])
async def test_an_answer_is_asked_for_once_and_given_where_it_fits_its_form(fault: Any) -> None:
    said = {
        "garbage": "Sure! Here is what I think of the sentence.",
        "fenced": f"```json\n{NOTHING}\n```",
        "abroad": "Le Conseil a voté mardi.",
        "half": '{"claims": []',
        "wrong-schema": '{"is_news": "perhaps", "verdict": "new"}',
        "truncated": '{"is_about_mission": tr',
    }[fault]
    cut = fault in ("half", "truncated")
    with serving(agrees, fault) as standin:
        replies, chat = await asked(standin, a_question())

    unfit = Reply(trouble="its answer does not fit the form")
    assert replies == [Reply(said, cut=cut) if is_usable(a_question(), said) else unfit]
    assert (len(standin.requests), chat.counts["llm_tokens_out"]) == (1, 80)


async def test_half_an_answer_that_fits_is_given_with_a_mark_and_not_kept() -> None:
    cache = Kept()
    with serving(agrees, "half-whole") as standin:
        replies, _ = await asked(standin, a_question(), cache=cache)

    assert (replies, cache.held) == ([Reply(NOTHING, cut=True)], {})


async def test_what_a_model_reasons_before_its_answer_is_left_out() -> None:
    with serving(agrees, "reasoned") as standin:
        replies, _ = await asked(standin, a_question())

    assert replies == [Reply(NOTHING)]


async def test_reasoning_in_a_field_of_its_own_is_not_read() -> None:
    def reasons(form: str, given: dict[str, Any]) -> object:
        return NOTHING

    with serving(reasons) as standin:
        standin.beside = {"reasoning_content": json.dumps({"claims": "no"})}
        replies, _ = await asked(standin, a_question())

    assert replies == [Reply(NOTHING)]
