"""``model``: find a language model on this machine, try it, and have a watch use it."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import click

from pipeline.cli.common import folder_argument, settings
from pipeline.cli.model_options import MODES, ModelChoice, choose_model
from pipeline.fetch.local import get_local
from pipeline.lab.bench import as_text, baseline_watch
from pipeline.lab.bench.figures import measure_one
from pipeline.lab.bench.trial import Tried, advise, first_answer, table, trial_gold, tried
from pipeline.model import escape
from pipeline.model.errors import ContentError, FetchError, RefusedError, UsageError
from pipeline.reading.embedded import DEFAULT, ENGINES
from pipeline.reading.llm import LIST_PATH, USUAL, Ask, FoundServer, Reply, UsualServer, parse_models
from pipeline.watches import choose_reader, load_watch

F = TypeVar("F", bound=Callable[..., Any])
FOUND, NOTHING_FOUND = 0, 1
GIVE_UP = 3  # questions without any answer, after which a trial ends
_key = click.option(
    "--key", default="", metavar="env:NAME", help="The environment variable that holds the server's key."
)


def _mode(default: str) -> Callable[[F], F]:
    return click.option(
        "--mode",
        type=click.Choice(MODES),
        default=default,
        show_default=True,
        help="read: the model reads the articles. verify: it is asked about what the engine finds.",
    )


@click.group("model")
def model_group() -> None:
    """Find a language model, try it, and have a watch use it.

    \b
    missionwatch model find
    missionwatch model test http://127.0.0.1:11434/v1 qwen3:8b --mode read
    missionwatch model use seeds/mine http://127.0.0.1:11434/v1 qwen3:8b --mode read
    """


@model_group.command("find")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a model, for scripts.")
def find_command(as_json: bool) -> None:
    """Look for servers of language models on this machine, and list their models.

    The usual ports of Ollama, llama.cpp, LM Studio and vLLM on 127.0.0.1 are asked which models they have, once.
    Exit code 0 where there is a model, 1 where there is none.
    """
    agent = settings().user_agent

    async def get(port: int) -> bytes:
        return await get_local(port, LIST_PATH, user_agent=agent)

    found = asyncio.run(find_servers(USUAL, get))
    if as_json:
        for server in found:
            for name in server.models:
                click.echo(escape.json_line({"server": server.usual.name, "endpoint": server.endpoint, "model": name}))
    else:
        click.echo("\n".join(describe(found, USUAL)))
    raise SystemExit(FOUND if any(server.models for server in found) else NOTHING_FOUND)


async def find_servers(usual: Sequence[UsualServer], get: Callable[[int], Awaitable[bytes]]) -> tuple[FoundServer, ...]:
    """Ask each of ``usual`` at once which models it has, and return those that answer.

    Args:
        usual: where a server may listen.
        get: brings the list of the server on a port; raises FetchError or RefusedError.
    """

    async def one(server: UsualServer) -> FoundServer | None:
        try:
            return FoundServer(server, parse_models(await get(server.port)))
        except RefusedError as error:
            return FoundServer(server, wants_key=True) if error.status == 401 else None
        except (FetchError, ContentError):
            return None  # nothing is there, or something else than a server of models

    return tuple(filter(None, await asyncio.gather(*map(one, usual))))


def describe(found: Sequence[FoundServer], usual: Sequence[UsualServer]) -> list[str]:
    """Return what was found, a line a model, each with the command that uses it; and how to start a server."""
    told = []
    for server in found:
        where = f"{server.usual.name}, port {server.usual.port}"
        use = f"missionwatch model use DIR {server.endpoint}"
        if server.wants_key:
            told.append(f"{where}: wants a key before it lists its models: {use} NAME --key env:LLM_KEY")
        elif not server.models:
            told.append(f"{where}: answers and has no model: {server.usual.start}")
        told += [f"{escape.line(name)} ({where}): {use} {shlex.quote(escape.line(name))}" for name in server.models]
    if not found:
        told.append("No server of language models answers on this machine. To start one:")
        told += [f"  {server.name}, port {server.port}: {server.start}" for server in usual]
    return told


@model_group.command("use")
@folder_argument
@click.argument("url", required=False)
@click.argument("name", required=False)
@_mode("verify")
@_key
@click.option("--off", is_flag=True, help="Take the model out again: the embedded engine reads alone.")
def use_command(folder: Path, url: str | None, name: str | None, mode: str, key: str, off: bool) -> None:
    """Have the watch in DIR use the language model NAME of the server at URL, if it can answer.

    The model is tried on one article of our own first. Then the table [reader] of DIR/watch.toml is written; the rest
    of the file stays as it is, byte for byte. Where the model's answer can't be used, nothing is written.

    \b
    missionwatch model use seeds/mine http://127.0.0.1:11434/v1 qwen3:8b
    missionwatch model use seeds/mine https://models.example/v1 large --mode read --key env:LLM_KEY
    missionwatch model use seeds/mine --off
    """
    if off:
        if url or name:
            raise click.UsageError("--off takes the model out: leave URL and NAME away.")
        choose_reader(folder, None)
        click.echo(f"{folder / 'watch.toml'}: no language model is used.")
        return
    if not (url and name):
        raise click.UsageError("Give URL and NAME, which `missionwatch model find` lists, or --off.")
    load_watch(folder)  # what is wrong with it is told before anything is asked
    asking = choose_model(url, name, mode, key)
    if why := asyncio.run(_first_answer(asking)):
        raise UsageError(
            f"The answer of {name} can't be used, and nothing was written: {why}.",
            remedy="Try another model: `missionwatch model find` lists those of this machine, and docs/llm.md tells "
            "what a server must take.",
        )
    choose_reader(folder, asking.choice)
    click.echo(f"{name} answers as it should. Written to {folder / 'watch.toml'}: the model is used to {mode}.")
    click.echo(f"How well it judges: missionwatch model test {url} {shlex.quote(name)} --mode {mode}")


async def _first_answer(asking: ModelChoice) -> str:
    chat = asking.chat()
    trial = asking.over(baseline_watch(trial_gold()))
    why = await first_answer(trial, ENGINES[DEFAULT](), chat.ask)
    if why and not chat.counts["llm_tokens_in"]:
        raise asking.away(chat, "Start it, check URL and NAME, and try again; nothing was written.")
    return why


@model_group.command("test")
@click.argument("url")
@click.argument("name")
@_mode("read")
@_key
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object, for scripts.")
def test_command(url: str, name: str, mode: str, key: str, as_json: bool) -> None:
    """Try the language model NAME of the server at URL on twenty articles of our own, beside the embedded engine.

    Tells how well it judges, how fast, and at what cost: calls, and tokens in and out an article. The articles are
    about an invented mission, with two on another mission, two of mere background, two reprints, and one that tells
    readers what to answer. They are plain; real news is harder.

    \b
    missionwatch model test http://127.0.0.1:11434/v1 qwen3:8b --mode read
    """
    asking = choose_model(url, name, mode, key)
    embedded, model = run_trial(asking, _progress() if sys.stderr.isatty() else None)
    advice = advise(embedded, model, mode)
    if as_json:
        rows = [embedded.as_dict(), model.as_dict()]
        click.echo(escape.json_line({"endpoint": url, "mode": mode, "readers": rows, **advice._asdict()}))
        return
    click.echo(as_text(table(embedded, model)))
    click.echo(f"\n{advice.sentence}")


def run_trial(asking: ModelChoice, progress: Callable[[int], None] | None = None) -> tuple[Tried, Tried]:
    """Run the trial's articles by the embedded engine alone and with a model, and return both rows.

    Args:
        asking: the model.
        progress: is told how many questions were answered so far.

    Raises:
        FetchError: the model does not answer at all.
    """
    gold = trial_gold()
    watch = baseline_watch(gold)
    begun = monotonic()
    alone = tried("embedded engine", measure_one(gold, watch, ENGINES[DEFAULT]()), monotonic() - begun)
    chat = asking.chat()
    answered = 0

    async def ask(asks: Sequence[Ask]) -> Sequence[Reply]:
        nonlocal answered
        replies = await chat.ask(asks)
        if chat.counts["llm_calls"] >= GIVE_UP and not chat.counts["llm_tokens_in"]:
            raise asking.away(chat, "Start it, check URL and NAME, and try again.")
        answered += len(replies)
        if progress is not None:
            progress(answered)
        return replies

    begun = monotonic()
    measured = measure_one(gold, asking.over(watch), ENGINES[DEFAULT](), ask=ask)
    seconds = monotonic() - begun
    if progress is not None:
        click.echo(err=True)
    for note in chat.notes:
        click.echo(note, err=True)
    return alone, tried(asking.choice.model, measured, seconds, chat.counts)


def _progress() -> Callable[[int], None]:
    """Tell on one line of the terminal how many questions were answered, and how long that took."""
    begun = monotonic()

    def tell(answered: int) -> None:
        click.echo(f"\r{answered} questions answered, {monotonic() - begun:.0f} s ", nl=False, err=True)

    return tell
