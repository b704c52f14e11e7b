"""Prefect automations from files: looked up by name, then made or brought up to date. Twice is as good as once.

Prefect's own ``prefect automation create --from-file`` makes a second one of the same name each time, and wants
ids where a person has names. So an action of our files names its block as ``block: TYPE/NAME`` and its deployment
as ``deployment: FLOW/NAME``, and a file has ``variables``, used as ``${name}`` and set by the command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import PrefectClient, get_client
from prefect.events.schemas.automations import Automation, AutomationCore
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import get_current_settings
from pydantic import ValidationError

from flows.run.environment import PrefectError
from pipeline.model.errors import UsageError
from pipeline.model.text import shorten

MAX_BYTES = 256 * 1024
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NAMED = {"block": "block_document_id", "deployment": "deployment_id"}  # an action's names, and the ids they stand for
_ACTIONS = ("actions", "actions_on_trigger", "actions_on_resolve")
_Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """One automation of a file, its variables filled in and its names not yet looked up."""

    path: Path
    table: _Values

    @property
    def name(self) -> str:
        """What it is looked up by."""
        return str(self.table["name"])


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of one automation: ``done`` is created, updated or unchanged."""

    name: str
    done: str


# -- files -----------------------------------------------------------------------------------------


def read_drafts(paths: Sequence[Path], values: _Values | None = None) -> list[Draft]:
    """The automations of ``paths``, in order.

    Args:
        paths: YAML files: ``automations`` (a list) and, where they are used, ``variables`` (their defaults).
        values: variables that take the place of the files' own; each must be one of at least one file.

    Raises:
        UsageError: a file can't be read, names a variable that is not there, or holds no automation.
    """
    values = values or {}
    tables = [(path, _load(path)) for path in paths]
    known = {name for _, table in tables for name in _variables(table)}
    if strange := sorted(set(values) - known):
        raise UsageError(
            f"No file has a variable '{strange[0]}'.",
            remedy=f"The files' variables: {', '.join(sorted(known)) or 'none'}.",
        )
    drafts = []
    for path, table in tables:
        filled = {name: value for name, value in values.items() if name in _variables(table)}
        drafts += [Draft(path, _fill(one, {**_variables(table), **filled}, path)) for one in _automations(table, path)]
    names = [draft.name for draft in drafts]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(
            f"Two automations are called '{twice[0]}'.", remedy="Give each its own name: they are looked up by it."
        )
    return drafts


def variable(text: str) -> tuple[str, object]:
    """``NAME=VALUE`` as a name and a value, which is read as YAML: ``within=900`` is a number.

    Raises:
        UsageError: there is no ``=``, or the value is no single value.
    """
    name, mark, value = text.partition("=")
    try:
        found = yaml.safe_load(value)
    except yaml.YAMLError:
        found = value
    if not mark or not name.strip() or isinstance(found, (list, dict)):
        raise UsageError(f"'{shorten(text, 60)}' is not of the form NAME=VALUE.", remedy="Write --set watch=haiti.")
    return name.strip(), "" if found is None else found


def _load(path: Path) -> _Values:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror or 'unknown reason'}.") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path}: is larger than {MAX_BYTES // 1024} KiB.", remedy="Split it.")
    try:
        table = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or "it can't be read"
        raise UsageError(f"{path}{line}: is not YAML: {reason}.", remedy="Mend the line.") from None
    if not isinstance(table, dict):
        raise UsageError(f"{path}: holds no automations.", remedy="Begin it with the line `automations:`.")
    return table


def _variables(table: _Values) -> dict[str, Any]:
    found = table.get("variables") or {}
    return dict(found) if isinstance(found, dict) else {}


def _automations(table: _Values, path: Path) -> list[_Values]:
    found = table.get("automations")
    if not isinstance(found, list) or not found:
        raise UsageError(f"{path}: holds no automations.", remedy="List them under `automations:`.")
    for number, one in enumerate(found, 1):
        if not isinstance(one, dict) or not str(one.get("name") or "").strip():
            raise UsageError(f"{path}: automation {number} has no name.", remedy="They are looked up by their names.")
    return found


def _fill(value: Any, values: _Values, path: Path) -> Any:
    """``value`` with its variables filled in; one that is a variable and nothing else takes the value's type."""
    if isinstance(value, dict):
        return {key: _fill(one, values, path) for key, one in value.items()}
    if isinstance(value, list):
        return [_fill(one, values, path) for one in value]
    if not isinstance(value, str):
        return value

    def look_up(found: re.Match[str]) -> Any:
        name = found[1]
        if values.get(name) is None:
            raise UsageError(f"{path}: the variable '{name}' has no value.", remedy=f"Give it one: --set {name}=VALUE.")
        return values[name]

    if whole := _VARIABLE.fullmatch(value):
        return look_up(whole)
    return _VARIABLE.sub(lambda found: str(look_up(found)), value)


# -- the server ------------------------------------------------------------------------------------


async def apply(drafts: Sequence[Draft]) -> list[Applied]:
    """Make each automation on the server, or bring the one of its name up to date.

    All are looked up and checked first, so that a fault in one leaves the server as it was.

    Raises:
        UsageError: a block or deployment is not there, or an automation is wrong; says which and what to do.
        PrefectError: no server is named, it can't be reached, or it refused.
    """
    address = get_current_settings().api.url
    if address is None:
        raise PrefectError(
            "No Prefect server is named, and automations live in one.",
            remedy="Set PREFECT_API_URL to its address, e.g. http://127.0.0.1:4200/api; "
            "`missionwatch serve` shows that of its own.",
        )
    async with get_client() as client:
        if await client.api_healthcheck() is not None:
            raise PrefectError(
                f"The Prefect server at {address} can't be reached.", remedy="Is it up, and is PREFECT_API_URL right?"
            )
        try:
            wanted = [await _checked(draft, client) for draft in drafts]
            found = [await _the_one(core.name, client) for core in wanted]
            return [await _apply(core, old, client) for core, old in zip(wanted, found, strict=True)]
        except PrefectHTTPStatusError as error:
            detail = shorten(error.response.text, 300)
            raise PrefectError(f"The Prefect server refused ({error.response.status_code}): {detail}") from error


async def _checked(draft: Draft, client: PrefectClient) -> AutomationCore:
    table = dict(draft.table)
    for kind in _ACTIONS:
        if kind in table:
            actions = table[kind] if isinstance(table[kind], list) else []
            table[kind] = [await _with_ids(action, draft, client) for action in actions]
    try:
        return AutomationCore.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"] if not isinstance(part, str) or part[:1].islower())
        raise UsageError(
            f"{draft.path}: the automation '{draft.name}' is wrong at {where}: {first['msg']}.",
            remedy="See https://docs.prefect.io/v3/concepts/automations for what it may say.",
        ) from error


async def _with_ids(action: Any, draft: Draft, client: PrefectClient) -> Any:
    if not isinstance(action, dict):
        return action
    action = dict(action)
    for name, key in _NAMED.items():
        if name in action:
            told = str(action.pop(name))
            action[key] = str(await (_block if name == "block" else _deployment)(told, draft, client))
    return action


async def _block(told: str, draft: Draft, client: PrefectClient) -> object:
    kind, _, name = told.partition("/")
    try:
        return (await client.read_block_document_by_name(name, kind)).id
    except ObjectNotFound as error:
        raise UsageError(
            f"{draft.path}: the server has no block {shorten(told, 120)}, which '{draft.name}' uses.",
            remedy=f"Make it: in the UI under Blocks, of type {kind or 'TYPE'} and with the name {name or 'NAME'}; "
            "docs/serving.md shows the command. Or name another with --set block=TYPE/NAME.",
        ) from error


async def _deployment(told: str, draft: Draft, client: PrefectClient) -> object:
    try:
        return (await client.read_deployment_by_name(told)).id
    except (ObjectNotFound, ValueError) as error:
        raise UsageError(
            f"{draft.path}: the server has no deployment {shorten(told, 120)}, which '{draft.name}' runs.",
            remedy="Start `missionwatch serve`, or deploy with deploy/prefect.yaml, and apply this again.",
        ) from error


async def _the_one(name: str, client: PrefectClient) -> Automation | None:
    found = await client.read_automations_by_name(name)
    if len(found) > 1:
        raise PrefectError(
            f"The server has {len(found)} automations called '{name}'.",
            remedy="Delete all but one in the UI, and apply this again.",
        )
    return found[0] if found else None


async def _apply(core: AutomationCore, old: Automation | None, client: PrefectClient) -> Applied:
    if old is None:
        await client.create_automation(core)
        return Applied(core.name, "created")
    if "enabled" not in core.model_fields_set:
        core = core.model_copy(update={"enabled": old.enabled})  # switched off by hand stays switched off
    # Whole copies, since the client leaves out of an update what was not set; the server refuses an owner there.
    whole, before = (AutomationCore.model_validate(one.model_dump(exclude={"owner_resource"})) for one in (core, old))
    if whole.model_dump() == before.model_dump():
        return Applied(core.name, "unchanged")
    await client.update_automation(old.id, whole)
    return Applied(core.name, "updated")
