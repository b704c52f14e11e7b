"""docs/reference/commands.md: each command with its options, as click has them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from tests.docs_site.markdown import cell, fence, line, table

TITLE = "Commands"
NAME = "missionwatch"
INTRODUCTION = f"""Each command as `--help` tells it. `DIR` is the folder of a watch, such as `seeds/haiti`.
From a checkout the command is `.venv/bin/{NAME}`; [the README](../../README.md) has those of daily use.
"""


def commands(group: click.Group, path: tuple[str, ...] = (NAME,)) -> Iterator[tuple[str, click.Command]]:
    """(``missionwatch alerts list``, the command) for each command that is not hidden, groups before what they hold."""
    for name, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def options(command: click.Command) -> Iterator[tuple[click.Option, str, str]]:
    """(option, how it is written, what it does with its default) for each option that is not hidden."""
    context = click.Context(command, info_name=command.name)
    for option in command.params:
        if isinstance(option, click.Option) and (record := option.get_help_record(context)) is not None:
            yield option, *record


def page(group: click.Group) -> str:
    """The page as Markdown."""
    found = list(commands(group))
    overview = [(f"[`{path}`](#{anchor(path)})", cell(command.get_short_help_str(200))) for path, command in found]
    parts = [INTRODUCTION, table(("command", "what it does"), overview)]
    parts += [_described(path, command) for path, command in found]
    return "\n".join([*parts, "## Exit codes\n", _exit_codes(group.epilog or "")])


def anchor(path: str) -> str:
    """The anchor of a command's heading."""
    return path.removeprefix(f"{NAME} ").replace(" ", "-")


def _described(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    usage = " ".join(command.get_usage(context).removeprefix("Usage: ").split())
    parts = [f"## {path.removeprefix(f'{NAME} ')}\n", fence(usage, "text"), *map(_paragraph, _paragraphs(command))]
    if rows := [(f"`{written}`".replace("|", "\\|"), cell(told)) for _, written, told in options(command)]:
        parts.append(table(("option", "what it does"), rows))
    return "\n".join(parts)


def _paragraphs(command: click.Command) -> list[str]:
    return [part for part in re.split(r"\n[ \t]*\n", inspect.cleandoc(command.help or "")) if part.strip()]


def _paragraph(text: str) -> str:
    """A paragraph of help; what click keeps as it stands, after the sign of a backspace, is code."""
    if text.startswith("\b"):
        return fence(inspect.cleandoc(text.removeprefix("\b").strip("\n")), "sh")
    return f"{line(text)}\n"


def _exit_codes(told: str) -> str:
    """The sentences that end ``--help`` as a table."""
    codes, _, more = told.removeprefix("Exit codes: ").partition(". ")
    rows = [(code, cell(meaning)) for code, _, meaning in (part.partition(" ") for part in codes.split("; "))]
    if not all(code.isdecimal() for code, _ in rows):
        raise ValueError(f"these are no exit codes: {told}")
    return f"{table(('code', 'means'), rows)}\n{line(more)}"
