"""``review``: changes and held-back claims, one at a time, with a key for each thing that a person may say of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from pipeline.alerts.compose import confidence_words
from pipeline.board.corrections import MAX_NOTE, MAX_WORDS, Correction, CorrectionKind, Labels, make_undo
from pipeline.cli import report
from pipeline.cli.common import Moment, data_dir_option, folder_argument, store_folder
from pipeline.cli.corrections import (
    author_option,
    describe_outcome,
    open_for_correction,
    publish_corrections,
    record_correction,
    store_correction,
    times,
)
from pipeline.model import Aspect, Stage, Watch, escape
from pipeline.model.errors import UsageError
from pipeline.model.text import shorten
from pipeline.site.words import marked as words_that_matter
from pipeline.site.words import value as value_words
from pipeline.storage import ReviewItem, open_published
from pipeline.watches import load_watch

NO_TERMINAL = 7  # the exit code where there is nobody to ask

_KEYS = {
    "w": ("wrong", CorrectionKind.WRONG),
    "d": ("duplicate", CorrectionKind.DUPLICATE),
    "n": ("not this mission", CorrectionKind.NOT_THIS_MISSION),
    "c": ("confirmed", CorrectionKind.CONFIRMED),
    "o": ("other labels", CorrectionKind.RELABELLED),
    "p": ("pin", CorrectionKind.PINNED),
}
_HELP = "w wrong  d duplicate  n not this mission  c confirmed  o other labels  p pin  s skip  u undo  q quit"


@dataclass(slots=True)
class _Session:
    """One person's way through the items: what they said so far, the last said last."""

    where: Path
    watch: Watch
    author: str
    said: list[Correction] = field(default_factory=list)
    stored: list[UUID] = field(default_factory=list)


@click.command("review")
@folder_argument
@click.option("--since", type=Moment(), default="1970-01-01T00:00", help="Leave out what was published before.")
@click.option("--uncertain", is_flag=True, help="Only what the engine is unsure of.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True, help="So many at most.")
@author_option
@data_dir_option
def review_command(
    folder: Path, since: datetime, uncertain: bool, limit: int, author: str, data_dir: Path, archive: bool
) -> None:
    """Go through changes and held-back claims that nobody has marked, the latest first, and say what is so of each.

    \b
    w wrong            the sentence does not say so
    d duplicate        it was told before
    n not this mission the article is about something else
    c confirmed        it is so
    o other labels     it is something else: another aspect, stage, subject or value
    p pin              the board says so until it is unpinned
    s skip   u undo the last one   q quit   ? these words

    What you say acts at once, as `missionwatch mark` does. Where this is no terminal, the items are listed, and the
    exit code is 7.
    """
    watch = load_watch(folder)
    where = store_folder(data_dir, folder, archive=archive)
    with open_published(where) as store:
        items = store.to_review(watch.slug, since, unsure_only=uncertain, limit=limit)
    screen = report.console()
    if not items:
        screen.print("There is nothing to review: all of it is marked, or nothing was read.")
        return
    if not at_terminal():
        for number, item in enumerate(items, start=1):
            screen.print(_shown(item, number, len(items)))
        click.echo("This is no terminal: nothing was asked. `missionwatch mark DIR ID WHAT` marks one.", err=True)
        raise SystemExit(NO_TERMINAL)
    session = _Session(where, watch, author)
    try:
        _go_through(items, session, screen)
    finally:
        publish_corrections(where, watch, session.stored)
    screen.print(f"{len(session.said)} marks were made. `missionwatch marks list {folder}` shows them.")


def at_terminal() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _go_through(items: Sequence[ReviewItem], session: _Session, screen: Console) -> None:
    screen.print(_HELP, style="dim")
    for number, item in enumerate(items, start=1):
        screen.print(_shown(item, number, len(items)))
        while True:
            key = _key()
            if key == "q":
                return
            if key == "s":
                break
            if key == "u":
                _undo(session)
            elif key in _KEYS:
                if _correct(item, _KEYS[key][1], session):
                    break
            else:
                screen.print(_HELP, style="dim")


def _key() -> str:
    click.echo("? ", nl=False)
    try:
        key = click.getchar().lower()
    except (EOFError, KeyboardInterrupt):
        key = "q"
    click.echo(escape.line(key))
    return key or "q"  # nothing more comes


def _correct(item: ReviewItem, kind: CorrectionKind, session: _Session) -> bool:
    """Mark ``item``; False where that could not be, and the person is asked again."""
    try:
        labels = _labels(item, kind)
        note = click.prompt("why (may be empty)", default="", show_default=False)[:MAX_NOTE]
        with open_for_correction(session.where) as store:
            outcome = record_correction(
                store, session.watch, kind, str(item.id), author=session.author, note=note, labels=labels
            )
    except UsageError as error:
        click.echo(f"  {escape.lines(error.message)} {escape.lines(error.remedy)}")
        return False
    except click.Abort:
        return False
    session.said.append(outcome.correction)
    session.stored.append(outcome.correction.correction_id)
    click.echo(describe_outcome(outcome))
    return True


def _labels(item: ReviewItem, kind: CorrectionKind) -> Labels:
    """What the person says in the engine's place: asked for where they relabel or pin, and only what differs."""
    if kind is CorrectionKind.PINNED:
        value = _asked("value", item.value)
        return Labels(value=value if value != item.value else "")
    if kind is not CorrectionKind.RELABELLED:
        return Labels()
    aspect = _chosen("aspect", item.aspect, [aspect.value for aspect in Aspect])
    stage = _chosen("stage", item.stage, [stage.value for stage in Stage])
    subject, value = _asked("subject", item.subject), _asked("value", item.value)
    return Labels(
        Aspect(aspect) if aspect != item.aspect else None,
        Stage(stage) if stage != item.stage else None,
        subject if subject != item.subject else "",
        value if value != item.value else "",
    )


def _asked(name: str, now: str) -> str:
    found = str(click.prompt(name, default=now)).strip()
    return found if found == now else found[:MAX_WORDS]


def _chosen(name: str, now: str, words: Sequence[str]) -> str:
    return str(click.prompt(name, default=now, type=click.Choice(words)))


def _undo(session: _Session) -> None:
    if not session.said:
        click.echo("  Nothing was marked yet. `missionwatch marks undo DIR ID` takes back an older one.")
        return
    last = session.said.pop()
    with open_for_correction(session.where) as store:
        made_at, now = times(store, session.watch)
        correction = make_undo(last, author=session.author, note="", made_at=made_at, watch_time=now)
        outcome, _ = store_correction(store, session.watch, correction, now)
    session.stored.append(correction.correction_id)
    click.echo(f"  No more: {escape.line(last.told)}")
    click.echo(describe_outcome(outcome))


def _shown(item: ReviewItem, number: int, of: int) -> RenderableType:
    head = Text(f"\n[{number}/{of}]  ", style="dim")
    head.append(f"{item.what} {str(item.id)[:8]}  {item.known_at:%Y-%m-%d}  ", style="dim")
    head.append(f"{item.aspect} ", style="bold")
    head.append_text(report.stage_cell(item.stage))
    line = Text(f"{escape.line(item.subject)}: ")
    if item.before is not None:
        before = shorten(escape.line(value_words(item.before.value)), 100)
        line.append(f"{before} ({item.before.stage.value.replace('_', ' ')}) became ")
    line.append(shorten(escape.line(value_words(item.value)), 200), style="bold")
    parts: list[RenderableType] = [head, line]
    if item.before is not None:
        parts.append(_sentence("before", item.before.quote, item.before.value, ""))
    parts.append(_sentence("now   ", item.quote, item.value, item.why))
    source = Text(
        f"{escape.line(item.outlet)}, {item.known_at:%Y-%m-%d %H:%M} UTC  {escape.line(item.url)}", style="dim"
    )
    parts.append(Padding(source, (0, 0, 0, 2)))
    why = f"{confidence_words(item.confidence)}; {item.verdict}: {shorten(escape.line(item.reason), 300)}"
    parts.append(Padding(Text(why, style="dim"), (0, 0, 0, 2)))
    return Group(*parts)


def _sentence(name: str, quote: str, value: str, why: str) -> RenderableType:
    """A sentence with the words that matter marked."""
    said = Text(f"{name} “", style="dim")
    for piece in words_that_matter(shorten(escape.line(quote), 600), escape.line(value), escape.line(why)):
        said.append(piece.text, style="bold underline" if piece.marked else "")
    said.append("”", style="dim")
    return Padding(said, (0, 0, 0, 2))
