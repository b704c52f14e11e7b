"""``doctor``: is everything in order, and what to do where it is not."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pipeline.cli.clock import wall_clock
from pipeline.cli.common import archive_dir, folder_argument, settings
from pipeline.doctor import CHECKS, RealWorld, Report, Result, State, examine
from pipeline.model import escape
from pipeline.model.errors import MissionwatchError
from pipeline.model.redact import without_secrets
from pipeline.model.text import shorten
from pipeline.runtime.settings import load_settings

_COLOURS = {State.OK: "green", State.WARNING: "yellow", State.TROUBLE: "red", State.NOT_APPLICABLE: "bright_black"}
_SHORT = {State.OK: "ok", State.WARNING: "warning", State.TROUBLE: "TROUBLE", State.NOT_APPLICABLE: "-"}
_WIDTH = max(len(check.title) for check in CHECKS)
_LONGEST = 400  # characters of one line


@click.command("doctor")
@folder_argument
@click.option("--json", "as_json", is_flag=True, help="The whole report as one JSON object.")
@click.option("--offline", is_flag=True, help="Leave out what asks the network: names, feeds, Prefect's server.")
@click.option("--deep", is_flag=True, help="Read the whole store, so that each block's checksum is looked at.")
@click.option("--strict", is_flag=True, help="Count a warning as trouble.")
@click.option("--archive", is_flag=True, help="Look at what `missionwatch replay DIR` stored.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    default=None,
    help="Where the store and the alerts are kept.  [default: missionwatch-data, or as set]",
)
def doctor_command(
    folder: Path, as_json: bool, offline: bool, deep: bool, strict: bool, archive: bool, data_dir: Path | None
) -> None:
    """Check everything that the watch in DIR stands on, from DNS to disk, and say what to do.

    Nothing is stored, sent or mended; three feeds are asked once. Each check has its time, and one that fails or
    hangs does not stop the rest. Exit code 0: no trouble; 1: trouble (with --strict also a warning).

    \b
    missionwatch doctor seeds/haiti
    missionwatch doctor seeds/haiti --offline --json
    """
    base = data_dir or _data_dir()
    store_at = archive_dir(base, folder) if archive else base
    world = RealWorld(folder, store_at, clock=wall_clock, environ=os.environ, deep=deep)
    report = examine(world, offline=offline, tell=(lambda result: None) if as_json else _tell)
    bad = report.worst is State.TROUBLE or (strict and report.worst is State.WARNING)
    click.echo(escape.json_line(plain(report), str) if as_json else _summary(report))
    raise SystemExit(int(bad))


def plain(report: Report) -> dict[str, object]:
    """``report`` for scripts."""
    return {
        "worst": report.worst.value,
        "checks": [
            {
                "check": result.check.key,
                "state": result.finding.state.value,
                "told": _clean(result.finding.told),
                "remedy": _clean(result.finding.remedy),
                "seconds": round(result.seconds, 3),
            }
            for result in report.results
        ],
    }


def _data_dir() -> Path:
    """As set; where the settings are wrong, which a check tells, the default."""
    try:
        return settings().data_dir
    except MissionwatchError:
        return load_settings({}, Path(os.devnull)).data_dir


def _tell(result: Result) -> None:
    finding = result.finding
    state = click.style(f"{_SHORT[finding.state]:<8}", fg=_COLOURS[finding.state])
    click.echo(f"{state} {result.check.title:<{_WIDTH}}  {_clean(finding.told)}")
    if finding.remedy:
        click.echo(f"{'':{_WIDTH + 9}}  -> {_clean(finding.remedy)}")


def _summary(report: Report) -> str:
    troubles, warnings = report.count(State.TROUBLE), report.count(State.WARNING)
    if not troubles and not warnings:
        return f"All in order: {report.count(State.OK)} checks."
    return f"{troubles} in trouble, {warnings} with a warning, {report.count(State.OK)} ok. Do what stands after ->."


def _clean(text: str) -> str:
    return shorten(escape.line(without_secrets(text)), _LONGEST)
