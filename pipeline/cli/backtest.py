"""``missionwatch backtest``: what a watch would have alerted on, and what another configuration would have told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import click

from pipeline.alerts import became
from pipeline.board.fold import in_force
from pipeline.cli.change_text import sentences, tellings
from pipeline.cli.common import Moment, data_dir_option, folder_argument, store_folder
from pipeline.cli.model_options import answer_options, choose_model, model_options
from pipeline.lab.backtest import (
    BacktestLine,
    Came,
    Compared,
    Difference,
    RecordedReader,
    ReportedChange,
    Side,
    backtest,
    backtest_asking,
    compared,
    given_id,
    load_articles,
)
from pipeline.model import Change, Watch, escape
from pipeline.model.errors import UsageError
from pipeline.reading.embedded import DEFAULT, ENGINES, Reader
from pipeline.storage import open_published
from pipeline.watches import load_watch

SAME, DIFFERENT = 0, 6
_TELLS_AFTER = 2.0  # seconds of silence
_Past = tuple[list[Came], dict[UUID, list[Change]]]


@click.command("backtest")
@folder_argument
@click.option(
    "--articles",
    "articles_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A line an article: id, published, outlet, title, text, optional url.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the changes go, a JSON line each, in order.",
)
@click.option(
    "--compare",
    "other_file",
    metavar="OTHER.toml",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Another watch.toml: tell which alerts it would have gained and lost.",
)
@click.option("--since", type=Moment(), help="With --compare: leave out what was told before.")
@click.option("--until", type=Moment(), help="With --compare: leave out what came later.")
@click.option("--json", "as_json", is_flag=True, help="With --compare: one JSON object a difference, for scripts.")
@click.option(
    "--engine",
    default=DEFAULT,
    show_default=True,
    help="The reading engine. With --compare also a version that is on record in the store, such as encoder-7: what it "
    "read at the time counts.",
)
@model_options
@answer_options
@data_dir_option
def backtest_command(
    folder: Path,
    articles_file: Path | None,
    out: Path | None,
    other_file: Path | None,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
    engine: str,
    model: str,
    model_name: str,
    model_mode: str,
    model_key: str,
    record: Path | None,
    answers: Path | None,
    data_dir: Path,
    archive: bool,
) -> None:
    """Say what the watch would have alerted on, had these articles come in order, without look-ahead.

    With --compare: what would the alerts have been, had the watch been set up as OTHER.toml says? Both live the same
    past, that of the store or of --articles, an article after another. OTHER.toml gives names, places and alert rules;
    baseline and feeds are those of DIR. --engine is then the engine that OTHER reads with; DIR reads with the default.
    Exit code 0 where both tell the same, 6 where they differ. Nothing is stored or sent.

    \b
    missionwatch backtest seeds/mine --articles past.jsonl --out changes.jsonl
    missionwatch backtest seeds/mine --articles past.jsonl --out changes.jsonl \\
        --model http://127.0.0.1:11434/v1 --model-name qwen3:8b --record answers.jsonl
    missionwatch backtest seeds/haiti --compare strict.toml --since 2025-09-30
    missionwatch backtest seeds/haiti --compare seeds/haiti/watch.toml --engine rules
    """
    if other_file is None:
        if articles_file is None or out is None:
            raise click.UsageError(
                "Name the past with --articles FILE and where the changes go with --out FILE, or another watch.toml "
                "with --compare."
            )
        if since or until or as_json:
            raise click.UsageError("--since, --until and --json go with --compare.")
        if engine not in ENGINES:
            raise click.BadParameter(f"{engine!r} is not one of {', '.join(ENGINES)}.", param_hint="'--engine'")
        watch = load_watch(folder)
        if not (model or answers):
            if record or model_name:
                raise click.UsageError("--record and --model-name go with --model.")
            _write(out, backtest(watch, load_articles(articles_file), ENGINES[engine]()))
            return
        asking = choose_model(model, model_name, model_mode, model_key, record=record, answers=answers)
        past = load_articles(articles_file)
        _write(out, asyncio.run(backtest_asking(asking.over(watch), past, ENGINES[engine](), asking.ask())))
        return
    if model or answers or record:
        raise click.UsageError("--model, --record and --answers go with --out.")
    if out is not None:
        raise click.UsageError("--compare prints what it finds: leave --out away, or add --json and '> FILE'.")
    if since and until and since >= until:
        raise click.UsageError("--since is not before --until: nothing lies between them.")
    watch = load_watch(folder)
    other = replace(load_watch(folder, watch_file=other_file), slug=watch.slug, formerly=watch.formerly)
    _warn_of_models((folder / "watch.toml", watch), (other_file, other))
    reader: Reader | None = ENGINES[engine]() if engine in ENGINES else None
    if articles_file is not None:
        if reader is None:
            raise click.BadParameter(f"{engine!r} is not one of {', '.join(ENGINES)}.", param_hint="'--engine'")
        came, kept = _past_of_file(articles_file)
    else:
        stored = store_folder(data_dir, folder, archive=archive)
        came, kept = _past_of_store(stored, watch.slug)
        if reader is None:
            reader, came = _on_record(stored, watch.slug, engine, came)
    made = compared(
        [one for one in came if until is None or one.at <= until],
        Side(watch, ENGINES[DEFAULT]()),
        Side(other, reader),
        kept=kept,
        since=since,
        progress=_progress(),
    )
    names = str(folder / "watch.toml"), str(other_file) + ("" if engine == DEFAULT else f" with the engine {engine!r}")
    for difference in made.differences:
        click.echo(_as_json(difference) if as_json else _as_text(difference, names))
    if not as_json:
        click.echo(_summary(made, names))
    raise SystemExit(DIFFERENT if made.differences else SAME)


def _write(out: Path, lines: Sequence[BacktestLine]) -> None:
    try:
        out.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    except OSError as error:
        raise UsageError(
            f"{out} can't be written: {error.strerror}.", remedy="Name another file with --out."
        ) from error
    click.echo(f"{len(lines)} changes written to {out}")


def _past_of_file(path: Path) -> _Past:
    articles = sorted(load_articles(path), key=lambda article: (article.published, given_id(article)))
    # Alerts and digests are told in UTC, whatever zone the file writes its times in.
    in_utc = (replace(article, published=article.published.astimezone(UTC)) for article in articles)
    return [Came(article, article.published) for article in in_utc], {}


def _past_of_store(folder: Path, slug: str) -> _Past:
    """The stored past, from the published file: a run that writes at the moment holds nobody up."""
    with open_published(folder) as store:
        came = [Came(*one) for one in store.articles_as_they_came(slug)]
        changes = in_force(store.load_changes(slug))
    if not came:
        raise UsageError(f"No article of the watch '{slug}' is stored in {folder} yet.", remedy="Run the watch first.")
    kept: dict[UUID, list[Change]] = {}
    for change in changes:
        if change.article_id is not None:
            kept.setdefault(change.article_id, []).append(change)
    return came, kept


def _on_record(folder: Path, slug: str, engine: str, came: list[Came]) -> tuple[Reader, list[Came]]:
    """An engine that is no longer installed, by what it has read; and of the past what it has read."""
    with open_published(folder) as store:
        known = store.engines_on_record(slug)
        if engine not in known:
            raise UsageError(
                f"No engine {engine!r} is installed, or on record in {folder}.",
                remedy=f"Installed: {', '.join(ENGINES)}. On record: {', '.join(known) or 'none'}.",
            )
        readings = store.readings_on_record(slug, engine)
    return RecordedReader(engine, readings), [one for one in came if one.article.article_id in readings]


def _warn_of_models(*sides: tuple[Path, Watch]) -> None:
    for path, watch in sides:
        if watch.reader.asks:
            click.echo(
                f"{path} asks a language model. The comparison asks none: the embedded engine reads alone.", err=True
            )


def _progress() -> Callable[[int, int], None]:
    """Tells how far the reading is, each two seconds; a short one is not worth a line."""
    last = monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        if monotonic() - last >= _TELLS_AFTER:
            last = monotonic()
            click.echo(f"{done:,} of {total:,} articles read", err=True)

    return tell


# -- what is shown ---------------------------------------------------------------------------


def _as_text(difference: Difference, names: tuple[str, str]) -> str:
    told = difference.reported
    change = told.change
    kind = "TOLD OTHERWISE" if difference.kind == "otherwise" else difference.kind.upper()
    lines = [f"{kind}  {told.at:%Y-%m-%d}  {change.aspect}: {escape.line(became(change))}"]
    before, after = difference.before, difference.after
    if before is not None and after is not None and escape.line(became(before.change)) != escape.line(became(change)):
        lines.append(f"  {names[0]} reads: {escape.line(became(before.change))}")
    for name, side in zip(names, (before, after), strict=True):
        if side is not None and side.tellings:
            lines += (f"  {name}: {one}" for one in tellings(side))
        else:
            lines.append(f"  {name}: not told; {escape.line(difference.reason)}")
    lines += sentences(before, after) if difference.kind == "otherwise" else sentences(told)
    return "\n".join(lines)


def _as_json(difference: Difference) -> str:
    change = difference.reported.change
    return escape.json_line(
        {
            "kind": difference.kind,
            "aspect": change.aspect,
            "subject": change.subject,
            "reason": difference.reason,
            "before": _side(difference.before),
            "after": _side(difference.after),
        }
    )


def _side(told: ReportedChange | None) -> dict[str, Any] | None:
    if told is None:
        return None
    change, article = told.change, told.article
    return {
        "stage": change.stage,
        "value": change.disputed_value or change.value,
        "was": None if change.before_stage is None else f"{change.before_stage}: {change.before_value}",
        "confidence": change.confidence,
        "quote": change.quote,
        "outlet": article.outlet,
        "published": article.published.isoformat(),
        "url": article.url,
        "article_id": str(article.article_id),
        "told": [
            {"how": one.kind, "channel": one.channel, "due": one.due.isoformat(), "rule": one.rule}
            for one in told.tellings
        ],
    }


def _summary(made: Compared, names: tuple[str, str]) -> str:
    kinds = [difference.kind for difference in made.differences]
    kept = f" {made.unreadable} have no text any more: what they changed stands for both." if made.unreadable else ""
    sides = (
        f"{name} tells {told} changes, in {messages} messages to its channels beside the digests."
        for name, told, messages in zip(names, made.told, made.messages, strict=True)
    )
    counts = (
        f"{kinds.count('gained')} gained, {kinds.count('lost')} lost, {kinds.count('otherwise')} told otherwise, "
        f"{made.same} the same."
    )
    return "\n".join((f"{made.articles} articles were read.{kept}", *sides, counts))
