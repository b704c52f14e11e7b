"""What all commands share: errors in plain English, exit codes, where the data is."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.model import escape
from pipeline.model.errors import MissionwatchError, UsageError
from pipeline.model.text import parse_moment
from pipeline.reading.embedded import DEFAULT, ENGINES
from pipeline.runtime.settings import Settings, load_settings

F = TypeVar("F", bound=Callable[..., Any])

EXIT_CODES = (
    "Exit codes: 0 done; 1 an unexpected fault; 2 a wrong argument or watch file; "
    "3 the store can't be used; 4 another run holds the store; 5 no feed could be reached; "
    "6 reread found differences and has not stored them, or backtest --compare found some; 7 review needs a terminal. "
    "check, doctor and heartbeat: 1 where something is wrong. model find: 1 where there is no model."
)


class MissionwatchGroup(click.Group):
    """A command group that tells Missionwatch's errors as sentences, with the exit code of each."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of ours becomes a message and an exit code.

        Raises:
            SystemExit: with the error's code.
        """
        try:
            return super().invoke(ctx)
        except MissionwatchError as error:
            click.secho(f"missionwatch: {escape.lines(error.message)}", err=True, fg="red")
            if error.remedy:
                click.echo(f"  {escape.lines(error.remedy)}", err=True)
            raise SystemExit(error.exit_code) from error


folder_argument = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))


# Of a command that answers about several watches.
folders_argument = click.argument(
    "folders",
    metavar="DIR...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)


def port_option(default: int, of: str = "") -> Callable[[F], F]:
    """``--port``: where a command answers; ``of`` names the option with which alone it does."""
    said = f"Of {of}: port" if of else "Port"
    return click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=default,
        show_default=True,
        help=f"{said} to answer at; 0 takes a free one.",
    )


def data_dir_option(function: F) -> F:
    """``--data-dir`` and ``--archive``: which store a command looks at."""
    archive = click.option(
        "--archive", is_flag=True, help="Look at what `missionwatch replay DIR` stored, in place of the live watch."
    )
    return archive(live_dir_option(function))


def live_dir_option(function: F) -> F:
    """``--data-dir`` alone, for a command that has nothing to do with what a replay stored."""
    option = click.option(
        "--data-dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=None,
        callback=lambda ctx, param, value: value or settings().data_dir,
        help="Where the store and the alerts are kept.  [default: missionwatch-data, or as set]",
    )
    return option(function)


def settings() -> Settings:
    """How Missionwatch runs here: ``missionwatch.toml`` and ``MISSIONWATCH_*`` variables.

    Raises:
        UsageError: a setting is unknown or wrong.
    """
    return load_settings(os.environ)


def archive_dir(data_dir: Path, folder: Path) -> Path:
    """Where a replay of the watch in ``folder`` keeps its store, apart from the live one."""
    return data_dir / "archive" / folder.resolve().name


def store_folder(data_dir: Path, folder: Path, *, archive: bool) -> Path:
    """The folder of the store to look at.

    Raises:
        UsageError: nothing has been published there yet; says what to run.
    """
    live, replayed = data_dir, archive_dir(data_dir, folder)
    chosen, other = (replayed, live) if archive else (live, replayed)
    if (chosen / "missionwatch.duckdb").exists():
        return chosen
    if (other / "missionwatch.duckdb").exists():
        hint = "without --archive" if archive else "with --archive"
        raise UsageError(f"Nothing is stored in {chosen} yet.", remedy=f"There is a store in {other}: try {hint}.")
    raise UsageError(
        f"Nothing is stored in {chosen} yet.",
        remedy=f"Run `missionwatch {'replay' if archive else 'run'} {folder}{'' if archive else ' --once'}` first.",
    )


def account_name() -> str:
    """Who calls the command: the name of the account."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        return "somebody"


def require_distinct(watches: Iterable[tuple[Path, str]]) -> None:
    """See that each of ``watches``, a folder and its short name, is another one.

    Raises:
        UsageError: two of them are one watch.
    """
    seen: dict[str, Path] = {}
    for folder, slug in watches:
        if slug in seen:
            raise UsageError(
                f"{folder} and {seen[slug]} are both the watch '{slug}'.",
                remedy="Give one of them another slug in its watch.toml, or name it once.",
            )
        seen[slug] = folder


def engine_option(function: F) -> F:
    """``--engine``: which reading engine a command tries."""
    option = click.option(
        "--engine",
        type=click.Choice(list(ENGINES)),
        default=DEFAULT,
        show_default=True,
        help="The reading engine.",
    )
    return option(function)


class Moment(click.ParamType[datetime]):
    """A day (2025-09-30, its end) or a time (2025-09-30T14:00, UTC where no zone is given)."""

    name = "day or time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """``value`` as a UTC-aware time; fails with what would be right."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_moment(str(value))
        except ValueError:
            self.fail(f"{value!r} is no day or time: write 2025-09-30 or 2025-09-30T14:00Z", param, ctx)
