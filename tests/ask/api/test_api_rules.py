"""The rules of the face that need no request: how often, whose copy is right, which form."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel

from pipeline.ask.api.answers import MOST_WAITING, Answer, AnswerCache, Answerer, Edition, Made
from pipeline.ask.api.conditional import is_current, last_modified
from pipeline.ask.api.limits import MOST_CLIENTS, Bucket, Limiter, client_of, take
from pipeline.ask.api.tables import csv_of, format_of
from pipeline.model.errors import BusyError, UsageError

AT = datetime(2025, 10, 1, 12, 0, 0, 500_000, tzinfo=UTC)


# -- how often ---------------------------------------------------------------------------------


def test_a_client_has_a_minutes_worth_at_once() -> None:
    limiter = Limiter(3)

    assert [limiter.wait("a", 0.0) for _ in range(4)] == [0, 0, 0, 20]


def test_a_client_that_waited_as_told_may_ask_again() -> None:
    bucket, wait = take(Bucket(0.0, 0.0), 0.0, 6)

    assert wait == 10
    assert take(bucket, 10.0, 6)[1] == 0


def test_clients_do_not_share_a_bucket() -> None:
    limiter = Limiter(1)

    assert [limiter.wait(name, 0.0) for name in ("a", "b")] == [0, 0]


def test_no_limit_is_none() -> None:
    assert {Limiter(0).wait("a", 0.0) for _ in range(100)} == {0}


def test_those_that_asked_least_lately_are_forgotten() -> None:
    limiter = Limiter(1)
    for number in range(MOST_CLIENTS + 1):
        limiter.wait(str(number), 0.0)

    assert limiter.wait("0", 0.0) == 0  # its bucket is full again
    assert limiter.wait(str(MOST_CLIENTS), 0.0) > 0


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_client_is_its_network(address: str, client: str) -> None:
    assert client_of(address) == client


# -- whose copy is right -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("if_none_match", "if_modified_since", "is_right"),
    [
        ('"a"', None, True),
        ('W/"a", "b"', None, True),
        ("*", None, True),
        ('"b"', None, False),
        ('"b"', "Wed, 01 Oct 2025 12:00:00 GMT", False),  # the tag goes first
        (None, "Wed, 01 Oct 2025 12:00:00 GMT", True),
        (None, "Wed, 01 Oct 2025 11:59:59 GMT", False),
        (None, "no time", False),
        (None, None, False),
    ],
)
def test_a_copy_is_right_by_its_tag_or_else_by_its_time(
    if_none_match: str | None, if_modified_since: str | None, is_right: bool
) -> None:
    assert is_current('"a"', AT, if_none_match, if_modified_since) is is_right


def test_a_time_is_told_only_when_nothing_more_can_come_in_its_second() -> None:
    assert last_modified(AT, AT + timedelta(seconds=0.4)) == ""
    assert last_modified(AT, AT + timedelta(seconds=2)) == "Wed, 01 Oct 2025 12:00:00 GMT"


# -- which form --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "accept", "form"),
    [
        (None, "", "json"),
        (None, "*/*", "json"),
        (None, "text/csv", "csv"),
        (None, "text/csv;q=0.5, application/json", "json"),
        (None, "text/*, application/json;q=0.9", "csv"),
        (None, "text/html,*/*;q=0.8", "json"),
        (None, "text/csv;q=none", "json"),
        ("csv", "application/json", "csv"),
        ("json", "text/csv", "json"),
    ],
)
def test_the_form_is_what_was_asked_for_or_else_what_is_liked_better(asked: str, accept: str, form: str) -> None:
    assert format_of(asked, accept) == form


class Cited(BaseModel):
    """As a citation."""

    quote: str


class Nested(BaseModel):
    """As a change that was taken back."""

    reason: str


class Item(BaseModel):
    """As a row of an answer."""

    value: str
    change: int
    citation: Cited
    back: Nested
    ids: tuple[str, ...]
    more: tuple[Cited, ...]


class Listed(BaseModel):
    """As an answer."""

    rows: tuple[Item, ...]


ITEM = Item(
    value='=HYPERLINK("http://x.example")',
    change=-3,
    citation=Cited(quote="q"),
    back=Nested(reason="r"),
    ids=("a", "b"),
    more=(),
)


def test_what_a_spreadsheet_would_run_is_text_and_a_number_stays_one() -> None:
    row = csv_of(Listed(rows=(ITEM,)), "rows").decode().splitlines()[1]

    assert row.startswith('"\'=HYPERLINK(""http://x.example"")",-3,')


def test_nested_values_have_columns_of_their_own() -> None:
    header, row = csv_of(Listed(rows=(ITEM,)), "rows").decode().splitlines()

    assert header == "value,change,quote,back_reason,ids"
    assert row.endswith(",q,r,a; b")


# -- what is kept ------------------------------------------------------------------------------


def made(body: bytes, tag: str = "one") -> Answer:
    return Answer(body, "application/json", Edition(tag, AT))


def test_an_answer_is_kept_for_its_edition_only() -> None:
    kept = AnswerCache()
    kept.put("q", made(b"1"))

    assert kept.get("q", Edition("one", AT)) == made(b"1")
    assert kept.get("q", Edition("two", AT)) is None


def test_no_more_is_kept_than_there_is_room_for() -> None:
    kept = AnswerCache(most=10)
    for key in "abc":
        kept.put(key, made(b"12345"))

    assert [key for key in "abc" if kept.get(key, Edition("one", AT))] == ["b", "c"]


# -- answers made in threads -------------------------------------------------------------------


@pytest.fixture
def answerer() -> Iterator[Answerer]:
    made = Answerer(longest=0.2)
    yield made
    made.close()


def there() -> Edition:
    return Edition("one", AT)


async def test_those_who_ask_the_same_at_the_same_time_share_one_question(answerer: Answerer) -> None:
    asked: list[int] = []
    begun = threading.Event()

    def make() -> Made:
        asked.append(1)
        begun.wait(5)
        return b"told", "text/plain", ""

    all_of_them = [asyncio.create_task(answerer.answer(there, "q", make)) for _ in range(10)]
    await asyncio.sleep(0)
    begun.set()
    await asyncio.gather(*all_of_them)
    await answerer.answer(there, "q", make)

    assert len(asked) == 1


async def test_a_question_that_failed_is_asked_again(answerer: Answerer) -> None:
    said: list[Made] = [(b"told", "text/plain", "")]

    def make() -> Made:
        return said.pop() if broken.is_set() else fail()

    def fail() -> Made:
        broken.set()
        raise UsageError("no")

    broken = threading.Event()
    with pytest.raises(UsageError):
        await answerer.answer(there, "q", make)

    assert (await answerer.answer(there, "q", make)).body == b"told"


async def test_more_questions_than_can_wait_are_told_that_it_is_busy(answerer: Answerer) -> None:
    hold = threading.Event()

    def make() -> Made:
        hold.wait(5)
        return b"", "text/plain", ""

    waiting = [asyncio.create_task(answerer.answer(there, str(number), make)) for number in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(BusyError, match="Too many questions"):
        await answerer.answer(there, "one more", make)
    hold.set()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_nobody_waits_longer_than_the_limit(answerer: Answerer) -> None:
    hold = threading.Event()

    def make() -> Made:
        hold.wait(5)
        return b"", "text/plain", ""

    with pytest.raises(BusyError, match="takes too long"):
        await answerer.answer(there, "q", make)
    hold.set()


async def test_an_answer_is_of_the_edition_that_was_there_before_and_after_it(answerer: Answerer) -> None:
    editions = [Edition(name, AT) for name in ("two", "two", "two", "one", "one")]

    answer = await answerer.answer(
        lambda: editions.pop() if len(editions) > 1 else editions[0], "q", lambda: (b"", "", "")
    )

    assert answer.edition.tag == "two"
