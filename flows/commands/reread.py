"""``missionwatch reread``: what the present engine makes of the stored past, shown before it is applied."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from flows.run.environment import in_this_process, prepare

prepare()

from flows.publish import publish  # noqa: E402  (Prefect reads its settings when it is imported)
from flows.reread import reread  # noqa: E402
from flows.run.context import watch_of  # noqa: E402
from flows.run.request import WatchRequest  # noqa: E402
from pipeline import steps  # noqa: E402
from pipeline.alerts import stage_words  # noqa: E402
from pipeline.model import Change, escape  # noqa: E402
from pipeline.model.errors import UsageError  # noqa: E402
from pipeline.model.text import shorten  # noqa: E402

OK, NOT_APPLIED = 0, 6


def run_reread(folder: Path, data_dir: Path, *, apply: bool, as_json: bool, model: bool = False) -> int:
    """Read the past again and show the board's differences; the exit code.

    Raises:
        MissionwatchError: the watch's files are wrong, or the store can't be used.
    """
    request = WatchRequest(folder=folder, data_dir=data_dir)
    if model and not watch_of(request).reader.asks:
        raise UsageError(
            f"{folder / 'watch.toml'} chooses no language model.", remedy="Add a table [reader]: docs/llm.md."
        )
    watch_of(request)
    with in_this_process():
        made = asyncio.run(_reread(request, apply, model))
    tell = _as_json if as_json else _as_text
    for difference in made.differences:
        click.echo(tell(difference))
    if not as_json:
        click.echo(_summary(made, apply))
    return NOT_APPLIED if made.differences and not apply else OK


async def _reread(request: WatchRequest, apply: bool, model: bool) -> steps.RereadResult:
    made = await reread(request, apply, model)
    if apply:
        await publish(request)
    return made


def _as_text(difference: steps.Difference) -> str:
    change = difference.change
    lines = [f"{difference.kind.upper()}  {change.aspect}: {escape.line(change.subject)}"]
    for name, side in (("before", difference.before), ("after", difference.after)):
        if side is not None:
            lines.append(f"  {name}: {escape.line(side.value)} ({stage_words(side.stage)}, since {side.held_from})")
            lines.append(f"          “{shorten(escape.line(side.quote), 320)}”")
    return "\n".join(lines)


def _as_json(difference: steps.Difference) -> str:
    change = difference.change
    return escape.json_line(
        {
            "kind": difference.kind,
            "aspect": change.aspect,
            "subject": change.subject,
            "before": _side(difference.before),
            "after": _side(difference.after),
        }
    )


def _side(change: Change | None) -> dict[str, str] | None:
    if change is None:
        return None
    return {
        "stage": change.stage,
        "value": change.value,
        "since": change.held_from.isoformat(),
        "quote": change.quote,
        "change_id": str(change.change_id),
    }


def _summary(made: steps.RereadResult, applied: bool) -> str:
    kinds = [difference.kind for difference in made.differences]
    told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("gained", "lost", "changed"))
    kept = f" {made.unreadable} have no text any more: what they changed stands." if made.unreadable else ""
    head = f"{len(made.readings)} articles were read again.{kept} On the board: {told}."
    if applied:
        return f"{head} Applied; nobody is alerted to the past."
    return f"{head} Nothing was stored" + (": add --apply to store it." if kinds else ".")
