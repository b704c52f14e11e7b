"""``missionwatch automations``: what a Prefect server is to do when something happens, or does not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from pipeline.model import escape


@click.group("automations")
def _automations() -> None:
    """Hang automations on the events of the watches, in the Prefect server that PREFECT_API_URL names."""


@_automations.command("apply")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "--set", "settings", metavar="NAME=VALUE", multiple=True, help="A variable of the files; may be repeated."
)
def _apply(files: tuple[Path, ...], settings: tuple[str, ...]) -> None:
    """Make the automations of FILE..., or bring those of the same names up to date. Twice is as good as once.

    \b
    missionwatch automations apply deploy/automations/dead-runs.yaml
    missionwatch automations apply deploy/automations/heartbeat.yaml --set watch=haiti --set minutes=45
    """
    from flows.run.environment import prepare

    prepare()
    from flows.serving.automations import apply, read_drafts, variable

    for one in asyncio.run(apply(read_drafts(files, dict(map(variable, settings))))):
        click.echo(f"{one.done:>9}: {escape.line(one.name)}")


def add_automations(main: click.Group) -> None:
    """Give ``main`` the command."""
    main.add_command(_automations)
