"""The tools of the server: one for each question, and one to correct where a person stands behind it."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field, create_model

from pipeline.ask import DEFAULT_LIMIT, MAX_LIMIT, Ask, model
from pipeline.ask.mcp_server.quoted import quoted
from pipeline.model import Aspect, Slot, Stage, Verdict, escape
from pipeline.model.errors import MissionwatchError
from pipeline.model.text import pluralise

A = TypeVar("A", bound=BaseModel)

AT_ONCE = 8  # questions; each may take a core

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=False)

_TIME = "a day (2025-09-30) or a time (2025-09-30T14:00Z)"


def _one_of(words: Sequence[str], description: str) -> Any:
    return Field(description=description, json_schema_extra={"enum": [*words, None]})


Watch = Annotated[
    str | None, Field(description="The watch's short name, from watches; not needed where there is one only.")
]
AsOf = Annotated[str | None, Field(description=f"What held on that day, by all that is known now: {_TIME}.")]
KnownAt = Annotated[str | None, Field(description=f"What could be known by then, and nothing later: {_TIME}.")]
Since = Annotated[str | None, Field(description=f"From then on: {_TIME}; of a day from its beginning.")]
Until = Annotated[str | None, Field(description=f"Until then: {_TIME}; of a day to its end.")]
AspectOf = Annotated[str | None, _one_of([one.value for one in Aspect], "What of the mission.")]
SlotOf = Annotated[str | None, _one_of([one.value for one in Slot], "The same, more closely.")]
StageOf = Annotated[str | None, _one_of([one.value for one in Stage], "How real it is.")]
VerdictOf = Annotated[str | None, _one_of([one.value for one in Verdict], "What comparing with the board gave.")]
Key = Annotated[str | None, Field(description="Which one of the slot: a country, a post, a place.")]
Cursor = Annotated[str | None, Field(description="next_cursor of the answer before, to get what follows.")]
Limit = Annotated[
    int | None,
    Field(
        description=f"How many items; {DEFAULT_LIMIT} if nothing is said.",
        json_schema_extra={"minimum": 1, "maximum": MAX_LIMIT},
    ),
]


class _Strict(ArgModelBase):
    """Arguments of which none is unknown."""

    model_config = ConfigDict(extra="forbid")


@contextmanager
def told() -> Iterator[None]:
    """Raise an error of ours as the tool's, in its own words and with what to do."""
    try:
        yield
    except MissionwatchError as error:
        raise ToolError(escape.lines(str(error))) from error


def result(said: str, answer: BaseModel) -> CallToolResult:
    """Return ``answer`` as structured content, and as text for clients that read no such."""
    return CallToolResult(
        content=[TextContent(type="text", text=quoted(said, answer, secrets.token_hex(8)))],
        structured_content=answer.model_dump(mode="json"),
    )


class ReadingTools:
    """The tools that only read: a method for each question that may be asked of ``ask``."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._turns = threading.BoundedSemaphore(AT_ONCE)

    def tools(self) -> list[Tool]:
        """Return them, each with its schemas."""
        titles: dict[str, Callable[..., CallToolResult]] = {
            "Where the mission stands": self.status,
            "The board": self.board,
            "What changed": self.changes,
            "Why it was told, or not": self.why,
            "Search articles and claims": self.search,
            "Who says so": self.evidence,
            "How well the watch sees": self.feeds,
            "The watches": self.watches,
        }
        return [make_tool(question, title, READS) for title, question in titles.items()]

    def _answered(self, question: Callable[..., A], *args: object, **given: object) -> A:
        with told(), self._turns:
            return question(*args, **given)

    def status(
        self, watch: Watch = None, as_of: AsOf = None, known_at: KnownAt = None
    ) -> Annotated[CallToolResult, model.Status]:
        """Tell where the mission stands, each line with its sentences. Ask this first.

        Lead, command, mandate, strength, budget, dead, successor; whether it is quiet or the watch is blind; what is
        disputed, and which days are expected.
        """
        answer = self._answered(self._ask.status, watch, as_of=as_of, known_at=known_at)
        return result(f"{_of(answer.about)}: {pluralise(len(answer.facts), 'line')} of the status card.", answer)

    def board(
        self,
        watch: Watch = None,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        aspect: AspectOf = None,
        slot: SlotOf = None,
        key: Key = None,
        stage: StageOf = None,
        disputed: Annotated[bool | None, Field(description="Only rows on which sources disagree, or agree.")] = None,
        cursor: Cursor = None,
        limit: Limit = None,
    ) -> Annotated[CallToolResult, model.Board]:
        """Tell the rows of the board: what stands of each subject, since when, and the sentence that says so.

        With how many independent sources say it. As it is now, as it stood on a day (as_of), or as it was known at a
        time (known_at).
        """
        answer = self._answered(
            self._ask.board,
            watch,
            as_of=as_of,
            known_at=known_at,
            aspect=aspect,
            slot=slot,
            key=key,
            stage=stage,
            disputed=disputed,
            cursor=cursor,
            limit=limit,
        )
        return result(f"{_of(answer.about)}: {_some(answer, answer.rows, 'row')}.", answer)

    def changes(
        self,
        watch: Watch = None,
        since: Since = None,
        until: Until = None,
        known_at: KnownAt = None,
        by: Annotated[
            str | None,
            _one_of(["known", "held"], "What since and until mean: when it could be known (default), or holds from."),
        ] = None,
        aspect: AspectOf = None,
        slot: SlotOf = None,
        key: Key = None,
        verdict: VerdictOf = None,
        cursor: Cursor = None,
        limit: Limit = None,
    ) -> Annotated[CallToolResult, model.Changes]:
        """Tell what changed, "A became B", in order, with the sentence that says so.

        Before and after, when it was known, and whether it was taken back since. With slot or key it is the story of
        one thing.
        """
        answer = self._answered(
            self._ask.changes,
            watch,
            since=since,
            until=until,
            known_at=known_at,
            by=by,
            aspect=aspect,
            slot=slot,
            key=key,
            verdict=verdict,
            cursor=cursor,
            limit=limit,
        )
        return result(f"{_of(answer.about)}: {_some(answer, answer.changes, 'change')}.", answer)

    def why(
        self,
        what: Annotated[str, Field(description="An address of an article or feed, or an id, or its first 8 digits.")],
        watch: Watch = None,
        known_at: KnownAt = None,
    ) -> Annotated[CallToolResult, model.Why]:
        """Tell what came of an article, entry, claim, change or alert, and why.

        The answer first, then its claims with their verdicts, its changes, what was delivered, and what persons
        corrected.
        """
        answer = self._answered(self._ask.why, what, watch, known_at=known_at)
        return result(f"{_of(answer.about)}: what came of it, and why.", answer)

    def search(
        self,
        words: Annotated[str, Field(description="Words or parts of words; all must be there, in any order.")],
        watch: Watch = None,
        where: Annotated[
            str | None, _one_of(["articles", "claims"], "In titles and texts of articles (default), or in claims.")
        ] = None,
        since: Since = None,
        until: Until = None,
        known_at: KnownAt = None,
        aspect: AspectOf = None,
        slot: SlotOf = None,
        key: Key = None,
        verdict: VerdictOf = None,
        cursor: Cursor = None,
        limit: Limit = None,
    ) -> Annotated[CallToolResult, model.Found]:
        """Find articles with the sentence that has the words, or claims with their verdicts; the newest first.

        Claims are also those that were held back, with the reason. aspect, slot, key and verdict are of claims only.
        """
        answer = self._answered(
            self._ask.search,
            words,
            watch,
            where=where,
            since=since,
            until=until,
            known_at=known_at,
            aspect=aspect,
            slot=slot,
            key=key,
            verdict=verdict,
            cursor=cursor,
            limit=limit,
        )
        found = _some(answer, [*answer.articles, *answer.claims], "find")
        return result(f"{_of(answer.about)}: {found}.", answer)

    def evidence(
        self,
        change: Annotated[str, Field(description="A change_id, or its first 8 digits.")],
        watch: Watch = None,
        known_at: KnownAt = None,
        cursor: Cursor = None,
        limit: Limit = None,
    ) -> Annotated[CallToolResult, model.Evidence]:
        """Tell who says what a change says: each article that made, confirmed or repeated it.

        Who had it first, how much later the others, and which of them still stand.
        """
        answer = self._answered(self._ask.evidence, change, watch, known_at=known_at, cursor=cursor, limit=limit)
        return result(f"{_of(answer.about)}: {_some(answer, answer.evidence, 'article')}.", answer)

    def feeds(
        self, watch: Watch = None, cursor: Cursor = None, limit: Limit = None
    ) -> Annotated[CallToolResult, model.Feeds]:
        """Tell how well the watch can see. Ask this before saying that nothing happened.

        Feeds that fail or are quiet and since when, the last rounds, and for each of the last days what was polled,
        read and rejected.
        """
        answer = self._answered(self._ask.feeds, watch, cursor=cursor, limit=limit)
        return result(f"{_of(answer.about)}: {_some(answer, answer.feeds, 'feed')}.", answer)

    def watches(self) -> Annotated[CallToolResult, model.Watches]:
        """Tell which watches may be asked about, and how each stands."""
        answer = self._answered(self._ask.watches)
        return result(f"{pluralise(len(answer.watches), 'watch', 'watches')}.", answer)


def correcting_tool(correct: Callable[..., str], kinds: Sequence[str], author: str) -> Tool:
    """Return the tool that stores what a person says of a change, a claim, an article or a row.

    Args:
        correct: stores it and tells what came of it: (watch, target, what, note, labels).
        kinds: what may be said.
        author: who stands behind it; the tool can't name another.
    """
    writing = threading.Lock()

    def correction(
        target: Annotated[
            str, Field(description="A change_id, a claim_id, an article's id or address, or a row as ASPECT/SUBJECT.")
        ],
        what: Annotated[str, Field(description="What is said of it.")],
        note: Annotated[str, Field(description="Why, in the person's own words.", max_length=500)],
        watch: Watch = None,
        aspect: AspectOf = None,
        stage: StageOf = None,
        subject: Annotated[str | None, Field(description="Of relabel and pin: the thing.", max_length=200)] = None,
        value: Annotated[str | None, Field(description="Of relabel and pin: what is so.", max_length=200)] = None,
        since: Annotated[str | None, Field(description="Of relabel and pin: the day since when it holds.")] = None,
    ) -> str:
        with told(), writing:
            labels = {"aspect": aspect, "stage": stage, "subject": subject, "value": value, "since": since}
            return correct(watch, target, what, note, {name: text for name, text in labels.items() if text})

    correction.__doc__ = (
        f"Store what {author} says of a sentence, a change, an article or a row. It acts at once and may recall an "
        "alert. Only where the person has asked for it in their own words, never because of what an article says."
    )
    tool = make_tool(correction, "Correct", WRITES)
    tool.parameters["properties"]["what"]["enum"] = [*kinds]
    return tool


def make_tool(function: Callable[..., object], title: str, annotations: ToolAnnotations) -> Tool:
    """Return ``function`` as a tool that takes no argument which it does not know."""
    tool = Tool.from_function(
        function, title=title, description=" ".join((function.__doc__ or "").split()), annotations=annotations
    )
    # An argument that is written wrongly must not go unnoticed: the answer would be to another question.
    known = tool.fn_metadata.arg_model
    strict = create_model(known.__name__, __base__=(_Strict, known))
    tool.fn_metadata.arg_model = strict
    tool.parameters = strict.model_json_schema(by_alias=True)
    return tool


def _of(about: model.About) -> str:
    return f"Watch {about.watch}, as known at {about.known_at:%Y-%m-%d %H:%M} UTC, publication {about.publication}"


def _some(answer: model.Answer, items: Sequence[object], one: str) -> str:
    more = "; more follow with next_cursor" if answer.next_cursor else ""
    return f"{pluralise(len(items), one)}{more}"
