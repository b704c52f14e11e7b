"""``mark`` and ``marks``: what a person says of what was read; listed, taken back, carried to another store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from pipeline.board.corrections import (
    MAX_LINES,
    MAX_NOTE,
    MAX_WORDS,
    Correction,
    Example,
    Labels,
    correction_as_line,
    correction_from_line,
    make_undo,
)
from pipeline.cli import report
from pipeline.cli.common import Moment, archive_dir, data_dir_option, folder_argument, store_folder
from pipeline.cli.corrections import (
    WORDS,
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
from pipeline.storage import open_published
from pipeline.watches import load_watch

MAX_FILE = 64 * 2**20  # bytes of a file of marks


@click.command("mark")
@folder_argument
@click.argument("target")
@click.argument("what", metavar="WHAT", type=click.Choice(list(WORDS)))
@click.option("--aspect", type=click.Choice([aspect.value for aspect in Aspect]), help="Of relabel.")
@click.option("--stage", type=click.Choice([stage.value for stage in Stage]), help="Of relabel and pin.")
@click.option("--subject", default="", help="Of relabel and pin: the thing.")
@click.option("--value", default="", help="Of relabel and pin: what is so.")
@click.option("--since", type=Moment(), help="Of relabel and pin: the day since when it holds.")
@click.option("--note", default="", help="Why. A pin of what no sentence says needs it.")
@author_option
@data_dir_option
def mark_command(
    folder: Path,
    target: str,
    what: str,
    aspect: str | None,
    stage: str | None,
    subject: str,
    value: str,
    since: datetime | None,
    note: str,
    author: str,
    data_dir: Path,
    archive: bool,
) -> None:
    """Say what is so of TARGET: an id of a change or claim, an article's id or address, or a row as ASPECT/SUBJECT.

    \b
    wrong             the sentence does not say so: the change is taken back, and who was told hears of it
    duplicate         it was told before: the change is taken back, and nobody is bothered
    not-this-mission  the article is about something else: nothing in it counts
    confirmed         it is so: a claim that was held back makes its change now, an unsure change is told
    relabel           it is something else: --aspect, --stage, --subject, --value or --since say what
    pin               the board says so until it is unpinned, whatever is read: --value, --stage
    unpin             what is read may change the row again

    It acts at once, and on whatever is read from now on or again. docs/marks.md tells the rest.

    \b
    missionwatch mark seeds/haiti 5f0c8a52 wrong --note "that was a proposal"
    missionwatch mark seeds/haiti 5f0c8a52 relabel --stage proposed
    missionwatch mark seeds/haiti strength/ceiling pin --value "5,500 people" --note "resolution 2793"
    """
    for name, text, longest in (
        ("--subject", subject, MAX_WORDS),
        ("--value", value, MAX_WORDS),
        ("--note", note, MAX_NOTE),
    ):
        if len(text) > longest:
            raise UsageError(f"{name} is longer than {longest:,} characters.", remedy="Say it shorter.")
    watch = load_watch(folder)
    where = store_folder(data_dir, folder, archive=archive)
    labels = Labels(
        Aspect(aspect) if aspect else None,
        Stage(stage) if stage else None,
        subject,
        value,
        since.date() if since else None,
    )
    with open_for_correction(where) as store:
        outcome = record_correction(store, watch, WORDS[what], target, author=author, note=note, labels=labels)
    publish_corrections(where, watch, [outcome.correction.correction_id])
    click.echo(describe_outcome(outcome))


@click.group("marks")
def marks_group() -> None:
    """See what was marked, take a mark back, carry marks to another store, or learn from them.

    \b
    missionwatch marks list seeds/haiti
    missionwatch marks undo seeds/haiti 1a2b3c4d
    missionwatch marks export seeds/haiti --to marks.jsonl
    missionwatch marks import seeds/haiti marks.jsonl
    """


@marks_group.command("list")
@folder_argument
@click.option("--all", "every", is_flag=True, help="Those too that were taken back, and what took them back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row, for scripts.")
@data_dir_option
def list_marks(folder: Path, every: bool, as_json: bool, data_dir: Path, archive: bool) -> None:
    """List what was marked, by whom and why, the oldest first."""
    watch = load_watch(folder)
    with open_published(store_folder(data_dir, folder, archive=archive)) as store:
        rows = [row for row in store.corrections(watch.slug) if every or (row["counts"] and row["kind"] != "undone")]
    if as_json:
        for row in rows:
            click.echo(escape.json_line(row, _plain))
        return
    screen = report.console()
    if not rows:
        screen.print("Nothing is marked.")
    for row in rows:
        screen.print(_lines(row))


@marks_group.command("undo")
@folder_argument
@click.argument("correction_id", metavar="ID")
@click.option("--note", default="", help="Why.")
@author_option
@data_dir_option
def undo(folder: Path, correction_id: str, note: str, author: str, data_dir: Path, archive: bool) -> None:
    """Take a mark back. What it took off the board stands again, unless later news has taken its place.

    ID stands in `missionwatch marks list`; its first six signs are enough.
    """
    watch = load_watch(folder)
    where = store_folder(data_dir, folder, archive=archive)
    with open_for_correction(where) as store:
        found = store.find_correction(watch.slug, correction_id)
        before = next((m for m in store.load_corrections(watch.slug) if m.undoes == found.correction_id), None)
        if before is not None:
            click.echo(f"It was taken back before: {escape.line(before.told)}.")
            return
        made_at, now = times(store, watch)
        correction = make_undo(found, author=author, note=note.strip()[:MAX_NOTE], made_at=made_at, watch_time=now)
        outcome, _ = store_correction(store, watch, correction, now)
    publish_corrections(where, watch, [outcome.correction.correction_id])
    click.echo(describe_outcome(outcome))


@marks_group.command("export")
@folder_argument
@click.option(
    "--to", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file; JSON, a line a mark."
)
@data_dir_option
def export(folder: Path, to: Path, data_dir: Path, archive: bool) -> None:
    """Write all marks to a file: labelled examples with their sentences, and marks for another store.

    A line has the sentence, those around it, what the engine made of it and what the person says. docs/marks.md has
    the format.
    """
    watch = load_watch(folder)
    with open_published(store_folder(data_dir, folder, archive=archive)) as store:
        corrections = store.load_corrections(watch.slug)
        articles = store.articles_at(
            {anchor.url for correction in corrections for anchor in correction.anchors if anchor.url}
        )
    lines = [escape.json_line(correction_as_line(Example(correction, articles))) + "\n" for correction in corrections]
    try:
        to.write_text("".join(lines), "utf-8")
    except OSError as error:
        raise UsageError(f"{to} can't be written: {error.strerror}.", remedy="Name another file with --to.") from error
    click.echo(f"{len(lines)} marks written to {to}")


@marks_group.command("import")
@folder_argument
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_dir_option
def import_marks(folder: Path, file: Path, data_dir: Path, archive: bool) -> None:
    """Store the marks of a file that `marks export` wrote, and act on them. Those that are there are left as they are.

    The sentences are found by address and words, so another store of the same watch takes them, whichever engine read
    there, before its first run or after.
    """
    watch = load_watch(folder)
    where = archive_dir(data_dir, folder) if archive else data_dir
    corrections = sorted(_read(file, watch), key=lambda correction: (correction.made_at, str(correction.correction_id)))
    new: list[UUID] = []
    with open_for_correction(where) as store:
        known = {correction.correction_id for correction in store.load_corrections(watch.slug)}
        for correction in corrections:
            if correction.correction_id not in known:
                outcome, _ = store_correction(store, watch, correction, store.last_run_now(watch.slug))
                new.append(outcome.correction.correction_id)
                click.echo(describe_outcome(outcome))
    publish_corrections(where, watch, new)
    click.echo(f"{len(new)} marks were stored, {len(corrections) - len(new)} were there.")


def _read(file: Path, watch: Watch) -> Iterator[Correction]:
    names = {watch.slug, *watch.formerly}
    try:
        if file.stat().st_size > MAX_FILE:
            raise UsageError(f"{file} is larger than 64 MB.", remedy="Import it in parts.")
        text = file.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{file} can't be read: {error.strerror}.", remedy="Name a file of marks.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not UTF-8 text: {error}.", remedy="Save it as UTF-8.") from error
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise UsageError(f"{file} has more than {MAX_LINES:,} lines.", remedy="Import it in parts.")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        correction = correction_from_line(line, f"{file}:{number}")
        if correction.watch not in names:
            raise UsageError(
                f"{file}:{number}: the mark is of the watch '{escape.line(correction.watch)[:60]}', "
                f"not of '{watch.slug}'.",
                remedy="Import it into that watch.",
            )
        yield replace(correction, watch=watch.slug)


def _lines(row: Mapping[str, Any]) -> Group:
    head = Text(f"{str(row['mark_id'])[:8]}  ")
    head.append(str(row["kind"]).replace("_", " "), style="bold")
    if row["aspect"]:
        head.append(f"  {row['aspect']} {str(row['stage'] or '').replace('_', ' ')}: ")
        head.append(shorten(escape.line(f"{row['subject']}: {row['value'] or ''}"), 160))
    said = f"{escape.line(row['author'])}, {row['made_at']:%Y-%m-%d %H:%M} UTC"
    if row["note"]:
        said += f": {shorten(escape.line(row['note']), 300)}"
    if not row["counts"]:
        said += f"  (taken back {row['undone_at']:%Y-%m-%d %H:%M} UTC)"
    parts: list[RenderableType] = [head, Padding(Text(said, style="dim"), (0, 0, 0, 10))]
    if row["quote"]:
        parts.append(Padding(Text(f"“{shorten(escape.line(row['quote']), 320)}”", style="italic"), (0, 0, 0, 10)))
    if row["url"]:
        parts.append(Padding(Text(escape.line(row["url"]), style="dim"), (0, 0, 0, 10)))
    return Group(*parts)


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
