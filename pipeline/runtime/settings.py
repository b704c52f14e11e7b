"""How Missionwatch runs, as one frozen value: the only reader of the environment in ``pipeline/``.

What comes later wins: defaults, then ``missionwatch.toml``, then ``MISSIONWATCH_*`` variables.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from pipeline.model.errors import UsageError

PREFIX = "MISSIONWATCH_"
DEFAULT_FILE = Path("missionwatch.toml")
_NOT_OURS = frozenset({"MISSIONWATCH_SHARED"})  # tells the tests and the bench where their inputs lie
_MAX_FILE_BYTES = 64 * 1024
_CLUSTER = re.compile(r"(dask|dask-only):((?:tcp|tls)://(?:\[[0-9a-fA-F:.]+\]|[^\s/:\[\]]+):(\d{1,5}))")
# Loopback and nothing else: a feed that names such a host reaches this one server of the operator's.
_OWN_SERVER = re.compile(
    r"(\.?[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)=(127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}|\[::1\]):(\d{1,5})"
)
_VARIABLE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")


class Cluster(NamedTuple):
    """Where work is spread to: the scheduler's address, and whether nothing is to be done without it."""

    address: str
    only: bool


class Settings(BaseModel):
    """What an operator may set; each field is a key of the file and, with the prefix, a variable.

    Attributes:
        data_dir: where the store, the published file and the alert files lie.
        contact: an address or URL for feeds' owners, told in the user agent; may be empty.
        concurrency: requests under way at once.
        host_spacing: seconds between two requests to one host.
        pages_per_run: pages fetched in one run at most; the rest waits for the next run.
        own_servers: hosts that stand for servers of yours on this machine: ``HOST=127.0.0.1:PORT``, with commas
            between; ``.SUFFIX`` is each host below it. Only these names reach them. Their feeds are polled each time
            and without spacing.
        workers: processes that read feeds and pages: one more than cores, since one always waits for its next page.
        worker_deadline: seconds for one document, after which its worker is killed.
        spread: where feeds and pages are parsed and articles read. ``local``: on this machine;
            ``dask:tcp://HOST:8786``: over the cluster of that scheduler, and here while it is away;
            ``dask-only:tcp://HOST:8786``: there, and a run fails while it is away. docs/scale.md says when.
        store_wait: seconds to wait for another process to let go of the store.
        events: whether runs tell a Prefect server, where one is configured, of what they found.
        log: ``text``: sentences for a person; ``json``: a line of JSON for each thing that happens, on standard error.
        ack_base: the address by which readers reach ``missionwatch alerts listen``, e.g. ``https://desk.example.org``:
            each message then has a signed link that acknowledges it; may be empty.
        ack_key: ``env:NAME``, a variable with the key that signs these links; empty takes ``ack.key`` of the data
            folder, which is made where there is none.
        ack_url: in place of ``ack_base``, an address of your own, with ``{alert_id}`` in it, and where you like
            ``{watch}`` and ``{signature}``, e.g. ``mailto:desk@example.org?subject=ack%20{alert_id}``; may be empty.
        page_url: address of a page about a change, with ``{change_id}`` and ``{watch}`` in it; may be empty.
        site: whether each run writes the page and the feeds of its watch into the folder ``site`` of the data folder.
        delivery_attempts: failed attempts after which an alert is a dead letter; 12 take about two days.
        author: who you are, as the author of marks; empty takes the name of the account. See docs/marks.md.
        keep_bodies: days for which ``missionwatch prune`` keeps the texts of articles; 0 keeps them for ever.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    data_dir: Path = Path("missionwatch-data")
    contact: str = Field("", max_length=200)
    concurrency: Annotated[int, Field(ge=1, le=500)] = 50
    host_spacing: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 5.0
    pages_per_run: Annotated[int, Field(ge=1, le=100_000)] = 500
    own_servers: str = Field("", max_length=2_000)
    workers: Annotated[int, Field(ge=1, le=64)] = 3
    worker_deadline: Annotated[float, Field(ge=0.1, le=600, allow_inf_nan=False)] = 10.0
    spread: str = Field("local", max_length=300)
    store_wait: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] = 30.0
    events: bool = True
    ack_base: str = Field("", max_length=300)
    ack_key: str = Field("", max_length=200)
    ack_url: str = Field("", max_length=500)
    page_url: str = Field("", max_length=500)
    site: bool = True
    delivery_attempts: Annotated[int, Field(ge=1, le=1000)] = 12
    author: str = Field("", max_length=200)
    keep_bodies: Annotated[int, Field(ge=0, le=36_500)] = 0
    log: Literal["text", "json"] = "text"

    @property
    def user_agent(self) -> str:
        """What requests say of us: name, version and, where it is set, the contact."""
        try:
            version = metadata.version("missionwatch")
        except metadata.PackageNotFoundError:  # run from a folder, not installed
            version = "0"
        return f"missionwatch/{version}{f' (+{self.contact})' if self.contact else ''}"

    @property
    def cluster(self) -> Cluster | None:
        """The cluster that ``spread`` names; None for this machine alone."""
        found = _CLUSTER.fullmatch(self.spread)
        return Cluster(found[2], found[1] == "dask-only") if found else None

    @property
    def grants(self) -> dict[str, tuple[str, int]]:
        """The hosts of ``own_servers``, each with the address and port of its server on this machine."""
        found = (_OWN_SERVER.fullmatch(part.strip()) for part in self.own_servers.split(",") if part.strip())
        return {one[1].lower(): (one[2].strip("[]"), int(one[3])) for one in found if one}

    @field_validator("own_servers")
    @classmethod
    def _are_on_this_machine(cls, value: str) -> str:
        for part in filter(None, map(str.strip, value.split(","))):
            found = _OWN_SERVER.fullmatch(part)
            if not (found and 0 < int(found[3]) < 65_536):
                raise ValueError(
                    f"must be hosts with servers on this machine, as in 'news.example.org=127.0.0.1:8080'; not '{part}'"
                )
        return value.strip()

    @field_validator("spread")
    @classmethod
    def _names_a_place(cls, value: str) -> str:
        value = value.strip()
        found = _CLUSTER.fullmatch(value)
        if value != "local" and not (found and 0 < int(found[3]) < 65_536):
            raise ValueError("must be 'local', 'dask:tcp://HOST:PORT' or 'dask-only:tcp://HOST:PORT' (or tls://)")
        return value

    @field_validator("contact")
    @classmethod
    def _fits_a_header(cls, value: str) -> str:
        if not value.isascii() or not value.isprintable():
            raise ValueError("must be printable ASCII, since it is sent in a header")
        return value.strip()

    @field_validator("ack_base")
    @classmethod
    def _is_a_base(cls, value: str) -> str:
        value = _address(value, ("http", "https")).rstrip("/")
        if value and ("?" in value or "#" in value or "{" in value or not urlsplit(value).hostname):
            raise ValueError("must be the address of a server, perhaps with a path, as in https://desk.example.org")
        return value

    @field_validator("ack_key")
    @classmethod
    def _names_a_variable(cls, value: str) -> str:
        value = value.strip()
        if value and not _VARIABLE.fullmatch(value):
            raise ValueError("must be env:NAME: the key itself stands in that environment variable")
        return value

    @field_validator("ack_url")
    @classmethod
    def _names_the_alert(cls, value: str, info: ValidationInfo) -> str:
        value = _address(value, ("http", "https", "mailto"))
        if value and "{alert_id}" not in value:
            raise ValueError("must have {alert_id} in it, which stands for the alert")
        if value and info.data.get("ack_base"):
            raise ValueError("can't be set beside ack_base: a message has one link")
        return value

    @field_validator("page_url")
    @classmethod
    def _names_a_page(cls, value: str) -> str:
        return _address(value, ("http", "https"))

    @field_validator("data_dir")
    @classmethod
    def _names_a_folder(cls, value: Path) -> Path:
        if "\0" in str(value):
            raise ValueError("must be the path of a folder")
        return value.expanduser()


def _address(value: str, schemes: tuple[str, ...]) -> str:
    """``value`` without blanks around it, where it is empty or an address of one of ``schemes``."""
    value = value.strip()
    if value and (not value.isprintable() or " " in value or value.partition(":")[0].lower() not in schemes):
        raise ValueError(f"must be an address that begins with {', '.join(f'{scheme}:' for scheme in schemes)}")
    return value


def load_settings(environ: Mapping[str, str], file: Path | None = None) -> Settings:
    """Settings from the environment and a TOML file.

    Args:
        environ: the process's environment; only ``MISSIONWATCH_*`` is looked at, and an empty
            variable counts as not set.
        file: read if it is there; None is ``missionwatch.toml`` of the current folder. A
            relative ``data_dir`` in it is relative to its folder.

    Raises:
        UsageError: an unknown key or variable, or a value that doesn't fit; all are listed.
    """
    path = file or DEFAULT_FILE
    text = _read(path)
    values, problems = _from_file(path, text) if text is not None else ({}, [])
    variables, unknown = _from_environment(environ)
    problems += unknown
    values.update(variables)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            key = str(detail["loc"][0])
            where = f"{PREFIX}{key.upper()}" if key in variables else _place(path, text or "", key)
            message = detail["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
            default = Settings.model_fields[key].default
            problems.append(f"{where}: {key} {message[0].lower()}{message[1:]}; the default is {str(default)!r}.")
    if problems:
        raise UsageError("\n".join(problems), remedy=f"Known settings: {', '.join(Settings.model_fields)}.")
    return settings


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise UsageError(f"{path}: can't be read: {reason}.", remedy="See to its type and permissions.") from None
    if len(data) > _MAX_FILE_BYTES:
        raise UsageError(f"{path}: is larger than 64 KiB.", remedy="Take out what is no setting.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not UTF-8.", remedy="Save the file as UTF-8.") from None


def _from_file(path: Path, text: str) -> tuple[dict[str, object], list[str]]:
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        match = _TOML_LINE.search(str(error))
        line = int(match[1]) if match else text.rstrip().count("\n") + 1
        reason = str(error).split(" (at ")[0][:200]
        raise UsageError(
            f"{path}:{line}: is not TOML: {reason}.", remedy="Mend the line; see https://toml.io."
        ) from None
    known: dict[str, object] = {key: value for key, value in data.items() if key in Settings.model_fields}
    problems = [f"{_place(path, text, key)}: unknown setting '{key}'.{_near(key)}" for key in data if key not in known]
    if isinstance(folder := known.get("data_dir"), str):
        known["data_dir"] = path.parent / Path(folder).expanduser()
    return known, problems


def _from_environment(environ: Mapping[str, str]) -> tuple[dict[str, object], list[str]]:
    known: dict[str, object] = {}
    problems = []
    for variable, value in sorted(environ.items()):
        key = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or variable in _NOT_OURS:
            continue
        if key not in Settings.model_fields:
            hint = _near(key, prefix=PREFIX) or " A variable for an alert channel needs a name without that prefix."
            problems.append(f"environment: unknown variable {variable}.{hint}")
        elif value.strip():
            known[key] = value.strip()
    return known, problems


def _near(key: str, prefix: str = "") -> str:
    near = difflib.get_close_matches(key, list(Settings.model_fields), n=1, cutoff=0.6)
    if not near:
        return ""
    return f" Did you mean {prefix}{near[0].upper() if prefix else near[0]}?"


def _place(path: Path, text: str, key: str) -> str:
    """``path`` with the line on which ``key`` is set: the file is flat, so the first line that begins with it."""
    pattern = re.compile(rf"\s*(\[+\s*)?[\"']?{re.escape(key)}\b")
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.match(line):
            return f"{path}:{number}"
    return str(path)
