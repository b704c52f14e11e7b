"""The interview of ``init``: it asks what the article can't tell, and each answer has a default."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import click

from pipeline.cli.common import Moment
from pipeline.model import Fact, Watch, countries, escape
from pipeline.model.text import shorten
from pipeline.model.urls import host
from pipeline.watches.drafting import Choices
from pipeline.watches.shipped import REGION, shipped_regions

_NONE = "-"  # what a person types for none at all


def ask(
    draft: Watch, given: Choices, sources: Sequence[str], *, dated: bool
) -> tuple[Choices, tuple[str, ...], datetime | None]:
    """Ask about ``draft`` what the options have not said.

    Args:
        draft: what was found in the article.
        given: what the options say; that is not asked.
        sources: of feeds, from the options; where there are some, feeds are not asked about.
        dated: whether it is known when the article was published.

    Returns:
        The choices, where feeds come from, and when the article was published where that was asked.
    """
    click.echo("Return takes what stands in brackets; - takes none.\n")
    base = draft.baseline
    title = given.title or _text("Title of the watch", draft.title)
    outlet = given.outlet or _text("Who published the article", base.outlet or host(base.url) or "the seed article")
    when = None if dated else _day("When was it published (YYYY-MM-DD)", base.published)
    drop_names = given.drop_names or _dropped_names(draft)
    add_names = given.add_names or _several("Other names or initials of the mission, with commas between", ())
    places = given.places if given.places is not None else _several("Where it works", draft.places)
    drop_facts = given.drop_facts or _dropped_facts(base.facts)
    found = tuple(sources) or ask_for_feeds(suggested(base.text))
    channels = given.channels or _several("Alerts go to (console, file, env:NAME, ...)", ("console", "file"))
    choices = replace(
        given,
        title=title,
        outlet=outlet,
        drop_names=drop_names,
        add_names=add_names,
        places=places,
        drop_facts=drop_facts,
        channels=channels,
    )
    return choices, found, when


def ask_for_feeds(default: Sequence[str]) -> tuple[str, ...]:
    """Ask where feeds come from."""
    click.echo(
        "\nFeeds come from home pages of outlets (https://...), OPML files, or shipped lists, with commas between."
    )
    if regions := shipped_regions():
        click.echo(
            f"Lists: {', '.join(f'{REGION}{name}' for name in list(regions)[:4])}, also {', '.join(list(regions)[4:])}."
        )
    return _several("Feeds from", default)


def suggested(text: str) -> tuple[str, ...]:
    """The shipped lists that fit an article: of the regions that it names, and the global one."""
    named = {mention.name.casefold().replace(" ", "-") for mention in countries.mentions(text)}
    regions = shipped_regions()
    told = text.casefold().replace(" ", "-")  # "the African Union" speaks of africa, "the Middle East" of middle-east
    fitting = [name for name in regions if name in named or re.search(rf"\b{re.escape(name)}", told)]
    fitting = [name for name in fitting if name != "global"]
    return tuple(f"{REGION}{name}" for name in [*fitting, *(["global"] if "global" in regions else [])])


def _dropped_names(draft: Watch) -> tuple[str, ...]:
    click.echo("\nThe mission is called:")
    for number, name in enumerate(draft.names, 1):
        click.echo(f"  {number}. {escape.line(name.text)}")
    chosen = _numbers("Which of these are another's (numbers)", len(draft.names))
    return tuple(draft.names[number - 1].text for number in chosen)


def _dropped_facts(facts: Sequence[Fact]) -> tuple[int, ...]:
    if not facts:
        click.echo("\nNo fact was found in the article: the board begins empty.")
        return ()
    click.echo("\nWhat is known from the start:")
    for number, fact in enumerate(facts, 1):
        click.echo(f"  {number}. {fact.aspect} {fact.stage}: {escape.line(fact.subject)}: {escape.line(fact.value)}")
        click.echo(f"     “{shorten(escape.line(fact.quote), 300)}”")
    return _numbers("Which of these are wrong (numbers)", len(facts))


def _text(question: str, default: str) -> str:
    return str(click.prompt(question, default=escape.line(default)))


def _several(question: str, default: Sequence[str]) -> tuple[str, ...]:
    answer = str(click.prompt(question, default=", ".join(map(escape.line, default)) or _NONE))
    return () if answer.strip() == _NONE else tuple(part for piece in answer.split(",") if (part := piece.strip()))


def _day(question: str, default: datetime) -> datetime:
    answer: datetime = click.prompt(question, default=f"{default:%Y-%m-%d}", type=Moment())
    return answer


def _numbers(question: str, most: int) -> tuple[int, ...]:
    while True:
        answer = str(click.prompt(question, default=_NONE))
        found = re.findall(r"\d+", answer)
        if answer.strip() == _NONE or not answer.strip():
            return ()
        if found and not re.sub(r"[\d\s,]", "", answer) and all(1 <= int(number) <= most for number in found):
            return tuple(dict.fromkeys(map(int, found)))
        click.echo(f"Write numbers from 1 to {most}, with commas between, or {_NONE} for none.")
