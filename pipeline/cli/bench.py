"""``bench``: how well a watch tells what changed, on articles of which a person has said so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import click

from pipeline.cli.common import engine_option
from pipeline.cli.model_options import answer_options, choose_model, model_options
from pipeline.lab.bench import (
    AT_ONCE,
    Mission,
    as_text,
    baseline_watch,
    calibration_gap,
    load_gold,
    measure,
    page,
    reliability,
    reliability_tables,
    summary_tables,
)
from pipeline.model import escape
from pipeline.model.errors import UsageError
from pipeline.reading.embedded import ENGINES
from pipeline.watches import load_watch

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("golds", metavar="GOLD_DIR...", nargs=-1, required=True, type=_FOLDER)
@click.option("--watch", "watches", multiple=True, type=_FOLDER, help="This watch, not a draft; one a GOLD_DIR.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the error browser there.")
@click.option("--reliability", "curve", is_flag=True, help="Also: confidence against the share that was right.")
@click.option(
    "--at-once",
    type=click.FloatRange(0, 1),
    default=AT_ONCE,
    show_default=True,
    help="The confidence from which a change is told at once.",
)
@click.option("--json", "as_json", is_flag=True, help="All figures as one JSON object, for scripts.")
@engine_option
@model_options
@answer_options
def bench(
    golds: tuple[Path, ...],
    watches: tuple[Path, ...],
    html: Path | None,
    curve: bool,
    at_once: float,
    as_json: bool,
    engine: str,
    model: str,
    model_name: str,
    model_mode: str,
    model_key: str,
    record: Path | None,
    answers: Path | None,
) -> None:
    """Score the reading engine against gold timelines: articles.jsonl and timeline.json in each GOLD_DIR.

    The watch is drafted from the gold's baseline article and used unreviewed, unless --watch gives one.
    With several missions, each is also run with the others' articles mixed into its own, unless --model or --answers
    has a language model read.

    \b
    missionwatch bench tests/bench/aussom tests/bench/unifil --html bench.html
    missionwatch bench tests/bench/haiti --watch seeds/haiti --reliability
    """
    if watches and len(watches) != len(golds):
        raise click.UsageError(f"{len(golds)} GOLD_DIR and {len(watches)} --watch: give one for each, or none.")
    held = [load_gold(folder) for folder in golds]
    used = [load_watch(folder) for folder in watches] or [baseline_watch(gold) for gold in held]
    ask = None
    if model or answers:
        asking = choose_model(model, model_name, model_mode, model_key, record=record, answers=answers)
        used, ask = [asking.over(watch) for watch in used], asking.ask()
    elif record or model_name:
        raise click.UsageError("--record and --model-name go with --model.")
    missions = measure(held, used, ENGINES[engine](), at_once=at_once, ask=ask)
    if html is not None:
        write_page(html, missions, at_once=at_once)
    if as_json:
        click.echo(escape.json_line(figures(missions, at_once=at_once, curve=curve)))
        return
    tables = summary_tables(missions, at_once=at_once) + (reliability_tables(missions) if curve else [])
    click.echo("\n\n".join(map(as_text, tables)))
    click.echo(f"\n{speed(missions):.0f} articles/s, read and compared, on one core")
    if html is not None:
        click.echo(f"error browser: {html}")


def write_page(path: Path, missions: Sequence[Mission], *, at_once: float) -> None:
    """Write the error browser of ``missions`` to ``path``.

    Raises:
        UsageError: the file can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(missions, at_once=at_once), "utf-8", errors="replace")
    except OSError as error:
        raise UsageError(
            f"{path} can't be written: {error.strerror}.", remedy="Name another file with --html."
        ) from error


def speed(missions: Sequence[Mission]) -> float:
    """Articles that are read and compared in a second of processor time."""
    seconds = sum(m.run.seconds for m in missions)
    return sum(len(m.run.articles) for m in missions) / seconds if seconds else 0.0


def figures(missions: Sequence[Mission], *, at_once: float, curve: bool = False) -> dict[str, Any]:
    """All figures as what JSON can hold."""
    out: dict[str, Any] = {
        "at_once_from": at_once,
        "missions": [mission.as_dict() for mission in missions],
        "average": {
            "aspect_f1": round(fmean(m.everything.aspect.f1 for m in missions), 3),
            "exact_f1": round(fmean(m.everything.exact.f1 for m in missions), 3),
            "at_once_aspect_precision": round(fmean(m.at_once.aspect.precision for m in missions), 3),
        },
    }
    if curve:
        bins = reliability(missions)
        out["reliability"] = [bin_._asdict() for bin_ in bins]
        out["calibration_gap"] = round(calibration_gap(bins), 3)
    return out
