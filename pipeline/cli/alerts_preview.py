"""``alerts preview``: what the rules would have told of what is stored, before they are saved; and to tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from pipeline.alerts import became
from pipeline.board.fold import in_force
from pipeline.cli.change_text import sentences, tellings
from pipeline.cli.common import Moment, data_dir_option, folder_argument, settings, store_folder
from pipeline.cli.saying import publish_recorded
from pipeline.lab.backtest import Account, ReportedChange, account_of_stored, catch_up
from pipeline.model import Article, Change, Watch, escape
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id
from pipeline.storage import Store, open_published, open_store
from pipeline.watches import load_watch


@dataclass(frozen=True, slots=True)
class _Past:
    """What is stored of a watch, as far as rules look at it."""

    changes: Sequence[Change]
    articles: Mapping[UUID, Article]
    first_said: Mapping[UUID, Sequence[datetime]]

    def told_by(self, watch: Watch, since: datetime | None) -> Account:
        """What the rules of ``watch`` would have told since ``since``."""
        made = account_of_stored(self.changes, self.articles, self.first_said, watch, since=since)
        return replace(made, told=tuple(one for one in made.told if since is None or one.at >= since))


@click.command("preview")
@folder_argument
@click.option(
    "--rules",
    "rules_file",
    metavar="OTHER.toml",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Another watch.toml, whose rules are tried in the place of the watch's.",
)
@click.option("--since", type=Moment(), help="Leave out what came before.")
@click.option("--apply", "is_applied", is_flag=True, help="Tell each channel what its rules would have told it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a change, for scripts.")
@data_dir_option
def alerts_preview(
    folder: Path,
    rules_file: Path | None,
    since: datetime | None,
    is_applied: bool,
    as_json: bool,
    data_dir: Path,
    archive: bool,
) -> None:
    """Show what rules would have told of the stored changes, and what not and why. Nothing is sent or stored.

    With --rules, those of a changed copy of watch.toml; where today's rules tell a change otherwise, that is said below
    it. Nothing is read again: to try other names or another engine, see `missionwatch backtest --compare`.

    With --apply, once the rules are saved, each channel gets one message, with the next run, of all that they would
    have told it since --since and that it was never told.

    \b
    missionwatch alerts preview seeds/haiti --since 2025-09-01
    missionwatch alerts preview seeds/haiti --rules strict.toml
    missionwatch alerts preview seeds/haiti --since 2025-09-01 --apply
    """
    if is_applied and (rules_file or as_json or since is None):
        raise click.UsageError("--apply tells what the saved rules tell: write --since, and no --rules or --json.")
    watch = load_watch(folder)
    tried = watch if rules_file is None else replace(watch, rules=load_watch(folder, watch_file=rules_file).rules)
    where = store_folder(data_dir, folder, archive=archive)
    if is_applied and since is not None:
        _apply(where, watch, since)
        return
    with open_published(where) as store:
        past = _past(store, watch)
    made = past.told_by(tried, since)
    today = made if rules_file is None else past.told_by(watch, since)
    known = {one.change.change_id: one for one in today.told}
    for one in made.told:
        now = known[one.change.change_id]
        click.echo(_as_json(one, now) if as_json else _as_text(one, now, str(folder / "watch.toml")))
    if not as_json:
        click.echo(_summary(made, str(rules_file or folder / "watch.toml")))
        if rules_file is not None:
            click.echo(_summary(today, str(folder / "watch.toml")))


def _past(store: Store, watch: Watch) -> _Past:
    """What is stored of ``watch``.

    Raises:
        UsageError: nothing is.
    """
    changes = in_force(store.load_changes(watch.slug))
    if not changes:
        raise UsageError(f"Nothing of the watch '{watch.slug}' is stored yet.", remedy="Run the watch first.")
    behind = {change.article_id for change in changes if change.article_id is not None}
    return _Past(changes, store.articles_of(behind), store.first_said(watch.slug))


def _apply(where: Path, watch: Watch, since: datetime) -> None:
    """Put what the rules tell and nobody was told into the outbox; the next run sends it."""
    with open_store(where, wait=settings().store_wait) as store:
        past = _past(store, watch)
        now = store.last_run_now(watch.slug) or store.clock()
        alerts = catch_up(
            past.told_by(watch, since).told,
            store.alerted(watch.slug),
            past.articles,
            {change.change_id: change for change in past.changes},
            store.origins_of(watch.slug),
            watch,
            now,
            store.load_mutes(watch.slug),
        )
        run_id = content_id("alerts-applied", watch.key, since, *(alert.alert_id for alert in alerts))
        store.add_alerts(run_id, alerts)
    if not alerts:
        click.echo("Each channel has been told all that its rules tell.")
        return
    publish_recorded(where, "apply", run_id, now)
    for alert in alerts:
        count = len(alert.change_ids)
        click.echo(f"{alert.channel}: {count} change{'' if count == 1 else 's'}, with the next run.")


def _as_text(one: ReportedChange, now: ReportedChange, name: str) -> str:
    change = one.change
    kind = "TOLD    " if one.tellings else "NOT TOLD"
    lines = [f"{kind}  {one.at:%Y-%m-%d}  {change.aspect}: {escape.line(became(change))}"]
    lines += (f"  {line}" for line in _how(one))
    if now.tellings != one.tellings:
        lines += (f"  {name}: {line}" for line in _how(now))
    return "\n".join([*lines, *sentences(one)])


def _how(one: ReportedChange) -> list[str]:
    return tellings(one) if one.tellings else [f"not told; {escape.line(one.silence)}"]


def _as_json(one: ReportedChange, now: ReportedChange) -> str:
    change = one.change
    return escape.json_line(
        {
            "change_id": str(change.change_id),
            "at": one.at.isoformat(),
            "aspect": change.aspect,
            "became": became(change),
            "confidence": change.confidence,
            "quote": change.quote,
            "url": one.article.url,
            "told": _told(one),
            "silence": one.silence or None,
            "told_today": _told(now),
        }
    )


def _told(one: ReportedChange) -> list[dict[str, Any]]:
    return [
        {"how": telling.kind, "channel": telling.channel, "due": telling.due.isoformat(), "rule": telling.rule}
        for telling in one.tellings
    ]


def _summary(made: Account, name: str) -> str:
    told = sum(bool(one.tellings) for one in made.told)
    messages = f"{made.messages} message{'' if made.messages == 1 else 's'}"
    return f"{name}: {told} of {len(made.told)} changes told, in {messages} beside the digests."
