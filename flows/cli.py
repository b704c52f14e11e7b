"""The command ``missionwatch``: the commands of :mod:`pipeline.cli`, and those that run flows.

Prefect takes a second to import, so only the commands that need it import it.
"""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.automations import add_automations
from flows.run.blocks import channels
from flows.serving.intervals import Span
from pipeline import __version__
from pipeline.cli import MissionwatchGroup, add_commands, data_dir_option, folder_argument
from pipeline.cli.common import EXIT_CODES, live_dir_option


# `obj`: how a command opens the alert channels, those that are Prefect's blocks too.
@click.group(
    cls=MissionwatchGroup,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "obj": channels},
)
@click.version_option(__version__, prog_name="missionwatch")
def main() -> None:
    """A standing watch over the news about one mission: says "A became B", with the sentence that proves it.

    \b
    missionwatch example haiti             a watch to try, with its archive; in a checkout it is seeds/haiti
    missionwatch replay seeds/haiti        watch the Haiti mission through its archive (no network needed)
    missionwatch run seeds/haiti --once    one round over the real feeds
    missionwatch board seeds/haiti         where the mission stands
    missionwatch why seeds/haiti URL       why an article did, or did not, make an alert
    """


_watched = click.argument(
    "folders", metavar="DIR...", nargs=-1, required=True, type=click.Path(path_type=Path, file_okay=False)
)


@main.command()
@_watched
@click.option("--once", is_flag=True, help="One round, then stop.")
@click.option(
    "--every",
    type=click.IntRange(min=1),
    default=15,
    show_default=True,
    help="Minutes between rounds; each feed is polled only when it is due.",
)
@click.option("--all-feeds", is_flag=True, help="Poll each feed, due or not.")
@live_dir_option
def run(folders: tuple[Path, ...], once: bool, every: int, all_feeds: bool, data_dir: Path) -> None:
    """Run the watches in DIR...: poll their feeds, read what is new, alert on changes, publish for SQL.

    Several share one store, and a feed that two of them name is polled once. No server and no configuration are
    needed. Stop it with Ctrl-C; nothing is lost.
    """
    from flows.commands.run import run_live

    raise SystemExit(run_live(folders, data_dir, once=once, every_minutes=every, every_feed=all_feeds))


@main.command()
@folder_argument
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Where the store and the alerts are kept.  [default: missionwatch-data/archive/NAME]",
)
@click.option("--fresh", is_flag=True, help="Forget an earlier replay and start on the archive's first day.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Port of the archive's server; 0 takes a free one."
)
@click.option("--serve", is_flag=True, help="Go on serving the archive's pages afterwards, to look at in a browser.")
def replay(folder: Path, data_dir: Path | None, fresh: bool, port: int, serve: bool) -> None:
    """Run the watch in DIR over its archive: real feeds and pages on loopback, and a clock that moves day by day.

    The flows, the HTTP and the code are those of the live watch. A second replay goes on where the
    first stopped: it polls everything once more and finds nothing new.
    """
    from flows.commands.replay import run_replay
    from pipeline.cli.common import archive_dir, settings

    raise SystemExit(
        run_replay(folder, data_dir or archive_dir(settings().data_dir, folder), fresh=fresh, port=port, serve=serve)
    )


_folders = click.argument(
    "folders",
    metavar="DIR...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
_every = click.option(
    "--every", type=click.IntRange(1, 1440), default=15, show_default=True, help="Minutes between two whole rounds."
)
_poll_every = click.option(
    "--poll-every",
    type=Span(),
    default=5,
    show_default=True,
    help="Minutes, or e.g. 10s, between two polls of the feeds that are due, up to the alert; 0 for none.",
)
_archive_port = click.option(
    "--archive-port",
    type=click.IntRange(1, 65535),
    default=None,
    help="Watch the folders' archives, served on this port of 127.0.0.1, in place of the real feeds.",
)


@main.command()
@_folders
@_every
@_poll_every
@click.option(
    "--port", type=click.IntRange(1, 65535), default=4200, show_default=True, help="Port of Prefect's server."
)
@click.option(
    "--at-once", type=click.IntRange(1, 64), default=4, show_default=True, help="Runs at the same time at most."
)
@click.option(
    "--ack-port",
    type=click.IntRange(1, 65535),
    default=None,
    help="Take acknowledgements by link too, on this port of 127.0.0.1; see `missionwatch alerts listen`.",
)
@click.option("--wait-for-schedule", is_flag=True, help="Do the first round when its schedule says, not at once.")
@_archive_port
@live_dir_option
def serve(
    folders: tuple[Path, ...],
    every: int,
    poll_every: float,
    port: int,
    at_once: int,
    ack_port: int | None,
    wait_for_schedule: bool,
    archive_port: int | None,
    data_dir: Path,
) -> None:
    """Serve the watches in DIR...: a Prefect server on this machine schedules them, shows them and wakes their steps.

    Where PREFECT_API_URL names a server, that one is used. Stop it with Ctrl-C; nothing is lost.

    \b
    missionwatch serve seeds/haiti
    missionwatch serve seeds/haiti seeds/mine --every 30 --poll-every 10
    """
    from flows.commands.serve import run_serve

    raise SystemExit(
        run_serve(
            folders,
            data_dir,
            every=every,
            poll_every=poll_every,
            port=port,
            at_once=at_once,
            ack_port=ack_port,
            round_now=not wait_for_schedule,
            archive_port=archive_port,
        )
    )


@main.command()
@_folders
@_every
@_poll_every
@click.option("--pool", default="missionwatch", show_default=True, help="The work pool whose workers run them.")
@_archive_port
@live_dir_option
def deployments(
    folders: tuple[Path, ...],
    every: int,
    poll_every: float,
    pool: str,
    archive_port: int | None,
    data_dir: Path,
) -> None:
    """Print the prefect.yaml that deploys the watches in DIR... to a Prefect server with a process work pool.

    \b
    missionwatch deployments seeds/haiti seeds/mine > prefect.yaml
    prefect deploy --all --no-prompt
    """
    from flows.commands.serve import print_deployments

    text = print_deployments(
        folders, data_dir, every=every, poll_every=poll_every, pool=pool, archive_port=archive_port
    )
    click.echo(text, nl=False)


@main.command()
@folder_argument
@click.option("--apply", is_flag=True, help="Store what came of it. Without it, only the differences are shown.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a difference, for scripts.")
@click.option(
    "--model", is_flag=True, help="Ask the watch's language model for a preview too; --apply asks it in any case."
)
@data_dir_option
def reread(folder: Path, apply: bool, as_json: bool, model: bool, data_dir: Path, archive: bool) -> None:
    """Read the stored past again, after the engine or the watch has changed: what would the board say?

    The differences are shown with their sentences: rows gained, lost and changed. No alert is made for the past.
    Exit code 0 where there are none or they were applied, 6 where there are some.

    \b
    missionwatch reread seeds/haiti
    missionwatch reread seeds/haiti --model
    missionwatch reread seeds/haiti --apply
    """
    from flows.commands.reread import run_reread
    from pipeline.cli.common import store_folder

    store = store_folder(data_dir, folder, archive=archive)
    raise SystemExit(run_reread(folder, store, apply=apply, as_json=as_json, model=model))


add_commands(main)
add_automations(main)

if __name__ == "__main__":
    main()
