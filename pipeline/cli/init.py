"""``init``: a watch from one article, by flags or by an interview in the terminal."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline.cli.common import Moment, settings
from pipeline.cli.interview import ask, ask_for_feeds
from pipeline.cli.model_options import ModelChoice, choose_model
from pipeline.model import Feed, Reading, Watch, escape
from pipeline.model.errors import MissionwatchError, UsageError
from pipeline.model.text import shorten
from pipeline.model.urls import host
from pipeline.reading.embedded import EncodedReader
from pipeline.reading.embedded.foreign import sentences_of
from pipeline.reading.llm import ReadingRequest, ask_to_state, parse_reading
from pipeline.watches import write_watch
from pipeline.watches.drafting import Choices, article_of, chosen, draft_watch, with_facts_of
from pipeline.watches.write import refuse_a_watch

MAX_SEED_ARTICLE = 2 * 2**20  # bytes


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--article",
    "article",
    required=True,
    metavar="FILE|URL",
    help="The seed article: plain text (a title line, then paragraphs), or the address of its page.",
)
@click.option("--published", type=Moment(), help="When the article was published; else what its page or file says.")
@click.option("--url", default="", help="Where the article stands.")
@click.option("--outlet", default="", help="Who published it.  [default: what its page says, or its host]")
@click.option("--title", default="", help="The watch's title.  [default: the mission's name]")
@click.option("--name", "names", multiple=True, help="A further name or initials of the mission. Repeatable.")
@click.option("--drop-name", "not_names", multiple=True, help="A name that was found and is another's. Repeatable.")
@click.option("--place", "places", multiple=True, help="Where it works, in place of what was found. Repeatable.")
@click.option("--language", "languages", multiple=True, help="Code of a language of its news, e.g. en. Repeatable.")
@click.option("--drop-fact", "not_facts", multiple=True, type=int, help="Number of a fact that is wrong. Repeatable.")
@click.option(
    "--feeds-from",
    "sources",
    multiple=True,
    metavar="SOURCE",
    help="An outlet's home page, a feed, an OPML file or address, or region:NAME of a shipped list. Repeatable.",
)
@click.option("--model", default="", metavar="URL", help="Have a language model read the facts: its server's address.")
@click.option("--model-name", default="", help="The model's name, as the server knows it.")
@click.option("--model-key", default="", metavar="env:NAME", help="The environment variable with the server's key.")
@click.option("--channel", "channels", multiple=True, help="Where alerts go: console, file, env:NAME, ... Repeatable.")
@click.option("--interview/--no-interview", default=None, help="Ask in the terminal.  [default: where it is one]")
@click.option("--yes", is_flag=True, help="Ask nothing: take what was found.")
@click.option("--dry-run", is_flag=True, help="Show what was found, with numbers, and write nothing.")
def init_command(
    folder: Path,
    article: str,
    published: datetime | None,
    url: str,
    outlet: str,
    title: str,
    names: tuple[str, ...],
    not_names: tuple[str, ...],
    places: tuple[str, ...],
    languages: tuple[str, ...],
    not_facts: tuple[int, ...],
    sources: tuple[str, ...],
    model: str,
    model_name: str,
    model_key: str,
    channels: tuple[str, ...],
    interview: bool | None,
    yes: bool,
    dry_run: bool,
) -> None:
    """Make a watch in DIR from one article: names, places and baseline facts with their quotes, and feeds.

    Nothing needs to be written by hand. In a terminal you are asked about what was found; every question has a
    default, and each has an option too. Elsewhere, or with --yes, what was found is taken.

    \b
    missionwatch init seeds/sahel --article sahel.txt --published 2025-03-01
    missionwatch init seeds/sahel --article https://outlet.example/story --feeds-from https://outlet.example/
    missionwatch init seeds/sahel --article sahel.txt --feeds-from region:africa --feeds-from mine.opml --yes
    missionwatch init seeds/sahel --article sahel.txt --model http://127.0.0.1:11434/v1 --model-name qwen3:8b
    missionwatch init seeds/sahel --article sahel.txt --dry-run     then: --drop-fact 3 --name "Sahel Force"
    """
    refuse_a_watch(folder)
    choices = Choices(title, outlet, languages, names, not_names, places or None, not_facts, channels)
    if (model_name or model_key) and not model:
        raise click.UsageError("--model-name and --model-key go with --model.")
    asking = choose_model(model, model_name, "read", model_key) if model else None
    draft, dated = _draft(folder, article, published, url)
    draft = _with_facts(draft, asking)
    given = chosen(draft, choices)  # what is wrong with the options is told before anything is asked
    if interview is None:
        interview = not yes and not dry_run and sys.stdin.isatty() and sys.stdout.isatty()
    if interview:
        choices, sources, when = ask(draft, choices, sources, dated=dated)
        draft = replace(draft, baseline=replace(draft.baseline, published=when or draft.baseline.published))
        given = chosen(draft, choices)
    feeds = _feeds_asking(sources, given.languages) if interview else _feeds(sources, given.languages)
    if dry_run:
        _tell(given, feeds, draft)
        click.echo("Nothing was written.")
        return
    base = given.baseline
    written = write_watch(
        folder,
        title=given.title,
        names=given.names,
        sister_missions=given.sister_missions,
        places=given.places,
        languages=given.languages,
        source_title=base.title,
        outlet=base.outlet or host(base.url) or "the seed article",
        published=base.published,
        url=base.url,
        text=base.text,
        facts=base.facts,
        feeds=feeds,
        rules=given.rules,
    )
    _tell(given, feeds, draft)
    click.echo("written: " + ", ".join(map(str, written)))
    if feeds:
        click.echo(f"Next: missionwatch check {folder}, then missionwatch run {folder} --once")
    else:
        click.echo(f"It has no feeds yet: missionwatch feeds add {folder} https://an-outlet.example/")


def _draft(folder: Path, article: str, published: datetime | None, url: str) -> tuple[Watch, bool]:
    """The draft, and whether it is known when its article was published."""
    if article.casefold().startswith(("http://", "https://")):
        return _draft_of_page(folder, article, published, url)
    path = Path(article)
    text = _read_text(path)
    # Without a date the file's own time is the nearest guess that does not need a clock.
    when = published or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return draft_watch(text, published=when, url=url, slug=_slug(folder), with_facts=False), published is not None


def _draft_of_page(folder: Path, article: str, published: datetime | None, url: str) -> tuple[Watch, bool]:
    from pipeline.cli.network import article_at, open_network_tools  # brings the parsers with it

    async def fetch() -> tuple[Watch, bool]:
        async with open_network_tools(settings()) as at:
            found = await article_at(article, at)
        draft = draft_watch(
            found.text,
            published=published or found.published,
            url=url or found.url,
            slug=_slug(folder),
            with_facts=False,
        )
        outlet = shorten(found.outlet, 100) or host(found.url)
        draft = replace(draft, baseline=replace(draft.baseline, outlet=outlet))
        return draft, published is not None or found.dated

    return asyncio.run(fetch())


def _with_facts(bare: Watch, asking: ModelChoice | None) -> Watch:
    """Put the facts of the article into the draft, and say who read them where that is not the embedded engine."""
    article = article_of(bare)
    if asking is not None:
        name, chat = escape.line(asking.choice.model), asking.chat()
        (reply,) = asyncio.run(chat.ask([ask_to_state(article, bare, asking.choice)]))
        spans = [(sentence.start, sentence.end) for sentence in sentences_of(article)]
        nothing = Reading(article.article_id, "", True, "")
        reading = parse_reading(
            reply.content, reply.trouble, ReadingRequest(article, spans), nothing, "", asking.choice
        )
        if reading.claims:
            click.echo(f"The facts were read by the language model {name}; each quote stands in the article.")
            return with_facts_of(bare, reading)
        for note in chat.notes or [reading.reason.removeprefix("; ")]:
            click.echo(escape.line(note), err=True)
        click.echo(f"The facts were read by the embedded engine: {name} gave none that can be used.")
    return with_facts_of(bare, EncodedReader().state(article, bare))


def _feeds(sources: Sequence[str], languages: Sequence[str]) -> tuple[Feed, ...]:
    if not sources:
        return ()
    from pipeline.cli.network import feeds_of, open_network_tools

    async def find() -> tuple[Feed, ...]:
        async with open_network_tools(settings()) as at:
            found = await feeds_of(sources, at, language=languages[0])
        for note in found.notes:
            click.echo(f"  {escape.line(shorten(note, 300))}", err=True)
        return found.feeds

    return asyncio.run(find())


def _feeds_asking(sources: Sequence[str], languages: Sequence[str]) -> tuple[Feed, ...]:
    """The feeds of ``sources``; where a source gives none, that is told and asked again: no answer is lost by it."""
    while True:
        try:
            return _feeds(sources, languages)
        except MissionwatchError as error:
            click.echo(escape.lines(str(error)), err=True)
            sources = ask_for_feeds(())


def _tell(watch: Watch, feeds: Sequence[Feed], draft: Watch) -> None:
    names = ", ".join(name.text for name in watch.names) or "none found"
    base = watch.baseline
    told = [
        watch.title,
        f"  names: {names}",
        f"  places: {', '.join(watch.places) or 'none found'}",
        f"  known from: {base.outlet or host(base.url) or 'the seed article'}, {base.published:%d %b %Y}",
    ]
    numbers = {id(fact): number for number, fact in enumerate(draft.baseline.facts, 1)}
    for fact in base.facts:
        told.append(
            f"  {numbers.get(id(fact), 0)}. {fact.aspect} {fact.stage}: {fact.subject}: {shorten(fact.value, 90)}"
        )
        told.append(f"     “{shorten(fact.quote, 200)}”")
    if feeds:
        told.append(f"  feeds: {len(feeds)} of {len({feed.family for feed in feeds})} publishers")
    click.echo(escape.lines("\n".join(told)))


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_SEED_ARTICLE:
            raise UsageError(f"{path} is larger than 2 MB.", remedy="Give one article as plain text.")
        return path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.", remedy="Name a text file.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: {error}.", remedy="Save it as UTF-8.") from error


def _slug(folder: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "watch"
